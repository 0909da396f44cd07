"""A register: a file of a known kind, whose rows are read one after another, however long it is."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from adapters.files.delimited import examine, rows
from adapters.files.headings import Kind
from adapters.files.problems import CellProblem


class ParsedRow(NamedTuple):
    """`values` stand in the order of the kind's columns; where `code` says what is wrong, those that could be read are still there."""

    line: int
    values: tuple[Any, ...]
    code: str | None
    params: dict[str, Any]


Read = tuple[tuple[Any, ...], str | None, dict[str, Any]]  # a ParsedRow without its line


@dataclass(slots=True)
class Register:
    """`done` of `size` bytes have been read; `positions` maps the columns that the file has to their places."""

    name: str
    path: Path
    kind: Kind
    encoding: str
    sha256: str
    size: int
    width: int
    positions: dict[str, int]
    done: int = field(default=0)

    def has(self, column: str) -> bool:
        return column in self.positions

    def rows(self) -> Iterator[ParsedRow]:
        """Read the rows. FileRefused may come as late as the last one: what was read before is then worth nothing."""
        read = _row_reader(self.kind, self.positions, self.width)
        for line, cells, wrong, done in rows(self.path, self.encoding):
            self.done = done
            yield ParsedRow(line, *read(cells, wrong))
        self.done = self.size


def open_register(name: str, path: Path) -> Register:
    """Look at a file; FileRefused where it is no register that is known here."""
    found = examine(path)
    return Register(name, path, found.kind, found.encoding, found.sha256, found.size, found.width, found.positions)


def _row_reader(kind: Kind, positions: dict[str, int], width: int) -> Callable[[list[str], str | None], Read]:
    plan = [(positions.get(c.name), c.cell.parse, c.missing, c.empty, c.headings[0]) for c in kind.columns]
    headings = {place: heading for place, *_, heading in plan if place is not None}

    def read(cells: list[str], wrong: str | None) -> Read:
        values: list[Any] = []
        code, params = (wrong, _longest(cells, headings) if wrong == "too_long" else {}) if wrong else _shape(cells, width)
        for place, parse, missing, empty, heading in plan:
            text = cells[place].strip() if place is not None and place < len(cells) else ""
            value = empty
            if text:
                try:
                    value = parse(text)
                except CellProblem as problem:
                    if code is None:
                        code, params = problem.code, {"column": heading, **problem.params}
            elif missing and code is None:
                code, params = missing, {"column": heading}
            values.append(value)
        return tuple(values), code, params

    return read


def _longest(cells: list[str], headings: dict[int, str]) -> dict[str, Any]:
    """Which cell is longer than any may be."""
    place = max(range(len(cells)), key=lambda place: len(cells[place]))
    return {"column": headings.get(place, f"№ {place + 1}"), "longest": csv.field_size_limit()}


def _shape(cells: list[str], width: int) -> tuple[str | None, dict[str, Any]]:
    if len(cells) < width:
        return "too_few_columns", {"cells": len(cells), "columns": width}
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        return "too_many_columns", {"cells": len(cells), "columns": width}
    for cell in cells:
        if "\ufffd" in cell or "\0" in cell:
            return "unreadable_letters", {}
    return None, {}
