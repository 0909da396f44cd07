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


async def _begun() -> object:
    return (await fetch("SELECT now() AS begun"))[0]["begun"]
