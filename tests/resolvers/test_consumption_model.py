"""Consumption in SQL over any life of the meters of one inlet, against a plain model that knows what was really used."""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from models import sql
from models.database import transaction
from models.enums import ReadingSource, ReadingState, TariffZone
from models.period import Period
from models.quantity import MICRO
from resolvers.accounts import accounts_by_ids
from resolvers.consumption import months_between, months_of_registers, places_of
from resolvers.meters import registers_by_ids
from resolvers.readings import readings_of_registers
from resolvers.viewer import viewer_of_user
from tests import factories as make

FIRST_DAY = dt.date(2020, 1, 1)
numbers = itertools.count(1_000_000)  # ids of rows: far from those that the database gives itself
Counted = dict[tuple[TariffZone | None, Period], tuple[int | None, int]]  # how much, and over how many months


@dataclass
class Row:
    register: int
    value: int
    day: dt.date
    period: Period
    source: ReadingSource
    state: ReadingState


@dataclass
class Dial:
    """Where one dial stands; `period` is that of its last reading that stands, None while it is not open."""

    meter: int
    zone: TariffZone | None
    length: int
    register: int = field(default_factory=lambda: next(numbers))
    value: int = 0
    period: Period | None = None


@dataclass
class Life:
    """Everything that happens at one inlet, told in order. `truth` is what each step has used, however the dials show it."""

    account: int = field(default_factory=lambda: next(numbers))
    day: dt.date = FIRST_DAY
    meters: dict[int, dt.date] = field(default_factory=dict)  # with the day of installation
    dials: list[Dial] = field(default_factory=list)  # all that ever were
    now: list[Dial] = field(default_factory=list)  # those that stand
    rows: list[Row] = field(default_factory=list)
    truth: dict[tuple[TariffZone | None, Period], list[tuple[int | None, int]]] = field(default_factory=lambda: defaultdict(list))

    def install(self, zones: list[TariffZone | None], digits: int, values: Iterator[int]) -> None:
        meter = next(numbers)
        self.meters[meter] = self.day
        self.now = [Dial(meter, zone, 10**digits * MICRO) for zone in zones]
        self.dials += self.now
        self.open(values)

    def open(self, values: Iterator[int]) -> None:
        for dial in self.now:
            dial.value = next(values) % dial.length
            self._stands(dial, ReadingSource.INSTALLATION)

    def close(self, amounts: Iterator[int]) -> None:
        for dial in self.now:
            self.use(dial, next(amounts), source=ReadingSource.REMOVAL)
            dial.period = None

    def use(self, dial: Dial, amount: int, *, source: ReadingSource, state=ReadingState.ACCEPTED, ahead=0) -> None:
        """A dial turns by `amount`. Past its end more than half a turn is taken for a mistake, and a lower value in review for unknown."""
        shown = (dial.value + amount % dial.length) % dial.length
        lower = shown < dial.value
        known = not lower or (2 * (amount % dial.length) <= dial.length and state is not ReadingState.IN_REVIEW)
        used, former, dial.value = amount % dial.length if known else None, dial.period, shown
        self._stands(dial, source, state, ahead)
        if former is not None and dial.period is not None:
            self.truth[dial.zone, dial.period].append((used, max(1, months_between(former, dial.period))))

    def dead(self, dial: Dial, value: int, source: ReadingSource, state: ReadingState) -> None:
        self.rows.append(Row(dial.register, value % dial.length, self.day, Period.of(self.day), source, state))

    def counted(self, since: Period) -> Counted:
        return {key: _sum(parts) for key, parts in self.truth.items() if key[1] >= since}

    def _stands(self, dial: Dial, source: ReadingSource, state=ReadingState.ACCEPTED, ahead=0) -> None:
        dial.period = Period.of(self.day).plus(ahead)
        self.rows.append(Row(dial.register, dial.value, self.day, dial.period, source, state))


def _sum(parts: list[tuple[int | None, int]]) -> tuple[int | None, int]:
    known = [used for used, _ in parts if used is not None]
    return sum(known) if len(known) == len(parts) else None, max(months for _, months in parts)


ZONES = some.sampled_from([[None], [None], [TariffZone.DAY, TariffZone.NIGHT], [TariffZone.DAY, TariffZone.NIGHT, TariffZone.PEAK]])
AMOUNTS = some.integers(0, 10**13)
SOURCES = [source for source in ReadingSource if source not in (ReadingSource.INSTALLATION, ReadingSource.REMOVAL)]
CHANGES = ["replace", "remove", "again"]
DEAD = {"correct": ReadingState.SUPERSEDED, "refuse": ReadingState.REFUSED}
STEPS = some.sampled_from(["read"] * 6 + ["review", *DEAD, *CHANGES])


@some.composite
def lives(draw) -> Life:
    life = Life(day=FIRST_DAY + dt.timedelta(days=draw(some.integers(0, 60))))
    life.install(draw(ZONES), draw(some.integers(1, 6)), _amounts(draw))
    for step in draw(some.lists(STEPS, max_size=14)):
        life.day += dt.timedelta(days=draw(some.integers(0, 75)))
        (_change if step in CHANGES else _read)(draw, life, step)
    if draw(some.booleans()):
        life.rows = list(_late(life.rows))
    return life


def _amounts(draw) -> Iterator[int]:
    while True:
        yield draw(AMOUNTS)


def _read(draw, life: Life, step: str) -> None:
    """All zones but those that are left out now and then; once in a while for the month to come. On one day each by another way."""
    source = next((source for source in SOURCES if not any(row.day == life.day and row.source is source for row in life.rows)), None)
    for dial in [dial for dial in life.now if source and draw(some.integers(0, 4))]:
        if step in DEAD:
            life.dead(dial, draw(AMOUNTS), source, DEAD[step])
        if step != "refuse":
            state = ReadingState.IN_REVIEW if step == "review" else ReadingState.ACCEPTED
            life.use(dial, draw(AMOUNTS), source=source, state=state, ahead=draw(some.integers(0, 9)) == 9)


def _change(draw, life: Life, step: str) -> None:
    """Another meter on the same day, another one with other zones later, or the same one again, a day later at the earliest."""
    life.close(_amounts(draw))
    if step == "again":
        life.day += dt.timedelta(days=draw(some.integers(1, 100)))
        life.open(_amounts(draw))
        return
    zones = [dial.zone for dial in life.now] if step == "replace" else draw(ZONES)
    life.day += dt.timedelta(days=0 if step == "replace" else draw(some.integers(0, 100)))
    life.install(zones, draw(some.integers(1, 6)), _amounts(draw))


def _late(rows: list[Row]) -> Iterator[Row]:
    """The same rows written in another order: newest days first, and what closes a dial before, what opens it after the others of the day."""
    place = {ReadingSource.REMOVAL: 0, ReadingSource.INSTALLATION: 2}
    days = [list(group) for _, group in itertools.groupby(rows, lambda row: row.day)]
    for day in reversed(days):
        yield from sorted(day, key=lambda row: place.get(row.source, 1))


async def write(organization: int, written: list[Life]) -> None:
    accounts = [(life.account, organization, f"{life.account:08d}", "individual") for life in written]
    meters = [
        (meter, organization, life.account, 1, "electricity", f"{meter}", day, "installed") for life in written for meter, day in life.meters.items()
    ]  # fmt: skip
    dials = [(dial.register, dial.meter, dial.zone and dial.zone.value, len(str(dial.length // MICRO)) - 1, 6) for life in written for dial in life.dials]
    readings = [
        (
            next(numbers), organization, life.account, row.register, row.value, row.day, row.period.first_day, row.source.value, "", row.state.value,
            row.state is not ReadingState.SUPERSEDED, False,
        )
        for life in written for row in life.rows
    ]  # fmt: skip
    async with transaction():
        await sql.load("personal_account", ("id", "organization_id", "number", "kind"), accounts)
        await sql.load("meter", ("id", "organization_id", "account_id", "inlet", "resource", "serial", "installed_on", "register_state"), meters)
        await sql.load("meter_register", ("id", "meter_id", "zone", "integer_digits", "fraction_digits"), dials)
        await sql.load("reading", READING, readings)


READING = (
    "id", "organization_id", "account_id", "register_id", "value", "taken_on", "period", "source", "source_label", "state", "is_current", "by_resident",
)  # fmt: skip


async def viewer_of(organization) -> object:
    clerk = await make.user()
    await make.staff(clerk, organization)
    return await viewer_of_user(clerk.id, make.TODAY)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=some.lists(lives(), min_size=1, max_size=4), skipped=some.integers(0, 24))
async def test_consumption_is_what_was_used(database, told: list[Life], skipped: int):
    organization = await make.organization(f"org{next(numbers)}")
    viewer, since = await viewer_of(organization), Period.of(FIRST_DAY).plus(skipped)
    await write(organization.id, told)
    accounts = list((await accounts_by_ids(viewer, [life.account for life in told])).values())
    found = await places_of(viewer, accounts, since)
    for life in told:
        [place] = found.get(life.account) or [None]
        zones = place.zones if place else []
        expected = life.counted(since)
        assert {(zone.zone, month.period): (month.micro, month.spans) for zone in zones for month in zone.months} == expected
        assert {month.period: (month.micro, month.spans) for month in (place.months if place else ())} == _together(expected)
    await dials_agree(viewer, told, since)


def _together(expected: Counted) -> dict[Period, tuple[int | None, int]]:
    months: dict[Period, list[tuple[int | None, int]]] = defaultdict(list)
    for (_, period), part in expected.items():
        months[period].append(part)
    return {period: _sum(parts) for period, parts in months.items()}


async def dials_agree(viewer, told: list[Life], since: Period) -> None:
    """What each reading says of itself adds up to what the dial's months say."""
    registers = list((await registers_by_ids(viewer, [dial.register for life in told for dial in life.dials])).values())
    months, readings = await months_of_registers(viewer, registers, since), await readings_of_registers(viewer, registers)
    for register in registers:
        parts: dict[Period, list[int | None]] = defaultdict(list)
        for row in readings.get(register.pk, []):
            if row.previous_micro is not None and row.period >= since:
                parts[row.period].append(row.consumption.micro if row.consumption else None)
        sums = {period: None if None in used else sum(one for one in used if one is not None) for period, used in parts.items()}
        assert {month.period: month.micro for month in months.get(register.pk, [])} == sums
