"""``abonent imports``: runs of imports, looked at, approved, undone and written out."""

import asyncio
import os
import signal
from collections.abc import Awaitable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from adapters import shelf
from adapters.texts import LANGUAGES, speaking
from jobs.commands import telling
from jobs.console import Stop, opened, out, progress
from models import ImportRun
from models.enums import ImportState
from models.errors import NotFound, ProblemCode, Refused
from resolvers import audit
from resolvers.imports.busy import saying_busy
from resolvers.imports.outcome import Progress
from resolvers.imports.troubles import why_not
from resolvers.organizations import organization_by_slug
from resolvers.viewer import Viewer, ViewerKind

imports = typer.Typer(no_args_is_help=True, help="Runs of imports: what came, what became of it, and undoing it.")
Run = Annotated[int, typer.Argument(metavar="RUN", help="number of the run, as `abonent imports list` shows it")]
Language = Annotated[str | None, typer.Option(metavar="|".join(LANGUAGES), help="of the sentences; the organization's first when omitted")]
MOST_LISTED = 50


@imports.command("list")
def list_runs(
    slug: Annotated[str, typer.Argument(help="the organization")],
    most: Annotated[int, typer.Option(min=1, help="how many, the newest first")] = MOST_LISTED,
) -> None:
    """The runs of an organization."""
    table = Table("run", "started", "took", "source", "who", "state", box=None)
    for run in asyncio.run(_runs(slug, most)):
        took = str(run.finished_at - run.started_at).split(".")[0] if run.finished_at else ""
        table.add_row(str(run.id), f"{run.started_at:%Y-%m-%d %H:%M}", took, run.source.value, run.who, _state(run))
    out.print(table)


@imports.command()
def show(run: Run, language: Language = None) -> None:
    """What a run read, changed and refused."""
    asyncio.run(_show(run, language))


@imports.command()
def approve(run: Run) -> None:
    """Take a run that was only looked at or is held. It is taken here and now."""
    _busy_with(_approve(run))
    asyncio.run(_show(run, None))


@imports.command()
def discard(run: Run) -> None:
    """Drop a run of which nothing was written, with its files."""
    _busy_with(_discard(run))
    out.print(f"Run {run} is dropped. Nothing of it was written.")


@imports.command()
def undo(run: Run) -> None:
    """Undo a run as if it had not been: by reversals where money is concerned."""
    outcome = _busy_with(_undo(run))
    counts = ", ".join(f"{name} {getattr(outcome, name):,}" for name in ("reversed", "restored", "removed", "withdrawn"))
    out.print(f"Run {run} is undone: {counts}.")


@imports.command()
def result(
    run: Run,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="to write: .xlsx, or CSV under any other name")],
    language: Language = None,
) -> None:
    """Write what was said of rows."""
    asyncio.run(_result(run, file.absolute(), language))
    out.print(f"Written to {file}.", markup=False)


@imports.command()
def watch() -> None:
    """Take what waits and what is dropped into <data>/inbox/SLUG, until interrupted: `abonent worker` does the same beside its other work."""
    asyncio.run(_watch())


@imports.command(hidden=True)
def take(run: Run) -> None:
    """Take a run that waits: what workers start, in a process of its own."""
    from adapters import logs
    from jobs.taking import BUSY
    from resolvers.imports import ImportBusy

    os.nice(10)
    logs.configure("WARNING")
    try:
        asyncio.run(_take(run))
    except ImportBusy:
        raise typer.Exit(BUSY) from None


def check_language(language: str | None) -> None:
    if language is not None and language not in LANGUAGES:
        raise Stop(f"--language is one of {', '.join(LANGUAGES)}.", status=2)


async def run_of(number: int) -> ImportRun:
    """The run with its organization; raises NotFound."""
    found = await ImportRun.get_or_none(id=number).select_related("organization")
    if found is None:
        raise NotFound(f"import run {number}")
    return found


def spoken(run: ImportRun, language: str | None) -> str:
    check_language(language)
    return language or run.language or run.organization.languages.partition(",")[0].strip()


async def _runs(slug: str, most: int) -> list[ImportRun]:
    async with opened():
        organization = await organization_by_slug(slug)
        return list(await ImportRun.filter(organization_id=organization.id).order_by("-id").limit(most))


def _state(run: ImportRun) -> str:
    return "undoing" if run.undone_by and run.undone_at is None else ImportState(run.state).name.lower()


async def _show(number: int, language: str | None) -> None:
    async with opened():
        run = await run_of(number)
        with speaking(spoken(run, language)):
            out.print(f"Run {run.id} of {run.organization.slug}: {_state(run)}{f'. {why_not(run.error)}' if run.error else ''}", markup=False)
            await telling.run(run)


async def _approve(number: int) -> None:
    from resolvers.imports.starting import approve_import
    from resolvers.imports.taking import take

    async with opened():
        run = await run_of(number)
        try:
            await approve_import(_speaker(run), number)
        except Refused as refused:
            if refused.problems[0].code is ProblemCode.FILES_GONE:
                raise Stop(f"The files of run {number} are not kept: import them again with `abonent import {run.organization.slug} … --approve`.") from None
            raise await _wrong(number, "only one that was looked at or is held can be approved") from None
        if (await run_of(number)).state == ImportState.WAITING.value:
            with progress() as bars:
                if not await take(number, shown(bars)):
                    raise Stop(f"Run {number} is approved, and another process is taking it.")


async def _discard(number: int) -> None:
    from resolvers.imports.starting import discard_import

    async with opened():
        try:
            await discard_import(_speaker(await run_of(number)), number)
        except Refused:
            raise await _wrong(number, "only one of which nothing was written can be dropped") from None


def _speaker(run: ImportRun) -> Viewer:
    """Whoever sits at the server's terminal."""
    return Viewer(ViewerKind.SYSTEM, audit.COMMAND_LINE, organization_ids=frozenset({run.organization_id}))


async def _wrong(number: int, rule: str) -> Stop:
    return Stop(f"Run {number} is {_state(await run_of(number))}: {rule}.")


async def _undo(number: int) -> Any:
    from resolvers.imports.undo import undo_import

    async with opened():
        if (run := await run_of(number)).state == ImportState.UNDONE.value:
            raise Stop(f"Import {number} was undone already.")
        if run.state != ImportState.DONE.value:
            raise await _wrong(number, "only one that is done can be undone")
        with shelf.locked(shelf.desk(number) / "lock") as mine, progress() as bars:
            if not mine:
                raise Stop(f"Run {number} is being worked at by another process.")
            return await undo_import(number, audit.COMMAND_LINE, progress=shown(bars))


async def _result(number: int, file: Path, language: str | None) -> None:
    from resolvers.imports.result import write_result

    async with opened():
        run = await run_of(number)
        await write_result(number, spoken(run, language), run.summary, file)


async def _watch() -> None:
    from jobs.inbox import inbox
    from jobs.taking import take_until

    async with opened():
        stop = asyncio.Event()
        for which in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(which, stop.set)
        out.print(f"Watching {inbox()}/SLUG. Ctrl+C ends it.", markup=False)
        await take_until(stop)


async def _take(number: int) -> None:
    from resolvers.imports import taking

    async with opened():
        await taking.take(number)


def shown(bars: Any) -> Progress:
    """A bar that tells the stage."""
    task = bars.add_task("Reading", total=None)

    def show(stage: str, done: int, total: int) -> None:
        bars.update(task, description=stage, completed=done, total=total or None)

    return show


def _busy_with(work: Awaitable[Any]) -> Any:
    """Run it; that another import or a long write holds the database is told as it is."""

    @saying_busy
    async def told() -> Any:
        return await work

    return asyncio.run(told())  # type: ignore[arg-type]
