"""What one sending of readings is judged by, and its rows read as far as they can be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.enums import ReadingSource
from models.errors import Path, Problem, ProblemCode, Refused, RefusedMany
from models.period import Period
from resolvers.accounts import AccountRow
from resolvers.meters import MeterRow, RegisterRow
from resolvers.reading_checks import Understood
from resolvers.typed import Unreadable, typed_value
from resolvers.viewer import Viewer
from resolvers.windows import ReadingWindow

MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Typed:
    """A row as it came: `register_pk` is None for an id that names nothing."""

    register_pk: int | None
    value: str
    taken_on: dt.date | None = None


@dataclass(slots=True, eq=False)
class Desk:
    """What one submission is judged by."""

    viewer: Viewer
    account: AccountRow
    meters: list[MeterRow]
    source: ReadingSource
    today: dt.date
    window: ReadingWindow
    now: dt.datetime

    @property
    def by_resident(self) -> bool:
        return self.source is ReadingSource.CABINET

    @property
    def registers(self) -> dict[int, RegisterRow]:
        return {register.pk: register for meter in self.meters for register in meter.registers}


def understood(desk: Desk, typed: Sequence[Typed]) -> list[Understood]:
    """Every row that has a value. Raises RefusedMany with all that is wrong."""
    if len(typed) > MOST_ROWS:
        raise Refused(ProblemCode.TOO_MANY_ROWS, ("readings",), limit=MOST_ROWS)
    filled = [(("readings", str(index)), row) for index, row in enumerate(typed) if row.value.strip()]
    if not filled:
        raise Refused(ProblemCode.REQUIRED, ("readings", "0", "value") if typed else ("readings",))
    if desk.by_resident and not desk.window.is_open:
        raise Refused(ProblemCode.WINDOW_CLOSED, ("readings",), opens=desk.window.opens_on, closes=desk.window.closes_on)
    problems: list[Problem] = []
    rows: list[Understood] = []
    for path, row in filled:
        seen = {one.register.pk for one in rows}
        found = _row(desk, path, row, seen)
        (rows if isinstance(found, Understood) else problems).append(found)  # type: ignore[arg-type]
    if problems:
        raise RefusedMany(problems)
    return rows


def _row(desk: Desk, path: Path, row: Typed, seen: set[int]) -> Understood | Problem:
    register = desk.registers.get(row.register_pk) if row.register_pk is not None else None
    if register is None:
        return Problem(ProblemCode.UNKNOWN_METER, (*path, "register"))
    if register.pk in seen:
        return Problem(ProblemCode.DUPLICATE_ROW, (*path, "register"))
    refusal = register.meter.refusal(desk.today)
    if refusal is not None:
        return Problem(refusal.code, (*path, "register"), refusal.params)
    try:
        micro = typed_value(row.value, register.integer_digits, register.fraction_digits)
    except Unreadable as unreadable:
        return Problem(unreadable.code, (*path, "value"), _dial_params(register))
    day = row.taken_on or desk.today
    wrong = _day_problem(desk, register.meter, day)
    if wrong is not None:
        return Problem(wrong.code, (*path, "takenOn"), wrong.params)
    period = desk.window.period if desk.by_resident else Period.of(day)
    return Understood(path, register, micro, day, period)


def _day_problem(desk: Desk, meter: MeterRow, day: dt.date) -> Problem | None:
    """Residents read within the window's month; staff and partners may bring the month before too."""
    if day > desk.today:
        return Problem(ProblemCode.DATE_IN_FUTURE)
    period = desk.window.period if desk.by_resident else desk.window.period.previous
    first = max(period.first_day, meter.installed_on or period.first_day)
    last = min(desk.today, max(desk.window.closes_on, desk.window.period.last_day))
    if not first <= day <= last:
        return Problem(ProblemCode.DATE_OUTSIDE_PERIOD, params={"first": first, "last": last})
    return None


def _dial_params(register: RegisterRow) -> dict[str, object]:
    integer, fraction = register.integer_digits or 5, register.fraction_digits if register.fraction_digits is not None else 3
    return {"integer": integer, "fraction": fraction, "example": f"117,{'5' * min(fraction, 1)}".rstrip(",")}
