"""One run of an import: which files there are, in which order they are taken, and that all of it is kept or nothing."""

from __future__ import annotations

import asyncio
import datetime as dt
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from tortoise.exceptions import OperationalError, TransactionManagementError

from adapters.files import KINDS, NO_PROFILE, FileRefused, Profile, Register, is_register, open_registers, private_folder
from models import ImportFile, ImportRun, Organization, sql
from models.database import connection, is_sqlite, sqlite_path, transaction
from models.enums import ImportSource, ImportState, Severity
from models.errors import AbonentError, NotFound
from resolvers.imports import accounts, balances, charges, contracts, meters, money, payments, profiles, readings, records, summary, tariffs, thresholds, undo
from resolvers.imports.findings import Findings
from resolvers.imports.outcome import FileOutcome, ImportOutcome, Progress
from resolvers.imports.staging import Job, StagedFile, prepare, stage
from settings import settings

P = ParamSpec("P")
R = TypeVar("R")
# What a kind fills: PostgreSQL plans by what it knew of a table before the run, unless it is told.
_FILLS = {"accounts": ("personal_account", "account_facts", "premises", "house"), "meters": ("meter", "meter_register"), "readings": ("reading",)}
REFERENCES = (tariffs, contracts, accounts, meters, readings)  # later kinds hang on earlier ones
MONEY = (charges, payments, balances)
STARTABLE = (ImportState.WAITING, ImportState.PREVIEWED, ImportState.HELD)
SECONDS_TO_WAIT = 15  # on SQLite, for another import
_LOCK = 7_215_305  # any number of our own: an advisory lock of PostgreSQL


class ImportBusy(AbonentError):
    """Another import or a long write holds the database: nothing was taken, the same command finishes the job later."""


def saying_busy(work: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """SQLite lets one write at a time: where somebody else has been writing for longer than we wait, the work raises ImportBusy."""

    @wraps(work)
    async def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await work(*args, **kwargs)
        except (TransactionManagementError, OperationalError) as error:
            if "locked" in str(error):
                raise ImportBusy from error
            raise

    return told


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
    complete: bool = False,
    progress: Progress | None = None,
    today: dt.date | None = None,
    besides: Path | None = None,
    run_id: int | None = None,
) -> ImportOutcome:
    """Take the registers in `paths` (files, or folders with all their registers) into the organization `slug`.

    Files may come in any order; the run is one transaction. `preview` looks and undoes everything; so does a threshold of the organization
    that is passed, unless the run is `approved`. `besides` is a file that is none of the registers, wherever it lies. `run_id` is a run
    that waits, was previewed or is held; without it one is made. `complete` says that a register of payments holds all of the days that
    it speaks of: earlier payments that it lacks are withdrawn. Raises NotFound, ImportBusy.
    """
    organization = await Organization.get_or_none(slug=slug)
    if organization is None:
        raise NotFound(f"organization {slug}")
    now = dt.datetime.now(dt.UTC)
    today = today or now.astimezone(ZoneInfo(organization.timezone)).date()
    run = await _begin(organization, run_id, now, who=who, source=source, preview=preview, approved=approved)
    findings = Findings()
    job = Job(organization.id, run.id, today, now, progress or (lambda stage, done, total: None), findings, complete)
    outcome = ImportOutcome(preview, run.id)
    try:
        async with _failing(run), _alone():
            with private_folder(settings().data_dir / "tmp") as folder:
                profile = await profiles.of(organization.id)
                await _open(job, outcome, found(paths, besides, profile), folder, profile)
                await _take(job, outcome, organization, approved=approved)
    finally:
        findings.close()
    return outcome


def found(paths: Sequence[Path], besides: Path | None = None, profile: Profile = NO_PROFILE) -> list[tuple[str, Path]]:
    """(name, file) of each file but `besides`: the name is its path in the given folder without its extension, `/` between folders."""
    files: dict[Path, str] = {}
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if is_register(p.relative_to(path).as_posix(), profile) and p.is_file()) if path.is_dir() else [path]
        for file in inside:
            name = file.relative_to(path) if path.is_dir() else Path(file.name)
            files.setdefault(file.resolve(), name.with_suffix("").as_posix())
    return [(name, file) for file, name in files.items() if not is_same(file, besides)]


def is_same(file: Path, other: Path | None) -> bool:
    """Whether both are one file, by whatever names and links."""
    return other is not None and file.exists() and other.exists() and file.samefile(other)


async def _begin(
    organization: Organization, run_id: int | None, now: dt.datetime, *, who: str, source: ImportSource, preview: bool, approved: bool
) -> ImportRun:
    """The run's own record, made or taken up; whoever comes second to take it up finds it gone."""
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


async def _open(job: Job, outcome: ImportOutcome, files: list[tuple[str, Path]], folder: Path, profile: Profile) -> None:
    """Look at each file: what it is, or why nothing of it can be taken. Archives are unpacked into the folder."""
    registers: list[Register] = []
    if not files:
        await _refuse_file(job, outcome, "", FileRefused("no_files"))
    for name, path in files:
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


async def _take(job: Job, outcome: ImportOutcome, organization: Organization, *, approved: bool) -> None:
    """Stage, apply, look at what came of it, and keep it all or nothing of it."""
    try:
        async with _writing(job, outcome) as clock:
            before = await summary.before(job)
            await _apply(job)
            clock.lap("applying")
            vanished = await summary.missing(job, before)
            await _settle(job, outcome)
            outcome.summary = {**await summary.after(job, before, vanished), "seconds": clock.seconds}
            outcome.held = thresholds.passed(outcome, organization)
            if outcome.preview:
                raise _Back(ImportState.PREVIEWED)
            if outcome.held and not approved:
                raise _Back(ImportState.HELD)
            await records.keep(job, outcome, ImportState.DONE if outcome.files else ImportState.FAILED)
    except _Back as back:
        async with transaction():
            await records.keep(job, outcome, back.state)


async def _settle(job: Job, outcome: ImportOutcome) -> None:
    """Count what was said of rows, once for each."""
    job.findings.settle()
    await records.dress(job)
    for file in job.files.values():
        await file.count_changed(f"stage_{file.register.kind.name}")
    records.count(job, outcome)


async def _stage(job: Job, outcome: ImportOutcome) -> None:
    for module in (*REFERENCES, *MONEY):
        recipe = module.RECIPE
        await prepare(recipe)
        for file in job.of(recipe.kind):
            refused = await stage(recipe, job, file)
            if refused is not None:
                del job.files[file.row.id]
                outcome.refused_files.append(file.register.name)
                outcome.unread[file.row.id] = file.register.name
                job.findings.add([(file.row.id, refused.line, Severity.REFUSED, refused.code, refused.params, None)])


async def _apply(job: Job) -> None:
    await undo.mark(job)
    for module in REFERENCES:
        if job.of(module.RECIPE.kind):
            await module.apply(job)
            await sql.analyze(*_FILLS.get(module.RECIPE.kind.name, ()))
    if any(job.of(module.RECIPE.kind) for module in MONEY):
        await money.apply(job)


class _Clock:
    """Seconds of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage], self._since = round(now - self._since, 2), now


@asynccontextmanager
async def _writing(job: Job, outcome: ImportOutcome) -> AsyncIterator[_Clock]:
    """The run's transaction, with everything staged. SQLite's temporary tables need none, so that nobody waits for us while files are read;
    PostgreSQL's live in the transaction that uses them, where nobody waits anyway."""
    clock = _Clock()
    if is_sqlite():
        await _stage(job, outcome)
        clock.lap("reading")
        async with transaction():
            yield clock
        return
    async with transaction():
        await connection().execute_query("SELECT pg_advisory_xact_lock($1, $2)", [_LOCK, job.organization_id])
        await _stage(job, outcome)
        clock.lap("reading")
        yield clock


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
