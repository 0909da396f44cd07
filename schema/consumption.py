"""What was used, as the readings say."""

from __future__ import annotations

import datetime as dt

import strawberry
from strawberry import Parent, field

from models.enums import Resource, TariffZone
from models.errors import BadRequest
from models.period import Period
from resolvers.accounts import AccountRow
from resolvers.consumption import MonthRow
from schema import ids
from schema.context import Info
from schema.values import Quantity

MOST_MONTHS = 132  # ten years, and the year before them to compare with


@strawberry.type(description="What was used in one month, by the readings that stand; a month without reading is left out.")
class ConsumptionMonth:
    period: Period = field(description="The month that it counts for: of the later one of two readings.")
    volume: Quantity | None = field(
        description="Exact, across rollovers and corrections; null where a part is not known: a lower value waits to be judged, or no rollover explains it."
    )

    @field(description="How many months it covers: more than 1 where months before had no reading. It is not spread over them.")
    def months_covered(root: Parent[MonthRow]) -> int:  # noqa: N805
        return root.spans


@strawberry.type(description="What was used in one tariff zone.")
class ZoneConsumption:
    zone: TariffZone | None = field(description="The zone; null where all hours count alike.")
    months: list[ConsumptionMonth] = field(description="Oldest first.")


@strawberry.type(description="What was used at a place of counting: an inlet and what is measured there, whichever meters stood there one after the other.")
class PlaceConsumption:
    inlet: int | None = field(description="The inlet («ввод»).")
    place: str | None = field(description="Where its meter stands.")
    resource: Resource = field(description="What is measured.")
    unit: str = field(description="The unit of all volumes.")
    zones: list[ZoneConsumption] = field(description="Each tariff zone apart; one without name where there are none.")
    months: list[ConsumptionMonth] = field(description="All zones together, oldest first. The month of a replacement has what both meters counted.")


def since(account: AccountRow, info: Info, months: int) -> Period:
    """The first of so many months, of which the present one is the last."""
    if not 1 <= months <= MOST_MONTHS:
        raise BadRequest(f"`months` must be between 1 and {MOST_MONTHS}")
    return Period.of(info.context.today(account.organization)).plus(1 - months)


def history_place(after: str | None) -> tuple[dt.date, int] | None:
    """The day and row of a cursor of a history."""
    place = ids.after("history", after)
    return (dt.date.fromisoformat(place[0]), int(place[1])) if place else None
