"""Files that came again just as they were: what they say has been taken, so they need not be read. A week's unchanged registers cost a look.

A file is passed over where it was taken under its name with the same bytes, and nothing that its rows hang on has changed since: no other
register, no undone run, nothing that people sent and a register could answer.
"""

from __future__ import annotations

from typing import Any

from models import ImportFile, ImportProblem, ImportProfile, sql
from resolvers.imports.outcome import MOST_LINES, FileOutcome, ImportOutcome, Line
from resolvers.imports.staging import Job, StagedFile

READING = 2  # raise it when a release reads or judges rows otherwise than the one before
_STEPS = (("tariffs",), ("contracts",), ("accounts",), ("meters",), ("readings",), ("charges", "payments", "balances"))  # later ones hang on earlier ones


async def pass_over(job: Job, outcome: ImportOutcome) -> None:
    """Take such files out of the job: their counts and problems are those of the time when they were taken."""
    before: tuple[str, ...] = ()
    mine: list[int] = []  # what was taken then, files of earlier steps included
    for step in _STEPS:
        before += step
        files = [file for file in job.files.values() if file.register.kind.name in step]
        if not files:
            continue
        taken = await _all_taken(job, files, before, mine)
        if taken is None:
            return
        for file, row in zip(files, taken, strict=True):
            await _copy(job, outcome, file, row)


async def _all_taken(job: Job, files: list[StagedFile], kinds: tuple[str, ...], mine: list[int]) -> list[dict[str, Any]] | None:
    found = [await _taken(job, file) for file in files]
    if any(row is None for row in found):
        return None
    rows = [row for row in found if row is not None]
    since = min(rows, key=lambda row: str(row["finished_at"]))
    mine += [row["id"] for row in rows]
    names = ", ".join(f"'{kind}'" for kind in kinds)
    [row] = await sql.fetch(
        _DISTURBED.replace("MINE", ", ".join(map(str, mine))).replace("KINDS", names), organization=job.organization_id, run=since["run_id"]
    )
    return None if row["n"] else rows


async def _taken(job: Job, file: StagedFile) -> dict[str, Any] | None:
    """The latest time that the file was taken, where it would be taken the same today."""
    earlier = await ImportFile.filter(
        sha256=file.row.sha256, name=file.row.name, kind=file.row.kind, run__organization_id=job.organization_id, run__state="done"
    ).order_by("-run__finished_at").select_related("run").first()  # fmt: skip
    if earlier is None or (earlier.run.summary or {}).get("reading_release") != READING:
        return None
    if await ImportProfile.filter(organization_id=job.organization_id, saved_at__gte=earlier.run.started_at).exists():
        return None
    [future] = await sql.fetch("SELECT COUNT(*) AS n FROM import_problem WHERE file_id = :id AND code = 'date_in_future'", id=earlier.id)
    same_day = (earlier.run.summary or {}).get("day") == str(job.today)
    return None if future["n"] and not same_day else {"id": earlier.id, "run_id": earlier.run_id, "finished_at": earlier.run.finished_at}


async def _copy(job: Job, outcome: ImportOutcome, file: StagedFile, taken: dict[str, Any]) -> None:
    earlier = await ImportFile.get(id=taken["id"])
    told = {name: getattr(earlier, name) for name in ("rows", "taken", "warned", "refused")}
    covers = {name: getattr(earlier, name) for name in ("covers", "months", "first_period", "last_period")}
    await file.row.update_from_dict({**told, **covers, "controls": {}}).save()
    del job.files[file.row.id]
    outcome.files.append(FileOutcome(file.register.name, file.register.kind.name, **told))
    outcome.repeated[file.row.id] = earlier.id
    job.repeated.append(file.row)
    await sql.execute(_COPY_PROBLEMS, file=file.row.id, earlier=earlier.id)
    problems = await ImportProblem.filter(file_id=file.row.id).order_by("line", "id").limit(MOST_LINES)
    outcome.lines += [Line(file.register.name, each.line, each.severity, each.code, each.params, each.column, each.row) for each in problems]


_COPY_PROBLEMS = """
    INSERT INTO import_problem (file_id, line, severity, code, params, "column", row)
    SELECT :file, line, severity, code, params, "column", row FROM import_problem WHERE file_id = :earlier ORDER BY line, id"""
# Anything that came after the run that took them: other registers that changed something, undone runs, readings and payments of people.
_DISTURBED = """
    SELECT (SELECT COUNT(*) FROM import_file f JOIN import_run r ON r.id = f.run_id
            WHERE r.organization_id = :organization AND r.state = 'done' AND r.finished_at >= s.finished_at AND f.changed > 0 AND f.kind IN (KINDS)
            AND f.id NOT IN (MINE) AND f.run_id NOT IN (SELECT run_id FROM import_file WHERE id IN (MINE)))
        + (SELECT COUNT(*) FROM import_file f WHERE f.run_id IN (SELECT run_id FROM import_file WHERE id IN (MINE)) AND f.kind IN (KINDS)
            AND f.changed > 0 AND f.id NOT IN (MINE))
        + (SELECT COUNT(*) FROM import_run r WHERE r.organization_id = :organization AND r.undone_at >= s.finished_at)
        + (SELECT COUNT(*) FROM reading d WHERE 'readings' IN (KINDS) AND d.organization_id = :organization AND d.by_resident
            AND d.state IN ('sent', 'in_review'))
        + (SELECT COUNT(*) FROM payment p WHERE 'payments' IN (KINDS) AND p.organization_id = :organization AND p.is_current
            AND p.state = 'in_transit') AS n
    FROM import_run s WHERE s.id = :run"""
