"""Readings: which meter a value belongs to, and whether it says anything new."""

from __future__ import annotations

import datetime as dt
from typing import Any

from adapters.files.headings import READINGS
from adapters.files.words import source_of
from models import sql
from resolvers.imports import journal
from resolvers.imports.staging import Job, Recipe, Verdict, find_accounts, keep_last, refuse


def judge(row: Any, today: dt.date) -> Verdict:
    """A value lower than the former one is not doubted here: dials roll over, and the supplier's billing has already seen it."""
    if row.value < 0:
        return Verdict(refused=("negative", {"column": "Показание"}))
    if row.taken_on > today:
        return Verdict(refused=("date_in_future", {"column": "Дата"}))
    return Verdict((source_of(row.source_label), row.taken_on.replace(day=1)))


RECIPE = Recipe(
    READINGS,
    judge,
    {"source": "text", "period": "date"},
    {"account_id": "bigint", "meter_id": "bigint", "register_id": "bigint", "known_id": "bigint", "known_value": "bigint", "sent_id": "bigint"},
)


async def apply(job: Job) -> None:
    table, organization = RECIPE.table, job.organization_id
    await find_accounts(table, job)
    await sql.execute(_FIND_REMOVED)
    await journal.keep(job.run_id, "meter", _REMOVED)
    await sql.execute(_MARK_REMOVED)  # before the others are matched: a removed meter takes no later values
    await sql.execute(_FIND_STANDING)
    await sql.execute(_FIND_DIALS)
    await refuse(table, job, "unknown_meter", "s.register_id IS NULL", lambda row: {"serial": row["serial"]}, "serial")
    await keep_last(table, job, ("register_id", "taken_on", "source"))
    await sql.analyze(table)
    for statement in (_FIND_KNOWN, _FIND_SENT, _MARK):
        await sql.execute(statement, organization=organization)
    await journal.keep(job.run_id, "reading", _REPLACED)
    for statement in (_ACCEPT_SENT, _SUPERSEDE, _INSERT):
        await sql.execute(statement, organization=organization, now=job.now)


def _meter(installed: str, removed: str, rows: str) -> str:
    """The meter that a row means, with the latest day of installation. A row that leaves the inlet out means any inlet."""
    return f"""
        UPDATE stage_readings AS s SET meter_id = (
            SELECT m.id FROM meter m WHERE m.account_id = s.account_id AND m.resource = s.resource AND m.withdrawn_at IS NULL
            AND m.serial IS NOT DISTINCT FROM s.serial AND (s.inlet IS NULL OR m.inlet IS NOT DISTINCT FROM s.inlet)
            AND (m.installed_on IS NULL OR m.installed_on {installed} s.taken_on) AND (m.removed_on IS NULL OR {removed})
            ORDER BY m.installed_on IS NULL, m.installed_on DESC, m.id DESC LIMIT 1
        ) WHERE s.code IS NULL AND s.meter_id IS NULL AND {rows}"""


# On the day of a replacement by the same serial, the act of removal closes the older meter and everything else belongs to the newer:
# where the older one is unknown, so is the act.
_FIND_REMOVED = _meter("<", "s.taken_on <= m.removed_on", "s.source = 'removal'")
_FIND_STANDING = _meter("<=", "s.taken_on < m.removed_on OR (s.taken_on = m.removed_on AND s.source <> 'installation')", "s.source <> 'removal'")
_REMOVED = "SELECT meter_id FROM stage_readings WHERE source = 'removal' AND meter_id IS NOT NULL"
_MARK_REMOVED = """
    UPDATE meter AS m SET removed_on = r.removed_on
    FROM (SELECT meter_id, MAX(taken_on) AS removed_on FROM stage_readings WHERE source = 'removal' AND meter_id IS NOT NULL GROUP BY meter_id) r
    WHERE r.meter_id = m.id AND m.removed_on IS DISTINCT FROM r.removed_on"""
_FIND_DIALS = "UPDATE stage_readings AS s SET register_id = d.id FROM meter_register d WHERE d.meter_id = s.meter_id AND d.zone IS NOT DISTINCT FROM s.zone"
# A reading that was refused here and comes all the same stands as what the supplier says: the refused one keeps its state beside it.
_FIND_KNOWN = """
    UPDATE stage_readings AS s SET known_id = r.id, known_value = CASE WHEN r.state = 'refused' THEN NULL ELSE r.value END FROM reading r
    WHERE r.register_id = s.register_id AND r.taken_on = s.taken_on AND r.source = s.source AND r.is_current AND NOT r.by_resident
    AND s.code IS NULL"""
# What was sent from here comes back through the supplier's billing: it is the same reading, now accepted. Late ones count for another month than
# that of their day, and billings date a reading by either.
_FIND_SENT = """
    UPDATE stage_readings AS s SET sent_id = p.id FROM (
        SELECT g.row_number, r.id, ROW_NUMBER() OVER (PARTITION BY g.row_number ORDER BY CASE WHEN r.taken_on = g.taken_on THEN 0 ELSE 1 END,
            CASE WHEN r.period = g.period THEN 0 ELSE 1 END, r.taken_on DESC, r.id DESC) AS place
        FROM stage_readings g JOIN reading r ON r.register_id = g.register_id AND r.value = g.value AND r.is_current AND r.state <> 'refused'
            AND (r.by_resident OR r.receipt IS NOT NULL) AND (r.period = g.period OR r.taken_on BETWEEN g.period AND LAST_DAY(g.period))
        WHERE g.code IS NULL AND g.known_id IS NULL AND g.source NOT IN ('installation', 'removal')
    ) p WHERE p.row_number = s.row_number AND p.place = 1"""
_ACCEPT_SENT = """
    UPDATE reading SET state = 'accepted', decided_by = 'import', decided_at = :now WHERE state IN ('sent', 'in_review')
    AND id IN (SELECT sent_id FROM stage_readings WHERE sent_id IS NOT NULL)"""
_MARK = """
    UPDATE stage_readings AS s SET changed = 1
    WHERE s.code IS NULL AND s.sent_id IS NULL AND s.known_value IS DISTINCT FROM s.value"""
_REPLACED = """
    SELECT known_id FROM stage_readings WHERE changed = 1 AND known_id IS NOT NULL
    UNION SELECT s.sent_id FROM stage_readings s JOIN reading r ON r.id = s.sent_id WHERE r.state IN ('sent', 'in_review')"""
_SUPERSEDE = """
    UPDATE reading SET is_current = FALSE, state = CASE WHEN state = 'refused' THEN state ELSE 'superseded' END
    WHERE id IN (SELECT known_id FROM stage_readings WHERE changed = 1 AND known_id IS NOT NULL)"""
_INSERT = """
    INSERT INTO reading (organization_id, account_id, register_id, value, taken_on, period, source, source_label, state, is_current,
        by_resident, import_file_id)
    SELECT :organization, account_id, register_id, value, taken_on, period, source, source_label, 'accepted', TRUE, FALSE, file_id
    FROM stage_readings WHERE changed = 1 ORDER BY row_number"""
