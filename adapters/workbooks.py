"""XLSX files of text and exact sums: written sheet by sheet in a process of their own, in memory that does not grow with the rows.

`python -m adapters.workbooks SPOOL TARGET` turns lines of JSON, `[sheet, [cells]]`, into a workbook. The first line of a sheet is its heading.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

MOST_ROWS = 1_048_000  # a sheet of Excel ends soon after
LONGEST_CELL = 32_000
WIDEST = 60
SUM = "sum"  # {"sum": "-460.21"} is a cell with this number, which no float has touched
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Unwritten(Exception):
    """The workbook could not be made."""


async def made(spool: Path, target: Path) -> None:
    """Make the workbook without holding up anybody. Raises Unwritten."""
    command = (sys.executable, "-m", "adapters.workbooks", str(spool), str(target))
    running = await asyncio.create_subprocess_exec(*command, cwd=Path(__file__).parent.parent, stdout=asyncio.subprocess.DEVNULL)
    try:
        if await running.wait():
            raise Unwritten(str(target))
    finally:
        if running.returncode is None:  # whoever wanted it is gone
            with contextlib.suppress(ProcessLookupError):
                running.kill()


def write(spool: Path, target: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheets: dict[str, _Sheet] = {}
    with spool.open(encoding="utf-8") as lines:
        for line in lines:
            name, cells = json.loads(line)
            if name not in sheets or sheets[name].rows >= MOST_ROWS:
                first = sheets[name].heading if name in sheets else cells
                sheets[name] = _Sheet(book, name, first)
                if first is cells:
                    continue
            sheets[name].add(cells)
    book.save(target)


class _Sheet:
    def __init__(self, book: Any, name: str, heading: list[str]) -> None:
        self.heading, self.rows = heading, 0
        number = sum(title == name or title.startswith(f"{name} ") for title in book.sheetnames)
        self._sheet = book.create_sheet(f"{name} {number + 1}" if number else name)
        self._sheet.freeze_panes = "A2"
        for place, title in enumerate(heading):
            self._sheet.column_dimensions[chr(65 + place)].width = WIDEST if title in ("message", "row") else max(len(title) + 4, 14)
        self.add(heading)

    def add(self, cells: list[Any]) -> None:
        self._sheet.append(list(self._cells(cells)))
        self.rows += 1

    def _cells(self, cells: list[Any]) -> Iterator[Any]:
        """Numbers of ours stay numbers; every text is text, whatever it begins with."""
        from openpyxl.cell import WriteOnlyCell

        for value in cells:
            if isinstance(value, str):
                cell = WriteOnlyCell(self._sheet, _ILLEGAL.sub("\ufffd", value[:LONGEST_CELL]))
                cell.data_type = "s"
                yield cell
            elif isinstance(value, dict):
                cell = WriteOnlyCell(self._sheet, Decimal(value[SUM]))
                cell.number_format = "#,##0.00####"
                yield cell
            else:
                yield value


if __name__ == "__main__":
    os.nice(10)
    write(Path(sys.argv[1]), Path(sys.argv[2]))
