"""One run of an import: which files there are, in which order they are taken, and what is kept when."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.exceptions import OperationalError, TransactionManagementError

from adapters.files import FileRefused, Register, open_register
from models import AuditRecord, ImportFile, ImportProblem, ImportRun, Organization
from models.database import connection, is_sqlite, transaction
from models.enums import Severity
from models.errors import AbonentError, NotFound
from resolvers.imports import accounts, contracts, meters, money, readings, tariffs
from resolvers.imports.outcome import WHOLE_FILE, ImportOutcome, Line, Progress
from resolvers.imports.staging import Job, RefusedRegister, StagedFile, prepare, stage

REFERENCES = (tariffs, contracts, accounts, meters, readings)  # each file is a transaction; later kinds hang on earlier ones
_LOCK = 7_215_305  # any number of our own: an advisory lock of PostgreSQL


class ImportBusy(AbonentError):
    """Another import or a long write holds the database: nothing more was taken, the same command finishes the job later."""


async def run_import(
    slug: str,
    paths: Sequence[Path],
    *,
    preview: bool = False,
    who: str = "command line",
    progress: Progress | None = None,
    today: dt.date | None = None,
    besides: Path | None = None,
) -> ImportOutcome:
    """Take the registers in `paths` (files, or folders with all their *.csv) into the organization `slug`.

    Files may come in any order. Those of reference are taken one by one; charges, balances and payments of a run together, since
    they control each other. `preview` undoes everything and gives the same outcome. `besides` is a file that is none of the registers,
    wherever it lies. Raises NotFound, ImportBusy.
    """
    outcome = ImportOutcome(preview)
    try:
        async with _undone_if(preview):
            job = await _begin(slug, who, today, progress)
            async with _closed_anyway(job, outcome, who, preview):
                await _take(job, outcome, found(paths, besides))
                await _close(job, outcome, who, "done" if outcome.files else "failed")
    except (TransactionManagementError, OperationalError) as error:
        if "locked" in str(error):  # SQLite: somebody else has been writing for longer than we wait
            raise ImportBusy from error
        raise
    return outcome


def found(paths: Sequence[Path], besides: Path | None = None) -> list[tuple[str, Path]]:
    """(name, file) of each file but `besides`: the name is its path in the given folder without its extension, `/` between folders."""
    files: dict[Path, str] = {}
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.suffix.casefold() == ".csv" and p.is_file()) if path.is_dir() else [path]
        for file in inside:
            name = file.relative_to(path) if path.is_dir() else Path(file.name)
            files.setdefault(file.resolve(), name.with_suffix("").as_posix())
    return [(name, file) for file, name in files.items() if not is_same(file, besides)]


def is_same(file: Path, other: Path | None) -> bool:
    """Whether both are one file, by whatever names and links."""
    return other is not None and file.exists() and other.exists() and file.samefile(other)


async def _begin(slug: str, who: str, today: dt.date | None, progress: Progress | None) -> Job:
    organization = await Organization.get_or_none(slug=slug)
    if organization is None:
        raise NotFound(f"organization {slug}")
    now = dt.datetime.now(dt.UTC)
    run = await ImportRun.create(organization_id=organization.id, started_at=now, who=who)
    today = today or now.astimezone(ZoneInfo(organization.timezone)).date()
    return Job(organization.id, run.id, today, now, progress or (lambda stage, done, total: None))


async def _take(job: Job, outcome: ImportOutcome, files: list[tuple[str, Path]]) -> None:
    registers: list[Register] = []
    if not files:
        outcome.lines.append(Line("", WHOLE_FILE, Severity.REFUSED, "no_files"))
    for name, path in files:
        try:
            registers.append(open_register(name, path))
        except FileRefused as refused:
            await _refuse_file(job, outcome, name, refused)
    registers.sort(key=lambda register: register.name)
    for module in REFERENCES:
        for register in registers:
            if register.kind is module.RECIPE.kind:
                await _take_reference(job, outcome, module, register)
    if together := [register for register in registers if register.kind in money.KINDS]:
        await _take_money(job, outcome, together)


async def _take_reference(job: Job, outcome: ImportOutcome, module: Any, register: Register) -> None:
    async with _reading(job):
        await prepare(module.RECIPE)
        refused = await stage(module.RECIPE, job, register)
        if refused is None:
            async with _exclusive(job):
                await module.apply(job)
                await _finish(job)
    await _report(job, outcome, [refused])


async def _take_money(job: Job, outcome: ImportOutcome, registers: list[Register]) -> None:
    """Posting in one transaction keeps differences out of the ledger that would vanish with the next file."""
    async with _reading(job):
        refused = [await stage(recipe, job, register) for recipe, register in await money.prepared(registers)]
        if job.files:
            async with _exclusive(job):
                await money.apply(job)
                await _finish(job)
    await _report(job, outcome, refused)


async def _finish(job: Job) -> None:
    for file in job.files.values():
        await file.finish(f"stage_{file.register.kind.name}")


async def _report(job: Job, outcome: ImportOutcome, refused: Sequence[RefusedRegister | None]) -> None:
    for file in job.files.values():
        _add(outcome, file)
    job.files.clear()
    for found in refused:
        if found is not None:
            await _refuse_file(job, outcome, *found)


def _add(outcome: ImportOutcome, file: StagedFile) -> None:
    outcome.files.append(file.outcome)
    outcome.lines.extend(file.lines)


async def _refuse_file(job: Job, outcome: ImportOutcome, name: str, refused: FileRefused) -> None:
    outcome.refused_files.append(name)
    outcome.lines.append(Line(name, refused.line, Severity.REFUSED, refused.code, refused.params))
    async with transaction():
        row = await ImportFile.create(run_id=job.run_id, name=name[:300], kind="", sha256="", encoding="", refused=1)
        await ImportProblem.create(file_id=row.id, line=refused.line, severity=Severity.REFUSED, code=refused.code, params=refused.params)


async def _close(job: Job, outcome: ImportOutcome, who: str, state: str) -> None:
    now = dt.datetime.now(dt.UTC)
    counts = {name: sum(getattr(file, name) for file in outcome.files) for name in ("rows", "taken", "changed", "warned", "refused")}
    async with transaction():
        await ImportRun.filter(id=job.run_id).update(state=state, finished_at=now)
        await AuditRecord.create(
            organization_id=job.organization_id,
            at=now,
            actor=who,
            action="import",
            subject=f"import_run:{job.run_id}",
            details={**counts, "files": len(outcome.files), "refused_files": len(outcome.refused_files)},
        )


@asynccontextmanager
async def _closed_anyway(job: Job, outcome: ImportOutcome, who: str, preview: bool) -> AsyncIterator[None]:
    """A run that breaks off is kept as failed, with what it had taken until then; a preview leaves nothing to keep."""
    try:
        yield
    except BaseException:  # cancelled by Ctrl+C too
        if not preview:
            with suppress(Exception):  # where the database itself went away, the first error is the one to tell
                await _close(job, outcome, who, "failed")
        raise


@asynccontextmanager
async def _exclusive(job: Job) -> AsyncIterator[None]:
    """A transaction that no other import of the organization shares its time with: the second one waits."""
    async with transaction():
        if not is_sqlite():  # there BEGIN IMMEDIATE has done it
            await connection().execute_query("SELECT pg_advisory_xact_lock($1, $2)", [_LOCK, job.organization_id])
        yield


@asynccontextmanager
async def _reading(job: Job) -> AsyncIterator[None]:
    """Where rows are staged. SQLite's temporary tables need no transaction, so that nobody waits for us while files are read;
    PostgreSQL's live in the transaction that uses them, where nobody waits anyway."""
    if is_sqlite():
        yield
        return
    async with _exclusive(job):
        yield


class _Undo(Exception):
    pass


@asynccontextmanager
async def _undone_if(preview: bool) -> AsyncIterator[None]:
    if not preview:
        yield
        return
    try:
        async with transaction():
            yield
            raise _Undo
    except _Undo:
        pass
