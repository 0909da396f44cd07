"""What requests spend their time on, told: to a developer's browser as Server-Timing, to whoever watches the processes as metrics."""

from __future__ import annotations

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from models.stages import EXECUTE, PDF, PREPARE, RENDER, SESSION, SQL, STAGES, Spent, begin, stage

__all__ = ["EXECUTE", "PDF", "PREPARE", "RENDER", "SESSION", "SQL", "Spent", "begin", "metrics", "note", "server_timing", "stage"]

TYPE = CONTENT_TYPE_LATEST
_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds
_registry = CollectorRegistry()
_requests = Histogram("abonent_request_seconds", "Requests, by route template, method and class of status.", ["route", "method", "status"],
                      buckets=_BOUNDS, registry=_registry)  # fmt: skip
_stages = Histogram("abonent_stage_seconds", "What requests spent on a stage; sql is inside of the others.", ["stage"], buckets=_BOUNDS, registry=_registry)
_request, _stage = cache(_requests.labels), cache(_stages.labels)  # as few as there are routes; looking one up takes a lock
_statements = Counter("abonent_sql_statements", "SQL statements that requests ran.", registry=_registry)


def server_timing(spent: Spent) -> str:
    """The header's value: ``sql;dur=3.1;desc="11 statements"``, milliseconds; stages that took no part are left out."""
    parts = []
    for name in STAGES:
        if spent.calls[name]:
            told = f';desc="{spent.calls[name]} statements"' if name == SQL else ""
            parts.append(f"{name};dur={spent.seconds[name] * 1000:.1f}{told}")
    return ", ".join(parts)


def note(route: str, method: str, status: int | None, seconds: float, spent: Spent) -> None:
    """Add a request to the metrics of this process. ``route`` is a template, so that there are few of them."""
    _request(route, method, f"{status // 100}xx" if status else "none").observe(seconds)
    for name in STAGES:
        if spent.calls[name]:
            _stage(name).observe(spent.seconds[name])
    _statements.inc(spent.calls[SQL])


def metrics() -> bytes:
    """All of them as Prometheus reads them."""
    return generate_latest(_registry)
