"""Lists of one are compared as what they hold, and PostgreSQL keeps its plans."""

import datetime as dt
from typing import Any

import pytest
from tortoise.exceptions import OperationalError

from models import database as db
from models.database import connection, is_sqlite
from resolvers.sql import _for_one, among, among_days, among_texts, fetch
from resolvers.viewer import viewer_of_user
from schema import ids, operations
from tests import factories as make

DAYS = [dt.date(2026, 9, 1), dt.date(2026, 10, 1), dt.date(2026, 11, 1)]


@pytest.fixture
async def home(database) -> Any:
    account = await make.account(await make.organization())
    for day in DAYS:
        await make.statement(account, f"{day:%Y-%m}", closing=day.month)
    return account


@pytest.mark.parametrize("some", [[], DAYS[:1], DAYS[:2], DAYS], ids=len)
async def test_lists_of_any_length_find_what_they_hold(home, some: list[dt.date]):
    months = [day.month for day in some]
    for condition, wanted in ((among("closing", 1), months), (among_days("period", 1), some), (among_texts("CAST(closing AS text)", 1), map(str, months))):
        rows = await fetch(f"SELECT closing FROM statement WHERE {condition} AND account_id = $2 ORDER BY period", list(wanted), home.id)
        assert [row["closing"] for row in rows] == months


async def test_two_lists_of_one_are_two(home):
    text = f"SELECT closing FROM statement WHERE {among('account_id', 1)} AND {among_days('period', 2)} AND {among('account_id', 1)}"
    assert [row["closing"] for row in await fetch(text, [home.id], DAYS[1:2])] == [10]


def test_a_list_that_is_used_otherwise_stays_one():
    text = "SELECT 1 WHERE a = ANY($1::bigint[]) AND cardinality($1::bigint[]) = $2 AND b = ANY($10::date[])"
    assert _for_one(text, (1,)) == (text, ())
    assert _for_one(text, (10,)) == (text.replace("= ANY($10::date[])", "= $10::date"), (10,))


async def test_no_statement_of_a_statements_document_is_planned_each_time(database: str):
    """PostgreSQL takes a list of unknown length for ten rows and may find that a plan for each is worth its making: half of a millisecond each time."""
    if is_sqlite():
        pytest.skip("SQLite plans when it prepares")
    await db.connect(f"{database}{'&' if '?' in database else '?'}pool=1")
    await operations.start()
    account = await make.account(await make.organization())
    dials = [await make.meter(account, inlet=inlet) for inlet in (1, 2)]
    for month in ("2026-09", "2026-10"):
        await make.statement(account, month)
        await make.charge(account, month, 100)
        for dial in dials:
            await make.reading(dial, month[-2:], f"{month}-20")
    owner = await make.user()
    await make.member(owner, account)
    viewer = await viewer_of_user(owner.id, make.TODAY)
    for _ in range(8):
        await operations.run("statements/index", viewer, {"id": ids.encode("acc", account.id), "period": "2026-10"}, today=make.TODAY)
    kept = await fetch("SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements WHERE custom_plans >= 5")
    assert len(kept) > 4
    assert [row["statement"] for row in kept if not row["generic_plans"]] == []


async def test_a_known_statement_whose_table_changes_is_prepared_again(database):
    if is_sqlite():
        pytest.skip("of PostgreSQL")
    await connection().execute_query("CREATE TABLE changing (id bigint)")
    try:
        await connection().execute_query("INSERT INTO changing VALUES (7)")
        for _ in range(3):
            assert [dict(row) for row in await fetch("SELECT * FROM changing WHERE id = $1", 7)] == [{"id": 7}]
        await connection().execute_query("ALTER TABLE changing ADD COLUMN name text DEFAULT 'a'")
        for _ in range(3):
            assert [dict(row) for row in await fetch("SELECT * FROM changing WHERE id = $1", 7)] == [{"id": 7, "name": "a"}]
        for _ in range(3):
            with pytest.raises(OperationalError):
                await fetch("SELECT * FROM changing WHERE id = $1", "seven")
        assert connection().lending.is_idle
    finally:
        await connection().execute_query("DROP TABLE changing")
