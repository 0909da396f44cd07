"""Several connections look at one moment."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from functools import partial

import pytest

from models import Organization, sql
from models import database as db
from models.database import connection, is_sqlite
from models.snapshots import snapshot

VALUES = {"name": "Водоканал", "currency": "KZT", "timezone": "Asia/Almaty"}


@pytest.fixture
def many_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 3)


async def counted(begun: asyncio.Barrier) -> tuple[int, int]:
    """How many organizations there are, once all parts look, and on which connection."""
    await begun.wait()
    [row] = await sql.fetch("SELECT pg_backend_pid() AS pid, COUNT(*) AS n FROM organization")
    return row["pid"], row["n"]


async def test_sides_see_the_same_moment(database: str, many_sides: None):
    if is_sqlite():
        pytest.skip("SQLite has one side")
    await Organization.create(slug="vodokanal", **VALUES)
    together, outside = asyncio.Barrier(3), copy_context()
    async with snapshot() as moment:
        await asyncio.create_task(_created(), context=outside)
        found = await moment.each([partial(counted, together)] * 3)
    assert [n for _, n in found] == [1, 1, 1]
    assert len({pid for pid, _ in found}) == 3
    assert await Organization.all().count() == 2


async def _created() -> None:
    await Organization.create(slug="teplo", **VALUES)


async def test_each_part_runs_once_in_order(database: str, many_sides: None):
    async def part(number: int) -> int:
        await sql.staging("mine", {"n": "int"})  # a table of this connection's own
        await sql.execute(f"INSERT INTO mine (n) VALUES ({number})")
        await asyncio.sleep(0.01 * (number % 2))
        [row] = await sql.fetch("SELECT SUM(n) AS n FROM mine")
        return int(row["n"])

    async with snapshot() as moment:
        assert await moment.each([partial(part, number) for number in range(7)]) == list(range(7))
        assert await moment.each([]) == []


async def test_what_a_part_raises_is_raised(database: str, many_sides: None):
    async def broken() -> int:
        raise LookupError("broken")

    async def slow() -> int:
        await asyncio.sleep(60)
        return 1

    parts: list[Callable[[], Awaitable[int]]] = [slow, broken, slow]
    if is_sqlite():
        parts = [broken]
    with pytest.raises(LookupError):
        async with asyncio.timeout(20), snapshot() as moment:
            await moment.each(parts)
    assert await Organization.all().count() == 0  # every connection was given back


async def test_a_pool_without_another_connection_is_no_obstacle(database: str, many_sides: None):
    """All connections but one are in use by others for as long as the look takes."""
    if is_sqlite():
        pytest.skip("SQLite has no pool")
    await db.connect(f"{database}{'&' if '?' in database else '?'}pool=2")

    async def part() -> int:
        return 1

    async with asyncio.timeout(20), snapshot() as moment:
        lending = connection()._parent.lending
        taken = await lending.borrow()
        try:
            assert await moment.each([part, part, part]) == [1, 1, 1]
        finally:
            await lending.give_back(taken)


async def test_a_connection_whose_beginning_is_cancelled_is_given_back(database: str, many_sides: None):
    """A side may get its connection when all is done: it is sent home in the midst of its BEGIN."""
    if is_sqlite():
        pytest.skip("SQLite has no pool")
    from models.postgres import Transaction

    await db.connect(f"{database}{'&' if '?' in database else '?'}pool=3")
    beginning, begin = asyncio.Semaphore(0), Transaction.begin

    async def slow(self: Transaction) -> None:
        await begin(self)
        beginning.release()
        await asyncio.sleep(60)

    async def part() -> int:
        await asyncio.gather(beginning.acquire(), beginning.acquire())  # both other sides are there
        return 1

    async with asyncio.timeout(20), snapshot() as moment:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Transaction, "begin", slow)
            assert await moment.each([part, _nothing, _nothing]) == [1, 0, 0]
    assert connection().lending.is_idle


async def _nothing() -> int:
    return 0
