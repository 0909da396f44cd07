"""Movement of funds: what each month of an account began with, what moved, and what it ended with, as the ledger has it.

Entries that were reversed and their reversals are of one kind and month, so that nothing of them is left in the sums. A month without
entries, or with none that stands, is left out: it ends as the one before it. A month before the first known balance has sums and neither beginning nor end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.enums import EntryKind, Right
from models.money import Currency, Money
from models.period import Period
from resolvers.accounts import AccountRow
from resolvers.spans import Months
from resolvers.sql import among, fetch, known_day
from resolvers.viewer import Viewer

MONTH = "COALESCE(e.posted_in, e.period)"  # the month that an entry moves the balance in: the one place that says so (ADR 31)
_BEFORE, _AFTER = Period(1900, 1), Period(9000, 1)  # all months on either side of the span, each side in one
KINDS = {  # figure: its kind of entry, and how it is signed there: paid and compensated are shown positive, as bills print them
    "charged": (EntryKind.CHARGE, 1),
    "recalculation": (EntryKind.RECALCULATION, 1),
    "penalty": (EntryKind.PENALTY, 1),
    "compensation": (EntryKind.COMPENSATION, -1),
    "paid": (EntryKind.PAYMENT, -1),
    "refunded": (EntryKind.REFUND, 1),
    "difference": (EntryKind.SUPPLIER_DIFFERENCE, 1),
}
Sums = Mapping[EntryKind, int]


@dataclass(slots=True, eq=False)
class MovementRow:
    """closing = opening + charged + recalculation + penalty - compensation - paid + refunded + difference."""

    period: Period
    opening: Money | None
    charged: Money
    recalculation: Money
    penalty: Money
    compensation: Money
    paid: Money
    refunded: Money
    difference: Money
    closing: Money | None


@dataclass(slots=True, eq=False)
class MovementsRow:
    """`months` are oldest first; `total` spans them, with the `period` of the last."""

    pk: int
    account: AccountRow
    first: Period
    last: Period
    months: list[MovementRow]
    total: MovementRow | None


async def movements_of(viewer: Viewer, accounts: Sequence[AccountRow], span: Months) -> dict[int, MovementsRow]:
    """Months of the span in which the viewer sees money, the balance before them counted from the beginning. One statement."""
    sums = await sums_of([account.pk for account in accounts], span)
    return {account.pk: _movements(account, span, sums[account.pk]) for account in accounts}


async def sums_of(pks: Sequence[int], span: Months, owner: str = "account_id") -> dict[int, dict[Period, dict[EntryKind, int]]]:
    """Entries of accounts, or of contracts' own, by month and kind; all months before the span as one, and all after it. One statement.

    A kind of which all was taken back in its month is left out, as if it had never been.
    """
    side = f"CASE WHEN {MONTH} < $2 THEN '{_BEFORE.first_day}' WHEN {MONTH} > $3 THEN '{_AFTER.first_day}' ELSE {MONTH} END"
    text = f"""
        SELECT x.owner, x.month, x.kind, SUM(x.amount) AS amount
        FROM (SELECT e.{owner} AS owner, e.kind, e.amount, CASE WHEN e.reverses_id IS NULL THEN 1 ELSE -1 END AS stands, {side} AS month
            FROM ledger_entry e WHERE {among(f"e.{owner}", 1)}) x
        GROUP BY x.owner, x.month, x.kind HAVING SUM(x.amount) <> 0 OR SUM(x.stands) <> 0"""
    sums: dict[int, dict[Period, dict[EntryKind, int]]] = {pk: {} for pk in pks}
    for row in await fetch(text, list(sums), span.first.first_day, span.last.first_day):
        sums[row["owner"]].setdefault(Period.of(known_day(row["month"])), {})[EntryKind(row["kind"])] = int(row["amount"])
    return sums


def _movements(account: AccountRow, span: Months, sums: Mapping[Period, Sums]) -> MovementsRow:
    currency, rows = account.organization.currency, []
    known_from = first_known(sums)
    balance = 0
    for month, kinds in sorted(sums.items()):
        opening = balance + kinds.get(EntryKind.OPENING, 0)
        balance += sum(kinds.values())
        is_known = account.balance_minor is not None and month >= known_from
        if span.first <= month <= span.last and account.access.sees(month.first_day, month.last_day, Right.SEE_MONEY):
            rows.append(movement(month, kinds, (opening, balance) if is_known else (None, None), currency))
    return MovementsRow(account.pk, account, span.first, span.last, rows, _total(rows, currency))


def first_known(sums: Mapping[Period, Sums]) -> Period:
    """The month of the opening: before it there is no balance."""
    return max((month for month, kinds in sums.items() if kinds.get(EntryKind.OPENING)), default=_BEFORE)


def movement(month: Period, kinds: Sums, ends: tuple[int | None, int | None], currency: Currency) -> MovementRow:
    figures = {name: Money(sign * kinds.get(kind, 0), currency) for name, (kind, sign) in KINDS.items()}
    return MovementRow(period=month, opening=Money.or_none(ends[0], currency), closing=Money.or_none(ends[1], currency), **figures)


def _total(rows: Sequence[MovementRow], currency: Currency) -> MovementRow | None:
    if not rows:
        return None
    figures = {name: Money(sum(getattr(row, name).minor for row in rows), currency) for name in KINDS}
    return MovementRow(period=rows[-1].period, opening=rows[0].opening, closing=rows[-1].closing, **figures)
