"""Consumption by months: who sees which part of it, what is not known, and in how many statements. The sums are proved in test_consumption_model.py."""

import datetime as dt

import pytest

from models.enums import ReadingSource, ReadingState, Resource, TariffZone, TokenScope
from models.period import Period
from resolvers.accounts import accounts_by_ids
from resolvers.consumption import months_of_registers, places_of, places_of_meters
from resolvers.meters import meters_by_ids, registers_by_ids
from resolvers.reading_history import history_of_accounts, history_of_meters, history_of_registers
from resolvers.readings import consumed
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.counting import counted

SINCE = Period(2024, 1)
OPENING, CLOSING = {"source": ReadingSource.INSTALLATION}, {"source": ReadingSource.REMOVAL}


class Home:
    async def prepare(self) -> "Home":
        self.org = await make.organization()
        self.account = await make.account(self.org)
        self.owner = await make.user()
        await make.member(self.owner, self.account)
        self.viewer = await viewer_of_user(self.owner.id, make.TODAY)
        return self

    async def months(self, viewer=None, since=SINCE):
        """Of each place (inlet and resource) by month what was used, and over how many months."""
        viewer = viewer or self.viewer
        accounts = list((await accounts_by_ids(viewer, [self.account.id])).values())
        found = (await places_of(viewer, accounts, since)).get(self.account.id, [])
        return {(one.inlet, one.resource.value): {str(month.period): (shown(month.volume), month.spans) for month in one.months} for one in found}

    async def history(self, viewer=None, first=50, after=None):
        viewer = viewer or self.viewer
        accounts = list((await accounts_by_ids(viewer, [self.account.id])).values())
        found = (await history_of_accounts(viewer, accounts, first, after)).get(self.account.id, [])
        return [(row.display, row.state.value, shown(row.consumption)) for row in found]


def shown(quantity):
    return quantity.value if quantity else None


@pytest.fixture
async def home(database):
    return await Home().prepare()


async def test_a_replacement_is_the_sum_of_both_meters(home):
    old = await make.meter(home.account, removed_on=dt.date(2026, 10, 12))
    new = await make.meter(home.account, installed_on=dt.date(2026, 10, 12))
    for dial, value, day, source in (
        (old, "100", "2026-09-20", {}),
        (old, "103", "2026-10-12", CLOSING),
        (new, "7", "2026-10-12", OPENING),
        (new, "9,5", "2026-10-20", {}),
    ):
        await make.reading(dial, value, day, **source)
    assert await home.months() == {(1, "cold_water"): {"2026-10": ("5.500", 1)}}
    meters = list((await meters_by_ids(home.viewer, [old.meter_id, new.meter_id])).values())
    places = await places_of_meters(home.viewer, meters, SINCE)
    assert places[old.meter_id] is places[new.meter_id]
    registers = await registers_by_ids(home.viewer, [old.id, new.id])
    alone = await months_of_registers(home.viewer, list(registers.values()), SINCE)
    assert {pk: [month.volume.value for month in months] for pk, months in alone.items()} == {old.id: ["3.000"], new.id: ["2.500"]}


async def test_months_without_reading_count_for_the_later_month(home):
    dial = await make.meter(home.account)
    for value, day in (("100", "2026-05-20"), ("112", "2026-08-20"), ("115", "2026-09-10"), ("116", "2026-09-25")):
        await make.reading(dial, value, day)
    assert await home.months() == {(1, "cold_water"): {"2026-08": ("12.000", 3), "2026-09": ("4.000", 1)}}
    assert await home.months(since=Period(2026, 9)) == {(1, "cold_water"): {"2026-09": ("4.000", 1)}}


async def test_what_nobody_has_judged_is_not_known(home):
    dial = await make.meter(home.account)
    await make.reading(dial, "100", "2026-08-20")
    await make.reading(dial, "5", "2026-09-20", state=ReadingState.IN_REVIEW)
    await make.reading(dial, "6", "2026-10-20")
    assert await home.months() == {(1, "cold_water"): {"2026-09": (None, 1), "2026-10": ("1.000", 1)}}


def test_a_lower_value_is_a_rollover_or_a_mistake():
    """Half a turn of the dial is the most that is believed."""
    assert consumed(99_990_000_000, 10_000_000, 5) == 20_000_000
    assert consumed(50_000_000_000, 0, 5) == 50_000_000_000
    assert consumed(49_999_000_000, 0, 5) is None
    assert consumed(180_000_000, 120_000_000, 5) is None


async def test_zones_stand_apart_and_together(home):
    day = await make.meter(home.account, Resource.ELECTRICITY, digits=(5, 0))
    day.zone = TariffZone.DAY
    await day.save()
    night = await type(day).create(meter_id=day.meter_id, zone=TariffZone.NIGHT, integer_digits=5, fraction_digits=0)
    for dial, values in ((night, ("40", "55")), (day, ("100", "130"))):
        for month, value in enumerate(values, 9):
            await make.reading(dial, value, dt.date(2026, month, 20))
    assert await home.months() == {(1, "electricity"): {"2026-10": ("45", 1)}}
    accounts = list((await accounts_by_ids(home.viewer, [home.account.id])).values())
    [place] = (await places_of(home.viewer, accounts, SINCE))[home.account.id]
    assert [(zone.zone, zone.months[0].volume.value) for zone in place.zones] == [(TariffZone.DAY, "30"), (TariffZone.NIGHT, "15")]


async def test_places_without_inlet_are_told_apart_by_their_names(home):
    for place in ("Кухня", "Ванная"):
        dial = await make.meter(home.account, inlet=None, place=place)
        await make.reading(dial, "1", "2026-09-20")
        await make.reading(dial, "3", "2026-10-20")
    accounts = list((await accounts_by_ids(home.viewer, [home.account.id])).values())
    found = (await places_of(home.viewer, accounts, SINCE))[home.account.id]
    assert [(place.place, place.months[0].volume.value) for place in found] == [("Ванная", "2.000"), ("Кухня", "2.000")]


async def test_a_former_owner_sees_his_days_only(home):
    dial = await make.meter(home.account)
    for month, value in ((7, "100"), (8, "102"), (9, "105"), (10, "109")):
        await make.reading(dial, value, dt.date(2026, month, 20))
    former = await make.user()
    await make.member(former, home.account, from_on=dt.date(2026, 8, 1), until_on=dt.date(2026, 9, 30))
    viewer = await viewer_of_user(former.id, make.TODAY)
    assert await home.months(viewer) == {(1, "cold_water"): {"2026-09": ("3.000", 1)}}
    assert [row[0] for row in await home.history(viewer)] == ["00105.000", "00102.000"]
    assert len((await home.months())[1, "cold_water"]) == 3


async def test_a_token_without_readings_and_strangers_get_none(home):
    dial = await make.meter(home.account)
    await make.reading(dial, "1", "2026-09-20")
    await make.reading(dial, "3", "2026-10-20")
    viewer = await make.viewer_of_token(await make.token(home.owner, TokenScope.READ_ACCOUNTS), make.TODAY)
    assert (await home.months(viewer), await home.history(viewer)) == ({}, [])
    stranger = await viewer_of_user((await make.user()).id, make.TODAY)
    assert (await home.months(stranger), await home.history(stranger)) == ({}, [])


async def test_history_shows_what_stands_what_was_refused_and_what_one_replaced_oneself(home):
    dial = await make.meter(home.account)
    await make.reading(dial, "100", "2026-09-20")
    old = {"state": ReadingState.SUPERSEDED, "is_current": False}
    await make.reading(dial, "900", "2026-10-20", by_resident=True, user=home.owner, **old)
    await make.reading(dial, "901", "2026-10-20", **old)  # the supplier's register said something else before
    await make.reading(dial, "50", "2026-10-21", state=ReadingState.REFUSED, source=ReadingSource.PHONE)
    await make.reading(dial, "102", "2026-10-22")
    mine = [("00102.000", "accepted", "2.000"), ("00050.000", "refused", None), ("00900.000", "superseded", None), ("00100.000", "accepted", None)]
    assert await home.history() == mine
    other = await make.user()
    await make.member(other, home.account)
    assert await home.history(await viewer_of_user(other.id, make.TODAY)) == [mine[0], mine[1], mine[3]]
    clerk = await make.user()
    await make.staff(clerk, home.org)
    assert ("00901.000", "superseded", None) in await home.history(await viewer_of_user(clerk.id, make.TODAY))


async def test_pages_of_a_history_meet_without_gap(home):
    dial = await make.meter(home.account)
    for number in range(7):
        await make.reading(dial, str(100 + number), "2026-10-20", source=list(ReadingSource)[number])
    register = (await registers_by_ids(home.viewer, [dial.id]))[dial.id]
    for read, row, pk in ((history_of_registers, register, dial.id), (history_of_meters, register.meter, dial.meter_id)):
        seen, after = [], None
        while page := (await read(home.viewer, [row], 2, after)).get(pk, []):
            seen += [one.pk for one in page[:2]]
            after = (page[:2][-1].taken_on, page[:2][-1].pk)
        assert len(seen) == len(set(seen)) == 7


async def test_ten_years_take_one_statement_as_one_does(home):
    dials = [await make.meter(home.account, resource) for resource in (Resource.COLD_WATER, Resource.HOT_WATER)]
    for dial in dials:
        for number in range(120):
            month = Period(2016, 12).plus(number)
            await make.reading(dial, str(100 + 2 * number), month.first_day.replace(day=20))
    accounts = list((await accounts_by_ids(home.viewer, [home.account.id])).values())
    for since, months in ((Period(2025, 12), 12), (Period(2016, 12), 119)):
        with counted() as statements:
            found = await places_of(home.viewer, accounts, since)
        assert len(statements) == 1
        assert [(len(place.months), {month.micro for month in place.months}) for place in found[home.account.id]] == [(months, {2_000_000})] * 2
