"""The values that go with what happens to a meter: closing, opening, and what a visit found; rows like those that registers bring."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models import Reading
from models.enums import ReadingSource, ReadingState, TariffZone
from models.errors import Path, Problem, ProblemCode, RefusedMany
from models.meter_enums import MeterEventKind
from resolvers.meters import MeterRow, RegisterRow
from resolvers.reading_desk import dial_params
from resolvers.readings import ReadingRow, consumed
from resolvers.typed import Unreadable, typed_value

_SOURCES = {
    MeterEventKind.INSTALLED: (ReadingSource.INSTALLATION, "Акт установки"),
    MeterEventKind.REMOVED: (ReadingSource.REMOVAL, "Акт снятия"),
    MeterEventKind.REPLACED: (ReadingSource.REMOVAL, "Акт снятия"),
    MeterEventKind.ROLLED_OVER: (ReadingSource.STAFF, "Сотрудник"),
}
Histories = dict[int, list[ReadingRow]]


@dataclass(frozen=True, slots=True)
class AtDial:
    """What a dial showed, as typed; `register_pk` is 0 for an id that names nothing."""

    register_pk: int
    value: str


@dataclass(frozen=True, slots=True)
class AtZone:
    """What a new dial shows, as typed: its zone is None where the meter has one dial alone."""

    zone: TariffZone | None
    value: str


def closed(meter: MeterRow, histories: Histories, given: Sequence[AtDial], on: dt.date, name: str = "values") -> list[tuple[int, int]]:
    """Closing values: one of each dial, none below what stands. Raises RefusedMany."""
    rows, problems = _read(meter, given, name)
    problems += [] if problems or len(rows) == len(meter.registers) else [Problem(ProblemCode.REQUIRED, (name,))]
    for path, register, micro in rows:
        standing = [one for one in histories.get(register.pk, ()) if one.taken_on <= on and not (one.source is ReadingSource.REMOVAL and one.taken_on == on)]
        if standing and micro < standing[-1].micro:
            params = {"previous": standing[-1].value, "day": standing[-1].taken_on}
            problems.append(Problem(ProblemCode.BELOW_LAST_READING, (*path, "value"), params))
    return _or_refused(rows, problems)


def read_at_visit(meter: MeterRow, histories: Histories, given: Sequence[AtDial], on: dt.date) -> list[tuple[int, int]]:
    """Values behind zero, of dials whose length is known and which stood higher before, by half a turn at least. Raises RefusedMany."""
    rows, problems = _read(meter, given, "values")
    problems += [] if rows or problems else [Problem(ProblemCode.REQUIRED, ("values",))]
    for path, register, micro in rows:
        history = histories.get(register.pk, [])
        before = [one for one in history if one.taken_on <= on]
        if register.integer_digits is None:
            problems.append(Problem(ProblemCode.DIGITS_UNKNOWN, (*path, "value")))
        elif not before or micro >= before[-1].micro or any(one.taken_on > on for one in history):
            problems.append(Problem(ProblemCode.NOT_LOWER, (*path, "value")))
        elif consumed(before[-1].micro, micro, register.integer_digits) is None:  # it would be a rollover without consumption
            problems.append(Problem(ProblemCode.HALF_A_TURN, (*path, "value"), {"previous": before[-1].value}))
    return _or_refused(rows, problems)


def opened(zones: Sequence[TariffZone | None], digits: tuple[int, int], given: Sequence[AtZone], name: str = "opening") -> dict[TariffZone | None, int]:
    """Opening values: one for each zone of the new meter. Raises RefusedMany."""
    found: dict[TariffZone | None, int] = {}
    problems: list[Problem] = []
    for index, one in enumerate(given):
        path = (name, str(index))
        if one.zone not in zones or one.zone in found:
            problems.append(Problem(ProblemCode.INVALID if one.zone not in zones else ProblemCode.DUPLICATE_ROW, (*path, "zone")))
            continue
        value = _typed(one.value, (*path, "value"), *digits)
        if isinstance(value, Problem):
            problems.append(value)
        else:
            found[one.zone] = value
    if not problems and len(found) < len(zones):
        problems.append(Problem(ProblemCode.REQUIRED, (name,)))
    if problems:
        raise RefusedMany(problems)
    return found


async def keep(meter: MeterRow, kind: MeterEventKind, on: dt.date, rows: Sequence[tuple[int, int]], actor: str, now: dt.datetime) -> None:
    """Write the readings as a register would bring them: of the same dial, day and purpose one is current."""
    for register_pk, micro in rows:
        source, label = _SOURCES[kind]
        standing = Reading.filter(register_id=register_pk, taken_on=on, source=source, is_current=True, by_resident=False)
        if await standing.filter(value=micro).exists():
            continue
        await standing.update(is_current=False, state=ReadingState.SUPERSEDED)
        await Reading.create(
            organization_id=meter.account.organization.pk, account_id=meter.account.pk, register_id=register_pk, value=micro, taken_on=on,
            period=on.replace(day=1), source=source, source_label=label, state=ReadingState.ACCEPTED, decided_at=now, decided_by=actor,
        )  # fmt: skip


def zones_of(count: int) -> list[TariffZone | None]:
    """As the register of meters counts them: one dial, day and night, or with a peak."""
    zones: list[TariffZone | None] = [TariffZone.DAY, TariffZone.NIGHT, TariffZone.PEAK]
    return [None] if count == 1 else zones[:count]


def _read(meter: MeterRow, given: Sequence[AtDial], name: str) -> tuple[list[tuple[Path, RegisterRow, int]], list[Problem]]:
    registers = {register.pk: register for register in meter.registers}
    rows: list[tuple[Path, RegisterRow, int]] = []
    problems: list[Problem] = []
    for index, one in enumerate(given):
        path = (name, str(index))
        register = registers.pop(one.register_pk, None)
        if register is None:
            known = any(row.pk == one.register_pk for _, row, _ in rows)
            problems.append(Problem(ProblemCode.DUPLICATE_ROW if known else ProblemCode.UNKNOWN_METER, (*path, "register")))
            continue
        value = _typed(one.value, (*path, "value"), register.integer_digits, register.fraction_digits)
        if isinstance(value, Problem):
            problems.append(value)
        else:
            rows.append((path, register, value))
    return rows, problems


def _typed(text: str, path: Path, integer: int | None, fraction: int | None) -> int | Problem:
    if not text.strip():
        return Problem(ProblemCode.REQUIRED, path)
    try:
        return typed_value(text, integer, fraction)
    except Unreadable as unreadable:
        return Problem(unreadable.code, path, dial_params(integer, fraction, text))


def _or_refused(rows: Sequence[tuple[Path, RegisterRow, int]], problems: Sequence[Problem]) -> list[tuple[int, int]]:
    if problems:
        raise RefusedMany(problems)
    return [(register.pk, micro) for _, register, micro in rows]
