"""The letters of registrations that wait for their confirmation: sent again to whom they belong, each to be told from the others.

Anybody may register with anybody's address, so an address may have several that wait. Whoever made one holds its reference, and has that
one's letter sent again; by the address alone every one of them gets its letter, which names when it was made.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.expressions import Q

from adapters.texts import LANGUAGES
from models import Organization, Registration, User
from models.database import transaction
from models.email import checked_email
from models.enums import Purpose
from models.errors import ProblemCode, Refused
from resolvers import mailed_secrets, sparing
from resolvers.gate import HumanAnswer, knock
from resolvers.organizations import organization_by_slug
from resolvers.registration_form import resulting_login
from resolvers.users import key
from settings import settings

LETTER_LIVES = dt.timedelta(days=1)
LETTERS = "registration"  # the kind of letters to one address that are counted together
PATH = "/confirm"
MOST = 3  # registrations of one address that get their letters again: the newest


@dataclass(frozen=True, slots=True)
class LetterFrame:
    """In which language, under which address and in whose name a letter is written."""

    language: str
    base: str
    organization_id: int | None


async def frame_of(slug: str | None, language: str) -> LetterFrame:
    """Raises NotFound for an unknown organization: its name stands in links. Refused with INVALID at `language`."""
    if language not in LANGUAGES:
        raise Refused(ProblemCode.INVALID, ("language",))
    organization = await organization_by_slug(slug) if slug is not None else None
    return LetterFrame(language, base_of(slug), organization.id if organization is not None else None)


async def resend(
    email: str, slug: str | None, language: str, source: str | None, now: dt.datetime, human: HumanAnswer | None = None, *, registration: str = ""
) -> None:
    """Queue the letter of the registration that is referred to again, else those of the address; former links and codes are void.

    The same for every address. Raises Refused with INVALID_EMAIL at `email`, INVALID at `language`, NotFound for an unknown organization, and
    what the gate raises.
    """
    made = await Registration.get_or_none(id=_referred(registration))
    try:
        address = checked_email(made.email if made is not None else email.strip())
    except Refused:
        raise Refused(ProblemCode.INVALID_EMAIL, ("email",)) from None
    frame = await frame_of(slug, language)
    await knock("resend", source, now, target=key(address), human=human)
    async with transaction():
        waiting = await waiting_registrations(Q(id=made.id) if made is not None else Q(email_key=key(address)), now)
        user = await User.get_or_none(email_key=key(address))
        if user is not None:
            spoken = replace(frame, language=user.language or language)
            await send_again([], user.email, "registered_already", spoken, source, now, user_id=user.id)
        else:
            await send_again(waiting, address, "registration_unknown", frame, source, now)


async def send_again(
    waiting: Sequence[Registration], to: str, otherwise: str, frame: LetterFrame, source: str | None, now: dt.datetime, *, pretended: bool = False, **owner: Any
) -> None:
    """In a transaction: to each that waits a letter with a new secret, else one by the template `otherwise`. The same statements each way."""
    may: dict[str, bool] = {}
    for number in range(MOST):
        one = waiting[number] if number < len(waiting) else None
        address = one.email if one is not None else to
        if key(address) not in may:
            may[key(address)] = not pretended and await sparing.may(LETTERS, address, source)
        silent = not may[key(address)] or (one is None and number > 0)
        await _send(one, address, "registration" if one is not None else otherwise, frame, now, pretended=silent, **owner)


async def waiting_registrations(wanted: Q, now: dt.datetime) -> list[Registration]:
    """The newest that wait for their confirmation."""
    return await Registration.filter(wanted, confirmed_at=None, expires_at__gt=now).order_by("-id").limit(MOST)


def reference(registration_id: int) -> str:
    """What whoever made a registration has it by; it opens nothing, and tells nothing about the address."""
    number = registration_id.to_bytes(8)
    return base64.urlsafe_b64encode(number + _mac(settings().secrets[0], number)).decode()


def base_of(slug: str | None) -> str:
    """What stands before every path of an organization's pages."""
    return f"/o/{slug}" if slug is not None else ""


def named(made: Registration, of: Organization | None) -> dict[str, Any]:
    """What its letter says of a registration: the login that results, and when it was made, on its organization's clock."""
    resulting = resulting_login(of, email=made.email, login=made.login, account_number=made.account_number, contract_number=made.contract_number)
    at = made.created_at.astimezone(ZoneInfo(of.timezone) if of is not None else dt.UTC)
    when = {"day": f"{at:%d.%m.%Y}", "time": f"{at:%H:%M}{'' if of is not None else ' UTC'}"}
    return {"login": resulting.login, "after_linking": resulting.after_linking, **when}


async def _send(waiting: Registration | None, to: str, template: str, frame: LetterFrame, now: dt.datetime, *, pretended: bool, **owner: Any) -> None:
    of = await Organization.get_or_none(id=waiting.organization_id or 0 if waiting is not None else 0)
    if waiting is not None:  # it goes back to where it came from, in its language
        frame = LetterFrame(waiting.language, base_of(of.slug if of is not None else None), waiting.organization_id)
    room = await sparing.has_room(LETTERS, to, now) and not pretended  # else the letter that was sent last must still hold
    registration_id = waiting.id if waiting is not None and room else None
    await mailed_secrets.withdraw(Purpose.CONFIRM_REGISTRATION, now, registration_id=registration_id or 0)
    made = await mailed_secrets.make(Purpose.CONFIRM_REGISTRATION, now, LETTER_LIVES, with_code=True, registration_id=registration_id)
    context = {"secret": made, "path": PATH, **named(waiting, of)} if waiting is not None else owner
    await sparing.queue(LETTERS, to, template, frame.language, now, pretended=not room, base=frame.base, organization_id=frame.organization_id, **context)


def _referred(text: str) -> int:
    """The registration's id; 0, which is none's, for what we did not sign."""
    try:
        found = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return 0
    right = any(hmac.compare_digest(_mac(secret, found[:8]), found[8:]) for secret in settings().secrets)
    return int.from_bytes(found[:8]) if right else 0


def _mac(secret: str, number: bytes) -> bytes:
    return hmac.new(secret.encode(), b"registration\0" + number, hashlib.sha256).digest()[:16]
