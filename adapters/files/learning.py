"""What a file that nobody described probably is: columns by how their headings sound and by what stands in them. A proposal, for a person to look at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from adapters.files import delimited, sheets, spreadsheets
from adapters.files.archives import opened_archive
from adapters.files.cells import money
from adapters.files.dates import day, month
from adapters.files.headings import KINDS, Column, Kind
from adapters.files.looking import Seen, look
from adapters.files.opening import open_register
from adapters.files.problems import CellProblem, FileRefused
from adapters.files.profiles import parse_profile
from adapters.files.recognition import SEARCHED
from adapters.files.registers import Register
from adapters.files.words import folded

LOOKED_AT = 60  # rows
SURE, LIKELY = 0.62, 0.5
_CENTS = re.compile(r"-?[0-9 \u00a0]+[.,][0-9]{2}")
_NUMBER = re.compile(r"[A-Za-zА-Яа-я]{0,4}-?[0-9]{3,20}")
_MONTH_IN_NAME = ((r"(20[0-9]{2})[-_.]?(0[1-9]|1[0-2])", "{y}-{m}"), (r"(0[1-9]|1[0-2])[-_.]?(20[0-9]{2})", "{m}-{y}"))
Cells = list[list[str]]


@dataclass(frozen=True, slots=True)
class Proposal:
    """The profile as TOML, the register that it makes of the file, and the columns that the kind needs and nothing looks like."""

    text: str
    register: Register | None
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Guess:
    kind: Kind
    places: dict[str, int]
    points: float

    @property
    def lacking(self) -> tuple[str, ...]:
        return tuple(sorted(self.kind.lacking(self.places)))


def propose(path: Path) -> Proposal:
    """Look at a file and propose how to read it. Raises FileRefused where it is no table at all."""
    seen = look(path)
    rows, encoding, delimiter = _of_workbook(path) if seen.head.startswith(b"PK") else _of_text(seen)
    line = _heading_line(rows)
    headings, body = (rows[line - 1], rows[line:]) if line else ([], rows)
    body = [row for row in body if any(cell.strip() for cell in row)]
    if not body or max(map(len, body)) < 2:
        raise FileRefused("unknown_headings", 1, headings="; ".join(headings)[:200])
    guess = max((_guess(kind, headings, body) for kind in KINDS), key=lambda guess: (-len(guess.lacking), guess.points))
    named = _month_in(path.name) if "period" in guess.lacking else None
    lacking = tuple(name for name in guess.lacking if not (name == "period" and named))
    text = _written(path.name, guess, headings, encoding, delimiter, line, named, _footer(body))
    text += "".join(f"# [register.columns] {name} = ?\n" for name in lacking)
    return Proposal(text, None if lacking else _opened(path, text), lacking)


def _opened(path: Path, text: str) -> Register | None:
    with suppress(FileRefused):
        return open_register(path.stem, path, parse_profile(text))
    return None


def _of_text(seen: Seen) -> tuple[Cells, str, str]:
    delimited.refuse_other_formats(seen, whole=False)
    encoding = delimited.likely(seen)
    tables = {delimiter: delimited.first_rows(seen.head, encoding, delimiter, LOOKED_AT) for delimiter in delimited.DELIMITERS}
    delimiter = max(tables, key=lambda delimiter: _evenness(tables[delimiter]))
    return tables[delimiter], encoding, delimiter


def _of_workbook(path: Path) -> tuple[Cells, str, str]:
    with opened_archive(path, spreadsheets.MOST_UNPACKED) as archive:
        if not spreadsheets.is_workbook(archive):
            raise FileRefused("not_text", format="ZIP")
        for sheet in spreadsheets.sheets(archive):
            if rows := sheets.first_rows(archive, [sheet], LOOKED_AT)[0]:
                numbered = dict(rows)
                return [numbered.get(number, []) for number in range(1, min(rows[-1][0], LOOKED_AT * 2) + 1)], "", ""
    raise FileRefused("empty_file")


def _evenness(rows: Cells) -> float:
    """How many rows have the same number of cells, more than one of them."""
    counts = [len(row) for row in rows if len(row) > 1]
    return max((counts.count(count) * (1 + count / 100) for count in set(counts)), default=0.0)


def _heading_line(rows: Cells) -> int:
    """The line of the first row of words above a row with numbers; 0 where there is none."""
    width = max((len(row) for row in rows), default=0)
    for line, row in enumerate(rows[:SEARCHED], 1):
        filled = [cell for cell in row if cell.strip()]
        if len(filled) >= max(2, width // 2):
            return 0 if any(cell.strip()[:1].isdigit() for cell in filled) else line
    return 0


def _guess(kind: Kind, headings: Sequence[str], body: Cells) -> _Guess:
    """Give each column the place that suits it best, the surest first."""
    width = max(len(row) for row in body)
    scores = [(_score(kind, column, headings, body, place), column.name, place) for column in kind.columns for place in range(width)]
    places: dict[str, int] = {}
    points = 0.0
    for score, name, place in sorted(scores, key=lambda one: -one[0]):
        if score >= (LIKELY if headings else SURE) and name not in places and place not in places.values():
            places[name] = place
            points += score
    never = {folded(name) for name in kind.never}
    points -= sum(folded(heading) in never for heading in headings)
    return _Guess(kind, places, points)


def _score(kind: Kind, column: Column, headings: Sequence[str], body: Cells, place: int) -> float:
    cells = [row[place].strip() for row in body if place < len(row) and row[place].strip()][:LOOKED_AT]
    fits = _fits(column, cells)
    if fits == 0:
        return 0
    sounds = max((_likeness(headings[place], name) for name in kind.headings(column)), default=0.0) if place < len(headings) else 0.0
    return sounds * 0.7 + fits * 0.3 if headings else fits * (column.name in kind.needed)


def _likeness(heading: str, name: str) -> float:
    one, other = folded(heading), folded(name)
    if not one or not other:
        return 0
    if one == other:
        return 1
    contained = 0.8 if min(len(one), len(other)) >= 4 and (one in other or other in one) else 0.0
    return max(contained, SequenceMatcher(None, one, other).ratio(), 0.95 * _shared_words(heading, name))


def _shared_words(heading: str, name: str) -> float:
    """`Сальдо исх.` and `Исходящее сальдо` share all their words, though one of them is cut short."""
    one, other = ([folded(word) for word in re.findall(r"[^\W\d_]+", text)] for text in (heading, name))
    shared = sum(any(len(word) > 2 and (word.startswith(mine) or mine.startswith(word)) and len(mine) > 2 for mine in other) for word in one)
    return shared / max(len(one), len(other), 1)


def _fits(column: Column, cells: Sequence[str]) -> float:
    """0 where the cells cannot be this column's, 1 where they look just so."""
    if not cells:
        return 0.3
    readable = sum(_reads(column, cell) for cell in cells) / len(cells)
    if readable < 0.7:
        return 0
    if column.cell.parse in (day, month):
        return readable
    if column.cell.parse is money:
        return 0.4 + 0.5 * sum(bool(_CENTS.fullmatch(cell)) for cell in cells) / len(cells)
    if column.name in ("account", "number", "serial"):
        numbers = sum(bool(_NUMBER.fullmatch(cell)) and not _CENTS.fullmatch(cell) for cell in cells) / len(cells)
        return numbers * _usual(cells) or 0.1
    return 0.5


def _usual(cells: Sequence[str]) -> float:
    """How much numbers look like those of accounts: neither short nor long, padded to one length, and, unlike documents, here and there twice."""
    several = min(1, 2 * len(set(cells)) / len(cells))
    padded = 0.05 * (len(set(map(len, cells))) == 1) + 0.07 * sum(cell.startswith("0") for cell in cells) / len(cells)
    return 0.6 + 0.15 * several + 0.1 * (6 <= len(cells[0]) <= 10) + padded + 0.03 * (len(set(cells)) < len(cells))


def _reads(column: Column, cell: str) -> bool:
    try:
        column.cell.parse(cell)
    except CellProblem:
        return False
    return True


def _footer(body: Cells) -> str:
    return "=" if body[-1] and body[-1][0].startswith("=") else ""


def _month_in(name: str) -> str | None:
    """A pattern for the month in a file's name, if there is one."""
    return next((pattern for pattern, _ in _MONTH_IN_NAME if re.search(pattern, name)), None)


def _written(name: str, guess: _Guess, headings: Sequence[str], encoding: str, delimiter: str, line: int, named: str | None, footer: str) -> str:
    """The proposal as TOML. Places go by their headings where there are any, so that columns may move."""
    lines = ["[[register]]", f"files = {_quoted(re.sub('[0-9]+', '*', name).replace('[', '?'))}", f"kind = {_quoted(guess.kind.name)}"]
    if encoding and not line:
        lines.append(f"encoding = {_quoted(encoding)}")
    if delimiter:
        lines.append(f"delimiter = {_quoted(delimiter)}")
    lines += [] if line else ["headings = 0"]
    lines += [f"footers = {_quoted(footer)}"] if footer else []
    lines += ["[register.columns]", *_columns(guess, headings)]
    lines += ["[register.from_name]", f"period = {_quoted(named)}"] if named else []
    return "\n".join(lines) + "\n"


def _columns(guess: _Guess, headings: Sequence[str]) -> Iterator[str]:
    for column in guess.kind.columns:
        if column.name in guess.places:
            place = guess.places[column.name]
            heading = headings[place].strip() if place < len(headings) else ""
            yield f"{column.name} = {_quoted(heading) if heading else place + 1}  # {column.headings[0]}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
