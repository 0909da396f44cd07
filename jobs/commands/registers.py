"""``abonent import`` and ``abonent check``: a supplier's registers, and whether the books are whole."""

import asyncio
import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.console import err, opened, out, progress

if TYPE_CHECKING:  # what only these commands need is imported by them: the others start sooner
    from resolvers.imports import ImportOutcome

COLUMNS = ("file", "line", "severity", "code", "message")


def import_registers(
    slug: Annotated[str, typer.Argument(help="the organization")],
    paths: Annotated[list[Path], typer.Argument(help="files or folders, in any order", exists=True, readable=True, metavar="PATH…")],
    preview: Annotated[bool, typer.Option("--preview", help="say what would happen and write nothing")] = False,
    result: Annotated[Path | None, typer.Option(metavar="FILE", help="write what was said of rows: CSV " + ", ".join(COLUMNS))] = None,
) -> None:
    """Import a supplier's registers. What is wrong is said row by row; the rest lands."""
    asyncio.run(take(slug, paths, preview=preview, result=result))


async def take(slug: str, paths: list[Path], *, preview: bool = False, result: Path | None = None) -> "ImportOutcome":
    """Import with a progress bar and tell the counts; the database is opened here."""
    from resolvers.imports import run_import

    async with opened():
        with progress() as bars:
            task = bars.add_task("Reading", total=None)
            outcome = await run_import(
                slug, paths, preview=preview, progress=lambda what, done, total: bars.update(task, description=what, completed=done, total=total)
            )
    if result is not None:
        with result.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *((line.file, line.line, line.severity, line.code, line.message) for line in outcome.lines)])
    return outcome


async def check() -> int:
    """Print what is damaged, a line each, and return the exit code."""
    from resolvers import integrity

    async with opened():
        found = await integrity.check()
    for line in found:
        err.print(str(line), style="bold red", markup=False)
    out.print(f"{len(found)} problems." if found else "Every balance and every chain is whole.")
    return 1 if found else 0
