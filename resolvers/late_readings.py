"""Late readings that replaced one sent in time: refused, they leave the month to it again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from models import AuditRecord, Reading
from models.enums import ReadingState


async def stand_again(refused: Sequence[Reading], actor: str, now: dt.datetime) -> None:
    """In the transaction of the refusal. What was sent in time and never refused stands as it stood; two statements, none where nothing is late."""
    late = {(row.register_id, row.period): row for row in refused if row.is_late and row.by_resident and row.is_current}
    if not late:
        return
    found = await _in_time(late)
    await Reading.filter(id__in=[late[place].id for place in found]).update(is_current=False)  # one row of a dial and month stands
    for row in found.values():
        row.state, row.is_current = _as_it_stood(row), True
    if found:
        await Reading.bulk_update(found.values(), ["state", "is_current"])
        await AuditRecord.bulk_create(_told(row, actor, now) for row in found.values())


async def _in_time(places: dict[tuple[int, dt.date], Reading]) -> dict[tuple[int, dt.date], Reading]:
    """The newest reading of each dial and month that came in time, where it was replaced and not refused."""
    registers, months = {register for register, _ in places}, {month for _, month in places}
    rows = await Reading.filter(register_id__in=registers, period__in=months, by_resident=True, is_late=False).order_by("id")
    newest = {(row.register_id, row.period): row for row in rows}
    return {place: row for place, row in newest.items() if place in places and row.state is ReadingState.SUPERSEDED}


def _as_it_stood(row: Reading) -> ReadingState:
    if row.reason:
        return ReadingState.IN_REVIEW
    return ReadingState.ACCEPTED if row.decided_at else ReadingState.SENT


def _told(row: Reading, actor: str, now: dt.datetime) -> AuditRecord:
    details = {"before": ReadingState.SUPERSEDED.value, "after": row.state.value}
    return AuditRecord(organization_id=row.organization_id, at=now, actor=actor, action="reading.stand_again", subject=f"reading:{row.id}", details=details)
