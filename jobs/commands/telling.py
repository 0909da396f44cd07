"""A run of an import on the terminal: files, what changes, totals before and after, what was said of rows, why it is held."""

from typing import Any

from rich.console import Console
from rich.table import Table

from jobs.console import err, out
from models import ImportFile, ImportRun
from models.enums import ImportState
from models.money import Money
from resolvers.imports.result import problems, said, sums

COUNTS = ("rows", "taken", "changed", "warned", "refused")
COUNTED = {"accounts": ("new", "changed", "same", "vanished"), "payments": ("new", "changed", "matched", "withdrawn"), "readings": ("new", "changed")}
FIGURES = ("opening", "charged", "recalculation", "penalty", "paid", "compensation", "closing")
WIDE = 150  # figures are never cut short, whatever the terminal
MOST_SHOWN = 20  # lines on the terminal; the result file holds them all


async def run(found: ImportRun, *, with_problems: bool = True) -> None:
    """Print all that is known of the run, in the present language where people's sentences are concerned."""
    files(await ImportFile.filter(run_id=found.id).order_by("id"), preview=found.state == ImportState.PREVIEWED.value)
    if found.summary:
        summary(found.summary, found.organization.currency)
    await codes(found)
    if with_problems:
        await rows(found.id)
    held(found)


def files(found: list[ImportFile], *, preview: bool) -> None:
    table = Table("register", "kind", "encoding", *COUNTS, title="Preview: nothing is written" if preview else None, box=None)
    for column in table.columns[3:]:
        column.justify = "right"
    for file in found:
        if file.kind:
            delimiter = {"\t": "tab", "": ""}.get(file.delimiter, file.delimiter)
            table.add_row(file.name, file.kind, f"{file.encoding} {delimiter}".strip(), *(f"{getattr(file, name):,}" for name in COUNTS))
    out.print(table)
    for file in found:
        if not file.kind:
            err.print(f"{file.name}: nothing of it was taken", style="bold red", markup=False)


def summary(kept: dict[str, Any], currency: Any) -> None:
    for name, shown in (
        ("accounts", ("new", "changed", "same", "vanished")),
        ("payments", ("new", "changed", "matched", "withdrawn")),
        ("readings", ("new", "changed")),
    ):
        counts = kept.get(name) or {}
        if any(counts.get(one) for one in shown):
            out.print(f"{name}: " + ", ".join(f"{one} {counts.get(one) or 0:,}" for one in shown))
    if vanished := ((kept.get("accounts") or {}).get("examples") or {}).get("vanished"):
        out.print(f"vanished: {', '.join(map(str, vanished))}{' …' if kept['accounts'].get('vanished', 0) > len(vanished) else ''}", markup=False)
    if kept.get("months"):
        _wide(_months(kept["months"], currency))
    for month in kept.get("months") or ():
        if later := month.get("posted_later"):
            corrections = f"{later['entries']:,} entries of {_sum(later['amount'], currency)}"
            out.print(f"{month['period']} is closed: {corrections} in all are posted in {later['period']}", markup=False)


def _months(months: list[dict[str, Any]], currency: Any) -> Table:
    """Totals of each month before and after, the detail registers beside what they control."""
    table = Table("month", "", *FIGURES, "statements", "breaks", box=None)
    for column in table.columns[2:]:
        column.justify = "right"
    for month in months:
        made = month.get("statements") or {}
        counts = ", ".join(f"{one} {made[one]:,}" for one in ("new", "changed", "same", "vanished") if made.get(one))
        for name in ("before", "after", "details"):
            figures = month.get(name)
            if figures:
                own = (counts, str(month.get("chain_breaks") or 0)) if name == "after" else ("", "")
                table.add_row(month["period"], name, *(_sum(figures.get(figure), currency) for figure in FIGURES), *own)
    return table


def _wide(table: Table) -> None:
    Console(file=out.file, width=max(out.width, WIDE), highlight=False).print(table)


def _sum(minor: int | None, currency: Any) -> str:
    return "" if minor is None else Money(int(minor), currency).amount


async def codes(found: ImportRun) -> None:
    table = Table("code", "severity", "rows", "amount", "", box=None)
    table.columns[2].justify = table.columns[3].justify = "right"
    for one in await sums(found.id, found.summary):
        table.add_row(one["code"], one["severity"], f"{one['count']:,}", _sum(one["amount"], found.organization.currency), one["message"])
    if table.rows:
        _wide(table)


async def rows(run_id: int) -> None:
    """The first rows that were refused or doubted, on standard error."""
    shown = 0
    async for problem in problems(run_id):
        if shown == MOST_SHOWN:
            err.print("… and more: --result FILE writes them all.", markup=False)
            return
        shown += 1
        err.print(f"{problem.file}:{problem.line}: {problem.severity.value}: {problem.code}: {said(problem)}", markup=False)
        if problem.row:
            err.print(f"    {problem.row[:200]}", style="dim", markup=False)


def held(found: ImportRun) -> None:
    """Why it is held, and how to let it pass."""
    if found.state != ImportState.HELD.value:
        return
    for one in (found.summary or {}).get("held") or ():
        subject = one.get("subject") or one.get("file") or one.get("period")
        what = {"refused_share": "of its rows refused", "total_moved": "moved"}.get(one["code"], one["code"])
        err.print(f"Held: {subject}: {one['value']:g} % {what}, the threshold is {one['limit']:g} %.", style="bold yellow", markup=False)
    how = f"abonent imports approve {found.id}" if found.folder else "the same command with --approve"
    err.print(f"Nothing was written. If this is right: {how}", style="bold yellow", markup=False)
