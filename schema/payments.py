"""Payments."""

from __future__ import annotations

import datetime as dt

import strawberry
from strawberry import Parent, field

from models.enums import PaymentState
from resolvers.payments import PaymentRow
from schema import ids
from schema.values import Money, Node


@strawberry.type(description="Money that came towards an account.")
class Payment(Node):
    amount: Money = field(description="What was credited.")
    fee: Money | None = field(description="What the payer paid on top; null is unknown.")
    paid_on: dt.date = field(description="The day of payment.")
    channel: str = field(description="Where it was paid: bank, terminal, cash desk.")
    document: str | None = field(description="The number of the payment document.")
    state: PaymentState = field(description="Whether the supplier has counted it.")

    @field(description="Opaque and stable.")
    def id(root: Parent[PaymentRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("pay", root.pk))

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, PaymentRow)
