"""Text with semicolons, in the encodings that registers come in: what kind it is, and its rows one by one."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.files.headings import KINDS, Kind
from adapters.files.problems import FileRefused
from adapters.files.words import folded

BLOCK = 1 << 20
LONGEST_LINE = 256 * 1024
MOST_LINES_OF_A_ROW = 20  # a stray quote swallows the rows up to the next one, an unclosed quote the rest of the file
_SIGNATURES = {b"%PDF": "PDF", b"PK\x03\x04": "ZIP/XLSX", b"\xd0\xcf\x11\xe0": "XLS", b"\x1f\x8b": "GZIP", b"Rar!": "RAR"}
_OTHER_ENCODINGS = ("cp866", "koi8-r", "utf-16")


@dataclass(frozen=True, slots=True)
class Examined:
    """What one look at the bytes says. `positions` maps a column's name to its place in a row."""

    kind: Kind
    encoding: str
    positions: dict[str, int]
    width: int
    sha256: str
    size: int


def examine(path: Path) -> Examined:
    """Read the file once: whether it is a whole text file, in which encoding, and of which kind. Raises FileRefused."""
    try:
        with path.open("rb") as file:
            head = file.read(BLOCK)
            digest, size, last = hashlib.sha256(head), len(head), head[-1:]
            while block := file.read(BLOCK):
                digest.update(block)
                size, last = size + len(block), block[-1:]
    except OSError as error:
        raise FileRefused("unreadable", reason=error.strerror or "") from None
    _refuse_other_formats(head)
    encoding, kind, positions, width = _recognised(head)
    if last not in (b"\n", b"\r"):
        raise FileRefused("truncated")
    return Examined(kind, encoding, positions, width, digest.hexdigest(), size)


def rows(path: Path, encoding: str) -> Iterator[tuple[int, list[str], str | None, int]]:
    """Give (line, its cells, the code of what is wrong with them as a whole, bytes read so far), the heading row left out.

    A row is one line. Where quotes make one of several, each of these is wrong by itself; wrong lines are cut at their semicolons.
    """
    try:
        with path.open("rb") as raw, io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="") as file:
            for line, cells, code in _rows(file):
                yield line, cells, code, raw.tell()
    except OSError as error:
        raise FileRefused("unreadable", reason=error.strerror or "") from None


def _lines(file: io.TextIOWrapper, row: list[str]) -> Iterator[str]:
    """The file's lines; each is left in `row` too, which whoever reads rows empties."""
    while text := file.readline(LONGEST_LINE):
        if len(text) == LONGEST_LINE:
            raise FileRefused("line_too_long", longest=LONGEST_LINE)
        row.append(text)
        yield text


def _rows(file: io.TextIOWrapper) -> Iterator[tuple[int, list[str], str | None]]:
    texts: list[str] = []
    lines = _lines(file, texts)
    next(lines, None)  # the headings are one line, whatever quotes are in it
    reader = csv.reader(lines, delimiter=";", strict=True)
    while True:
        texts.clear()
        line = reader.line_num + 2
        try:
            cells, code = _next(reader, line)
        except StopIteration:
            return
        if len(texts) > MOST_LINES_OF_A_ROW:
            raise FileRefused("unclosed_quote", line)
        if len(texts) > 1:
            yield from ((number, _cut(text), "quotes") for number, text in enumerate(texts, line))
        elif code:
            yield line, _cut(texts[0]), code
        elif cells:
            yield line, cells, None


def _next(reader: Any, line: int) -> tuple[list[str], str | None]:
    try:
        return next(reader), None
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise FileRefused("unclosed_quote", line) from None
        return [], "too_long" if "field limit" in str(error) else "quotes"


def _cut(text: str) -> list[str]:
    """What can still be told of a wrong line, so that whose it is and of which month is not forgotten."""
    return [cell.strip().strip('"') for cell in text.split(";")]


def _refuse_other_formats(head: bytes) -> None:
    if not head.strip(b"\xef\xbb\xbf \r\n\t"):
        raise FileRefused("empty_file")
    for signature, name in _SIGNATURES.items():
        if head.startswith(signature):
            raise FileRefused("not_text", format=name)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused("encoding", encoding="UTF-16")
    if b"\0" in head:
        raise FileRefused("not_text", format="?")


def _recognised(head: bytes) -> tuple[str, Kind, dict[str, int], int]:
    """The headings are Cyrillic, so they themselves tell the encoding: one of them makes sense, no other does."""
    first = head.split(b"\n", 1)[0].split(b"\r", 1)[0]
    guesses = ("utf-8-sig",) if first.startswith(b"\xef\xbb\xbf") else ("utf-8", "cp1251")
    for encoding in guesses:
        headings = _headings(first, encoding)
        if kind := _kind(headings):
            return encoding, kind, _positions(kind, headings), len(headings)
    for encoding in _OTHER_ENCODINGS:
        if _kind(_headings(first, encoding)):
            raise FileRefused("encoding", encoding=encoding.upper())
    readable = _headings(first, "utf-8") or _headings(first, "cp1251")
    raise FileRefused("unknown_headings", 1, headings="; ".join(readable)[:200])


def _headings(first: bytes, encoding: str) -> list[str]:
    try:
        return next(csv.reader([first.decode(encoding)], delimiter=";"), [])
    except (UnicodeDecodeError, csv.Error):
        return []


def _kind(headings: list[str]) -> Kind | None:
    present = {folded(heading) for heading in headings}
    for kind in KINDS:
        named = {column.name for column in kind.columns if any(folded(h) in present for h in kind.headings(column))}
        if kind.marks <= named and not any(folded(heading) in present for heading in kind.never):
            return kind
    return None


def _positions(kind: Kind, headings: list[str]) -> dict[str, int]:
    """Where each column stands. A column's usual heading wins over its other names; the same heading twice is refused."""
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        if folded(heading) and folded(heading) in places:
            raise FileRefused("duplicate_heading", 1, heading=heading.strip()[:80])
        places[folded(heading)] = place
    found = {}
    for column in kind.columns:
        for name in kind.headings(column):
            if folded(name) in places:
                found[column.name] = places[folded(name)]
                break
    return found
