"""Posting: what the ledger should say of an account from a month on, and the entries that bring it there.

The caller leaves (account, month) pairs in `ledger_touched` and calls :func:`restate` in the same transaction. From the earliest touched
month on, every entry that the account should have is derived again; entries that already say so stay as they are, the others are
reversed, the missing ones are posted. Nothing that was posted is ever changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from models import sql
from models.differences import Component, Derived, Figures, Month, derive
from models.enums import EntryKind

ACCOUNTS_AT_ONCE = 1_000
REHEARSED_AT_ONCE = 20_000
_BEGINNING = dt.date(1, 1, 1)
_TOUCHED = {"account_id": "bigint", "period": "date"}
_WANTED = {
    "account_id": "bigint",
    "base": "text",
    "kind": "text",
    "amount": "bigint",
    "period": "date",
    "business_date": "date",
    "service_id": "bigint",
    "supplier_id": "bigint",
    "charge_id": "bigint",
    "payment_id": "bigint",
    "reason": "text",
    "import_file_id": "bigint",
}
_PAST = {"id": "bigint", "account_id": "bigint", "base": "text", "amount": "bigint", "live": "int"}
Coverage = dict[Component, set[dt.date]]


async def touch() -> None:
    """Begin: an empty `ledger_touched (account_id, period)`."""
    await sql.staging("ledger_touched", _TOUCHED)


async def coverage_of(organization_id: int) -> Coverage:
    """For which months (first days) the organization's registers have brought the details of a component."""
    rows = await sql.fetch(
        """SELECT DISTINCT f.covers, f.first_period, f.last_period, f.months FROM import_file f JOIN import_run r ON r.id = f.run_id
        WHERE r.organization_id = :organization AND f.covers <> '' AND f.first_period IS NOT NULL""",
        organization=organization_id,
    )
    coverage: Coverage = {component: set() for component in Component}
    for row in rows:
        for name in row["covers"].split():
            coverage[Component(name)].update(_months_of(row))
    return coverage


def _months_of(row: dict[str, Any]) -> Iterator[dt.date]:
    """The months that a file has rows of; between its first and its last one there may be others."""
    if row["months"]:
        yield from (dt.date.fromisoformat(f"{month}-01") for month in row["months"].split())
        return
    month, last = sql.day(row["first_period"]), sql.day(row["last_period"])
    while month and last and month <= last:
        yield month
        month = (month + dt.timedelta(days=31)).replace(day=1)


async def restate(organization_id: int, now: dt.datetime, covered_before: Coverage, progress: Callable[[int, int], object]) -> None:
    """Bring the ledger and the cached balances of the touched accounts to what charges, payments and statements say.

    Months whose details are in a register for the first time had been posted from balances: all their accounts are touched too.
    `progress` is told how many accounts of how many are done.
    """
    coverage = await coverage_of(organization_id)
    for component, months in coverage.items():
        for month in months - covered_before[component]:
            await sql.execute(_TOUCH_COVERED, organization=organization_id, kind=component.kind.value, month=month)
    await _compare(coverage, progress)
    for statement in (_REVERSE, _POST, _BALANCE):
        await sql.execute(statement, organization=organization_id, now=now)


async def rehearse(organization_id: int, coverage: Coverage, after: int) -> int | None:
    """Derive all entries of the next accounts (by id) into `want_entry`, list theirs in `past_entry`, and post nothing.

    Gives the id of the last account taken, None where no account is left.
    """
    await touch()
    await sql.execute(_TOUCH_NEXT, organization=organization_id, after=after, month=_BEGINNING, most=REHEARSED_AT_ONCE)
    [row] = await sql.fetch("SELECT MAX(account_id) AS last FROM ledger_touched")
    if row["last"] is not None:
        await _compare(coverage, lambda done, total: None)
    return row["last"]


async def _compare(coverage: Coverage, progress: Callable[[int, int], object]) -> None:
    """From `ledger_touched` to what is wanted and what there is."""
    await sql.staging("posting", {"account_id": "bigint", "period": "date", "place": "bigint"}, "place", "account_id")
    await sql.execute(_POSTING)
    await sql.staging("want_entry", _WANTED, "account_id, base")
    await sql.staging("past_entry", _PAST, "account_id, base")
    await sql.analyze("posting")
    await sql.execute(_WANT_CHARGES)
    await sql.execute(_WANT_PAYMENTS)
    await _want_derived(coverage, progress)
    await sql.execute(_LIST_PAST)
    await sql.analyze("want_entry", "past_entry")


async def _want_derived(coverage: Coverage, progress: Callable[[int, int], object]) -> None:
    [row] = await sql.fetch("SELECT COALESCE(MAX(place), 0) AS n FROM posting")
    for first in range(1, row["n"] + 1, ACCOUNTS_AT_ONCE):
        span = {"first": first, "last": first + ACCOUNTS_AT_ONCE - 1}
        before = {row["account_id"]: row for row in await sql.fetch(_BEFORE, **span)}
        records: list[tuple[Any, ...]] = []
        for account_id, months in groupby(await sql.fetch(_MONTHS, **span), key=itemgetter("account_id")):
            past = before[account_id]
            entries = derive((_month(month, coverage) for month in months), past["amount"], bool(past["anchored"]))
            records += [(account_id, *record) for record in _records(entries)]
        await sql.load("want_entry", ["account_id", "base", "kind", "amount", "period", "business_date", "reason", "import_file_id"], records)
        progress(min(span["last"], row["n"]), row["n"])


def _month(row: dict[str, Any], coverage: Coverage) -> Month:
    period = sql.day(row["period"])
    assert period
    figures = Figures(*(row[name] for name in Figures.__slots__)) if row["has_statement"] else None
    details = {Component.CHARGED: row["charges"], Component.RECALCULATION: row["recalculations"], Component.PAID: row["payments"]}
    return Month(period, figures, details, frozenset(component for component in Component if period in coverage[component]), row["import_file_id"])


def _records(entries: Iterator[Derived]) -> Iterator[tuple[Any, ...]]:
    for entry in entries:
        name = "/".join(filter(None, (entry.kind, f"{entry.period:%Y-%m}", entry.reason)))
        last_day = (entry.period.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
        day = entry.period if entry.kind is EntryKind.OPENING else last_day
        yield name, entry.kind.value, entry.amount, entry.period, day, entry.reason and entry.reason.value, entry.source


_POSTING = """
    INSERT INTO posting (account_id, period, place)
    SELECT account_id, MIN(period), ROW_NUMBER() OVER (ORDER BY account_id) FROM ledger_touched GROUP BY account_id"""
_NOT_REVERSED = "NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = e.id)"
_TOUCH_COVERED = f"""
    INSERT INTO ledger_touched (account_id, period) SELECT e.account_id, e.period FROM ledger_entry e
    WHERE e.organization_id = :organization AND e.period = :month AND e.kind = :kind AND e.account_id IS NOT NULL
    AND e.charge_id IS NULL AND e.payment_id IS NULL AND e.reverses_id IS NULL AND {_NOT_REVERSED}"""
_TOUCH_NEXT = """
    INSERT INTO ledger_touched (account_id, period)
    SELECT id, :month FROM personal_account WHERE organization_id = :organization AND id > :after ORDER BY id LIMIT :most"""
_WANT_CHARGES = """
    INSERT INTO want_entry (account_id, base, kind, amount, period, business_date, service_id, supplier_id, charge_id, import_file_id)
    SELECT c.account_id, 'charge/' || c.id, CASE c.basis WHEN 'recalculation' THEN 'recalculation' ELSE 'charge' END, c.amount, c.period,
        LAST_DAY(c.period), c.service_id, c.supplier_id, c.id, c.import_file_id
    FROM posting p JOIN charge c ON c.account_id = p.account_id AND c.period >= p.period WHERE c.is_current"""
_WANT_PAYMENTS = """
    INSERT INTO want_entry (account_id, base, kind, amount, period, business_date, payment_id, import_file_id)
    SELECT y.account_id, 'payment/' || y.id, 'payment', -y.amount, y.period, y.paid_on, y.id, y.import_file_id
    FROM posting p JOIN payment y ON y.account_id = p.account_id AND y.period >= p.period WHERE y.is_current AND y.state <> 'in_transit'"""
_BEFORE = """
    SELECT p.account_id,
        (SELECT CAST(COALESCE(SUM(e.amount), 0) AS bigint) FROM ledger_entry e WHERE e.account_id = p.account_id AND e.period < p.period) AS amount,
        CASE WHEN EXISTS (SELECT 1 FROM statement t WHERE t.account_id = p.account_id AND t.period < p.period AND t.is_current
            AND (t.opening IS NOT NULL OR t.closing IS NOT NULL)) THEN 1 ELSE 0 END AS anchored
    FROM posting p WHERE p.place BETWEEN :first AND :last"""
_MONTHS = """
    SELECT m.account_id, m.period, CAST(SUM(m.charges) AS bigint) AS charges, CAST(SUM(m.recalculations) AS bigint) AS recalculations,
        CAST(SUM(m.payments) AS bigint) AS payments, MAX(m.statement_id) AS has_statement, MAX(t.opening) AS opening, MAX(t.charged) AS charged,
        MAX(t.recalculation) AS recalculation, MAX(t.penalty) AS penalty, MAX(t.paid) AS paid, MAX(t.compensation) AS compensation,
        MAX(t.closing) AS closing, MAX(t.import_file_id) AS import_file_id
    FROM (
        SELECT w.account_id, w.period, CASE w.kind WHEN 'charge' THEN w.amount ELSE 0 END AS charges,
            CASE w.kind WHEN 'recalculation' THEN w.amount ELSE 0 END AS recalculations,
            CASE w.kind WHEN 'payment' THEN -w.amount ELSE 0 END AS payments, NULL AS statement_id
        FROM posting p JOIN want_entry w ON w.account_id = p.account_id
        WHERE p.place BETWEEN :first AND :last AND (w.charge_id IS NOT NULL OR w.payment_id IS NOT NULL)
        UNION ALL
        SELECT t.account_id, t.period, 0, 0, 0, t.id FROM posting p JOIN statement t ON t.account_id = p.account_id AND t.period >= p.period
        WHERE p.place BETWEEN :first AND :last AND t.is_current
    ) m LEFT JOIN statement t ON t.id = m.statement_id
    GROUP BY m.account_id, m.period ORDER BY m.account_id, m.period"""
_LIST_PAST = f"""
    INSERT INTO past_entry (id, account_id, base, amount, live)
    SELECT e.id, e.account_id, SUBSTR(e.key, 1, INSTR(e.key || '#', '#') - 1), e.amount, CASE WHEN {_NOT_REVERSED} THEN 1 ELSE 0 END
    FROM posting p JOIN ledger_entry e ON e.account_id = p.account_id AND e.period >= p.period WHERE e.reverses_id IS NULL"""
_REVERSE = """
    INSERT INTO ledger_entry (organization_id, account_id, kind, amount, period, business_date, service_id, supplier_id, charge_id, payment_id,
        reason, reverses_id, key, import_file_id, posted_at)
    SELECT e.organization_id, e.account_id, e.kind, -e.amount, e.period, e.business_date, e.service_id, e.supplier_id, e.charge_id, e.payment_id,
        e.reason, e.id, e.key || '/reversed', e.import_file_id, :now
    FROM past_entry l JOIN ledger_entry e ON e.id = l.id
    LEFT JOIN want_entry w ON w.account_id = l.account_id AND w.base = l.base AND w.amount = l.amount
    WHERE l.live = 1 AND w.base IS NULL ORDER BY e.id"""
_POST = """
    INSERT INTO ledger_entry (organization_id, account_id, kind, amount, period, business_date, service_id, supplier_id, charge_id, payment_id,
        reason, key, import_file_id, posted_at)
    SELECT :organization, w.account_id, w.kind, w.amount, w.period, w.business_date, w.service_id, w.supplier_id, w.charge_id, w.payment_id,
        w.reason, w.base || '#' || (1 + (SELECT COUNT(*) FROM past_entry o WHERE o.account_id = w.account_id AND o.base = w.base)),
        w.import_file_id, :now
    FROM want_entry w LEFT JOIN past_entry l ON l.account_id = w.account_id AND l.base = w.base AND l.amount = w.amount AND l.live = 1
    WHERE l.id IS NULL ORDER BY w.account_id, w.business_date, w.base"""
_BALANCE = """
    UPDATE personal_account AS a SET balance = s.amount, balance_as_of = :now FROM (
        SELECT p.account_id, (SELECT CAST(COALESCE(SUM(e.amount), 0) AS bigint) FROM ledger_entry e WHERE e.account_id = p.account_id) AS amount
        FROM posting p
        WHERE EXISTS (SELECT 1 FROM statement t WHERE t.account_id = p.account_id AND t.is_current AND (t.opening IS NOT NULL OR t.closing IS NOT NULL))
    ) s WHERE s.account_id = a.id"""
