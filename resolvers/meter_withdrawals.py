"""Taking back what was recorded of a meter by mistake: the event stays, and says so; the meter and its readings are as before."""

from __future__ import annotations

import datetime as dt
from typing import Any

from models import Meter, MeterEvent, Reading
from models.database import transaction
from models.enums import ReadingSource, ReadingState
from models.errors import ProblemCode, Refused
from models.meter_enums import MeterEventKind, ReviewReason
from resolvers import audit
from resolvers.meter_acts import as_column, as_text, staffed_meter, value_set
from resolvers.meter_life import EventRow, events_by_ids
from resolvers.reading_entries import locked
from resolvers.sql import fetch
from resolvers.viewer import Viewer

K, C = MeterEventKind, ProblemCode
_SOURCES = {K.REMOVED: ReadingSource.REMOVAL, K.REPLACED: ReadingSource.REMOVAL, K.INSTALLED: ReadingSource.INSTALLATION, K.ROLLED_OVER: ReadingSource.STAFF}

_READINGS = """SELECT rd.id FROM reading rd JOIN meter_register mr ON mr.id = rd.register_id
    WHERE mr.meter_id = $1 AND rd.source = $2 AND rd.taken_on = $3"""


async def withdraw_event(viewer: Viewer, pk: int, now: dt.datetime, *, validate_only: bool = False) -> EventRow:
    """For the organization's staff. Raises NotFound, Forbidden, and Refused with ALREADY_WITHDRAWN or LATER_ACTS at `event`."""
    event = await MeterEvent.get_or_none(id=pk)
    account = (await staffed_meter(viewer, event.meter_id if event else 0)).account
    async with transaction():
        await locked([account])
        event = await MeterEvent.get(id=pk)
        if event.withdrawn_at is not None:
            raise Refused(C.ALREADY_WITHDRAWN, ("event",))
        await _refuse_if_others_stand_on_it(event)
        row = (await events_by_ids(viewer, [pk]))[pk]
        if not validate_only:
            await _take_back(event, viewer, now)
            row.withdrawn_at, row.values = now, []
        return row


async def _refuse_if_others_stand_on_it(event: MeterEvent) -> None:
    """A meter that an act put in goes with the act, unless something was read or recorded of it since."""
    made = made_by(event)
    if made is None:
        return
    later = """SELECT 1 FROM reading rd JOIN meter_register mr ON mr.id = rd.register_id
        WHERE mr.meter_id = $1 AND rd.is_current AND NOT (rd.source = 'installation' AND rd.taken_on = $2 AND rd.import_file_id IS NULL)
        UNION ALL SELECT 1 FROM meter_event e WHERE (e.meter_id = $1 OR e.other_meter_id = $1) AND e.id <> $3 AND e.withdrawn_at IS NULL LIMIT 1"""
    if await fetch(later, made, event.happened_on, event.id):
        raise Refused(C.LATER_ACTS, ("event",))


def made_by(event: MeterEvent) -> int | None:
    return {K.INSTALLED: event.meter_id, K.REPLACED: event.other_meter_id}.get(event.kind)


async def _take_back(event: MeterEvent, viewer: Viewer, now: dt.datetime) -> None:
    await _take_back_readings(event, viewer, now)
    await _move_back(event)
    if (made := made_by(event)) is not None:
        await Meter.filter(id=made).update(withdrawn_at=now)
    await MeterEvent.filter(id=event.id).update(withdrawn_at=now)
    subject = f"meter:{event.meter_id}"
    await audit.record(viewer.actor, "meter.withdraw", subject, organization_id=event.organization_id, event=event.id, kind=event.kind.value)


async def _take_back_readings(event: MeterEvent, viewer: Viewer, now: dt.datetime) -> None:
    """The readings that staff wrote with it no longer stand; a resident's, accepted as a rollover, waits for a decision again."""
    if event.reading_id is not None:
        undecided = {"state": ReadingState.IN_REVIEW, "decided_at": None, "decided_by": None, "reason": ReviewReason.LOWER.value}
        await Reading.filter(id=event.reading_id, state=ReadingState.ACCEPTED, is_current=True).update(**undecided)
        return
    pairs = [(event.meter_id, _SOURCES.get(event.kind))]
    pairs += [(event.other_meter_id, ReadingSource.INSTALLATION)] if event.other_meter_id is not None else []
    for meter_pk, source in pairs:
        if source is not None:
            ids = [row["id"] for row in await fetch(_READINGS, meter_pk, source.value, event.happened_on)]
            own = Reading.filter(id__in=ids, is_current=True, by_resident=False, import_file_id=None)
            await own.update(is_current=False, state=ReadingState.SUPERSEDED, decided_at=now, decided_by=viewer.actor)


async def _move_back(event: MeterEvent) -> None:
    """The meter's column as it was before, where it still says what the event said: a register may have spoken since."""
    for column in event.before:
        [present] = await Meter.filter(id=event.meter_id).values_list(column, flat=True)
        if as_text(present) != value_set(event.kind, event.happened_on, event.due_on) or await _removed_by_register(event, column):
            continue
        value = await _before(event, column)
        await Meter.filter(id=event.meter_id).update(**{column: as_column(column, value)})


async def _before(event: MeterEvent, column: str) -> Any:
    """What the column said before it; of an event before it that was withdrawn too, what it said before that one."""
    value = event.before[column]
    for other in await MeterEvent.filter(meter_id=event.meter_id, id__lt=event.id).exclude(withdrawn_at=None).order_by("-id"):
        if column in other.before and value_set(other.kind, other.happened_on, other.due_on) == value:
            value = other.before[column]
    return value


async def _removed_by_register(event: MeterEvent, column: str) -> bool:
    if column != "removed_on":
        return False
    text = """SELECT 1 FROM reading rd JOIN meter_register mr ON mr.id = rd.register_id
        WHERE mr.meter_id = $1 AND rd.is_current AND rd.source = 'removal' AND rd.import_file_id IS NOT NULL LIMIT 1"""
    return bool(await fetch(text, event.meter_id))
