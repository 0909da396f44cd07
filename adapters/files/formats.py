"""Formats that a profile names for a column: `DD-MM-YYYY`, and which sign parts whole from fraction."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from adapters.files.dates import PIVOT
from adapters.files.patterns import matched
from adapters.files.problems import CellProblem
from adapters.files.words import folded

if TYPE_CHECKING:
    from adapters.files.profiles import Entry

DECIMALS = {",": ".", ".": ","}  # the decimal sign, and the other one, which then groups digits
_PARTS = {
    "YYYY": "(?P<Y>[0-9]{4})", "YY": "(?P<y>[0-9]{2})", "MM": "(?P<m>[0-9]{1,2})", "DD": "(?P<d>[0-9]{1,2})",
    "HH": "[0-9]{1,2}", "MI": "[0-9]{2}", "SS": "[0-9]{2}",
}  # fmt: skip
_PART = re.compile("YYYY|YY|MM|DD|HH|MI|SS")
Parser = Callable[[str], Any]


@lru_cache(maxsize=64)
def day_format(text: str) -> re.Pattern[str] | None:
    """`DD.MM.YYYY`, `YYYYMMDD`, `MM/YY`, with or without `HH:MI:SS`; None where it says no year and month."""
    parts, place = [], 0
    found = [match[0] for match in _PART.finditer(text)]
    if len(set(found)) != len(found) or "MM" not in found or not {"YYYY", "YY"} & set(found):
        return None
    exact = "".join(found) == text  # without signs between them, parts have all their digits
    for match in _PART.finditer(text):
        part = _PARTS[match[0]]
        parts += [re.escape(text[place : match.start()]), part.replace("{1,2}", "{2}") if exact else part]
        place = match.end()
    return re.compile("".join(parts) + re.escape(text[place:]))


def parser_of(entry: Entry, column: str, parse: Parser) -> Parser:
    """A column's way to read cells with what the profile says of it around it."""
    if format_ := entry.formats.get(column):
        parse = _decimals(format_, parse) if format_ in DECIMALS else _days(format_, parse)
    if words := entry.words.get(column):
        parse = _words({folded(word): value for word, value in words.items()}, parse)
    if pattern := entry.extract.get(column):
        parse = _extract(pattern, parse)
    return _negated(parse) if column in entry.negate else parse


def _decimals(sign: str, parse: Parser) -> Parser:
    def read(text: str) -> Any:
        bare = text.replace(DECIMALS[sign], "")
        return parse(bare.replace(sign, "."))

    return read


def _days(format_: str, parse: Parser) -> Parser:
    pattern = day_format(format_)
    assert pattern is not None

    def read(text: str) -> Any:
        found = pattern.fullmatch(text)
        if found is None:
            return parse(text)
        parts = found.groupdict()
        year = int(parts["Y"]) if parts.get("Y") else int(parts["y"]) + (1900 if int(parts["y"]) >= PIVOT else 2000)
        try:
            return parse(dt.date(year, int(parts["m"]), int(parts.get("d") or 1)).isoformat())
        except ValueError:
            raise CellProblem("not_a_date", value=text[:40]) from None

    return read


def _words(words: dict[str, str], parse: Parser) -> Parser:
    return lambda text: parse(words.get(folded(text), text))


def _extract(pattern: str, parse: Parser) -> Parser:
    def read(text: str) -> Any:
        found = matched(pattern, text)
        if not found:
            raise CellProblem("not_found_in_cell", value=text[:40])
        return parse(found.strip())

    return read


def _negated(parse: Parser) -> Parser:
    def read(text: str) -> Any:
        value = parse(text)
        return -value if isinstance(value, int) else value

    return read
