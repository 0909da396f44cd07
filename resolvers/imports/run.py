"""One run of an import: which files there are, in which order they are taken, and that all of it is kept or nothing."""

from __future__ import annotations

import asyncio
import datetime as dt
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters import shelf
from adapters.files import KINDS, NO_PROFILE, FileRefused, Profile, Register, is_register, open_registers, private_folder
from models import ImportFile, ImportRun, Organization
from models.database import is_sqlite, sqlite_path, transaction
from models.enums import ImportSource, ImportState, Severity
from models.errors import NotFound
from resolvers.imports import profiles, records, repeats, steps, summary, thresholds
from resolvers.imports.ahead import reading
from resolvers.imports.busy import ImportBusy, saying_busy, wait_for_others
from resolvers.imports.findings import Findings
from resolvers.imports.outcome import FileOutcome, ImportOutcome, Progress
from resolvers.imports.staging import Job, StagedFile
from resolvers.organizations import organization_by_slug
from settings import settings

STARTABLE = (ImportState.WAITING, ImportState.PREVIEWED, ImportState.HELD)
LONGEST_RUN = dt.timedelta(hours=12)
SECONDS_TO_WAIT = 15  # on SQLite, for another import


class _Back(Exception):
    """Undo everything that the run wrote, and end it in this state."""

    def __init__(self, state: ImportState) -> None:
        super().__init__(state)
        self.state = state


@saying_busy
async def run_import(
    slug: str,
    paths: Sequence[Path],
    *,
    preview: bool = False,
    who: str = "command line",
    source: ImportSource = ImportSource.COMMAND,
    approved: bool = False,
    progress: Progress | None = None,
    today: dt.date | None = None,
    besides: Path | None = None,
    run_id: int | None = None,
) -> ImportOutcome:
    """Take the registers in `paths` (files, or folders with all their registers) into the organization `slug`.

    Files may come in any order; the run is one transaction. `preview` looks and undoes everything; so does a threshold of the organization
    that is passed, unless the run is `approved`. `besides` is a file that is none of the registers, wherever it lies. `run_id` is a run
    that waits, was previewed or is held; without it one is made. Raises NotFound, ImportBusy.
    """
    organization = await organization_by_slug(slug)
    now = dt.datetime.now(dt.UTC)
    today = today or now.astimezone(ZoneInfo(organization.timezone)).date()
    run = await _begin(organization, run_id, now, who=who, source=source, preview=preview, approved=approved)
    outcome = ImportOutcome(preview, run.id)
    async with _failing(run), _alone():
        with private_folder(settings().data_dir / "tmp") as folder, closing(Findings(folder)) as findings:
            job = Job(organization.id, run.id, today, now, progress or (lambda stage, done, total: None), findings)
            profile = await profiles.of(organization.id)
            own = paths[0] if run_id is not None and paths else None
            spoiled = await asyncio.to_thread(shelf.broken, own) if own and own.is_dir() else []
            await _open(job, outcome, found(paths, besides, profile, every=own is not None), folder, profile, spoiled)
            await _take(job, outcome, organization, folder, approved=approved)
    return outcome


def found(paths: Sequence[Path], besides: Path | None = None, profile: Profile = NO_PROFILE, *, every: bool = False) -> list[tuple[str, Path]]:
    """(name, file) of each file but `besides`: the name is its path in the given folder without its extension, `/` between folders.

    `every` file of a folder, as of a run's own: somebody has sent each of them. Otherwise those that may be registers by their names.
    """
    files: dict[Path, str] = {}
    for path in paths:
        for file in _inside(path, profile, every=every) if path.is_dir() else [path]:
            name = file.relative_to(path) if path.is_dir() else Path(file.name)
            files.setdefault(file.resolve(), name.with_suffix("").as_posix())
    return [(name, file) for file, name in files.items() if not is_same(file, besides)]


def _inside(folder: Path, profile: Profile, *, every: bool) -> list[Path]:
    if every:
        return sorted(path for path in folder.iterdir() if shelf.is_plain(path))
    return sorted(path for path in folder.rglob("*") if is_register(path.relative_to(folder).as_posix(), profile) and path.is_file())


def is_same(file: Path, other: Path | None) -> bool:
    """Whether both are one file, by whatever names and links."""
    return other is not None and file.exists() and other.exists() and file.samefile(other)


async def _begin(
    organization: Organization, run_id: int | None, now: dt.datetime, *, who: str, source: ImportSource, preview: bool, approved: bool
) -> ImportRun:
    """The run's own record, made or taken up; whoever comes second to take it up finds it gone."""
    long_ago = ImportRun.filter(organization_id=organization.id, state=ImportState.RUNNING.value, started_at__lt=now - LONGEST_RUN)
    await long_ago.update(state=ImportState.FAILED.value, finished_at=now, error="ended before its time")  # killed: nobody could say so then
    if run_id is None:
        own = {"source": source, "preview": preview, "approved_by": who if approved else None, "state": ImportState.RUNNING.value}
        return await ImportRun.create(None, organization_id=organization.id, started_at=now, who=who, **own)
    async with transaction():
        startable = ImportRun.filter(id=run_id, organization_id=organization.id, state__in=[state.value for state in STARTABLE])
        if not await startable.update(state=ImportState.RUNNING.value, preview=preview, started_at=now, error=""):
            raise NotFound(f"import {run_id}")
        await ImportFile.filter(run_id=run_id).delete()  # what an earlier look at these files said
        if approved:
            await ImportRun.filter(id=run_id, approved_by=None).update(approved_by=who)
    return await ImportRun.get(id=run_id)


async def _open(job: Job, outcome: ImportOutcome, files: list[tuple[str, Path]], folder: Path, profile: Profile, spoiled: Sequence[str]) -> None:
    """Look at each file: what it is, or why nothing of it can be taken. Archives are unpacked into the folder.

    `spoiled` are names of files that are no longer what was sent, or what was looked at.
    """
    registers: list[Register] = []
    if not files:
        await _refuse_file(job, outcome, "", FileRefused("no_files"))
    for called in spoiled:
        await _refuse_file(job, outcome, called, FileRefused("changed_while_read"))
    for name, path in files:
        if path.name in spoiled:
            continue
        for one in await asyncio.to_thread(open_registers, name, path, folder, profile):
            if isinstance(one, Register):
                registers.append(one)
            else:
                await _refuse_file(job, outcome, one.name, one.why)
    for register in sorted(registers, key=lambda register: (KINDS.index(register.kind), register.name)):
        own = {name: getattr(register, name) for name in ("sha256", "encoding", "delimiter", "size")}
        row = await ImportFile.create(None, run_id=job.run_id, name=register.name[:300], kind=register.kind.name, **own)
        job.files[row.id] = StagedFile(register, row, FileOutcome(register.name, register.kind.name), job.findings)


async def _refuse_file(job: Job, outcome: ImportOutcome, name: str, refused: FileRefused) -> None:
    outcome.refused_files.append(name)
    row = await ImportFile.create(run_id=job.run_id, name=name[:300], kind="", sha256="", encoding="", refused=1)
    outcome.unread[row.id] = name
    job.findings.add([(row.id, refused.line, Severity.REFUSED, refused.code, refused.params, None)])


async def _take(job: Job, outcome: ImportOutcome, organization: Organization, folder: Path, *, approved: bool) -> None:
    """Stage, apply, look at what came of it, and keep it all or nothing of it."""
    clock = steps.Clock()
    await repeats.pass_over(job, outcome)
    tasks = [(file.row.id, file.register, module.RECIPE) for module in steps.MODULES for file in job.of(module.RECIPE.kind)]
    try:
        with reading(tasks, job.today, folder) as reader:
            await steps.before(job, outcome, reader, clock)
            async with _exclusive(job):
                await _keep_or_undo(job, outcome, organization, await steps.within(job, outcome, reader, clock), clock, approved=approved)
    except _Back as back:
        async with transaction():
            await records.keep(job, outcome, back.state)


async def _keep_or_undo(job: Job, outcome: ImportOutcome, organization: Organization, before: summary.Before, clock: steps.Clock, *, approved: bool) -> None:
    vanished = await summary.missing(job, before)
    await _settle(job, outcome)
    outcome.summary = {**await summary.after(job, before, vanished), "reading_release": repeats.READING, "day": str(job.today), "seconds": clock.seconds}
    outcome.held = thresholds.passed(outcome, organization)
    outcome.summary["held"] = [asdict(held) for held in outcome.held]
    clock.lap("settling")
    if outcome.preview:
        raise _Back(ImportState.PREVIEWED)
    if outcome.held and not approved:
        raise _Back(ImportState.HELD)
    await records.keep(job, outcome, ImportState.DONE if outcome.files else ImportState.FAILED)


async def _settle(job: Job, outcome: ImportOutcome) -> None:
    """Count what was said of rows, once for each."""
    job.findings.settle()
    await records.dress(job)
    for file in job.files.values():
        await file.count_changed(f"stage_{file.register.kind.name}")
    records.count(job, outcome)


@asynccontextmanager
async def _exclusive(job: Job) -> AsyncIterator[None]:
    """The run's transaction. PostgreSQL lets one import of an organization write at a time; on SQLite there is one anyway."""
    async with transaction():
        await wait_for_others(job.organization_id)
        yield


@asynccontextmanager
async def _failing(run: ImportRun) -> AsyncIterator[None]:
    """A run that breaks off is kept as failed, whatever broke it off."""
    try:
        yield
    except BaseException as error:  # cancelled by Ctrl+C too
        with suppress(Exception):  # where the database itself went away, the first error is the one to tell
            await records.fail(run, error)
        raise


@asynccontextmanager
async def _alone() -> AsyncIterator[None]:
    """One import at a time: PostgreSQL has a lock for each organization in the transaction, SQLite a file beside the database."""
    if not is_sqlite():
        yield
        return
    guard = sqlite3.connect(f"{sqlite_path()}.importing", timeout=SECONDS_TO_WAIT, isolation_level=None, check_same_thread=False)
    try:
        try:
            await asyncio.to_thread(guard.execute, "BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise ImportBusy from error
        yield
    finally:
        guard.close()
