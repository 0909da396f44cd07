"""Texts in every shape: separators, encodings, line ends, titles, totals, languages; and numbers and dates as people write them."""

import datetime as dt
import os
import pickle
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from adapters.files import KINDS, FileRefused, ParsedRow, Register, open_register
from adapters.files.cells import CellProblem, day, decimal, money, month, percent
from adapters.files.encodings import by_letters
from adapters.files.words import basis_of, folded, source_of
from models.enums import ChargeBasis, ReadingSource

CHARGES = ["Период;Лицевой счёт;Услуга;Количество;Сумма", "2026-10;02000000;Холодная вода;1,5;99,70", "2026-10;02000007;Водоотведение;2;-10,00"]
VALUES = [(dt.date(2026, 10, 1), "02000000", "Холодная вода", 1_500_000, 9_970), (dt.date(2026, 10, 1), "02000007", "Водоотведение", 2_000_000, -1_000)]
COLUMNS = ("period", "account", "service", "quantity", "amount")


def register(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Register:
    path = folder / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return open_register("file", path)


def refusal(folder: Path, content: str | bytes, encoding: str = "utf-8") -> tuple[str, int]:
    with pytest.raises(FileRefused) as caught:
        list(register(folder, content, encoding).rows())
    return caught.value.code, caught.value.line


def picked(found: Register, *columns: str) -> list[tuple[object, ...]]:
    places = [found.kind.names.index(column) for column in columns or COLUMNS]
    return [tuple(row.values[place] for place in places) for row in found.rows()]


def lines(*rows: str, end: str = "\r\n") -> str:
    return "".join(f"{row}{end}" for row in rows)


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "koi8-r", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_encoding_separator_and_line_ends_are_told_by_the_headings(tmp_path: Path, encoding: str, delimiter: str, end: str):
    rows = [row.replace(",", ".").replace(";", delimiter) for row in CHARGES]
    found = register(tmp_path, lines(*rows, end=end), encoding)
    assert (found.encoding, found.delimiter, found.kind.name) == (encoding, delimiter, "charges")
    assert picked(found) == VALUES
    assert [row.line for row in found.rows()] == [2, 3]


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "koi8-r", "utf-8"])
@pytest.mark.parametrize("service", ["Холодное водоснабжение", "ВОДООТВЕДЕНИЕ ПО НОРМАТИВУ", "Отопление (жилые помещения)"])
def test_latin_headings_leave_the_encoding_to_the_letters_of_the_file(tmp_path: Path, encoding: str, service: str):
    head = lines("Period;Account;Service;Amount", *["2026-10;1;x;1"] * 60_000)  # the letters come after the first block
    found = register(tmp_path, head + lines(f"2026-10;2;{service};1"), encoding)
    assert found.encoding == encoding
    assert picked(found, "service")[-1] == (service,)


def test_letters_tell_nothing_where_there_are_none():
    assert by_letters(b"") == "utf-8"
    assert by_letters("вода".encode()[:-1]) == "utf-8"  # cut off inside a letter


@given(
    some.sampled_from(["cp1251", "cp866", "koi8-r"]),
    some.lists(some.sampled_from(["вода", "отопление", "содержание", "жилья", "капитальный", "ремонт"]), min_size=4),
)
def test_words_of_a_register_tell_their_encoding(encoding: str, words: list[str]):
    for text in (" ".join(words), " ".join(words).title(), " ".join(words).upper()):
        assert by_letters(text.encode(encoding).translate(None, bytes(range(128)))) == encoding


def test_quoted_cells_hold_separators_and_quotes(tmp_path: Path):
    rows = ['"Период","Лицевой счёт","Услуга","Количество","Сумма"', '"2026-10","1","ТОО ""Вода, и тепло""","1,5","1,234.56"']
    assert picked(register(tmp_path, lines(*rows)), "service", "amount") == [('ТОО "Вода, и тепло"', 123_456)]


def test_line_ends_may_be_mixed(tmp_path: Path):
    found = register(tmp_path, f"{CHARGES[0]}\r\n{CHARGES[1]}\r{CHARGES[2]}\n{CHARGES[1]}\r\n\r\n{CHARGES[2]}\n")
    assert [row.line for row in found.rows()] == [2, 3, 4, 6]


def test_blocks_may_end_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    content = lines(CHARGES[0], *CHARGES[1:] * 4, '2026-10;"2;Вода;1;1', '2026-10;2";Вода;1;1', CHARGES[1], end="\r\n")
    whole = list(register(tmp_path, content, "utf-8-sig").rows())
    for size in (1, 2, 3, 7, 16, 61):
        source = register(tmp_path, content, "utf-8-sig")
        monkeypatch.setattr("adapters.files.looking.BLOCK", size)
        assert list(source.rows()) == whole
        monkeypatch.undo()


def test_titles_may_stand_above_the_headings(tmp_path: Path):
    found = register(tmp_path, lines("Реестр начислений;;;;", "за октябрь 2026;;;;", "", *CHARGES))
    assert picked(found) == VALUES
    assert [row.line for row in found.rows()] == [5, 6]
    assert refusal(tmp_path, lines(*["Реестр"] * 20, *CHARGES))[0] == "unknown_headings"


def test_rows_without_anything_in_them_are_no_rows(tmp_path: Path):
    assert len(list(register(tmp_path, lines(*CHARGES, ";;;;", "  ", ";;\u00a0;;", CHARGES[1])).rows())) == 3


@pytest.mark.parametrize(
    "total", ["Итого;;;;89,70", "ИТОГО:;;;3,5;89.70", "Всего по файлу;;;;89,70", "Барлығы;;;;89,7", "Total;;;;", ";;Итого;;89,70", "Всего записей: 2;;;;"]
)
def test_sums_below_are_left_out_and_held_against_the_rows(tmp_path: Path, total: str):
    assert picked(register(tmp_path, lines(*CHARGES, total))) == VALUES


@pytest.mark.parametrize(("total", "code"), [("Итого;;;;89,71", "control_sum"), ("Всего записей: 3;;;;", "control_count"), ("Итого;;;;99,70", "control_sum")])
def test_sums_that_are_not_those_of_the_rows_refuse_the_file(tmp_path: Path, total: str, code: str):
    assert refusal(tmp_path, lines(*CHARGES, total)) == (code, 4)


def test_sums_of_parts_are_left_out(tmp_path: Path):
    content = lines(CHARGES[0], CHARGES[1], "Итого по дому 1;;;;99,70", CHARGES[2], "Итого по дому 2;;;;-10,00")
    assert picked(register(tmp_path, content)) == VALUES
    assert picked(register(tmp_path, content + lines("Итого;;;;89,70"))) == VALUES
    assert refusal(tmp_path, content + lines("Итого;;;;0,00"))[0] == "control_sum"


def test_an_account_is_no_sum_for_its_name(tmp_path: Path):
    content = lines("Лицевой счёт;Фамилия", "1;Итоговый", ";Итоговый", ";Всеволодов", "Т-12;Иванов", "Итого: 4;")
    assert [(row.line, row.code) for row in register(tmp_path, content).rows()] == [
        (2, None), (3, "account_number_missing"), (4, "account_number_missing"), (5, None),
    ]  # fmt: skip


def test_refused_rows_keep_their_text_and_column(tmp_path: Path):
    content = lines("Кезең;Дербес шот;Қызмет;Сомасы", "2026-10;1;Су;сорок", "2026-10;1;Су;5", "2026-10;1;Су")
    first, good, last = register(tmp_path, content).rows()
    assert (first.code, first.params, first.text) == ("not_a_number", {"column": "Сомасы", "value": "сорок"}, "2026-10;1;Су;сорок")
    assert (good.code, good.text) == (None, "")
    assert (last.code, last.text) == ("too_few_columns", "2026-10;1;Су")
    assert register(tmp_path, content).texts({2, 4}) == {2: "2026-10;1;Су;сорок", 4: "2026-10;1;Су"}


@pytest.mark.parametrize(
    ("encoding", "row"),
    [
        ("cp1251", "2026-10;1;Холодная вода;1;1".encode()),
        ("cp866", "2026-10;1;Холодная вода;1;1".encode("cp1251")),
        ("koi8-r", "2026-10;1;Холодная вода;1;1".encode()),
        ("cp1251", "2026-10;1;Холодное водоснабжение домов;1;1".encode("cp866")),
        ("cp866", "2026-10;1;Холодная вода;1;1".encode("koi8-r")),
        ("koi8-r", "2026-10;1;Холодная вода;1;1".encode("cp866")),
        ("utf-8", "2026-10;1;Холодная вода;1;1".encode("cp1251")),
        ("cp1251", b"2026-10;1;\x01\x02;1;1"),
        ("cp1251", b"2026-10;1;\x98;1;1"),
        ("utf-8-sig", "2026-10;1;Вода;1;1".encode("cp866")),
    ],
)
def test_a_row_in_another_encoding_breaks_only_itself(tmp_path: Path, encoding: str, row: bytes):
    content = lines(*CHARGES).encode(encoding) + row + b"\r\n" + lines(CHARGES[1]).encode(encoding.removesuffix("-sig"))
    assert [found.code for found in register(tmp_path, content).rows()] == [None, None, "unreadable_letters", None]


@pytest.mark.parametrize("text", ["№ 5 «Вода»", "вода – 5°", "Ё ё Ў і", "a…b", "тариф €"])
def test_unusual_letters_of_an_encoding_are_readable(tmp_path: Path, text: str):
    for encoding in ("cp1251", "utf-8"):
        found = register(tmp_path, lines(CHARGES[0], f"2026-10;1;{text};1;1"), encoding)
        assert picked(found, "service") == [(text,)]


def test_a_mark_with_another_encoding_behind_it_is_told(tmp_path: Path):
    for encoding in ("cp1251", "cp866", "koi8-r"):
        assert refusal(tmp_path, b"\xef\xbb\xbf" + lines(*CHARGES).encode(encoding)) == ("mixed_encodings", 1)


def test_a_text_of_dos_may_end_with_its_mark(tmp_path: Path):
    assert picked(register(tmp_path, lines(*CHARGES).encode("cp866") + b"\x1a")) == VALUES


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path):
    path = tmp_path / "file.csv"
    found = register(tmp_path, lines(CHARGES[0], *[CHARGES[1]] * 60_000))
    rows = found.rows()
    next(rows)
    with path.open("ab") as file:
        file.write(lines(CHARGES[1]).encode())
    with pytest.raises(FileRefused, match="changed_while_read"):
        list(rows)
    found = register(tmp_path, lines(CHARGES[0], *[CHARGES[1]] * 60_000))
    (tmp_path / "other").write_bytes(path.read_bytes())
    (tmp_path / "other").replace(path)
    with pytest.raises(FileRefused, match="changed_while_read"):
        list(found.rows())


def test_the_same_bytes_under_the_same_time_are_not_enough(tmp_path: Path):
    found, path = register(tmp_path, lines(*CHARGES)), tmp_path / "file.csv"
    status = path.stat()
    with path.open("r+b") as file:
        file.seek(-4, 2)
        file.write(b"1")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(FileRefused, match="changed_while_read"):
        list(found.rows())


@pytest.mark.parametrize(
    "tail", [b"x" * (48 << 20), b'"a\n";' * (4 << 20), b'"' + b"a\n" * (8 << 20), b"\r" * (1 << 20)], ids=["one line", "quotes", "quote", "CR"]
)
def test_memory_stays_flat_whatever_comes(tmp_path: Path, tail: bytes):
    path = tmp_path / "file.csv"
    path.write_bytes(lines(*CHARGES).encode() + tail + b"\n")
    tracemalloc.start()
    code = None
    try:
        for _ in open_register("file", path).rows():
            pass
    except FileRefused as refused:
        code = refused.code
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert code in (None, "line_too_long", "unclosed_quote")
    assert peak < 64 << 20


def test_a_register_may_be_read_in_another_process(tmp_path: Path):
    found = register(tmp_path, lines(*CHARGES, "2026-13;1;x;1;1"))
    again = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own
    assert list(again.rows()) == list(found.rows())
    refused = pickle.loads(pickle.dumps(FileRefused("line_too_long", 3, longest=5)))  # noqa: S301
    assert (refused.code, refused.line, refused.params) == ("line_too_long", 3, {"longest": 5})


def test_every_row_is_a_parsed_row(tmp_path: Path):
    assert {type(row) for row in register(tmp_path, lines(*CHARGES, "x")).rows()} == {ParsedRow}


@pytest.mark.parametrize("language", ["ru", "kk", "kk in Russian letters", "en"])
def test_headings_are_known_in_three_languages(tmp_path: Path, language: str):
    """Every column of every kind by one of its names in each language, in any order."""
    kazakh = str.maketrans("ӘәҒғҚқҢңӨөҰұҮүҺһІі", "АаГгКкНнОоУуУуХхИи")
    for kind in KINDS:
        headings = []
        for column in kind.columns:
            names = kind.headings(column)
            mine = {"ru": names[:1], "en": [name for name in names if name.isascii()]}.get(
                language, [name for name in names if set(name) & set("әғқңөұүһіӘҒҚҢӨҰҮҺІ")]
            )
            headings.append((mine or names)[0].translate(kazakh) if "Russian" in language else (mine or names)[0])
        if kind.name == "charges":  # what else balances are known by
            headings = [heading for heading in headings if folded(heading) not in map(folded, kind.never)]
        found = register(tmp_path, lines(";".join(reversed(headings))), "utf-8")
        assert found.kind.name == kind.name, headings
        assert set(found.positions) == set(kind.names), headings


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1 234,56", 123_456), ("1'234.56", 123_456), ("1’234,56", 123_456), ("1\u2009234,56", 123_456), ("1,234.56", 123_456), ("1.234,56", 123_456),
        ("1.234.567,89", 123_456_789), ("1,234,567.89", 123_456_789), ("1 234,56 ₸", 123_456), ("₽1234.56", 123_456), ("1234,56 тг.", 123_456),
        ("1234,56руб", 123_456), ("-1234,56 руб.", -123_456), ("−5", -500), ("–5,00", -500), ("5,00-", -500), ("(5,00)", -500), ("- 5", -500),
        ("100,0000", 10_000), ("100.5000", 10_050), ("0,00", 0), ("-0", 0), ("1234567890", 123_456_789_000), ("12 KZT", 1_200), ("тг 12", 1_200), ("12р", 1_200),
    ],
)  # fmt: skip
def test_sums_in_the_forms_that_people_write(text: str, minor: int):
    assert money(text) == minor


@pytest.mark.parametrize(
    "text",
    [
        "1,234",
        "1.234",
        "1,234,567",
        "1.234.567",
        "1,23.456",
        "1.2345",
        "12,34,567.00",
        "(5",
        "5)",
        "--5",
        "-(5)-",
        "₸",
        "5 ₸ 6",
        "5 рублей 6",
        "1 234 5",
        "1''234",
        "5%",
        "((5))",
        "5--",
    ],
)
def test_sums_that_could_mean_two_things_are_refused(text: str):
    with pytest.raises(CellProblem):
        money(text)


@given(some.integers(-(10**12), 10**12))
def test_a_sum_reads_the_same_in_every_form(minor: int):
    sign, whole, cents = "-" * (minor < 0), abs(minor) // 100, f"{abs(minor) % 100:02d}"
    for form in (
        f"{whole},{cents}",
        f"{whole}.{cents}",
        f"{whole:,}.{cents}",
        f"{whole:,}".replace(",", " ") + f",{cents}",
        f"{whole:,}".replace(",", ".") + f",{cents}",
    ):
        assert money(sign + form) == minor, form
        if minor < 0:
            assert money(f"({form})") == minor


@given(some.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31)))
def test_a_day_reads_the_same_in_every_form(date: dt.date):
    forms = ["%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%Y%m%d", "%Y.%m.%d", "%d.%m.%Y 00:00:00", "%Y-%m-%dT00:00:00", "%d.%m.%Y 23:59", "%d.%m.%Y г."]
    for form in (*forms, *(["%d.%m.%y"] if date.year < 2070 else [])):
        assert day(date.strftime(form)) == date, form
    assert day(f"{date.day}.{date.month}.{date.year}") == date


@pytest.mark.parametrize(
    "text", ["31.02.2026", "13.13.2026", "2026-1-1", "1.1.1", "45992", "2026-10", "01.10-2026", "20261301", "25:00", "2026-10-01 x", "٠١.٠١.٢٠٢٦"]
)
def test_days_that_are_none(text: str):
    with pytest.raises(CellProblem):
        day(text)


def test_years_of_two_digits_have_a_pivot():
    assert day("31.12.69") == dt.date(2069, 12, 31)
    assert day("01.01.70") == dt.date(1970, 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-10",
        "10.2026",
        "202610",
        "102026",
        "10/2026",
        "2026/10",
        "октябрь 2026",
        "Октябрь 2026 г.",
        "ОКТЯБРЬ 2026 ГОДА",
        "октября 2026",
        "окт.26",
        "қазан 2026",
        "казан 2026",
        "2026 ж. қазан",
        "2026 жылғы қазан",
        "October 2026",
        "Oct 2026",
        "01.10.2026",
        "2026-10-01",
        "01.10.2026 00:00:00",
    ],
)
def test_months_in_the_forms_that_people_write(text: str):
    assert month(text) == dt.date(2026, 10, 1)


@pytest.mark.parametrize("text", ["31.10.2026", "02.10.2026", "13.2026", "2026-00", "132026", "1026", "октябрь", "Octobre 2026", "2026", "10.1989", "198901"])
def test_months_that_are_none(text: str):
    with pytest.raises(CellProblem):
        month(text)


def test_quantities_and_percents():
    assert decimal("1 234,5") == 1_234_500_000
    assert decimal("1,234") == 1_234_000
    assert percent("16 %") == 1_600


@pytest.mark.parametrize("text", ["4,07028E+19", "1E+5"])
def test_account_numbers_that_a_spreadsheet_spoiled_are_refused(tmp_path: Path, text: str):
    [row] = register(tmp_path, lines(CHARGES[0], f"2026-10;{text};Вода;1;1")).rows()
    assert (row.code, row.params) == ("digits_lost", {"column": "Лицевой счёт", "value": text})


@pytest.mark.parametrize(
    ("heading", "word", "value"),
    [
        ("Вода", "хол.", "cold_water"),
        ("Вода", "Гор", "hot_water"),
        ("Ресурс", "ыстық су", "hot_water"),
        ("Ресурс", "суык су", "cold_water"),
        ("Resource", "Cold water", "cold_water"),
    ],
)
def test_words_of_closed_lists_are_known_in_three_languages(tmp_path: Path, heading: str, word: str, value: str):
    found = register(tmp_path, lines(f"Account;{heading};Date;Reading", f"1;{word};2026-10-01;5"))
    assert picked(found, "resource") == [(value,)]


@pytest.mark.parametrize("heading", ["Сумма, тг", "Сумма (руб.)", "СУММА, ₸", "Сумма, руб", "Amount, KZT", "Сома (теңге)"])
def test_units_in_headings_do_not_count(tmp_path: Path, heading: str):
    found = register(tmp_path, lines(f"Дата;Лицевой счёт;{heading}", "01.10.2026;1;5"))
    assert picked(found, "amount") == [(500,)]
    assert found.headings["amount"] == heading


def test_labels_of_readings_and_charges_are_known_in_three_languages():
    assert {basis_of(label) for label in ("Показания", "показание", "Көрсеткіш", "корсеткиш", "Readings")} == {"reading"}
    assert {source_of(label) for label in ("Контролёр", "контролер", "Бақылаушы", "Inspector")} == {"inspector"}
    assert (basis_of(""), basis_of("по соглашению"), source_of("почта")) == ("unknown", "unknown", "other")
    assert {basis_of(word) for word in ("Среднее", "Норматив", "ОДН", "Площадь")} <= {basis.value for basis in ChargeBasis}
    assert {source_of(word) for word in ("Личный кабинет", "Сайт", "Телефон", "Акт установки", "Акт снятия")} <= {source.value for source in ReadingSource}
