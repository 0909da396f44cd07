"""Reconciliation («сверка взаиморасчётов»): every entry between two days, with what was owed before and after.

A viewer is shown the days in which he may see money, and none before the first known balance: the span says which days it covers in the end.
What was owed at its beginning is a sum, not an entry, and so is seen by whoever sees the first day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from models import sql
from models.enums import DifferenceReason, EntryKind, Resource, Right, TariffZone
from models.money import Currency, Money
from models.period import Period
from resolvers.accounts import AccountRow
from resolvers.charges import ServiceRow, SupplierRow
from resolvers.movements import MONTH
from resolvers.scope import Accessible
from resolvers.spans import Days
from resolvers.sql import Row, among, fetch, known_day, literal
from resolvers.viewer import Viewer

Reconciled = tuple[int, dt.date, dt.date]  # of which account or contract, and its days
Row_ = TypeVar("Row_")
DAY = "COALESCE({0}.posted_in, {0}.business_date)"  # the day of an entry: a correction of a closed month stands in the month that took it (ADR 31)
_DAY = DAY.format("e")
_OPENING = EntryKind.OPENING.value
# An entry and its reversal on one day take each other out: neither is a turnover.
_STANDS = f"""NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = e.id AND {DAY.format("r")} = {_DAY})
    AND NOT EXISTS (SELECT 1 FROM ledger_entry o WHERE o.id = e.reverses_id AND {DAY.format("o")} = {_DAY})"""

# What is told of entries `k`, and where it is from.
MORE = """s.name, s.resource, p.document, p.channel, sp.id AS owed_to, sp.name AS supplier_name, ch.zone, ch.tier,
    CASE WHEN ch.basis = 'recalculation' THEN ch.corrects_period WHEN k.month <> k.period THEN k.period END AS corrects_period,
    CASE WHEN p.paid_on <> k.business_date THEN p.paid_on END AS paid_on,
    CASE WHEN EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = k.id) THEN 1 ELSE 0 END AS is_reversed"""
TOLD = """LEFT JOIN service s ON s.id = k.service_id LEFT JOIN payment p ON p.id = k.payment_id LEFT JOIN charge ch ON ch.id = k.charge_id
    LEFT JOIN supplier sp ON sp.id = COALESCE(k.supplier_id, ch.supplier_id)"""


@dataclass(slots=True, eq=False)
class ReconciliationRow:
    """closing = opening + debit - credit; opening and closing are None where the balance was never said."""

    account: AccountRow
    first: dt.date
    last: dt.date
    opening: Money | None
    debit: Money
    credit: Money
    closing: Money | None

    @property
    def pk(self) -> Reconciled:
        return self.account.pk, self.first, self.last


@dataclass(slots=True, eq=False)
class EntryRow:
    """`zone` and `tier` are the charge's, `document` the payment's, as `paid_on` is where the entry stands on another day.

    `is_reversed` is one that was taken back, `is_reversal` what took another one back.
    """

    pk: int
    happened_on: dt.date
    period: Period
    kind: EntryKind
    amount: Money
    service: ServiceRow | None
    supplier: SupplierRow | None
    zone: TariffZone | None
    tier: int | None
    document: str | None
    channel: str | None
    corrects_period: Period | None
    paid_on: dt.date | None
    reason: DifferenceReason | None
    is_reversed: bool
    is_reversal: bool


async def reconciliations_of(viewer: Viewer, accounts: Sequence[AccountRow], span: Days) -> dict[int, ReconciliationRow]:
    """Left out where the viewer sees no day of the span. Two statements."""
    shown = await _windows(accounts, span)
    by_pk = {account.pk: account for account in accounts if account.pk in shown}
    before, upto = _bounds(shown, span)
    within = f"({upto}) AND NOT ({before}) AND {_STANDS}"
    text = f"""
        SELECT e.account_id, SUM(CASE WHEN {before} THEN e.amount ELSE 0 END) AS opening, SUM(CASE WHEN {upto} THEN e.amount ELSE 0 END) AS closing,
            SUM(CASE WHEN e.amount > 0 AND {within} THEN e.amount ELSE 0 END) AS debit,
            SUM(CASE WHEN e.amount < 0 AND {within} THEN -e.amount ELSE 0 END) AS credit
        FROM ledger_entry e WHERE {among("e.account_id", 1)} GROUP BY e.account_id"""
    sums = {row["account_id"]: row for row in await fetch(text, list(by_pk), span.first, span.last)}
    return {pk: _reconciliation(account, shown[pk], sums.get(pk)) for pk, account in by_pk.items()}


async def entries_pages(viewer: Viewer, rows: Sequence[ReconciliationRow], first: int, after: tuple[dt.date, int] | None) -> dict[Reconciled, list[EntryRow]]:
    """Oldest first, of each reconciliation one more than `first` if there are more. One statement for each span of an account."""
    found: dict[Reconciled, list[EntryRow]] = {}
    for layer in layers(rows, lambda row: row.account.pk):
        found |= await _entries_of(layer, first, after)
    return found


def layers(rows: Iterable[Row_], owner: Callable[[Row_], int]) -> list[dict[int, Row_]]:
    """The rows by their owners, each owner once in a layer: a document may ask for several spans of one."""
    found: list[dict[int, Row_]] = []
    for row in rows:
        free = next((layer for layer in found if owner(row) not in layer), None)
        if free is None:
            found.append(free := {})
        free[owner(row)] = row
    return found


async def _entries_of(rows: dict[int, ReconciliationRow], first: int, after: tuple[dt.date, int] | None) -> dict[Reconciled, list[EntryRow]]:
    shown = {pk: Days(row.first, row.last) for pk, row in rows.items()}
    span = Days(min(one.first for one in shown.values()), max(one.last for one in shown.values()))
    before, upto = _bounds(shown, span)
    further = f"AND ({_DAY}, e.id) > ($4, $5)" if after is not None else ""
    text = f"""
        SELECT k.*, {MORE} FROM (
            SELECT e.id, e.account_id, {_DAY} AS business_date, {MONTH} AS month, e.period, e.kind, e.amount, e.service_id, e.supplier_id, e.reason,
                e.reverses_id, e.payment_id, e.charge_id,
                ROW_NUMBER() OVER (PARTITION BY e.account_id ORDER BY {_DAY}, e.id) AS place
            FROM ledger_entry e WHERE {among("e.account_id", 1)} AND {upto} AND NOT ({before}) {further}
        ) k {TOLD} WHERE k.place <= {int(first) + 1} ORDER BY k.account_id, k.place"""
    found: dict[Reconciled, list[EntryRow]] = {}
    for row in await fetch(text, list(rows), span.first, span.last, *(after or ())):
        whole = rows[row["account_id"]]
        found.setdefault(whole.pk, []).append(entry_of(row, whole.account.organization.currency))
    return found


async def _windows(accounts: Sequence[AccountRow], span: Days) -> dict[int, Days]:
    """The days of the span that each account shows, none before its first known balance. One statement."""
    text = f"""
        SELECT x.account_id, MAX(x.business_date) AS known_on FROM (
            SELECT e.account_id, {_DAY} AS business_date FROM ledger_entry e WHERE {among("e.account_id", 1)} AND e.kind = '{_OPENING}'
            GROUP BY e.account_id, {_DAY} HAVING SUM(e.amount) <> 0) x GROUP BY x.account_id"""
    known = {row["account_id"]: known_day(row["known_on"]) for row in await fetch(text, [account.pk for account in accounts])}
    found = {}
    for account in accounts:
        window = seen_days(account, span)
        first = max(window.first, known.get(account.pk, window.first)) if window is not None else None
        if window is not None and first is not None and first <= window.last:
            found[account.pk] = Days(first, window.last)
    return found


def seen_days(account: Accessible, span: Days) -> Days | None:
    """The last stretch of days, one after another, in which the viewer may see money."""
    found: Days | None = None
    grants = [grant for grant in account.access.spans if Right.SEE_MONEY in grant.rights]
    for grant in sorted(grants, key=lambda one: one.from_on or dt.date.min):
        first, last = max(grant.from_on or span.first, span.first), min(grant.until_on or span.last, span.last)
        if first > last:
            continue
        touches = found is not None and first <= found.last + dt.timedelta(days=1)
        found = Days(found.first, max(found.last, last)) if found is not None and touches else Days(first, last)
    return found


def _bounds(shown: Mapping[int, Days], span: Days) -> tuple[str, str]:
    """What lies before the beginning and what up to the end, with `$2` and `$3`; accounts that show less have days of their own."""
    first, last = _by_day({pk: days.first for pk, days in shown.items()}), _by_day({pk: days.last for pk, days in shown.items()})
    early = [f"(e.account_id IN ({pks}) AND {_DAY} < {literal(day)})" for day, pks in first.items() if day > span.first]
    late = [f"(e.account_id IN ({pks}) AND {_DAY} > {literal(day)})" for day, pks in last.items() if day < span.last]
    before = " OR ".join([f"e.kind = '{_OPENING}'", f"{_DAY} < $2", *early])
    return f"({before})", " AND NOT ".join([f"{_DAY} <= $3", *late])


def _by_day(days: Mapping[int, dt.date]) -> dict[dt.date, str]:
    """A term for each day, not for each account: recipients of a contract share theirs, and SQLite takes a thousand terms."""
    found: dict[dt.date, list[int]] = {}
    for pk, day in days.items():
        found.setdefault(day, []).append(int(pk))
    return {day: ", ".join(map(str, sorted(pks))) for day, pks in found.items()}


def _reconciliation(account: AccountRow, days: Days, sums: Row | None) -> ReconciliationRow:
    currency, is_known = account.organization.currency, account.balance_minor is not None
    opening, debit, credit, closing = (Money(int(sums[name]) if sums else 0, currency) for name in ("opening", "debit", "credit", "closing"))
    ends = (opening, closing) if is_known else (None, None)
    return ReconciliationRow(account, days.first, days.last, ends[0], debit, credit, ends[1])


def entry_of(row: Row, currency: Currency) -> EntryRow:
    """Of a row with what MORE tells of it."""
    corrects = row["corrects_period"]
    return EntryRow(
        pk=row["id"],
        happened_on=known_day(row["business_date"]),
        period=Period.of(known_day(row["month"])),
        kind=EntryKind(row["kind"]),
        amount=Money(row["amount"], currency),
        service=ServiceRow(row["service_id"], row["name"], Resource(row["resource"])) if row["service_id"] is not None else None,
        supplier=SupplierRow(row["owed_to"], row["supplier_name"]) if row["owed_to"] is not None else None,
        zone=TariffZone(row["zone"]) if row["zone"] else None,
        tier=row["tier"],
        document=row["document"] or None,
        channel=row["channel"] or None,
        corrects_period=Period.of(known_day(corrects)) if corrects is not None else None,
        paid_on=sql.day(row["paid_on"]),
        reason=DifferenceReason(row["reason"]) if row["reason"] else None,
        is_reversed=bool(row["is_reversed"]),
        is_reversal=row["reverses_id"] is not None,
    )
