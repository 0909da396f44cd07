"""Connections of PostgreSQL are given back sound, however a statement ended."""

import asyncio
from contextlib import suppress

import asyncpg
import pytest

from models import database as db
from models.database import connection, is_sqlite
from resolvers.sql import fetch


@pytest.fixture
async def two(database: str) -> None:
    """A pool of two connections: of more it would show later that some are lost."""
    if is_sqlite():
        pytest.skip("SQLite has no pool")
    await db.connect(f"{database}{'&' if '?' in database else '?'}pool=2")


async def backend() -> int:
    return int((await fetch("SELECT pg_backend_pid() AS pid"))[0]["pid"])


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


async def _begun() -> object:
    return (await fetch("SELECT now() AS begun"))[0]["begun"]
