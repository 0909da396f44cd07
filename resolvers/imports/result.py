"""The result of a run: a line for each row that was refused or doubted, for a spreadsheet or for whoever made the register.

It is made from what the database keeps of the run, whenever it is wanted, in any language, some thousands of rows at a time.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any

from adapters import workbooks
from adapters.sheets import harmless, lines
from adapters.texts import speaking
from models.quantity import decimal_text
from resolvers.imports.outcome import ImportOutcome, Line
from resolvers.imports.runs import ProblemRow, counts_of, files_with_problems, problems_of_file
from resolvers.imports.titles import title
from resolvers.imports.wording import sentence

HEADINGS = ("file", "line", "severity", "code", "message", "column", "row")
CODES = ("code", "severity", "count", "amount", "message")
VANISHED = ("file", "account", "message")
AT_ONCE = 2_000
ROWS_SHEET, CODES_SHEET, VANISHED_SHEET = "rows", "sums per code", "vanished"
VANISHED_CODE = "vanished"  # other notices, of payments that a register no longer has, stand among the rows


async def problems(run_pk: int) -> AsyncIterator[ProblemRow]:
    """All that was said of rows, file by file."""
    for file_pk in await files_with_problems(run_pk):
        after = (-1, 0)
        while found := await problems_of_file(file_pk, AT_ONCE, after):
            for row in found:
                yield row
            after = (found[-1].line, found[-1].pk)


async def as_csv(run_pk: int, language: str) -> AsyncIterator[bytes]:
    """UTF-8, semicolons, headings first; some thousands of rows at a time."""
    held: list[tuple[str, ...]] = [HEADINGS]
    async for problem in problems(run_pk):
        with speaking(language):
            held.append(cells(problem))
        if len(held) >= AT_ONCE:
            yield lines(held)
            held = []
    yield lines(held)


async def as_xlsx(run_pk: int, language: str, summary: dict[str, Any] | None, target: Path) -> None:
    """Write the workbook: the rows, sums per code, and accounts that are no longer in the register."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl", dir=target.parent) as spool:
        for sheet, heading in ((ROWS_SHEET, HEADINGS), (CODES_SHEET, CODES), (VANISHED_SHEET, VANISHED)):
            _spool(spool, sheet, heading)
        async for problem in problems(run_pk):
            with speaking(language):
                if problem.code == VANISHED_CODE:
                    _spool(spool, VANISHED_SHEET, (harmless(problem.file), harmless(str(problem.params.get("account", ""))), said(problem)))
                else:
                    name, _, *rest = cells(problem)
                    _spool(spool, ROWS_SHEET, (name, problem.line, *rest))
        with speaking(language):
            for row in await sums(run_pk, summary):
                amount = decimal_text(row["amount"] * 10_000, 2) if row["amount"] is not None else ""
                _spool(spool, CODES_SHEET, (row["code"], row["severity"], row["count"], amount, row["message"]))
        spool.flush()
        await workbooks.made(Path(spool.name), target)


def result_rows(outcome: ImportOutcome) -> Iterator[tuple[str, ...]]:
    """The same of the lines that an outcome holds, which are the first of each file; headings first."""
    yield HEADINGS
    for line in outcome.lines:
        yield cells(ProblemRow(0, 0, line.file, line.line, line.severity, line.code, line.params, line.column, line.row))


async def write_result(run_pk: int, language: str, summary: dict[str, Any] | None, target: Path) -> None:
    """A file of the kind that its name says: .xlsx, else CSV."""
    if target.suffix.casefold() == ".xlsx":
        await as_xlsx(run_pk, language, summary, target)
        return
    with target.open("wb") as file:
        async for part in as_csv(run_pk, language):
            file.write(part)


async def sums(run_pk: int, summary: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Per code: how many, for how much money (minor units) where that is known, and what it means."""
    amounts = {(one.get("code"), one.get("severity")): one.get("amount") for one in (summary or {}).get("codes") or ()}
    found = []
    for row in await counts_of(run_pk):
        amount = amounts.get((row["code"], row["severity"]))
        found.append({"code": row["code"], "severity": row["severity"], "count": int(row["count"]), "amount": amount, "message": title(row["code"])})
    return found


def cells(problem: ProblemRow) -> tuple[str, ...]:
    """A row of the file, in the present language."""
    where = (harmless(problem.file), str(problem.line), problem.severity.value, problem.code)
    return (*where, harmless(said(problem)), harmless(problem.column), harmless(_one_line(problem.row or "")))


def said(problem: ProblemRow) -> str:
    """The sentence, in the present language."""
    return sentence(Line(problem.file, problem.line, problem.severity, problem.code, problem.params))


def _one_line(text: str) -> str:
    """A cell of a workbook may hold line ends, a line of the result may not."""
    return " ".join(text.split("\n")).replace("\r", " ")


def _spool(spool: Any, sheet: str, row: Iterable[Any]) -> None:
    spool.write(json.dumps([sheet, list(row)], ensure_ascii=True) + "\n")
