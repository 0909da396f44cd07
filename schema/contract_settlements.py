"""Settlements of a contract: what is owed over its accounts and its own, its movement of funds, and its reconciliation by recipients."""

from __future__ import annotations

import datetime as dt

import strawberry
from strawberry import Parent, field

from models.period import Period
from resolvers import spans
from resolvers.contract_entries import own_entries_pages
from resolvers.contract_movements import ContractMovementRow, contract_movements_of
from resolvers.contract_reconciliations import (
    ContractReconciliationRow,
    Place,
    RecipientTurnoverRow,
    contract_reconciliations_of,
    contract_totals_of,
    own_turnovers_of,
    turnovers_pages,
)
from resolvers.contract_settlements import contract_settlements_of
from resolvers.contracts import ContractRow
from resolvers.payments import contract_payments_pages
from resolvers.reconciliation import entries_pages
from schema import ids
from schema.accounts import Account
from schema.arguments import After, First
from schema.context import Info
from schema.movements import Movement
from schema.payments import Payment
from schema.reconciliation import LedgerEntry
from schema.settlements import DebtAge, FromDay, FromMonth, ToDay, ToMonth
from schema.values import Connection, Money, PageOf, checked_first


@strawberry.type(description="What is owed over a contract now: the sums of the accounts that it has, and its own.")
class ContractSettlement:
    balance: Money | None = field(description="What is due by the supplier's books; negative is overpaid. Null when unknown.")
    own: Money = field(description="What of it is the contract's own: sums that are for no single recipient.")
    in_transit: Money = field(description="Paid, and not yet known to the supplier.")
    due: Money | None = field(description="What is due with these payments counted.")
    ages: list[DebtAge] | None = field(
        description="The recipients' debts by age: overpayments of others not taken off, what was paid for the contract as a whole taken off the oldest; "
        "null without a day to pay by."
    )
    overdue: Money | None = field(description="What of these is past its day; null without a day to pay by.")
    unknown: int = field(description="How many recipients' balances are not known: they are in no sum.")


@strawberry.type(description="What was owed before some days, what was added and lowered in them, and what was owed after: closing = opening + debit − credit.")
class Turnover:
    opening: Money = field(description="What was due before; negative is overpaid.")
    debit: Money = field(description="What was added to the debt.")
    credit: Money = field(description="What lowered it, as a positive sum.")
    closing: Money = field(description="What was due after; negative is overpaid.")


@strawberry.type(description="The turnover of one recipient.")
class RecipientTurnover:
    position: int = field(description="Counts from 1 through all recipients.")

    @field(description="The recipient.")
    def account(root: Parent[RecipientTurnoverRow]) -> Account:  # noqa: N805
        return root.row.account  # type: ignore[return-value]

    @field(description="The recipient's name on the last day.")
    def recipient_name(root: Parent[RecipientTurnoverRow]) -> str | None:  # noqa: N805
        return root.facts.holder_name if root.facts else None

    @field(description="The first day that is shown of it.")
    def first(root: Parent[RecipientTurnoverRow]) -> dt.date:  # noqa: N805
        return root.row.first

    @field(description="What was due before it; null where no balance is known.")
    def opening(root: Parent[RecipientTurnoverRow]) -> Money | None:  # noqa: N805
        return root.row.opening  # type: ignore[return-value]

    @field(description="What was added to the debt.")
    def debit(root: Parent[RecipientTurnoverRow]) -> Money:  # noqa: N805
        return root.row.debit  # type: ignore[return-value]

    @field(description="What lowered it, as a positive sum.")
    def credit(root: Parent[RecipientTurnoverRow]) -> Money:  # noqa: N805
        return root.row.credit  # type: ignore[return-value]

    @field(description="What was due after the last day; null where no balance is known.")
    def closing(root: Parent[RecipientTurnoverRow]) -> Money | None:  # noqa: N805
        return root.row.closing  # type: ignore[return-value]

    @field(description="Its entries from its first day to the last, oldest first.")
    async def entries(root: Parent[RecipientTurnoverRow], info: Info, first: First, after: After = None) -> Connection[LedgerEntry]:  # noqa: N805
        rows = await info.context.loaders.of(entries_pages, root.row, checked_first(first), ids.dated("entries", after))
        return PageOf("entries", rows or [], first, lambda row: (row.happened_on, row.pk))  # type: ignore[return-value]


@strawberry.type(description="The accounts that a contract has now, and its own, between two days.")
class ContractReconciliation:
    first: dt.date = field(description="The first day that is shown.")
    last: dt.date = field(description="The last day that is shown.")

    @field(description="When the newest of the recipients' balances came; null where none is known.")
    async def as_of(root: Parent[ContractReconciliationRow], info: Info) -> dt.datetime | None:  # noqa: N805
        return (await info.context.loaders.of(own_turnovers_of, root)).as_of

    @field(description="The contract's own account: sums that are for no single recipient.")
    async def own(root: Parent[ContractReconciliationRow], info: Info) -> Turnover:  # noqa: N805
        return (await info.context.loaders.of(own_turnovers_of, root)).turnover

    @field(description="All recipients whose balance is known, and the contract's own.")
    async def total(root: Parent[ContractReconciliationRow], info: Info) -> Turnover:  # noqa: N805
        known = (await info.context.loaders.of(contract_totals_of, root)).known
        return known + (await info.context.loaders.of(own_turnovers_of, root)).turnover

    @field(description="How many recipients' balances are not known: they are listed, and in no sum.")
    async def unknown(root: Parent[ContractReconciliationRow], info: Info) -> int:  # noqa: N805
        return (await info.context.loaders.of(contract_totals_of, root)).unknown

    @field(description="The recipients in the order of their numbers.")
    async def recipients(root: Parent[ContractReconciliationRow], info: Info, first: First, after: After = None) -> Connection[RecipientTurnover]:  # noqa: N805
        place = ids.after("recipients", after)
        behind: Place | None = (int(place[0]), str(place[1])) if place else None
        rows = await info.context.loaders.of(turnovers_pages, root, checked_first(first), behind)
        return PageOf("recipients", rows or [], first, lambda row: (row.position, row.row.account.number))  # type: ignore[return-value]

    @field(description="The entries of the contract's own account, oldest first.")
    async def entries(root: Parent[ContractReconciliationRow], info: Info, first: First, after: After = None) -> Connection[LedgerEntry]:  # noqa: N805
        rows = await info.context.loaders.of(own_entries_pages, root, checked_first(first), ids.dated("entries", after))
        return PageOf("entries", rows or [], first, lambda row: (row.happened_on, row.pk))  # type: ignore[return-value]


@strawberry.type(description="A month of the accounts that were a contract's at its end, and of its own.")
class ContractMovement:
    joined: Money | None = field(description="What recipients that came brought along, less what those that left took away; it is part of `closing`.")

    @field(description="The sums.")
    def month(root: Parent[ContractMovementRow]) -> Movement:  # noqa: N805
        return root.month  # type: ignore[return-value]


@strawberry.type(description="The movement of funds of a contract over a span of months.")
class ContractMovements:
    first: Period = field(description="The first month that was asked for.")
    last: Period = field(description="The last one.")
    months: list[ContractMovement] = field(description="Oldest first, from the first month with an entry to the last one.")
    total: ContractMovement | None = field(description="All of them together; null where there are none.")


@strawberry.type
class ContractSettlements:
    """Fields of a contract."""

    @field(description="What is owed over it now.")
    async def settlement(root: Parent[ContractRow], info: Info) -> ContractSettlement | None:  # noqa: N805
        return await info.context.loaders.of(contract_settlements_of, root, info.context.today(root.organization))

    @field(description="What was paid for it as a whole and not for single recipients, newest first.")
    async def payments(root: Parent[ContractRow], info: Info, first: First, after: After = None) -> Connection[Payment] | None:  # noqa: N805
        rows = await info.context.loaders.of(contract_payments_pages, root, checked_first(first), ids.dated("payments", after))
        return PageOf("payments", rows or [], first, lambda row: (row.paid_on, row.pk))  # type: ignore[return-value]

    @field(description="What each month began with, what moved and what it ended with, by the recipients that it had.")
    async def movements(root: Parent[ContractRow], info: Info, first: FromMonth = None, last: ToMonth = None) -> ContractMovements | None:  # noqa: N805
        return await info.context.loaders.of(contract_movements_of, root, spans.months(first, last, info.context.today(root.organization)))

    @field(description="Each recipient between two days; null where the viewer sees none of them.")
    async def reconciliation(root: Parent[ContractRow], info: Info, first: FromDay = None, last: ToDay = None) -> ContractReconciliation | None:  # noqa: N805
        return await info.context.loaders.of(contract_reconciliations_of, root, spans.days(first, last, info.context.today(root.organization)))
