"""Charges, services and suppliers."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.enums import ChargeBasis, Resource, TariffZone
from models.period import Period
from resolvers.charges import ChargeRow, ServiceRow, SupplierRow, charges_by_ids
from schema import ids
from schema.context import Info
from schema.scalars import Percent
from schema.values import Money, Node, Quantity, UnitPrice


@strawberry.type(description="What is charged for.")
class Service(Node):
    name: str = field(description="As the supplier prints it.")
    resource: Resource = field(description="What is supplied.")

    @field(description="Opaque and stable.")
    def id(root: Parent[ServiceRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("srv", root.pk))

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, ServiceRow)


@strawberry.type(description="Whom a charge is owed to, where that is not the organization itself.")
class Supplier(Node):
    name: str = field(description="Its name.")

    @field(description="Opaque and stable.")
    def id(root: Parent[SupplierRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("sup", root.pk))

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, SupplierRow)


@strawberry.type(description="One line of a bill, as the supplier printed it.")
class Charge(Node):
    period: Period = field(description="The month of the bill.")
    service: Service = field(description="What is charged for.")
    supplier: Supplier | None = field(description="Whom it is owed to; null means the organization itself.")
    unit: str | None = field(description="The unit of the quantity.")
    quantity: Quantity | None = field(description="How much was used.")
    tariff: UnitPrice | None = field(description="The price of one unit before tax.")
    tariff_with_tax: UnitPrice | None = field(description="The price of one unit with tax, rounded as the bill rounds.")
    tax_percent: Percent | None = field(description="The tax in percent.")
    amount: Money = field(description="The sum of the line.")
    recalculation: Money | None = field(description="A recalculation printed beside the line; it is also a charge of its own.")
    basis: ChargeBasis = field(description="What it was computed from.")
    zone: TariffZone | None = field(description="The tariff zone, where there are several.")
    tier: int | None = field(description="The tier of the tariff, where there are several.")
    corrects_period: Period | None = field(description="Of a recalculation: the month that it corrects.")

    @field(description="Opaque and stable.")
    def id(root: Parent[ChargeRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("chg", root.pk))

    @field(description="The line that this one is a part of; a parent groups its parts and is never summed with them.")
    async def parent(root: Parent[ChargeRow], info: Info) -> Annotated[Charge, strawberry.lazy("schema.charges")] | None:  # noqa: N805
        if root.parent_pk is None:
            return None
        return await info.context.loaders.by_id(charges_by_ids, root.parent_pk)

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, ChargeRow)


@strawberry.type(description="What was billed of one resource in one month.")
class MonthlyConsumption:
    period: Period = field(description="The month.")
    resource: Resource = field(description="What was supplied.")
    volume: Quantity = field(description="How much.")
