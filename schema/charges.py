"""Charges, services and suppliers."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.enums import ChargeBasis, Resource, TariffZone
from models.period import Period
from resolvers.averages import averages_of
from resolvers.charges import ChargeRow, ServiceRow, SupplierRow, charges_by_ids
from schema import ids
from schema.context import Info
from schema.loaders import reads
from schema.scalars import DecimalString, Percent
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
    is_group: bool = field(description="Whether it is a group of other lines: it comes only as their `parent` and is in no list and no other sum.")
    shortfall_amount: Money | None = field(description="By how much the line was lowered for days in which the service fell short; printed, in no sum.")
    social_norm_amount: Money | None = field(description="What the part within the social norm costs; printed, in no sum.")
    paid: Money | None = field(description="Payments that came for this line last month, as a paper bill prints them; in no sum.")

    @field(description="Opaque and stable.")
    def id(root: Parent[ChargeRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("chg", root.pk))

    @field(description="Days in which the service fell short; printed, in no sum.")
    def shortfall_days(root: Parent[ChargeRow]) -> DecimalString | None:  # noqa: N805
        return None if root.shortfall_days is None else DecimalString(root.shortfall_days.value)

    @field(
        description="Of a line by AVERAGE: for how many months in a row, this one with them, it was so. Null of any other, and where the books do not "
        "say what was before."
    )
    @reads(averages_of, of=attrgetter("is_average"))
    def months_by_average(root: Parent[ChargeRow], info: Info) -> int | None:  # noqa: N805
        return info.context.loaders.answer(averages_of, root) if root.is_average else None

    @field(
        description="The group that this line is a part of: «Горячее водоснабжение» of its cold water and its heating. A group's amount is what "
        "the supplier prints for it, else the sum of its parts; where the two differ the parts count. Lists of charges hold the parts and not the group, so "
        "adding them up counts nothing twice."
    )
    def parent(root: Parent[ChargeRow], info: Info) -> Annotated[Charge, strawberry.lazy("schema.charges")] | None:  # noqa: N805
        if root.parent_pk is None or root.parent is not None:
            return root.parent  # type: ignore[return-value]
        return info.context.loaders.by_id(charges_by_ids, root.parent_pk)  # type: ignore[return-value]

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, ChargeRow)


@strawberry.type(description="What was billed of one resource in one month.")
class MonthlyConsumption:
    period: Period = field(description="The month.")
    resource: Resource = field(description="What was supplied.")
    volume: Quantity = field(description="How much.")
