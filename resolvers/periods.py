"""Months of an organization's ledger as its staff see them: open, closed, opened again. A closing takes all months before it along; they stay closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from models import ImportRun, Organization, PeriodClosing, sql
from models.database import transaction
from models.enums import ImportState
from models.errors import ProblemCode, Refused
from models.money import Money
from models.period import Period
from resolvers import audit, closings, idempotency
from resolvers.access_rules import staffed
from resolvers.imports.busy import wait_for_others
from resolvers.imports.runs import actor_names
from resolvers.organizations import OrganizationRow, organizations_by_ids
from resolvers.sql import fetch, instant, known_day
from resolvers.viewer import Viewer

LONGEST_REASON = 300
_UNDECIDED = [state.value for state in (ImportState.WAITING, ImportState.HELD, ImportState.PREVIEWED)]


@dataclass(slots=True, eq=False)
class LedgerPeriodRow:
    """A month with statements. `entries` and `amount` are those of its last closing, of this month and all before it; None where it had none, or was
    closed with a later month since.

    `closed_at` is of what closed it last, be it with a later month; `reopened_at` of its last opening, which may lie before that.
    """

    organization: OrganizationRow
    period: Period
    is_closed: bool
    may_close: bool
    may_reopen: bool
    entries: int | None = None
    amount: Money | None = None
    closed_at: dt.datetime | None = None
    closed_by: str | None = None
    reopened_at: dt.datetime | None = None
    reopened_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """What is asked for: to close a month, or with a reason to open it again."""

    slug: str
    period: Period
    key: str
    reason: str = ""
    validate_only: bool = False
    despite_imports: bool = False


# From one month to the one before it by the index, however many statements each has.
_MONTHS = """
    WITH RECURSIVE month (period) AS (
        SELECT MAX(s.period) FROM statement s WHERE s.organization_id = $1 {before}
        UNION ALL SELECT (SELECT MAX(s.period) FROM statement s WHERE s.organization_id = $1 AND s.period < m.period) FROM month m WHERE m.period IS NOT NULL
    ) SELECT period FROM month WHERE period IS NOT NULL LIMIT {limit}"""
_COUNT = """
    SELECT COUNT(*) AS entries, CAST(COALESCE(SUM(amount), 0) AS bigint) AS amount FROM ledger_entry
    WHERE organization_id = :organization AND COALESCE(posted_in, period) <= :period"""


async def periods_page(organization: OrganizationRow, today: dt.date, first: int, after: dt.date | None) -> list[LedgerPeriodRow]:
    """Months that have statements, the newest first, one more than `first` if there are more. Three statements."""
    text = _MONTHS.format(before="AND s.period < $2" if after else "", limit=int(first) + 1)
    months = [Period.of(known_day(row["period"])) for row in await fetch(text, organization.pk, *([after] if after else []))]
    return await _rows(organization, today, months)


async def close_period(viewer: Viewer, wanted: Closing, now: dt.datetime) -> LedgerPeriodRow:
    """Close a month and all before it: entries that are about them are posted in the next one from now on.

    Raises NotFound, and Refused at `period`: MONTH_NOT_OVER, MONTH_WITHOUT_STATEMENTS, MONTH_CLOSED; at `despiteImports`: IMPORTS_WAIT, unless
    that was confirmed; at `idempotencyKey` as always.
    """

    async def work(organization: Organization, closed: Period | None) -> None:
        if closed is not None and wanted.period <= closed:
            raise Refused(ProblemCode.MONTH_CLOSED, ("period",), period=wanted.period)
        if wanted.period >= Period.of(_today(organization, now)):
            raise Refused(ProblemCode.MONTH_NOT_OVER, ("period",), period=wanted.period)
        own = {"organization_id": organization.id, "period": wanted.period.first_day}
        if not await fetch("SELECT 1 FROM statement WHERE organization_id = $1 AND period = $2 LIMIT 1", *own.values()):
            raise Refused(ProblemCode.MONTH_WITHOUT_STATEMENTS, ("period",), period=wanted.period)
        if not wanted.despite_imports and (waiting := await _waiting(organization.id, wanted.period)):
            raise Refused(ProblemCode.IMPORTS_WAIT, ("despiteImports",), runs=", ".join(map(str, waiting)))
        if not wanted.validate_only:
            await _close(viewer, organization, wanted.period, now, viewer.actor)

    return await _settled(viewer, "closePeriod", wanted, now, work)


async def _close(viewer: Viewer, organization: Organization, period: Period, at: dt.datetime, by: str) -> None:
    [sums] = await sql.fetch(_COUNT, organization=organization.id, period=period.first_day)
    await PeriodClosing.create(organization_id=organization.id, period=period.first_day, **sums, closed_at=at, closed_by=by)
    await _record(viewer, "period.close", organization, period, **sums)


async def _keep_closed_before(viewer: Viewer, organization: Organization, opened: PeriodClosing) -> None:
    """Months that were closed only together with the opened one get a closing of their own: opening one is no opening of years. It is as old as
    the one that closed them, and that is how it is told from one that staff meant (`bill_mail`)."""
    [last] = await fetch("SELECT MAX(period) AS period FROM statement WHERE organization_id = $1 AND period < $2", organization.id, opened.period)
    before = sql.day(last["period"])
    if before is not None and not await PeriodClosing.filter(organization_id=organization.id, period=before, reopened_at=None).exists():
        await _close(viewer, organization, Period.of(before), opened.closed_at, opened.closed_by)


async def _waiting(organization_id: int, period: Period) -> list[int]:
    """Runs with registers of the month or one before it that wait for a worker or for a person's word."""
    runs = await ImportRun.filter(organization_id=organization_id, state__in=_UNDECIDED).order_by("id")
    return [run.id for run in runs if run.state == ImportState.WAITING or any(month <= str(period) for month in _told(run))]


def _told(run: ImportRun) -> list[str]:
    return [month["period"] for month in (run.summary or {}).get("months", ())]


async def reopen_period(viewer: Viewer, wanted: Closing, now: dt.datetime) -> LedgerPeriodRow:
    """Open the month that was closed last, and it alone; what was posted in later months stays there.

    Raises NotFound, and Refused: MONTH_OPEN or LATER_MONTHS_CLOSED at `period`, REQUIRED or TOO_LONG at `reason`.
    """
    reason = wanted.reason.strip()
    if not reason:
        raise Refused(ProblemCode.REQUIRED, ("reason",))
    if len(reason) > LONGEST_REASON:
        raise Refused(ProblemCode.TOO_LONG, ("reason",), limit=LONGEST_REASON)

    async def work(organization: Organization, closed: Period | None) -> None:
        if closed is None or wanted.period > closed:
            raise Refused(ProblemCode.MONTH_OPEN, ("period",), period=wanted.period)
        if wanted.period < closed:
            raise Refused(ProblemCode.LATER_MONTHS_CLOSED, ("period",), period=closed)
        if not wanted.validate_only:
            standing = await PeriodClosing.get(organization_id=organization.id, period=closed.first_day, reopened_at=None)
            await PeriodClosing.filter(id=standing.id).update(reopened_at=now, reopened_by=viewer.actor, reason=reason)
            await _record(viewer, "period.reopen", organization, wanted.period)
            await _keep_closed_before(viewer, organization, standing)

    return await _settled(viewer, "reopenPeriod", wanted, now, work)


async def _settled(
    viewer: Viewer, mutation: str, wanted: Closing, now: dt.datetime, work: Callable[[Organization, Period | None], Awaitable[None]]
) -> LedgerPeriodRow:
    """Do it once for each key, while no import of the organization writes."""
    organization = await staffed(viewer, wanted.slug)
    print_of = idempotency.fingerprint(wanted.slug, str(wanted.period), wanted.reason)

    async def attempt() -> None:
        async with transaction():
            await wait_for_others(organization.id)
            if await idempotency.first_answer(viewer.actor, mutation, wanted.key, print_of) is not None:
                return
            await work(organization, (await closings.boundary_of(organization.id)).period)
            if not wanted.validate_only:
                await idempotency.bind(viewer.actor, mutation, wanted.key, print_of, [str(wanted.period)], now)

    await idempotency.looking_again(attempt)
    shown = (await organizations_by_ids([organization.id]))[organization.id]
    [row] = await _rows(shown, shown.today(now), [wanted.period])
    return row


async def _rows(organization: OrganizationRow, today: dt.date, months: list[Period]) -> list[LedgerPeriodRow]:
    closed = (await closings.boundary_of(organization.pk)).period
    past = await PeriodClosing.filter(organization_id=organization.pk).order_by("id")
    names = await actor_names({name for row in past for name in (row.closed_by, row.reopened_by) if name})
    rows = [_row(organization, today, month, closed, past) for month in months]
    for row in rows:
        row.closed_by, row.reopened_by = (names.get(name, name) if name else None for name in (row.closed_by, row.reopened_by))
    return rows


def _row(organization: OrganizationRow, today: dt.date, month: Period, closed: Period | None, past: Sequence[PeriodClosing]) -> LedgerPeriodRow:
    is_closed = closed is not None and month <= closed
    row = LedgerPeriodRow(organization, month, is_closed, may_close=not is_closed and month < Period.of(today), may_reopen=month == closed)
    own = [one for one in past if Period.of(one.period) == month]
    if own:
        newest = _again(own[-1], past) if is_closed else own[-1]
        if newest is own[-1]:  # a later month's sums are not of this one
            row.entries, row.amount = newest.entries, Money(newest.amount, organization.currency)
        row.closed_at, row.closed_by = instant(newest.closed_at), newest.closed_by
    if reopened := [one for one in own if one.reopened_at is not None]:
        told = reopened[-1]
        row.reopened_at, row.reopened_by, row.reason = instant(told.reopened_at), told.reopened_by, told.reason or None
    return row


def _again(own: PeriodClosing, past: Sequence[PeriodClosing]) -> PeriodClosing:
    """What closed the month last: its own closing, or where that was taken back, the first one of a later month since."""
    later = (one for one in past if one.id > own.id and one.period > own.period and one.reopened_at is None)
    return own if own.reopened_at is None else next(later, own)


def _today(organization: Organization, now: dt.datetime) -> dt.date:
    return now.astimezone(ZoneInfo(organization.timezone)).date()


async def _record(viewer: Viewer, action: str, organization: Organization, period: Period, **details: Any) -> None:
    await audit.record(viewer.actor, action, f"organization:{organization.id}", organization_id=organization.id, period=str(period), **details)
