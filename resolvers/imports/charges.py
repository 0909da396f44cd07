"""Charges: lines of bills as printed. A line that came again with other figures is a new version of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from adapters.files.headings import CHARGES
from adapters.files.words import basis_of
from models import sql
from models.enums import Severity
from models.money import half_up
from models.quantity import MICRO, decimal_text
from resolvers.imports import groups, journal
from resolvers.imports.catalogue import find_services, find_suppliers
from resolvers.imports.staging import Job, Recipe, Said, Verdict, find_accounts, warn


def judge(row: Any, today: dt.date) -> Verdict:
    if row.period > today:
        return Verdict(refused=("date_in_future", {"column": "Период"}))
    return Verdict((basis_of(row.basis_label),), warning=_product(row))


def _product(row: Any) -> Said | None:
    """Doubt a sum that is not quantity × price with tax, rounded half up: the price first, then the sum."""
    if row.quantity is None:
        return None
    price = row.price_with_tax
    if price is None and row.price is not None:
        price = half_up(row.price * (10_000 + (row.tax_percent or 0)), 10_000 * 10_000) * 10_000
    if price is None:
        return None
    computed = half_up(row.quantity * price, MICRO * 10_000)
    if computed == row.amount:
        return None
    return "product", {"printed": decimal_text(row.amount * 10_000, 2), "computed": decimal_text(computed * 10_000, 2)}


RECIPE = Recipe(
    CHARGES,
    judge,
    {"basis": "text"},
    {"account_id": "bigint", "service_id": "bigint", "supplier_id": "bigint", "group_id": "bigint"},
)
_PRINTED = ("service_id", "supplier_id", "zone", "unit", "quantity", "price", "price_with_tax", "tax_percent", "amount", "recalculation", "basis",
            "corrects_period", "shortfall_days", "shortfall_amount", "social_norm_amount", "paid")  # fmt: skip
_SHOWN = (*_PRINTED, "is_group")
_WANTED = {
    "row_number": "bigint",
    "file_id": "bigint",
    "account_id": "bigint",
    "period": "date",
    "position": "int",
    "line_key": "text",
    "corrects_key": "text",
    **dict.fromkeys(("service_id", "supplier_id", "quantity", "price", "price_with_tax", "amount", "recalculation"), "bigint"),
    **dict.fromkeys(("shortfall_days", "shortfall_amount", "social_norm_amount", "paid", "group_id"), "bigint"),
    "is_group": "boolean",
    "group_key": "text",
    **dict.fromkeys(("zone", "unit", "basis"), "text"),
    "tax_percent": "int",
    "corrects_period": "date",
    "known_id": "bigint",
}


async def apply(job: Job) -> None:
    """Bring the charges of every account and month that the register speaks of to what it says.

    A line that it no longer has is closed and told, unless a row of that account and month was refused: then the line may be the one
    that could not be read. Lines of services that it does not mention stay, where they came from a register of another name: suppliers of
    one bill may each send their own. The months and accounts that changed are left in `ledger_touched`.
    """
    grouped = any(file.register.has("parent") for file in job.files.values() if file.register.kind is CHARGES)
    await find_accounts(RECIPE.table, job)
    await find_services(RECIPE.table, job)
    await find_suppliers(RECIPE.table, job)
    if grouped:
        await groups.find(job)
    await sql.staging("want_charge", _WANTED, "account_id, period, line_key")
    await sql.staging("closed_charge", {"id": "bigint", "account_id": "bigint", "period": "date"})
    await sql.execute(_WANT)
    await warn(RECIPE.table, job, "duplicate_row", f"s.row_number IN ({_REPEATED})")  # another file of the run says it again
    await sql.execute(_DROP_REPEATED)
    if grouped:
        await groups.want(job)
    await sql.execute(_WANT_RECALCULATIONS)
    await sql.analyze("want_charge")
    for statement in (_FIND_KNOWN, _LIST_CLOSED):
        await sql.execute(statement, organization=job.organization_id, run=job.run_id)
    await _tell_gone(job)
    await journal.keep(job.run_id, "charge", "SELECT id FROM closed_charge")
    for statement in (_CLOSE, _INSERT):
        await sql.execute(statement, organization=job.organization_id)
    await journal.keep(job.run_id, "charge", _relinked("corrects"))
    await journal.keep(job.run_id, "charge", _relinked("group"))
    for statement in (_LINK, *([groups.LINK] if grouped else []), _TOUCH, _TOUCH_CLOSED, _MARK):
        await sql.execute(statement, organization=job.organization_id)


def _relinked(link: str) -> str:
    """Lines that stay and whose recalculation's line or group came again as another version."""
    column = {"corrects": "corrects_id", "group": "parent_id"}[link]
    return f"""
        SELECT c.id FROM want_charge w JOIN charge c ON c.id = w.known_id
        JOIN charge l ON l.account_id = w.account_id AND l.period = w.period AND l.key = w.{link}_key AND l.is_current
        WHERE w.{link}_key IS NOT NULL AND c.{column} IS DISTINCT FROM l.id"""


async def _tell_gone(job: Job) -> None:
    async for page in sql.pages(_GONE, "id"):
        job.findings.add([(row["file_id"], 0, Severity.NOTICE, "charge_gone", _told(row), None) for row in page])


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {"account": row["number"], "service": row["service"], "month": str(row["period"])[:7], "amount": decimal_text(row["amount"] * 10_000, 2)}


_PLAIN = ", ".join(f"s.{column}" for column in _PRINTED)
# A part is another line than the same service by itself or within another group.
_WANT = f"""
    INSERT INTO want_charge (row_number, file_id, account_id, period, position, line_key, group_id, is_group, {", ".join(_PRINTED)})
    SELECT s.row_number, s.file_id, s.account_id, s.period, s.position,
        s.service_id || '|' || COALESCE(s.zone, '') || '|' || s.n || COALESCE('|' || s.group_id, ''), s.group_id, FALSE, {_PLAIN}
    FROM (
        SELECT row_number, file_id, code, account_id, period, group_id, {", ".join(_PRINTED)},
            ROW_NUMBER() OVER (PARTITION BY account_id, period ORDER BY row_number) AS position,
            ROW_NUMBER() OVER (PARTITION BY file_id, account_id, period, service, zone, group_id ORDER BY row_number) AS n
        FROM stage_charges WHERE account_id IS NOT NULL AND period IS NOT NULL
    ) s WHERE s.code IS NULL"""
_REPEATED = """
    SELECT row_number FROM (
        SELECT row_number, ROW_NUMBER() OVER (PARTITION BY account_id, period, line_key ORDER BY row_number DESC) AS n FROM want_charge
    ) r WHERE n > 1"""
_DROP_REPEATED = f"DELETE FROM want_charge WHERE row_number IN ({_REPEATED})"
_WANT_RECALCULATIONS = """
    INSERT INTO want_charge (row_number, file_id, account_id, period, position, line_key, corrects_key, service_id, supplier_id, zone, amount, basis,
        corrects_period, is_group)
    SELECT row_number, file_id, account_id, period, position, line_key || '|r', line_key, service_id, supplier_id, zone, recalculation,
        'recalculation', corrects_period, FALSE
    FROM want_charge WHERE recalculation <> 0 AND NOT is_group"""
_FIND_KNOWN = f"""
    UPDATE want_charge AS w SET known_id = c.id FROM charge c
    WHERE c.account_id = w.account_id AND c.period = w.period AND c.key = w.line_key AND c.is_current AND {sql.same(_SHOWN, "c", "w")}"""
_LIST_CLOSED = """
    INSERT INTO closed_charge (id, account_id, period)
    SELECT c.id, c.account_id, c.period FROM charge c
    JOIN (SELECT DISTINCT account_id, period FROM want_charge) spoken ON spoken.account_id = c.account_id AND spoken.period = c.period
    LEFT JOIN want_charge w ON w.account_id = c.account_id AND w.period = c.period AND w.line_key = c.key
    WHERE c.is_current AND ((w.line_key IS NOT NULL AND w.known_id IS NULL) OR (w.line_key IS NULL AND NOT EXISTS (
        SELECT 1 FROM stage_charges s WHERE s.account_id = c.account_id AND s.period = c.period AND s.code IS NOT NULL)
        AND (c.service_id IN (SELECT service_id FROM stage_charges UNION SELECT group_id FROM stage_charges WHERE group_id IS NOT NULL)
            OR c.import_file_id IN (SELECT o.id FROM import_file n JOIN import_file o ON o.name = n.name AND o.kind = n.kind WHERE n.run_id = :run))))"""
_GONE = """
    SELECT c.id, a.number, v.name AS service, c.period, c.amount, (SELECT MAX(file_id) FROM stage_charges) AS file_id FROM closed_charge o
    JOIN charge c ON c.id = o.id JOIN personal_account a ON a.id = c.account_id JOIN service v ON v.id = c.service_id
    LEFT JOIN want_charge w ON w.account_id = c.account_id AND w.period = c.period AND w.line_key = c.key
    WHERE w.line_key IS NULL AND c.corrects_id IS NULL AND NOT c.is_group"""
_CLOSE = "UPDATE charge SET is_current = FALSE WHERE id IN (SELECT id FROM closed_charge)"
_INSERT = f"""
    INSERT INTO charge (organization_id, account_id, period, key, version, is_current, position, import_file_id, {", ".join(_SHOWN)})
    SELECT :organization, w.account_id, w.period, w.line_key, COALESCE(v.version, 0) + 1, TRUE, w.position, w.file_id,
        {", ".join(f"w.{column}" for column in _SHOWN)}
    FROM want_charge w LEFT JOIN (
        SELECT c.account_id, c.period, c.key, MAX(c.version) AS version FROM charge c JOIN closed_charge o
        ON o.account_id = c.account_id AND o.period = c.period GROUP BY c.account_id, c.period, c.key
    ) v ON v.account_id = w.account_id AND v.period = w.period AND v.key = w.line_key
    WHERE w.known_id IS NULL ORDER BY w.row_number, w.corrects_key IS NOT NULL, w.is_group DESC"""
_LINK = """
    UPDATE charge AS c SET corrects_id = l.id FROM want_charge w, charge l
    WHERE w.corrects_key IS NOT NULL AND c.account_id = w.account_id AND c.period = w.period AND c.key = w.line_key AND c.is_current
    AND l.account_id = w.account_id AND l.period = w.period AND l.key = w.corrects_key AND l.is_current AND c.corrects_id IS DISTINCT FROM l.id"""
_TOUCH = "INSERT INTO ledger_touched (account_id, period) SELECT DISTINCT account_id, period FROM want_charge WHERE known_id IS NULL"
_TOUCH_CLOSED = "INSERT INTO ledger_touched (account_id, period) SELECT DISTINCT account_id, period FROM closed_charge"
_MARK = "UPDATE stage_charges SET changed = 1 WHERE row_number IN (SELECT row_number FROM want_charge WHERE known_id IS NULL AND line_key NOT LIKE '%|g')"
