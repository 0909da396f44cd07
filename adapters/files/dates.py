"""Days and months as people and programs write them."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from adapters.files.problems import CellProblem
from adapters.files.words import MONTHS, folded

FIRST_YEAR, LAST_YEAR = 1900, 2199
FIRST_BILLED_YEAR = 1990
PIVOT = 70  # 69 is 2069, 70 is 1970
_TIME = re.compile(r"[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?")
_DAY = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?: ?г\.?)?")
_ISO_DAY = re.compile(r"([0-9]{4})([./-]?)([0-9]{2})\2([0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})[-./]?([0-9]{2})")
_MONTH_FIRST = re.compile(r"([0-9]{1,2})[-./]([0-9]{4})|([0-9]{2})([0-9]{4})")
_IN_WORDS = re.compile(r"(?P<word>[^\W\d_]+)[\s.,]*(?P<year>[0-9]{4}|[0-9]{2})(?: ?(?:г|год|года|ж|жыл|жылы|жылғы)\.?)?", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})(?: ?(?:г|год|года|ж|жыл|жылы|жылғы)\.?)?[\s.,]*(?P<word>[^\W\d_]+)", re.IGNORECASE)
_SERIAL = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")
_EPOCH = dt.date(1899, 12, 30)


@lru_cache(maxsize=4096)
def day(text: str) -> dt.date:
    """`31.12.2026`, `31/12/26`, `31-12-2026`, `2026-12-31`, `20261231`; a time of day behind it is left out."""
    plain = text[: match.start()] if (match := _TIME.search(text)) and match.end() == len(text) else text
    if match := _DAY.fullmatch(plain):
        d, _, m, y = match.groups()
        found = _date(_year(y), int(m), int(d))
    elif match := _ISO_DAY.fullmatch(plain):
        y, _, m, d = match.groups()
        found = _date(int(y), int(m), int(d))
    else:
        found = None
    if found is None:
        raise CellProblem("not_a_date", value=text[:40])
    return found


@lru_cache(maxsize=1024)
def month(text: str) -> dt.date:
    """`2026-10`, `10.2026`, `202610`, `102026`, `октябрь 2026`, `01.10.2026` -> the first day of that month."""
    found = _numbered_month(text) or _named_month(text)
    if found is None:
        try:
            found = day(text)
        except CellProblem:
            found = None
    if found is None or found.day != 1 or not found.year >= FIRST_BILLED_YEAR:
        raise CellProblem("not_a_period", value=text[:40])
    return found


def day_in_sheet(text: str) -> dt.date:
    """A spreadsheet's cell of days may hold the number of days since 1900."""
    return _EPOCH + dt.timedelta(days=int(float(text))) if _SERIAL.fullmatch(text) else day(text)


def month_in_sheet(text: str) -> dt.date:
    return month(day_in_sheet(text).isoformat()) if _SERIAL.fullmatch(text) else month(text)


def _numbered_month(text: str) -> dt.date | None:
    if (match := _MONTH.fullmatch(text)) and (found := _billed(int(match[1]), int(match[2]))):
        return found
    if match := _MONTH_FIRST.fullmatch(text):
        return _billed(int(match[2] or match[4]), int(match[1] or match[3]))
    return None


def _named_month(text: str) -> dt.date | None:
    match = _IN_WORDS.fullmatch(text) or _YEAR_FIRST.fullmatch(text)
    number = MONTHS.get(folded(match["word"])) if match else None
    return _billed(_year(match["year"]), number) if match and number else None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else int(text) + (1900 if int(text) >= PIVOT else 2000)


def _billed(year: int, month: int) -> dt.date | None:
    return _date(year, month, 1) if year >= FIRST_BILLED_YEAR else None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None
