"""House-wide meters: what residents of a house see of them, as information."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.enums import Resource, Right, TokenScope
from models.quantity import Quantity
from models.sql import day
from resolvers import scope
from resolvers.accounts import AccountRow, HouseRow, accounts_by_ids
from resolvers.meters import UNITS
from resolvers.sql import Row, among, fetch, known_day
from resolvers.viewer import Viewer

SHOWN = 24  # readings of each meter


@dataclass(slots=True, eq=False)
class HouseReadingRow:
    pk: int
    taken_on: dt.date
    micro: int
    unit: str

    @property
    def value(self) -> Quantity:
        return Quantity(self.micro, self.unit)


@dataclass(slots=True, eq=False)
class HouseMeterRow:
    """`readings` are the newest first."""

    pk: int
    house_pk: int
    organization_pk: int
    resource: Resource
    serial: str
    place: str | None
    verification_due_on: dt.date | None
    removed_on: dt.date | None
    readings: list[HouseReadingRow] = field(default_factory=list)

    @property
    def unit(self) -> str:
        return UNITS[self.resource]

    @property
    def consumption(self) -> Quantity | None:
        """Between the last two readings; None where the dial has passed zero, of which nobody knows the length."""
        if len(self.readings) < 2 or self.readings[0].micro < self.readings[1].micro:
            return None
        return Quantity(self.readings[0].micro - self.readings[1].micro, self.unit)

    def is_overdue(self, today: dt.date) -> bool:
        return self.verification_due_on is not None and self.verification_due_on < today


_METERS = "SELECT m.id, m.house_id, m.organization_id, m.resource, m.serial, m.place, m.verification_due_on, m.removed_on FROM house_meter m"


async def house_meters_of(viewer: Viewer, houses: Sequence[HouseRow]) -> dict[int, list[HouseMeterRow]]:
    """Of each house, those that stand first; of the days of the viewer's own accounts there. A number of statements that does not grow."""
    if not _reads(viewer):
        return {}
    order = "ORDER BY m.removed_on IS NOT NULL, m.resource, m.serial, m.id"
    rows = [_row(row) for row in await fetch(f"{_METERS} WHERE {among('m.house_id', 1)} {order}", [house.pk for house in houses])]
    return _by_house(await _with_readings(viewer, rows))


async def house_meters_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, HouseMeterRow]:
    if not _reads(viewer):
        return {}
    rows = [_row(row) for row in await fetch(f"{_METERS} WHERE {among('m.id', 1)}", list(ids))]
    return {row.pk: row for row in await _with_readings(viewer, rows)}


def _reads(viewer: Viewer) -> bool:
    return viewer.has(TokenScope.READ_READINGS) and viewer.has(TokenScope.READ_ACCOUNTS)


async def _with_readings(viewer: Viewer, meters: list[HouseMeterRow]) -> list[HouseMeterRow]:
    if not meters:
        return []
    mine = await _own_accounts(viewer, [meter for meter in meters if meter.organization_pk not in viewer.organization_ids])
    seen = [meter for meter in meters if _is_seen(viewer, mine, meter, dt.date.min, meter.removed_on or dt.date.max)]
    by_pk = {meter.pk: meter for meter in seen}
    text = f"""SELECT r.id, r.meter_id, r.taken_on, r.value FROM house_reading r
        WHERE {among("r.meter_id", 1)} AND r.is_current ORDER BY r.taken_on DESC, r.id DESC"""
    for row in await fetch(text, list(by_pk)):
        meter, on = by_pk[row["meter_id"]], known_day(row["taken_on"])
        if len(meter.readings) < SHOWN and _is_seen(viewer, mine, meter, on, on):
            meter.readings.append(HouseReadingRow(row["id"], on, row["value"], meter.unit))
    return seen


async def _own_accounts(viewer: Viewer, meters: Sequence[HouseMeterRow]) -> dict[int, list[AccountRow]]:
    """The viewer's accounts in each house."""
    if not meters:
        return {}
    text = f"""SELECT a.id FROM personal_account a JOIN premises p ON p.id = a.premises_id
        WHERE {among("p.house_id", 1)} AND {scope.accounts_sql(viewer)}"""
    rows = await fetch(text, sorted({meter.house_pk for meter in meters}))
    found: dict[int, list[AccountRow]] = {}
    for account in (await accounts_by_ids(viewer, [row["id"] for row in rows])).values():
        if account.premises is not None:
            found.setdefault(account.premises.house.pk, []).append(account)
    return found


def _is_seen(viewer: Viewer, mine: dict[int, list[AccountRow]], meter: HouseMeterRow, first: dt.date, last: dt.date) -> bool:
    if meter.organization_pk in viewer.organization_ids:
        return True
    return any(account.access.sees(first, last, Right(0)) for account in mine.get(meter.house_pk, ()))


def _by_house(rows: Sequence[HouseMeterRow]) -> dict[int, list[HouseMeterRow]]:
    found: dict[int, list[HouseMeterRow]] = {}
    for row in rows:
        found.setdefault(row.house_pk, []).append(row)
    return found


def _row(row: Row) -> HouseMeterRow:
    return HouseMeterRow(
        pk=row["id"],
        house_pk=row["house_id"],
        organization_pk=row["organization_id"],
        resource=Resource(row["resource"]),
        serial=row["serial"],
        place=row["place"] or None,
        verification_due_on=day(row["verification_due_on"]),
        removed_on=day(row["removed_on"]),
    )
