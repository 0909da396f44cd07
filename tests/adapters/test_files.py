"""Registers as bytes: encodings, headings, cells, and files that are none."""

import datetime as dt
from pathlib import Path

import pytest

from adapters.files import FileRefused, open_register
from adapters.files.cells import CellProblem, day, decimal, money, month, percent, whole

BALANCES = "Период;Лицевой счёт;Остаток на начало;Начислено;Остаток на конец\r\n"
ROW = "2026-10;02000000;10,00;5,50;15,50\r\n"


def register(folder: Path, content: str | bytes, encoding: str = "cp1251"):
    path = folder / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return open_register("file", path)


def refusal(folder: Path, content: str | bytes, encoding: str = "cp1251") -> tuple[str, int]:
    with pytest.raises(FileRefused) as caught:
        list(register(folder, content, encoding).rows())
    return caught.value.code, caught.value.line


@pytest.mark.parametrize(
    ("text", "minor"),
    [("0", 0), ("1500", 150_000), ("-641,06", -64_106), ("12.5", 1_250), ("1 234,50", 123_450), ("1\u00a0234\u202f567,01", 123_456_701), ("−3,00", -300)],
)
def test_money_is_read_as_it_is_written(text: str, minor: int):
    assert money(text) == minor


@pytest.mark.parametrize(
    "text", ["12O,5", "1 2З4,5O", "сорок", "1,234,5", "12,345", "1 23,00", "1e3", "0x10", "Infinity", "٣", "--1", "1,", ",5", "+5", "10 000 00"]
)
def test_what_is_no_money_is_not_guessed_at(text: str):
    with pytest.raises(CellProblem) as caught:
        money(text)
    assert caught.value.code == "not_a_number"


def test_sums_of_whole_registers_fit_the_database():
    with pytest.raises(CellProblem) as caught:
        money("100000000000,01")
    assert caught.value.code == "too_large"


def test_other_cells():
    assert decimal("0,0992") == 99_200
    assert percent("12") == 1_200
    assert percent("12,5 %") == 1_250
    assert whole(10)("5") == 5
    assert day("29.02.2024") == dt.date(2024, 2, 29) == day("2024-02-29")
    assert month("2026-10") == dt.date(2026, 10, 1) == month("10.2026")


@pytest.mark.parametrize(
    ("parse", "text", "code"),
    [
        (day, "31.02.2026", "not_a_date"),
        (day, "01.01.0001", "not_a_date"),
        (day, "вчера", "not_a_date"),
        (month, "2026-13", "not_a_period"),
        (month, "октябрь", "not_a_period"),
        (percent, "101", "too_large"),
        (percent, "-1", "not_a_number"),
        (whole(10), "5,5", "not_a_number"),
        (whole(10), "11", "too_large"),
        (decimal, "1" * 13, "too_large"),
        (decimal, "1" * 5_000, "too_large"),
        (money, "9" * 16, "too_large"),
        (decimal, "1,1234567", "not_a_number"),
    ],
)
def test_other_cells_that_make_no_sense(parse, text: str, code: str):
    with pytest.raises(CellProblem) as caught:
        parse(text)
    assert caught.value.code == code


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8", "utf-8-sig", "cp866", "koi8-r", "utf-16"])
def test_encodings_are_told_by_the_headings(tmp_path: Path, encoding: str):
    found = register(tmp_path, BALANCES + ROW, encoding)
    assert (found.kind.name, found.encoding) == ("balances", encoding)
    [row] = found.rows()
    assert (row.line, row.code) == (2, None)
    assert row.values == (dt.date(2026, 10, 1), "02000000", None, 1_000, 550, None, None, None, None, None, 1_550)


def test_columns_come_in_any_order_with_others_between(tmp_path: Path):
    text = "Участок;ОСТАТОК НА КОНЕЦ;Лицевой счет;Примечание;Период\n7;15,50;02000000;;2026-10\n"
    [row] = register(tmp_path, text).rows()
    assert row.values[:2] == (dt.date(2026, 10, 1), "02000000")
    assert row.values[-1] == 1_550


def test_rows_are_numbered_as_an_editor_numbers_them(tmp_path: Path):
    text = BALANCES + "\r\n" + ROW + '2026-10;"0200\r\n0007";1;1;2\r\n' + ROW
    assert [(row.line, row.code) for row in register(tmp_path, text).rows()] == [(3, None), (4, "quotes"), (5, "quotes"), (6, None)]


def test_rows_swallowed_by_quotes_are_each_told_and_whose_they_are(tmp_path: Path):
    swallowed = '2026-10;1;10;5;"15\r\n2026-10;2;10;5;15"\r\n'
    spoiled = '2026-10;3;10;5;"15\r\n2026-10;4;10;5;1"5\r\n'
    found = list(register(tmp_path, BALANCES + swallowed + ROW + spoiled + ROW).rows())
    assert [(row.line, row.code) for row in found] == [(2, "quotes"), (3, "quotes"), (4, None), (5, "quotes"), (6, "quotes"), (7, None)]
    assert [row.values[:2] for row in found if row.code] == [(dt.date(2026, 10, 1), account) for account in "1234"]


def test_a_quote_in_the_headings_swallows_nothing(tmp_path: Path):
    text = 'Период;Лицевой счёт;Остаток на конец;"Примечание\r\n' + '2026-10;1;5;"\r\n'
    with pytest.raises(FileRefused):
        list(register(tmp_path, text).rows())
    [row] = register(tmp_path, text.replace(';"\r', ";\r")).rows()
    assert (row.line, row.code) == (2, None)


def test_a_cell_longer_than_any_may_be_is_called_so(tmp_path: Path):
    first, second = register(tmp_path, BALANCES + f"2026-10;{'1' * 140_000};1;1;2\r\n" + ROW).rows()
    assert (first.code, first.params) == ("too_long", {"column": "Лицевой счёт", "longest": 131_072})
    assert second.code is None


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("2026-10;02000000;10,00", "too_few_columns"),
        ("2026-10;02000000;10,00;5,50;15,50;лишнее", "too_many_columns"),
        ("2026-10;02000000;10,00;5,50;15,50;;", None),
        ("2026-10;;10,00;5,50;15,50", "account_number_missing"),
        ("2026-10;02000000;10,00;5,50;", "missing"),
        ("2026-10;02000000;десять;5,50;15,50", "not_a_number"),
        ("2026-13;02000000;10,00;5,50;15,50", "not_a_period"),
        (f"2026-10;{'0' * 41};10,00;5,50;15,50", "too_long"),
        ('2026-10;"020"0;10,00;5,50;15,50', "quotes"),
    ],
)
def test_a_broken_row_breaks_only_itself(tmp_path: Path, row: str, code: str | None):
    first, second = register(tmp_path, BALANCES + row + "\r\n" + ROW).rows()
    assert first.code == code
    assert second.code is None


def test_letters_outside_the_encoding_break_only_their_row(tmp_path: Path):
    content = (BALANCES + ROW).encode() + b"2026-10;0200\xff;1;1;2\r\n" + ROW.encode()
    assert [row.code for row in register(tmp_path, content).rows()] == [None, "unreadable_letters", None]


def test_a_nul_far_inside_breaks_only_its_row(tmp_path: Path):
    rows = list(register(tmp_path, BALANCES + ROW * 40_000 + "2026-10;0200\x00;1;1;2\r\n" + ROW).rows())
    assert [row.code for row in rows[-3:]] == [None, "unreadable_letters", None]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf\r\n", "empty_file"),
        (b"%PDF-1.7\n%\xe2\xe3", "not_text"),
        (b"PK\x03\x04....", "damaged"),
        (b"\x00\x01\x02\x03\n", "not_text"),
        ((BALANCES + ROW).encode("utf-32"), "encoding"),
        (b"\xef\xbb\xbf" + (BALANCES + ROW).encode("cp1251"), "mixed_encodings"),
        ((BALANCES[:-2] + ";x" * 10_000 + "\r\n").encode(), "too_many_headings"),
        ("Имя;Отчество\nА;Б\n".encode(), "unknown_headings"),
        (b"a,b,c\n1,2,3\n", "unknown_headings"),
        ("Период;Лицевой счёт;период;Остаток на конец\n".encode(), "duplicate_heading"),
        ((BALANCES + ROW[:-2]).encode(), "truncated"),
        ((BALANCES + ROW[:12]).encode(), "truncated"),
        ((BALANCES + '2026-10;"02000000;10,00;5,50;15,50\r\n' + ROW * 3).encode(), "unclosed_quote"),
        ((BALANCES + '2026-10;"02000000;10,00;5,50;15,50\r\n' + ROW * 50).encode(), "unclosed_quote"),
        ((BALANCES + "0" * 300_000 + "\r\n").encode(), "line_too_long"),
    ],
)
def test_files_that_are_no_register(tmp_path: Path, content: bytes, code: str):
    assert refusal(tmp_path, content)[0] == code


def test_an_unclosed_quote_names_its_line(tmp_path: Path):
    assert refusal(tmp_path, BALANCES + ROW + '2026-10;"0200;1;1;2\r\n' + ROW) == ("unclosed_quote", 3)


def test_a_missing_file_and_a_folder_are_told_apart_from_a_crash(tmp_path: Path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(FileRefused) as caught:
            open_register("x", path)
        assert caught.value.code == "unreadable"
