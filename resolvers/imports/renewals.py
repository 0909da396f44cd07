"""New versions of statements whose lines a register has changed and whose figures none has: what a bill said before must be there to be seen."""

from __future__ import annotations

from models import sql
from resolvers.imports import journal, service_balances
from resolvers.imports.staging import Job

_COLUMNS = {"id": "bigint", "account_id": "bigint", "period": "date", "file_id": "bigint"}


async def apply(job: Job) -> None:
    """After charges and balances: a month whose first lines come now is left alone, it had said nothing of them."""
    await sql.staging("renewed", _COLUMNS, "id")
    await sql.execute(_FIND, run=job.run_id)
    await sql.analyze("renewed")
    await journal.keep(job.run_id, "statement", "SELECT id FROM renewed")
    await sql.execute(_CLOSE)
    await sql.execute(_INSERT, now=job.now)
    await sql.execute(_INSERT_LINES)


_OURS = "SELECT f.id FROM import_file f WHERE f.run_id = :run"
_FIND = f"""
    INSERT INTO renewed (id, account_id, period, file_id)
    SELECT t.id, t.account_id, t.period, m.file_id
    FROM (
        SELECT account_id, period, MAX(file_id) AS file_id FROM (
            SELECT account_id, period, file_id FROM want_charge WHERE known_id IS NULL
            UNION ALL SELECT account_id, period, (SELECT MAX(file_id) FROM stage_charges) FROM closed_charge
        ) x GROUP BY account_id, period
    ) m JOIN statement t ON t.account_id = m.account_id AND t.period = m.period AND t.is_current
    WHERE (t.import_file_id IS NULL OR t.import_file_id NOT IN ({_OURS})) AND EXISTS (
        SELECT 1 FROM charge c WHERE c.account_id = m.account_id AND c.period = m.period AND (c.import_file_id IS NULL OR c.import_file_id NOT IN ({_OURS})))"""
_CLOSE = "UPDATE statement SET is_current = FALSE WHERE id IN (SELECT id FROM renewed)"
_KEPT = ("opening", "charged", "recalculation", "penalty", "paid", "compensation", "compensation_note", "closing", "derived", "by_service")
_INSERT = f"""
    INSERT INTO statement (organization_id, account_id, period, version, is_current, state, {", ".join(_KEPT)}, as_of, import_file_id)
    SELECT s.organization_id, s.account_id, s.period, {service_balances.NEXT_VERSION}, TRUE, s.state, {", ".join(f"s.{name}" for name in _KEPT)}, :now,
        r.file_id
    FROM renewed r JOIN statement s ON s.id = r.id ORDER BY r.id"""
_LINE = ("service_id", "position", "derived", *service_balances.FIGURES)
_INSERT_LINES = f"""
    INSERT INTO statement_line (organization_id, statement_id, {", ".join(_LINE)})
    SELECT k.organization_id, t.id, {", ".join(f"k.{name}" for name in _LINE)}
    FROM renewed r JOIN statement_line k ON k.statement_id = r.id
    JOIN statement t ON t.account_id = r.account_id AND t.period = r.period AND t.is_current ORDER BY t.id, k.position"""
