"""The generator's registers in every shape give the very same import as the plain ones."""

import csv
import random
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import openpyxl
import pytest

from adapters.files.headings import KINDS
from models import ImportFile, Organization
from tests.resolvers.imports.conftest import assert_whole, contents, expected, rows, said, taken, write

ALL = ("--events", "--drift", "--dirty", "4")
QUOTES = str.maketrans("«»", '""')  # which neither 866 nor KOI8-R has
Rows = list[list[str]]


def plain(path: Path) -> Rows:
    with path.open(encoding="cp1251", newline="") as file:
        return [[cell.translate(QUOTES) for cell in row] for row in csv.reader(file, delimiter=";")]


def as_text(target: Path, rows: Rows, encoding: str = "cp1251", delimiter: str = ";", end: str = "\r\n") -> None:
    with target.with_suffix(".csv").open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator=end).writerows(rows)


def as_workbook(target: Path, rows: Rows) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Лист1")
    for row in rows:
        sheet.append(row)
    book.save(target.with_suffix(".xlsx"))


def typed(target: Path, rows: Rows) -> None:
    """Numbers as numbers, where that loses nothing."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Лист1")
    for row in rows:
        sheet.append([float(cell.replace(",", ".")) if "," in cell and cell.replace(",", "").replace("-", "").isdigit() else cell for cell in row])
    book.save(target.with_suffix(".xlsx"))


def shuffled(target: Path, rows: Rows) -> None:
    """Columns in another order, with others between them. Rows that lack columns must go on lacking some."""
    order = list(range(len(rows[0])))
    random.Random(target.name).shuffle(order)  # noqa: S311 - any order will do
    width = len(order)
    moved = [[row[place] if place < len(row) else "" for place in order] + ["", "x"] for row in rows]
    moved[0][-2:] = ["Примечание", "Ещё"]
    as_text(target, [new if len(row) == width else [*new[:2]] for row, new in zip(rows, moved, strict=True)])


def translated(language: str) -> Callable[[Path, Rows], None]:
    def write(target: Path, rows: Rows) -> None:
        kind = next(kind for kind in KINDS if kind.name == target.name)
        names = {column.headings[0]: kind.headings(column) for column in kind.columns}
        names |= {heading: kind.headings(column) for column in kind.columns for heading in column.headings}
        letters = set("әғқңөұүһі")
        is_mine = str.isascii if language == "en" else lambda name: bool(letters & set(name.lower())) or name in ("Кезең", "Сомасы", "Аты")
        headings = [next(filter(is_mine, names[heading]), heading) for heading in rows[0]]
        as_text(target, [headings, *rows[1:]], "utf-8")

    return write


SHAPES: dict[str, Callable[[Path, Rows], None]] = {
    "866": lambda target, rows: as_text(target, rows, "cp866"),
    "koi8 with tabs": lambda target, rows: as_text(target, rows, "koi8-r", "\t"),
    "UTF-8 with commas": lambda target, rows: as_text(target, rows, "utf-8", ","),
    "UTF-8 with bars and CR": lambda target, rows: as_text(target, rows, "utf-8-sig", "|", "\r"),
    "UTF-16": lambda target, rows: as_text(target, rows, "utf-16", "\t", "\n"),
    "workbook": as_workbook,
    "typed workbook": typed,
    "shuffled": shuffled,
    "Kazakh": translated("kk"),
    "English": translated("en"),
}
# Workbooks have no rows that are too short: the generator's broken accounts then lack other things.
SHORTENED = ("workbook", "typed workbook")


def reshaped(folder: Path, target: Path, write: Callable[[Path, Rows], None]) -> Path:
    target.mkdir()
    for path in sorted(folder.glob("*.csv")):
        rows = plain(path)
        if write in (as_workbook, typed):
            rows = [row if len(row) == len(rows[0]) else spoiled(row, rows[0]) for row in rows]
        write(target / path.stem, rows)
    return target


def spoiled(row: list[str], headings: list[str]) -> list[str]:
    row = [*row, *[""] * (len(headings) - len(row))]
    row[headings.index("Площадь")] = "сорок"
    return row


def without_short_rows(lines: Iterable[tuple[str, str, str, str]], shape: str) -> list[tuple[str, str, str, str]]:
    return sorted((*line[:3], "not_a_number" if line[3] == "too_few_columns" and shape in SHORTENED else line[3]) for line in lines)


@pytest.mark.parametrize("shape", SHAPES)
async def test_each_shape_gives_the_same_import(organization: Organization, registers: Callable[..., Path], tmp_path: Path, shape: str):
    folder = registers(*ALL, "--seed", str(len(shape)), accounts=45, months=3)
    other = reshaped(folder, tmp_path / "other", SHAPES[shape])
    outcome = await taken(other)
    assert said(outcome) == without_short_rows(expected(folder), shape)
    assert outcome.refused_files == []
    before = await contents()
    again = await taken(reshaped(folder, tmp_path / "plain", as_text))
    assert {file.changed for file in again.files} == {0}, "the plain files say nothing new"
    assert await contents() == before
    await assert_whole()


async def test_an_archive_gives_the_same_import(organization: Organization, registers: Callable[..., Path], tmp_path: Path):
    folder = registers(*ALL, accounts=45, months=3)
    with zipfile.ZipFile(tmp_path / "week.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folder.glob("*.csv"):
            archive.write(path, path.name)
        archive.writestr("readme.txt", "x")
    outcome = await taken(tmp_path / "week.zip")
    assert [(file.removeprefix("week/"), *rest) for file, *rest in said(outcome)] == expected(folder)
    before = await contents()
    assert {file.changed for file in (await taken(folder)).files} == {0}
    assert await contents() == before


async def test_how_a_file_was_read_is_kept(organization: Organization, registers: Callable[..., Path], tmp_path: Path):
    folder = registers(accounts=45, months=3)
    as_text(tmp_path / "tariffs", plain(folder / "tariffs.csv"), "koi8-r", "|")
    await taken(tmp_path / "tariffs.csv")
    [file] = await ImportFile.all()
    assert (file.encoding, file.delimiter, file.size) == ("koi8-r", "|", (tmp_path / "tariffs.csv").stat().st_size)


async def test_accounts_that_lost_their_zeros_are_not_taken_for_new_ones(organization: Organization, tmp_path: Path):
    await taken(write(tmp_path / "first", accounts="Лицевой счёт;Фамилия\n02015213;А\n15;Б\n"))
    outcome = await taken(write(tmp_path / "second", accounts="Лицевой счёт;Фамилия\n2015213;А\n15;Б\n015;В\n16;Г\n"))
    assert [line[1:] for line in said(outcome) if line[2] == "refused"] == [("2", "refused", "zeros_lost")]
    assert sorted(row["number"] for row in await rows("SELECT number FROM personal_account")) == ["015", "02015213", "15", "16"]


@pytest.mark.parametrize("kind", ["housing", "energy"])
@pytest.mark.parametrize("shape", ["866", "typed workbook", "shuffled", "Kazakh", "English"])
async def test_each_shape_of_the_other_kinds_too(organization: Organization, registers: Callable[..., Path], tmp_path: Path, kind: str, shape: str):
    folder = registers("--kind", kind, "--drift", "--seed", str(len(shape)), accounts=20, months=4)
    outcome = await taken(reshaped(folder, tmp_path / "other", SHAPES[shape]))
    assert said(outcome) == expected(folder)
    assert {file.changed for file in (await taken(reshaped(folder, tmp_path / "plain", as_text))).files} == {0}
    await assert_whole()
