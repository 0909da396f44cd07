"""The rows of one sheet as texts: numbers as digits, dates as days, leading zeros where the format shows them."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from adapters.files.archives import opened_archive
from adapters.files.looking import Seen, look
from adapters.files.problems import FileRefused
from adapters.files.recognition import MOST_COLUMNS, SEARCHED
from adapters.files.source import Batch, Layout
from adapters.files.spreadsheets import MOST_UNPACKED, Sheet, parsed, texts

ROWS = 2_000  # of a batch
MOST_REMEMBERED = 50_000
LONGEST_CELL = 128 * 1024
COLUMNS = 16_384
_END_OF_ROWS = re.compile(rb"</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*/>")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?[\"']")
_LONGEST_TAIL = 32 << 20
_PLAIN = re.compile(r"-?[0-9]{1,15}")
_EPOCHS = {False: dt.datetime(1899, 12, 30), True: dt.datetime(1904, 1, 1)}  # noqa: DTZ001 - sheets know no time zone
Row = tuple[int, list[str], str | None]
Top = list[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class SheetSource:
    path: Path
    sheet: Sheet
    layout: Layout
    seen: Seen
    width: int
    columns: frozenset[int]  # that matter
    encoding: str = "xlsx"
    delimiter: str = ""

    def batches(self) -> Iterator[Batch]:
        with opened_archive(self.path, MOST_UNPACKED) as archive:
            merged = _merged_rows(archive, self.sheet.entry, self.columns)
            reader = _Rows(self.sheet, list(texts(archive, self.sheet.strings)), self.width, merged)
            size = archive.getinfo(self.sheet.entry).file_size or 1
            for done in reader.over(archive):
                yield from self._cut(reader.taken(), self.seen.size * done // size)
        if look(self.path).sha256 != self.seen.sha256:
            raise FileRefused("changed_while_read")

    def unreadable(self, text: str) -> bool:
        return False

    def _cut(self, rows: list[Row], done: int) -> Iterator[Batch]:
        """Batches of rows of which the same is to be said."""
        start = 0
        for place in range(1, len(rows) + 1):
            if place == len(rows) or rows[place][2] != rows[start][2]:
                part = [row for row in rows[start:place] if row[0] > self.layout.skipped]
                if part:
                    yield Batch([row[0] for row in part], [row[1] for row in part], (), part[0][2], False, done)
                start = place


def first_rows(archive: zipfile.ZipFile, sheets: Sequence[Sheet], most: int = SEARCHED) -> list[Top]:
    """(number, cells) of the rows at the top of each sheet, among which headings are looked for. The texts that they share are read once."""
    tops = [_top(archive, sheet, most) for sheet in sheets]
    wanted = {int(cell[1:]) for top in tops for _, cells in top for cell in cells if cell.startswith("\0")}
    shared: dict[int, str] = {}
    for place, text in enumerate(texts(archive, sheets[0].strings) if wanted else ()):
        if place in wanted:
            shared[place] = text
        if len(shared) == len(wanted):
            break
    return [[(number, _trimmed([shared.get(int(cell[1:]), "") if cell.startswith("\0") else cell for cell in cells])) for number, cells in top] for top in tops]


def _top(archive: zipfile.ZipFile, sheet: Sheet, most: int) -> Top:
    reader = _Rows(sheet, None, MOST_COLUMNS + 1, [])
    for _ in reader.over(archive):
        if len(reader.rows) >= most:
            break
    return [(number, _trimmed(cells)) for number, cells, _ in reader.taken()[:most]]


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


class _Rows:
    """Handlers that collect rows. Without the shared texts, a cell of them is `\\0` and its number."""

    def __init__(self, sheet: Sheet, shared: list[str] | None, width: int, merged: list[tuple[int, int]]) -> None:
        self.sheet, self.shared, self.width, self.merged = sheet, shared, width, merged
        self.rows: list[Row] = []
        self.number, self.depth = 0, 0
        self.cells: list[str] | None = None
        self.cell: dict[str, str] | None = None
        self.column, self.length = -1, 0
        self.parts: list[str] = []
        self.reading = self.formula = self.spoken = False
        self.code: str | None = None
        self.letters: dict[str, int] = {}
        self.known: dict[tuple[str, str], str] = {}

    def over(self, archive: zipfile.ZipFile) -> Iterator[int]:
        for done in parsed(archive, self.sheet.entry, self.start, self.end, self.characters):
            if len(self.rows) >= ROWS:
                yield done
        yield done

    def taken(self) -> list[Row]:
        rows, self.rows = self.rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            if self.cell is not None or self.cells is None:
                raise FileRefused("damaged")
            self.cell, self.formula, self.length = attributes, False, 0
            self.parts.clear()
        elif name in ("v", "t"):
            self.reading = not self.spoken
        elif name == "row":
            self._begin_row(attributes)
        else:
            self._other(name)

    def _other(self, name: str) -> None:
        self.depth += 1
        if name == "f":
            self.formula = True
        elif name == "rPh":
            self.spoken = True
        if self.depth > 64:
            raise FileRefused("damaged")

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self.reading = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()
        else:
            self.depth -= 1
            if name == "rPh":
                self.spoken = False

    def characters(self, data: str) -> None:
        if self.reading:
            self.parts.append(data)
            self.length += len(data)
            if self.length > LONGEST_CELL:
                raise FileRefused("damaged")

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = _number(attributes.get("r"), self.number + 1)
        if number <= self.number or self.cells is not None:
            raise FileRefused("damaged")
        self.number, self.cells, self.column, self.code = number, [""] * self.width, -1, None

    def _end_row(self) -> None:
        assert self.cells is not None
        place = bisect_right(self.merged, (self.number, 1 << 30)) - 1
        if place >= 0 and self.merged[place][1] >= self.number:
            self.code = "merged"
        self.rows.append((self.number, self.cells, self.code))
        self.cells = None

    def _end_cell(self) -> None:
        assert self.cell is not None
        assert self.cells is not None
        attributes, self.cell = self.cell, None
        self.column = self._column(attributes.get("r"))
        if self.column >= self.width:
            return
        text = "".join(self.parts)
        if self.formula and not text:
            self.code = "formula"
        self.cells[self.column] = self._shown(text, attributes.get("t", "n"), attributes.get("s", ""))

    def _column(self, reference: str | None) -> int:
        """`BC12` -> 54. Cells without a reference stand behind each other."""
        if reference is None:
            return self.column + 1
        letters = reference.rstrip("0123456789")
        known = self.letters.get(letters)
        if known is None:
            known = self.letters[letters] = column_number(letters)
        return known

    def _shown(self, text: str, kind: str, style: str) -> str:
        if kind == "n":
            shown = self.known.get((style, text))
            if shown is None:
                if len(self.known) >= MOST_REMEMBERED:
                    self.known.clear()
                shown = self.known[style, text] = self._number(text, style)
            return shown
        if kind == "s":
            place = _number(text, -1) if text else -1
            if self.shared is None:
                return f"\0{place}"
            if not 0 <= place < len(self.shared):
                raise FileRefused("damaged")
            return self.shared[place]
        return text

    def _number(self, text: str, style: str) -> str:
        place = _number(style, 0) if style else 0
        format_ = self.sheet.styles[place] if place < len(self.sheet.styles) else ""
        if format_ == "date":
            return _date(text, self.sheet.since_1904)
        digits = plain_number(text)
        if format_ == "percent" and digits:
            return f"{Decimal(digits) * 100:f}%"
        return digits.zfill(int(format_[6:])) if format_.startswith("zeros") and digits.isdigit() else digits


def plain_number(text: str) -> str:
    """The digits that a spreadsheet shows of a stored number: 15 of them, `180.84000000000001` is `180.84`."""
    if _PLAIN.fullmatch(text):
        return text
    try:
        value = Decimal(f"{float(text):.15g}")
    except (ValueError, ArithmeticError):
        return text[:40]
    if not value.is_finite() or abs(value.adjusted()) > 20:
        return text[:40]
    return f"{value:f}" if value else "0"


def _date(text: str, since_1904: bool) -> str:
    """`45992` -> `2025-12-01`; with its time of day where there is one."""
    try:
        moment = _EPOCHS[since_1904] + dt.timedelta(days=float(text))
    except (ValueError, OverflowError):
        return text[:40]
    moment = (moment + dt.timedelta(milliseconds=500)).replace(microsecond=0)
    return moment.isoformat(" ") if moment.time() != dt.time() else moment.date().isoformat()


def column_number(letters: str) -> int:
    number = 0
    for letter in letters[:4]:
        number = number * 26 + ord(letter) - 64
    if not 1 <= number <= COLUMNS or not letters.isascii() or not letters.isupper():
        raise FileRefused("damaged")
    return number - 1


def _number(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    if not text.isdecimal() or len(text) > 9:
        raise FileRefused("damaged")
    return int(text)


def _merged_rows(archive: zipfile.ZipFile, entry: str, columns: frozenset[int]) -> list[tuple[int, int]]:
    """(first, last) rows of the cells that are merged in columns that matter. They are listed behind the rows."""
    tail, found = b"", False
    with archive.open(entry) as part:
        while block := part.read(1 << 20):
            tail += block
            if not found and (match := _END_OF_ROWS.search(tail)):
                tail, found = tail[match.end() :], True
            if not found:
                tail = tail[-64:]
            elif len(tail) > _LONGEST_TAIL:
                raise FileRefused("damaged")
    merged = []
    for left, top, right, bottom in _MERGE.findall(tail if found else b""):
        first, last = column_number(left.decode()), column_number((right or left).decode())
        if any(first <= column <= last for column in columns):
            merged.append((int(top), int(bottom or top)))
    return _joined(sorted(merged))


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same rows as spans that do not overlap."""
    joined: list[tuple[int, int]] = []
    for first, last in spans:
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined
