"""Accounts: where they are, whose they are, and what the register says of them from a day on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from adapters.files.headings import ACCOUNTS
from models import sql
from models.identity import is_tax_number
from models.search import search_key
from resolvers.imports import journal
from resolvers.imports.staging import Job, Recipe, Verdict, find_contracts, keep_last, refuse

EVER = dt.date(1900, 1, 1)  # an account's first facts hold for its past too: the register does not say since when


def judge(row: Any, today: dt.date) -> Verdict:
    doubtful = row.tax_number is not None and not is_tax_number(row.tax_number)
    derived = (search_key(f"{row.locality}{row.street}{row.house}"), search_key(f"{row.surname}{row.name}{row.patronymic}"))
    return Verdict(derived, warning=("check_digit", {"column": "ИИН/БИН"}) if doubtful else None)


RECIPE = Recipe(
    ACCOUNTS,
    judge,
    {"house_search": "text", "search": "text"},
    {"account_id": "bigint", "contract_id": "bigint", "house_id": "bigint", "premises_id": "bigint", "facts_id": "bigint", "facts_from": "date"},
)
_ATTRIBUTES = ("kind", "branch", "premises_id", "contract_id", "heat_meter")
_FACTS = ("surname", "name", "patronymic", "tax_number", "email", "residents", "area", "irrigated_area", "tariff_group", "ownership", "contract_id")


async def apply(job: Job) -> None:
    values = {"organization": job.organization_id, "month": job.this_month, "ever": EVER}
    table = RECIPE.table
    await keep_last(table, job, ("account",))
    await sql.analyze(table)
    await refuse(table, job, "zeros_lost", _zeros_lost(job.organization_id), lambda row: {"account": row["account"]}, "account")
    await find_contracts(table, job)
    for statement in (_ADD_HOUSES, _FIND_HOUSES, _ADD_PREMISES, _FIND_PREMISES, _FIND_ACCOUNTS, _FIND_FACTS):
        await sql.execute(statement, **values)
    await _keep_what_is_not_said(job)
    await sql.execute(_MARK, **values)
    await journal.keep(job.run_id, "personal_account", _KNOWN)
    await journal.keep(job.run_id, "account_facts", _CORRECTED, **values)
    for statement in (_UPSERT, _FIND_ACCOUNTS, _CORRECT_FACTS, _ADD_FACTS, _FIRST_FACTS):
        await sql.execute(statement, **values)


def _zeros_lost(organization_id: int) -> str:
    """A new account that is a known one but for its leading zeros: a spreadsheet took the number for a number."""
    known = f"FROM personal_account a WHERE a.organization_id = {int(organization_id)}"
    return f"""s.account NOT LIKE '0%' AND s.account IN (SELECT LTRIM(a.number, '0') {known} AND a.number LIKE '0%')
        AND NOT EXISTS (SELECT 1 {known} AND a.number = s.account)"""


async def _keep_what_is_not_said(job: Job) -> None:
    """A column that the file lacks says nothing: the account keeps what an earlier register said."""
    for column in _FACTS:
        if silent := job.silent(ACCOUNTS, "contract" if column == "contract_id" else column):
            await sql.execute(f"UPDATE {RECIPE.table} AS s SET {column} = f.{column} FROM account_facts f WHERE f.id = s.facts_id AND {silent}")
    for column in ("kind", "branch", "heat_meter"):
        if silent := job.silent(ACCOUNTS, column):
            await sql.execute(f"UPDATE {RECIPE.table} AS s SET {column} = a.{column} FROM personal_account a WHERE a.id = s.account_id AND {silent}")
    await sql.execute(f"UPDATE {RECIPE.table} AS s SET premises_id = a.premises_id FROM personal_account a WHERE a.id = s.account_id AND s.premises_id IS NULL")


_ADD_HOUSES = """
    INSERT INTO house (organization_id, locality, street, number, search)
    SELECT :organization, s.locality, s.street, s.house, MIN(s.house_search) FROM stage_accounts s
    LEFT JOIN house h ON h.organization_id = :organization AND h.locality = s.locality AND h.street = s.street AND h.number = s.house
    WHERE s.code IS NULL AND (s.street <> '' OR s.house <> '') AND h.id IS NULL
    GROUP BY s.locality, s.street, s.house ORDER BY MIN(s.row_number)"""
_FIND_HOUSES = """
    UPDATE stage_accounts AS s SET house_id = h.id FROM house h
    WHERE h.organization_id = :organization AND h.locality = s.locality AND h.street = s.street AND h.number = s.house AND s.code IS NULL"""
_ADD_PREMISES = """
    INSERT INTO premises (organization_id, house_id, flat, flat_prefix)
    SELECT DISTINCT :organization, s.house_id, s.flat, s.flat_prefix FROM stage_accounts s
    LEFT JOIN premises p ON p.house_id = s.house_id AND p.flat = s.flat AND p.flat_prefix = s.flat_prefix
    WHERE s.house_id IS NOT NULL AND p.id IS NULL"""
_FIND_PREMISES = """
    UPDATE stage_accounts AS s SET premises_id = p.id FROM premises p
    WHERE p.house_id = s.house_id AND p.flat = s.flat AND p.flat_prefix = s.flat_prefix"""
_FIND_ACCOUNTS = """
    UPDATE stage_accounts AS s SET account_id = a.id FROM personal_account a
    WHERE a.organization_id = :organization AND a.number = s.account AND s.code IS NULL"""
_FIND_FACTS = """
    UPDATE stage_accounts AS s SET facts_id = f.id, facts_from = f.valid_from FROM account_facts f
    WHERE f.account_id = s.account_id
    AND f.valid_from = (SELECT MAX(g.valid_from) FROM account_facts g WHERE g.account_id = s.account_id)"""
_MARK = f"""
    UPDATE stage_accounts AS s SET changed = 1 WHERE s.code IS NULL AND (
        NOT EXISTS (SELECT 1 FROM personal_account a WHERE a.id = s.account_id AND a.withdrawn_at IS NULL AND {sql.same(_ATTRIBUTES, "a", "s")})
        OR NOT EXISTS (SELECT 1 FROM account_facts f WHERE f.id = s.facts_id AND {sql.same(_FACTS, "f", "s")}))"""
_UPSERT = """
    INSERT INTO personal_account (organization_id, number, kind, branch, premises_id, contract_id, heat_meter)
    SELECT :organization, account, kind, branch, premises_id, contract_id, heat_meter FROM stage_accounts WHERE changed = 1 ORDER BY row_number
    ON CONFLICT (organization_id, number) DO UPDATE SET kind = excluded.kind, branch = excluded.branch,
        premises_id = excluded.premises_id, contract_id = excluded.contract_id, heat_meter = excluded.heat_meter, withdrawn_at = NULL"""
_KNOWN = "SELECT account_id FROM stage_accounts WHERE changed = 1 AND account_id IS NOT NULL"
_CORRECTED = "SELECT facts_id FROM stage_accounts WHERE changed = 1 AND facts_from >= :month"
_ASSIGNED = ", ".join(f"{column} = s.{column}" for column in (*_FACTS, "search"))
_CORRECT_FACTS = f"""
    UPDATE account_facts AS f SET {_ASSIGNED} FROM stage_accounts s
    WHERE f.id = s.facts_id AND s.changed = 1 AND s.facts_from >= :month AND NOT ({sql.same(_FACTS, "f", "s")})"""
_NEW_FACTS = f"""
    INSERT INTO account_facts (organization_id, account_id, valid_from, {", ".join(_FACTS)}, search)
    SELECT :organization, s.account_id, CASE WHEN s.facts_id IS NULL THEN :ever ELSE :month END, {", ".join(f"s.{c}" for c in _FACTS)}, s.search
    FROM stage_accounts s"""
# Two statements: joined to the table that it fills, one would look through what it has just written, for each row.
_FIRST_FACTS = f"{_NEW_FACTS} WHERE s.changed = 1 AND s.facts_id IS NULL"
_ADD_FACTS = f"""{_NEW_FACTS} JOIN account_facts f ON f.id = s.facts_id
    WHERE s.changed = 1 AND s.facts_from < :month AND NOT ({sql.same(_FACTS, "f", "s")})"""
