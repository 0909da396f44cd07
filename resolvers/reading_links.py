"""The link in a reminder: opens the form of one account's readings while its window is open, as often as wished, and nothing else.

It is sealed by the installation's secret and kept nowhere: the database alone opens none. It holds as long as the subscription by which the
letter came, the address and password of whom it went to, his right to send readings there, and the window. docs/adr/0025 says why.
"""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass, replace
from hashlib import blake2b

import orjson

from adapters.counters import counters
from models.enums import Right, TokenScope, Topic
from models.errors import Throttled
from models.period import Period
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.sealing import opened, own_sealers
from resolvers.sql import Row, fetch
from resolvers.viewer import Grant, Viewer, ViewerKind, viewer_of_user

PREFIX = "abr_"
LONGEST = 400
OPENINGS = (300, 3600)  # of one link, in so many seconds
SCOPES = frozenset({TokenScope.READ_ACCOUNTS, TokenScope.READ_READINGS, TokenScope.SUBMIT_READINGS})
_KIND = "reminder"


@dataclass(frozen=True, slots=True)
class Opens:
    """What a link opens: the account's form for a month. `subscription` is the row by which its letter came."""

    subscription: int
    account: int
    period: str

    @property
    def kept(self) -> list[int | str]:
        """As a letter's row keeps it: no secret."""
        return [self.subscription, self.account, self.period]


async def token_of(opens: Opens, recipient: str, now: dt.datetime) -> str | None:
    """What the link ends with; None where it would open nothing any more, or the letter goes to another address than its user's."""
    holder = await _holder(opens)
    if holder is None or holder["email"] != recipient or await _viewer(opens, holder, now) is None:
        return None
    return PREFIX + own_sealers()[0].sealed(_KIND, orjson.dumps([*opens.kept, _stamp(holder)]))


async def viewer_of_link(token: str, now: dt.datetime) -> Viewer | None:
    """Who holds this link sends readings of its account; None for one that is over or none. Raises Throttled."""
    payload = _opened(token)
    if payload is None:
        return None
    subscription, account, period, stamp = orjson.loads(payload)
    opens = Opens(subscription, account, period)
    await _count(opens)
    holder = await _holder(opens)
    if holder is None or not hmac.compare_digest(stamp, _stamp(holder)):
        return None
    return await _viewer(opens, holder, now)


def _opened(token: str) -> bytes | None:
    if len(token) > LONGEST or not token.startswith(PREFIX) or not token.isascii():
        return None
    return opened(_KIND, token.removeprefix(PREFIX))


async def _count(opens: Opens) -> None:
    key = ("reminder's link", *(str(part) for part in opens.kept))
    if not await counters().count(*OPENINGS, *key):
        raise Throttled(await counters().seconds_left(*OPENINGS, *key))


_HOLDER = """
    SELECT u.id, u.email, u.email_key, u.password_hash FROM subscription s
    JOIN user_account u ON u.id = s.user_id JOIN personal_account a ON a.id = $2
    WHERE s.id = $1 AND s.topic = $3 AND (s.account_id IS NULL OR s.account_id = a.id) AND u.is_active"""


async def _holder(opens: Opens) -> Row | None:
    return next(iter(await fetch(_HOLDER, opens.subscription, opens.account, Topic.READINGS.value)), None)


def _stamp(holder: Row) -> str:
    """Changes with what the letter's owner is known by: a new address or password ends the links of older letters."""
    return blake2b(f"{holder['email_key']}\0{holder['password_hash']}".encode(), digest_size=8).hexdigest()


async def _viewer(opens: Opens, holder: Row, now: dt.datetime) -> Viewer | None:
    """Of the memberships alone that are in force: whoever works for a supplier sends as a resident here."""
    user = replace(await viewer_of_user(holder["id"], now.date()), organization_ids=frozenset())
    account = (await accounts_by_ids(user, [opens.account])).get(opens.account)
    if account is None or not _is_open(account, opens.period, now):
        return None
    spans = [span for span in account.access.spans if Right.SEND_READINGS in span.rights and span.covers(user.today, user.today)]
    if not spans:
        return None
    grants = tuple(Grant(account.pk, None, Right.SEND_READINGS, span.from_on, span.until_on) for span in spans)
    return Viewer(
        ViewerKind.LETTER,
        f"letter:{holder['id']}",
        grants=grants,
        scopes=SCOPES,
        today=user.today,
        letter_to=holder["id"],
        letter_for=Period.parse(opens.period),
    )


def _is_open(account: AccountRow, period: str, now: dt.datetime) -> bool:
    """The month's window is open, or was a moment ago: a form that was opened in it may still be sent."""
    rules = account.window_rules
    days = rules.days_of(Period.parse(period))
    return days.opens_at <= now < days.closes_at + rules.grace
