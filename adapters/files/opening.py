"""From a path to the registers in it: one of a text, one of each sheet, all those of an archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from adapters.files import delimited, sheets, spreadsheets
from adapters.files.archives import opened_archive, unpacked
from adapters.files.looking import Seen, look
from adapters.files.problems import FileRefused
from adapters.files.profiles import NO_PROFILE, Entry, Profile
from adapters.files.recognition import refused_headings
from adapters.files.registers import Register
from adapters.files.source import Source
from adapters.files.tables import Table, by_headings, by_profile, constants

SUFFIXES = frozenset({".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".zip"})  # some of them only to be refused in words


@dataclass(frozen=True, slots=True)
class Unusable:
    """A file, sheet or entry of an archive that is no register, and why."""

    name: str
    why: FileRefused


@dataclass(frozen=True, slots=True)
class _Way:
    """How a file came to be looked at: under which name it goes, how it was called where it came from, and who reads it how."""

    name: str
    called: str
    path: Path
    folder: Path | None
    profile: Profile

    def inside(self, part: str) -> _Way:
        return replace(self, name=f"{self.name}/{part}", called=f"{self.called}/{part}")

    @property
    def entry(self) -> Entry | None:
        return self.profile.find(self.called)


def open_registers(name: str, path: Path, folder: Path | None = None, profile: Profile = NO_PROFILE) -> list[Register | Unusable]:
    """The registers in a file, each with a name. What cannot be taken is told one by one: the others can.

    `folder` is where archives are unpacked; the caller removes it when the rows have been read. Without one, none are taken.
    """
    return _all(_Way(name, path.name, path, folder, profile))


def open_register(name: str, path: Path, profile: Profile = NO_PROFILE) -> Register:
    """The one register in a file; FileRefused where it is none that is known here."""
    for found in _registers(_Way(name, path.name, path, None, profile)):
        if isinstance(found, Register):
            return found
        raise found.why
    raise FileRefused("empty_file")


def _all(way: _Way) -> list[Register | Unusable]:
    try:
        return list(_registers(way))
    except FileRefused as why:
        return [Unusable(way.name, why)]


def _registers(way: _Way) -> Iterator[Register | Unusable]:
    entry = way.entry
    if entry and entry.ignored:
        return
    seen = look(way.path)
    if not seen.head.startswith(b"PK"):
        delimited.refuse_other_formats(seen)
        source, table = delimited.recognised(way.path, seen, entry)
        yield _register(way, source, table, seen, entry)
        return
    with opened_archive(way.path) as archive:
        workbook, entries = spreadsheets.is_workbook(archive), archive.namelist()
    if workbook:
        yield from _of_workbook(way, seen)
    elif way.folder is None or "mimetype" in entries:
        raise FileRefused("not_text", format="ODS" if "mimetype" in entries else "ZIP")
    else:
        yield from _of_archive(way, way.folder)


def _of_archive(way: _Way, folder: Path) -> Iterator[Register | Unusable]:
    """Registers of an archive's entries, as of a folder's files. What is no register by its name is left alone, as there."""
    names: set[str] = set()
    for entry, file in unpacked(way.path, folder):
        inside = PurePosixPath(entry)
        if not is_register(entry, way.profile):
            file.unlink()
            continue
        full = _another(f"{way.name}/{inside.with_suffix('')}", names)
        if inside.suffix.casefold() == ".zip":
            yield Unusable(full, FileRefused("nested_archive"))
        else:
            yield from _all(replace(way, name=full, called=entry, path=file))
    if not names:
        raise FileRefused("no_files")


def is_register(name: str, profile: Profile = NO_PROFILE) -> bool:
    """Whether a file of a folder or an archive is to be looked at, by its name."""
    return PurePosixPath(name).suffix.casefold() in SUFFIXES or profile.find(name) is not None


def _another(name: str, names: set[str]) -> str:
    """A name that no entry before had."""
    number, free = 1, name
    while free in names:
        number += 1
        free = f"{name} ({number})"
    names.add(free)
    return free


def _of_workbook(way: _Way, seen: Seen) -> Iterator[Register | Unusable]:
    with opened_archive(way.path, spreadsheets.MOST_UNPACKED) as archive:
        most = delimited.searched(way.entry)
        all_sheets = spreadsheets.sheets(archive)
        listed = list(zip(all_sheets, sheets.first_rows(archive, all_sheets, most), strict=True))
    filled = [(sheet, rows) for sheet, rows in listed if any(cells for _, cells in rows)]
    if not filled:
        raise FileRefused("empty_file")
    for sheet, rows in filled:
        inside = way if len(filled) == 1 else way.inside(sheet.name)
        entry = way.inside(sheet.name).entry or way.entry
        try:
            if not (entry and entry.ignored):
                yield _of_sheet(inside, seen, sheet, rows, entry)
        except FileRefused as why:
            yield Unusable(inside.name, why)


def _of_sheet(way: _Way, seen: Seen, sheet: spreadsheets.Sheet, rows: list[tuple[int, list[str]]], entry: Entry | None) -> Register:
    table = by_profile(rows, entry) if entry else by_headings(rows)
    if table is None:
        raise refused_headings([cells for _, cells in rows])
    source = sheets.SheetSource(way.path, sheet, table.layout, seen.without_bytes(), table.width, frozenset(table.places.values()))
    return _register(way, source, table, seen, entry)


def _register(way: _Way, source: Source, table: Table, seen: Seen, entry: Entry | None) -> Register:
    said = constants(entry, table.kind, way.called) if entry else {}
    return Register(
        way.name, way.path, table.kind, source.encoding, source.delimiter, seen.sha256, seen.size, table.width, table.places, source,
        headings=table.headings, constants=said, entry=entry, open_ended=table.open_ended,
    )  # fmt: skip
