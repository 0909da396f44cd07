"""The life of a meter as its readers see it: recorded events, and what registers say of its installation and removal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.enums import ReadingSource, Right, TokenScope
from models.meter_enums import MeterEventKind
from models.sql import day
from resolvers.meters import MeterRow, meters_by_ids
from resolvers.readings import COLUMNS, FROM, ReadingRow, reading_row
from resolvers.sql import Row, among, fetch, instant, known_day
from resolvers.viewer import Viewer

BEGINNINGS, ENDS = (MeterEventKind.INSTALLED, MeterEventKind.REPLACED), (MeterEventKind.REMOVED, MeterEventKind.REPLACED)


@dataclass(slots=True, eq=False)
class EventRow:
    """`pk` is None for what a register says: nothing of it is copied. `values` are the readings that go with it, of both meters of a replacement."""

    pk: int | None
    meter: MeterRow
    kind: MeterEventKind
    happened_on: dt.date
    due_on: dt.date | None = None
    seal: str | None = None
    note: str | None = None
    meter_pk: int | None = None  # whose event it is: of a replacement the one that was taken down
    other_meter_pk: int | None = None
    reading_pk: int | None = None
    document_pk: int | None = None
    recorded_by: str | None = None
    recorded_at: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None
    values: list[ReadingRow] = field(default_factory=list)

    @property
    def from_register(self) -> bool:
        return self.pk is None

    @property
    def starts(self) -> bool:
        """Whether the meter whose life this stands in began with it."""
        return self.kind is MeterEventKind.INSTALLED or (self.kind is MeterEventKind.REPLACED and self.other_meter_pk == self.meter.pk)

    @property
    def ends(self) -> bool:
        return self.kind is MeterEventKind.REMOVED or (self.kind is MeterEventKind.REPLACED and self.meter_pk == self.meter.pk)


_COLUMNS = """e.id, e.meter_id, e.kind, e.happened_on, e.due_on, e.seal, e.note, e.other_meter_id, e.reading_id, e.document_id, e.recorded_by,
    e.recorded_at, e.withdrawn_at"""


async def lives_of(viewer: Viewer, meters: Sequence[MeterRow]) -> dict[int, list[EventRow]]:
    """Of each meter everything that the viewer may see, the newest first; what was withdrawn is for staff. Two statements."""
    if not viewer.has(TokenScope.READ_READINGS):
        return {}
    by_pk = {meter.pk: meter for meter in meters}
    text = f"SELECT {_COLUMNS} FROM meter_event e WHERE {among('e.meter_id', 1)} OR {among('e.other_meter_id', 1)} ORDER BY e.id"
    rows = await fetch(text, list(by_pk))
    values = await _values(rows, by_pk)
    lives: dict[int, list[EventRow]] = {pk: [] for pk in by_pk}
    for row in rows:
        for pk in dict.fromkeys((row["meter_id"], row["other_meter_id"])):
            if pk in by_pk:
                lives[pk].append(_event(row, by_pk[pk], values))
    return {pk: _whole(viewer, by_pk[pk], recorded, values) for pk, recorded in lives.items()}


async def events_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, EventRow]:
    """Recorded ones, each in the life of the meter that it is an event of."""
    if not viewer.has(TokenScope.READ_READINGS):
        return {}
    rows = await fetch(f"SELECT {_COLUMNS} FROM meter_event e WHERE {among('e.id', 1)}", list(ids))
    meters = await meters_by_ids(viewer, sorted({row["meter_id"] for row in rows}))
    values = await _values(rows, meters)
    events = [_event(row, meters[row["meter_id"]], values) for row in rows if row["meter_id"] in meters]
    return {event.pk or 0: event for event in events if _is_seen(viewer, event)}


Values = dict[tuple[int, ReadingSource | int, dt.date | None], list[ReadingRow]]


async def _values(rows: Sequence[Row], meters: Iterable[int]) -> Values:
    """Readings that stand of installations and removals by meter, source and day, and those that an event names by their ids. One statement."""
    pks = {*meters, *(row["meter_id"] for row in rows), *(row["other_meter_id"] for row in rows if row["other_meter_id"])}
    named = [row["reading_id"] for row in rows if row["reading_id"]]
    acts = f"rd.is_current AND rd.source IN ('{ReadingSource.INSTALLATION.value}', '{ReadingSource.REMOVAL.value}') AND {among('mr.meter_id', 1)}"
    text = f"SELECT {COLUMNS}, NULL AS previous, mr.meter_id FROM {FROM} WHERE ({acts}) OR {among('rd.id', 2)} ORDER BY rd.register_id, rd.id"
    found: Values = {}
    for row in await fetch(text, sorted(pks), named):
        reading = reading_row(row)
        if row["id"] in named:
            found[0, row["id"], None] = [reading]
        else:
            found.setdefault((row["meter_id"], reading.source, reading.taken_on), []).append(reading)
    return found


def _whole(viewer: Viewer, meter: MeterRow, recorded: list[EventRow], values: Values) -> list[EventRow]:
    seen = [event for event in (*recorded, *_from_registers(meter, recorded, values)) if _is_seen(viewer, event)]
    return sorted(seen, key=lambda event: (event.happened_on, event.pk is not None, event.pk or 0), reverse=True)


def _event(row: Row, meter: MeterRow, values: Values) -> EventRow:
    event = EventRow(
        pk=row["id"],
        meter=meter,
        kind=MeterEventKind(row["kind"]),
        happened_on=known_day(row["happened_on"]),
        due_on=day(row["due_on"]),
        seal=row["seal"] or None,
        note=row["note"] or None,
        meter_pk=row["meter_id"],
        other_meter_pk=row["other_meter_id"],
        reading_pk=row["reading_id"],
        document_pk=row["document_id"],
        recorded_by=row["recorded_by"],
        recorded_at=instant(row["recorded_at"]),
        withdrawn_at=instant(row["withdrawn_at"]),
    )
    if event.withdrawn_at is None:
        event.values = _values_of(event, values)
    return event


def _values_of(event: EventRow, values: Values) -> list[ReadingRow]:
    if event.reading_pk is not None:
        return values.get((0, event.reading_pk, None), [])
    found: list[ReadingRow] = []
    if event.kind in ENDS:
        found += values.get((event.meter_pk or 0, ReadingSource.REMOVAL, event.happened_on), [])
    if event.kind in BEGINNINGS:
        started = event.other_meter_pk if event.kind is MeterEventKind.REPLACED else event.meter_pk
        found += values.get((started or 0, ReadingSource.INSTALLATION, event.happened_on), [])
    return found


def _from_registers(meter: MeterRow, life: Sequence[EventRow], values: Values) -> list[EventRow]:
    """Installations and removals that no event tells of: by the meter's own days, and by the readings that acts brought."""
    standing = [event for event in life if event.withdrawn_at is None]
    told = {True: {event.happened_on for event in standing if event.starts}, False: {event.happened_on for event in standing if event.ends}}
    found = []
    for starts, kind, source, known in (
        (True, MeterEventKind.INSTALLED, ReadingSource.INSTALLATION, meter.installed_on),
        (False, MeterEventKind.REMOVED, ReadingSource.REMOVAL, meter.removed_on),
    ):
        days = {on for pk, of, on in values if pk == meter.pk and of is source and on is not None} | ({known} if known else set())
        found += [EventRow(None, meter, kind, on, meter_pk=meter.pk, values=values.get((meter.pk, source, on), [])) for on in days - told[starts]]
    return found


def _is_seen(viewer: Viewer, event: EventRow) -> bool:
    account = event.meter.account
    if event.withdrawn_at is not None and account.organization.pk not in viewer.organization_ids:
        return False
    return account.access.sees(event.happened_on, event.happened_on, Right(0))
