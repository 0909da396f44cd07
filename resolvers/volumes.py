"""The volumes of a statement: for each register from which reading to which, as the manuals print them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.enums import Resource, TariffZone
from models.quantity import Quantity
from resolvers.meters import RegisterRow, meters_of
from resolvers.readings import COLUMNS, COUNTS, DEAD, FROM, ReadingRow, in_time, previous, reading_row
from resolvers.sql import among, fetch
from resolvers.statements import StatementRow
from resolvers.viewer import Viewer


@dataclass(slots=True, eq=False)
class VolumeRow:
    resource: Resource
    inlet: int | None
    place: str | None
    serial: str | None
    zone: TariffZone | None
    from_on: dt.date
    from_value: Quantity
    to_on: dt.date
    to_value: Quantity
    volume: Quantity


async def volumes_of(viewer: Viewer, statements: Sequence[StatementRow]) -> dict[int, list[VolumeRow]]:
    """Two statements: the meters, and the readings of the asked months with the last one before them."""
    accounts = list({row.account.pk: row.account for row in statements}.values())
    meters = await meters_of(viewer, accounts)
    registers = [register for found in meters.values() for meter in found for register in meter.registers]
    readings = await _readings(statements, registers)
    found: dict[int, list[VolumeRow]] = {}
    for statement in statements:
        mine = (register for meter in meters.get(statement.account.pk, ()) for register in meter.registers)
        volumes = (_volume(register, readings.get(register.pk, []), statement) for register in mine)
        found[statement.pk] = sorted((volume for volume in volumes if volume), key=_place)
    return found


async def _readings(statements: Sequence[StatementRow], registers: Sequence[RegisterRow]) -> dict[int, list[ReadingRow]]:
    """Whoever sees a statement sees what it was computed from, even the reading of a day before his own."""
    if not registers:
        return {}
    first, last = min(row.period for row in statements), max(row.period for row in statements)
    before = f"""SELECT (SELECT x.id FROM reading x WHERE x.register_id = r.id AND x.is_current AND x.state NOT IN {DEAD}
        AND x.period < $2 ORDER BY {in_time("x", "DESC")} LIMIT 1) FROM meter_register r WHERE {among("r.id", 1)}"""
    asked = f"SELECT y.id FROM reading y WHERE {among('y.register_id', 1)} AND y.period >= $2 AND y.period <= $3"
    text = f"""SELECT {COLUMNS}, {previous("rd.value")} AS previous FROM {FROM}
        WHERE rd.id IN ({asked} UNION ALL {before}) AND {COUNTS} ORDER BY {in_time()}"""
    found: dict[int, list[ReadingRow]] = {}
    for row in await fetch(text, [register.pk for register in registers], first.first_day, last.first_day):
        found.setdefault(row["register_id"], []).append(reading_row(row))
    return found


def _volume(register: RegisterRow, readings: Sequence[ReadingRow], statement: StatementRow) -> VolumeRow | None:
    """None where nothing was read in the month, or only the installation, or where what was used is not known."""
    within = [row for row in readings if row.period == statement.period]
    before = [row for row in readings if row.period < statement.period]
    if not within or (len(within) == 1 and not before):
        return None
    counted = [row.consumption for row in within if row.previous_micro is not None]
    known = [used.micro for used in counted if used is not None]
    if not counted or len(known) < len(counted):
        return None
    start, end = before[-1] if before else within[0], within[-1]
    meter, digits = register.meter, register.fraction_digits or 0
    volume = Quantity(sum(known), register.unit, digits)
    return VolumeRow(meter.resource, meter.inlet, meter.place, meter.serial, register.zone, start.taken_on, start.value, end.taken_on, end.value, volume)


_ORDER = {resource: place for place, resource in enumerate(Resource)}


def _place(volume: VolumeRow) -> tuple[int, int, dt.date]:
    return volume.inlet or 0, _ORDER[volume.resource], volume.to_on
