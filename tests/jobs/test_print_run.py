"""A month's bills for the printer, from the command line."""

import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from jobs import print_run
from models import AccountCode, Organization
from tests import factories as make
from tests.test_cli import abonent
from tests.web.test_printing import CODE


@pytest.fixture
async def town(database) -> Organization:
    of = await make.organization()
    for number in range(33):
        account = await make.account(of, f"{number:08}")
        if number != 5:
            await make.statement(account, "2026-10", closing=100)
    return of


def texts(folder: Path) -> list[str]:
    return [re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(file).pages)) for file in sorted(folder.glob("*.pdf"))]


async def test_every_bill_is_printed_once_and_a_run_goes_on(town, tmp_path: Path):
    folder = tmp_path / "out"
    asked = ["bills", "vodokanal", "--period", "2026-10", "--out", str(folder), "--size", "a5"]
    told = abonent(*asked)
    assert "32 bills of 2026-10" in told.stdout
    assert "1 accounts have no bill of 2026-10: 00000005" in told.stderr
    first, second = texts(folder)
    assert re.findall(r"\b000000\d\d\b", first) == [f"{number:08}" for number in range(print_run.AT_ONCE) if number != 5]
    assert CODE.findall(first + second) == []
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())
    before, last = [file for file in sorted(folder.iterdir()) if file.suffix == ".pdf"]
    made = before.stat().st_mtime_ns
    last.unlink()
    late = await make.account(town, "00000001a", house="99")
    await make.statement(late, "2026-10", closing=100)
    told = abonent(*asked)
    assert "3 bills of 2026-10 for vodokanal; 1 files were there already" in told.stdout
    assert "came after the run began and are not in it: 00000001a" in told.stderr
    assert texts(folder) == [first, second], "each on paper once, whatever came since"
    assert before.stat().st_mtime_ns == made


async def test_another_runs_folder_is_not_taken_for_this_ones(town, tmp_path: Path):
    folder, numbers = tmp_path / "out", tmp_path / "numbers.txt"
    numbers.write_text("00000007\n", encoding="utf-8")
    asked = ["bills", "vodokanal", "--period", "2026-10", "--out", str(folder), "--accounts", str(numbers)]
    abonent(*asked)
    await Organization.filter(id=town.id).update(step_ups="bill_code")
    for other in (["--size", "a5"], ["--language", "kk"], ["--codes"]):
        assert "something else" in abonent(*asked, *other, status=1).stderr
    await make.organization("gaz")
    assert "something else" in abonent("bills", "gaz", "--period", "2026-10", "--out", str(folder), status=1).stderr
    numbers.write_text("00000008\n", encoding="utf-8")
    assert "something else" in abonent(*asked, status=1).stderr
    for damaged in ("{", "[]", "{}"):
        (folder / "run.json").write_text(damaged, encoding="utf-8")
        assert "something else" in abonent(*asked, status=1).stderr
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("x", encoding="utf-8")
    assert "something else" in abonent("bills", "vodokanal", "--period", "2026-10", "--out", str(tmp_path / "full"), status=1).stderr


async def test_a_list_of_numbers_with_codes(town, tmp_path: Path):
    numbers, folder = tmp_path / "numbers.txt", tmp_path / "out"
    numbers.write_text("00000007\n00000003\n", encoding="utf-8")
    asked = ["bills", "vodokanal", "--period", "2026-10", "--out", str(folder), "--accounts", str(numbers), "--codes"]
    assert "asks for no code" in abonent(*asked, status=1).stderr
    assert not folder.exists()
    await Organization.filter(id=town.id).update(look_up="proof", look_up_proof="bill_code")
    abonent(*asked)
    [text] = texts(folder)
    assert text.index("00000007") < text.index("00000003")
    assert len(set(CODE.findall(text))) == 2 == await AccountCode.all().count()
    numbers.write_text("777\n", encoding="utf-8")
    assert "777" in abonent(*asked[:5], str(tmp_path / "other"), *asked[6:], status=1).stderr
    assert "not a month" in abonent("bills", "vodokanal", "--period", "2026-13", "--out", str(folder), status=2).stderr
    numbers.write_bytes("счёт".encode("cp1251"))
    assert "not a text in UTF-8" in abonent(*asked, status=1).stderr
