"""The result of a run: made from what the database keeps, at any time, in any language, and never a formula."""

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from models import ImportFile, ImportProblem, ImportRun
from models.enums import Severity
from resolvers.imports import result
from resolvers.imports.titles import title
from tests.resolvers.imports.conftest import expected, taken

EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "#REF!", '=HYPERLINK("http://x")')


async def as_rows(run_pk: int, language: str = "ru") -> list[list[str]]:
    text = b"".join([part async for part in result.as_csv(run_pk, language)]).decode()
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


@pytest.fixture
async def run(organization) -> ImportRun:
    """Rows that want to be formulas, and an account that is missing."""
    made = await ImportRun.create(organization=organization, started_at="2026-11-20T09:00:00+00:00", who="command line", state="done")
    file = await ImportFile.create(run=made, name="=cmd", kind="accounts", sha256="", encoding="cp1251")
    for line, text in enumerate(EVIL, 2):
        row = {"code": "unknown_word", "params": {"value": text, "column": text}, "column": text, "row": f"{text};x\r\n\0".replace("\0", "")}
        await ImportProblem.create(file=file, line=line, severity=Severity.REFUSED, **row)
    await ImportProblem.create(file=file, line=0, severity=Severity.NOTICE, code="vanished", params={"account": "=7"})
    gone = {"account": "8", "day": "2026-10-05", "amount": "20.00", "document": "D-1"}
    await ImportProblem.create(file=file, line=0, severity=Severity.NOTICE, code="payment_missing", params=gone)
    return made


async def test_every_row_that_the_generator_expects_is_there_in_each_language(organization, registers):
    folder = registers("--events", "--drift", "--dirty", "5")
    outcome = await taken(folder)
    for language in ("ru", "kk", "en"):
        heading, *rows = await as_rows(outcome.run_id, language)
        assert heading == ["file", "line", "severity", "code", "message", "column", "row"]
        assert sorted(tuple(row[:4]) for row in rows) == expected(folder)
        assert all(row[4] and "%" not in row[4] for row in rows)
    assert {row[3] for row in rows if row[6]} <= {row[3] for row in rows if row[2] == "refused"}, "only refused rows are kept as they came"


async def test_a_preview_has_the_same_result(organization, registers):
    folder = registers("--events", "--dirty", "5")
    looked, done = await taken(folder, preview=True), await taken(folder)
    assert await as_rows(looked.run_id) == await as_rows(done.run_id)


async def test_no_cell_is_a_formula(run, tmp_path: Path):
    for row in (await as_rows(run.id))[1:]:
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]
        assert "\n" not in "".join(row)
    await result.write_result(run.id, "ru", None, tmp_path / "r.xlsx")
    book = load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["rows", "sums per code", "vanished"]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        for cells in sheet.iter_rows():
            assert not [cell.value for cell in cells if cell.data_type in ("f", "e") or str(cell.value or "").startswith(("=", "+", "-", "@"))]
    assert [cell.value for cell in book["vanished"][2]][1] == "'=7"
    assert [cell.value for cell in book["sums per code"][2]][:3] == ["unknown_word", "refused", len(EVIL)]
    codes = [cells[3].value for cells in book["rows"].iter_rows(min_row=2)]
    assert codes.count("payment_missing") == 1, "with its day, sum and document, which the sheet of accounts has no room for"
    assert (len(codes), book["vanished"].max_row) == (len(EVIL) + 1, 2)


async def test_sums_say_how_much_money(run):
    summary = {"codes": [{"code": "unknown_word", "severity": "refused", "count": 7, "amount": 12345}]}
    first, *_, second = await result.sums(run.id, summary)
    assert (first["code"], first["count"], first["amount"], first["message"]) == ("unknown_word", 7, 12345, "Неизвестное значение")
    assert (second["code"], second["amount"]) == ("vanished", None)
    assert title("of_another_release") == "of_another_release"


async def test_a_long_result_comes_in_parts(run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(result, "AT_ONCE", 2)
    parts = [part async for part in result.as_csv(run.id, "en")]
    assert len(parts) > 3
    assert b"".join(parts).decode() == "".join([part.decode() async for part in result.as_csv(run.id, "en")])
    assert len(await as_rows(run.id)) == 1 + len(EVIL) + 2
