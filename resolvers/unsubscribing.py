"""The way out that every mailing carries: a sealed link that ends one kind of letter to one person, without signing in, and does nothing else.

It is kept nowhere and holds as long as the address that its letter went to: whoever has the letter may end what it belongs to. Ending twice is
ending once.
"""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass
from hashlib import blake2b

import orjson

from models import Subscription, User
from models.database import transaction
from models.enums import Topic
from models.errors import ProblemCode, Refused
from resolvers import audit
from resolvers.outgoing import masked
from resolvers.sealing import opened, own_sealers

PREFIX = "abu_"
LONGEST = 200
LETTER = "letter"  # who acts, in the audit: whoever holds one
TOPICS = {  # of the letters' templates
    "bill": Topic.BILL,
    "contract_bill": Topic.BILL,
    **dict.fromkeys(("readings_open", "readings_close", "verification_due", "verification_over", "refused_reading"), Topic.READINGS),
}
_KIND = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """What a link ends, and to whom it went, masked."""

    topic: Topic
    recipient: str


def token_of(user_id: int, topic: Topic, recipient: str) -> str:
    """What the link ends with."""
    return PREFIX + own_sealers()[0].sealed(_KIND, orjson.dumps([user_id, topic.value, _stamp(recipient)]))


async def unsubscribe(token: str, now: dt.datetime, *, validate_only: bool = False) -> Unsubscribed:
    """End every subscription of the letter's kind that its user has, of all accounts and of single ones. Raises Refused with LINK_OVER at `token`."""
    payload = opened(_KIND, token.removeprefix(PREFIX)) if len(token) <= LONGEST and token.isascii() and token.startswith(PREFIX) else None
    if payload is None:
        raise Refused(ProblemCode.LINK_OVER, ("token",))
    user_id, topic, stamp = orjson.loads(payload)
    async with transaction():
        user = await User.get_or_none(id=user_id, is_active=True)
        if user is None or not hmac.compare_digest(stamp, _stamp(user.email)):
            raise Refused(ProblemCode.LINK_OVER, ("token",))
        if not validate_only:
            ended = await Subscription.filter(user_id=user.id, topic=Topic(topic)).delete()
            if ended:
                await audit.record(LETTER, "subscriptions.end", f"user:{user.id}", topic=topic, ended=ended)
    return Unsubscribed(Topic(topic), masked(user.email))


def _stamp(address: str) -> str:
    return blake2b(address.encode(), digest_size=6).hexdigest()
