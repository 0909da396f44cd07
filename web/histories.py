"""What of a place's past is shown: its months with the year before beside them, newest first, and the chart of them."""

from dataclasses import dataclass
from typing import Any

from adapters.charts import Past, past

USUAL, LONG, BEFORE = 24, 120, 12  # months that are shown, on request, and asked for besides to compare with


@dataclass(frozen=True, slots=True)
class Month:
    """`volume` is None where it is not known; `year_ago` where there is nothing to compare with; `zones` are pairs of zone and volume."""

    period: Any
    volume: Any
    covered: int
    year_ago: Any
    zones: list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class History:
    """A place of counting; `meters` are those that the viewer sees there, `months` newest first."""

    inlet: int | None
    place: str | None
    resource: str
    unit: str
    meters: list[Any]
    months: list[Month]
    chart: Past | None


def histories(account: Any) -> list[History]:
    """The account's places, each with its meters: those at which nothing was counted yet too."""
    places = {_key(place): place for place in account.meterConsumption or ()}
    meters: dict[tuple[Any, ...], list[Any]] = {key: [] for key in places}
    for meter in account.meters:
        meters.setdefault(_key(meter), []).append(meter)
    return [history(places.get(key), found, USUAL) for key, found in meters.items()]


def history(place: Any, meters: list[Any], count: int) -> History:
    """The last `count` months of a place, up to the newest that was read. Without a place, nothing but its meters."""
    about = place or meters[0]
    known = list(place.months) if place else []
    shown = [month for month in known if month.period >= known[-1].period.plus(1 - count)]
    points = [(month.period, month.volume and month.volume.value, month.monthsCovered) for month in shown]
    before = {str(month.period): month for month in known if month.monthsCovered == 1}
    zones = _zones(place) if place else {}
    months = [_month(month, before, zones.get(str(month.period), [])) for month in reversed(shown)]
    return History(about.inlet, about.place, about.resource, place.unit if place else "", meters, months, past(points, count))


def _key(row: Any) -> tuple[Any, ...]:
    """As places of counting are told apart."""
    return row.inlet, row.place if row.inlet is None else None, row.resource


def _month(month: Any, before: dict[str, Any], zones: list[tuple[str, Any]]) -> Month:
    former = before.get(str(month.period.plus(-BEFORE))) if month.monthsCovered == 1 else None
    return Month(month.period, month.volume, month.monthsCovered, former and former.volume, zones)


def _zones(place: Any) -> dict[str, list[tuple[str, Any]]]:
    """What each zone counted, by month, where there are several."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for zone in place.zones if len(place.zones) > 1 else ():
        for month in zone.months:
            found.setdefault(str(month.period), []).append((zone.zone, month.volume))
    return found
