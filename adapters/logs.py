"""Structured logs: one JSON object a line on standard error, holding nothing that tells who a person is.

Only the keys of ``ALLOWED`` are written. Anything else is dropped and merely named, so that a value logged by mistake, an e-mail, a
surname, a token, cannot reach a file. An exception is written as its type and where it happened, never with its words, which quote data.
"""

import json
import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any

import orjson
import structlog

ALLOWED = frozenset({
    "event", "level", "timestamp", "logger",
    "request_id", "method", "route", "status", "duration_ms", "statements", "sql_ms", "bytes", "viewer", "organization",
    "job", "due_at", "counts", "mode", "database", "version", "operation", "code",
    "error", "error_id", "where", "dropped", "template",
})  # fmt: skip
LONGEST_VALUE = 300
QUIET = (
    "tortoise",
    "tortoise.db_client",
    "aiosqlite",
    "asyncio",
    "uvicorn",
    "uvicorn.error",
    "uvicorn.access",
    "xhtml2pdf",
    "fontTools",
    "PIL",
    "httpx",
    "svglib",
    "taskiq",
    "taskiq.receiver.receiver",
)


def configure(level: str = "INFO") -> None:
    """Write the product's log lines, and whatever libraries log from WARNING up, as JSON lines to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        exceptions_without_words,
        only_allowed,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _StandardError()
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[foreign_without_arguments, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer(_json)],
    )
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def log(name: str = "abonent") -> Any:
    """A logger: ``log().info("job.done", job="check", counts={...})``. The event is a constant, never a sentence with data in it."""
    return structlog.stdlib.get_logger(name)


def only_allowed(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not in ``ALLOWED`` and name it under ``dropped``."""
    kept = {key: plain(value) for key, value in event.items() if key in ALLOWED or key.startswith("_")}
    if dropped := sorted(set(event) - set(kept)):
        kept["dropped"] = dropped
    return kept


def exceptions_without_words(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace ``exc_info`` by the exception's type and the place of its last own frames."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given else None
    if error is not None:
        event["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-6:]
        event["where"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def foreign_without_arguments(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A library's message stays as its template: the arguments may be anybody's data."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        text = str(record.msg)
        if text.startswith("Traceback"):  # uvicorn writes one as a message, and its last line quotes data
            event["where"] = [line.strip() for line in text.splitlines() if line.startswith("  File ")][-6:]
            text = "failed"
        event["event"] = text
        event["exc_info"] = event.get("exc_info") or record.exc_info
    return event


def _json(event: Mapping[str, Any], **_: Any) -> str:
    try:
        return orjson.dumps(event, plain).decode()
    except TypeError:  # half a character, or a number of more than 64 bits
        return json.dumps(event, default=plain)


class _StandardError(logging.StreamHandler):
    """Writes to what ``sys.stderr`` is at that moment: progress bars and tests put another in its place for a while."""

    @property
    def stream(self) -> Any:
        return sys.stderr

    @stream.setter
    def stream(self, _: Any) -> None:
        pass


def plain(value: object) -> object:
    """A value as JSON has it; long texts are cut."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)[:LONGEST_VALUE]
