"""Movement of funds by month."""

from __future__ import annotations

import strawberry
from strawberry import field

from models.period import Period
from schema.values import Money


@strawberry.type(
    description="What a month began with, what moved, and what it ended with: "
    "closing = opening + charged + recalculation + penalty − compensation − paid + refunded + difference."
)
class Movement:
    period: Period = field(description="The month; of a total the last one.")
    opening: Money | None = field(description="What was due at its start; negative is overpaid. Null before the first known balance.")
    charged: Money = field(description="Charges, without recalculation and penalty.")
    recalculation: Money = field(description="Corrections of other months.")
    penalty: Money = field(description="Penalties.")
    compensation: Money = field(description="Compensations; they lower the balance.")
    paid: Money = field(description="Payments; they lower the balance.")
    refunded: Money = field(description="Money given back.")
    difference: Money = field(description="What the supplier's printed figures and their details differ by.")
    closing: Money | None = field(description="What was due at its end; negative is overpaid. Null before the first known balance.")


@strawberry.type(description="The movement of funds over a span of months.")
class Movements:
    first: Period = field(description="The first month that was asked for.")
    last: Period = field(description="The last one.")
    months: list[Movement] = field(description="Oldest first; a month without entries, or in which all was taken back, is left out.")
    total: Movement | None = field(description="All of them together; null where there are none.")
