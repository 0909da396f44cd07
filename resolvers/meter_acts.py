"""What staff record of a meter: one transaction that checks, writes the event and its readings, and moves the meter's own columns along."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from models import Document, Meter, MeterEvent, Reading
from models.database import transaction
from models.enums import MeterState, ReadingState
from models.errors import Forbidden, NotFound, Problem, ProblemCode, Refused, RefusedMany
from models.meter_enums import MeterEventKind
from resolvers import audit, idempotency
from resolvers.meter_life import EventRow, events_by_ids
from resolvers.meter_values import AtDial, closed, keep, read_at_visit
from resolvers.meters import MeterRow, meters_by_ids
from resolvers.reading_checks import histories
from resolvers.reading_entries import locked
from resolvers.readings import ReadingRow, consumed
from resolvers.viewer import Viewer

K, C = MeterEventKind, ProblemCode
LONGEST_SEAL, LONGEST_NOTE = 40, 300
MUTATION = "recordMeterEvent"
RECORDED = tuple(kind for kind in K if kind not in (K.INSTALLED, K.REPLACED))  # those have verbs of their own
_WITH_SEAL = (K.SEALED, K.UNSEALED, K.COMMISSIONED)
_WITH_VALUES = (K.REMOVED, K.ROLLED_OVER)
_MOVED = {K.VERIFIED: "verification_due_on", K.REMOVED: "removed_on", K.REPLACED: "removed_on", K.BROKEN: "register_state", K.REPAIRED: "register_state"}


@dataclass(frozen=True, slots=True)
class Act:
    """`reading_pk` is the lower reading of a rollover that waits in review; `document_pk` a file that shows it."""

    meter_pk: int
    kind: MeterEventKind
    happened_on: dt.date
    key: str
    values: tuple[AtDial, ...] = ()
    due_on: dt.date | None = None
    seal: str = ""
    note: str = ""
    reading_pk: int | None = None
    document_pk: int | None = None
    validate_only: bool = False

    @property
    def fingerprint(self) -> str:
        values = [[one.register_pk, one.value] for one in self.values]
        days = [self.happened_on, self.due_on]
        return idempotency.fingerprint(self.meter_pk, self.kind.value, days, values, self.seal, self.note, self.reading_pk, self.document_pk)


@dataclass(slots=True)
class Visit:
    """Somebody of the staff at a meter, with what is known of it at that moment."""

    viewer: Viewer
    meter: MeterRow
    now: dt.datetime
    today: dt.date
    histories: dict[int, list[ReadingRow]] = field(default_factory=dict)


async def staffed_meter(viewer: Viewer, pk: int) -> MeterRow:
    """The meter, for its organization's staff. Raises NotFound where it does not exist for the viewer, Forbidden for everybody else."""
    found = (await meters_by_ids(viewer, [pk])).get(pk)
    if found is None:
        raise NotFound("meter")
    if not viewer.is_person or found.account.organization.pk not in viewer.organization_ids:
        raise Forbidden("staff only")
    return found


async def visiting(viewer: Viewer, pk: int, now: dt.datetime, today: dt.date | None) -> Visit:
    """Within a transaction: nobody else writes at this account until it ends."""
    meter = await staffed_meter(viewer, pk)
    await locked([meter.account])
    meter = await staffed_meter(viewer, pk)
    known = await histories(meter.registers)
    return Visit(viewer, meter, now, today or meter.account.organization.today(now), known)


async def record_event(viewer: Viewer, act: Act, now: dt.datetime, today: dt.date | None = None) -> EventRow | None:
    """The event; None with `validate_only`, which writes nothing.

    Raises NotFound, Forbidden, and Refused with paths `kind`, `meter`, `happenedOn`, `dueOn`, `seal`, `note`, `values`,
    `values.<row>.register`, `.value`, `reading`, `document` or `idempotencyKey`.
    """
    await staffed_meter(viewer, act.meter_pk)
    async with transaction():
        visit = await visiting(viewer, act.meter_pk, now, today)
        answer = await idempotency.first_answer(viewer.actor, MUTATION, act.key, act.fingerprint)
        if answer is None:
            await _check(visit, act)
            rows = await _values(visit, act)
            if act.validate_only:
                return None
            answer = {"event": await _write(visit, act, rows)}
            await idempotency.bind(viewer.actor, MUTATION, act.key, act.fingerprint, answer, now)
        return (await events_by_ids(viewer, [answer["event"]]))[answer["event"]]


async def _check(visit: Visit, act: Act) -> None:
    if act.kind not in RECORDED:
        raise Refused(C.INVALID, ("kind",))
    problems = [*day_problems(visit, act.happened_on, ends=act.kind is K.REMOVED), *_field_problems(act)]
    if act.document_pk is not None and not await is_document_of(visit.meter.account.pk, act.document_pk):
        problems.append(Problem(C.INVALID, ("document",)))
    if problems:
        raise RefusedMany(problems)


def day_problems(visit: Visit, on: dt.date, *, ends: bool) -> list[Problem]:
    """A day of the meter's own life, and not of the days to come. What ends it comes after every reading that stands."""
    meter, path = visit.meter, ("happenedOn",)
    if meter.state is MeterState.REMOVED and (ends or meter.removed_on is None or on > meter.removed_on):
        return [Problem(C.METER_REMOVED, ("meter",))]
    if on > visit.today:
        return [Problem(C.DATE_IN_FUTURE, path)]
    days = [one.taken_on for history in visit.histories.values() for one in history] if ends else []
    first = max([*days, meter.installed_on or dt.date.min])
    return [Problem(C.DATE_OUTSIDE_PERIOD, path, {"first": first, "last": visit.today})] if on < first else []


def _field_problems(act: Act) -> list[Problem]:
    """What the kind needs and lacks; what it has no use for is not dropped in silence."""
    found = text_problems(act.seal, act.note)
    if act.kind is K.VERIFIED:
        if act.due_on is None:
            found.append(Problem(C.REQUIRED, ("dueOn",)))
        elif act.due_on <= act.happened_on:
            found.append(Problem(C.INVALID, ("dueOn",)))
    if act.kind is K.SEALED and not act.seal.strip():
        found.append(Problem(C.REQUIRED, ("seal",)))
    useless = {
        "dueOn": act.due_on is not None and act.kind is not K.VERIFIED,
        "seal": bool(act.seal.strip()) and act.kind not in _WITH_SEAL,
        "values": bool(act.values) and act.kind not in _WITH_VALUES,
        "reading": act.reading_pk is not None and (act.kind is not K.ROLLED_OVER or bool(act.values)),
    }
    return found + [Problem(C.INVALID, (name,)) for name, is_so in useless.items() if is_so]


def text_problems(seal: str, note: str) -> list[Problem]:
    limits = {"seal": (seal, LONGEST_SEAL), "note": (note, LONGEST_NOTE)}
    return [Problem(C.TOO_LONG, (name,), {"limit": limit}) for name, (text, limit) in limits.items() if len(text.strip()) > limit]


async def is_document_of(account_pk: int, pk: int) -> bool:
    return await Document.filter(id=pk, account_id=account_pk).exists()


async def _values(visit: Visit, act: Act) -> list[tuple[int, int]]:
    """Registers and values that are written with the event."""
    if act.kind is K.REMOVED:
        return closed(visit.meter, visit.histories, act.values, act.happened_on)
    if act.kind is K.ROLLED_OVER:
        if act.reading_pk is not None:
            await _checked_rollover(visit, act.reading_pk)
            return []
        return read_at_visit(visit.meter, visit.histories, act.values, act.happened_on)
    return []


async def _checked_rollover(visit: Visit, pk: int) -> None:
    """A resident's value below the one before it, confirmed by him and waiting in review."""
    registers = {register.pk: register for register in visit.meter.registers}
    row = await Reading.get_or_none(id=pk, register_id__in=list(registers), is_current=True, state=ReadingState.IN_REVIEW)
    if row is None:
        raise Refused(C.NOT_LOWER, ("reading",))
    before = [one for one in visit.histories[row.register_id] if (one.taken_on, one.pk) < (row.taken_on, row.id)]
    if not before or row.value >= before[-1].micro:
        raise Refused(C.NOT_LOWER, ("reading",))
    if registers[row.register_id].integer_digits is None:
        raise Refused(C.DIGITS_UNKNOWN, ("reading",))
    if consumed(before[-1].micro, row.value, registers[row.register_id].integer_digits) is None:
        raise Refused(C.HALF_A_TURN, ("reading",), previous=before[-1].value)


async def _write(visit: Visit, act: Act, rows: Sequence[tuple[int, int]]) -> int:
    before = await moved(visit.meter, act.kind, act.happened_on, value_set(act.kind, act.happened_on, act.due_on))
    await keep(visit.meter, act.kind, act.happened_on, rows, visit.viewer.actor, visit.now)
    if act.reading_pk is not None:
        decided = {"state": ReadingState.ACCEPTED, "decided_at": visit.now, "decided_by": visit.viewer.actor, "reason": ""}
        await Reading.filter(id=act.reading_pk, state=ReadingState.IN_REVIEW).update(**decided)
    return await write_event(
        visit, act.kind, act.happened_on, before, due_on=act.due_on, seal=act.seal.strip() or None, note=act.note.strip(), reading_id=act.reading_pk,
        document_id=act.document_pk,
    )  # fmt: skip


async def write_event(visit: Visit, kind: MeterEventKind, on: dt.date, before: dict[str, Any], **more: Any) -> int:
    organization = visit.meter.account.organization.pk
    values = {"kind": kind, "happened_on": on, "before": before, "recorded_by": visit.viewer.actor, "recorded_at": visit.now, **more}
    made = await MeterEvent.create(organization_id=organization, meter_id=visit.meter.pk, **values)
    await audit.record(visit.viewer.actor, f"meter.{kind.value}", f"meter:{visit.meter.pk}", organization_id=organization, event=made.id)
    return int(made.id)


def value_set(kind: MeterEventKind, on: dt.date, due_on: dt.date | None) -> str | None:
    """What an event says the meter's column holds since, as its text."""
    states = {K.BROKEN: MeterState.FAULTY.value, K.REPAIRED: MeterState.INSTALLED.value}
    said = due_on if kind is K.VERIFIED else on
    return states.get(kind) or (said.isoformat() if said is not None else None)


async def moved(meter: MeterRow, kind: MeterEventKind, on: dt.date, value: str | None) -> dict[str, Any]:
    """Move the column that the kind speaks of, unless a later event of that column stands; what it said before."""
    column = _MOVED.get(kind)
    if column is None:
        return {}
    kinds = [other for other, name in _MOVED.items() if name == column]
    if await MeterEvent.filter(meter_id=meter.pk, kind__in=kinds, happened_on__gt=on, withdrawn_at=None).exists():
        return {}
    [former] = await Meter.filter(id=meter.pk).values_list(column, flat=True)
    await Meter.filter(id=meter.pk).update(**{column: as_column(column, value)})
    return {column: as_text(former)}


def as_column(column: str, text: str | None) -> Any:
    return dt.date.fromisoformat(text) if text is not None and column != "register_state" else text


def as_text(value: Any) -> str | None:
    return None if value is None else value.isoformat() if isinstance(value, dt.date) else str(getattr(value, "value", value))
