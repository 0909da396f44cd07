"""Reading everything as of one moment, on PostgreSQL with several connections beside each other that all see the same."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from contextvars import Context, copy_context
from typing import TypeVar
from urllib.parse import quote

from models.database import configuration, connection, is_sqlite, own_context, sqlite_path, transaction

MOST_SIDES = 4  # connections of one snapshot
# Whole tables are read, some thousands of rows at a time or all of them: sorts and joins fit in memory, rows of one account lie together, and
# compiling a statement anew each time it is asked would take longer than what it asks.
_SETTINGS = """
    SELECT set_config('work_mem', '32MB', true) FROM pg_settings WHERE name = 'work_mem' AND CAST(setting AS bigint) < 32768
    UNION ALL SELECT set_config('random_page_cost', '1.1', true) FROM pg_settings WHERE name = 'random_page_cost' AND CAST(setting AS float) > 1.1
    UNION ALL SELECT set_config('jit', 'off', true)"""
Found = TypeVar("Found")
Part = Callable[[], Awaitable[Found]]


class Snapshot:
    """What :func:`snapshot` gives: a way to look at several things at once."""

    def __init__(self, sides: int = 1, name: str = "", outside: Context | None = None) -> None:
        self._sides, self._name, self._outside = sides, name, outside

    async def each(self, parts: Sequence[Part[Found]]) -> list[Found]:
        """What each part found, in their order. Each runs on one connection, with the snapshot's settings; none may need what another left there."""
        found: dict[int, Found] = {}
        todo = iter(enumerate(parts))
        waiting: set[asyncio.Task[None]] = set()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._sides, len(parts)) - 1):
                    assert self._outside is not None
                    waiting.add(group.create_task(self._beside(waiting, todo, found), context=self._outside.copy()))
                await _work(todo, found)
                for late in waiting:  # the pool had no connection left for it, and there is nothing left to do
                    late.cancel()
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return [found[place] for place in range(len(parts))]

    async def _beside(self, waiting: set[asyncio.Task[None]], todo: Iterable[tuple[int, Part[Found]]], found: dict[int, Found]) -> None:
        async with transaction() as inner:
            waiting.discard(asyncio.current_task())
            await inner.execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            await inner.execute_query(f"SET TRANSACTION SNAPSHOT '{self._name}'")
            await inner.execute_query(_SETTINGS)
            await _work(todo, found)


async def _work(todo: Iterable[tuple[int, Part[Found]]], found: dict[int, Found]) -> None:
    for place, part in todo:  # all sides take from one row of parts
        found[place] = await part()


@asynccontextmanager
async def snapshot() -> AsyncIterator[Snapshot]:
    """Everything read inside is as of one moment, and nobody waits for it. Temporary tables may be written; they are gone afterwards.

    SQLite's snapshot has a connection of its own: what others of this process write meanwhile would go back with it.
    """
    if is_sqlite():
        async with own_context(configuration(f"sqlite:///{quote(sqlite_path())}")):
            await connection().execute_query("BEGIN")
            try:
                yield Snapshot()
            finally:
                await connection().execute_query("ROLLBACK")
        return
    outside = copy_context()
    sides = min(MOST_SIDES, os.cpu_count() or 1, connection().pool_maxsize)  # type: ignore[attr-defined]
    async with transaction() as inner:
        await inner.execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        _, [row] = await inner.execute_query("SELECT pg_export_snapshot() AS name")
        await inner.execute_query(_SETTINGS)
        yield Snapshot(sides, row["name"], outside)
