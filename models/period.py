"""Period: a billing month in the organization's time zone. Stored as the date of its first day."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 1990, 2199  # of what may be written; registers hold older days, and windows and averages look beyond either end
_WRITTEN = re.compile(r"([0-9]{4})-([0-9]{2})")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    year: int
    month: int

    def __post_init__(self) -> None:
        if not (dt.MINYEAR <= self.year <= dt.MAXYEAR and 1 <= self.month <= 12):
            raise ValueError(f"not a period: {self.year}-{self.month}")

    def __str__(self) -> str:
        return _text(self.year, self.month)

    def __hash__(self) -> int:
        return self.year * 12 + self.month

    @classmethod
    def parse(cls, text: str) -> Period:
        """`2026-10`; ValueError on month 13, on years outside 1990–2199 and on any other writing."""
        match = _WRITTEN.fullmatch(text)
        if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
            raise ValueError(f"not a period: {text!r}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: dt.date) -> Period:
        return _period(day.year, day.month)

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.month, 1)

    @property
    def last_day(self) -> dt.date:
        return dt.date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def plus(self, months: int) -> Period:
        index = self.year * 12 + self.month - 1 + months
        return Period(index // 12, index % 12 + 1)

    @property
    def previous(self) -> Period:
        return self.plus(-1)

    @property
    def next(self) -> Period:
        return self.plus(1)


_period = lru_cache(maxsize=1024)(Period)  # there are few months, and hundreds of rows of each answer are of one


@lru_cache(maxsize=1024)
def _text(year: int, month: int) -> str:
    return f"{year:04d}-{month:02d}"
