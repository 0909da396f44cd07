"""A viewer's ids in the texts of statements."""

import datetime as dt
from dataclasses import replace

import pytest

from models.database import is_sqlite
from models.enums import Right
from resolvers import scope
from resolvers.accounts import accounts_by_ids, accounts_page
from resolvers.sql import listed
from resolvers.viewer import Grant, Viewer, ViewerKind
from tests import factories as make
from tests.counting import counted

SEEN = Right.SEE_MONEY


def resident(*pks: int) -> Viewer:
    return Viewer(ViewerKind.RESIDENT, "user:1", user_id=1, grants=tuple(Grant(pk, None, SEEN) for pk in pks), today=dt.date(2026, 10, 15))


@pytest.fixture
async def pks(database) -> list[int]:
    org = await make.organization()
    return [(await make.account(org, f"{number:08}")).id for number in range(4)]


async def test_residents_share_a_text(pks: list[int]):
    """PostgreSQL plans a text once; one of each viewer's own took thrice as long as the statement. Who has one account shares with those who have one."""
    with counted() as seen:
        for some in (pks[:1], pks[3:], pks[1:3], pks[:3]):
            assert set(await accounts_by_ids(resident(*some), pks)) == set(some)
            assert [row.pk for row in await accounts_page(resident(*some), 10, None)] == some
    accounts = [text for text in seen if "FROM personal_account" in text]
    assert len(accounts) == 8
    assert len(set(accounts)) == (8 if is_sqlite() else 4)


def test_where_two_ways_lead_planners_see_how_many_rows_each_finds():
    both = replace(resident(7, 8), organization_ids=frozenset({3}))
    assert "a.id IN (7, 8) OR a.organization_id IN (3)" in scope.accounts_sql(both, leads=True)
    assert f"a.id IN ({listed([7, 8])}) OR +a.organization_id IN (3)" in scope.accounts_sql(both)
    assert listed([7, 8]) != "7, 8"
