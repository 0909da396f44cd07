"""Which register a table is, by its row of headings, and where its columns stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from adapters.files.headings import CONTRACTS, KINDS, Kind
from adapters.files.problems import FileRefused
from adapters.files.words import heading_key

SEARCHED = 20  # rows of a title may stand above the headings
MOST_COLUMNS = 1_000
_TRIED = (*(kind for kind in KINDS if kind is not CONTRACTS), CONTRACTS)  # payments by contract may name the payer, too


def kind_of(headings: Iterable[str]) -> Kind | None:
    """The kind whose marks are all there, and nothing that it never has."""
    present = {heading_key(heading) for heading in headings}
    for kind, columns, never in _known():
        named = {name for name, spellings in columns if not spellings.isdisjoint(present)}
        if not kind.lacking(named) and never.isdisjoint(present):
            return kind
    return None


def positions(kind: Kind, headings: Sequence[str], line: int) -> dict[str, int]:
    """Where each column stands. A column's usual heading wins over its other names; the same heading twice is refused."""
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        if heading_key(heading) and heading_key(heading) in places:
            raise FileRefused("duplicate_heading", line, heading=heading.strip()[:80])
        places[heading_key(heading)] = place
    found: dict[str, int] = {}
    for column in kind.columns:
        for name in kind.headings(column):
            if heading_key(name) in places:
                found[column.name] = places[heading_key(name)]
                break
    return found


def refused_headings(rows: Sequence[Sequence[str]], line: int = 1) -> FileRefused:
    """Why none of these rows is a row of headings."""
    widest = max(rows, key=len, default=())
    if len(widest) > MOST_COLUMNS:
        return FileRefused("too_many_headings", line, columns=len(widest), most=MOST_COLUMNS)
    return FileRefused("unknown_headings", line, headings="; ".join(cell.strip() for cell in widest)[:200])


@lru_cache(maxsize=1)
def _known() -> tuple[tuple[Kind, tuple[tuple[str, frozenset[str]], ...], frozenset[str]], ...]:
    spelled = {(kind.name, column.name): frozenset(map(heading_key, kind.headings(column))) for kind in KINDS for column in kind.columns}
    return tuple(
        (kind, tuple((column.name, spelled[kind.name, column.name]) for column in kind.columns), _never(kind, frozenset(spelled.values()))) for kind in _TRIED
    )


def _never(kind: Kind, spelled: frozenset[frozenset[str]]) -> frozenset[str]:
    """The forbidden headings with what they are called in the other languages, unless the kind itself has a column of that name."""
    own = {heading_key(heading) for column in kind.columns for heading in kind.headings(column)}
    others = {spelling for name in kind.never for spellings in spelled if heading_key(name) in spellings for spelling in spellings}
    return frozenset({heading_key(name) for name in kind.never} | (others - own))
