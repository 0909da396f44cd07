"""``abonent import`` and ``abonent check``: a supplier's registers, and whether the books are whole."""

import asyncio
import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from jobs.console import err, opened, out, progress
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
) -> None:
    """Import a supplier's registers. Exit code: 0 every row taken, 1 some refused and the rest taken, 2 nothing could be taken."""
    if result is not None:
        result.touch()  # a file that cannot be written is told before the work, not after it
    outcome = asyncio.run(take(slug, paths, preview=preview))
    if result is not None:
        write_result(outcome, result)
    tell(outcome, result)
    raise typer.Exit(outcome.status)


async def take(slug: str, paths: list[Path], *, preview: bool = False) -> "ImportOutcome":
    """Import with a progress bar; the database is opened here."""
    from resolvers.imports import run_import

    async with opened():
        await organization_by_slug(slug)
        with progress() as bars:
            task = bars.add_task("Reading", total=None)

            def show(stage: str, done: int, total: int) -> None:
                bars.update(task, description=stage, completed=done, total=total or None)

            return await run_import(slug, paths, preview=preview, progress=show)


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
