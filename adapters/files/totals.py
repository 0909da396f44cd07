"""Rows of sums below the rows: left out, and the last of them is held against the rows above it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from adapters.files.cells import money
from adapters.files.problems import CellProblem, FileRefused
from models.quantity import decimal_text

if TYPE_CHECKING:
    from adapters.files.registers import ParsedRow, Register

_COUNTED = re.compile(r"(?:запис|строк|плат[её]ж|количеств|кол-во|жазба|жол|rows|records|payments)\D{0,30}([0-9]+)", re.IGNORECASE)
_OF_A_PART = re.compile(r"\b(?:по|за|in|for|of|бойынша)\b(?!\s+(?:файлу|реестру|ведомости|file|register))", re.IGNORECASE)


class Footer(NamedTuple):
    line: int
    cells: list[str]


def check_totals(register: Register, footers: list[Footer]) -> None:
    """Refuse the file where the sums at its end are not those of its rows: some of them were lost or doubled on the way."""
    footer = footers[-1]
    first = next((cell.strip() for cell in footer.cells if cell.strip()), "")
    if len(footers) > 1 and _OF_A_PART.search(first):
        return  # sums of a part, and none of the whole
    said, counted = _sums(register, footer.cells), _count(register, footer.cells)
    if not said and counted is None:
        return
    count, sums = _added(register, list(said), footer.line)
    if counted is not None and counted != count:
        raise FileRefused("control_count", footer.line, printed=counted, computed=count)
    for name, printed in said.items():
        if sums[name] is not None and sums[name] != printed:
            heading = register.headings.get(name, name)
            raise FileRefused("control_sum", footer.line, column=heading, printed=_shown(printed), computed=_shown(sums[name]))


def _count(register: Register, cells: list[str]) -> int | None:
    layout = register.source.layout
    if layout.footers:
        digits = re.sub(r"\D", "", cells[layout.footer_count]) if layout.footer_count is not None and layout.footer_count < len(cells) else ""
        return int(digits) if digits else None
    counted = _COUNTED.search(" ".join(cells))
    return int(counted[1]) if counted else None


def _sums(register: Register, cells: list[str]) -> dict[str, int]:
    """The sums of money that a footer says, by column."""
    layout = register.source.layout
    of_money = {column.name: register.positions.get(column.name) for column in register.kind.columns if column.cell.parse is money}
    said = {}
    for name, place in layout.footer_sums if layout.footers else of_money.items():
        if place is not None and place < len(cells) and cells[place].strip():
            try:
                said[name] = money(cells[place].strip().lstrip("="))
            except CellProblem:
                continue
    return said


def _added(register: Register, names: list[str], before: int) -> tuple[int, dict[str, Any]]:
    """How many rows stand above, and their sums; None where a cell could not be read. Reads the rows once more: footers are rare."""
    places = {name: register.kind.names.index(name) for name in names}
    sums: dict[str, Any] = dict.fromkeys(names, 0)
    count = 0
    for row in _rows_alone(register):
        if row.line >= before:
            break
        count += 1
        for name, place in places.items():
            if row.values[place] is None and row.code:
                sums[name] = None
            elif sums[name] is not None:
                sums[name] += row.values[place] or 0
    return count, sums


def _rows_alone(register: Register) -> Any:
    reader = register.reader()
    for batch in register.source.batches():
        for index, cells in enumerate(batch.rows):
            row: ParsedRow | None = register.careful(reader, batch, index, cells, []) if any(map(str.strip, cells)) else None
            if row is not None:
                yield row


def _shown(minor: int) -> str:
    return decimal_text(minor * 10_000, 2)
