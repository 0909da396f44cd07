"""What was used, by months: the one place that counts it, for a dial and for a place of counting. One statement, however long the past.

A place of counting is an account's inlet and what is measured there. A meter that is replaced leaves its place to the next one, so the month of a
replacement has what both have counted. What was used between two readings counts for the month of the later one, and says how many months it spans.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.enums import ReadingState, Resource, Right, TariffZone, TokenScope
from models.period import Period
from models.quantity import MICRO, Quantity
from resolvers import scope
from resolvers.accounts import AccountRow
from resolvers.meters import UNITS, MeterRow, RegisterRow
from resolvers.readings import COUNTS, FROM, previous
from resolvers.sql import Row, fetch, known_day
from resolvers.viewer import Viewer

MOST_DIGITS = 12  # of a dial before the point: values have no more


@dataclass(slots=True, eq=False)
class MonthRow:
    """`micro` is None where a part of it is not known: a lower value that nobody has judged, or one that no rollover explains."""

    period: Period
    micro: int | None
    unit: str
    digits: int
    spans: int  # months, from the reading before on

    @property
    def volume(self) -> Quantity | None:
        return Quantity(self.micro, self.unit, self.digits) if self.micro is not None else None


@dataclass(slots=True, eq=False)
class ZoneRow:
    """One tariff zone of a place; None where it has no zones. Months are oldest first, those without reading left out."""

    zone: TariffZone | None
    months: list[MonthRow] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class PlaceRow:
    account_pk: int
    inlet: int | None
    place: str | None
    resource: Resource
    zones: list[ZoneRow] = field(default_factory=list)

    @property
    def unit(self) -> str:
        return UNITS[self.resource]

    @property
    def months(self) -> list[MonthRow]:
        """All zones together."""
        found: dict[Period, MonthRow] = {}
        for month in (month for zone in self.zones for month in zone.months):
            known = found.get(month.period)
            found[month.period] = _together(known, month) if known else month
        return [found[period] for period in sorted(found)]


async def places_of(viewer: Viewer, accounts: Sequence[AccountRow], since: Period) -> dict[int, list[PlaceRow]]:
    """Each account's places of counting with the months from `since` on. One statement."""
    found: dict[int, list[PlaceRow]] = {}
    for place in _places(await _months(viewer, accounts, since, _PLACE, _PLACE_SHOWN)):
        found.setdefault(place.account_pk, []).append(place)
    return found


async def places_of_meters(viewer: Viewer, meters: Sequence[MeterRow], since: Period) -> dict[int, PlaceRow]:
    """The place that each meter counts at, with the meters before and after it; none where nothing was counted there."""
    accounts = {meter.account.pk: meter.account for meter in meters}
    places = {_key(place): place for found in (await places_of(viewer, list(accounts.values()), since)).values() for place in found}
    return {meter.pk: places[key] for meter in meters if (key := _meter_key(meter)) in places}


async def months_of_registers(viewer: Viewer, registers: Sequence[RegisterRow], since: Period) -> dict[int, list[MonthRow]]:
    """Each dial alone. One statement."""
    accounts = {register.meter.account.pk: register.meter.account for register in registers}
    rows = await _months(viewer, list(accounts.values()), since, "account_id, register_id, resource", "account_id, register_id, resource")
    found: dict[int, list[MonthRow]] = {}
    for row in rows:
        found.setdefault(row["register_id"], []).append(_month(row))
    return found


# The length of a dial in 10^-6. Half of it is the most that a lower value may mean: resolvers.readings.consumed says why.
_LENGTH = f"CASE integer_digits {' '.join(f'WHEN {digits} THEN {10**digits * MICRO}' for digits in range(1, MOST_DIGITS + 1))} END"
_USED = f"""CASE WHEN value >= former THEN value - former
    WHEN state <> '{ReadingState.IN_REVIEW.value}' AND 2 * (value + {_LENGTH} - former) <= {_LENGTH} THEN value + {_LENGTH} - former END"""
_PLACE = "account_id, inlet, spot, resource, zone"
_PLACE_SHOWN = f"{_PLACE}, MAX(place) AS place"


async def _months(viewer: Viewer, accounts: Sequence[AccountRow], since: Period, group: str, shown: str) -> Sequence[Row]:
    """What was used, by month and what is asked to be kept apart; oldest first. A place without inlet is told from others by its name."""
    if not viewer.has(TokenScope.READ_READINGS):
        return []
    ids, visible = scope.seen(accounts, Right(0), 1, account="rd.account_id", day="rd.taken_on")
    text = f"""
        SELECT {shown}, period, MIN(former_period) AS former_period, MAX(fraction_digits) AS digits,
            SUM(used) AS used, COUNT(*) - COUNT(used) AS unknown
        FROM (SELECT *, {_USED} AS used FROM (
            SELECT rd.account_id, rd.register_id, rd.period, rd.value, rd.state, m.inlet, CASE WHEN m.inlet IS NULL THEN m.place END AS spot,
                m.place, m.resource, mr.zone, mr.integer_digits, mr.fraction_digits,
                {previous("rd.value")} AS former, {previous("rd.period")} AS former_period
            FROM {FROM} WHERE {visible} AND {COUNTS}
        ) read WHERE former IS NOT NULL AND period >= $2) counted
        GROUP BY {group}, period ORDER BY period"""
    return await fetch(text, ids, since.first_day)


def _places(rows: Iterable[Row]) -> list[PlaceRow]:
    found: dict[tuple[object, ...], PlaceRow] = {}
    zones: dict[tuple[object, ...], ZoneRow] = {}
    for row in rows:
        key = (row["account_id"], row["inlet"], row["spot"], row["resource"])
        place = found.setdefault(key, PlaceRow(row["account_id"], row["inlet"], row["place"], Resource(row["resource"])))
        place.place = row["place"]  # the newest month's
        zone = zones.get((*key, row["zone"]))
        if zone is None:
            zone = zones[*key, row["zone"]] = ZoneRow(TariffZone(row["zone"]) if row["zone"] else None)
            place.zones.append(zone)
        zone.months.append(_month(row))
    for place in found.values():
        place.zones.sort(key=lambda zone: list(TariffZone).index(zone.zone) if zone.zone else -1)
    return sorted(found.values(), key=lambda place: (place.inlet or 0, list(Resource).index(place.resource), place.place or ""))


def _key(place: PlaceRow) -> tuple[object, ...]:
    return place.account_pk, place.inlet, place.place if place.inlet is None else None, place.resource


def _meter_key(meter: MeterRow) -> tuple[object, ...]:
    return meter.account.pk, meter.inlet, meter.place if meter.inlet is None else None, meter.resource


def _month(row: Row) -> MonthRow:
    period, former = (Period.of(known_day(row[name])) for name in ("period", "former_period"))
    micro = None if row["unknown"] else int(row["used"])
    return MonthRow(period, micro, UNITS[Resource(row["resource"])], row["digits"] or 0, max(1, months_between(former, period)))


def _together(one: MonthRow, other: MonthRow) -> MonthRow:
    micro = one.micro + other.micro if one.micro is not None and other.micro is not None else None
    return MonthRow(one.period, micro, one.unit, max(one.digits, other.digits), max(one.spans, other.spans))


def months_between(first: Period, last: Period) -> int:
    return (last.year - first.year) * 12 + last.month - first.month
