"""From a path to the registers in it: one of a text, one of each sheet, all those of an archive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from adapters.files import delimited
from adapters.files.headings import Kind
from adapters.files.looking import Seen, look
from adapters.files.problems import FileRefused
from adapters.files.recognition import MOST_COLUMNS, positions
from adapters.files.registers import Register
from adapters.files.source import Layout, Source

SUFFIXES = frozenset({".csv", ".tsv"})


@dataclass(frozen=True, slots=True)
class Unusable:
    """A file, sheet or entry of an archive that is no register, and why."""

    name: str
    why: FileRefused


def open_registers(name: str, path: Path) -> list[Register | Unusable]:
    """The registers in a file. What cannot be taken is told one by one: the others can."""
    try:
        return [open_register(name, path)]
    except FileRefused as why:
        return [Unusable(name, why)]


def open_register(name: str, path: Path) -> Register:
    """Look at a text; FileRefused where it is no register that is known here."""
    seen = look(path)
    delimited.refuse_other_formats(seen)
    found = delimited.recognised(seen)
    assert found.kind is not None
    layout = Layout(found.line, found.line)
    source = delimited.TextSource(path, found.encoding, found.delimiter, layout, seen.without_bytes())
    return register_of(name, path, found.kind, found.headings, source, seen)


def register_of(name: str, path: Path, kind: Kind, headings: list[str], source: Source, seen: Seen) -> Register:
    """A register whose columns stand where its headings say."""
    line = source.layout.headings
    if len(headings) > MOST_COLUMNS:
        raise FileRefused("too_many_headings", line, columns=len(headings), most=MOST_COLUMNS)
    places = positions(kind, headings, line)
    written = {column: headings[place].strip()[:80] for column, place in places.items()}
    return Register(name, path, kind, source.encoding, source.delimiter, seen.sha256, seen.size, len(headings), places, source, written)
