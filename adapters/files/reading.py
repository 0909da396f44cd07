"""Rows of cells to rows of values. What a cell's text means is remembered, so that most cells cost one look-up."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from operator import getitem, itemgetter
from typing import Any

from adapters.files.headings import Column, Kind
from adapters.files.problems import CellProblem

MOST_REMEMBERED = 20_000  # texts of one column; numbers of documents never come again
Finding = tuple[tuple[Any, ...], str | None, dict[str, Any]]  # values that could be read, and what is wrong


class Memo(dict[str, Any]):
    """What the texts of a column mean. A text that means nothing raises CellProblem."""

    def __init__(self, column: Column, heading: str, parse: Callable[[str], Any]) -> None:
        super().__init__()
        self.column, self.heading, self.parse = column, heading, parse

    def __missing__(self, raw: str) -> Any:
        text = raw.strip()
        if text:
            value = self.parse(text)
        elif self.column.missing:
            raise CellProblem(self.column.missing)
        else:
            value = self.column.empty
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[raw] = value
        return value


class RowReader:
    """`headings` names the columns as the file does; `parsers` stand in for a kind's own ways to read a column's cells.

    `constants` are the values of columns that the file says once, or its profile for it.
    """

    def __init__(
        self,
        kind: Kind,
        positions: Mapping[str, int],
        headings: Mapping[str, str],
        parsers: Mapping[str, Callable[[str], Any]],
        constants: Mapping[str, Any],
    ) -> None:
        self.kind, self.positions = kind, positions
        by_row = kind.judged_by_row({*positions, *constants})
        columns = [replace(c, missing=None) if c.name in by_row else c for c in kind.columns]
        self.memos = {c.name: Memo(c, headings.get(c.name, c.headings[0]), parsers.get(c.name, c.cell.parse)) for c in columns}
        self.constants = {c.name: constants.get(c.name, c.empty) for c in kind.columns if c.name not in positions}
        self.values = self._compiled()

    def _compiled(self) -> Callable[[list[str]], tuple[Any, ...]]:
        """For a row without any problem: no loop here, all of it runs in C. Raises CellProblem or IndexError on any other."""
        present = [column.name for column in self.kind.columns if column.name in self.positions]
        memos = tuple(self.memos[name] for name in present)
        pick = _picker([self.positions[name] for name in present])
        if not self.constants:
            return lambda cells: tuple(map(getitem, memos, pick(cells)))
        lacking = tuple(self.constants.values())
        found = [*present, *self.constants]
        arrange = _picker([found.index(column.name) for column in self.kind.columns])
        return lambda cells: arrange((*map(getitem, memos, pick(cells)), *lacking))

    def careful(self, cells: Sequence[str]) -> Finding:
        """Read each cell by itself: what could be read of it, and the first problem."""
        values: list[Any] = []
        code: str | None = None
        params: dict[str, Any] = {}
        for column in self.kind.columns:
            place = self.positions.get(column.name)
            value = column.empty if place is not None else self.constants[column.name]
            if place is not None and (place < len(cells) or column.missing):
                memo = self.memos[column.name]
                try:
                    value = memo[cells[place] if place < len(cells) else ""]
                except CellProblem as problem:
                    if code is None:
                        code, params = problem.code, {"column": memo.heading, **problem.params}
            values.append(value)
        return tuple(values), code, params

    def longest(self, cells: Sequence[str]) -> dict[str, Any]:
        """Which cell is longer than any may be."""
        place = max(range(len(cells)), key=lambda place: len(cells[place]))
        names = {where: self.memos[name].heading for name, where in self.positions.items()}
        return {"column": names.get(place, f"№ {place + 1}"), "longest": csv.field_size_limit()}


def _picker(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    if len(places) == 1:
        return lambda row, place=places[0]: (row[place],)  # type: ignore[misc]
    return itemgetter(*places) if places else lambda row: ()
