"""One cell of a register: text as people and billing systems write it, to a value or a named problem."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from models.money import minor_units
from models.quantity import MICRO, micro_units

LARGEST_MONEY = 10**13  # a hundred thousand million: sums over every row of a register still fit 64 bits
MOST_DIGITS = 12  # before the comma
_NUMBER = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+)(?:[.,][0-9]+)?")
_SPACES = re.compile(r"[ \u00a0\u202f]")
_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_MONTH_FIRST = re.compile(r"([0-9]{2})\.([0-9]{4})")
FIRST_YEAR, LAST_YEAR = 1900, 2199


class CellProblem(Exception):
    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Cell:
    """How a column's cells are read, and the SQL type that holds what was read."""

    parse: Callable[[str], Any]
    sql: str


@lru_cache(maxsize=4096)
def money(text: str) -> int:
    """`1 234,5` -> 123450 minor units. Three digits after the comma, letters and empty groups are no money."""
    try:
        minor = minor_units(_digits(text))
    except ValueError:
        raise CellProblem("not_a_number", value=text[:40]) from None
    if abs(minor) > LARGEST_MONEY:
        raise CellProblem("too_large", value=text[:40])
    return minor


@lru_cache(maxsize=4096)
def decimal(text: str) -> int:
    """`1,043` -> 1043000 millionths."""
    try:
        return micro_units(_digits(text))
    except ValueError:
        raise CellProblem("not_a_number", value=text[:40]) from None


@lru_cache(maxsize=1024)
def percent(text: str) -> int:
    """`12` or `12,5%` -> hundredths of a percent, from 0 to 100 %."""
    hundredths = decimal(text.rstrip("%").rstrip()) // 10_000
    if hundredths < 0:
        raise CellProblem("not_a_number", value=text[:40])
    if hundredths > 10_000:
        raise CellProblem("too_large", value=text[:40])
    return hundredths


def whole(largest: int) -> Callable[[str], int]:
    """A number without a fraction, from 0 to `largest`."""

    @lru_cache(maxsize=1024)
    def parse(text: str) -> int:
        micro = decimal(text)
        if micro % MICRO or micro < 0:
            raise CellProblem("not_a_number", value=text[:40])
        if micro // MICRO > largest:
            raise CellProblem("too_large", value=text[:40])
        return micro // MICRO

    return parse


@lru_cache(maxsize=4096)
def day(text: str) -> dt.date:
    """`31.12.2026` or `2026-12-31`."""
    if match := _DAY.fullmatch(text):
        d, m, y = map(int, match.groups())
    elif match := _ISO_DAY.fullmatch(text):
        y, m, d = map(int, match.groups())
    else:
        raise CellProblem("not_a_date", value=text[:40])
    try:
        if FIRST_YEAR <= y <= LAST_YEAR:
            return dt.date(y, m, d)
    except ValueError:
        pass
    raise CellProblem("not_a_date", value=text[:40])


@lru_cache(maxsize=1024)
def month(text: str) -> dt.date:
    """`2026-10` or `10.2026` -> the first day of that month."""
    if match := _MONTH.fullmatch(text):
        y, m = map(int, match.groups())
    elif match := _MONTH_FIRST.fullmatch(text):
        m, y = map(int, match.groups())
    else:
        raise CellProblem("not_a_period", value=text[:40])
    if not (1990 <= y <= LAST_YEAR and 1 <= m <= 12):
        raise CellProblem("not_a_period", value=text[:40])
    return dt.date(y, m, 1)


def text(longest: int) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if len(value) > longest:
            raise CellProblem("too_long", longest=longest)
        return value

    return parse


def choice(words: dict[str, str]) -> Callable[[str], str]:
    """One of a closed list, in any case and with or without a final dot."""

    def parse(value: str) -> str:
        try:
            return words[value.casefold().rstrip(".")]
        except KeyError:
            raise CellProblem("unknown_word", value=value[:40]) from None

    return parse


def _digits(text: str) -> str:
    text = text.replace("\u2212", "-")  # the minus sign of typographers
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    digits = _SPACES.sub("", text)
    if len(re.split("[.,]", digits.lstrip("-"))[0].lstrip("0")) > MOST_DIGITS:
        raise CellProblem("too_large", value=text[:40])
    return digits
