"""Reminders by letter: the window opens, it closes soon and readings are missing, a meter's verification runs out or has run out.

One letter for each subscriber, occasion and account, or contract: a company's objects are listed in one. Its `occasion` makes it the only one,
however often this runs and whatever kills it in between. docs/adr/0025 says what is sent when.
"""

from __future__ import annotations

import datetime as dt
import itertools
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapters import formats
from adapters.dial_names import dial_name
from adapters.texts import DEFAULT, speaking
from models import Letter, Organization
from models.enums import OverduePolicy
from models.period import Period
from resolvers import letters
from resolvers.reading_links import Opens
from resolvers.reminder_rows import Dial, Reminded, reminded, subscribers
from resolvers.sql import among_texts, fetch

HOURS = range(9, 20)  # on the organization's clock: nobody's telephone rings at night
CLOSING_DAYS = 3  # with today: from two days before the last one
NEWS_FOR = dt.timedelta(days=30)  # a verification that ran out before is no news any more
MOST_LINES, MOST_SERIALS = 20, 5  # of one letter, and of one line of it


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a letter is about: `key` makes it the only one, `day` is the one that it names."""

    template: str
    key: str
    day: dt.date


async def remind(now: dt.datetime) -> dict[str, int]:
    """Queue what is due; run again, it queues nothing more."""
    days, queued, after = await _days(now), 0, 0
    while days and (users := await subscribers(after)):
        queued += await _remind(await reminded(users, days), now)
        after = users[-1]
    return {"letters": queued}


async def _days(now: dt.datetime) -> dict[int, dt.date]:
    """The organizations where people are awake, each with its day."""
    found = {}
    for pk, zone in await Organization.all().values_list("id", "timezone"):
        there = now.astimezone(zoneinfo.ZoneInfo(zone))
        if there.hour in HOURS:
            found[pk] = there.date()
    return found


async def _remind(rows: Sequence[Reminded], now: dt.datetime) -> int:
    wanted: dict[str, tuple[Occasion, list[Reminded]]] = {}
    for row in rows:
        for occasion in _occasions(row):
            wanted.setdefault(occasion.key, (occasion, []))[1].append(row)
    known = await fetch(f"SELECT l.occasion FROM letter l WHERE {among_texts('l.occasion', 1)}", list(wanted)) if wanted else ()
    for letter in known:
        del wanted[letter["occasion"]]
    return await letters.queue_all([_letter(occasion, of, now) for occasion, of in wanted.values()])


def _occasions(row: Reminded) -> Iterable[Occasion]:
    """What is to be said of an account today, said before or not."""
    window, whose = row.window, f"{row.user} {row.account}" if row.contract is None else f"{row.user} contract {row.contract}"
    if window.is_open and row.missing:
        month = f"{whose} {window.period}" + ("" if row.contract is None else f" {window.closes_on.day}")
        if (window.days_left or 0) <= CLOSING_DAYS:
            yield Occasion("readings_close", f"readings close {month}", window.closes_on)
        elif not _never_closes(*row.window_days):
            yield Occasion("readings_open", f"readings open {month}", window.closes_on)
    for due_on in sorted({dial.due_on for dial in row.dials if dial.due_on is not None}):
        if due_on - row.notice <= row.today <= due_on:
            yield Occasion("verification_due", f"verification due {whose} {Period.of(due_on)}", due_on)
        elif due_on < row.today <= due_on + NEWS_FOR:
            yield Occasion("verification_over", f"verification over {whose} {due_on}", due_on)


def _never_closes(first_day: int, last_day: int) -> bool:
    """Where one window follows the other without a day between them, none opens."""
    return (first_day, last_day) == (1, 31) or first_day == last_day + 1


def _letter(occasion: Occasion, rows: Sequence[Reminded], now: dt.datetime) -> Letter:
    one, language = rows[0], rows[0].language or DEFAULT
    is_contract, about_window = one.contract is not None, occasion.template.startswith("readings")
    with speaking(language):
        lines = _lines(occasion, list({row.account: row for row in rows}.values()))
        opens, day = formats.day_and_month(one.window.opens_on), formats.day_and_month(occasion.day) if about_window else formats.long_date(occasion.day)
    form = Opens(one.subscription, one.account, str(one.window.period)) if about_window and not is_contract else None
    return letters.unsaved(
        occasion.template, one.email, language, now, base=f"/o/{one.slug}", path="/readings-link" if form is not None else "/", occasion=occasion.key,
        user_id=one.user, organization_id=one.organization, opens=form, number=one.contract_number if is_contract else one.number, contract=is_contract,
        since=opens, day=day, meters=lines[:MOST_LINES], more=max(0, len(lines) - MOST_LINES), refused=one.policy is OverduePolicy.REFUSE, mailing=True,
    )  # fmt: skip


def _lines(occasion: Occasion, rows: Sequence[Reminded]) -> list[str]:
    """The meters that it is about, or the objects of a contract that have some, each with its number."""
    found = [(row.number, list(dict.fromkeys(_meter(dial, occasion) for dial in _concerned(occasion, row)))) for row in rows]
    if rows[0].contract is None:
        return list(itertools.chain.from_iterable(names for _, names in found))
    return [f"{number}: {'; '.join(names[:MOST_SERIALS])}{' …' if len(names) > MOST_SERIALS else ''}" for number, names in found if names]


def _concerned(occasion: Occasion, row: Reminded) -> list[Dial]:
    if occasion.template.startswith("readings"):
        return row.missing
    if occasion.template == "verification_over":
        return [dial for dial in row.dials if dial.due_on == occasion.day]
    return [dial for dial in row.dials if dial.due_on is not None and Period.of(dial.due_on) == Period.of(occasion.day) and dial.due_on >= row.today]


def _meter(dial: Dial, occasion: Occasion) -> str:
    """A verification is of the whole meter."""
    zone = dial.zone if occasion.template.startswith("readings") else None
    return dial_name(dial.resource, zone, dial.serial)
