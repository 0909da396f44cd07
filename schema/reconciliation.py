"""Reconciliation between two days."""

from __future__ import annotations

import datetime as dt

import strawberry
from strawberry import Parent, field

from models.enums import DifferenceReason, EntryKind, TariffZone
from models.period import Period
from resolvers.reconciliation import ReconciliationRow, entries_pages
from schema import ids
from schema.arguments import After, First
from schema.charges import Service, Supplier
from schema.context import Info
from schema.values import Connection, Money, PageOf, checked_first


@strawberry.type(description="An entry of the ledger. Entries are never changed: one that was wrong is taken back by another.")
class LedgerEntry:
    happened_on: dt.date = field(description="Its day: of a payment the day of paying, of a charge the last day of its month.")
    period: Period = field(description="The month that it counts for.")
    kind: EntryKind = field(description="What it is.")
    amount: Money = field(description="Positive adds to the debt, negative lowers it.")
    service: Service | None = field(description="The service, where it is for one.")
    supplier: Supplier | None = field(description="Whom it is owed to, where that is not the organization itself.")
    zone: TariffZone | None = field(description="Of a charge: its tariff zone, where there are several.")
    tier: int | None = field(description="Of a charge: the tier of its tariff, where there are several.")
    document: str | None = field(description="Of a payment: the number of its document.")
    channel: str | None = field(description="Of a payment: where it was paid.")
    corrects_period: Period | None = field(
        description="The month that it corrects: of a recalculation, and of what came about a month that was closed already."
    )
    paid_on: dt.date | None = field(
        description="Of a payment or money given back: the day of paying, where `happenedOn` is another: the payment came after its month had been closed."
    )
    reason: DifferenceReason | None = field(description="Of a supplier's difference: which figures differ.")
    is_reversed: bool = field(description="Whether another entry takes it back.")
    is_reversal: bool = field(description="Whether it takes another one back.")


@strawberry.type(description="All entries between two days: closing = opening + debit − credit.")
class Reconciliation:
    first: dt.date = field(description="The first day that is shown: later than asked for where the viewer, or the cabinet, knows nothing before.")
    last: dt.date = field(description="The last day that is shown.")
    opening: Money | None = field(description="What was due before it; negative is overpaid. Null where no balance is known.")
    debit: Money = field(description="What was added to the debt; entries that were taken back on the same day are not counted.")
    credit: Money = field(description="What lowered it, as a positive sum.")
    closing: Money | None = field(description="What was due after the last day; negative is overpaid.")

    @field(description="The entries, oldest first.")
    async def entries(root: Parent[ReconciliationRow], info: Info, first: First, after: After = None) -> Connection[LedgerEntry]:  # noqa: N805
        rows = await info.context.loaders.of(entries_pages, root, checked_first(first), ids.dated("entries", after))
        return PageOf("entries", rows or [], first, lambda row: (row.happened_on, row.pk))  # type: ignore[return-value]
