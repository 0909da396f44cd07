"""Balances of each service: the lines of a statement, whose own figures are their sums."""

from __future__ import annotations

from typing import Any

from adapters.files.headings import BALANCES
from models import sql
from resolvers.imports import journal
from resolvers.imports.catalogue import find_services
from resolvers.imports.staging import Job, refuse, warn

TABLE = "stage_balances"
FIGURES = ("opening", "charged", "recalculation", "penalty", "paid", "compensation", "closing")  # of a line; a statement has a note besides
_LINES = {
    **dict.fromkeys(("row_number", "file_id", "account_id", "service_id"), "bigint"),
    "period": "date",
    "position": "int",
    "derived": "text",
    **dict.fromkeys((*FIGURES, "compensation_note"), "bigint"),
}
_STATEMENTS = {
    **dict.fromkeys(("row_number", "file_id", "account_id", "known_id"), "bigint"),
    "period": "date",
    "lines": "int",
    "derived": "text",
    **dict.fromkeys((*FIGURES, "compensation_note"), "bigint"),
}


async def find(job: Job) -> None:
    """Fill `service_id`. In a register by service a row without one is refused; of a run that says a month both ways the later way counts."""
    by_service = [file.row.id for file in job.files.values() if file.register.kind is BALANCES and file.register.has("service")]
    nameless = f"s.service IS NULL AND s.file_id IN ({', '.join(map(str, by_service))})"
    await refuse(TABLE, job, "missing", nameless, lambda row: {"column": "Услуга"})
    await find_services(TABLE, job)
    if len(by_service) < sum(file.register.kind is BALANCES for file in job.files.values()):
        await warn(TABLE, job, "duplicate_row", _OTHER_WAY)
        await sql.execute(f"UPDATE {TABLE} AS s SET code = 'duplicate_row' WHERE s.code IS NULL AND {_OTHER_WAY}")


async def apply(job: Job, values: dict[str, Any]) -> None:
    """Bring the statements that rows by service speak of to what these say. A line that they no longer have goes, unless a row of
    that account and month was refused: then it may be the one that could not be read. Lines of services that the register does not mention
    stay, where they came from one of another name.
    """
    values = {**values, "run": job.run_id}
    await sql.staging("want_line", _LINES, "account_id, period, service_id")
    await sql.staging("want_statement", _STATEMENTS, "account_id, period")
    for statement in (_WANT_LINES, _KEEP_LINES, _WANT_STATEMENTS):
        await sql.execute(statement, **values)
    await sql.analyze("want_line", "want_statement")
    for statement in (_FIND_KNOWN, _MARK):
        await sql.execute(statement, **values)
    await journal.keep(job.run_id, "statement", _REPLACED)
    for statement in (_CLOSE, _INSERT, _INSERT_LINES, _TOUCH):
        await sql.execute(statement, **values)


NEXT_VERSION = "1 + COALESCE((SELECT MAX(v.version) FROM statement v WHERE v.account_id = s.account_id AND v.period = s.period), 0)"  # undone ones count
_COLUMNS = ", ".join(FIGURES)
_OTHER_WAY = """s.row_number IN (
    SELECT o.row_number FROM stage_balances o JOIN (
        SELECT account_id, period, MAX(CASE WHEN service IS NULL THEN row_number END) AS whole, MAX(CASE WHEN service IS NOT NULL THEN row_number END) AS part
        FROM stage_balances WHERE code IS NULL GROUP BY account_id, period
    ) b ON b.account_id = o.account_id AND b.period = o.period
    WHERE o.code IS NULL AND CASE WHEN o.service IS NULL THEN b.whole < b.part ELSE b.part < b.whole END)"""
_WANT_LINES = f"""
    INSERT INTO want_line (row_number, file_id, account_id, period, service_id, position, derived, compensation_note, {_COLUMNS})
    SELECT row_number, file_id, account_id, period, service_id, ROW_NUMBER() OVER (PARTITION BY account_id, period ORDER BY row_number),
        COALESCE(derived, ''), compensation_note, {_COLUMNS}
    FROM stage_balances WHERE code IS NULL AND service_id IS NOT NULL"""
_KEEP_LINES = f"""
    INSERT INTO want_line (account_id, period, service_id, position, derived, {_COLUMNS})
    SELECT t.account_id, t.period, k.service_id, 1000 + k.position, k.derived, {", ".join(f"k.{figure}" for figure in FIGURES)}
    FROM statement t JOIN statement_line k ON k.statement_id = t.id
    WHERE t.is_current AND t.by_service
    AND EXISTS (SELECT 1 FROM want_line w WHERE w.account_id = t.account_id AND w.period = t.period)
    AND (EXISTS (SELECT 1 FROM stage_balances s WHERE s.account_id = t.account_id AND s.period = t.period AND s.code <> 'duplicate_row')
        OR (k.service_id NOT IN (SELECT service_id FROM stage_balances WHERE service_id IS NOT NULL) AND t.import_file_id NOT IN (
            SELECT o.id FROM import_file n JOIN import_file o ON o.name = n.name AND o.kind = n.kind WHERE n.run_id = :run)))
    AND NOT EXISTS (SELECT 1 FROM want_line w WHERE w.account_id = t.account_id AND w.period = t.period AND w.service_id = k.service_id)"""
_SUMS = ", ".join(f"CAST(SUM({figure}) AS bigint)" for figure in (*FIGURES, "compensation_note"))
_WANT_STATEMENTS = f"""
    INSERT INTO want_statement (account_id, period, row_number, file_id, lines, derived, {_COLUMNS}, compensation_note)
    SELECT account_id, period, MIN(row_number), MIN(file_id), COUNT(*), MAX(derived), {_SUMS} FROM want_line GROUP BY account_id, period"""
_SAME_LINE = sql.same((*FIGURES, "derived"), "k", "l")
_FIND_KNOWN = f"""
    UPDATE want_statement AS w SET known_id = CASE WHEN t.by_service
        AND t.compensation_note IS NOT DISTINCT FROM w.compensation_note
        AND (SELECT COUNT(*) FROM statement_line k WHERE k.statement_id = t.id) = w.lines AND NOT EXISTS (
            SELECT 1 FROM want_line l LEFT JOIN statement_line k ON k.statement_id = t.id AND k.service_id = l.service_id AND {_SAME_LINE}
            WHERE l.account_id = w.account_id AND l.period = w.period AND k.id IS NULL) THEN t.id END
    FROM statement t WHERE t.account_id = w.account_id AND t.period = w.period AND t.is_current"""
# A row changed where it says something else than the line before; of a new version all lines are written again.
_MARK = f"""
    UPDATE stage_balances AS l SET changed = 1 WHERE l.code IS NULL AND l.service_id IS NOT NULL
    AND EXISTS (SELECT 1 FROM want_statement w WHERE w.account_id = l.account_id AND w.period = l.period AND w.known_id IS NULL)
    AND NOT EXISTS (
        SELECT 1 FROM statement t JOIN statement_line k ON k.statement_id = t.id
        WHERE t.account_id = l.account_id AND t.period = l.period AND t.is_current AND t.by_service AND k.service_id = l.service_id
        AND {sql.same(FIGURES, "k", "l")} AND k.derived = COALESCE(l.derived, ''))"""
_REPLACED = """
    SELECT t.id FROM statement t JOIN want_statement w ON w.account_id = t.account_id AND w.period = t.period WHERE w.known_id IS NULL AND t.is_current"""
_CLOSE = f"UPDATE statement SET is_current = FALSE WHERE id IN ({_REPLACED})"
_INSERT = f"""
    INSERT INTO statement (organization_id, account_id, period, version, is_current, state, by_service, derived, {_COLUMNS}, compensation_note, as_of,
        import_file_id)
    SELECT :organization, account_id, period, {NEXT_VERSION}, TRUE, CASE WHEN period < :month THEN 'closed' ELSE 'open' END,
        TRUE, derived, {_COLUMNS}, compensation_note, :now, file_id
    FROM want_statement s WHERE known_id IS NULL ORDER BY row_number"""
_INSERT_LINES = f"""
    INSERT INTO statement_line (organization_id, statement_id, service_id, position, derived, {_COLUMNS})
    SELECT :organization, t.id, l.service_id, ROW_NUMBER() OVER (PARTITION BY t.id ORDER BY l.position), l.derived, {", ".join(f"l.{f}" for f in FIGURES)}
    FROM want_statement w JOIN want_line l ON l.account_id = w.account_id AND l.period = w.period
    JOIN statement t ON t.account_id = w.account_id AND t.period = w.period AND t.is_current
    WHERE w.known_id IS NULL ORDER BY w.row_number, l.position"""
_TOUCH = "INSERT INTO ledger_touched (account_id, period) SELECT account_id, period FROM want_statement WHERE known_id IS NULL"
