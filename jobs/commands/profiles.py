"""``abonent import --learn``: a proposal how to read a file that nobody described, and what it makes of the first rows."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from adapters.files import FileRefused, ProfileRefused, Register
from adapters.files.cells import money
from adapters.files.headings import Column
from adapters.files.learning import Proposal, propose
from jobs.console import Stop, err, opened, out
from models.quantity import decimal_text
from resolvers.imports import profiles
from resolvers.imports.wording import worded
from resolvers.organizations import organization_by_slug

ROWS = 10
WIDEST = 18


def learn(file: Path, slug: str | None, *, write: bool) -> None:
    """Print the proposal and the first rows as understood; with ``write`` add it to the organization's profile. Raises Stop."""
    if write and not slug:
        raise Stop("--write needs to know whose profile it is: abonent import --learn FILE --write SLUG", status=2)
    try:
        found = propose(file)
    except FileRefused as refused:
        raise Stop(f"{file}: {worded(refused.code, refused.params)}") from None
    out.print(found.text, markup=False)
    if found.lacking:
        raise Stop(f"Nothing in the file looks like: {', '.join(found.lacking)}. Complete the profile by hand (docs/registers.md).")
    if found.register is not None:
        show(found.register)
    if write and slug:
        asyncio.run(_write(slug, found))


def show(register: Register) -> None:
    """The first rows, as an import would understand them: the columns that a line has room for, those that the kind needs before others."""
    columns = [column for column in register.kind.columns if register.has(column.name)]
    rows = list(_first(register, columns))
    widths = [_width(column.headings[0], [cells[place] for _, cells in rows]) for place, column in enumerate(columns)]
    table = Table("line", title=f"{register.kind.name}, {register.encoding}", box=None)
    places = _fitting([column.name in register.kind.marks for column in columns], widths, out.width - 6)
    for place in places:
        table.add_column(columns[place].headings[0], width=widths[place], overflow="ellipsis")
    for line, cells in rows:
        table.add_row(str(line), *(_cut(cells[place], widths[place]) for place in places))
    out.print(table)
    if len(places) < len(columns):
        left = ", ".join(column.headings[0] for place, column in enumerate(columns) if place not in places)
        out.print(f"Also read, no room to show it: {left}.", markup=False)


def _first(register: Register, columns: list[Column]) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of the first rows; what is wrong with them is said on standard error."""
    try:
        for row in islice(register.rows(), ROWS):
            named = dict(zip(register.kind.names, row.values, strict=True))
            if row.code:
                err.print(f"{row.line}: {worded(row.code, row.params)}", markup=False)
            yield row.line, [_shown(column, named[column.name]) for column in columns]
    except FileRefused as refused:
        err.print(f"{refused.line}: {worded(refused.code, refused.params)}", markup=False)


def _width(heading: str, cells: list[str]) -> int:
    """The longest cell, and a heading that breaks between its words; neither more than WIDEST."""
    return min(WIDEST, max(map(len, [*heading.split(), *cells])))


def _fitting(needed: list[bool], widths: list[int], room: int) -> list[int]:
    """The places of the columns to show, in their order: never none."""
    places: list[int] = []
    for place in sorted(range(len(widths)), key=lambda place: not needed[place]):
        if not places or widths[place] + 2 <= room:
            places.append(place)
            room -= widths[place] + 2
    return sorted(places)


def _cut(text: str, width: int) -> Text:
    return Text(text if len(text) <= width else f"{text[: width - 1]}…", no_wrap=True)


def _shown(column: Column, value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, dt.date):
        return f"{value:%Y-%m}" if column.name in ("period", "corrects_period") else value.isoformat()
    if isinstance(value, int) and column.cell.sql == "bigint":
        return decimal_text(value * 10_000, 2) if column.cell.parse is money else decimal_text(value)
    return str(value)


async def _write(slug: str, found: Proposal) -> None:
    async with opened():
        organization = await organization_by_slug(slug)
        kept = await profiles.text_of(organization.pk)
        try:
            await profiles.save(organization.pk, f"{kept.rstrip()}\n\n{found.text}".lstrip(), "command line")
        except ProfileRefused as refused:
            raise Stop("\n".join(map(profiles.sentence, refused.problems))) from None
    out.print(f"Written into the profile of {slug}.", markup=False)
