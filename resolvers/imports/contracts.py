"""Contracts: legal payers by number."""

from __future__ import annotations

import datetime as dt
from typing import Any

from adapters.files.headings import CONTRACTS
from models import sql
from models.identity import is_tax_number
from resolvers.imports import journal
from resolvers.imports.staging import Job, Recipe, Verdict, keep_last


def judge(row: Any, today: dt.date) -> Verdict:
    """A wrong check digit is the register's to correct: the number is kept as it came, with a warning."""
    doubtful = row.tax_number is not None and not is_tax_number(row.tax_number)
    return Verdict(warning=("check_digit", {"column": "БИН"}) if doubtful else None)


RECIPE = Recipe(CONTRACTS, judge)
_FACTS = ("payer_name", "tax_number", "email")


async def apply(job: Job) -> None:
    await keep_last(RECIPE.table, job, ("number",))
    for column in _FACTS:
        if silent := job.silent(CONTRACTS, column):
            await sql.execute(f"{_KEPT.replace('column', column)} AND {silent}", organization=job.organization_id)
    await sql.execute(_MARK, organization=job.organization_id)
    await journal.keep(job.run_id, "contract", _KNOWN, organization=job.organization_id)
    await sql.execute(_UPSERT, organization=job.organization_id)


_KEPT = "UPDATE stage_contracts AS s SET column = c.column FROM contract c WHERE c.organization_id = :organization AND c.number = s.number"
_MARK = f"""
    UPDATE stage_contracts AS s SET changed = 1 WHERE s.code IS NULL AND NOT EXISTS (
        SELECT 1 FROM contract c WHERE c.organization_id = :organization AND c.number = s.number AND {sql.same(_FACTS, "c", "s")})"""
_KNOWN = "SELECT c.id FROM contract c JOIN stage_contracts s ON s.number = c.number AND s.changed = 1 WHERE c.organization_id = :organization"
_UPSERT = """
    INSERT INTO contract (organization_id, number, payer_name, tax_number, email)
    SELECT :organization, number, payer_name, tax_number, email FROM stage_contracts WHERE changed = 1
    ON CONFLICT (organization_id, number) DO UPDATE SET payer_name = excluded.payer_name,
        tax_number = excluded.tax_number, email = excluded.email"""
