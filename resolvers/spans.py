"""Spans of days and months that reports are asked for: what is left out, and what cannot be shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from models.errors import ProblemCode, WrongSpan
from models.period import Period

USUAL_MONTHS, MOST_YEARS = 12, 10


@dataclass(frozen=True, slots=True)
class Months:
    """Both ends belong to it."""

    first: Period
    last: Period


@dataclass(frozen=True, slots=True)
class Days:
    """Both ends belong to it."""

    first: dt.date
    last: dt.date


def months(first: Period | None, last: Period | None, today: dt.date) -> Months:
    """Without an end up to this month, without a beginning a year of months. Raises WrongSpan at ``from`` or ``to``."""
    now = Period.of(today)
    end = last or (now if first is None or first > now else min(now, first.plus(12 * MOST_YEARS - 1)))
    start = first or end.plus(1 - USUAL_MONTHS)
    _refuse_future(end > now, "to", ProblemCode.MONTH_IN_FUTURE)
    _refuse_future(start > now, "from", ProblemCode.MONTH_IN_FUTURE)
    if start > end:
        raise WrongSpan(ProblemCode.DATES_REVERSED, ("from",))
    if start.plus(12 * MOST_YEARS - 1) < end:
        raise WrongSpan(ProblemCode.SPAN_TOO_LONG, ("from",), years=MOST_YEARS)
    return Months(start, end)


def days(first: dt.date | None, last: dt.date | None, today: dt.date) -> Days:
    """Without an end up to today, without a beginning from the first of January before the end. Raises WrongSpan at ``from`` or ``to``."""
    end = last or today
    start = first or end.replace(month=1, day=1)
    _refuse_future(end > today, "to")
    _refuse_future(start > today, "from")
    if start > end:
        raise WrongSpan(ProblemCode.DATES_REVERSED, ("from",))
    if start.year + MOST_YEARS < end.year or (start.year + MOST_YEARS == end.year and (end.month, end.day) > (start.month, start.day)):
        raise WrongSpan(ProblemCode.SPAN_TOO_LONG, ("from",), years=MOST_YEARS)
    return Days(start, end)


def _refuse_future(is_future: bool, name: str, code: ProblemCode = ProblemCode.DATE_IN_FUTURE) -> None:
    if is_future:
        raise WrongSpan(code, (name,))
