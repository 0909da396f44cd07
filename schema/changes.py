"""«Почему столько?»: a statement beside another month's, and why they differ."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.enums import TariffZone
from models.errors import BadRequest
from models.period import Period
from resolvers.changes import ChangeRow, LineChangeRow, changes_of
from resolvers.price_steps import ChangeCause
from resolvers.statements import StatementRow
from schema.charges import Charge, Service, Supplier
from schema.context import Info
from schema.enums import described
from schema.values import Money

MOST_MONTHS = 120

described(
    ChangeCause,
    "Why a sum differs from another month's.",
    {
        ChangeCause.VOLUME: "More or less was used: this month's volume at the other month's price, less the other month's sum",
        ChangeCause.BASIS: "The same where the volume was found in another way: by a norm instead of a reading, say",
        ChangeCause.TARIFF: "The price before tax changed: this month's volume at the one and at the other, with the other month's tax",
        ChangeCause.TAX: "The tax changed",
        ChangeCause.SERVICE: "The line is in one of the two months only",
        ChangeCause.RECALCULATION: "Other months were recalculated",
        ChangeCause.OTHER: "What the printed sums differ by beyond that: rounding, days of shortfall, figures that the supplier does not print",
    },
)


@strawberry.type(description="One reason for a difference.")
class ChangePart:
    cause: ChangeCause = field(description="The reason.")
    amount: Money = field(description="How much of the difference it is; negative where it lowered the sum. Never zero.")


@strawberry.type(description="One line of a statement beside the same line of another month.")
class LineChange:
    then: Charge | None = field(description="The line of the other month; of a service that has only a recalculation, that. Null where it has neither.")
    now: Charge | None = field(description="The line of this month, likewise.")
    amount_then: Money = field(description="Its sum in the other month, with the recalculations of its service.")
    amount_now: Money = field(description="Its sum in this month, likewise.")
    difference: Money = field(description="How much more it is now.")
    parts: list[ChangePart] = field(description="Why; they add up to the difference exactly.")

    @field(description="What is charged for.")
    def service(root: Parent[LineChangeRow]) -> Service:  # noqa: N805
        return root.either.service  # type: ignore[return-value]

    @field(description="Whom it is owed to; null means the organization itself.")
    def supplier(root: Parent[LineChangeRow]) -> Supplier | None:  # noqa: N805
        return root.either.supplier  # type: ignore[return-value]

    @field(description="The tariff zone, where there are several.")
    def zone(root: Parent[LineChangeRow]) -> TariffZone | None:  # noqa: N805
        return root.either.zone

    @field(description="The tier of the tariff, where there are several.")
    def tier(root: Parent[LineChangeRow]) -> int | None:  # noqa: N805
        return root.either.tier


@strawberry.type(description="All that was charged in a month beside another month, recalculations too; penalties and balances are not in it.")
class StatementChange:
    period: Period = field(description="The other month.")
    amount_then: Money = field(description="What was charged in it.")
    amount_now: Money = field(description="What was charged in this month.")
    difference: Money = field(description="How much more it is now.")
    parts: list[ChangePart] = field(description="Why; they add up to the difference exactly, and are the sums of the lines' parts.")
    lines: list[LineChange] = field(description="Each line, in the order of the bill; those that only the other month has come last.")


MonthsBack = Annotated[int, strawberry.argument(description="How many months before: 1 is last month, 12 a year ago; 1–120.")]


async def compared(root: StatementRow, info: Info, months: int) -> ChangeRow | None:
    if not 1 <= months <= MOST_MONTHS:
        raise BadRequest(f"`months` is a number from 1 to {MOST_MONTHS}")
    found: ChangeRow | None = await info.context.loaders.of(changes_of, root, months)
    return found
