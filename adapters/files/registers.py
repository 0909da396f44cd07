"""A register: a table of a known kind, whose rows are read one after another, however long it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from adapters.files.cells import is_total
from adapters.files.dates import day, day_in_sheet, month, month_in_sheet
from adapters.files.formats import parser_of
from adapters.files.headings import Kind
from adapters.files.problems import CellProblem
from adapters.files.profiles import Entry
from adapters.files.reading import RowReader
from adapters.files.source import Batch, Source
from adapters.files.totals import Footer, check_totals


class ParsedRow(NamedTuple):
    """`values` stand in the order of the kind's columns; where `code` says what is wrong, those that could be read are still there.

    `text` is then the row as it came; a good row has none.
    """

    line: int
    values: tuple[Any, ...]
    code: str | None
    params: dict[str, Any]
    text: str = ""


_NOTHING: dict[str, Any] = {}
_IN_SHEETS: dict[Any, Callable[[str], Any]] = {day: day_in_sheet, month: month_in_sheet}


@dataclass(slots=True)
class Register:
    """`done` of `size` bytes have been read; `positions` maps the columns that the file has to their places.

    Plain data: another process may have it and read the rows there.
    """

    name: str
    path: Path
    kind: Kind
    encoding: str
    delimiter: str
    sha256: str
    size: int
    width: int
    positions: dict[str, int]
    source: Source
    headings: dict[str, str] = field(default_factory=dict)  # of columns, as the file writes them
    constants: dict[str, Any] = field(default_factory=dict)
    entry: Entry | None = None  # of the profile
    open_ended: bool = False  # rows may go on to the right: their columns are known by number
    done: int = field(default=0)

    def has(self, column: str) -> bool:
        return column in self.positions or column in self.constants

    def rows(self) -> Iterator[ParsedRow]:
        """Read the rows. FileRefused may come as late as the last one: what was read before is then worth nothing."""
        footers: list[Footer] = []
        reader = self.reader()
        read, width, new, open_ended = reader.values, self.width, tuple.__new__, self.open_ended
        for batch in self.source.batches():
            self.done = batch.done
            good = batch.code is None and not batch.doubtful
            for index, cells in enumerate(batch.rows):
                if good and (len(cells) == width or (open_ended and len(cells) > width)):
                    try:
                        values = read(cells)
                    except CellProblem:
                        pass
                    else:
                        yield new(ParsedRow, (batch.lines[index], values, None, _NOTHING, ""))
                        continue
                if any(map(_says_something, cells)) and (row := self.careful(reader, batch, index, cells, footers)):
                    yield row
        if footers:
            check_totals(self, footers)
        self.done = self.size

    def texts(self, lines: set[int]) -> dict[int, str]:
        """The rows at these lines as they came, for those that turned out wrong only later."""
        found: dict[int, str] = {}
        for batch in self.source.batches():
            for index, line in enumerate(batch.lines):
                if line in lines:
                    found[line] = batch.text(index, batch.rows[index])
            if len(found) == len(lines):
                break
        return found

    def reader(self) -> RowReader:
        parsers = {c.name: _IN_SHEETS[c.cell.parse] for c in self.kind.columns if c.cell.parse in _IN_SHEETS} if self.encoding == "xlsx" else {}
        if self.entry:
            parsers |= {c.name: parser_of(self.entry, c.name, parsers.get(c.name, c.cell.parse)) for c in self.kind.columns}
        return RowReader(self.kind, self.positions, self.headings, parsers, self.constants)

    def careful(self, reader: RowReader, batch: Batch, index: int, cells: list[str], footers: list[Footer]) -> ParsedRow | None:
        """A row that may be wrong; None where it is no row but sums below the rows."""
        line, text = batch.lines[index], batch.text(index, cells)
        code, params = self._shape(batch, text, cells)
        if batch.code == "too_long":
            params = reader.longest(cells)
        values, wrong, of_cell = reader.careful(cells)
        if (code or wrong) and self._is_footer(cells, text):
            footers.append(Footer(line, cells))
            return None
        if code is None:
            code, params = wrong, of_cell
        return ParsedRow(line, values, code, params, text if code else "")

    def _shape(self, batch: Batch, text: str, cells: list[str]) -> tuple[str | None, dict[str, Any]]:
        """What is wrong with the row as a whole."""
        if batch.code:
            return batch.code, {}
        if len(cells) < self.width:
            return "too_few_columns", {"cells": len(cells), "columns": self.width}
        if not self.open_ended and len(cells) > self.width and any(cell.strip() for cell in cells[self.width :]):
            return "too_many_columns", {"cells": len(cells), "columns": self.width}
        if batch.doubtful and self.source.unreadable(text):
            return "unreadable_letters", {}
        return None, {}

    def _is_footer(self, cells: list[str], text: str) -> bool:
        first = next((cell.strip() for cell in cells if cell.strip()), "")
        return text.startswith(self.source.layout.footers or ("\0",)) or is_total(first)


def _says_something(cell: str) -> bool:
    return bool(cell.strip(" \t\r\n\u00a0\x1a"))
