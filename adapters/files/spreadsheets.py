"""XLSX: the parts of the package beside the sheets. Read as streams with a bound on each; no macro, no entity, no link is followed.

Rows are read by sheets.py. Not by python-calamine: it builds a sheet as one dense block, so two cells in opposite corners end the process.
"""

from __future__ import annotations

import posixpath
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from adapters.files.problems import FileRefused

MOST_UNPACKED = 300 * 1024**2  # of a workbook; whoever has more sends CSV
MOST_READ = 1024**3  # of its sheets, each with the texts that they share; a part that many sheets name counts for each
MOST_SHARED = 240 * 1024**2  # of memory for these texts
MOST_SMALL = 16 * 1024**2  # of a part that is not rows or texts
MOST_SHEETS = 200
LONGEST_SHARED = 32_767  # characters; programs write no longer cells
_OF_LIST = 9  # bytes for each text of a list that grows
BLOCK = 1 << 16
LONGEST_TAG = 4 << 20
_DATES = frozenset({14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 30, 36, 45, 46, 47, 50, 57})
_PERCENTS = frozenset({9, 10})
_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ZEROS = re.compile(r"0{2,40}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: its part of the package, and how the numbers of each style are shown (date, percent, zeros or none)."""

    name: str
    entry: str
    strings: str | None
    styles: tuple[str, ...]
    since_1904: bool


def sheets(archive: zipfile.ZipFile) -> list[Sheet]:
    """The sheets, hidden ones too. Raises FileRefused for macros and for what is no workbook."""
    names = {name.casefold(): name for name in archive.namelist()}
    if any(name.endswith("vbaproject.bin") for name in names) or b"macroEnabled" in _small(archive, names.get("[content_types].xml")):
        raise FileRefused("macros")
    if "xl/workbook.bin" in names:
        raise FileRefused("not_text", format="XLSB")
    workbook = names.get("xl/workbook.xml")
    if workbook is None:
        raise FileRefused("damaged")
    targets = _relations(archive, names.get("xl/_rels/workbook.xml.rels"))
    strings = next((names.get(part.casefold()) for kind, part in targets.values() if kind == "sharedStrings"), None)
    styles = _styles(archive, next((names.get(part.casefold()) for kind, part in targets.values() if kind == "styles"), None))
    listed, since_1904 = _listed(archive, workbook)
    found = [(name, names.get(targets[key][1].casefold())) for name, key in listed if key in targets and targets[key][0] == "worksheet"]
    listed_sheets = [Sheet(name, entry, strings, styles, since_1904) for name, entry in found[:MOST_SHEETS] if entry]
    _check_sum(archive, listed_sheets)
    return listed_sheets


def _check_sum(archive: zipfile.ZipFile, listed: list[Sheet]) -> None:
    """What is read of all sheets together: two hundred may be one and the same part."""
    rows = sum(archive.getinfo(sheet.entry).file_size for sheet in listed)
    shared = sum(archive.getinfo(sheet.strings).file_size for sheet in listed if sheet.strings)
    for read, most in ((rows, MOST_UNPACKED), (rows + shared, MOST_READ)):
        if read > most:
            raise FileRefused("unpacks_too_large", megabytes=read >> 20, most=most >> 20)


def texts(archive: zipfile.ZipFile, entry: str | None) -> Iterator[str]:
    """The texts that cells share, in order. FileRefused before they take too much memory."""
    if entry is not None:
        collector = _Texts()
        for _ in parsed(archive, entry, collector.start, collector.end, collector.characters):
            if collector.memory > MOST_SHARED:
                raise FileRefused("unpacks_too_large", megabytes=collector.memory >> 20, most=MOST_SHARED >> 20)
            yield from collector.taken()


class _Texts:
    """Handlers that collect texts; how they are pronounced is left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.parts: list[str] = []
        self.reading = self.spoken = False
        self.length = self.memory = 0

    def taken(self) -> list[str]:
        found, self.found = self.found, []
        return found

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "t":
            self.reading = not self.spoken
        elif name == "rPh":
            self.spoken = True
        elif name == "si":
            self.parts.clear()
            self.length = 0

    def end(self, name: str) -> None:
        if name == "t":
            self.reading = False
        elif name == "rPh":
            self.spoken = False
        elif name == "si":
            text = "".join(self.parts)
            self.memory += sys.getsizeof(text) + _OF_LIST
            self.found.append(text)

    def characters(self, data: str) -> None:
        if self.reading:
            self.parts.append(data)
            self.length += len(data)
            if self.length > LONGEST_SHARED:
                raise FileRefused("damaged")


def parsed(
    archive: zipfile.ZipFile,
    entry: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    characters: Callable[[str], None] | None = None,
) -> Iterator[int]:
    """Run the handlers over a part, block by block; gives the bytes so far. Names come without their prefix. DTDs are refused."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = _first(parser, start, end)
    parser.CharacterDataHandler = characters
    fed = 0
    try:
        with archive.open(entry) as part:
            while block := part.read(BLOCK):
                parser.Parse(block, False)
                fed += len(block)
                if fed - max(parser.CurrentByteIndex, 0) > LONGEST_TAG:
                    raise FileRefused("damaged")
                yield fed
            parser.Parse(b"", True)
            yield fed
    except (expat.ExpatError, UnicodeError, LookupError):
        raise FileRefused("damaged") from None


def _first(parser: Any, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None] | None) -> Callable[[str, dict[str, str]], None]:
    """The first element says whether names have a prefix; most files have none, and then nothing is cut."""

    def first(name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
            parser.EndElementHandler = (lambda name: end(name.rpartition(":")[2])) if end else None
        else:
            parser.StartElementHandler, parser.EndElementHandler = start, end
        start(name.rpartition(":")[2], attributes)

    return first


def _refuse(*_: Any) -> None:
    raise FileRefused("damaged")


def _small(archive: zipfile.ZipFile, entry: str | None) -> bytes:
    if entry is None:
        return b""
    if archive.getinfo(entry).file_size > MOST_SMALL:
        raise FileRefused("damaged")
    return archive.read(entry)


def _elements(archive: zipfile.ZipFile, entry: str | None) -> Iterator[tuple[str, dict[str, str]]]:
    """Names and attributes of all elements of a small part."""
    if entry is None:
        return
    if archive.getinfo(entry).file_size > MOST_SMALL:
        raise FileRefused("damaged")
    found: list[tuple[str, dict[str, str]]] = []
    for _ in parsed(archive, entry, lambda name, attributes: found.append((name, attributes))):
        yield from found
        found.clear()


def _relations(archive: zipfile.ZipFile, entry: str | None) -> dict[str, tuple[str, str]]:
    """Key -> (what it is, its part); parts outside of the package are left alone."""
    return {
        attributes.get("Id", ""): (attributes.get("Type", "").rpartition("/")[2], posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))[1:])
        for name, attributes in _elements(archive, entry)
        if name == "Relationship" and attributes.get("TargetMode") != "External"
    }


def _listed(archive: zipfile.ZipFile, entry: str) -> tuple[list[tuple[str, str]], bool]:
    """((name, key) of each sheet, whether days are counted from 1904)."""
    found, since_1904 = [], False
    for name, attributes in _elements(archive, entry):
        if name == "sheet":
            key = next((value for attribute, value in attributes.items() if attribute.rpartition(":")[2] == "id" and ":" in attribute), "")
            found.append((attributes.get("name", "")[:100], key))
        elif name == "workbookPr":
            since_1904 = attributes.get("date1904") in ("1", "true")
    return found, since_1904


def _styles(archive: zipfile.ZipFile, entry: str | None) -> tuple[str, ...]:
    codes: dict[int, str] = {}
    shown: list[str] = []
    inside = False
    for name, attributes in _elements(archive, entry):
        if name == "numFmt":
            codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            number = _whole(attributes.get("numFmtId"))
            shown.append(_shown(number, codes.get(number)))
    return tuple(shown)


def _shown(number: int, code: str | None) -> str:
    """What a format makes of a number: `date`, `percent`, `zeros 8` or nothing that matters."""
    if code is None:
        return "date" if number in _DATES else "percent" if number in _PERCENTS else ""
    bare = _LITERALS.sub("", code.split(";")[0])
    if _ZEROS.fullmatch(bare):
        return f"zeros {len(bare)}"
    if re.search("[dmyhsDMYHS]", bare) and "general" not in bare.lower():
        return "date"
    return "percent" if "%" in bare else ""


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0


def is_workbook(archive: zipfile.ZipFile) -> bool:
    return any(name.casefold() == "[content_types].xml" for name in archive.namelist())
