"""What a clerk compares before and after an import: accounts, totals of months against control totals, payments, sums per code.

The record, kept in `import_run.summary`; money in minor units, null where unknown:

    accounts   new, changed, same, vanished; examples of each but the same: numbers
    months     period; statements new, changed, same, vanished; before and after: sums of each figure over all current statements;
               chain_breaks: openings that are not the former closing; details: sums of charges, recalculations and accounts' payments as
               they stand;
               posted_later: where the month is closed, the open one that took in what the run posted of it, how many entries and their sum;
               compared: of the accounts in the register, what they were charged now and before: in this month as it was, else in the
               month and the year before it
    payments   new, changed, matched, withdrawn; amount: what the new ones come to
    readings   new, changed
    codes      code, severity, count; amount: the differences that were posted for it
    rows       of all files
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from models import sql
from models.enums import Severity
from resolvers.imports.staging import Job

EXAMPLES = 20
FIGURES = ("opening", "charged", "recalculation", "penalty", "paid", "compensation", "closing")
Before = dict[str, Any]


async def marks(job: Job) -> Before:
    """Before anything is written: how many accounts there are, and the highest ids."""
    [accounts] = await sql.fetch(_COUNT_ACCOUNTS, organization=job.organization_id)
    [highest] = await sql.fetch(_MARKS)
    return {"accounts": accounts["n"], **highest}


async def totals(job: Job) -> Before:
    """After registers of money were staged and before they are applied: sums of the months that they speak of."""
    return {"months": {month: await _totals(job, month) for month in await _months(job)}}


async def missing(job: Job, then: Before) -> tuple[int, list[str]]:
    """How many accounts the register no longer has, and some of them: told as notices, before findings are settled.

    They are reported, not deleted. A register with less than half of the accounts is a part of them, and misses nothing.
    """
    if not staged("accounts", job):
        return 0, []
    [said] = await sql.fetch("SELECT COUNT(DISTINCT account) AS n FROM stage_accounts")
    [file] = [file for file in job.files.values() if file.register.kind.name == "accounts"][-1:]
    if 2 * said["n"] < then["accounts"]:
        job.findings.add([(file.row.id, 0, Severity.NOTICE, "part_of_accounts", {"count": said["n"], "accounts": then["accounts"]}, None)])
        return 0, []
    count = 0
    examples: list[str] = []
    async for page in sql.pages(_VANISHED, "number", organization=job.organization_id, last=then["account"]):
        job.findings.add([(file.row.id, 0, Severity.NOTICE, "vanished", {"account": row["number"]}, None) for row in page])
        count += len(page)
        examples += [row["number"] for row in page[: EXAMPLES - len(examples)]]
    return count, examples


async def after(job: Job, then: Before, vanished: tuple[int, list[str]]) -> dict[str, Any]:
    """The summary, after everything was applied and findings were settled."""
    amounts = {row["reason"]: int(row["amount"]) for row in await sql.fetch(_DIFFERENCES, organization=job.organization_id, last=then["entry"])}
    counted = Counter({(code, severity): count for code, severity, count in job.findings.codes()})
    for row in await sql.fetch(_CODES_COPIED, run=job.run_id):
        counted[row["code"], row["severity"]] += row["n"]
    codes = [{"code": code, "severity": severity, "count": count, "amount": amounts.get(code)} for (code, severity), count in counted.most_common()]
    return {
        "accounts": await _accounts(job, then, vanished),
        "months": [await _month(job, month, totals, then) for month, totals in then["months"].items()],
        "payments": await _payments(job),
        "readings": await _readings(job),
        "codes": codes,
        "rows": sum(file.outcome.rows for file in job.files.values()) + sum(row.rows for row in job.repeated),
    }


def staged(kind: str, job: Job) -> bool:
    return any(file.register.kind.name == kind for file in job.files.values())


async def _months(job: Job) -> list[dt.date]:
    """The months that staged rows of money speak of."""
    found: set[dt.date] = set()
    for kind in ("charges", "balances", "payments"):
        if staged(kind, job):
            rows = await sql.fetch(f"SELECT DISTINCT period FROM stage_{kind} WHERE period <= :today", today=job.today)
            found |= {day for row in rows if (day := sql.day(row["period"]))}
    found |= {dt.date.fromisoformat(f"{month}-01") for row in job.repeated for month in (row.months or "").split()}
    return sorted(found)


async def _totals(job: Job, month: dt.date) -> dict[str, int | None]:
    [row] = await sql.fetch(_TOTALS, organization=job.organization_id, month=month)
    return {name: None if row[name] is None else int(row[name]) for name in (*FIGURES, "statements")}


async def _compared(job: Job, month: dt.date, marks: Before) -> list[dict[str, Any]]:
    """Sums charged of the accounts that the balances speak of, against what was known of the very same accounts."""
    if not staged("balances", job):
        return []
    former, year_ago = (month - dt.timedelta(days=1)).replace(day=1), month.replace(year=month.year - 1)
    values = {"organization": job.organization_id, "month": month, "last": marks["statement"]}
    found = []
    for period, condition in ((month, "1 = 1"), (former, _FRESH), (year_ago, _FRESH)):
        [row] = await sql.fetch(_COMPARED.replace("CONDITION", condition), other=period, **values)
        if row["n"]:
            found.append({"period": f"{period:%Y-%m}", "accounts": row["n"], "was": int(row["was"] or 0), "now": int(row["now"] or 0)})
    return found


async def _month(job: Job, month: dt.date, then: dict[str, int | None], marks: Before) -> dict[str, Any]:
    now = await _totals(job, month)
    values = {"organization": job.organization_id, "month": month, "former": (month - dt.timedelta(days=1)).replace(day=1)}
    [made] = await sql.fetch(_STATEMENTS_MADE, last=marks["statement"], **values)
    [details] = await sql.fetch(_DETAILS, **values)
    [breaks] = await sql.fetch(_BREAKS, **values)
    [later] = await sql.fetch(_POSTED_LATER, last=marks["entry"], **values)
    vanished = 0
    if staged("balances", job):
        [row] = await sql.fetch(_VANISHED_STATEMENTS, **values)
        vanished = row["n"]
    statements = {"new": made["fresh"], "changed": made["n"] - made["fresh"], "same": (now["statements"] or 0) - made["n"], "vanished": vanished}
    return {
        "period": f"{month:%Y-%m}",
        "statements": statements,
        "before": {name: then[name] for name in FIGURES} if then["statements"] else None,
        "after": {name: now[name] for name in FIGURES},
        "chain_breaks": breaks["n"],
        "details": {name: int(value or 0) for name, value in details.items()},
        "posted_later": {"period": str(later["period"])[:7], "entries": later["n"], "amount": int(later["amount"])} if later["n"] else None,
        "compared": await _compared(job, month, marks),
    }


async def _accounts(job: Job, then: Before, vanished: tuple[int, list[str]]) -> dict[str, Any]:
    if not staged("accounts", job):
        repeated = sum(row.taken for row in job.repeated if row.kind == "accounts")
        return {"new": 0, "changed": 0, "same": repeated, "vanished": 0, "examples": {}}
    counts, examples = {}, {}
    for name, condition in (("new", "a.id > :last"), ("changed", "a.id <= :last")):
        query = f"SELECT s.account FROM stage_accounts s JOIN personal_account a ON a.id = s.account_id WHERE s.changed = 1 AND {condition}"
        values = {"last": then["account"]}
        [row] = await sql.fetch(f"SELECT COUNT(*) AS n FROM ({query}) q", **values)
        counts[name] = row["n"]
        examples[name] = [row["account"] for row in await sql.fetch(f"{query} ORDER BY s.account LIMIT {EXAMPLES}", **values)]
    [same] = await sql.fetch("SELECT COUNT(*) AS n FROM stage_accounts WHERE code IS NULL AND changed IS NULL")
    return {**counts, "same": same["n"], "vanished": vanished[0], "examples": {**examples, "vanished": vanished[1]}}


async def _payments(job: Job) -> dict[str, int]:
    if not staged("payments", job):
        return {"new": 0, "changed": 0, "matched": 0, "withdrawn": 0, "amount": 0}
    [row] = await sql.fetch(_PAYMENTS)
    [gone] = await sql.fetch("SELECT COUNT(*) AS n FROM withdrawn_payment")
    return {**{name: int(value or 0) for name, value in row.items()}, "withdrawn": gone["n"]}


async def _readings(job: Job) -> dict[str, int]:
    if not staged("readings", job):
        return {"new": 0, "changed": 0}
    [row] = await sql.fetch("""SELECT COUNT(CASE WHEN known_id IS NULL THEN 1 END) AS new, COUNT(known_id) AS changed FROM stage_readings WHERE changed = 1""")
    return dict(row)


_COUNT_ACCOUNTS = "SELECT COUNT(*) AS n FROM personal_account WHERE organization_id = :organization AND withdrawn_at IS NULL"
_MARKS = """
    SELECT (SELECT COALESCE(MAX(id), 0) FROM personal_account) AS account, (SELECT COALESCE(MAX(id), 0) FROM statement) AS statement,
        (SELECT COALESCE(MAX(id), 0) FROM ledger_entry) AS entry"""
_TOTALS = f"""
    SELECT COUNT(*) AS statements, {", ".join(f"CAST(SUM({name}) AS bigint) AS {name}" for name in FIGURES)}
    FROM statement WHERE organization_id = :organization AND period = :month AND is_current"""
_STATEMENTS_MADE = """
    SELECT COUNT(*) AS n, COUNT(CASE WHEN version = 1 THEN 1 END) AS fresh FROM statement
    WHERE organization_id = :organization AND period = :month AND is_current AND id > :last"""
_DETAILS = """
    SELECT (SELECT SUM(CASE basis WHEN 'recalculation' THEN 0 ELSE amount END) FROM charge
            WHERE organization_id = :organization AND period = :month AND is_current AND NOT is_group) AS charged,
        (SELECT SUM(CASE basis WHEN 'recalculation' THEN amount ELSE 0 END) FROM charge
            WHERE organization_id = :organization AND period = :month AND is_current AND NOT is_group) AS recalculation,
        (SELECT SUM(amount) FROM payment WHERE organization_id = :organization AND period = :month AND is_current AND state <> 'in_transit'
            AND account_id IS NOT NULL) AS paid"""
_POSTED_LATER = """
    SELECT COUNT(*) AS n, MAX(posted_in) AS period, SUM(amount) AS amount FROM ledger_entry
    WHERE organization_id = :organization AND period = :month AND id > :last AND posted_in IS NOT NULL"""
_BREAKS = """
    SELECT COUNT(*) AS n FROM statement t JOIN statement f ON f.account_id = t.account_id AND f.period = :former AND f.is_current
    WHERE t.organization_id = :organization AND t.period = :month AND t.is_current AND t.opening <> f.closing"""
# A month that came again against its version before, a new one against another month; accounts that did not change are in both sums.
_FRESH = "n.version = 1 AND n.id > :last"
_COMPARED = """
    SELECT COUNT(*) AS n, SUM(n.charged) AS now, SUM(p.charged) AS was
    FROM (SELECT DISTINCT account_id FROM stage_balances WHERE period = :month AND code IS NULL) s
    JOIN statement n ON n.account_id = s.account_id AND n.period = :month AND n.is_current AND CONDITION
    JOIN statement p ON p.account_id = s.account_id AND p.period = :other AND p.id <= :last AND p.version = (
        SELECT MAX(v.version) FROM statement v WHERE v.account_id = p.account_id AND v.period = :other AND v.id <= :last)
    WHERE n.charged IS NOT NULL AND p.charged IS NOT NULL"""
_VANISHED_STATEMENTS = """
    SELECT COUNT(*) AS n FROM statement t LEFT JOIN (SELECT DISTINCT account FROM stage_balances WHERE period = :month) s
        ON s.account = (SELECT a.number FROM personal_account a WHERE a.id = t.account_id)
    WHERE t.organization_id = :organization AND t.period = :former AND t.is_current AND s.account IS NULL"""
_VANISHED = """
    SELECT a.number FROM personal_account a LEFT JOIN (SELECT DISTINCT account FROM stage_accounts) s ON s.account = a.number
    WHERE a.organization_id = :organization AND a.withdrawn_at IS NULL AND a.id <= :last AND s.account IS NULL"""
_DIFFERENCES = """
    SELECT reason, SUM(amount) AS amount FROM ledger_entry
    WHERE organization_id = :organization AND id > :last AND kind = 'supplier_difference' AND reverses_id IS NULL GROUP BY reason"""
_CODES_COPIED = """
    SELECT p.code, p.severity, COUNT(*) AS n FROM import_problem p JOIN import_file f ON f.id = p.file_id WHERE f.run_id = :run
    GROUP BY p.code, p.severity"""
_PAYMENTS = """
    SELECT COUNT(CASE WHEN known_amount IS NULL THEN 1 END) AS new, COUNT(CASE WHEN known_amount <> amount THEN 1 END) AS changed,
        COUNT(CASE WHEN matched = 1 THEN 1 END) AS matched, SUM(CASE WHEN known_amount IS NULL THEN amount ELSE 0 END) AS amount
    FROM want_payment"""
