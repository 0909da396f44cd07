"""Workbooks and archives: what Excel makes of registers, and what attackers make of both."""

import datetime as dt
import io
import random
import re
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import numbers
from openpyxl.worksheet.worksheet import Worksheet

from adapters.files import FileRefused, Register, Unusable, open_registers
from adapters.files.archives import private_folder
from adapters.files.sheets import plain_number

HEADINGS = ["Период", "Лицевой счёт", "Услуга", "Количество", "Сумма"]
ROW = ["2026-10", "02000000", "Холодная вода", 1.5, 99.7]
VALUES = (dt.date(2026, 10, 1), "02000000", "Холодная вода", 1_500_000, 9_970)
MIDNIGHT = dt.datetime(2026, 10, 1)  # noqa: DTZ001 - sheets know no time zone
TEXT = 't="inlineStr"><is><t>Холодная вода</t></is></c>'.encode()
COLUMNS = ("period", "account", "service", "quantity", "amount")


def workbook(folder: Path, *rows: Sequence[Any], name: str = "file", change: Callable[[Worksheet], object] = lambda _: None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    change(sheet)
    path = folder / f"{name}.xlsx"
    book.save(path)
    return path


def opened(path: Path, folder: Path | None = None) -> list[Register | Unusable]:
    return open_registers(path.stem, path, folder)


def register(path: Path) -> Register:
    [found] = opened(path)
    assert isinstance(found, Register), found.why
    return found


def values(path: Path, *columns: str) -> list[tuple[Any, ...]]:
    found = register(path)
    places = [found.kind.names.index(column) for column in columns or COLUMNS]
    rows = list(found.rows())
    assert [row.code for row in rows] == [None] * len(rows), rows
    return [tuple(row.values[place] for place in places) for row in rows]


def refusals(path: Path, folder: Path | None = None) -> list[str]:
    """The codes of what cannot be taken, at once or while it is read."""
    codes = []
    for found in opened(path, folder):
        if isinstance(found, Unusable):
            codes.append(found.why.code)
            continue
        try:
            list(found.rows())
        except FileRefused as why:
            codes.append(why.code)
    return codes


def test_text_number_and_date_cells(tmp_path: Path):
    path = workbook(
        tmp_path, HEADINGS, ROW,
        [dt.date(2026, 10, 1), "02000000", "Холодная вода", "1,5", "99,70"],
        [MIDNIGHT, "02000000", "Холодная вода", 1.5, 99.70000000000001],
        [202610, "02000000", "Холодная вода", "1.5", "99.7 ₸"],
    )  # fmt: skip
    assert values(path) == [VALUES] * 4
    found = register(path)
    assert (found.encoding, found.delimiter, found.name) == ("xlsx", "", "file")


def test_zeros_that_a_format_shows_are_kept(tmp_path: Path):
    def change(sheet: Worksheet) -> None:
        sheet["B3"].number_format = "00000000"
        sheet["B4"].number_format = '"л/с "00000000'

    path = workbook(tmp_path, HEADINGS, ROW, *[["2026-10", 2000000, "Холодная вода", 1.5, 99.7]] * 3, change=change)
    assert [row[0] for row in values(path, "account")] == ["02000000", "02000000", "02000000", "2000000"]


def test_days_may_be_numbers_in_sheets_alone(tmp_path: Path):
    path = workbook(tmp_path, ["Дата", "Лицевой счёт", "Сумма"], [46296, "1", 5], [MIDNIGHT + dt.timedelta(hours=12.5), "1", 5], ["01.10.2026", "1", 5])
    assert values(path, "paid_on") == [(dt.date(2026, 10, 1),)] * 3


def test_days_since_1904(tmp_path: Path):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["Дата", "Лицевой счёт", "Сумма"])
    book.active.append([dt.date(2026, 10, 1), "1", 5])
    book.save(tmp_path / "mac.xlsx")
    assert values(tmp_path / "mac.xlsx", "paid_on") == [(dt.date(2026, 10, 1),)]


def test_percents_by_format(tmp_path: Path):
    def change(sheet: Worksheet) -> None:
        sheet["C2"].number_format = numbers.FORMAT_PERCENTAGE

    path = workbook(tmp_path, ["Услуга", "Действует с", "НДС, %"], ["Вода", "01.01.2026", 0.16], ["Вода", "01.01.2026", 16], change=change)
    assert values(path, "tax_percent") == [(1_600,)] * 2


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("2015213", "2015213"),
        ("2015213.0", "2015213"),
        ("180.84000000000001", "180.84"),
        ("-0.1", "-0.1"),
        ("1E2", "100"),
        ("1.5E-3", "0.0015"),
        ("0.0", "0"),
        ("nan", "nan"),
        ("x", "x"),
        ("1e400", "1e400"),
        ("0.30000000000000004", "0.3"),
    ],
)
def test_numbers_are_what_a_spreadsheet_shows(stored: str, shown: str):
    assert plain_number(stored) == shown


def test_titles_above_and_sums_below_merged_or_not(tmp_path: Path):
    def change(sheet: Worksheet) -> None:
        sheet.merge_cells("A1:E1")
        sheet.merge_cells("A5:D5")

    path = workbook(tmp_path, ["Реестр начислений"], [], HEADINGS, ROW, ["Итого", None, None, None, 99.7], change=change)
    assert values(path) == [VALUES]
    assert [row.line for row in register(path).rows()] == [4]
    wrong = workbook(tmp_path, ["Реестр начислений"], [], HEADINGS, ROW, ["Итого", None, None, None, 99.8], change=change, name="wrong")
    assert refusals(wrong) == ["control_sum"]


def test_merged_cells_among_rows_refuse_these(tmp_path: Path):
    def change(sheet: Worksheet) -> None:
        sheet.merge_cells("B3:B4")
        sheet.merge_cells("H5:I5")  # outside of the columns

    rows = list(register(workbook(tmp_path, HEADINGS, *[ROW] * 4, change=change)).rows())
    assert [(row.line, row.code) for row in rows] == [(2, None), (3, "merged"), (4, "merged"), (5, None)]
    assert rows[1].text == "2026-10;02000000;Холодная вода;1.5;99.7"


def test_formulas_count_by_the_values_kept_with_them(tmp_path: Path):
    path = workbook(tmp_path, HEADINGS, ROW, ["2026-10", "02000000", "Холодная вода", 1.5, "=90+9.7"])
    assert [(row.line, row.code) for row in register(path).rows()] == [(2, None), (3, "formula")]
    assert values(changed(path, b"<f>90+9.7</f><v></v>", b"<f>90+9.7</f><v>99.7</v>")) == [VALUES] * 2


def test_each_sheet_with_headings_is_a_register_hidden_ones_too(tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.title = "Октябрь"
    for row in (HEADINGS, ROW):
        book.active.append(row)
    hidden = book.create_sheet("Скрытый")
    for row in (HEADINGS, ROW, ROW):
        hidden.append(row)
    hidden.sheet_state = "hidden"
    hidden.row_dimensions[2].hidden = True
    hidden.auto_filter.ref = "A1:E3"
    book.create_sheet("Пустой")
    book.create_sheet("Справка").append(["Составил", "Иванов"])
    book.save(tmp_path / "book.xlsx")
    first, second, note = opened(tmp_path / "book.xlsx")
    assert isinstance(first, Register)
    assert isinstance(second, Register)
    assert isinstance(note, Unusable)
    assert [first.name, second.name, note.name] == ["book/Октябрь", "book/Скрытый", "book/Справка"]
    assert [len(list(found.rows())) for found in (first, second)] == [1, 2]
    assert note.why.code == "unknown_headings"


def test_too_many_columns_of_a_sheet_are_refused(tmp_path: Path):
    assert refusals(workbook(tmp_path, [*HEADINGS, *range(10_000)], ROW)) == ["too_many_headings"]


def test_a_workbook_without_anything_in_it(tmp_path: Path):
    assert refusals(workbook(tmp_path)) == ["empty_file"]


def changed(path: Path, old: bytes = b"", new: bytes = b"", **parts: bytes | None) -> Path:
    """The package with bytes of its sheet replaced, and with other parts added (or taken out: None)."""
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                content = re.sub(rb"&#([0-9]+);", lambda found: chr(int(found[1])).encode(), content)
                assert old in content, content
                content = content.replace(old, new)
            if entry.filename not in parts:
                archive.writestr(entry.filename, content)
        for name, part in parts.items():
            if part is not None:
                archive.writestr(name, part)
    return target


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="A2"', b'r="ZZZZ2"'), (b'r="A2"', b'r="2"'), (b'r="A2"', b'r="xfe2"'), (b'<row r="2"', b'<row r="1"'), (b'<row r="2"', b'<row r="x"'),
        (b'<row r="2"', b'<row r="99999999999999"'), (b"</sheetData>", b""), (b"</sheetData>", b"<c r='A9'><v>1</v></c></sheetData>"),
        (b"<sheetData>", b"<sheetData>" + b"<a>" * 100_000), (b"<sheetData>", b"<sheetData>" + b"<row>" * 1_000), (b"<sheetData>", b"<sheetData>" + b"<row><c><c><c>"),
        (b"<sheetData>", b"<sheetData \xff>"), (b"<sheetData>", b"<sheetData" + b"".join(b' a%d="1"' % n for n in range(900_000)) + b">"),
        (TEXT, b't="s"><v>99</v></c>'), (TEXT, b't="s"><v>-1</v></c>'), (TEXT, b't="s"><v>' + b"1" * 5_000 + b"</v></c>"),
        (b"<v>1.5</v>", b"<v>" + b"1" * 200_000 + b"</v>"),
    ],
)  # fmt: skip
def test_damaged_sheets_are_refused(tmp_path: Path, old: bytes, new: bytes):
    assert refusals(changed(workbook(tmp_path, HEADINGS, ROW), old, new)) == ["damaged"]


def test_two_cells_in_opposite_corners_cost_nothing(tmp_path: Path):
    def change(sheet: Worksheet) -> None:
        sheet["XFD1048576"] = "x"

    path = workbook(tmp_path, HEADINGS, ROW, change=change)
    tracemalloc.start()
    rows = list(register(path).rows())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [row.code for row in rows] == [None]
    assert peak < 20 << 20


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&c;</t></si></sst>"""


def with_shared_texts(path: Path, texts: bytes) -> Path:
    """As Excel writes texts: in a part of their own, cells have their numbers."""
    relation = b'<Relationship Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml" Id="s"/>'
    with zipfile.ZipFile(path) as package:
        relations = package.read("xl/_rels/workbook.xml.rels").replace(b"</Relationships>", relation + b"</Relationships>")
    return changed(path, TEXT, b't="s"><v>1</v></c>', **{"xl/_rels/workbook.xml.rels": relations, "xl/sharedStrings.xml": texts})


def test_texts_may_be_shared_and_rich(tmp_path: Path):
    texts = "<sst><si><t>x</t></si><si><r><t>Холодная</t></r><r><rPr><b/></rPr><t xml:space='preserve'> вода</t></r><rPh><t>voda</t></rPh></si></sst>"
    path = workbook(tmp_path, HEADINGS, ROW)
    assert values(with_shared_texts(path, texts.encode())) == [VALUES]
    prefixed = texts.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:sst>", "<x:sst xmlns:x='u'>")
    assert values(with_shared_texts(path, prefixed.encode())) == [VALUES]


def test_shared_texts_are_bounded_by_the_memory_they_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = with_shared_texts(
        workbook(tmp_path, HEADINGS, ROW), f"<sst><si><t>x</t></si><si><t>Холодная вода</t></si>{'<si><t>ab</t></si>' * 300_000}</sst>".encode()
    )
    assert values(path) == [VALUES]
    monkeypatch.setattr("adapters.files.spreadsheets.MOST_SHARED", 5 << 20)
    found = register(path)
    tracemalloc.start()
    with pytest.raises(FileRefused, match="unpacks_too_large"):
        list(found.rows())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 << 20


def test_no_shared_text_is_longer_than_a_cell(tmp_path: Path):
    texts = "<sst><si><t>x</t></si><si><t>Холодная вода</t></si><si>%s</si></sst>"
    path = workbook(tmp_path, HEADINGS, ROW)
    assert refusals(with_shared_texts(path, (texts % ("<t>x</t>" * 32_767)).encode())) == []
    assert refusals(with_shared_texts(path, (texts % ("<t>x</t>" * 32_768)).encode())) == ["damaged"]


def many_sheets(path: Path) -> Path:
    """Two hundred sheets that all are the same part."""
    with zipfile.ZipFile(path) as package:
        book = re.sub(
            rb"<sheets>.*</sheets>", lambda found: b"<sheets>" + found[0][8:-9] * 200 + b"</sheets>", package.read("xl/workbook.xml"), flags=re.DOTALL
        )
    return changed(path, **{"xl/workbook.xml": book})


def test_a_part_counts_for_each_sheet_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = many_sheets(workbook(tmp_path, HEADINGS, ROW))
    with zipfile.ZipFile(path) as package:
        rows = package.getinfo("xl/worksheets/sheet1.xml").file_size
    assert len(opened(path)) == 200
    monkeypatch.setattr("adapters.files.spreadsheets.MOST_UNPACKED", 200 * rows - 1)
    assert refusals(path) == ["unpacks_too_large"]


def test_shared_texts_count_for_each_sheet_that_has_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    texts = f"<sst><si><t>x</t></si><si><t>Холодная вода</t></si>{' ' * 10_000}</sst>".encode()
    path = many_sheets(with_shared_texts(workbook(tmp_path, HEADINGS, ROW), texts).rename(tmp_path / "shared.xlsx"))
    assert {type(found) for found in opened(path)} == {Register}
    monkeypatch.setattr("adapters.files.spreadsheets.MOST_READ", 200 * len(texts))
    assert refusals(path) == ["unpacks_too_large"]


def test_no_entity_is_resolved(tmp_path: Path):
    path = workbook(tmp_path, HEADINGS, ROW)
    assert refusals(with_shared_texts(path, LAUGHS)) == ["damaged"]
    assert refusals(changed(path, **{"xl/workbook.xml": LAUGHS})) == ["damaged"]


def test_macros_and_what_is_no_workbook(tmp_path: Path):
    path = workbook(tmp_path, HEADINGS, ROW)
    assert refusals(changed(path, **{"xl/vbaProject.bin": b"x"})) == ["macros"]
    assert refusals(changed(path, **{"xl/workbook.xml": None})) == ["damaged"]
    assert refusals(changed(path, **{"xl/workbook.xml": None, "xl/workbook.bin": b"x"})) == ["not_text"]
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512)
    assert refusals(tmp_path / "old.xls") == ["old_workbook"]
    (tmp_path / "cut.xlsx").write_bytes(path.read_bytes()[:2_000])
    assert refusals(tmp_path / "cut.xlsx") == ["damaged"]


def test_a_workbook_that_unpacks_too_large_is_refused_unopened(tmp_path: Path):
    path = workbook(tmp_path, HEADINGS, ROW)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/bomb.xml", "w") as entry:
        for _ in range(320):
            entry.write(b"\0" * (1 << 20))
    assert refusals(path) == ["zip_bomb"]


def test_a_workbook_that_is_replaced_while_read(tmp_path: Path):
    path = workbook(tmp_path, HEADINGS, ROW)
    found = register(path)
    workbook(tmp_path, HEADINGS, ROW, ROW)
    with pytest.raises(FileRefused, match="changed_while_read"):
        list(found.rows())


CSV = ";".join(HEADINGS) + "\r\n" + "2026-10;02000000;Холодная вода;1,5;99,70\r\n"


def archive(folder: Path, entries: dict[str, bytes], name: str = "week") -> Path:
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for entry, content in entries.items():
            file.writestr(entry, content)
    return path


def test_an_archive_is_like_a_folder(tmp_path: Path):
    book = workbook(tmp_path, HEADINGS, ROW, ROW).read_bytes()
    path = archive(tmp_path, {
        "charges.csv": CSV.encode("cp1251"), "deep/начисления.csv": CSV.encode(), "book.xlsx": book, "notes.txt": b"x", "__MACOSX/._charges.csv": b"x",
        "bad.csv": b"x", "in.zip": b"PK", "../../etc/evil.csv": CSV.encode(), "C:\\temp\\x.csv": CSV.encode(), "deep/": b"",
    })  # fmt: skip
    with private_folder(tmp_path / "tmp") as folder:
        found = {one.name: one for one in opened(path, folder)}
        assert {name: one.why.code for name, one in found.items() if isinstance(one, Unusable)} == {"week/bad": "truncated", "week/in": "nested_archive"}
        counts = {name: len(list(one.rows())) for name, one in found.items() if isinstance(one, Register)}
        assert counts == {"week/charges": 1, "week/deep/начисления": 1, "week/book": 2, "week/etc/evil": 1, "week/temp/x": 1}
        assert {path.resolve().is_relative_to(folder.resolve()) for path in folder.rglob("*")} == {True}
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not (tmp_path.parent / "etc").exists()


@pytest.mark.parametrize("encoding", ["cp866", "utf-8", "cp1251"])
def test_names_in_the_encodings_of_old_programs(tmp_path: Path, encoding: str):
    path = archive(tmp_path, {f"{'N' * 60}.csv": CSV.encode()})
    name = "Реестр начислений за октябрь".encode(encoding)
    path.write_bytes(path.read_bytes().replace(b"N" * 60, name.ljust(60, b"_")))
    with private_folder(tmp_path / "tmp") as folder:
        assert opened(path, folder)[0].name.rstrip("_") == "week/Реестр начислений за октябрь"


def test_archives_that_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with private_folder(tmp_path / "tmp") as folder:
        assert refusals(archive(tmp_path, {"a.txt": b"x"}), folder) == ["no_files"]
        assert refusals(archive(tmp_path, {f"{n}.csv": b"" for n in range(2_001)}), folder) == ["too_many_entries"]
        assert refusals(archive(tmp_path, {"a.csv": b"0" * (60 << 20)}), folder) == ["zip_bomb"]
        path = archive(tmp_path, {"a.csv": CSV.encode()})
        path.write_bytes(path.read_bytes().replace(b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\1\0"))
        assert refusals(path, folder) == ["encrypted"]
        path.write_bytes(b"PK\x03\x04....")
        assert refusals(path, folder) == ["damaged"]
        monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=100))
        assert refusals(archive(tmp_path, {"a.csv": CSV.encode()}), folder) == ["disk_full"]
        assert [path for path in folder.rglob("*") if path.is_file()] == []


def with_large_end(path: Path, entries: int, length: int, place: int = 0) -> Path:
    """With the record of archives larger than 4 GB, which counts for zipfile whatever the short one says."""
    content = path.read_bytes()
    end = content.rindex(b"PK\x05\x06")
    [size, start] = struct.unpack("<II", content[end + 12 : end + 20])
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, length or size, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, place or end, 1)
    path.write_bytes(content[:end] + record + locator + content[end:])
    return path


@pytest.mark.parametrize(
    ("entries", "length", "place", "codes"),
    [(1, 0, 0, []), (2_001, 0, 0, ["too_many_entries"]), (1, 1 << 40, 0, ["too_many_entries"]), (1, 0, 5, ["damaged"]), (1, 0, 1 << 63, ["damaged"])],
)
def test_the_record_of_large_archives_is_held_to_the_same_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entries: int, length: int, place: int, codes: list[str]
):
    path = with_large_end(archive(tmp_path, {"a.csv": CSV.encode()}), entries, length, place)
    if codes:
        monkeypatch.setattr("zipfile.ZipFile", None)  # refused before the list is loaded
    with private_folder(tmp_path / "tmp") as folder:
        assert refusals(path, folder) == codes


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = archive(tmp_path, {"a.csv": CSV.encode()})
    opens = Path.open

    def full(self: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
        if mode == "wb":
            opens(self, "wb").close()
            raise OSError(28, "No space left on device")
        return opens(self, mode, *rest, **named)

    with private_folder(tmp_path / "tmp") as folder:
        monkeypatch.setattr(Path, "open", full)
        assert refusals(path, folder) == ["disk_full"]
    assert list((tmp_path / "tmp").iterdir()) == []


def test_any_noise_in_a_package_is_answered(tmp_path: Path):
    good = workbook(tmp_path, HEADINGS, *[ROW] * 20).read_bytes()
    packed = archive(tmp_path, {"a.csv": CSV.encode(), "b.xlsx": good}).read_bytes()
    with private_folder(tmp_path / "tmp") as folder:
        for seed in range(150):
            dice = random.Random(seed)  # noqa: S311 - the same noise each time
            content = bytearray(dice.choice((good, packed)))
            for _ in range(dice.randrange(1, 12)):
                content[dice.randrange(len(content))] = dice.randrange(256)
            path = tmp_path / "noise.bin"
            path.write_bytes(content[: dice.randrange(len(content))] if dice.random() < 0.2 else content)
            refusals(path, folder)


def test_any_noise_in_a_sheet_is_answered(tmp_path: Path):
    good = workbook(tmp_path, HEADINGS, *[ROW] * 20)
    with zipfile.ZipFile(good) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for seed in range(200):
        dice = random.Random(seed)  # noqa: S311 - the same noise each time
        name = dice.choice(sorted(parts))
        content = bytearray(parts[name])
        for _ in range(dice.randrange(1, 6)):
            content[dice.randrange(len(content))] = dice.choice(b'<>"/=0129AZaz \xff\x00&')
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as package:
            for part, original in parts.items():
                package.writestr(part, bytes(content) if part == name else original)
        (tmp_path / "noise.xlsx").write_bytes(target.getvalue())
        refusals(tmp_path / "noise.xlsx")
