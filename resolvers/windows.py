"""The reading window: the days in which residents may send, the month that their readings count for, and what becomes of late ones.

docs/adr/0020 says why the days and months are these.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from enum import StrEnum

from models.meter_enums import LatePolicy
from models.period import Period

ONE_DAY = dt.timedelta(days=1)


class WindowState(StrEnum):
    BEFORE = "before"
    OPEN = "open"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class WindowDays:
    """The window of a month: its days, both inclusive, and the instants between which it is open."""

    period: Period
    opens_on: dt.date
    closes_on: dt.date
    timezone: str

    @property
    def opens_at(self) -> dt.datetime:
        return self._midnight(self.opens_on)

    @property
    def closes_at(self) -> dt.datetime:
        """The first instant that is too late."""
        return self._midnight(self.closes_on + ONE_DAY)

    def holds(self, instant: dt.datetime) -> bool:
        return self.opens_at <= instant < self.closes_at

    def _midnight(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), zoneinfo.ZoneInfo(self.timezone)).astimezone(dt.UTC)


@dataclass(frozen=True, slots=True)
class WindowRules:
    """Days of the month, 31 meaning "to the end"; a first day after the last one runs over the month's end into the next month."""

    first_day: int
    last_day: int
    timezone: str = "UTC"
    late_policy: LatePolicy = LatePolicy.REFUSE
    grace_minutes: int = 0

    @property
    def grace(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.grace_minutes)

    @property
    def crosses(self) -> bool:
        return self.first_day > self.last_day

    def days_of(self, period: Period) -> WindowDays:
        """Windows never overlap: where a short month has too few days for both, the later window begins the day after the earlier one."""
        opens, closes = _day_of(period, self.first_day), _day_of(period.next if self.crosses else period, self.last_day)
        if self.crosses:
            opens = max(opens, _day_of(period, self.last_day) + ONE_DAY)
        return WindowDays(period, opens, closes, self.timezone)

    def window(self, today: dt.date) -> ReadingWindow:
        period = Period.of(today)
        if self.crosses and today.day <= self.last_day:
            period = period.previous  # the first days of a month belong to the window that opened in the month before
        days = self.days_of(period)
        return ReadingWindow(period, days.opens_on, days.closes_on, self.timezone, today, self)


@dataclass(frozen=True, slots=True)
class ReadingWindow(WindowDays):
    """The window as seen on one day. `days_left` counts that day; None when it is not open."""

    today: dt.date
    rules: WindowRules

    @property
    def is_open(self) -> bool:
        return self.opens_on <= self.today <= self.closes_on

    @property
    def days_left(self) -> int | None:
        return (self.closes_on - self.today).days + 1 if self.is_open else None

    @property
    def state(self) -> WindowState:
        if self.is_open:
            return WindowState.OPEN
        return WindowState.BEFORE if self.today < self.opens_on else WindowState.AFTER

    @property
    def late_policy(self) -> LatePolicy:
        return self.rules.late_policy

    @property
    def is_taking(self) -> bool:
        """Whether residents' readings are taken on this day, late ones too."""
        return self.is_open or self.late_policy is not LatePolicy.REFUSE

    @property
    def next(self) -> WindowDays:
        """The window that opens next: this one, where it has not opened yet."""
        return self.rules.days_of(self.period if self.state is WindowState.BEFORE else self.period.next)

    @property
    def last(self) -> WindowDays:
        """The window that was open last, or is."""
        return self.rules.days_of(self.period.previous if self.state is WindowState.BEFORE else self.period)

    @property
    def counts_for(self) -> Period:
        """The month that readings of this day count for."""
        if self.is_open or self.late_policy is LatePolicy.REFUSE:
            return self.period
        return self.last.period if self.late_policy is LatePolicy.REVIEW else self.next.period

    @property
    def first_reading_on(self) -> dt.date:
        """The first day whose values may be sent now: none from before the month, nor from the days of a window before."""
        if not self.is_open and self.late_policy is LatePolicy.NEXT_MONTH:
            return self.last.closes_on + ONE_DAY
        return _first_day(self.rules, self.counts_for)


@dataclass(frozen=True, slots=True)
class Intake:
    """What a resident's sending counts as: for which month, late or not, and the days on which its values may have been read."""

    period: Period
    first_day: dt.date
    last_day: dt.date
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class OpenedForm:
    """A form as it was when it was opened: its month, and whether it said already that its readings are late."""

    account_pk: int
    period: Period
    is_late: bool
    opened_at: dt.datetime


def in_grace(rules: WindowRules, form: OpenedForm, now: dt.datetime) -> bool:
    """Whether the form was opened in its month's window, and that closed less than the grace ago."""
    days = rules.days_of(form.period)
    return days.holds(form.opened_at) and days.closes_at <= now < days.closes_at + rules.grace


def intake(window: ReadingWindow, form: OpenedForm | None, now: dt.datetime) -> Intake | None:
    """How a sending counts that comes now; None where it is not taken. A form in its grace is taken as on its window's last day."""
    if form is not None and in_grace(window.rules, form, now):
        return Intake(form.period, _first_day(window.rules, form.period), window.rules.days_of(form.period).closes_on)
    if not window.is_taking:
        return None
    return Intake(window.counts_for, window.first_reading_on, window.today, not window.is_open)


def reading_window(first_day: int, last_day: int, today: dt.date) -> ReadingWindow:
    """The days alone, where neither the time zone nor late readings matter."""
    return WindowRules(first_day, last_day).window(today)


def _first_day(rules: WindowRules, period: Period) -> dt.date:
    return max(period.first_day, rules.days_of(period.previous).closes_on + ONE_DAY)


def _day_of(period: Period, day: int) -> dt.date:
    return min(period.last_day, period.first_day + dt.timedelta(days=day - 1))
