"""What is kept of a run: its files, what was said of their rows, its state, and an audit row."""

from __future__ import annotations

import asyncio
import datetime as dt
from contextlib import suppress
from itertools import islice
from typing import Any

from adapters.files import KINDS, FileRefused
from models import AuditRecord, ImportFile, ImportRun, sql
from models.database import transaction
from models.enums import ImportState, Severity
from models.errors import AbonentError
from resolvers.imports.outcome import MOST_LINES, ImportOutcome
from resolvers.imports.staging import CHUNK, Job

TEXTS_AT_ONCE = 100_000
_COUNTS = ("rows", "taken", "changed", "warned", "refused")
_PROBLEM = ("file_id", "line", "severity", "code", "params", "column", "row")


async def dress(job: Job) -> None:
    """Give refused rows their text, where a refusal came after the file was read."""
    for file in job.files.values():
        bare = list(job.findings.bare(file.row.id))
        for first in range(0, len(bare), TEXTS_AT_ONCE):
            with suppress(FileRefused):  # it was read a moment ago; without it the rows stay bare
                texts = await asyncio.to_thread(file.register.texts, set(bare[first : first + TEXTS_AT_ONCE]))
                job.findings.dress(file.row.id, [(line, text) for line, text in texts.items()])


def count(job: Job, outcome: ImportOutcome) -> None:
    """Fill the outcome from the findings: counts of each file, and the first lines of each."""
    for file_id, name in outcome.unread.items():
        outcome.lines += job.findings.lines(file_id, name, MOST_LINES)
    for file in job.files.values():
        counts = job.findings.counts(file.row.id)
        file.outcome.refused, file.outcome.warned = counts.get(Severity.REFUSED, 0), counts.get(Severity.WARNING, 0)
        file.outcome.taken = file.outcome.rows - file.outcome.refused
        outcome.files.append(file.outcome)
        outcome.lines += job.findings.lines(file.row.id, file.register.name, MOST_LINES)
    order = [kind.name for kind in KINDS]
    outcome.files.sort(key=lambda file: (order.index(file.kind), file.name))
    places = {file.name: place for place, file in enumerate(outcome.files)}
    outcome.lines.sort(key=lambda line: (places.get(line.file, -1), line.file))  # each file's own are in their order


async def keep(job: Job, outcome: ImportOutcome, state: ImportState) -> None:
    """Write it all down, in the transaction of the run or, where the run was undone, in one of its own."""
    for file in job.files.values():
        if state is not ImportState.DONE:  # it brought nothing
            file.row.update_from_dict({"covers": "", "months": None, "first_period": None, "last_period": None, "controls": None})
        await file.row.update_from_dict({name: getattr(file.outcome, name) for name in _COUNTS}).save()
    await ImportFile.filter(id__in=list(outcome.unread)).update(kind="", refused=1)  # one may have turned out to be unusable while it was read
    for file_id in (*outcome.unread, *job.files):
        said = job.findings.said(file_id)
        while chunk := list(islice(said, CHUNK)):
            await sql.load("import_problem", _PROBLEM, [(file_id, *row) for row in chunk])
    outcome.state = state
    now = dt.datetime.now(dt.UTC)
    run = await ImportRun.get(id=job.run_id)
    await run.update_from_dict({"state": state.value, "finished_at": now, "summary": outcome.summary}).save()
    await AuditRecord.create(
        organization_id=job.organization_id,
        at=now,
        actor=run.who,
        action="import" if state is ImportState.DONE else f"import_{state.value}",
        subject=f"import_run:{job.run_id}",
        details=_totals(outcome),
    )


async def fail(run: ImportRun, error: BaseException) -> None:
    """The run broke off; nothing of it was kept."""
    async with transaction():
        await ImportFile.filter(run_id=run.id).update(covers="")
        told = str(error) if isinstance(error, AbonentError) else type(error).__name__
        await ImportRun.filter(id=run.id).update(state=ImportState.FAILED.value, finished_at=dt.datetime.now(dt.UTC), error=told[:300])
        details = {"error": type(error).__name__}
        await AuditRecord.create(
            organization_id=run.organization_id,
            at=dt.datetime.now(dt.UTC),
            actor=run.who,
            action="import_failed",
            subject=f"import_run:{run.id}",
            details=details,
        )


def _totals(outcome: ImportOutcome) -> dict[str, Any]:
    counts = {name: sum(getattr(file, name) for file in outcome.files) for name in _COUNTS}
    return {**counts, "files": len(outcome.files), "refused_files": len(outcome.refused_files)}
