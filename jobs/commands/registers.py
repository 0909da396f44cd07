"""``abonent import`` and ``abonent check``: a supplier's registers, and whether the books are whole."""

import asyncio
import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from adapters.texts import LANGUAGES, speaking
from jobs.console import Stop, err, opened, out, progress
from resolvers.organizations import organization_by_slug

if TYPE_CHECKING:  # what only these commands need is imported by them: the others start sooner
    from resolvers.imports import ImportOutcome

NUMBERS = ("rows", "taken", "changed", "warned", "refused")
MOST_SHOWN = 20  # lines on the terminal; the result file holds them all


def import_registers(
    slug: Annotated[str, typer.Argument(help="the organization")],
    paths: Annotated[list[Path], typer.Argument(help="files or folders, in any order", exists=True, readable=True, metavar="PATH…")],
    preview: Annotated[bool, typer.Option("--preview", help="say what would happen and write nothing")] = False,
    result: Annotated[Path | None, typer.Option(metavar="FILE", help="write what was said of rows: CSV with columns file;line;severity;code;message")] = None,
    language: Annotated[str | None, typer.Option(metavar="|".join(LANGUAGES), help="of the messages; the organization's first when omitted")] = None,
) -> None:
    """Import a supplier's registers. Exit code: 0 every row taken, 1 some refused and the rest taken, 2 nothing could be taken."""
    if language is not None and language not in LANGUAGES:
        raise Stop(f"--language is one of {', '.join(LANGUAGES)}.", status=2)
    if result is not None:
        begin_result(result, paths)
    spoken = language or asyncio.run(first_language(slug))
    outcome = asyncio.run(take(slug, paths, preview=preview, result=result))
    with speaking(spoken):
        if result is not None:
            write_result(outcome, result)
        tell(outcome, result)
    raise typer.Exit(outcome.status)


async def take(slug: str, paths: list[Path], *, preview: bool = False, result: Path | None = None) -> "ImportOutcome":
    """Import with a progress bar; the database is opened here. The result file is no register, even where it lies among them."""
    from resolvers.imports import run_import

    async with opened():
        await organization_by_slug(slug)
        with progress() as bars:
            task = bars.add_task("Reading", total=None)

            def show(stage: str, done: int, total: int) -> None:
                bars.update(task, description=stage, completed=done, total=total or None)

            return await run_import(slug, paths, preview=preview, progress=show, besides=result)


async def first_language(slug: str) -> str:
    """The organization's own."""
    async with opened():
        return (await organization_by_slug(slug)).languages.partition(",")[0].strip()


def begin_result(result: Path, paths: list[Path]) -> None:
    """Leave the headings, so that a file that cannot be written is told before the work. Raises Stop rather than overwrite a register."""
    from resolvers.imports import ImportOutcome
    from resolvers.imports.result import HEADINGS
    from resolvers.imports.run import found, is_same

    if any(is_same(file, result) for _, file in found(paths)):
        with result.open("rb") as file:
            head = file.readline(100)
        if head and head.strip() != ";".join(HEADINGS).encode():
            raise Stop(f"{result} is one of the files to import: --result would overwrite it. Name another file.", status=2)
    write_result(ImportOutcome(preview=False), result)


def write_result(outcome: "ImportOutcome", result: Path) -> None:
    """Write a line for each row that was refused or taken with a warning: UTF-8, semicolons, headings first."""
    from resolvers.imports import result_rows

    with result.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(result_rows(outcome))


def tell(outcome: "ImportOutcome", result: Path | None) -> None:
    """Print the counts of each file and, without a result file, the first lines of what is wrong."""
    from resolvers.imports import sentence

    table = Table("register", "kind", *NUMBERS, title="Preview: nothing is written" if outcome.preview else None, box=None)
    for column in table.columns[2:]:
        column.justify = "right"
    for file in outcome.files:
        table.add_row(file.name, file.kind, *(f"{getattr(file, name):,}" for name in NUMBERS))
    out.print(table)
    for name in outcome.refused_files:
        err.print(f"{name}: nothing of it was taken", style="bold red", markup=False)
    if result is None:
        for line in outcome.lines[:MOST_SHOWN]:
            err.print(f"{line.file}:{line.line}: {line.severity.value}: {line.code}: {sentence(line)}", markup=False)
        if len(outcome.lines) > MOST_SHOWN:
            err.print(f"… and {len(outcome.lines) - MOST_SHOWN} more: --result FILE writes them all.", markup=False)


async def check() -> int:
    """Print what is damaged, a line each, and return the exit code."""
    from resolvers import integrity

    async with opened(even_damaged=True):
        report = await integrity.check()
    for problem in report.problems[:MOST_SHOWN]:
        err.print(str(problem), style="bold red", markup=False)
    counts = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in report.counts.items())
    out.print(f"Damaged. Looked at: {counts}." if report.problems else f"Every balance and every chain is whole. Looked at: {counts}.")
    return 1 if report.problems else 0
