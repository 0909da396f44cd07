"""Reading windows, and forms that are opened in them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.meter_enums import LatePolicy
from models.period import Period
from resolvers.windows import ReadingWindow as WindowRow
from resolvers.windows import WindowState
from schema import window_enums as window_enums

FormToken = Annotated[
    str | None, strawberry.argument(description="Of a form that was opened before: it comes back as long as it is taken after its window's end.")
]


@strawberry.type(description="The window of a month: both days are inclusive, in the organization's time zone.")
class WindowDays:
    period: Period = field(description="The month that its readings count for.")
    opens_on: dt.date = field(description="The first day.")
    closes_on: dt.date = field(description="The last day.")
    opens_at: dt.datetime = field(description="The instant at which it opens.")
    closes_at: dt.datetime = field(description="The instant at which it closes: what comes then is late.")


@strawberry.type(description="The days in which residents may send readings, as seen today in the organization's time zone.")
class ReadingWindow:
    period: Period = field(description="The month that the window's readings count for.")
    opens_on: dt.date = field(description="The first day.")
    closes_on: dt.date = field(description="The last day.")
    opens_at: dt.datetime = field(description="The instant at which it opens.")
    closes_at: dt.datetime = field(description="The instant at which it closes: what comes then is late.")
    is_open: bool = field(description="Whether today is one of these days.")
    days_left: int | None = field(description="How many days are left, today included; null when it is not open.")
    state: WindowState = field(description="Whether it is still to open, open, or closed.")
    late_policy: LatePolicy = field(description="What becomes of residents' readings while no window is open.")
    last: WindowDays = field(description="The window that was open last, or is.")
    next: WindowDays = field(description="The window that opens next: this one, where it has not opened yet.")

    @field(description="The month that residents' readings of today count for, late ones too; null while none are taken.")
    def counts_for(root: Parent[WindowRow]) -> Period | None:  # noqa: N805
        return root.counts_for if root.is_taking else None


@strawberry.type(description="A form for readings as it is opened now: whoever sends its token along is taken as in time for a while after the window's end.")
class ReadingForm:
    token: str = field(description="What `submitReadings` takes as `formToken`: for this account and month alone.")
    period: Period = field(description="The month that its readings count for.")
    is_late: bool = field(description="Whether its readings are late already.")
    in_time_until: dt.datetime | None = field(description="The instant from which on its readings are late; null where they are so already.")
