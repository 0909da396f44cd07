"""Undoing a run as if it had not been: money by reversals, everything else by putting back what stood there before."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from models import AuditRecord, ImportRun, sql
from models.database import is_sqlite, transaction
from models.enums import ImportState
from models.errors import NotFound, ProblemCode, Refused
from resolvers import ledger
from resolvers.account_locks import lock_accounts_of_organization
from resolvers.imports import journal
from resolvers.imports.busy import saying_busy, wait_for_others
from resolvers.imports.meters import KEEP_KNOWN_INSTALLATIONS, KEEP_NEWER_VERIFICATIONS
from resolvers.imports.outcome import Progress
from resolvers.imports.staging import Job

# Tables that registers fill, those that others hang on last: rows above the mark of the run, and of its organization, are the run's.
_FILLED = ("meter_register", "meter", "account_facts", "tariff", "personal_account", "premises", "house", "contract", "supplier", "service")
_MONEY = ("charge", "payment", "statement")


@dataclass(frozen=True, slots=True)
class UndoOutcome:
    """`reversed` entries of the ledger, `restored` rows as they were, `removed` new ones, `withdrawn` accounts that money hangs on."""

    run_id: int
    reversed: int
    restored: int
    removed: int
    withdrawn: int


async def mark(job: Job) -> None:
    """Before a run writes: remember the highest ids."""
    highest = ", ".join(f"(SELECT COALESCE(MAX(id), 0) FROM {table}) AS {table}" for table in _FILLED)
    [row] = await sql.fetch(f"SELECT {highest}")
    await ImportRun.filter(id=job.run_id).update(marks=dict(row))


@saying_busy
async def undo_import(run_id: int, who: str, *, progress: Progress | None = None) -> UndoOutcome:
    """Undo a run that is done. Raises NotFound, ImportBusy, and Refused (LATER_IMPORTS) where later runs took something: they go first."""
    now = dt.datetime.now(dt.UTC)
    async with transaction():
        run = await ImportRun.get_or_none(id=run_id, state=ImportState.DONE.value)
        if run is None:
            raise NotFound(f"import {run_id}")
        await wait_for_others(run.organization_id)
        await _refuse_if_later_stand_on_it(run)
        await lock_accounts_of_organization(run.organization_id)
        outcome = await _undo(run, who, now, progress or (lambda stage, done, total: None))
        details = {"reversed": outcome.reversed, "restored": outcome.restored, "removed": outcome.removed, "withdrawn": outcome.withdrawn}
        await AuditRecord.create(organization_id=run.organization_id, at=now, actor=who, action="import.undo", subject=f"import_run:{run.id}", details=details)
    return outcome


async def later_runs(run: ImportRun) -> list[int]:
    """Ids of done runs that came after this one and took something, the newest first: what they said may rest on it, even unchanged."""
    rows = await sql.fetch(
        """SELECT r.id FROM import_run r JOIN import_file f ON f.run_id = r.id
        WHERE r.organization_id = :organization AND r.id <> :run AND r.state = 'done' AND r.finished_at > :finished AND f.taken > 0
        GROUP BY r.id ORDER BY r.id DESC""",
        organization=run.organization_id,
        run=run.id,
        finished=run.finished_at,
    )
    return [row["id"] for row in rows]


async def _refuse_if_later_stand_on_it(run: ImportRun) -> None:
    if later := await later_runs(run):
        raise Refused(ProblemCode.LATER_IMPORTS, ("run",), runs=", ".join(map(str, later)))


async def _undo(run: ImportRun, who: str, now: dt.datetime, progress: Progress) -> UndoOutcome:
    values = {"run": run.id, "organization": run.organization_id, "now": now}
    covered = await ledger.coverage_of(run.organization_id)
    [entries] = await sql.fetch("SELECT COALESCE(MAX(id), 0) AS last FROM ledger_entry")
    await ledger.touch()
    await sql.execute(_TOUCH_CONTRACTS, **values)
    for table in _MONEY:
        for statement in (_TOUCH, _TOUCH_REPLACED, _CLOSE):
            await sql.execute(statement.replace("TABLE", table), **values)
    removed = await sql.execute(f"DELETE FROM reading WHERE import_file_id IN ({_FILES})", **values)
    restored = 0
    for subject in journal.KEPT:
        restored += await _restore(run.id, subject)
        progress("restoring", restored, 0)
    await sql.execute(_UNDECIDE, **values)
    await _keep_what_staff_recorded(values)
    more, withdrawn = await _remove(run, values)
    undone = {"state": ImportState.UNDONE.value, "undone_at": now, "undone_by": who}
    await ImportRun.filter(id=run.id).update(**undone)
    covers = await ledger.coverage_of(run.organization_id)
    await ledger.restate(run.organization_id, now, covered, covers, lambda done, total: progress("ledger", done, total))
    [reversals] = await sql.fetch("SELECT COUNT(*) AS n FROM ledger_entry WHERE id > :last AND organization_id = :organization AND reverses_id IS NOT NULL",
                                  last=entries["last"], organization=run.organization_id)  # fmt: skip
    return UndoOutcome(run.id, reversals["n"], restored, removed + more, withdrawn)


# What is as it was sent again has not been decided by anybody.
_UNDECIDE = """
    UPDATE reading SET decided_by = NULL, decided_at = NULL
    WHERE organization_id = :organization AND decided_by = 'import' AND state IN ('sent', 'in_review')"""


async def _restore(run_id: int, subject: str) -> int:
    """Put rows back as they were before the run first changed them."""
    columns = journal.KEPT[subject]
    table = f"undo_{subject}"
    await sql.staging(table, {"id": "bigint", **columns}, "id")
    query = """SELECT c.row_id, c.before FROM import_change c WHERE c.run_id = :run AND c.subject = :subject AND NOT EXISTS (
        SELECT 1 FROM import_change f WHERE f.run_id = c.run_id AND f.subject = c.subject AND f.row_id = c.row_id AND f.id < c.id)"""
    async for page in sql.pages(query, "row_id", run=run_id, subject=subject):
        await sql.load(table, ["id", *columns], [(row["row_id"], *_values(json.loads(row["before"]), columns)) for row in page])
    assigned = ", ".join(f"{column} = {_before(column)}" for column in columns)
    return await sql.execute(f"UPDATE {subject} AS t SET {assigned} FROM {table} u WHERE u.id = t.id")


# What runs of earlier releases neither changed nor kept stays as it is.
_NOT_KEPT = {"inlet": -1, "document": None}


def _before(column: str) -> str:
    if column not in _NOT_KEPT:
        return f"u.{column}"
    mark = _NOT_KEPT[column]
    return f"COALESCE(u.{column}, t.{column})" if mark is None else f"CASE WHEN u.{column} = {mark} THEN t.{column} ELSE u.{column} END"


async def _keep_what_staff_recorded(values: dict[str, Any]) -> None:
    """What was put back is as before the run; what staff recorded of a meter since then holds all the same."""
    await sql.execute(_KEEP_REMOVALS, **values)
    for statement in (KEEP_NEWER_VERIFICATIONS, KEEP_KNOWN_INSTALLATIONS):
        await sql.execute(statement.format(table="meter", meter="id", where="s.organization_id = :organization"), **values)


_READ: dict[str, Callable[[Any], Any]] = {"date": dt.date.fromisoformat, "timestamptz": dt.datetime.fromisoformat, "boolean": bool}


def _values(before: dict[str, Any], columns: dict[str, str]) -> list[Any]:
    """As the database takes them: SQLite keeps days and instants as text."""
    kept = {"boolean": bool} if is_sqlite() else _READ
    values = ((before[name] if name in before else _NOT_KEPT[name], kind) for name, kind in columns.items())
    return [value if value is None else kept.get(kind, lambda as_is: as_is)(value) for value, kind in values]


async def _remove(run: ImportRun, values: dict[str, Any]) -> tuple[int, int]:
    """Take away rows that the run added and nothing hangs on; an account with money stays, and nobody sees it."""
    marks = run.marks or {}
    removed = withdrawn = 0
    for table in _FILLED:
        if table not in marks:
            continue
        removed += await sql.execute(_DELETE[table], mark=marks[table], **values)
        if table == "personal_account":
            withdrawn = await sql.execute(_WITHDRAW, mark=marks[table], **values)
    return removed, withdrawn


_KEEP_REMOVALS = """
    UPDATE meter AS m SET removed_on = e.removed_on FROM (
        SELECT meter_id, MAX(happened_on) AS removed_on FROM meter_event
        WHERE organization_id = :organization AND kind IN ('removed', 'replaced') AND withdrawn_at IS NULL GROUP BY meter_id
    ) e WHERE e.meter_id = m.id AND m.removed_on IS NULL"""
_FILES = "SELECT id FROM import_file WHERE run_id = :run"
_TOUCH = f"""
    INSERT INTO ledger_touched (account_id, period)
    SELECT DISTINCT account_id, period FROM TABLE WHERE import_file_id IN ({_FILES}) AND is_current AND account_id IS NOT NULL"""
_TOUCH_REPLACED = """
    INSERT INTO ledger_touched (account_id, period) SELECT DISTINCT t.account_id, t.period
    FROM import_change c JOIN TABLE t ON t.id = c.row_id WHERE c.run_id = :run AND c.subject = 'TABLE' AND t.account_id IS NOT NULL"""
_TOUCH_CONTRACTS = f"""
    INSERT INTO contract_touched (contract_id, period) SELECT contract_id, period FROM payment WHERE contract_id IS NOT NULL AND (
        import_file_id IN ({_FILES}) OR id IN (SELECT row_id FROM import_change WHERE run_id = :run AND subject = 'payment'))"""
_CLOSE = f"UPDATE TABLE SET is_current = FALSE WHERE import_file_id IN ({_FILES}) AND is_current"
_WITHDRAW = """
    UPDATE personal_account SET withdrawn_at = :now, premises_id = NULL, contract_id = NULL
    WHERE organization_id = :organization AND id > :mark AND withdrawn_at IS NULL"""


def _delete(table: str, *hanging: str, own: str = "x.organization_id = :organization") -> str:
    """`hanging` are columns, `table.column`, that may point to a row: then it stays."""
    kept = "".join(f" AND NOT EXISTS (SELECT 1 FROM {name.split('.')[0]} h WHERE h.{name.split('.')[1]} = x.id)" for name in hanging)
    return f"DELETE FROM {table} WHERE id IN (SELECT x.id FROM {table} x WHERE x.id > :mark AND {own}{kept})"


_OWN_DIALS = """x.meter_id IN (SELECT m.id FROM meter m WHERE m.organization_id = :organization)
    AND NOT EXISTS (SELECT 1 FROM meter_event e WHERE e.meter_id = x.meter_id OR e.other_meter_id = x.meter_id)"""  # of which staff recorded nothing
_HOLDS_ACCOUNT = ("account_facts", "charge", "debt_certificate", "document", "ledger_entry", "membership", "meter", "payment", "reading", "statement")
_DELETE = {
    "meter_register": _delete("meter_register", "reading.register_id", own=_OWN_DIALS),
    "meter": _delete("meter", "meter_register.meter_id", "meter_event.meter_id", "meter_event.other_meter_id", "document.meter_id"),
    "account_facts": _delete("account_facts"),
    "tariff": _delete("tariff"),
    "personal_account": _delete("personal_account", *(f"{table}.account_id" for table in _HOLDS_ACCOUNT)),
    "premises": _delete("premises", "personal_account.premises_id"),
    "house": _delete("house", "premises.house_id", "house_meter.house_id"),
    "contract": _delete("contract", *(f"{table}.contract_id" for table in ("personal_account", "account_facts", "membership", "payment", "ledger_entry"))),
    "supplier": _delete("supplier", "charge.supplier_id", "ledger_entry.supplier_id"),
    "service": _delete("service", "charge.service_id", "tariff.service_id", "ledger_entry.service_id", "statement_line.service_id"),
}
