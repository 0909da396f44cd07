"""Months of an organization's ledger, for its staff: which are closed, closing them and opening them again."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.period import Period
from resolvers import periods
from resolvers.organizations import OrganizationRow
from resolvers.periods import Closing
from schema import ids
from schema.arguments import After, First
from schema.context import Info
from schema.results import Rejected
from schema.values import Connection, Money, PageOf, checked_first


@strawberry.type(description="A month of an organization's ledger. Into a closed one nothing is posted: what is about it counts in the first open month.")
class LedgerPeriod:
    period: Period = field(description="The month.")
    is_closed: bool = field(description="Whether it is closed, by itself or with a later month.")
    may_close: bool = field(description="Whether it can be closed now: it is over, and open.")
    may_reopen: bool = field(description="Whether it can be opened again: it was closed last.")
    entries: int | None = field(
        description="How many entries of it and of all months before it stood when it was last closed; null where it never was, or with a later month."
    )
    amount: Money | None = field(description="What these came to: what all accounts together owed; negative is overpaid.")
    closed_at: dt.datetime | None = field(description="When it was last closed; null where it never was by itself.")
    closed_by: str | None = field(description="By whom.")
    reopened_at: dt.datetime | None = field(description="When it was last opened again; before `closedAt` where it has been closed since.")
    reopened_by: str | None = field(description="By whom.")
    reason: str | None = field(description="Why it was opened again.")


@strawberry.type
class OrganizationPeriods:
    """Fields of an organization."""

    @field(description="Months that have statements, the newest first; null for whoever is not its staff, in person.")
    async def periods(root: Parent[OrganizationRow], info: Info, first: First, after: After = None) -> Connection[LedgerPeriod] | None:  # noqa: N805
        place = ids.after("ledger periods", after)
        rows = await periods.periods_page(root, info.context.today(root), checked_first(first), Period.parse(place[0]).first_day if place else None)
        return PageOf("ledger periods", rows, first, lambda row: (str(row.period),))  # type: ignore[return-value]


@strawberry.input(description="Which month to close.")
class ClosePeriodInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    period: Period = field(description="The month; all before it are closed with it.")
    idempotency_key: str = field(description="1 to 100 characters, new for each closing. The same key and input give the first answer again.")
    despite_imports: bool = field(default=False, description="Close it although imports that speak of it wait: what they bring is posted in the next month.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.input(description="Which month to open again.")
class ReopenPeriodInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    period: Period = field(description="The month that was closed last.")
    reason: str = field(description="Why, at most 300 characters: it stays beside the month.")
    idempotency_key: str = field(description="1 to 100 characters, new for each opening. The same key and input give the first answer again.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.type(description="The month is closed; with `validateOnly`, it could be.")
class ClosePeriodDone:
    period: LedgerPeriod = field(description="The month as it stands.")


@strawberry.type(description="The month is open; with `validateOnly`, it could be.")
class ReopenPeriodDone:
    period: LedgerPeriod = field(description="The month as it stands.")


ClosePeriodResult = Annotated[ClosePeriodDone | Rejected, strawberry.union("ClosePeriodResult", description="How closing a month ends.")]
ReopenPeriodResult = Annotated[ReopenPeriodDone | Rejected, strawberry.union("ReopenPeriodResult", description="How opening a month again ends.")]
CloseArgument = Annotated[ClosePeriodInput, strawberry.argument(description="Whose month, and which.")]
ReopenArgument = Annotated[ReopenPeriodInput, strawberry.argument(description="Whose month, which, and why.")]


@strawberry.type
class PeriodMutations:
    @field(
        description="Close a month of the ledger and all before it, as the organization's staff in person. Codes: MONTH_NOT_OVER, MONTH_CLOSED, "
        "MONTH_WITHOUT_STATEMENTS, IMPORTS_WAIT (confirmed by `despiteImports`), REQUIRED, TOO_LONG, KEY_REUSED."
    )
    async def close_period(self, info: Info, input: CloseArgument) -> ClosePeriodResult:  # noqa: A002
        wanted = Closing(input.organization_slug, input.period, input.idempotency_key, validate_only=input.validate_only, despite_imports=input.despite_imports)
        return ClosePeriodDone(period=await periods.close_period(info.context.person, wanted, info.context.now))  # type: ignore[arg-type]

    @field(
        description="Open the month again that was closed last, as the organization's staff in person. Codes: REQUIRED, TOO_LONG, MONTH_OPEN, "
        "LATER_MONTHS_CLOSED, KEY_REUSED."
    )
    async def reopen_period(self, info: Info, input: ReopenArgument) -> ReopenPeriodResult:  # noqa: A002
        wanted = Closing(input.organization_slug, input.period, input.idempotency_key, input.reason, input.validate_only)
        return ReopenPeriodDone(period=await periods.reopen_period(info.context.person, wanted, info.context.now))  # type: ignore[arg-type]
