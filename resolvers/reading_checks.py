"""The rules of sending readings: what is refused, and what is asked back with its numbers."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from models.enums import ReadingSource, Resource
from models.errors import DialName, Path, Problem, ProblemCode
from models.money import half_up
from models.period import Period
from models.quantity import MICRO, Quantity
from resolvers.meters import MeterRow, RegisterRow
from resolvers.readings import COLUMNS, COUNTS, FROM, ReadingRow, consumed, dial, reading_row
from resolvers.sql import among, fetch

TIMES_USUAL = 5
USUAL_MONTHS = 6
FLOOR = {Resource.ELECTRICITY: 100 * MICRO}  # a month's consumption below which nobody is asked
FLOOR_ELSE = 5 * MICRO
WITHOUT_HISTORY = {Resource.ELECTRICITY: 2000 * MICRO}
WITHOUT_HISTORY_ELSE = 100 * MICRO


@dataclass(slots=True, eq=False)
class Understood:
    """One row of the input as it was read: `path` names the row, `micro` is its value, `former` the reading before it."""

    path: Path
    register: RegisterRow
    micro: int
    taken_on: dt.date
    period: Period
    history: Sequence[ReadingRow] = ()

    @property
    def former(self) -> ReadingRow | None:
        return self.history[-1] if self.history else None

    @property
    def value(self) -> Quantity:
        return self.quantity(self.micro)

    @property
    def display(self) -> str:
        """As on the dial: 00125.120."""
        return dial(self.micro, self.register.integer_digits, self.register.fraction_digits)

    @property
    def previous(self) -> Quantity | None:
        return self.quantity(self.former.micro) if self.former else None

    @property
    def previous_on(self) -> dt.date | None:
        return self.former.taken_on if self.former else None

    @property
    def used(self) -> int | None:
        return consumed(self.former.micro, self.micro, self.register.integer_digits) if self.former else None

    @property
    def consumption(self) -> Quantity | None:
        return self.quantity(self.used) if self.used is not None else None

    @property
    def is_lower(self) -> bool:
        return self.former is not None and self.micro < self.former.micro

    def problem(self, code: ProblemCode, **params: object) -> Problem:
        return Problem(code, (*self.path, "value"), {"value": self.value, "previous": self.previous, **params})

    def quantity(self, micro: int) -> Quantity:
        return Quantity(micro, self.register.unit, self.register.fraction_digits or 0)


async def histories(registers: Iterable[RegisterRow]) -> dict[int, list[ReadingRow]]:
    """All readings that stand, oldest first, whoever asks: the rules need them. One statement."""
    text = f"SELECT {COLUMNS}, NULL AS previous FROM {FROM} WHERE {among('rd.register_id', 1)} AND {COUNTS} ORDER BY rd.taken_on, rd.id"
    found: dict[int, list[ReadingRow]] = {}
    for row in await fetch(text, [register.pk for register in registers]):
        found.setdefault(row["register_id"], []).append(reading_row(row))
    return found


def without_replaced(history: Sequence[ReadingRow], day: dt.date, period: Period, *, by_resident: bool, source: ReadingSource) -> list[ReadingRow]:
    """What stands beside a new reading: all but the one that it would replace."""

    def is_replaced(row: ReadingRow) -> bool:
        if by_resident:
            return row.by_resident and row.period == period
        return not row.by_resident and row.taken_on == day and row.source is source

    return [row for row in history if not is_replaced(row)]


def contradiction(row: Understood, standing: Sequence[ReadingRow]) -> Problem | None:
    """A dial does not run backwards: a reading of an earlier day may not be above one that stands after it."""
    later = [one for one in standing if one.taken_on > row.taken_on]
    if not later or row.micro <= later[0].micro:
        return None
    return row.problem(ProblemCode.ABOVE_NEXT_READING, next=row.quantity(later[0].micro), day=later[0].taken_on)


def questions(
    rows: Sequence[Understood], meters: Sequence[MeterRow], sent: set[int], today: dt.date, confirmed: Collection[tuple[Path, ProblemCode]]
) -> list[Problem]:
    """Everything that must be confirmed and is not yet. `sent` are the dials that have a value for the month already."""
    asked = strange(rows, confirmed)
    asked += [problem for problem in missing({row.register.pk for row in rows} | sent, meters, today) if (problem.path, problem.code) not in confirmed]
    return asked


def strange(rows: Sequence[Understood], confirmed: Collection[tuple[Path, ProblemCode]]) -> list[Problem]:
    """What must be confirmed about the values themselves and is not yet; `rows` are of one account."""
    swapped = _swapped(rows)
    asked = [problem for row, problem in swapped]
    unanswered = {id(row) for row, problem in swapped if (problem.path, problem.code) not in confirmed}
    for row in rows:
        if id(row) not in unanswered:  # swapped values are lower or many times more by themselves: first things first
            asked += _strange(row)
    return [problem for problem in asked if (problem.path, problem.code) not in confirmed]


def _strange(row: Understood) -> list[Problem]:
    if row.is_lower:
        return [row.problem(ProblemCode.LOWER_THAN_BEFORE)]
    if row.former is not None and row.micro == row.former.micro:
        return [row.problem(ProblemCode.SAME_AS_BEFORE)]
    used = row.used if row.former is not None else row.micro
    usual, limit = _usual(row)
    if used is None or used <= limit:
        return []
    unit, digits = row.register.unit, row.register.fraction_digits or 0
    step = MICRO if usual >= 2 * MICRO else MICRO // 10 ** min(digits, 3)  # whole cubic metres are told apart at a glance
    shown = Quantity(half_up(usual, step) * step, unit, 0 if step == MICRO else digits)
    return [row.problem(ProblemCode.MUCH_MORE_THAN_USUAL, consumption=Quantity(used, unit, digits), usual=shown)]


def _usual(row: Understood) -> tuple[int, int]:
    """The average consumption of the last months for as long as this reading spans, and the one above which it is asked about.

    The limit is several times the average and never below a floor. Without history the limit stands for both.
    """
    resource = row.register.meter.resource
    unknown = WITHOUT_HISTORY.get(resource, WITHOUT_HISTORY_ELSE)
    if row.former is None:
        return unknown, unknown
    since = row.former.period.plus(-USUAL_MONTHS)
    recent = [one for one in row.history if one.period >= since]
    months = _months(recent[0].period, row.former.period)
    if months < 1:
        return unknown, unknown
    total = sum(consumed(a.micro, b.micro, row.register.integer_digits) or 0 for a, b in itertools.pairwise(recent))
    elapsed = max(1, _months(row.former.period, row.period))
    return total * elapsed // months, max(TIMES_USUAL * total * elapsed // months, FLOOR.get(resource, FLOOR_ELSE) * elapsed)


def _swapped(rows: Sequence[Understood]) -> list[tuple[Understood, Problem]]:
    """Pairs of one inlet whose values are each nearer to the other's previous one."""
    found = []
    for cold in rows:
        for hot in rows:
            if _is_pair(cold, hot) and _is_nearer(cold, hot) and _is_nearer(hot, cold):
                params = {"cold": cold.previous, "hot": hot.previous}
                found += [(row, row.problem(ProblemCode.HOT_COLD_SWAPPED, **params)) for row in (cold, hot)]
    return found


def _is_pair(cold: Understood, hot: Understood) -> bool:
    one, other = cold.register.meter, hot.register.meter
    return (one.resource, other.resource) == (Resource.COLD_WATER, Resource.HOT_WATER) and one.inlet == other.inlet


def _is_nearer(row: Understood, other: Understood) -> bool:
    """Whether the row's value is nearer to the other dial's previous reading than to its own."""
    if row.former is None or other.former is None:
        return False
    return abs(row.micro - other.former.micro) < abs(row.micro - row.former.micro)


def missing(given: Collection[int], meters: Sequence[MeterRow], today: dt.date, path: Path = ("readings",)) -> list[Problem]:
    """The question about dials that are not `given`, of meters that take readings."""
    without = [meter for meter in meters if meter.refusal(today) is None and any(register.pk not in given for register in meter.registers)]
    if not without:
        return []
    return [Problem(ProblemCode.SOME_METERS_MISSING, path, {"meters": [name for meter in without for name in _names(meter, given)]})]


def _names(meter: MeterRow, given: Collection[int]) -> list[DialName]:
    """The meter where none of its dials is given, else the dials that are not."""
    lacking = [register for register in meter.registers if register.pk not in given]
    zones = [None] if len(lacking) == len(meter.registers) else [register.zone and register.zone.name for register in lacking]
    return [DialName(meter.resource.name, zone, meter.serial) for zone in zones]


def _months(first: Period, last: Period) -> int:
    return (last.year - first.year) * 12 + last.month - first.month
