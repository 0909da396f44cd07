"""From a path to the registers in it: one of a text, one of each sheet, all those of an archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from adapters.files import delimited, sheets, spreadsheets
from adapters.files.archives import opened_archive, unpacked
from adapters.files.headings import Kind
from adapters.files.looking import Seen, look
from adapters.files.problems import FileRefused
from adapters.files.recognition import MOST_COLUMNS, kind_of, positions, refused_headings
from adapters.files.registers import Register
from adapters.files.source import Layout, Source

SUFFIXES = frozenset({".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".zip"})  # some of them only to be refused in words


@dataclass(frozen=True, slots=True)
class Unusable:
    """A file, sheet or entry of an archive that is no register, and why."""

    name: str
    why: FileRefused


def open_registers(name: str, path: Path, folder: Path | None = None) -> list[Register | Unusable]:
    """The registers in a file, each with a name. What cannot be taken is told one by one: the others can.

    `folder` is where archives are unpacked; the caller removes it when the rows have been read. Without one, none are taken.
    """
    try:
        return list(_registers(name, path, folder))
    except FileRefused as why:
        return [Unusable(name, why)]


def open_register(name: str, path: Path) -> Register:
    """The one register in a file; FileRefused where it is none that is known here."""
    for found in _registers(name, path, None):
        if isinstance(found, Register):
            return found
        raise found.why
    raise FileRefused("empty_file")


def _registers(name: str, path: Path, folder: Path | None) -> Iterator[Register | Unusable]:
    seen = look(path)
    if not seen.head.startswith(b"PK"):
        yield _of_text(name, path, seen)
        return
    with opened_archive(path) as archive:
        workbook, entries = spreadsheets.is_workbook(archive), archive.namelist()
    if workbook:
        yield from _of_workbook(name, path, seen)
    elif folder is None or "mimetype" in entries:
        raise FileRefused("not_text", format="ODS" if "mimetype" in entries else "ZIP")
    else:
        yield from _of_archive(name, path, folder)


def _of_text(name: str, path: Path, seen: Seen) -> Register:
    delimited.refuse_other_formats(seen)
    found = delimited.recognised(seen)
    layout = Layout(found.line, found.line)
    source = delimited.TextSource(path, found.encoding, found.delimiter, layout, seen.without_bytes())
    return register_of(name, path, found.kind, found.headings, source, seen)


def _of_archive(name: str, path: Path, folder: Path) -> Iterator[Register | Unusable]:
    """Registers of an archive's entries, as of a folder's files. What is no register by its name is left alone, as there."""
    names: set[str] = set()
    for entry, file in unpacked(path, folder):
        inside = PurePosixPath(entry)
        if inside.suffix.casefold() not in SUFFIXES:
            file.unlink()
            continue
        full = _another(f"{name}/{inside.with_suffix('')}", names)
        if inside.suffix.casefold() == ".zip":
            yield Unusable(full, FileRefused("nested_archive"))
        else:
            yield from open_registers(full, file)
    if not names:
        raise FileRefused("no_files")


def _another(name: str, names: set[str]) -> str:
    """A name that no entry before had."""
    number, free = 1, name
    while free in names:
        number += 1
        free = f"{name} ({number})"
    names.add(free)
    return free


def _of_workbook(name: str, path: Path, seen: Seen) -> Iterator[Register | Unusable]:
    with opened_archive(path, spreadsheets.MOST_UNPACKED) as archive:
        listed = [(sheet, sheets.first_rows(archive, sheet)) for sheet in spreadsheets.sheets(archive)]
    filled = [(sheet, rows) for sheet, rows in listed if any(cells for _, cells in rows)]
    if not filled:
        raise FileRefused("empty_file")
    for sheet, rows in filled:
        full = name if len(filled) == 1 else f"{name}/{sheet.name}"
        try:
            yield _of_sheet(full, path, seen, sheet, rows)
        except FileRefused as why:
            yield Unusable(full, why)


def _of_sheet(name: str, path: Path, seen: Seen, sheet: spreadsheets.Sheet, rows: list[tuple[int, list[str]]]) -> Register:
    for line, headings in rows:
        if kind := kind_of(headings):
            columns = frozenset(positions(kind, headings, line).values())
            source = sheets.SheetSource(path, sheet, Layout(line, line), seen.without_bytes(), len(headings), columns)
            return register_of(name, path, kind, headings, source, seen)
    raise refused_headings([cells for _, cells in rows])


def register_of(name: str, path: Path, kind: Kind, headings: list[str], source: Source, seen: Seen) -> Register:
    """A register whose columns stand where its headings say."""
    line = source.layout.headings
    if len(headings) > MOST_COLUMNS:
        raise FileRefused("too_many_headings", line, columns=len(headings), most=MOST_COLUMNS)
    places = positions(kind, headings, line)
    written = {column: headings[place].strip()[:80] for column, place in places.items()}
    return Register(name, path, kind, source.encoding, source.delimiter, seen.sha256, seen.size, len(headings), places, source, written)
