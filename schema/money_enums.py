"""The closed lists of ledger and debt as the schema shows them."""

from __future__ import annotations

from models.allocation import AllocationRule
from models.enums import EntryKind
from resolvers.ageing import Age
from resolvers.allocation import PaidFor
from schema.enums import described

described(
    EntryKind,
    "What an entry of the ledger is.",
    {
        EntryKind.OPENING: "The balance that the supplier began with here",
        EntryKind.CHARGE: "A charge",
        EntryKind.RECALCULATION: "A correction of another month",
        EntryKind.PENALTY: "A penalty",
        EntryKind.COMPENSATION: "A compensation that lowers the balance",
        EntryKind.PAYMENT: "A payment",
        EntryKind.REFUND: "Money given back",
        EntryKind.SUPPLIER_DIFFERENCE: "What the supplier's printed figures and their details differ by",
    },
)
described(
    Age,
    "How long ago a debt was to be paid.",
    {
        Age.NOT_DUE: "Its day has not passed",
        Age.TO_30: "1 to 30 days ago",
        Age.TO_90: "31 to 90 days ago",
        Age.TO_180: "91 to 180 days ago",
        Age.TO_365: "181 to 365 days ago",
        Age.OVER_365: "More than 365 days ago",
        Age.UNKNOWN: "No entry says of which month it is",
    },
    name="DebtAgeInterval",
)
described(
    AllocationRule,
    "What a payment pays that no register has split.",
    {
        AllocationRule.OLDEST_FIRST: "The oldest month, its services in proportion to what is owed",
        AllocationRule.PRO_RATA: "All services in proportion to what is owed for each",
        AllocationRule.REGISTER: "Nothing but what the supplier's registers say",
    },
)
described(
    PaidFor,
    "What money went to, or is owed for.",
    {
        PaidFor.SERVICE: "A service",
        PaidFor.PENALTY: "Penalties",
        PaidFor.REFUND: "Money that was given back",
        PaidFor.UNSPLIT: "What nobody has split by service",
        PaidFor.ADVANCE: "An advance: it pays what is charged next",
    },
)
