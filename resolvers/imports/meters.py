"""Meters: which rows speak of a meter that is known, and which of a new one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from adapters.files.headings import METERS
from models import sql
from resolvers.imports.staging import Job, Recipe, Verdict, find_accounts, keep_last


def judge(row: Any, today: dt.date) -> Verdict:
    return Verdict()


RECIPE = Recipe(METERS, judge, later={"account_id": "bigint", "meter_id": "bigint"})
_KEY = ("account_id", "inlet", "resource", "serial")
_SAID = {  # column of the register: where it is kept
    "place": "meter m WHERE m.id",
    "installed_on": "meter m WHERE m.id",
    "verification_due_on": "meter m WHERE m.id",
    "state": "meter m WHERE m.id",
    "integer_digits": "meter_register m WHERE m.zone IS NULL AND m.meter_id",
    "fraction_digits": "meter_register m WHERE m.zone IS NULL AND m.meter_id",
}


async def apply(job: Job) -> None:
    """The same serial may come back to the same inlet after a repair, so a meter is its account, inlet, resource, serial and day of
    installation. A row whose day differs speaks of the meter that no other row speaks of: its day was corrected.
    """
    values = {"organization": job.organization_id}
    await find_accounts(RECIPE.table, job)
    await keep_last(RECIPE.table, job, (*_KEY, "installed_on", "place"))
    await sql.execute(_FIND_BY_DAY, **values)
    await sql.execute(_FIND_BY_ORDER, **values)
    await _keep_what_is_not_said(job)
    for statement in (_MARK, _UPDATE, _INSERT, _FIND_BY_DAY, _ADD_DIALS, _UPDATE_DIALS):
        await sql.execute(statement, **values)


async def _keep_what_is_not_said(job: Job) -> None:
    [file] = [file for file in job.files.values() if file.register.kind is METERS][-1:]
    for column, source in _SAID.items():
        if not file.register.has(column):
            kept = "register_state" if column == "state" else column
            await sql.execute(f"UPDATE {RECIPE.table} AS s SET {column} = m.{kept} FROM {source} = s.meter_id")


_FREE_METERS = """
    FROM meter WHERE account_id IN (SELECT account_id FROM stage_meters)
    AND id NOT IN (SELECT meter_id FROM stage_meters WHERE meter_id IS NOT NULL)"""
_FREE_ROWS = "FROM stage_meters WHERE code IS NULL AND meter_id IS NULL"
_SAME_KEY = "m.account_id = r.account_id AND m.resource = r.resource AND " + sql.same(("inlet", "serial"), "m", "r")


def _pairing(partition: str, meters: str, rows: str, condition: str) -> str:
    """Pair free rows with free meters of one key, the first with the first and so on."""
    return f"""
        UPDATE stage_meters AS s SET meter_id = p.id FROM (
            SELECT r.row_number, m.id FROM
            (SELECT row_number, {", ".join(_KEY)}, installed_on, ROW_NUMBER() OVER (PARTITION BY {partition} ORDER BY {rows}) AS n {_FREE_ROWS}) r
            JOIN (SELECT id, {", ".join(_KEY)}, installed_on, removed_on, ROW_NUMBER() OVER (PARTITION BY {partition} ORDER BY {meters}) AS n
                {_FREE_METERS}) m ON {_SAME_KEY} AND m.n = r.n AND {condition}
        ) p WHERE p.row_number = s.row_number"""


_FIND_BY_DAY = _pairing(", ".join((*_KEY, "installed_on")), "id", "row_number", "m.installed_on IS NOT DISTINCT FROM r.installed_on")
_FIND_BY_ORDER = _pairing(
    ", ".join(_KEY),
    "installed_on IS NULL, installed_on, id",
    "installed_on IS NULL, installed_on, row_number",
    "(m.removed_on IS NULL OR r.installed_on IS NULL OR r.installed_on < m.removed_on)",
)
_MARK = f"""
    UPDATE stage_meters AS s SET changed = 1 WHERE s.code IS NULL AND NOT EXISTS (
        SELECT 1 FROM meter m JOIN meter_register d ON d.meter_id = m.id AND d.zone IS NULL
        WHERE m.id = s.meter_id AND m.register_state = s.state AND {sql.same(("place", "installed_on", "verification_due_on"), "m", "s")}
        AND {sql.same(("integer_digits", "fraction_digits"), "d", "s")})"""
_UPDATE = """
    UPDATE meter AS m SET place = s.place, installed_on = s.installed_on, verification_due_on = s.verification_due_on, register_state = s.state
    FROM stage_meters s WHERE s.meter_id = m.id AND s.changed = 1"""
_INSERT = """
    INSERT INTO meter (organization_id, account_id, inlet, place, resource, serial, installed_on, verification_due_on, register_state)
    SELECT :organization, account_id, inlet, place, resource, serial, installed_on, verification_due_on, state
    FROM stage_meters WHERE code IS NULL AND meter_id IS NULL ORDER BY row_number"""
_ADD_DIALS = """
    INSERT INTO meter_register (meter_id, integer_digits, fraction_digits)
    SELECT s.meter_id, s.integer_digits, s.fraction_digits FROM stage_meters s
    LEFT JOIN meter_register d ON d.meter_id = s.meter_id AND d.zone IS NULL
    WHERE s.code IS NULL AND s.meter_id IS NOT NULL AND d.id IS NULL ORDER BY s.row_number"""
_UPDATE_DIALS = f"""
    UPDATE meter_register AS d SET integer_digits = s.integer_digits, fraction_digits = s.fraction_digits FROM stage_meters s
    WHERE s.meter_id = d.meter_id AND d.zone IS NULL AND s.changed = 1 AND NOT ({sql.same(("integer_digits", "fraction_digits"), "d", "s")})"""
