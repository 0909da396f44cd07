"""Posting: what the ledger should say of an account from a month on, and the entries that bring it there.

The caller leaves (account, month) pairs in `ledger_touched` and calls :func:`restate` in the same transaction. From the last printed closing
before the earliest touched month on, every entry that the account should have is derived again (resolvers/derivation.py); entries that
already say so stay as they are, the others are reversed, the missing ones are posted. Nothing that was posted is ever changed. What is about
a closed month is posted in the first open one (resolvers/closings.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from models import sql
from models.enums import Component
from resolvers import closings, contract_ledger, derivation
from resolvers.derivation import Coverage

BEGINNING = dt.date(1900, 1, 1)  # before any month of a register
_TOUCHED = {"account_id": "bigint", "period": "date"}
_POSTING = {"account_id": "bigint", "base": "date", "has_base": "int"}
_WANTED = {
    "account_id": "bigint",
    "part": "bigint",
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


async def touch() -> None:
    """Begin: an empty `ledger_touched (account_id, period)`, and the same for contracts."""
    await sql.staging("ledger_touched", _TOUCHED)
    await contract_ledger.touch()


async def coverage_of(organization_id: int, run_id: int = 0) -> Coverage:
    """For which months (first days) registers have brought the details of a component: those that were taken, and those of `run_id`."""
    rows = await sql.fetch(
        """SELECT DISTINCT f.covers, f.first_period, f.last_period, f.months FROM import_file f JOIN import_run r ON r.id = f.run_id
        WHERE r.organization_id = :organization AND (r.state = 'done' OR r.id = :run) AND f.covers <> '' AND f.first_period IS NOT NULL""",
        organization=organization_id,
        run=run_id,
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


async def restate(organization_id: int, now: dt.datetime, before: Coverage, after: Coverage, progress: Callable[[int, int], object]) -> None:
    """Bring the ledger and the cached balances of the touched accounts to what charges, payments and statements say.

    Months whose details are in a register for the first time had been posted from balances, and months that no register details any more
    are again: all accounts with such entries or statements are touched too. `progress` is told which step of how many is done.
    """
    for component in Component:
        for month in after[component] - before[component]:
            await sql.execute(_TOUCH_COVERED, organization=organization_id, kind=component.kind.value, month=month)
        for month in before[component] - after[component]:
            await sql.execute(_TOUCH_UNCOVERED, organization=organization_id, month=month)
    await _compare(organization_id, after)
    boundary = await closings.boundary_of(organization_id)
    await sql.staging("taken_over", {"account_id": "bigint", "period": "date", "posted_in": "date"}, "account_id, period")
    if boundary.ever:
        await sql.execute(_TAKE_OVER)
    steps = (_LIST_CHANGES_GONE, _LIST_CHANGES_NEW, _REVERSE, _POST, _NEW_BALANCES, _BALANCE)
    for step, statement in enumerate(steps, 1):
        await sql.execute(statement, organization=organization_id, now=now, closed=boundary.closed, open=boundary.open)
        await sql.analyze("entry_change", "new_balance")
        progress(step, len(steps))
    await contract_ledger.restate(now, boundary)


async def rehearse(organization_id: int, coverage: Coverage, first: int, last: int) -> None:
    """Derive all entries of the accounts with ids from `first` to `last` into `want_entry`, and post nothing."""
    await touch()
    await sql.execute(_TOUCH_BETWEEN, organization=organization_id, first=first, last=last, month=BEGINNING)
    await _want(organization_id, coverage)


async def _compare(organization_id: int, coverage: Coverage) -> None:
    """From `ledger_touched` to what is wanted and what there is."""
    await _want(organization_id, coverage)
    await list_past()
    await sql.staging("new_balance", {"account_id": "bigint", "has_base": "int", "known": "int", "whole": "bigint", "moved": "bigint"}, "account_id")
    await sql.staging("entry_change", {"account_id": "bigint", "base": "text", "entry_id": "bigint", "amount": "bigint", "n": "int"})


async def list_past() -> None:
    """Fill `past_entry` with the entries that there are of what `want_entry` is about."""
    await sql.staging("past_entry", _PAST)
    await sql.execute(_LIST_PAST)
    await sql.index("want_entry", "account_id, base")
    await sql.index("past_entry", "account_id, base")
    await sql.analyze("want_entry", "past_entry")


async def _want(organization_id: int, coverage: Coverage) -> None:
    """From `ledger_touched` to `posting` and `want_entry`."""
    await sql.staging("posting", _POSTING, "account_id")
    await sql.analyze("ledger_touched")
    await sql.execute(_FIND_BASES, beginning=BEGINNING)
    await sql.analyze("posting")
    await sql.staging("want_entry", _WANTED)
    by_service = await derivation.print_figures(organization_id)
    await sql.execute(_WANT_CHARGES_IN_PARTS if by_service else _WANT_CHARGES)
    await sql.execute(_WANT_PAYMENTS)
    if by_service:
        await _allocate()
    await derivation.derive(coverage, by_service)


async def _allocate() -> None:
    """Split payments of months with balances by service as their lines say what was paid: first payment, first line, until both are used up."""
    await sql.staging("allocation", {"account_id": "bigint", "payment_id": "bigint", "service_id": "bigint", "amount": "bigint"}, "payment_id")
    await sql.execute(_ALLOCATE)
    await sql.execute(_ALLOCATE_NEGATIVE)
    await sql.execute(_WANT_ALLOCATED)
    await sql.execute(_WANT_REST)
    await sql.execute("DELETE FROM want_entry WHERE payment_id IS NOT NULL AND amount = 0")


BASE = "SUBSTR(e.key, 1, INSTR(e.key || '#', '#') - 1)"  # what an entry was posted for, as `base` of `want_entry`
# That few entries reverse another is said aloud: PostgreSQL would else take all of them for it where none does.
NOT_REVERSED = "NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id IS NOT NULL AND r.reverses_id = e.id)"
_TOUCH_COVERED = f"""
    INSERT INTO ledger_touched (account_id, period) SELECT e.account_id, e.period FROM ledger_entry e
    WHERE e.organization_id = :organization AND e.period = :month AND e.kind = :kind AND e.account_id IS NOT NULL
    AND e.charge_id IS NULL AND e.payment_id IS NULL AND e.reverses_id IS NULL AND {NOT_REVERSED}"""
_TOUCH_UNCOVERED = """
    INSERT INTO ledger_touched (account_id, period) SELECT account_id, period FROM statement
    WHERE organization_id = :organization AND period = :month AND is_current"""
_TOUCH_BETWEEN = """
    INSERT INTO ledger_touched (account_id, period)
    SELECT id, :month FROM personal_account WHERE organization_id = :organization AND id BETWEEN :first AND :last"""
_FIND_BASES = """
    INSERT INTO posting (account_id, base, has_base)
    SELECT account_id, COALESCE(base, :beginning), CASE WHEN base IS NULL THEN 0 ELSE 1 END FROM (
        SELECT x.account_id, (SELECT MAX(t.period) FROM statement t
            WHERE t.account_id = x.account_id AND t.period < x.period AND t.is_current AND t.closing IS NOT NULL) AS base
        FROM (SELECT account_id, MIN(period) AS period FROM ledger_touched GROUP BY account_id) x
    ) b"""
_WANT_CHARGES = """
    INSERT INTO want_entry (account_id, part, base, kind, amount, period, business_date, service_id, supplier_id, charge_id, import_file_id)
    SELECT c.account_id, 0, 'charge/' || c.id, CASE c.basis WHEN 'recalculation' THEN 'recalculation' ELSE 'charge' END, c.amount, c.period,
        LAST_DAY(c.period), c.service_id, c.supplier_id, c.id, c.import_file_id
    FROM posting p JOIN charge c ON c.account_id = p.account_id AND c.period > p.base WHERE c.is_current AND NOT c.is_group"""
_WANT_CHARGES_IN_PARTS = """
    INSERT INTO want_entry (account_id, part, base, kind, amount, period, business_date, service_id, supplier_id, charge_id, import_file_id)
    SELECT c.account_id, CASE WHEN t.id IS NULL THEN 0 ELSE c.service_id END, 'charge/' || c.id,
        CASE c.basis WHEN 'recalculation' THEN 'recalculation' ELSE 'charge' END, c.amount, c.period, LAST_DAY(c.period),
        c.service_id, c.supplier_id, c.id, c.import_file_id
    FROM posting p JOIN charge c ON c.account_id = p.account_id AND c.period > p.base
    LEFT JOIN statement t ON t.account_id = c.account_id AND t.period = c.period AND t.is_current AND t.by_service
    WHERE c.is_current AND NOT c.is_group"""
_WANT_PAYMENTS = """
    INSERT INTO want_entry (account_id, part, base, kind, amount, period, business_date, payment_id, import_file_id)
    SELECT y.account_id, 0, 'payment/' || y.id, CASE WHEN y.amount < 0 THEN 'refund' ELSE 'payment' END, -y.amount, y.period, y.paid_on, y.id, y.import_file_id
    FROM posting p JOIN payment y ON y.account_id = p.account_id AND y.period > p.base WHERE y.is_current AND y.state <> 'in_transit'"""
# Payments of a month laid end to end, and what its lines say was paid laid end to end: where a payment and a line lie over each other, the
# one paid the other. What lines give back (paid less than nothing) lengthens the month's first payment.
_GIVEN_BACK = """
    SELECT MIN(w.payment_id) AS payment_id, MAX(b.back) AS back FROM want_entry w
    JOIN (SELECT account_id, period, -SUM(paid) AS back FROM figure WHERE part <> 0 AND paid < 0 GROUP BY account_id, period) b
        ON b.account_id = w.account_id AND b.period = w.period
    WHERE w.kind = 'payment' AND w.payment_id IS NOT NULL GROUP BY w.account_id, w.period"""
# Where nothing was paid in the month, a refund gives back what its lines say.
_ALLOCATE_NEGATIVE = """
    INSERT INTO allocation (account_id, payment_id, service_id, amount)
    SELECT f.account_id, w.payment_id, f.part, f.paid FROM figure f
    JOIN (SELECT account_id, period, COALESCE(MIN(CASE kind WHEN 'payment' THEN payment_id END), MIN(payment_id)) AS payment_id FROM want_entry
            WHERE payment_id IS NOT NULL GROUP BY account_id, period) w
        ON w.account_id = f.account_id AND w.period = f.period WHERE f.part <> 0 AND f.paid < 0"""
_ALLOCATE = f"""
    INSERT INTO allocation (account_id, payment_id, service_id, amount)
    SELECT account_id, payment_id, service_id, upper_end - lower_end FROM (
        SELECT y.account_id, y.payment_id, l.part AS service_id, CASE WHEN y.total < l.total THEN y.total ELSE l.total END AS upper_end,
            CASE WHEN y.total - y.amount > l.total - l.paid THEN y.total - y.amount ELSE l.total - l.paid END AS lower_end
        FROM (SELECT x.account_id, x.period, x.payment_id, x.amount, SUM(x.amount) OVER (
                PARTITION BY x.account_id, x.period ORDER BY x.business_date, x.amount, x.payment_id) AS total
            FROM (SELECT w.account_id, w.period, w.payment_id, w.business_date,
                    CASE WHEN f.payment_id IS NULL THEN -w.amount ELSE f.back - w.amount END AS amount
                FROM want_entry w LEFT JOIN ({_GIVEN_BACK}) f ON f.payment_id = w.payment_id
                WHERE w.kind = 'payment' AND w.payment_id IS NOT NULL) x) y
        JOIN (SELECT account_id, period, part, paid, SUM(paid) OVER (PARTITION BY account_id, period ORDER BY part) AS total
            FROM figure WHERE part <> 0 AND paid > 0) l ON l.account_id = y.account_id AND l.period = y.period
    ) o WHERE upper_end > lower_end"""
_WANT_ALLOCATED = """
    INSERT INTO want_entry (account_id, part, base, kind, amount, period, business_date, service_id, payment_id, import_file_id)
    SELECT a.account_id, a.service_id, w.base || '/' || a.service_id, w.kind, -a.amount, w.period, w.business_date, a.service_id, w.payment_id, w.import_file_id
    FROM allocation a JOIN want_entry w ON w.payment_id = a.payment_id AND w.part = 0"""
_WANT_REST = """
    UPDATE want_entry AS w SET amount = w.amount + a.amount
    FROM (SELECT payment_id, SUM(amount) AS amount FROM allocation GROUP BY payment_id) a WHERE a.payment_id = w.payment_id AND w.part = 0"""
_LIST_PAST = f"""
    INSERT INTO past_entry (id, account_id, base, amount, live)
    SELECT e.id, e.account_id, {BASE}, e.amount, CASE WHEN {NOT_REVERSED} THEN 1 ELSE 0 END
    FROM posting p JOIN ledger_entry e ON e.account_id = p.account_id AND e.period > p.base WHERE e.reverses_id IS NULL"""
# What changes: entries that nothing calls for any more (n = 0), and those that are missing, each with the number of its key.
_LIST_CHANGES_GONE = """
    INSERT INTO entry_change (account_id, base, entry_id, amount, n)
    SELECT l.account_id, l.base, l.id, -l.amount, 0 FROM past_entry l
    LEFT JOIN want_entry w ON w.account_id = l.account_id AND w.base = l.base AND w.amount = l.amount WHERE l.live = 1 AND w.base IS NULL"""
_LIST_CHANGES_NEW = """
    INSERT INTO entry_change (account_id, base, amount, n)
    SELECT w.account_id, w.base, w.amount, 1 + COALESCE(o.n, 0) FROM want_entry w
    LEFT JOIN past_entry l ON l.account_id = w.account_id AND l.base = w.base AND l.amount = w.amount AND l.live = 1
    LEFT JOIN (SELECT account_id, base, COUNT(*) AS n FROM past_entry GROUP BY account_id, base) o ON o.account_id = w.account_id AND o.base = w.base
    WHERE l.id IS NULL"""
# Once a later month has taken over what changes in an account's month, it takes it all: a correction and what it corrects count in one month,
# also where the first one is opened again.
_TAKE_OVER = """
    INSERT INTO taken_over (account_id, period, posted_in) SELECT e.account_id, e.period, MAX(e.posted_in)
    FROM posting p JOIN ledger_entry e ON e.account_id = p.account_id AND e.period > p.base WHERE e.posted_in IS NOT NULL GROUP BY e.account_id, e.period"""
_REVERSE = """
    INSERT INTO ledger_entry (organization_id, account_id, kind, amount, period, business_date, service_id, supplier_id, charge_id, payment_id,
        reason, reverses_id, key, import_file_id, posted_at, posted_in)
    SELECT e.organization_id, e.account_id, e.kind, -e.amount, e.period, e.business_date, e.service_id, e.supplier_id, e.charge_id, e.payment_id,
        e.reason, e.id, e.key || '/reversed', e.import_file_id, :now,
        CASE WHEN COALESCE(o.posted_in, e.period) <= :closed THEN :open ELSE o.posted_in END
    FROM entry_change x JOIN ledger_entry e ON e.id = x.entry_id
    LEFT JOIN taken_over o ON o.account_id = e.account_id AND o.period = e.period WHERE x.n = 0 ORDER BY e.id"""
_POST = """
    INSERT INTO ledger_entry (organization_id, account_id, kind, amount, period, business_date, service_id, supplier_id, charge_id, payment_id,
        reason, key, import_file_id, posted_at, posted_in)
    SELECT :organization, w.account_id, w.kind, w.amount, w.period, w.business_date, w.service_id, w.supplier_id, w.charge_id, w.payment_id,
        w.reason, w.base || '#' || x.n, w.import_file_id, :now,
        CASE WHEN COALESCE(o.posted_in, w.period) <= :closed THEN :open ELSE o.posted_in END
    FROM entry_change x JOIN want_entry w ON w.account_id = x.account_id AND w.base = x.base
    LEFT JOIN taken_over o ON o.account_id = w.account_id AND o.period = w.period
    WHERE x.n > 0 ORDER BY w.account_id, w.business_date, w.base"""
# Known where an opening or a closing has been printed. What was derived from the beginning is the whole balance by itself.
_NEW_BALANCES = """
    INSERT INTO new_balance (account_id, has_base, known, whole, moved)
    SELECT p.account_id, p.has_base, f.known, COALESCE(w.amount, 0), COALESCE(x.amount, 0) FROM posting p
    LEFT JOIN (SELECT account_id, CAST(SUM(amount) AS bigint) AS amount FROM want_entry GROUP BY account_id) w ON w.account_id = p.account_id
    LEFT JOIN (SELECT account_id, CAST(SUM(amount) AS bigint) AS amount FROM entry_change GROUP BY account_id) x ON x.account_id = p.account_id
    LEFT JOIN (SELECT account_id, MAX(CASE WHEN COALESCE(opening, closing) IS NOT NULL THEN 1 END) AS known FROM figure GROUP BY account_id) f
        ON f.account_id = p.account_id"""
_BALANCE = """
    UPDATE personal_account AS a SET balance_as_of = :now, balance = CASE
        WHEN n.has_base = 0 THEN CASE n.known WHEN 1 THEN n.whole END
        WHEN a.balance IS NULL THEN (SELECT CAST(COALESCE(SUM(e.amount), 0) AS bigint) FROM ledger_entry e WHERE e.account_id = a.id)
        ELSE a.balance + n.moved END
    FROM new_balance n WHERE n.account_id = a.id"""
