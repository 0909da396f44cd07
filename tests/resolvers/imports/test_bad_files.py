"""Files that cannot be taken: the others are, each refusal has a sentence, nothing of theirs is kept."""

import csv
import io
import re
from pathlib import Path

import pytest

from adapters.files import KINDS
from models import ImportFile, ImportProblem, ImportRun, Organization
from models.database import connection
from models.enums import Severity
from models.errors import NotFound
from resolvers.imports import ImportBusy, ImportOutcome, Line, result_rows, run_import, sentence, wording
from resolvers.imports.run import found
from tests.resolvers.imports.conftest import ROOT, contents, rows, said, taken, write

ACCOUNTS = "Лицевой счёт;Фамилия\n1;А\n"
CHARGES = "Период;Лицевой счёт;Услуга;Сумма\n2026-10;1;Вода;5\n"


async def test_the_other_files_land(organization: Organization, tmp_path: Path):
    folder = write(tmp_path / "a", accounts=ACCOUNTS, charges=CHARGES)
    (folder / "meters.csv").write_bytes(b"%PDF-1.4 ...")
    (folder / "readings.csv").write_bytes(b"")
    (folder / "balances.csv").write_bytes((folder / "charges.csv").read_bytes()[:-4])
    outcome = await taken(folder)
    assert outcome.refused_files == ["balances", "meters", "readings"]
    assert said(outcome) == [
        ("balances", "0", "refused", "truncated"),
        ("meters", "0", "refused", "not_text"),
        ("readings", "0", "refused", "empty_file"),
    ]
    assert outcome.status == 1
    assert [file.taken for file in outcome.files] == [1, 1]
    assert await ImportFile.all().count() == 5
    assert await ImportProblem.all().count() == 3


@pytest.mark.parametrize("name", ["accounts", "charges"])
async def test_what_turns_out_late_leaves_nothing_behind(organization: Organization, tmp_path: Path, name: str):
    """An unclosed quote is found at the end, after thousands of rows have been read."""
    await taken(write(tmp_path / "first", accounts=ACCOUNTS))
    text = {"accounts": "Лицевой счёт;Фамилия\n" + "".join(f"{n};А\n" for n in range(6_000)), "charges": CHARGES * 1}[name]
    before = await contents()
    folder = write(tmp_path / "a", **{name: text + '2026-10;"1;Вода;5\n'})
    outcome = await taken(folder)
    assert outcome.refused_files == [name]
    assert [line[3] for line in said(outcome)] == ["unclosed_quote"]
    assert await contents() == before
    assert outcome.status == 2
    assert (await ImportRun.all().order_by("-id").first()).state == "failed"  # type: ignore[union-attr]


async def test_a_nul_far_inside_refuses_only_its_row(organization: Organization, tmp_path: Path):
    """The first MiB is looked at before, the rest is not."""
    folder = write(tmp_path / "a", accounts=ACCOUNTS)
    with (folder / "accounts.csv").open("ab") as file:
        file.write(b"1;%b\r\n" % (b"a" * 190) * 6_000 + b"2\0;\0b\r\n3;c;\0\r\n4\r\n5\0\r\n6;d\r\n")
    outcome = await taken(folder, write(tmp_path / "b", charges=CHARGES))
    assert [line[1:] for line in said(outcome) if line[2] == "refused"] == [
        ("6003", "refused", "unreadable_letters"), ("6004", "refused", "too_many_columns"),
        ("6005", "refused", "too_few_columns"), ("6006", "refused", "too_few_columns"),
    ]  # fmt: skip
    assert [row["number"] for row in await rows("SELECT number FROM personal_account ORDER BY number")] == ["1", "6"]
    assert (outcome.files[-1].taken, outcome.status) == (1, 1)


@pytest.mark.parametrize("preview", [False, True])
async def test_a_run_that_breaks_off_is_kept_as_failed(organization: Organization, tmp_path: Path, preview: bool):
    def broken(stage: str, done: int, total: int) -> None:
        if stage == "charges":
            raise RuntimeError("the disk is on fire")

    with pytest.raises(RuntimeError, match="on fire"):
        await taken(write(tmp_path / "a", accounts=ACCOUNTS, charges=CHARGES), progress=broken, preview=preview)
    runs = await ImportRun.all()
    assert [(run.state, run.finished_at is not None) for run in runs] == [("failed", True)]
    assert await rows("SELECT id FROM personal_account") == [], "a run is kept as a whole or not at all"
    assert (await taken(tmp_path / "a")).status == 0


async def test_nothing_to_import(organization: Organization, tmp_path: Path):
    outcome = await taken(tmp_path)
    assert (outcome.status, outcome.files) == (2, [])
    assert [line.code for line in outcome.lines] == ["no_files"]


async def test_a_file_that_vanished(organization: Organization, tmp_path: Path):
    outcome = await taken(tmp_path / "gone.csv")
    assert said(outcome) == [("gone", "0", "refused", "unreadable")]


async def test_an_unknown_organization(database: str, tmp_path: Path):
    with pytest.raises(NotFound):
        await run_import("nobody", [tmp_path])


async def test_somebody_else_writes_for_too_long(organization: Organization, tmp_path: Path, database: str, database_kind: str):
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL waits for the other import and then goes on")
    import sqlite3

    connection().patience = 0.1
    other = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ImportBusy):
        await taken(write(tmp_path / "a", accounts=ACCOUNTS))
    other.rollback()
    other.close()
    assert (await taken(tmp_path / "a")).status == 0


def test_names_are_paths_inside_the_folder(tmp_path: Path):
    write(tmp_path / "in", b=ACCOUNTS)
    write(tmp_path / "in" / "deep", a=ACCOUNTS)
    (tmp_path / "in" / "UPPER.CSV").write_text("x")
    (tmp_path / "in" / "notes.txt").write_text("x")
    assert sorted(name for name, _ in found([tmp_path / "in"])) == ["UPPER", "b", "deep/a"]
    assert [name for name, _ in found([tmp_path / "in" / "b.csv", tmp_path / "in" / "b.csv"])] == ["b"]


def test_one_file_is_left_out_by_whatever_name(tmp_path: Path):
    folder = write(tmp_path / "in", a=ACCOUNTS, said=ACCOUNTS)
    (tmp_path / "link.csv").symlink_to(folder / "said.csv")
    for besides in (folder / "said.csv", folder / ".." / "in" / "said.csv", tmp_path / "link.csv"):
        assert [name for name, _ in found([folder, tmp_path / "link.csv"], besides)] == ["a"]
    assert [name for name, _ in found([folder], tmp_path / "none.csv")] == ["a", "said"]


def test_the_result_file_starts_no_formula():
    outcome = ImportOutcome(preview=False, lines=[Line("=cmd", 2, Severity.REFUSED, "unknown_account", {"account": "=1+1"})])
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(result_rows(outcome))
    _, row = csv.reader(io.StringIO(text.getvalue()), delimiter=";")
    assert row == ["'=cmd", "2", "refused", "unknown_account", "Лицевой счёт =1+1 не найден или не был принят.", "", ""]


def test_every_code_has_its_sentence_and_every_sentence_its_code():
    folders = (ROOT / "resolvers" / "imports", ROOT / "adapters" / "files")
    source = "".join(path.read_text(encoding="utf-8") for folder in folders for path in folder.glob("*.py") if path.stem not in ("wording", "titles"))
    used = set(re.findall(r'(?:CellProblem|FileRefused)\("(\w+)"', source))
    used |= set(re.findall(r'(?:refused|warning|return|code, params) ?=? ?\(?"(\w+)", ?\{', source))
    used |= set(re.findall(r'job, "(\w+)"', source))
    used |= {column.missing for kind in KINDS for column in kind.columns if column.missing} | {"arithmetic", "chain", "detail"}
    assert used <= set(wording.SENTENCES)
    assert [code for code in wording.SENTENCES if code != "vanished" and f'"{code}"' not in source] == []
    for code in wording.SENTENCES:
        assert "{" not in sentence(Line("file", 1, Severity.REFUSED, code, {}))
