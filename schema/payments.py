"""Payments."""

from __future__ import annotations

import datetime as dt

import strawberry
from strawberry import Parent, field

from models.enums import PaymentState
from models.period import Period
from resolvers.allocation import PaidFor
from resolvers.allocations import allocations_of
from resolvers.payments import PaymentRow
from schema import ids
from schema import money_enums as money_enums
from schema.charges import Service, Supplier
from schema.context import Info
from schema.loaders import reads
from schema.values import Money, Node


@strawberry.type(description="A part of a payment, by what it went to. As registers say, else by the organization's rule; what was spread once stays.")
class Allocation:
    kind: PaidFor = field(description="What it went to.")
    service: Service | None = field(description="The service; of an advance the one that a register keeps it for.")
    supplier: Supplier | None = field(description="Whom it was owed to; null means the organization itself.")
    period: Period | None = field(description="The month that was owed; null of an advance, and of months that the viewer does not see.")
    amount: Money = field(description="How much of the payment; below zero where a register takes from a service within it.")


@strawberry.type(description="Money that came towards an account, or towards a contract as a whole.")
class Payment(Node):
    amount: Money = field(description="What was credited; below zero it was given back.")
    fee: Money | None = field(description="What the payer paid on top; null is unknown.")
    paid_on: dt.date = field(description="The day of payment.")
    channel: str = field(description="Where it was paid: bank, terminal, cash desk.")
    document: str | None = field(description="The number of the payment document.")
    state: PaymentState = field(description="Whether the supplier has counted it.")

    @field(description="Opaque and stable.")
    def id(root: Parent[PaymentRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("pay", root.pk))

    @field(
        description="What it was spent on; the sums add up to `amount`. Null of a refund, of what is for a contract as a whole, and while it is not "
        "counted or no balance is known."
    )
    @reads(allocations_of)
    def allocations(root: Parent[PaymentRow], info: Info) -> list[Allocation] | None:  # noqa: N805
        return info.context.loaders.answer(allocations_of, root)

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, PaymentRow)
