"""«Почему столько?» of a contract: its statement beside another month's, by recipients."""

from __future__ import annotations

import strawberry
from strawberry import Parent, field

from models.errors import BadRequest
from models.period import Period
from resolvers.contract_changes import ContractChangeRow, RecipientChangeRow, changed_recipients_pages, contract_changes_of
from resolvers.contract_statements import ContractStatementRow
from schema import ids
from schema.accounts import Account
from schema.arguments import After, First
from schema.changes import MOST_MONTHS, ChangePart, LineChange, MonthsBack
from schema.context import Info
from schema.values import Connection, Money, PageOf, checked_first


@strawberry.type(
    description="What one recipient was charged in a month beside another month. Who is of the contract in one of them only has nothing in the other."
)
class RecipientChange:
    position: int = field(description="Counts from 1 through the whole comparison.")
    account: Account = field(description="The recipient.")
    amount_then: Money = field(description="What was charged in the other month.")
    amount_now: Money = field(description="What was charged in this month.")
    difference: Money = field(description="How much more it is now.")
    parts: list[ChangePart] = field(description="Why; they add up to the difference exactly, and are the sums of the lines' parts.")
    lines: list[LineChange] = field(description="Each line, in the order of the bill; those that only the other month has come last.")

    @field(description="The recipient's name as it was in this month.")
    def recipient_name(root: Parent[RecipientChangeRow]) -> str | None:  # noqa: N805
        return root.facts.holder_name if root.facts else None


@strawberry.type(description="All that a contract's recipients were charged in a month beside another month, recalculations too.")
class ContractChange:
    period: Period = field(description="The other month.")
    amount_then: Money = field(description="What was charged in it.")
    amount_now: Money = field(description="What was charged in this month.")
    difference: Money = field(description="How much more it is now.")
    parts: list[ChangePart] = field(description="Why; they add up to the difference exactly, and are the sums of the recipients' parts.")

    @field(description="Recipients of either month, whoever changed most first.")
    async def recipients(root: Parent[ContractChangeRow], info: Info, first: First, after: After = None) -> Connection[RecipientChange]:  # noqa: N805
        place = ids.after("changed recipients", after)
        rows = await info.context.loaders.of(changed_recipients_pages, root, checked_first(first), int(place[0]) if place else None)
        return PageOf("changed recipients", rows or [], first, lambda row: (row.position,))  # type: ignore[return-value]


@strawberry.type
class ContractComparison:
    """Fields of a contract's statement."""

    @field(description="The same beside an earlier month, and why they differ; null where that one is not to be seen or nothing was charged in it.")
    async def compared(root: Parent[ContractStatementRow], info: Info, months: MonthsBack = 1) -> ContractChange | None:  # noqa: N805
        if not 1 <= months <= MOST_MONTHS:
            raise BadRequest(f"`months` is a number from 1 to {MOST_MONTHS}")
        return await info.context.loaders.of(contract_changes_of, root, months)
