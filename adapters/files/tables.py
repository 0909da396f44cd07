"""Where a table's rows and columns are: by its headings, by what a profile says, or by both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from adapters.files.formats import parser_of
from adapters.files.headings import KINDS, Kind
from adapters.files.patterns import matched
from adapters.files.problems import CellProblem, FileRefused
from adapters.files.profiles import Entry
from adapters.files.recognition import MOST_COLUMNS, kind_of, positions
from adapters.files.source import Layout
from adapters.files.words import heading_key

Rows = Sequence[tuple[int, list[str]]]  # (line, cells) of the first ones


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was understood: the columns' places, and their headings as the file writes them."""

    kind: Kind
    layout: Layout
    width: int
    places: dict[str, int]
    headings: dict[str, str]
    open_ended: bool = False


def by_headings(rows: Rows) -> Table | None:
    """The first row of headings that makes sense by itself."""
    for line, cells in rows:
        if kind := kind_of(cells):
            return _table(kind, Layout(line, line), cells, positions(kind, _bounded(cells, line), line))
    return None


def by_profile(rows: Rows, entry: Entry) -> Table | None:
    """The table as the profile says; None where these rows are not it (another encoding or separator may be)."""
    if entry.headings == 0:
        return _by_numbers(rows, entry)
    for line, cells in rows:
        if entry.headings in (None, line) and (table := _with_headings(line, cells, entry)):
            return table
    return None


def _with_headings(line: int, cells: list[str], entry: Entry) -> Table | None:
    kind = _kind(entry) or kind_of([*cells, *_usual(entry)])
    if kind is None:
        return None
    written = {heading_key(cell): place for place, cell in enumerate(cells) if cell.strip()}
    said = {name: written.get(heading_key(column)) if isinstance(column, str) else column - 1 for name, column in entry.columns.items()}
    if any(place is None or place >= len(cells) for place in said.values()):
        return None
    places = {name: place for name, place in said.items() if place is not None}
    taken = set(places.values())
    known = positions(kind, _bounded(cells, line), line)
    places |= {name: place for name, place in known.items() if name not in places and place not in taken and name not in entry.constants}
    if kind.lacking(places.keys() | entry.constants.keys() | entry.from_name.keys()):
        return None
    return _table(kind, _layout(entry, line, line), cells, places)


def _by_numbers(rows: Rows, entry: Entry) -> Table | None:
    kind = _kind(entry)
    places = {name: column - 1 for name, column in entry.columns.items() if isinstance(column, int)}
    width = max(places.values(), default=-1) + 1
    if kind is None or not any(len(cells) >= width for line, cells in rows if line > entry.skip):
        return None
    if kind.lacking(places.keys() | entry.constants.keys() | entry.from_name.keys()):
        raise FileRefused("profile_lacks", columns=", ".join(sorted(kind.lacking(places))))
    return Table(kind, _layout(entry, 0, entry.skip), width, places, {name: f"№ {place + 1}" for name, place in places.items()}, open_ended=True)


def constants(entry: Entry, kind: Kind, called: str) -> dict[str, Any]:
    """What the profile says once for all rows, by itself or out of the file's name."""
    said = dict(entry.constants)
    for name, pattern in entry.from_name.items():
        found = matched(pattern, called)
        if not found:
            raise FileRefused("name_not_understood", column=name, pattern=pattern)
        said[name] = found
    plain = replace(entry, extract={}, negate=())
    values = {}
    for column in kind.columns:
        if column.name in said:
            try:
                values[column.name] = parser_of(plain, column.name, column.cell.parse)(said[column.name].strip())
            except CellProblem:
                raise FileRefused("name_not_understood", column=column.name, pattern=said[column.name][:80]) from None
    return values


def _table(kind: Kind, layout: Layout, cells: list[str], places: dict[str, int]) -> Table:
    return Table(kind, layout, len(cells), places, {name: cells[place].strip()[:80] for name, place in places.items()})


def _layout(entry: Entry, headings: int, skipped: int) -> Layout:
    sums = tuple((name, place - 1) for name, place in entry.footer_sums.items())
    return Layout(headings, skipped, entry.footers, entry.footer_count - 1 if entry.footer_count else None, sums)


def _kind(entry: Entry) -> Kind | None:
    return next((kind for kind in KINDS if kind.name == entry.kind), None)


def _usual(entry: Entry) -> list[str]:
    """The usual headings of the columns that a profile brings, so that the kind is known with them."""
    brought = {*entry.columns, *entry.constants, *entry.from_name}
    return [column.headings[0] for kind in KINDS for column in kind.columns if column.name in brought]


def _bounded(cells: list[str], line: int) -> list[str]:
    if len(cells) > MOST_COLUMNS:
        raise FileRefused("too_many_headings", line, columns=len(cells), most=MOST_COLUMNS)
    return cells
