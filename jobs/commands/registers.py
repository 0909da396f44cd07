"""``abonent import`` and ``abonent check``: a supplier's registers, and whether the books are whole."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.texts import LANGUAGES, speaking
from jobs.commands import telling
from jobs.commands.imports import check_language, run_of, shown, spoken
from jobs.commands.outbox import no_server
from jobs.console import Stop, err, opened, out, progress
from models import ImportRun
from resolvers.organizations import organization_by_slug

if TYPE_CHECKING:  # what only these commands need is imported by them: the others start sooner
    from resolvers.imports import ImportOutcome

MOST_SHOWN = 20  # lines on the terminal; the result file holds them all


def import_registers(
    slug: Annotated[str | None, typer.Argument(help="the organization")] = None,
    paths: Annotated[list[Path] | None, typer.Argument(help="files or folders, in any order", exists=True, readable=True, metavar="PATH…")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="say what would happen and write nothing")] = False,
    approve: Annotated[bool, typer.Option("--approve", help="take it though it passes a threshold that would hold it")] = False,
    result: Annotated[Path | None, typer.Option(metavar="FILE", help="write what was said of rows: .xlsx, or CSV under any other name")] = None,
    language: Annotated[str | None, typer.Option(metavar="|".join(LANGUAGES), help="of the messages; the organization's first when omitted")] = None,
    learn: Annotated[
        Path | None, typer.Option("--learn", metavar="FILE", exists=True, dir_okay=False, help="import nothing: propose a profile that reads this file")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="with --learn: add the proposal to the organization's profile")] = False,
) -> None:
    """Import a supplier's registers. Exit code: 0 every row taken, 1 some refused and the rest taken, 2 nothing could be taken, 3 held."""
    check_language(language)
    if learn is not None:
        from jobs.commands import profiles

        with speaking(language or "en"):
            return profiles.learn(learn, slug, write=write)
    if slug is None or not paths:
        raise Stop("Say whose registers they are and where: abonent import SLUG PATH…", status=2)
    if result is not None:
        result = result.absolute()
        begin_result(result, paths)
    outcome = asyncio.run(_imported(slug, paths, preview=preview, approve=approve, result=result, language=language))
    raise typer.Exit(outcome.status)


async def take(slug: str, paths: list[Path], *, preview: bool = False, approve: bool = False, result: Path | None = None) -> "ImportOutcome":
    """Import with a progress bar; the database is opened here. The result file is no register, even where it lies among them."""
    async with opened():
        return await _taken(slug, paths, preview=preview, approve=approve, result=result)


async def _taken(slug: str, paths: list[Path], *, preview: bool, approve: bool, result: Path | None) -> "ImportOutcome":
    from resolvers.imports import run_import

    await organization_by_slug(slug)
    with progress() as bars:
        return await run_import(slug, paths, preview=preview, approved=approve, progress=shown(bars), besides=result)


async def _imported(slug: str, paths: list[Path], *, preview: bool, approve: bool, result: Path | None, language: str | None) -> "ImportOutcome":
    async with opened():
        outcome = await _taken(slug, paths, preview=preview, approve=approve, result=result)
        run = await run_of(outcome.run_id)
        with speaking(spoken(run, language)):
            await telling.run(run, with_problems=result is None)
            if result is not None:
                await write_result(run, result, spoken(run, language))
    return outcome


def begin_result(result: Path, paths: list[Path]) -> None:
    """Make sure that it can be written before the work. Raises Stop rather than overwrite a register."""
    from resolvers.imports.result import HEADINGS
    from resolvers.imports.run import found, is_same

    headings = ";".join(HEADINGS).encode()
    if any(is_same(file, result) for _, file in found(paths)):
        with result.open("rb") as file:
            head = file.readline(200).strip()
        if head and not headings.startswith(head):
            raise Stop(f"{result} is one of the files to import: --result would overwrite it. Name another file.", status=2)
    result.write_bytes(b"" if result.suffix.casefold() == ".xlsx" else headings + b"\r\n")


async def write_result(run: ImportRun, result: Path, language: str) -> None:
    """Write a line for each row that was refused or taken with a warning."""
    from resolvers.imports import result as results

    await results.write_result(run.id, language, run.summary, result)


async def check() -> int:
    """Print what is damaged, a line each, and where suppliers contradict themselves, which is no damage; return the exit code."""
    from resolvers import integrity, register_differences

    async with opened(even_damaged=True):
        report = await integrity.check()
        contradicted = await register_differences.last_months() if report.whole else []  # of damaged books nothing can be asked: damage is told first
    for problem in report.problems[:MOST_SHOWN]:
        err.print(str(problem), style="bold red", markup=False)
    counts = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in report.counts.items())
    out.print(f"Damaged. Looked at: {counts}." if report.problems else f"Every balance and every chain is whole. Looked at: {counts}.")
    for month in contradicted:
        kinds = ", ".join(f"{kind.value} {count:,}" for kind, count in month.counts.items())
        out.print(f"{month.slug}, {month.period}: the supplier's registers contradict each other ({kinds}). Staff see them at /o/{month.slug}/differences")
    if (warning := no_server()) is not None:
        out.print(warning)
    return 1 if report.problems else 0
