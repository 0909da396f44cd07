"""The reading window: the days in which residents may send, and the month that their readings count for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from models.period import Period


@dataclass(frozen=True, slots=True)
class ReadingWindow:
    """The window of `period`, both days inclusive, as seen on one day. `days_left` counts that day; None when it is not open."""

    period: Period
    opens_on: dt.date
    closes_on: dt.date
    is_open: bool
    days_left: int | None


def reading_window(first_day: int, last_day: int, today: dt.date) -> ReadingWindow:
    """From days of the month; 31 means "to the end". A first day after the last one runs over the month's end into the next month."""
    period = Period.of(today)
    if first_day > last_day and today.day <= last_day:
        period = period.previous  # the first days of a month belong to the window that opened in the month before
    end = period.next if first_day > last_day else period
    opens, closes = _day_of(period, first_day), _day_of(end, last_day)
    is_open = opens <= today <= closes
    return ReadingWindow(period, opens, closes, is_open, (closes - today).days + 1 if is_open else None)


def _day_of(period: Period, day: int) -> dt.date:
    return min(period.last_day, period.first_day + dt.timedelta(days=day - 1))
