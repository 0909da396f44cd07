"""«Почему столько?»: statements beside other months."""

import datetime as dt

import pytest

from models.enums import ChargeBasis, Resource
from models.period import Period
from resolvers.accounts import accounts_by_ids
from resolvers.changes import changes_of
from resolvers.price_steps import ChangeCause
from resolvers.statements import statements_of
from resolvers.viewer import viewer_of_user
from tests import factories as make

C = ChangeCause
OCTOBER = Period(2026, 10)


@pytest.fixture
async def flat(database):
    org = await make.organization()
    account = await make.account(org)
    for month in ("2025-10", "2026-09", "2026-10"):
        await make.statement(account, month)
    return account


async def change(account, months: int = 1, **member):
    user = await make.user()
    await make.member(user, account, **member)
    viewer = await viewer_of_user(user.id, make.TODAY)
    [row] = (await accounts_by_ids(viewer, [account.id])).values()
    statement = (await statements_of(viewer, [row], OCTOBER))[account.id]
    return (await changes_of(viewer, [statement], months)).get(statement.pk)


def told(parts) -> dict[ChangeCause, int]:
    return {part.cause: part.amount.minor for part in parts}


async def test_volume_tariff_and_tax_of_each_line_and_of_all(flat):
    await make.charge(flat, "2026-09", 28_000, quantity=5_000_000, price=50_000_000, price_with_tax=56_000_000, tax_percent=1200)
    await make.charge(flat, "2026-10", 48_720, quantity=7_000_000, price=60_000_000, price_with_tax=69_600_000, tax_percent=1600)
    found = await change(flat)
    assert (found.amount_then.minor, found.amount_now.minor, found.difference.minor) == (28_000, 48_720, 20_720)
    assert told(found.parts) == {C.VOLUME: 11_200, C.TARIFF: 7_840, C.TAX: 1_680}
    assert [told(line.parts) for line in found.lines] == [told(found.parts)]
    assert str(found.period) == "2026-09"


async def test_recalculations_come_and_go_with_their_service(flat):
    hot = await make.service(await flat.organization, "Горячая вода", Resource.HOT_WATER)
    await make.charge(flat, "2026-09", 6_932)
    await make.charge(flat, "2026-09", -500, basis=ChargeBasis.RECALCULATION, quantity=None, corrects_period=dt.date(2026, 8, 1))
    await make.charge(flat, "2026-10", 6_932)
    await make.charge(flat, "2026-10", 1_000, service=hot, basis=ChargeBasis.RECALCULATION, quantity=None)
    found = await change(flat)
    assert [(line.either.service.name, told(line.parts)) for line in found.lines] == [
        ("Холодная вода", {C.RECALCULATION: 500}),
        ("Горячая вода", {C.RECALCULATION: 1_000}),
    ]
    assert told(found.parts) == {C.RECALCULATION: 1_500}


async def test_lines_that_came_and_went_and_two_of_one_service(flat):
    power = await make.service(await flat.organization, "Электроэнергия", Resource.ELECTRICITY)
    await make.charge(flat, "2026-09", 100, tier=1)
    await make.charge(flat, "2026-09", 200, tier=2)
    await make.charge(flat, "2026-10", 100, tier=1)
    await make.charge(flat, "2026-10", 300, service=power)
    found = await change(flat)
    assert [(line.either.service.name, line.either.tier, told(line.parts)) for line in found.lines] == [
        ("Холодная вода", 1, {}), ("Электроэнергия", None, {C.SERVICE: 300}), ("Холодная вода", 2, {C.SERVICE: -200}),
    ]  # fmt: skip
    assert found.difference.minor == sum(told(found.parts).values()) == 100


async def test_a_share_of_the_house_is_not_taken_for_ones_own_water(flat):
    await make.charge(flat, "2026-09", 28_000, quantity=5_000_000)
    await make.charge(flat, "2026-10", 1_680, quantity=300_000, basis=ChargeBasis.COMMUNAL)
    await make.charge(flat, "2026-10", 28_000, quantity=5_000_000)
    found = await change(flat)
    assert [(line.difference.minor, list(told(line.parts))) for line in found.lines] == [(1_680, [C.SERVICE]), (0, [])]
    assert told(found.parts) == {C.SERVICE: 1_680}


async def test_there_is_nothing_to_compare_with(flat):
    await make.charge(flat, "2026-10", 100)
    assert await change(flat) is None
    assert await change(flat, 12) is None


async def test_what_the_viewer_may_not_see_is_not_compared(flat):
    await make.charge(flat, "2026-09", 100)
    await make.charge(flat, "2026-10", 150)
    assert await change(flat, from_on=dt.date(2026, 10, 1)) is None
    assert (await change(flat, from_on=dt.date(2026, 9, 30))).difference.minor == 50
