"""Days, months and years in a message about readings: left out, but for those that say that its values are of another month."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.period import Period
from resolvers import reading_words as words
from resolvers.reading_cursor import Cursor, Token
from resolvers.reading_dials import Dial

_DATE = re.compile(r"(?:0?[1-9]|[12][0-9]|3[01])[.,](?:0?[1-9]|1[0-2])(?:[.,](?:20)?[0-9]{2})?|(?:0?[1-9]|1[0-2])[.,]20[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Times:
    """The month that a message is read for, and the one in which it came: a window may run over a month's end."""

    month: Period
    now: Period

    def may_be(self, month: int | None, year: int | None, *, is_day: bool = False) -> bool:
        """Whether such a message may name this month or year: of a day the month in which it came too."""
        meant = (self.month, self.now) if is_day else (self.month,)
        return any(month in (None, one.month) and year in (None, one.year) for one in meant)


class Days(Cursor):
    """Each step says how many tokens are left out from here, 0 for none. Without `times` no month is another one.

    `former_end` is the place behind the last former value: «было 110 в октябре».
    """

    def __init__(self, text: str, dials: Sequence[Dial], times: Times | None = None) -> None:
        super().__init__(text, dials)
        self.times = times
        self.former_end = -1

    def _relative(self, place: int) -> int:
        """«прошлый месяц», «келесі ай», «прошлого года»: months and years by where they lie from now."""
        token, here = self._at(place), self._next(place + 1, "other")
        steps = {words.MONTH_BEFORE: -1, words.MONTH_AFTER: 1, words.OTHER_MONTH: -2}
        step = next((step for listed, step in steps.items() if token.means(listed)), 0)
        named = self._at(here)
        if not step or not (named.means(words.MONTH) or named.means(words.YEAR)):
            return 0
        if self.times is not None:
            is_month = named.means(words.MONTH)
            other = self.times.now.plus(step if is_month else 12 * step)
            self._named(place, here + 1, is_other=not self.times.may_be(other.month if is_month else None, other.year))
        return here - place + 1

    def _date(self, place: int) -> int:
        """Days, months and years."""
        token = self._at(place)
        if token.means(words.MONTHS):
            return self._month(place)
        if token.kind != "number":
            return 0
        here = self._next(place + 1, "other")
        if token.text.isdecimal() and int(token.text[:9]) <= 31 and self._at(here).means(words.MONTHS):
            return here - place
        if _is_year(token) and (self._at(here).means(words.YEAR) or self._at(place - 2).means(words.MONTHS)):
            end = here + 1 if self._at(here).means(words.YEAR) else place + 1
            return self._dated(place, end, None, int(token.text))
        return self._in_figures(place)

    def _month(self, place: int) -> int:
        """A month by its name, with the year behind it. «Октябрьская ул.» is none."""
        token, here = self._at(place), self._next(place + 1)
        year = int(self._at(here).text) if _is_year(self._at(here)) else None
        end = here + 1 if year else place + 1
        month = next((number for number, listed in enumerate(words.MONTH_NAMES, 1) if token.means(listed)), None)
        if self._at(self._next(place + 1, "other")).means(words.STREET):
            return end - place
        day = place - 2 if self._at(place - 2).kind == "number" and len(self._at(place - 2).text) <= 2 else None
        self._dated(place, end, month, year, day)
        return end - place

    def _in_figures(self, place: int) -> int:
        """«20.11.2026», «20/11/2026», «11.2026»; «20.11» behind a word that a date follows."""
        token = self._at(place)
        slashed = [self._at(place + step).text for step in range(5)]
        text = ".".join(slashed[::2]) if slashed[1::2] == ["/", "/"] else token.text
        whole = text.count(".") == 2 or (self._at(place - 1).kind == "space" and self._at(place - 2).means(words.BEFORE_DATE))
        if not whole or not _DATE.fullmatch(text):
            return 0
        parts = [int(part) for part in re.split("[.,]", text)]
        year = 2000 + parts.pop() % 100 if len(parts) == 3 or parts[-1] > 12 else None
        return self._dated(place, place + (1 if text == token.text else 5), parts[-1], year, place if len(parts) == 2 else None)

    def _dated(self, place: int, end: int, month: int | None, year: int | None, day: int | None = None) -> int:
        """How many tokens it is. `day` is the place of the day that was named."""
        if self.times is not None:
            start = place if day is None else day
            self._named(start, end, is_other=not self.times.may_be(month, year, is_day=day is not None))
        return end - place

    def _named(self, place: int, end: int, *, is_other: bool) -> None:
        """Another month than is read for, unless it is a former value's or the begin of what was used."""
        if is_other and self.taken.other_month is None and not self._is_former(place, end) and not self._is_begin(place, end):
            self.taken.other_month = self.text[self._at(place).start : self._at(end - 1).end]

    def _is_former(self, place: int, end: int) -> bool:
        """«было 110 в октябре», «в октябре было 110»."""
        before = place - 1
        while self._at(before).kind == "space" or self._at(before).means(words.IN):
            before -= 1
        behind = self._next(end, "other")
        return before + 1 == self.former_end or (self._at(behind).means(words.FORMER) and self._at(self._next(behind + 1, "other")).kind == "number")

    def _is_begin(self, place: int, end: int) -> bool:
        """«с 25 октября по 25 ноября»."""
        until = self._next(end)
        last = self._at(self._next(until + 1))
        dated = last.kind == "number" or last.means(words.MONTHS)
        return self._at(place - 2).means("с со from") and self._at(until).means("по до to until") and dated


def _is_year(token: Token) -> bool:
    return token.kind == "number" and len(token.text) == 4 and token.text.startswith("20")
