"""Tariffs of an organization."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import Parent, field

from resolvers.organizations import OrganizationRow
from resolvers.tariffs import TariffRow, place_of, tariffs_page
from schema import ids
from schema.arguments import After, First
from schema.charges import Service
from schema.context import Info
from schema.scalars import Percent
from schema.values import Connection, PageOf, UnitPrice, checked_first

OnDay = Annotated[dt.date | None, strawberry.argument(description="Those in force on this day; null for today.")]
OfAllDays = Annotated[bool, strawberry.argument(description="All, past and coming ones too.")]


@strawberry.type(description="The price of one unit of a service for a group of payers, from a day on.")
class Tariff:
    service: Service = field(description="The service.")
    tariff_group: str | None = field(description="For whom; null for everybody.")
    valid_from: dt.date = field(description="Its first day.")
    until_on: dt.date | None = field(description="Its last day; null while no later one is known.")
    tax_percent: Percent | None = field(description="The tax.")
    document: str | None = field(description="What it rests on, as the supplier says.")

    @field(description="The price before tax; null where the supplier says one with tax alone.")
    def price(root: Parent[TariffRow]) -> UnitPrice | None:  # noqa: N805
        return root.price if not root.price.tax_included else None  # type: ignore[return-value]

    @field(description="The price with tax; null where the tax is not known.")
    def price_with_tax(root: Parent[TariffRow]) -> UnitPrice | None:  # noqa: N805
        return root.with_tax  # type: ignore[return-value]


@strawberry.type
class OrganizationTariffs:
    """Fields of an organization."""

    @field(description="Its tariffs by service and group, the newest first.")
    async def tariffs(
        root: Parent[OrganizationRow],  # noqa: N805
        info: Info,
        first: First,
        after: After = None,
        on: OnDay = None,
        of_all_days: OfAllDays = False,
    ) -> Connection[Tariff]:
        day = None if of_all_days else on or info.context.today(root)
        rows = await tariffs_page(root, day, checked_first(first), ids.after("tariffs", after))
        return PageOf("tariffs", rows, first, place_of)  # type: ignore[return-value]
