"""One cell of a register: text as people and billing systems write it, to a value or a named problem."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from adapters.files.dates import day, month
from adapters.files.problems import CellProblem
from adapters.files.words import TOTALS, folded
from models.money import minor_units
from models.quantity import MICRO, micro_units

__all__ = ["Cell", "CellProblem", "choice", "day", "decimal", "identifier", "money", "month", "percent", "text", "whole"]

LARGEST_MONEY = 10**13  # a hundred thousand million: sums over every row of a register still fit 64 bits
MOST_DIGITS = 12  # before the comma
_PLAIN = re.compile(r"-?[0-9]{1,10}(?:[.,][0-9]{2})?")
_WRITTEN_PLAINLY = re.compile(r"-?[0-9]{1,12}(?:[.,][0-9]{1,6})?")
_NUMBER = re.compile(
    r"-?(?:[0-9]+(?:[.,][0-9]+)?"
    r"|[0-9]{1,3}(?:[ \u00a0\u2009\u202f'\u2019][0-9]{3})+(?:[.,][0-9]+)?"
    r"|[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+"  # where both separators are there, nothing is ambiguous
    r"|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+)"
)
_GROUPS = re.compile(r"[ \u00a0\u2009\u202f'\u2019]|[.,](?=.*[.,])")
_MINUSES = str.maketrans("\u2212\u2013\u2010\u2011", "----")
_CURRENCY = re.compile(r"(?:₸|₽|тг\.?|тенге|теңге|руб\.?|рублей|р\.?|KZT|RUB)", re.IGNORECASE)
_EXPONENT = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]{1,3}")
_WORD = re.compile(r"[^\W\d_]+")
_SPACES = " \u00a0\u2009\u202f"


@dataclass(frozen=True, slots=True)
class Cell:
    """How a column's cells are read, and the SQL type that holds what was read."""

    parse: Callable[[str], Any]
    sql: str


@lru_cache(maxsize=4096)
def money(text: str) -> int:
    """`1 234,5 тг` -> 123450 minor units. Three digits after the comma, letters and empty groups are no money."""
    if _PLAIN.fullmatch(text):
        minor = int(text[:-3] + text[-2:]) if text[-3:-2] in (".", ",") else int(text) * 100
    else:
        try:
            minor = minor_units(_without_needless_zeros(_digits(_without_currency(text))))
        except ValueError:
            raise CellProblem("not_a_number", value=text[:40]) from None
    if abs(minor) > LARGEST_MONEY:
        raise CellProblem("too_large", value=text[:40])
    return minor


@lru_cache(maxsize=4096)
def decimal(text: str) -> int:
    """`1,043` -> 1043000 millionths."""
    try:
        return micro_units(text if _WRITTEN_PLAINLY.fullmatch(text) else _digits(text))
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


def text(longest: int) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if len(value) > longest:
            raise CellProblem("too_long", longest=longest)
        return value

    return parse


def identifier(longest: int) -> Callable[[str], str]:
    """A number of an account or a contract, kept as text. The word that a row of sums begins with is none, nor is `4,07028E+19`."""

    def parse(value: str) -> str:
        if len(value) > longest:
            raise CellProblem("too_long", longest=longest)
        if _EXPONENT.fullmatch(value):
            raise CellProblem("digits_lost", value=value[:40])
        if value.isdigit() or not is_total(value):
            return value
        raise CellProblem("unknown_word", value=value[:40])

    return parse


def is_total(value: str) -> bool:
    """Whether a row that begins so says sums of the rows above it."""
    word = _WORD.match(value)
    return word is not None and folded(word[0]) in TOTALS


def choice(words: dict[str, str]) -> Callable[[str], str]:
    """One of a closed list, in any case, with or without dots, in any of the three languages."""

    @lru_cache(maxsize=256)
    def parse(value: str) -> str:
        try:
            return words[folded(value)]
        except KeyError:
            raise CellProblem("unknown_word", value=value[:40]) from None

    return parse


def yes_or_no(words: dict[str, str]) -> Callable[[str], bool]:
    """«Да» or «Нет», in any of the three languages."""
    word = choice(words)
    return lambda value: word(value) == "yes"


def _without_currency(text: str) -> str:
    """Signs of currency may stand before or behind the sum."""
    if (match := _CURRENCY.match(text.lstrip("-\u2212\u2013"))) and text[:1] not in "0123456789":
        text = text.replace(match[0], "", 1)
    else:
        for match in _CURRENCY.finditer(text):
            if match.end() == len(text):
                text = text[: match.start()]
    return text.strip(_SPACES)


def _digits(text: str) -> str:
    """The number without what groups it; a minus may be any of the typographers', stand behind, or be parentheses."""
    text = text.translate(_MINUSES)
    if text[:1] == "(" and text[-1:] == ")":
        text = f"-{text[1:-1].strip(_SPACES)}"
    elif text[-1:] == "-":
        text = f"-{text[:-1].rstrip(_SPACES)}"
    if text[:1] == "-":
        text = f"-{text[1:].lstrip(_SPACES)}"
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    digits = _GROUPS.sub("", text)
    if len(re.split("[.,]", digits.lstrip("-"))[0].lstrip("0")) > MOST_DIGITS:
        raise CellProblem("too_large", value=text[:40])
    return digits


def _without_needless_zeros(digits: str) -> str:
    """`100,5000` is how databases print money; three digits stay what they are, they could be thousands."""
    whole, point, fraction = digits.replace(",", ".").partition(".")
    if len(fraction) > 3 and not fraction[2:].strip("0"):
        return f"{whole}{point}{fraction[:2]}"
    return digits
