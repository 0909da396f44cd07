"""The volumes of a statement: for each register from which reading to which, as the manuals print them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.enums import ReadingState, Resource, TariffZone
from models.period import Period
from models.quantity import Quantity
from resolvers.accounts import AccountRow
from resolvers.meters import RegisterRow, meters_of
from resolvers.readings import COUNTS, DEAD, counted, in_time, previous
from resolvers.sql import among, fetch, known_day, members
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
    readings = await _readings(statements, accounts) if meters else {}
    found: dict[int, list[VolumeRow]] = {}
    for statement in statements:
        mine = (register for meter in meters.get(statement.account.pk, ()) for register in meter.registers)
        volumes = (_volume(register, readings.get(register.pk, []), statement) for register in mine)
        found[statement.pk] = sorted((volume for volume in volumes if volume), key=_place)
    return found


@dataclass(slots=True, eq=False)
class _Reading:
    micro: int
    taken_on: dt.date
    period: Period
    state: ReadingState
    previous: int | None


async def _readings(statements: Sequence[StatementRow], accounts: Sequence[AccountRow]) -> dict[int, list[_Reading]]:
    """Whoever sees a statement sees what it was computed from, even the reading of a day before his own."""
    first, last = min(row.period for row in statements), max(row.period for row in statements)
    before = f"""SELECT (SELECT x.id FROM reading x WHERE x.register_id = r.id AND x.is_current AND x.state NOT IN {DEAD}
        AND x.period < $2 ORDER BY {in_time("x", "DESC")} LIMIT 1) FROM meter_register r JOIN meter o ON o.id = r.meter_id WHERE {among("o.account_id", 1)}"""
    asked = f"SELECT y.id FROM reading y WHERE {among('y.account_id', 1)} AND y.period >= $2 AND y.period <= $3"
    text = f"""SELECT rd.register_id, rd.value, rd.taken_on, rd.period, rd.state, {previous("rd.value")} AS previous FROM reading rd
        WHERE rd.id IN ({asked} UNION ALL {before}) AND {COUNTS} ORDER BY {in_time()}"""
    found: dict[int, list[_Reading]] = {}
    for row in await fetch(text, [account.pk for account in accounts], first.first_day, last.first_day):
        found.setdefault(row["register_id"], []).append(
            _Reading(row["value"], known_day(row["taken_on"]), Period.of(known_day(row["period"])), _STATES[row["state"]], row["previous"])
        )
    return found


def _volume(register: RegisterRow, readings: Sequence[_Reading], statement: StatementRow) -> VolumeRow | None:
    """None where nothing was read in the month, or only the installation, or where what was used is not known."""
    within = [row for row in readings if row.period == statement.period]
    before = [row for row in readings if row.period < statement.period]
    if not within or (len(within) == 1 and not before):
        return None
    used = [counted(row.previous, row.micro, row.state, register.integer_digits) for row in within if row.previous is not None]
    known = [one for one in used if one is not None]
    if not used or len(known) < len(used):
        return None
    start, end = before[-1] if before else within[0], within[-1]
    meter, unit, digits = register.meter, register.unit, register.fraction_digits or 0
    return VolumeRow(
        resource=meter.resource,
        inlet=meter.inlet,
        place=meter.place,
        serial=meter.serial,
        zone=register.zone,
        from_on=start.taken_on,
        from_value=Quantity(start.micro, unit, digits),
        to_on=end.taken_on,
        to_value=Quantity(end.micro, unit, digits),
        volume=Quantity(sum(known), unit, digits),
    )


_STATES = members(ReadingState)
_ORDER = {resource: place for place, resource in enumerate(Resource)}


def _place(volume: VolumeRow) -> tuple[int, int, dt.date]:
    return volume.inlet or 0, _ORDER[volume.resource], volume.to_on
