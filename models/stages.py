"""What the work of one request goes into: seconds and calls, stage by stage.

Statements of one request run beside each other, so their seconds may come to more than what passed. Without a request nothing is kept.
"""

from __future__ import annotations

import time
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from typing import Any

SESSION, PREPARE, EXECUTE, SQL, RENDER, PDF = STAGES = ("session", "prepare", "execute", "sql", "render", "pdf")


@dataclass(slots=True)
class Spent:
    """`seconds` and `calls` by stage; `sql` is inside of the others."""

    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    calls: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))


_spent: ContextVar[Spent | None] = ContextVar("spent", default=None)
_inside: ContextVar[bool] = ContextVar("inside of a statement", default=False)


def begin() -> Spent:
    """Count from now on, in this task and in those that it starts."""
    spent = Spent()
    _spent.set(spent)
    return spent


class stage:  # noqa: N801 - used as a function is
    """``with stage(RENDER):`` adds to the present request."""

    __slots__ = ("_name", "_spent", "_started")

    def __init__(self, name: str) -> None:
        self._name, self._spent, self._started = name, _spent.get(), 0.0

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        if self._spent is not None:
            self._spent.seconds[self._name] += time.perf_counter() - self._started
            self._spent.calls[self._name] += 1


class Counted:
    """For a client of Tortoise: its statements are a stage. One that another of these methods runs is not counted twice."""

    async def execute_query(self, query: str, values: list[Any] | None = None) -> Any:
        with _statement():
            return await super().execute_query(query, values)  # type: ignore[misc]

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> Any:
        with _statement():
            return await super().execute_query_dict(query, values)  # type: ignore[misc]

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        with _statement():
            return await super().execute_insert(query, values)  # type: ignore[misc]

    async def execute_many(self, query: str, values: list[list[Any]]) -> Any:
        with _statement():
            return await super().execute_many(query, values)  # type: ignore[misc]


class _statement(stage):  # noqa: N801
    __slots__ = ("_token",)

    def __init__(self) -> None:
        super().__init__(SQL)
        self._token: Token[bool] | None = None

    def __enter__(self) -> None:
        if _inside.get():
            self._spent = None
        else:
            self._token = _inside.set(True)
        super().__enter__()

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        if self._token is not None:
            _inside.reset(self._token)
