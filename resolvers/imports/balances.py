"""Balances: what each statement says at its foot. They control the details; what is nowhere detailed posts from them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from adapters.files.headings import BALANCES
from models import sql
from models.enums import Severity
from models.quantity import decimal_text
from resolvers.imports import journal, renewals, service_balances
from resolvers.imports.staging import Job, Recipe, Verdict, find_accounts, keep_last

FIGURES = ("opening", "charged", "recalculation", "penalty", "paid", "compensation", "compensation_note", "closing")


def judge(row: Any, today: dt.date) -> Verdict:
    if row.period > today:
        return Verdict(refused=("date_in_future", {"column": "Период"}))
    return Verdict()


RECIPE = Recipe(
    BALANCES,
    judge,
    later={"account_id": "bigint", "service_id": "bigint", "derived": "text", "known_id": "bigint"},
)


async def apply(job: Job) -> None:
    """Keep the figures as printed: a new version of the statement where they changed, a first one where there was none."""
    values = {"organization": job.organization_id, "month": job.this_month, "now": job.now}
    files = [file for file in job.files.values() if file.register.kind is BALANCES]
    detailed = any(file.register.has("service") for file in files)
    await find_accounts(RECIPE.table, job)
    if detailed:
        await service_balances.find(job)
    await keep_last(RECIPE.table, job, ("account_id", "period", *(["service_id"] if detailed else [])))
    for file in files:
        if not file.register.has("paid"):
            await sql.execute(_DERIVE_PAID, file=file.row.id)
    if detailed:
        await service_balances.apply(job, values)
    for statement in (_FIND_KNOWN, _MARK):
        await sql.execute(statement, **values)
    await journal.keep(job.run_id, "statement", _REPLACED)
    for statement in (_CLOSE, _INSERT, _TOUCH):
        await sql.execute(statement, **values)
    await sql.analyze(RECIPE.table, "statement")  # before the months are compared: PostgreSQL takes new rows for none


async def complete(job: Job, charges_came: bool) -> None:
    """Accounts with charges and no balances row have a statement too, whose figures are unknown; other lines make a new version, under the same
    figures; past months are closed."""
    values = {"organization": job.organization_id, "month": job.this_month, "now": job.now, "year_ago": job.this_month - dt.timedelta(days=366)}
    if charges_came:
        await sql.execute(_INSERT_BARE, **values)
        await renewals.apply(job)
    await sql.execute(_CLOSE_PAST, **values)


async def doubt(job: Job) -> None:
    """Warn of each row that the ledger needed a difference for. A row is warned of once: by itself first, then by its details."""
    async for page in sql.pages(_DOUBTS, "row_number, place, reason"):
        job.findings.add([(row["file_id"], row["line"], Severity.WARNING, row["reason"], _numbers(row), None) for row in page])
    await _doubt_elsewhere(job)


async def _doubt_elsewhere(job: Job) -> None:
    """Differences of these accounts that no row of the register stands for: of a later month, or of a service that it leaves out.

    Where rows of money were refused, differences come of these, and the refusals are told.
    """
    for kind in ("balances", "charges", "payments"):
        [refused] = await sql.fetch(f"SELECT COUNT(*) AS n FROM stage_{kind} WHERE code IS NOT NULL AND code <> 'duplicate_row'")
        if refused["n"]:
            return
    async for page in sql.pages(_ELSEWHERE, "id", organization=job.organization_id, run=job.run_id, now=job.now):
        found = [(row["file_id"], {"account": row["number"], "month": str(row["period"])[:7], "service": row["service"], "amount": _amount(row["amount"])})
                 for row in page]  # fmt: skip
        job.findings.add([(file_id, 0, Severity.NOTICE, "difference_elsewhere", params, None) for file_id, params in found])


def _numbers(row: dict[str, Any]) -> dict[str, Any]:
    """What was printed, and what it should have been by the rows before and beside it."""
    printed = {"arithmetic": row["closing"], "chain": row["opening"], "detail": row["movement"]}[row["reason"]]
    numbers = {"printed": _amount(printed), "computed": _amount(printed - row["amount"])}
    return {**numbers, "also": row["also"]} if row["also"] else numbers


def _amount(minor: int) -> str:
    return decimal_text(int(minor) * 10_000, 2)


# A register without the column says what was paid by the others.
_DERIVE_PAID = """
    UPDATE stage_balances SET derived = 'paid',
        paid = opening + charged + COALESCE(recalculation, 0) + COALESCE(penalty, 0) - COALESCE(compensation, 0) - closing
    WHERE file_id = :file AND opening IS NOT NULL AND charged IS NOT NULL AND closing IS NOT NULL"""
_SAME = sql.same(FIGURES, "t", "s") + " AND t.derived = COALESCE(s.derived, '') AND NOT t.by_service"
_FIND_KNOWN = f"""
    UPDATE stage_balances AS s SET known_id = CASE WHEN {_SAME} THEN t.id END FROM statement t
    WHERE t.account_id = s.account_id AND t.period = s.period AND t.is_current AND s.code IS NULL AND s.service_id IS NULL"""
_MARK = "UPDATE stage_balances SET changed = 1 WHERE code IS NULL AND known_id IS NULL AND service_id IS NULL"
_REPLACED = """
    SELECT t.id FROM statement t JOIN stage_balances s ON s.account_id = t.account_id AND s.period = t.period
    WHERE s.changed = 1 AND s.service_id IS NULL AND t.is_current"""
_CLOSE = f"UPDATE statement SET is_current = FALSE WHERE id IN ({_REPLACED})"
_INSERT = f"""
    INSERT INTO statement (organization_id, account_id, period, version, is_current, state, {", ".join(FIGURES)}, derived, as_of, import_file_id)
    SELECT :organization, account_id, period, {service_balances.NEXT_VERSION}, TRUE, CASE WHEN period < :month THEN 'closed' ELSE 'open' END,
        {", ".join(FIGURES)}, COALESCE(derived, ''), :now, file_id
    FROM stage_balances s WHERE changed = 1 AND service_id IS NULL ORDER BY row_number"""
_TOUCH = "INSERT INTO ledger_touched (account_id, period) SELECT account_id, period FROM stage_balances WHERE changed = 1 AND service_id IS NULL"
_INSERT_BARE = f"""
    INSERT INTO statement (organization_id, account_id, period, version, is_current, state, as_of, import_file_id)
    SELECT :organization, s.account_id, s.period, {service_balances.NEXT_VERSION}, TRUE, CASE WHEN s.period < :month THEN 'closed' ELSE 'open' END, :now,
        s.file_id
    FROM (
        SELECT w.account_id, w.period, MIN(w.file_id) AS file_id, MIN(w.row_number) AS place
        FROM want_charge w LEFT JOIN statement t ON t.account_id = w.account_id AND t.period = w.period AND t.is_current
        WHERE t.id IS NULL GROUP BY w.account_id, w.period
    ) s ORDER BY s.place"""
_CLOSE_PAST = "UPDATE statement SET state = 'closed' WHERE organization_id = :organization AND state = 'open' AND period < :month AND period >= :year_ago"
_DOUBTS = """
    SELECT s.row_number, s.file_id, s.line, e.reason, e.amount, CASE e.reason WHEN 'detail' THEN 1 ELSE 0 END AS place,
        LEAD(e.reason) OVER (PARTITION BY s.row_number ORDER BY CASE e.reason WHEN 'detail' THEN 1 ELSE 0 END, e.reason) AS also, s.opening, s.closing,
        COALESCE(s.charged, 0) + COALESCE(s.recalculation, 0) - COALESCE(s.paid, 0) AS movement
    FROM stage_balances s JOIN ledger_entry e ON e.account_id = s.account_id AND e.period = s.period AND e.kind = 'supplier_difference'
        AND COALESCE(e.service_id, 0) = COALESCE(s.service_id, 0)
    LEFT JOIN ledger_entry r ON r.reverses_id = e.id
    WHERE s.code IS NULL AND e.reverses_id IS NULL AND r.id IS NULL"""
_ELSEWHERE = """
    SELECT e.id, b.file_id, a.number, e.period, v.name AS service, e.amount FROM ledger_entry e
    JOIN (SELECT account_id, MAX(file_id) AS file_id FROM stage_balances WHERE code IS NULL GROUP BY account_id) b ON b.account_id = e.account_id
    JOIN personal_account a ON a.id = e.account_id
    LEFT JOIN service v ON v.id = e.service_id LEFT JOIN ledger_entry r ON r.reverses_id = e.id
    LEFT JOIN stage_balances s ON s.account_id = e.account_id AND s.period = e.period AND COALESCE(s.service_id, 0) = COALESCE(e.service_id, 0)
        AND s.code IS NULL
    WHERE e.organization_id = :organization AND e.kind = 'supplier_difference' AND e.posted_at = :now AND e.reverses_id IS NULL AND r.id IS NULL
    AND s.row_number IS NULL"""
