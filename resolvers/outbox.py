"""Sending what is queued. A letter is leased by one worker at a time, sent outside of any transaction, and what came of it is written down.

Whatever kills a worker, the lease ends and the letter is taken again. Before its words go over the wire the row's ``lost`` says so, and
only an answer takes that back: so a letter that the server may have got already goes once more, under its old Message-ID, never twice.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import F, Q

from adapters.logs import log
from adapters.mail import Deferred, Mail, NotSent, Rejected
from models import Letter, Mailing
from models.enums import LetterState
from models.errors import Refused
from models.mail_enums import LetterTrouble, MailingState
from resolvers.letters import Maker, NotMade, Pointless, no_maker, written

WAITING: Sequence[LetterState] = (LetterState.QUEUED, LetterState.DEFERRED)
LEASE = dt.timedelta(minutes=5)
SECONDS_FOR_ONE = 150  # less than a lease: whoever is slower has been cut off before another takes the letter
GIVE_UP_AFTER = dt.timedelta(hours=72)
PAUSES = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 480)]  # the last one again and again
BEFORE_ONCE_MORE = dt.timedelta(minutes=10)  # whoever took a letter without saying so has put it away by then, and knows it again
MOST_LOST = 2
PAUSED_UNTIL = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)  # letters of a paused mailing: no worker takes one before it is due
_CANDIDATES = 20
_ADDRESS = re.compile(r"[^\s<>@:]+@")


class LeaseLost(Exception):
    """Somebody else has the letter by now."""


@dataclass(slots=True)
class _Try:
    """One attempt at a letter, and whether its words have gone."""

    row: Letter
    handed: bool = False

    async def handing_over(self) -> None:
        if not await self.settle(lost=F("lost") + 1):
            raise LeaseLost
        self.handed = True

    async def settle(self, **values: Any) -> int:
        """Write, unless another has leased the letter since: then it is that one's."""
        return await Letter.filter(id=self.row.id, attempts=self.row.attempts, state__in=WAITING).update(**values)


async def lease(now: dt.datetime) -> Letter | None:
    """The next letter that is due, for this caller alone until its lease ends; None where nothing waits.

    Those of a mailing go last: whoever has lost a password does not wait for ten thousand bills.
    """
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    for is_mass, state in itertools.product((False, True), WAITING):  # each in the index's own order, however many wait
        due = Letter.filter(free, state=state, is_mass=is_mass, due_at__lte=now)
        for letter_id in await due.order_by("due_at", "id").limit(_CANDIDATES).values_list("id", flat=True):
            if await due.filter(id=letter_id).update(leased_until=now + LEASE, attempts=F("attempts") + 1):
                return await Letter.get(id=letter_id)
    return None


async def deliver(letter_id: int, attempts: int, mail: Mail, now: dt.datetime, maker: Maker = no_maker) -> LetterState | None:
    """Send a letter that the caller has leased; what it has become, None where somebody else has it. ``attempts`` says whose the lease is."""
    row = await Letter.get_or_none(id=letter_id, attempts=attempts)
    if row is None:
        return None
    attempt = _Try(row)
    try:
        values = await _outcome(attempt, mail, now, maker)
    except LeaseLost:
        return None
    if values["state"] is LetterState.DEFERRED and await Mailing.filter(id=row.mailing_id, state=MailingState.PAUSED).exists():
        values["due_at"] = PAUSED_UNTIL
    kept = await attempt.settle(leased_until=None, **values)
    return values["state"] if kept else None


async def send_all(mail: Mail, now: dt.datetime, maker: Maker = no_maker) -> dict[str, int]:
    """Everything that is due, one after another; how many became what."""
    counts: dict[str, int] = {}
    while (row := await lease(now)) is not None:
        state = await deliver(row.id, row.attempts, mail, now, maker)
        if state is not None:
            counts[state.value] = counts.get(state.value, 0) + 1
    return counts


async def waiting() -> int:
    """How many letters have not left yet."""
    return await Letter.filter(state__in=WAITING).count()


async def _outcome(attempt: _Try, mail: Mail, now: dt.datetime, maker: Maker) -> dict[str, Any]:
    row = attempt.row
    if row.lost >= MOST_LOST:  # a worker died twice over it
        return {"state": LetterState.UNCERTAIN, "error": LetterTrouble.NO_ANSWER}
    try:
        async with asyncio.timeout(SECONDS_FOR_ONE):
            letter = await written(row, now, maker)
            await mail.send(letter, attempt.handing_over)
    except LeaseLost:
        raise
    except Exception as error:  # noqa: BLE001 - a letter that breaks keeps no other from its way
        return _of_error(attempt, now, error)
    return {"state": LetterState.SENT, "sent_at": now, "error": "", "lost": row.lost}


def _of_error(attempt: _Try, now: dt.datetime, error: Exception) -> dict[str, Any]:
    row = attempt.row
    if isinstance(error, Deferred):
        return _later(row, now, LetterTrouble.DEFERRED, error)
    if isinstance(error, Rejected):
        return {"state": LetterState.FAILED, "error": _said(LetterTrouble.REJECTED, error), "lost": row.lost}
    if isinstance(error, Pointless | Refused):
        return {"state": LetterState.FAILED, "error": LetterTrouble.POINTLESS if isinstance(error, Pointless) else LetterTrouble.ADDRESS}
    if isinstance(error, NotMade):
        return _later(row, now, LetterTrouble.NOT_MADE)
    if attempt.handed:
        return _unheard(row, now, error)
    if isinstance(error, NotSent | TimeoutError):
        return _later(row, now, LetterTrouble.UNREACHABLE, error)
    log("abonent.letters").error("letter.broken", template=row.template, exc_info=error)
    return _later(row, now, LetterTrouble.BROKEN)  # the next release may mend its template


def _later(row: Letter, now: dt.datetime, trouble: LetterTrouble, error: Exception | None = None) -> dict[str, Any]:
    last = row.queued_at + GIVE_UP_AFTER
    said = {"error": _said(trouble, error), "lost": row.lost}
    if now >= last:
        return {"state": LetterState.UNCERTAIN if row.lost else LetterState.FAILED, **said}
    return {"state": LetterState.DEFERRED, "due_at": min(now + PAUSES[min(row.attempts, len(PAUSES)) - 1], last), **said}


def _unheard(row: Letter, now: dt.datetime, error: Exception) -> dict[str, Any]:
    said = {"error": _said(LetterTrouble.NO_ANSWER, error), "lost": row.lost + 1}
    if row.lost + 1 >= MOST_LOST:
        return {"state": LetterState.UNCERTAIN, **said}
    return {"state": LetterState.DEFERRED, "due_at": now + BEFORE_ONCE_MORE, **said}


def _said(trouble: LetterTrouble, error: Exception | None) -> str:
    """The kind of trouble and the server's words without addresses, which it likes to repeat."""
    words = _ADDRESS.sub("•••@", str(error)) if error is not None else ""
    return f"{trouble} {words}".strip()[:300]
