"""Links and codes that letters carry: 256 bits, or eight letters where one must be typed; for one purpose, once, for a while.

Neither is kept. Both follow from the row's nonce and the installation's secret, so that the letter can be written (and written again
after a lost answer) at any time, and that the database alone gives none away.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Any

from tortoise.expressions import F

from models import MailedSecret
from models.enums import Purpose
from resolvers.digests import text_hash
from settings import settings

MOST_TRIES = 10  # of typing one code
_MEANT = str.maketrans("018", "OIB")  # what nobody can tell from a letter on a bad screen


async def make(purpose: Purpose, now: dt.datetime, lifetime: dt.timedelta, *, with_code: bool = False, data: Any = None, **owner: Any) -> MailedSecret:
    """In the transaction of the letter that carries it. `owner` are the row's ids: registration_id, user_id, organization_id, account_id, contract_id."""
    nonce, key = secrets.token_hex(32), settings().secrets[0]
    return await MailedSecret.create(
        purpose=purpose,
        nonce=nonce,
        token_hash=text_hash(_token(key, nonce)),
        code_hash=_code_hash(key, nonce, _code(key, nonce)) if with_code else None,
        data=data or {},
        created_at=now,
        expires_at=now + lifetime,
        **owner,
    )


def token_of(secret: MailedSecret) -> str | None:
    """What its link ends with; None where the key that it was made by is no longer in the settings."""
    key = _key_of(secret)
    return _token(key, secret.nonce) if key is not None else None


def code_of(secret: MailedSecret) -> str | None:
    """The code to be typed, `ABCD2345`; None for a secret without one, or whose key is gone."""
    key = _key_of(secret)
    return _code(key, secret.nonce) if key is not None and secret.code_hash is not None else None


async def by_token(purpose: Purpose, token: str, now: dt.datetime) -> MailedSecret | None:
    """The living secret of a link, None where it is unknown, spent or over. Looking spends nothing."""
    found = await MailedSecret.get_or_none(token_hash=text_hash(token), purpose=purpose)
    return found if found is not None and found.spent_at is None and found.expires_at > now else None


async def known(purpose: Purpose, token: str) -> MailedSecret | None:
    """The secret of a link, spent or over too: its holder may learn what became of it."""
    return await MailedSecret.get_or_none(token_hash=text_hash(token), purpose=purpose)


async def by_code(candidates: Iterable[MailedSecret], code: str, now: dt.datetime) -> MailedSecret | None:
    """Which of the candidates the typed code is of. Every look counts as a try of each; after ten a code is worth nothing, its link still is."""
    typed = "".join(letter for letter in code.upper().translate(_MEANT) if letter.isalnum())
    found = None
    for secret in candidates:
        living = secret.code_hash is not None and secret.spent_at is None and secret.expires_at > now
        if living and await MailedSecret.filter(id=secret.id, tries__lt=MOST_TRIES).update(tries=F("tries") + 1):
            right = any(hmac.compare_digest(_code_hash(key, secret.nonce, typed), secret.code_hash or "") for key in settings().secrets)
            found = secret if right else found
    return found


async def spend(secret: MailedSecret, now: dt.datetime) -> bool:
    """Use it up, in the transaction of what it allows; False where somebody was quicker."""
    return bool(await MailedSecret.filter(id=secret.id, spent_at=None, expires_at__gt=now).update(spent_at=now))


async def withdraw(purpose: Purpose, now: dt.datetime, **owner: Any) -> None:
    """Make all living secrets of that purpose and owner worthless: a newer letter replaces them."""
    await MailedSecret.filter(purpose=purpose, spent_at=None, **owner).update(spent_at=now)


def _key_of(secret: MailedSecret) -> str | None:
    return next((key for key in settings().secrets if hmac.compare_digest(text_hash(_token(key, secret.nonce)), secret.token_hash)), None)


def _token(key: str, nonce: str) -> str:
    return base64.urlsafe_b64encode(_mac(key, "link", nonce)).rstrip(b"=").decode()


def _code(key: str, nonce: str) -> str:
    return base64.b32encode(_mac(key, "code", nonce)[:5]).decode()


def _code_hash(key: str, nonce: str, code: str) -> str:
    return _mac(key, "typed", f"{nonce} {code}").hex()


def _mac(key: str, what: str, text: str) -> bytes:
    return hmac.new(key.encode(), f"mailed {what}\0{text}".encode(), hashlib.sha256).digest()
