"""Letters that strangers can cause: few to one address, whoever asks, and silently, so that nobody learns whose address is known."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from typing import Any

from models import Letter
from models.database import transaction
from resolvers import letters
from resolvers.users import key
from settings import settings

AN_HOUR, A_DAY = 5, 20
_HOUR = dt.timedelta(hours=1)
_TRIES = 5  # where others take the same place at the same moment


async def has_room(kind: str, address: str, now: dt.datetime) -> bool:
    """Whether one more letter of this kind may go to the address now."""
    return await _place(kind, address, now) is not None


async def queue(kind: str, address: str, template: str, language: str, now: dt.datetime, *, pretended: bool = False, **options: Any) -> Letter | None:
    """Queue a letter as resolvers.letters does; None, and nothing is queued, where the address had its share.

    So where it is only ``pretended``, for a name that belongs to nobody. The work is the same each way.
    """
    for _ in range(_TRIES):
        place = await _place(kind, address, now)
        try:
            async with transaction():
                letter = await letters.queue(template, address, language, now, occasion=place, **options)
                if place is None or pretended:
                    raise _Pretence
        except _Pretence:
            return None
        if letter is not None:
            return letter
    return None


class _Pretence(Exception):
    pass


async def _place(kind: str, address: str, now: dt.datetime) -> str | None:
    """The next free one of the day's places, each of which holds one letter; None where the hour or the day is full."""
    mark = hmac.new(settings().secrets[0].encode(), f"letters {kind}\0{key(address)}".encode(), hashlib.sha256).hexdigest()[:32]
    places = [f"{kind} {mark} {now:%Y-%m-%d} {number}" for number in range(A_DAY)]
    taken = {row.occasion: row.queued_at for row in await Letter.filter(occasion__in=places).only("id", "occasion", "queued_at")}
    if sum(at > now - _HOUR for at in taken.values()) >= AN_HOUR:
        return None
    return next((place for place in places if place not in taken), None)
