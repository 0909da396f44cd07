"""Meters: which rows speak of a meter that is known, and which of a new one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from adapters.files.headings import METERS
from models import sql
from resolvers.imports import journal
from resolvers.imports.staging import Job, Recipe, Verdict, find_accounts, keep_last


def judge(row: Any, today: dt.date) -> Verdict:
    if row.zones == 0:
        return Verdict(refused=("zero", {"column": "Зоны"}))
    return Verdict()


RECIPE = Recipe(METERS, judge, later={"account_id": "bigint", "meter_id": "bigint"})
_KEY = ("account_id", "inlet", "resource", "serial")
_DIALS = """(
    SELECT meter_id, MIN(integer_digits) AS integer_digits, MIN(fraction_digits) AS fraction_digits
    FROM meter_register WHERE meter_id IN (SELECT meter_id FROM stage_meters) GROUP BY meter_id)"""
_SAID = {  # column of the register: where it is kept
    "place": "meter m WHERE m.id",
    "installed_on": "meter m WHERE m.id",
    "verification_due_on": "meter m WHERE m.id",
    "state": "meter m WHERE m.id",
    "integer_digits": f"{_DIALS} m WHERE m.meter_id",
    "fraction_digits": f"{_DIALS} m WHERE m.meter_id",
}


async def apply(job: Job) -> None:
    """The same serial may come back to the same inlet after a repair, so a meter is its account, inlet, resource, serial and day of
    installation. A row whose day differs speaks of the meter that no other row speaks of: its day was corrected. So does a row whose inlet one
    of the two does not name.
    """
    values = {"organization": job.organization_id}
    await find_accounts(RECIPE.table, job)
    await keep_last(RECIPE.table, job, (*_KEY, "installed_on", "place"))
    await sql.execute(_FIND_BY_DAY, **values)
    await sql.execute(_FIND_BY_ORDER, **values)
    await sql.execute(_FIND_WITHOUT_INLET, **values)
    await _keep_what_is_not_said(job)
    for statement in (KEEP_NEWER_VERIFICATIONS, KEEP_KNOWN_INSTALLATIONS):
        await sql.execute(statement.format(table=RECIPE.table, meter="meter_id", where="s.meter_id IS NOT NULL"))
    await sql.execute(_MARK, **values)
    await journal.keep(job.run_id, "meter", _KNOWN)
    await journal.keep(job.run_id, "meter_register", f"SELECT d.id FROM meter_register d WHERE d.meter_id IN ({_KNOWN})")
    for statement in (_UPDATE, _UPDATE_DIALS, _INSERT, _FIND_BY_DAY, _ADD_DIALS):
        await sql.execute(statement, **values)


async def _keep_what_is_not_said(job: Job) -> None:
    for column, source in _SAID.items():
        if silent := job.silent(METERS, column):
            kept = "register_state" if column == "state" else column
            await sql.execute(f"UPDATE {RECIPE.table} AS s SET {column} = m.{kept} FROM {source} = s.meter_id AND {silent}")


# What staff have recorded since the supplier's billing last heard of it: a verification that ended before the meter was verified anew
# is an old one, and a day of installation that an act names is known though the register leaves it empty.
_NEWEST = """SELECT e.due_on FROM meter_event e WHERE e.meter_id = s.{meter} AND e.kind = 'verified' AND e.withdrawn_at IS NULL
    AND COALESCE(s.verification_due_on, e.happened_on) <= e.happened_on ORDER BY e.happened_on DESC, e.id DESC LIMIT 1"""
KEEP_NEWER_VERIFICATIONS = f"UPDATE {{table}} AS s SET verification_due_on = ({_NEWEST}) WHERE {{where}} AND EXISTS ({_NEWEST})"
_INSTALLED = """SELECT e.happened_on FROM meter_event e WHERE e.withdrawn_at IS NULL
    AND ((e.kind = 'installed' AND e.meter_id = s.{meter}) OR (e.kind = 'replaced' AND e.other_meter_id = s.{meter})) ORDER BY e.id DESC LIMIT 1"""
KEEP_KNOWN_INSTALLATIONS = f"UPDATE {{table}} AS s SET installed_on = ({_INSTALLED}) WHERE {{where}} AND s.installed_on IS NULL AND EXISTS ({_INSTALLED})"
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
            JOIN (SELECT id, {", ".join(_KEY)}, installed_on, removed_on, ROW_NUMBER() OVER (
                PARTITION BY {partition} ORDER BY withdrawn_at IS NOT NULL, {meters}) AS n {_FREE_METERS}) m ON {_SAME_KEY} AND m.n = r.n AND {condition}
        ) p WHERE p.row_number = s.row_number"""


_FIND_BY_DAY = _pairing(", ".join((*_KEY, "installed_on")), "id", "row_number", "m.installed_on IS NOT DISTINCT FROM r.installed_on")
_FIND_BY_ORDER = _pairing(
    ", ".join(_KEY),
    "installed_on IS NULL, installed_on, id",
    "installed_on IS NULL, installed_on, row_number",
    "(m.removed_on IS NULL OR r.installed_on IS NULL OR r.installed_on < m.removed_on)",
)
# Staff may have entered a meter without its inlet, or with one that the register does not tell: it is the same where no other can be meant.
_FIND_WITHOUT_INLET = f"""
    UPDATE stage_meters AS s SET meter_id = p.id FROM (
        SELECT r.row_number, m.id, (m.inlet IS NULL) <> (r.inlet IS NULL) AS is_open,
            COUNT(*) OVER (PARTITION BY r.row_number) AS meters, COUNT(*) OVER (PARTITION BY m.id) AS speaking
        FROM (SELECT row_number, {", ".join(_KEY)}, installed_on {_FREE_ROWS} AND serial <> '') r
        JOIN (SELECT id, {", ".join(_KEY)}, removed_on {_FREE_METERS} AND withdrawn_at IS NULL) m
            ON m.account_id = r.account_id AND m.resource = r.resource AND m.serial = r.serial
            AND (m.removed_on IS NULL OR r.installed_on IS NULL OR r.installed_on < m.removed_on)
    ) p WHERE p.row_number = s.row_number AND p.is_open AND p.meters = 1 AND p.speaking = 1"""
# A meter of one zone has one dial, others a dial for each zone. Dials that it has and no row asks for stay: readings hang on them.
_ZONES = "(SELECT 1 AS place, 2 AS least, 'day' AS zone UNION ALL SELECT 2, 2, 'night' UNION ALL SELECT 3, 3, 'peak' UNION ALL SELECT 4, 1, NULL) w"
_MINE = "SELECT 1 FROM meter_register d WHERE d.meter_id = s.meter_id"
_LACKS = f"""(w.least = 1 AND COALESCE(s.zones, 1) = 1 AND NOT EXISTS ({_MINE}))
    OR (w.least BETWEEN 2 AND s.zones AND NOT EXISTS ({_MINE} AND d.zone = w.zone))"""
_SAME_DIGITS = sql.same(("integer_digits", "fraction_digits"), "d", "s")
_MARK = f"""
    UPDATE stage_meters AS s SET changed = 1 WHERE s.code IS NULL AND (NOT EXISTS (
        SELECT 1 FROM meter m WHERE m.id = s.meter_id AND m.register_state = s.state AND m.withdrawn_at IS NULL
        AND {sql.same(("place", "installed_on", "verification_due_on"), "m", "s")} AND (s.inlet IS NULL OR m.inlet IS NOT DISTINCT FROM s.inlet))
    OR EXISTS ({_MINE} AND NOT ({_SAME_DIGITS})) OR EXISTS (SELECT 1 FROM {_ZONES} WHERE {_LACKS}))"""
_KNOWN = "SELECT meter_id FROM stage_meters WHERE changed = 1 AND meter_id IS NOT NULL"
_UPDATE = """
    UPDATE meter AS m SET inlet = COALESCE(s.inlet, m.inlet), place = s.place, installed_on = s.installed_on, verification_due_on = s.verification_due_on,
        register_state = s.state, withdrawn_at = NULL
    FROM stage_meters s WHERE s.meter_id = m.id AND s.changed = 1"""
_INSERT = """
    INSERT INTO meter (organization_id, account_id, inlet, place, resource, serial, installed_on, verification_due_on, register_state)
    SELECT :organization, account_id, inlet, place, resource, serial, installed_on, verification_due_on, state
    FROM stage_meters WHERE code IS NULL AND meter_id IS NULL ORDER BY row_number"""
_ADD_DIALS = f"""
    INSERT INTO meter_register (meter_id, zone, integer_digits, fraction_digits)
    SELECT s.meter_id, w.zone, s.integer_digits, s.fraction_digits FROM stage_meters s JOIN {_ZONES} ON {_LACKS}
    WHERE s.changed = 1 AND s.meter_id IS NOT NULL ORDER BY s.row_number, w.place"""
_UPDATE_DIALS = f"""
    UPDATE meter_register AS d SET integer_digits = s.integer_digits, fraction_digits = s.fraction_digits FROM stage_meters s
    WHERE s.meter_id = d.meter_id AND s.changed = 1 AND NOT ({_SAME_DIGITS})"""
