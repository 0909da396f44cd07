"""Tariffs: one dated price per service and group."""

from __future__ import annotations

import datetime as dt
from typing import Any

from adapters.files.headings import TARIFFS
from models import sql
from resolvers.imports import journal
from resolvers.imports.catalogue import find_services
from resolvers.imports.staging import Job, Recipe, Verdict, keep_last


def judge(row: Any, today: dt.date) -> Verdict:
    price, includes_tax = (row.price, 0) if row.price is not None else (row.price_with_tax, 1)
    if price is None:
        return Verdict(refused=("missing", {"column": "Тариф"}))
    if price < 0:
        return Verdict(refused=("negative", {"column": "Тариф"}))
    return Verdict((price, includes_tax))


RECIPE = Recipe(TARIFFS, judge, {"stored_price": "bigint", "includes_tax": "int"}, {"service_id": "bigint"})


async def apply(job: Job) -> None:
    await keep_last(RECIPE.table, job, ("service", "tariff_group", "valid_from"))
    await find_services(RECIPE.table, job)
    await sql.execute(_MARK)
    await journal.keep(job.run_id, "tariff", _KNOWN)
    await sql.execute(_UPSERT, organization=job.organization_id)


# A register without the document leaves the one that is known.
_MARK = """
    UPDATE stage_tariffs AS s SET changed = 1 WHERE s.code IS NULL AND NOT EXISTS (
        SELECT 1 FROM tariff t WHERE t.service_id = s.service_id AND t.tariff_group = s.tariff_group AND t.valid_from = s.valid_from
        AND t.price = s.stored_price AND t.price_includes_tax = (s.includes_tax = 1)
        AND t.tax_percent IS NOT DISTINCT FROM s.tax_percent AND t.unit = s.unit AND s.document IN ('', t.document))"""
_KNOWN = """
    SELECT t.id FROM tariff t JOIN stage_tariffs s ON s.service_id = t.service_id AND s.tariff_group = t.tariff_group AND s.valid_from = t.valid_from
    WHERE s.changed = 1"""
_UPSERT = """
    INSERT INTO tariff (organization_id, service_id, tariff_group, valid_from, price, price_includes_tax, tax_percent, unit, document)
    SELECT :organization, service_id, tariff_group, valid_from, stored_price, includes_tax = 1, tax_percent, unit, document
    FROM stage_tariffs WHERE changed = 1
    ON CONFLICT (service_id, tariff_group, valid_from) DO UPDATE SET price = excluded.price,
        price_includes_tax = excluded.price_includes_tax, tax_percent = excluded.tax_percent, unit = excluded.unit,
        document = CASE excluded.document WHEN '' THEN tariff.document ELSE excluded.document END"""
