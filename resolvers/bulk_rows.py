"""A row of many: whose it is, which dial it means, and where its problems are said."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from models.enums import MeterState, Resource, TariffZone
from models.errors import Path, Problem, ProblemCode
from resolvers.meters import MeterRow, RegisterRow
from resolvers.reading_desk import Desk, Typed


@dataclass(frozen=True, slots=True)
class BulkRow:
    """As it came: an account by id or number, a dial by id or by its meter's number; ids that name nothing are 0."""

    value: str
    account_pk: int | None = None
    account_number: str | None = None
    register_pk: int | None = None
    serial: str | None = None
    resource: Resource | None = None
    zone: TariffZone | None = None
    inlet: int | None = None
    taken_on: dt.date | None = None
    confirmed: frozenset[ProblemCode] = frozenset()

    @property
    def parts(self) -> list[object]:
        """What tells this row from another one."""
        dial = [self.register_pk, self.serial, self.resource, self.zone, self.inlet]
        return [self.value, self.account_pk, self.account_number, *dial, self.taken_on, sorted(self.confirmed)]

    def typed(self, dial: int) -> Typed:
        return Typed(dial, self.value, self.taken_on)

    def placed(self, problem: Problem) -> Problem:
        """A problem of the dial stands at what named it."""
        if self.register_pk is None and problem.path[-1:] == ("register",):
            return replace(problem, path=(*problem.path[:-1], "serial"))
        return problem


def path_of(index: int, *more: str) -> Path:
    return ("rows", str(index), *more)


def named_dial(desk: Desk, row: BulkRow, path: Path) -> int | Problem:
    """The dial that the row means. Of meters with one number those that stand come first; it says so where several fit."""
    if row.register_pk is not None:
        return row.register_pk if row.register_pk in desk.registers else Problem(ProblemCode.UNKNOWN_METER, (*path, "register"))
    if not (row.serial or "").strip():
        return Problem(ProblemCode.REQUIRED, (*path, "register"))
    fitting = [register for meter in desk.meters if _fits(row, meter) for register in meter.registers if row.zone in (None, register.zone)]
    standing = [register for register in fitting if register.meter.state is MeterState.INSTALLED]
    chosen: list[RegisterRow] = standing or fitting
    if not chosen:
        return Problem(ProblemCode.UNKNOWN_METER, (*path, "serial"))
    return chosen[0].pk if len(chosen) == 1 else Problem(ProblemCode.SEVERAL_METERS, (*path, "serial"))


def _fits(row: BulkRow, meter: MeterRow) -> bool:
    same = _bare(meter.serial) == _bare(row.serial)
    return same and row.resource in (None, meter.resource) and row.inlet in (None, meter.inlet)


def _bare(serial: str | None) -> str:
    return "".join((serial or "").split()).casefold()
