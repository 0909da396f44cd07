"""Mapping profiles: what they say of a file, what is wrong with them, and registers of banks that have no headings."""

import datetime as dt
import json
import pickle
import re
import time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as some

from adapters.files import FileRefused, Profile, ProfileRefused, Register, Unusable, open_registers, parse_profile, private_folder
from adapters.files.patterns import matched, pattern_problem
from adapters.files.profiles import Entry
from tests.adapters.test_spreadsheets import archive

SBER = """
[[register]]
files = "sber_*.txt"
kind = "payments"
encoding = "windows-1251"
delimiter = ";"
headings = 0
footers = "="
footer_count = 1
footer_sums = { amount = 2 }
[register.columns]
paid_on = 1
document = 5
account = 6
amount = 10
[register.constants]
channel = "Сбер"
[register.formats]
paid_on = "DD-MM-YYYY"
amount = ","
"""
SBER_ROW = "25-01-2024;10:15:07;8047/0123;0;123456789;02015213;ИВАНОВ И И;Красина, 3-1;0124;1\u00a0052,98;1\u00a0042,45;10,53"
SBER_FOOTER = "=1;1\u00a0052,98;1\u00a0042,45;10,53;000123;25-01-2024"
LANBILLING = """
[[register]]
files = ["register.txt"]
kind = "payments"
headings = 0
skip = 1
[register.columns]
account = 1
document = 2
paid_on = 3
amount = 4
"""


def registers(folder: Path, profile: str, name: str, content: str, encoding: str = "cp1251") -> list[Register | Unusable]:
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return open_registers(path.stem, path, None, parse_profile(profile))


def register(*arguments: object, **named: object) -> Register:
    [found] = registers(*arguments, **named)  # type: ignore[arg-type]
    assert isinstance(found, Register), (found.why, found.why.params)
    return found


def values(found: Register, *columns: str) -> list[tuple[object, ...]]:
    rows = list(found.rows())
    assert [(row.code, row.params) for row in rows if row.code] == []
    places = [found.kind.names.index(column) for column in columns]
    return [tuple(row.values[place] for place in places) for row in rows]


PAYMENT = ("account", "paid_on", "amount", "document", "channel")


def test_a_bank_s_register_without_headings(tmp_path: Path):
    found = register(tmp_path, SBER, "sber_0124.txt", f"{SBER_ROW}\r\n{SBER_FOOTER}\r\n")
    assert values(found, *PAYMENT) == [("02015213", dt.date(2024, 1, 25), 105_298, "123456789", "Сбер")]
    assert (found.encoding, found.delimiter) == ("cp1251", ";")
    assert list(pickle.loads(pickle.dumps(found)).rows()) == list(found.rows())  # noqa: S301 - our own


@pytest.mark.parametrize(("old", "new", "code"), [("=1;", "=2;", "control_count"), ("=1;1\u00a0052,98", "=1;1\u00a0052,99", "control_sum")])
def test_its_footer_is_held_against_its_rows(tmp_path: Path, old: str, new: str, code: str):
    found = register(tmp_path, SBER, "sber_0124.txt", f"{SBER_ROW}\r\n{SBER_FOOTER.replace(old, new)}\r\n")
    with pytest.raises(FileRefused) as caught:
        list(found.rows())
    assert (caught.value.code, caught.value.line) == (code, 2)


def test_a_row_that_is_too_short_is_refused_alone(tmp_path: Path):
    found = register(
        tmp_path,
        SBER,
        "sber_0124.txt",
        f"{SBER_ROW}\r\n25-01-2024;10:15;x\r\n{SBER_ROW}\r\n{SBER_FOOTER.replace('=1', '=3')}\r\n".replace("1\u00a0052,98;1\u00a0042,45;10,53;0", ";1;1;0"),
    )
    assert [row.code for row in found.rows()] == [None, "too_few_columns", None]


def test_a_register_of_a_billing_system_with_the_bank_s_account_above(tmp_path: Path):
    content = "40702810702910000312\n02015213;A-1;2024-01-25;1052.98;;x;комментарий;5\n02015220;A-2;2024-01-26;10;;;;\n"
    found = register(tmp_path, LANBILLING, "register.txt", content, encoding="utf-8")
    assert values(found, "account", "amount") == [("02015213", 105_298), ("02015220", 1_000)]
    assert [row.line for row in found.rows()] == [2, 3]


def test_headings_that_only_the_profile_knows(tmp_path: Path):
    profile = """
    [[register]]
    files = "saldo_*"
    from_name = { period = '_(\\d{4})(\\d\\d)\\.' }
    [register.columns]
    account = "Код абонента"
    closing = "Долг(+)/переплата(-)"
    """
    found = register(tmp_path, profile, "saldo_202610.csv", "Отчёт\nКод абонента;Долг(+)/переплата(-);Оплачено\n02;5,00;1\n")
    assert found.kind.name == "balances"
    assert values(found, "period", "account", "closing", "paid") == [(dt.date(2026, 10, 1), "02", 500, 100)]
    [other] = registers(tmp_path, profile, "saldo_october.csv", "Код абонента;Долг(+)/переплата(-)\n02;5,00\n")
    assert isinstance(other, Unusable)
    assert other.why.code == "name_not_understood"


def test_account_out_of_a_cell_words_and_signs(tmp_path: Path):
    profile = """
    [[register]]
    files = "*"
    kind = "readings"
    negate = ["value"]
    [register.constants]
    resource = "хол"
    [register.extract]
    account = 'ЛС:? *(\\d+)'
    """
    content = "Лицевой счёт;Дата;Показание\nоплата ЛС: 00152;01.10.2026;-5\nЛС 00153;01.10.2026;-6\nбез номера;01.10.2026;-7\n"
    found = register(tmp_path, profile, "x.csv", content)
    first, second, last = found.rows()
    assert [row.values[found.kind.names.index("account")] for row in (first, second)] == ["00152", "00153"]
    assert first.values[found.kind.names.index("value")] == 5_000_000
    assert first.values[found.kind.names.index("resource")] == "cold_water"
    assert (last.code, last.params) == ("not_found_in_cell", {"column": "Лицевой счёт", "value": "без номера"})
    words = profile.replace('resource = "хол"', "").replace(
        "[register.extract]", '[register.words.resource]\n"ХВ-1" = "cold_water"\n"ГВ-1" = "гор"\n[register.extract]'
    )
    found = register(tmp_path, words, "x.csv", "Лицевой счёт;Вода;Дата;Показание\nЛС1;хв-1;01.10.2026;1\nЛС1;ГВ-1;01.10.2026;1\nЛС1;хол.;01.10.2026;1\n")
    assert [value for [value] in values(found, "resource")] == ["cold_water", "hot_water", "cold_water"]


def test_a_format_settles_what_is_ambiguous(tmp_path: Path):
    profile = """
    [[register]]
    files = "*"
    [register.formats]
    amount = "."
    paid_on = "MM/DD/YYYY"
    """
    found = register(tmp_path, profile, "x.csv", "Дата;Лицевой счёт;Сумма\n10/02/2026;1;1,234\n")
    assert values(found, "paid_on", "amount") == [(dt.date(2026, 10, 2), 123_400)]


def test_profiles_are_for_files_by_their_names_in_archives_and_sheets_too(tmp_path: Path):
    profile = parse_profile(SBER + '[[register]]\nfiles = "*/Справка"\nignored = true\n')
    book = openpyxl.Workbook()
    book.active.append(["Дата", "Лицевой счёт", "Сумма"])
    book.active.append(["01.10.2026", "1", 5])
    book.create_sheet("Справка").append(["x"])
    book.save(tmp_path / "book.xlsx")
    packed = archive(tmp_path, {"in/SBER_0124.TXT": f"{SBER_ROW}\r\n{SBER_FOOTER}\r\n".encode("cp1251"), "book.xlsx": (tmp_path / "book.xlsx").read_bytes()})
    with private_folder(tmp_path / "tmp") as folder:
        assert [type(found) for found in open_registers("week", packed, folder, profile)] == [Register, Register]
    [whole] = open_registers(
        "book",
        tmp_path / "book.xlsx",
        None,
        parse_profile('[[register]]\nfiles = "book.xlsx"\nkind = "payments"\nheadings = 0\nskip = 1\ncolumns = { paid_on = 1, account = 2, amount = 3 }'),
    )[:1]
    assert isinstance(whole, Register)
    assert values(whole, "account", "amount") == [("1", 500)]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("files = [", [("", "not_toml")]),
        ("x = 1", [("x", "unknown_key")]),
        ("register = 1", [("register", "not_tables")]),
        ("[[register]]", [("register.1.files", "missing")]),
        ('[[register]]\nfiles = "*"\nkind = "bills"', [("register.1.kind", "unknown_kind")]),
        ('[[register]]\nfiles = "*"\nheadings = 0', [("register.1.kind", "missing")]),
        ('[[register]]\nfiles = "*"\nencoding = "ebcdic"\ndelimiter = "ab"', [("register.1.encoding", "unknown_encoding"), ("register.1.delimiter", "unknown_delimiter")]),
        ('[[register]]\nfiles = "*"\nkind = "payments"\ncolumns = { sum = 1, amount = 0, account = true }', [("register.1.columns.account", "wrong_type"), ("register.1.columns.amount", "wrong_type"), ("register.1.columns.sum", "unknown_column")]),
        ('[[register]]\nfiles = "*"\nheadings = "first"\nskip = -1', [("register.1.headings", "wrong_type"), ("register.1.skip", "out_of_range")]),
        ('[[register]]\nfiles = "*"\nextract = { account = "(" }\nfrom_name = { period = "x" }', [("register.1.extract.account", "not_a_pattern"), ("register.1.from_name.period", "pattern_without_group")]),
        ('[[register]]\nfiles = "*"\nextract = { account = "(\\\\pL{1000})" }', [("register.1.extract.account", "pattern_too_costly")]),
        ('[[register]]\nfiles = "*"\nformats = { paid_on = "D.M" }', [("register.1.formats.paid_on", "unknown_format")]),
        ('[[register]]\nfiles = "*"\nkind = "readings"\nconstants = { resource = "пар" }', [("register.1.constants.resource", "unreadable_value")]),
        ('[[register]]\nfiles = "*"\nfoo = 1\nnegate = 5', [("register.1.foo", "unknown_key"), ("register.1.negate", "wrong_type")]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_profile_is_told_by_key(text: str, problems: list[tuple[str, str]]):
    with pytest.raises(ProfileRefused) as caught:
        parse_profile(text)
    assert sorted((problem.key, problem.code) for problem in caught.value.problems) == sorted(problems)


@given(some.text(max_size=200) | some.text(alphabet='[]register.fileskind="*" \n=,0123{}\'', max_size=200))
def test_any_text_is_a_profile_or_a_refusal(text: str):
    try:
        assert isinstance(parse_profile(text), Profile)
    except ProfileRefused as refused:
        assert refused.problems  # noqa: PT017 - either is an answer


REGISTER = '[[register]]\nfiles = "*"\nkind = "payments"\n'
VALUES = some.recursive(
    some.text(max_size=8) | some.sampled_from(("cp1251", "payments", "tab", "amount", "(a)", "DD.MM.YYYY", "\0")) | some.integers() | some.floats() | some.booleans() | some.dates(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(("amount", "account", "x", "\0")), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value) if isinstance(value, (str, bool)) else str(value)


@given(some.dictionaries(some.sampled_from(sorted(Entry.__dataclass_fields__)), VALUES))
def test_any_values_of_the_keys_are_a_profile_or_a_refusal(table: dict[str, object]):
    text = "[[register]]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in table.items())
    try:
        assert isinstance(parse_profile(text), Profile)
    except ProfileRefused as refused:
        assert refused.problems  # noqa: PT017 - either is an answer


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('encoding = "\\u0000"', ("register.1.encoding", "unknown_encoding")),
        ('delimiter = "\\u0000"', ("register.1.delimiter", "unknown_delimiter")),
        ('constants = { channel = "\\u0000" }', ("register.1.constants.channel", "unreadable_value")),
        ("footer_count = -5", ("register.1.footer_count", "out_of_range")),
        (f"skip = {'9' * 5_000}", ("", "not_toml")),
        ("x = '\ud800'", ("", "not_toml")),
        (f"x = {'[' * 3_000}", ("", "not_toml")),
        ("#" * (16 << 10), ("", "too_long")),
        (f"{'.'.join('a' * 8_000)} = 1", ("", "too_deep")),
        (f'x."".{".".join("a" * 6_000)} = 1', ("", "too_deep")),
        (f'x = {{ a = """b"""", {".".join("a" * 6_000)} = 1 }}', ("", "too_deep")),
    ],
)
def test_what_once_ended_in_an_error_of_ours_or_in_no_end(text: str, problem: tuple[str, str]):
    started = time.perf_counter()
    with pytest.raises(ProfileRefused) as caught:
        parse_profile(REGISTER + text)
    assert [(one.key, one.code) for one in caught.value.problems] == [problem]
    assert time.perf_counter() - started < 1


def test_points_within_texts_are_not_parts_of_keys():
    assert parse_profile(REGISTER + 'footers = ["a.b.c.d.e.f.g.h", \'a.b.c.d.e.f.g.h\', """a.b.c.d.e.f.g.h"""] # a.b.c.d.e.f.g.h').entries[0].footers


@pytest.mark.parametrize(
    "pattern", [r"(\d?" + r"\d?" * 39 + "x)", "(" + "(1|1)" * 14 + "x)", r"(\d{1,99}\d{1,99}\d{1,99}\d{1,99}x)", "((1+)+)x", r"(1*1*1*1*1*)x"]
)
def test_no_pattern_takes_for_ever(pattern: str):
    assert pattern_problem(pattern) is None
    started = time.perf_counter()
    assert matched(pattern, "1" * 5_000) is None
    assert time.perf_counter() - started < 0.5


def test_what_a_pattern_finds_is_bounded():
    assert len(matched("(.*)", "я" * 5_000) or "") == 200
    assert matched("((((.*))))", "я" * 5_000) is None
    assert matched("(\\pL+)", "\udc80 имя") == "имя"
    problems = {
        "(?=(a))": "not_a_pattern",
        r"(a)\1": "not_a_pattern",
        r"(\pL{1000})": "pattern_too_costly",
        f"({'a' * 200})": "pattern_too_costly",
        "(\ud800)": "not_a_pattern",
    }
    assert {pattern: pattern_problem(pattern) for pattern in problems} == problems


def test_the_profiles_in_the_documentation_are_right():
    text = (Path(__file__).parents[2] / "docs/registers.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert [len(parse_profile(block).entries) for block in blocks] == [1, 3]
