"""Letters that strangers can cause: few to one address from one network, and silently, so that nobody learns whose address is known.

What others ask for takes nothing from an address's owner: past the doors' own limits everybody is asked for a human check, whether the
address is known or not (resolvers/gate.py). Only the day's cap, far above what people need, is of all together: no mailbox is flooded.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from typing import Any

from models import Letter
from models.database import transaction
from resolvers import gate, letters
from resolvers.gate import DAY, HOUR, Limit
from resolvers.users import key
from settings import settings

AN_HOUR, A_DAY = 5, 10  # asked for from one network
AT_ALL = 60  # letters a day
_TRIES = 5  # where others take the same place at the same moment


async def may(kind: str, address: str, source: str | None) -> bool:
    """Count one more asking of this network for letters to the address; False where it has had its share. No statements."""
    return source is None or await gate.admitted((Limit(AN_HOUR, HOUR), Limit(A_DAY, DAY)), f"letters {kind}", source, key(address))


async def has_room(kind: str, address: str, now: dt.datetime) -> bool:
    """Whether one more letter of this kind may go to the address now."""
    return await _place(kind, address, now) is not None


async def queue(kind: str, address: str, template: str, language: str, now: dt.datetime, *, pretended: bool = False, **options: Any) -> Letter | None:
    """Queue a letter as resolvers.letters does; None, and nothing is queued, where the day is full.

    So where it is only ``pretended``, for a name that belongs to nobody, or a network that had its share. The work is the same each way.
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
    """The next free one of the day's places, each of which holds one letter; None where the day is full."""
    mark = hmac.new(settings().secrets[0].encode(), f"letters {kind}\0{key(address)}".encode(), hashlib.sha256).hexdigest()[:32]
    places = [f"{kind} {mark} {now:%Y-%m-%d} {number}" for number in range(AT_ALL)]
    taken = {row.occasion for row in await Letter.filter(occasion__in=places).only("id", "occasion")}
    return next((place for place in places if place not in taken), None)
