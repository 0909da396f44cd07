"""The same table as lines for a spreadsheet or as a workbook. A cell is a text, or an exact sum, price or quantity, which stays a number."""

import json
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from adapters import workbooks
from adapters.sheets import BOM, harmless, lines

Cell = Any  # a text, a sum of money or a price (anything with an `amount`), a quantity (with a `value`), or None
Rows = AsyncIterator[list[Sequence[Cell]]]


async def as_csv(parts: Rows) -> AsyncIterator[bytes]:
    """UTF-8 with its mark, semicolons, a decimal comma; no text that a spreadsheet would take for a formula."""
    yield BOM
    async for part in parts:
        yield lines([[_text(cell) for cell in row] for row in part])


async def as_xlsx(parts: Rows, sheet: str) -> Path:
    """A workbook in a file of its own, which whoever asked for it takes away. Raises Unwritten."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx", delete=False) as made, tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl") as spool:
        target = Path(made.name)
        async for part in parts:
            spool.writelines(json.dumps([sheet, [_cell(cell) for cell in row]], ensure_ascii=False) + "\n" for row in part)
        spool.flush()
        try:
            await workbooks.made(Path(spool.name), target)
        except BaseException:
            os.unlink(target)  # noqa: PTH108 - one call to the disk, as making it was
            raise
    return target


def _text(cell: Cell) -> str:
    if cell is None or isinstance(cell, str):
        return harmless(cell or "")
    return str(_number(cell)).replace(".", ",")


def _cell(cell: Cell) -> Any:
    return (cell or "") if cell is None or isinstance(cell, str) else {workbooks.SUM: _number(cell)}


def _number(cell: Cell) -> Any:
    return cell.amount if hasattr(cell, "amount") else cell.value
