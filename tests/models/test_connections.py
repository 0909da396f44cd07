"""Connections of PostgreSQL are given back sound, however a statement ended."""

import asyncio
from contextlib import suppress

import asyncpg
import pytest

from models import database as db
from models.availability import is_unavailable
from models.database import connection, is_sqlite
from models.postgres import lending, reading
from resolvers.sql import fetch


@pytest.fixture
async def two(database: str) -> None:
    """A pool of two connections: of more it would show later that some are lost."""
    if is_sqlite():
        pytest.skip("SQLite has no pool")
    await db.connect(f"{database}{'&' if '?' in database else '?'}pool=2")


async def backend() -> int:
    return int((await fetch("SELECT pg_backend_pid() AS pid"))[0]["pid"])


def test_the_asyncpg_that_was_read_is_the_one_that_runs():
    """Another one is served by its own `fetch`, slower: read its connection.py, pool.py and protocol, then say so in models/postgres/reading.py."""
    assert asyncpg.__version__ == reading.READ


@pytest.mark.usefixtures("two")
async def test_an_open_transaction_is_lent_to_nobody():
    await connection().execute_query("BEGIN")
    assert await _begun() != await _begun(), "rolled back: in a transaction time stands still"


@pytest.mark.usefixtures("two")
async def test_a_connection_that_ended_is_replaced():
    first = await backend()
    with suppress(asyncpg.PostgresError, OSError):
        await fetch("SELECT pg_terminate_backend($1)", first)
    assert await backend() != first


@pytest.mark.usefixtures("two")
async def test_a_statement_that_fails_or_is_cancelled_loses_no_connection():
    for _ in range(5):
        with pytest.raises(Exception, match="nonsense"):
            await fetch("SELECT nonsense")
        waiting = asyncio.create_task(fetch("SELECT pg_sleep(20)"))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with asyncio.timeout(20):
        assert len(await asyncio.gather(*[backend() for _ in range(6)])) == 6


@pytest.mark.usefixtures("two")
async def test_whoever_waits_longest_is_next():
    """Everybody comes back for a second statement: they may not overtake those who wait for their first."""
    ended: list[tuple[int, int]] = []

    async def twice(number: int) -> None:
        for turn in range(2):
            await fetch("SELECT pg_sleep(0.01)")
            ended.append((turn, number))

    await asyncio.gather(*[twice(number) for number in range(8)])
    assert [turn for turn, _ in ended] == [0] * 8 + [1] * 8
    assert connection().lending.is_idle


@pytest.mark.usefixtures("two")
async def test_who_gives_up_waiting_leaves_the_place_to_the_next():
    sleeping = [asyncio.create_task(fetch("SELECT pg_sleep(0.2)")) for _ in range(2)]
    await asyncio.sleep(0.05)
    waiting = [asyncio.create_task(backend()) for _ in range(4)]
    await asyncio.sleep(0.01)
    waiting[0].cancel()
    await asyncio.gather(*sleeping)
    waiting[1].cancel()  # whose turn it is already
    async with asyncio.timeout(20):
        assert len([one for one in await asyncio.gather(*waiting, return_exceptions=True) if isinstance(one, int)]) >= 2
    assert connection().lending.is_idle


@pytest.mark.usefixtures("two")
async def test_a_closed_database_waits_for_nobody_for_long():
    asleep = asyncio.create_task(fetch("SELECT pg_sleep(0.3)"))
    await asyncio.sleep(0.05)
    async with asyncio.timeout(5):
        await db.close()
    await asleep


@pytest.mark.usefixtures("two")
async def test_a_transaction_whose_end_is_cancelled_again_and_again_takes_nobody_elses_connection():
    """A time limit and then a shutdown: the first cancels the wait, the second what gives the connection back."""

    async def slow() -> None:
        async with db.transaction():
            await fetch("SELECT pg_sleep(0.05)")

    async def other() -> None:
        for _ in range(3):
            async with db.transaction():
                await fetch("SELECT pg_sleep(0.002)")

    for gap in (0, 0, 0.0003, 0.0006, 0.001, 0.001):
        ended, others = asyncio.create_task(slow()), [asyncio.create_task(other()) for _ in range(4)]
        await asyncio.sleep(0.02)
        for _ in range(3):
            ended.cancel()
            await asyncio.sleep(gap)
        with pytest.raises(asyncio.CancelledError):
            await ended
        async with asyncio.timeout(20):
            await asyncio.gather(*others)
    assert connection().lending.is_idle


@pytest.mark.usefixtures("two")
async def test_a_refused_beginning_spoils_no_connection(monkeypatch: pytest.MonkeyPatch):
    real, refused = asyncpg.Connection.execute, []

    async def execute(self, query: str, *rest, **named):
        if query.startswith("BEGIN") and not refused:
            refused.append(query)
            raise asyncpg.QueryCanceledError("canceling statement due to user request")
        return await real(self, query, *rest, **named)

    monkeypatch.setattr(asyncpg.Connection, "execute", execute)
    for _ in range(4):
        with suppress(asyncpg.QueryCanceledError):
            async with db.transaction():
                await backend()
    assert refused
    async with db.transaction():
        assert await backend()


@pytest.mark.usefixtures("two")
async def test_a_connection_that_did_nothing_for_long_is_lent_no_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lending, "LONGEST_IDLE", 0.1)
    first = await backend()
    await asyncio.sleep(0.2)
    second = await backend()
    assert second != first
    await asyncio.gather(fetch("SELECT pg_sleep(0.05)"), fetch("SELECT pg_sleep(0.05)"))
    for _ in range(10):
        await asyncio.sleep(0.03)
        await backend()
    assert connection()._pool.get_size() == 1, "what only a rush needs is closed"
    assert connection().lending.is_idle


async def test_a_server_that_is_away_is_not_our_fault(database: str):
    """Its socket is gone from the file system."""
    if is_sqlite():
        pytest.skip("SQLite has no server")
    await db.connect("postgres://postgres@/abonent?host=/nonexistent")
    with pytest.raises(OSError, match="No such file") as raised:
        await backend()
    assert is_unavailable(raised.value)
    assert is_unavailable(asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"))


@pytest.mark.usefixtures("two")
async def test_a_connection_that_served_its_time_is_replaced(monkeypatch: pytest.MonkeyPatch):
    """Whatever a server keeps for a connection goes with it."""
    await backend()
    monkeypatch.setattr(lending, "MOST_STATEMENTS", 5)
    for holder in connection()._pool._holders:
        holder._max_queries = 5
    assert len({await backend() for _ in range(12)}) > 1


async def _begun() -> object:
    return (await fetch("SELECT now() AS begun"))[0]["begun"]
