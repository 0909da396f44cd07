"""For how many months in a row a line was charged by average."""

import pytest

from models import Charge, PersonalAccount
from models.enums import ChargeBasis, Resource, TariffZone
from models.period import Period
from resolvers.averages import averages_of
from resolvers.charges import charges_of_months
from resolvers.viewer import Viewer, ViewerKind
from tests import factories as make
from tests.counting import counted

B = ChargeBasis
VIEWER = Viewer(ViewerKind.SYSTEM, "test")


@pytest.fixture
async def account(database) -> PersonalAccount:
    return await make.account(await make.organization())


async def charged(account: PersonalAccount, **months: ChargeBasis) -> None:
    for month, basis in months.items():
        await make.charge(account, f"2026-{month[1:]}", 500, basis=basis)


async def said(account: PersonalAccount, *months: int) -> list[int | None]:
    rows = await charges_of_months((account.id, Period(2026, month)) for month in months)
    charges = [row for month in months for row in rows[account.id, Period(2026, month)]]
    found = await averages_of(VIEWER, charges)
    return [found.get(row.pk) for row in charges]


async def test_months_by_average_are_counted_from_the_last_reading(account):
    await charged(account, m05=B.READING, m06=B.AVERAGE, m07=B.AVERAGE, m08=B.AVERAGE, m09=B.NORM, m10=B.AVERAGE)
    with counted() as seen:
        assert await said(account, 5, 6, 7, 8, 9, 10) == [None, 1, 2, 3, None, 1]
    assert len(seen) == 2, "one for the charges, one for what was before them"


async def test_where_the_books_begin_nobody_knows_how_many_there_were(account):
    await charged(account, m05=B.AVERAGE, m06=B.AVERAGE, m07=B.READING, m09=B.AVERAGE)
    assert await said(account, 5, 6, 9) == [None, None, None], "neither before the books nor over a month that they lack"


async def test_each_line_has_months_of_its_own_and_old_versions_count_for_nothing(account):
    of = await account.organization
    hot = await make.service(of, "Горячая вода", Resource.HOT_WATER)
    await charged(account, m08=B.READING, m09=B.AVERAGE)
    await make.charge(account, "2026-08", 500, basis=B.AVERAGE, service=hot)
    await make.charge(account, "2026-07", 500, basis=B.READING, service=hot)
    await make.charge(account, "2026-09", 500, basis=B.AVERAGE, service=hot)
    await make.charge(account, "2026-09", 500, basis=B.AVERAGE, zone=TariffZone.NIGHT)
    other = await make.account(of)
    await make.charge(other, "2026-08", 500, basis=B.AVERAGE)
    assert sorted(await said(account, 9), key=str) == [1, 2, None]
    await Charge.filter(account=account, period="2026-08-01", basis=B.READING).update(is_current=False)
    assert sorted(await said(account, 9), key=str) == [2, None, None]
