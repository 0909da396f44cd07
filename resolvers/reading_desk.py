"""What one sending of readings is judged by, and its rows read as far as they can be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from models.enums import ReadingSource
from models.errors import Path, Problem, ProblemCode, Refused, RefusedMany
from models.period import Period
from resolvers.accounts import AccountRow
from resolvers.meters import MeterRow, RegisterRow
from resolvers.reading_checks import Understood
from resolvers.typed import Unreadable, suggested, typed_value
from resolvers.viewer import Viewer
from resolvers.windows import Intake, OpenedForm, ReadingWindow, intake

MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Typed:
    """A row as it came: `register_pk` is None for an id that names nothing."""

    register_pk: int | None
    value: str
    taken_on: dt.date | None = None


@dataclass(eq=False)
class Desk:
    """What one submission is judged by."""

    viewer: Viewer
    account: AccountRow
    meters: list[MeterRow]
    source: ReadingSource
    today: dt.date
    window: ReadingWindow
    now: dt.datetime
    form: OpenedForm | None = None

    @property
    def by_resident(self) -> bool:
        return self.source is ReadingSource.CABINET

    @cached_property
    def intake(self) -> Intake | None:
        """How this sending counts. Windows bind residents; staff and partners may bring the month before too, and each day's own month counts."""
        if self.by_resident:
            found = intake(self.window, self.form, self.now)
            return found if found is None or self.viewer.letter_for in (None, found.period) else None
        return Intake(self.window.period, self.window.period.previous.first_day, self.today)

    @property
    def period(self) -> Period:
        return self.intake.period if self.intake else self.window.period

    @property
    def is_late(self) -> bool:
        return self.intake is not None and self.intake.is_late

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
    if desk.intake is None:
        raise RefusedMany([closed(desk, ("readings",))])
    problems: list[Problem] = []
    rows: list[Understood] = []
    for path, row in filled:
        seen = {one.register.pk for one in rows}
        found = read_row(desk, desk.intake, path, row, seen)
        (rows if isinstance(found, Understood) else problems).append(found)  # type: ignore[arg-type]
    if problems:
        raise RefusedMany(problems)
    return rows


def closed(desk: Desk, path: Path) -> Problem:
    """That nothing is taken now, and when it will be."""
    return Problem(ProblemCode.WINDOW_CLOSED, path, {"opens": desk.window.next.opens_on, "closes": desk.window.next.closes_on})


def read_row(desk: Desk, taken: Intake, path: Path, row: Typed, seen: Collection[int]) -> Understood | Problem:
    """The row as it is understood, or what is wrong with it. `seen` are the dials that other rows are for."""
    register = desk.registers.get(row.register_pk) if row.register_pk is not None else None
    if register is None:
        return Problem(ProblemCode.UNKNOWN_METER, (*path, "register"))
    if register.pk in seen:
        return Problem(ProblemCode.DUPLICATE_ROW, (*path, "register"))
    refusal = register.meter.refusal(desk.today)
    if refusal is not None:
        return Problem(refusal.code, (*path, "register"), refusal.params)
    try:
        micro = typed_value(row.value, register.integer_digits, register.fraction_digits, register.unit)
    except Unreadable as unreadable:
        return Problem(unreadable.code, (*path, "value"), dial_params(register.integer_digits, register.fraction_digits, row.value))
    day = row.taken_on or taken.last_day
    wrong = _day_problem(desk.today, taken, register.meter, day)
    if wrong is not None:
        return Problem(wrong.code, (*path, "takenOn"), wrong.params)
    return Understood(path, register, micro, day, taken.period if desk.by_resident else desk.window.rules.window(day).period)


def _day_problem(today: dt.date, taken: Intake, meter: MeterRow, day: dt.date) -> Problem | None:
    if day > today:
        return Problem(ProblemCode.DATE_IN_FUTURE)
    first = max(taken.first_day, meter.installed_on or taken.first_day)
    if not first <= day <= taken.last_day:
        return Problem(ProblemCode.DATE_OUTSIDE_PERIOD, params={"first": first, "last": taken.last_day})
    return None


def window_question(desk: Desk) -> Problem | None:
    """What a form that was opened in another window did not say: that its readings are late now, or count for another month."""
    form, taken = desk.form, desk.intake
    if form is None or taken is None or not desk.by_resident:
        return None
    params = {"former": form.period, "month": taken.period, "closed": desk.window.rules.days_of(form.period).closes_on}
    if form.period != taken.period:
        return Problem(ProblemCode.OTHER_MONTH, ("readings",), params)
    return Problem(ProblemCode.SENT_LATE, ("readings",), params) if taken.is_late and not form.is_late else None


def dial_params(integer_digits: int | None, fraction_digits: int | None, text: str = "") -> dict[str, object]:
    """How many digits a dial shows, and an example, for what is said about a value: where it can be, what was meant by the `text`."""
    integer, fraction = integer_digits or 5, fraction_digits if fraction_digits is not None else 3
    usual = f"117,{'5' * min(fraction, 1)}".rstrip(",")
    return {"integer": integer, "fraction": fraction, "example": suggested(text, integer, fraction) or usual}
