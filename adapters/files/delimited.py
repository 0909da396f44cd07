"""Text with separators, in the encodings that registers come in, read in blocks: memory stays flat however long the file is."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from adapters.files import encodings
from adapters.files.looking import Seen, blocks
from adapters.files.problems import FileRefused
from adapters.files.profiles import Entry
from adapters.files.recognition import SEARCHED, kind_of, refused_headings
from adapters.files.source import Batch, Layout
from adapters.files.tables import Table, by_headings, by_profile

DELIMITERS = (";", "\t", ",", "|")
LONGEST_LINE = 256 * 1024
MOST_LINES_OF_A_ROW = 20  # a stray quote swallows the rows up to the next one, an unclosed quote the rest of the file


@dataclass(frozen=True, slots=True)
class TextSource:
    path: Path
    encoding: str
    delimiter: str
    layout: Layout
    seen: Seen

    def batches(self) -> Iterator[Batch]:
        """Give the rows below the headings; FileRefused may come as late as the last block.

        A row is one line. Where quotes make one of several, each of these is wrong by itself; wrong lines are cut at their separators.
        """
        carried: list[str] = []
        number = 1
        for arrived, done, doubtful in self._lines():
            lines = carried + arrived
            skipped = max(0, min(len(lines), self.layout.skipped + 1 - number))
            number += skipped
            cut = _Cut(lines[skipped:], number, self.delimiter, ended=done >= self.seen.size)
            yield from cut.batches(done, doubtful or any("\0" in line for line in carried))
            carried = cut.lines[cut.place :]
            number += cut.place

    def unreadable(self, text: str) -> bool:
        return encodings.unreadable(text, self.encoding)

    def _lines(self) -> Iterator[tuple[list[str], int, bool]]:
        """(whole lines, bytes so far, whether they hold doubtful bytes) of each block; lines end with LF, CR LF or CR alone."""
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        doubtful, rest, doubted = encodings.doubtful(self.encoding), "", False
        for block, done in blocks(self.path, self.seen):
            text = rest + decoder.decode(block, done >= self.seen.size)
            end = len(text) if done >= self.seen.size else max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1
            text, rest = text[:end], text[end:]
            if self.encoding.startswith("utf"):
                doubted = "\ufffd" in text or "\0" in text or (self.encoding != "utf-16" and len(block.translate(None, doubtful)) != len(block)) or doubted
            else:
                doubted = len(block.translate(None, doubtful)) != len(block) or doubted
            lines = split(text)
            if max(map(len, lines), default=0) >= LONGEST_LINE or len(rest) >= LONGEST_LINE:
                raise FileRefused("line_too_long", longest=LONGEST_LINE)
            yield lines, done, doubted
            doubted = bool(rest) and doubted


def split(text: str) -> list[str]:
    """The lines of a text that ends with a line's end, or with the file."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


class _Cut:
    """Lines cut into cells. What is left from `place` on belongs to a row whose end is in the next block."""

    def __init__(self, lines: list[str], number: int, delimiter: str, *, ended: bool) -> None:
        self.lines, self.number, self.delimiter, self.ended = lines, number, delimiter, ended
        self.place = 0

    def batches(self, done: int, doubtful: bool) -> Iterator[Batch]:
        lines = iter(self.lines)
        while self.place < len(self.lines):
            reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
            rows, failed = _good(reader)
            start = self.place
            self.place += len(rows)
            if rows:
                yield Batch(range(self.number + start, self.number + self.place), rows, self.lines[start : self.place], None, doubtful, done)
            used = reader.line_num - len(rows)
            if used == 0 or self._is_open(failed, used):
                return
            yield self._wrong(used, failed, doubtful, done)

    def _is_open(self, failed: str, used: int) -> bool:
        """Whether the last row goes on in the next block."""
        if "unexpected end" not in failed:
            return False
        if self.ended or used > MOST_LINES_OF_A_ROW:
            raise FileRefused("unclosed_quote", self.number + self.place)
        return True

    def _wrong(self, used: int, failed: str, doubtful: bool, done: int) -> Batch:
        """The lines of a row that quotes made of several, or that is no row by itself."""
        if used > MOST_LINES_OF_A_ROW:
            raise FileRefused("unclosed_quote", self.number + self.place)
        texts = self.lines[self.place : self.place + used]
        code = "too_long" if used == 1 and "field limit" in failed else "quotes"
        numbers = range(self.number + self.place, self.number + self.place + used)
        self.place += used
        return Batch(numbers, [[cell.strip().strip('"') for cell in text.split(self.delimiter)] for text in texts], texts, code, doubtful, done)


def _good(reader: Any) -> tuple[list[list[str]], str]:
    """Rows of one line each, up to one that is none; and the reader's complaint about that one, if it has any."""
    rows: list[list[str]] = []
    try:
        for cells in reader:
            if reader.line_num != len(rows) + 1:
                break
            rows.append(cells)
    except csv.Error as error:
        return rows, str(error)
    return rows, ""


def recognised(path: Path, seen: Seen, entry: Entry | None) -> tuple[TextSource, Table]:
    """Try encodings and separators until a row of headings makes sense. Headings in Latin letters leave the encoding to the sample."""
    mark = encodings.by_bom(seen.head)
    for encoding in _encodings(seen, mark, entry):
        for delimiter in (entry.delimiter,) if entry and entry.delimiter else DELIMITERS:
            rows = list(enumerate(first_rows(seen.head, encoding, delimiter, searched(entry)), 1))
            table = by_profile(rows, entry) if entry else by_headings(rows)
            if table:
                told = encoding if entry and entry.encoding else _told(encoding, rows, table, seen, mark)
                return TextSource(path, told, delimiter, table.layout, seen.without_bytes()), table
    _refuse_mixed(seen, mark)
    raise refused_headings([row for delimiter in DELIMITERS for row in first_rows(seen.head, likely(seen), delimiter)] or [[]])


def searched(entry: Entry | None) -> int:
    """How many lines from the top are looked at."""
    return max(SEARCHED, entry.skip + SEARCHED, entry.headings or 0) if entry else SEARCHED


def _encodings(seen: Seen, mark: str | None, entry: Entry | None) -> tuple[str, ...]:
    if entry and entry.encoding:
        return (entry.encoding,)
    if mark:
        return (mark,)
    return (likely(seen),) if entry and entry.headings == 0 else encodings.BY_THEIR_LETTERS


def _told(encoding: str, rows: list[tuple[int, list[str]]], table: Table, seen: Seen, mark: str | None) -> str:
    """Headings in Latin letters read the same in every encoding: then all letters of the file tell it."""
    headings = "".join(next((cells for line, cells in rows if line == table.layout.headings), []))
    return encodings.by_letters(seen.sample) if mark is None and headings.isascii() and seen.sample else encoding


def first_rows(head: bytes, encoding: str, delimiter: str, most: int = SEARCHED) -> list[list[str]]:
    """The first lines as rows of cells, without cells where a line is not in this encoding."""
    return [_cells(line, delimiter) for line in _first_lines(head, encoding, most)]


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), []) if len(line) < LONGEST_LINE else []
    except csv.Error:
        return []


@lru_cache(maxsize=8)
def _first_lines(head: bytes, encoding: str, most: int) -> list[str]:
    if encoding == "utf-16":
        return split(head.decode(encoding, "replace"))[:most]
    lines = head.splitlines()[:most] if b"\r" in head[:LONGEST_LINE] else head.split(b"\n", most)[:most]
    return [_decoded(line, encoding) for line in lines]


def _decoded(line: bytes, encoding: str) -> str:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return ""


def likely(seen: Seen) -> str:
    return encodings.by_bom(seen.head) or encodings.by_letters(seen.sample)


def _refuse_mixed(seen: Seen, mark: str | None) -> None:
    """A mark of UTF-8 with something else behind it."""
    if mark != "utf-8-sig":
        return
    head = seen.head[len(codecs.BOM_UTF8) :]
    for encoding in encodings.BY_THEIR_LETTERS[1:]:
        if any(kind_of(cells) for delimiter in DELIMITERS for cells in first_rows(head, encoding, delimiter)):
            raise FileRefused("mixed_encodings", 1, first="UTF-8", second=encodings.SPOKEN[encoding])


def refuse_other_formats(seen: Seen, *, whole: bool = True) -> None:
    """What is no text, or was cut off on its way and should be whole."""
    head = seen.head
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x1a"):
        raise FileRefused("empty_file")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused("old_workbook")
    for signature, name in _SIGNATURES.items():
        if head.startswith(signature):
            raise FileRefused("not_text", format=name)
    mark = encodings.by_bom(head)
    if mark == "utf-32":
        raise FileRefused("encoding", encoding="UTF-32")
    if b"\0" in head and mark != "utf-16":
        raise FileRefused("not_text", format="?")
    end = seen.tail.replace(b"\0", b"") if mark == "utf-16" else seen.tail.rstrip(b"\x1a")  # programs for DOS end a text so
    if whole and not end.endswith((b"\n", b"\r")):
        raise FileRefused("truncated")


_SIGNATURES = {
    b"%PDF": "PDF", b"\x1f\x8b": "GZIP", b"Rar!": "RAR", b"7z\xbc\xaf\x27\x1c": "7Z", b"<?xml": "XML", b"<html": "HTML", b"<!DOCTYPE": "HTML",
    b"{\\rtf": "RTF",
}  # fmt: skip
