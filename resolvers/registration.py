"""Registering: a wish that becomes a user when its own letter is confirmed. Nothing here tells whether an e-mail, login or account exists.

Every registration has its row, its secret and one letter, also where the address is a user's: the letter differs, and carries no secret.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from tortoise.exceptions import IntegrityError

from adapters import passwords
from adapters.texts import LANGUAGES
from models import MailedSecret, Membership, Organization, Registration, User
from models.database import transaction
from models.email import checked_email
from models.enums import Purpose
from models.errors import ProblemCode, Refused
from resolvers import audit, idempotency, mailed_secrets, sparing
from resolvers.gate import HumanAnswer, knock
from resolvers.organizations import organization_by_slug
from resolvers.registration_form import Asked, Checked, ResultingLogin, checked, resulting_login
from resolvers.users import key, login_key

MUTATION, STRANGER = "registerUser", "stranger"
WAITS = dt.timedelta(days=7)  # a registration for its confirmation
LETTER_LIVES = dt.timedelta(days=1)
LETTERS = "registration"  # the kind of letters to one address that are counted together
PATH = "/confirm"


@dataclass(frozen=True, slots=True)
class Registered:
    """Whom the letter goes to, and by what one will sign in."""

    email: str
    resulting: ResultingLogin


@dataclass(frozen=True, slots=True)
class LetterFrame:
    """In which language, under which address and in whose name a letter is written."""

    language: str
    base: str
    organization_id: int | None


@dataclass(frozen=True, slots=True)
class WantedLink:
    """What a user named when registering and has not linked yet."""

    slug: str
    organization: str
    account_number: str
    contract_number: str


async def register(asked: Asked, source: str | None, now: dt.datetime) -> Registered:
    """Keep the wish and queue its letter. Raises RefusedMany with what is wrong by its form, and what the gate raises."""
    found = await checked(asked)
    done = Registered(
        found.email,
        resulting_login(found.organization, email=found.email, login=found.login, account_number=found.account_number, contract_number=found.contract_number),
    )
    if asked.validate_only:
        return done
    await knock("register", source, now, target=key(found.email), human=asked.human)  # before a password is compared, also the same again
    if await _is_again(asked, found):
        return done
    stored = await passwords.hashed(asked.password)  # before the transaction: it takes long
    try:
        async with transaction():
            made = await _keep(asked, found, stored, now)
            await _tell(made, found, done, now)
            await idempotency.bind(STRANGER, MUTATION, asked.key, _fingerprint(asked, found), made.id, now)
    except IntegrityError:  # the same form twice at once
        if not await _is_again(asked, found):
            raise
    return done


async def resend(email: str, slug: str | None, language: str, source: str | None, now: dt.datetime, human: HumanAnswer | None = None) -> None:
    """Queue the letter of the address's newest registration again; its former link and code are void. The same for every address.

    Raises Refused with INVALID_EMAIL at `email`, INVALID at `language`, NotFound for an unknown organization, and what the gate raises.
    """
    try:
        address = checked_email(email.strip())
    except Refused:
        raise Refused(ProblemCode.INVALID_EMAIL, ("email",)) from None
    frame = await frame_of(slug, language)
    await knock("resend", source, now, target=key(address), human=human)
    async with transaction():
        waiting, user = await waiting_registration(key(address), now), await User.get_or_none(email_key=key(address))
        if user is not None:
            await send_again(None, user.email, "registered_already", replace(frame, language=user.language or language), now, user_id=user.id)
        elif waiting is not None:
            await send_again(waiting, waiting.email, "registration", replace(frame, language=waiting.language), now)
        else:
            await send_again(None, address, "registration_unknown", frame, now)


async def frame_of(slug: str | None, language: str) -> LetterFrame:
    """Raises NotFound for an unknown organization: its name stands in links. Refused with INVALID at `language`."""
    if language not in LANGUAGES:
        raise Refused(ProblemCode.INVALID, ("language",))
    organization = await organization_by_slug(slug) if slug is not None else None
    return LetterFrame(language, base_of(slug), organization.id if organization is not None else None)


async def send_again(waiting: Registration | None, to: str, template: str, frame: LetterFrame, now: dt.datetime, **owner: Any) -> None:
    """In a transaction: a letter with a new secret where a registration waits, without one else. The same statements both ways."""
    of = await Organization.get_or_none(id=waiting.organization_id or 0 if waiting is not None else 0)
    if waiting is not None:  # it goes back to where it came from
        frame = replace(frame, base=base_of(of.slug if of is not None else None), organization_id=waiting.organization_id)
    renewed = waiting if await sparing.has_room(LETTERS, to, now) else None  # else the letter that was sent last must still hold
    registration_id = renewed.id if renewed is not None else None
    await mailed_secrets.withdraw(Purpose.CONFIRM_REGISTRATION, now, registration_id=registration_id or 0)
    made = await mailed_secrets.make(Purpose.CONFIRM_REGISTRATION, now, LETTER_LIVES, with_code=True, registration_id=registration_id)
    context = {"secret": made, "path": PATH, **_named(waiting, of)} if waiting is not None else owner
    await sparing.queue(LETTERS, to, template, frame.language, now, base=frame.base, organization_id=frame.organization_id, **context)


async def waiting_registration(email_key: str, now: dt.datetime) -> Registration | None:
    """The newest of an address that waits for its confirmation."""
    return await Registration.filter(email_key=email_key, confirmed_at=None, expires_at__gt=now).order_by("-id").first()


async def wanted_link(user_id: int) -> WantedLink | None:
    """The account or contract that the user named when registering, while it is not linked."""
    found = await Registration.filter(user_id=user_id).exclude(organization_id=None).order_by("-id").first().select_related("organization")
    if found is None or found.organization is None or not (found.account_number or found.contract_number):
        return None
    mine = Membership.filter(user_id=user_id, until_on=None, organization_id=found.organization_id)
    named = {"account__number": found.account_number} if found.account_number else {"contract__number": found.contract_number}
    if await mine.filter(**named).exists():
        return None
    return WantedLink(found.organization.slug, found.organization.name, found.account_number, found.contract_number)


def base_of(slug: str | None) -> str:
    """What stands before every path of an organization's pages."""
    return f"/o/{slug}" if slug is not None else ""


async def _is_again(asked: Asked, found: Checked) -> bool:
    """Whether this form has been taken already: the password is no part of what inputs are compared by, so it is compared as passwords are."""
    first = await idempotency.first_answer(STRANGER, MUTATION, asked.key, _fingerprint(asked, found))
    if first is None:
        return False
    made = await Registration.get_or_none(id=first)
    if made is not None and not await passwords.matches(made.password_hash, asked.password):
        raise Refused(ProblemCode.KEY_REUSED, idempotency.PATH)
    return True


def _fingerprint(asked: Asked, found: Checked) -> str:
    return idempotency.fingerprint(
        asked.kind, asked.slug, found.email, found.login, found.account_number, found.contract_number, found.name, found.tax_number,
        found.phone, asked.language, found.agreement.version, asked.bill_by_email, asked.invitation,
    )  # fmt: skip


async def _keep(asked: Asked, found: Checked, stored: str, now: dt.datetime) -> Registration:
    made = await Registration.create(
        kind=asked.kind,
        email=found.email,
        email_key=key(found.email),
        login=found.login,
        login_key=login_key(found.login),
        password_hash=stored,
        name=found.name,
        phone=found.phone,
        tax_number=found.tax_number,
        organization=found.organization,
        account_number=found.account_number,
        contract_number=found.contract_number,
        language=asked.language,
        agreement_version=found.agreement.version,
        agreement_hash=found.agreement.text_hash,
        bill_by_email=asked.bill_by_email,
        invitation=await _invitation(asked.invitation, now),
        created_at=now,
        expires_at=now + WAITS,
    )
    await audit.record(STRANGER, "registration.ask", f"registration:{made.id}", organization_id=made.organization_id)
    return made


async def _invitation(token: str, now: dt.datetime) -> int | None:
    """The row of an invitation that is brought along: the token itself is kept nowhere. One that is over is as good as none."""
    found = await mailed_secrets.by_token(Purpose.INVITATION, token, now) if token else None
    return found.id if found is not None else None


async def _tell(made: Registration, found: Checked, done: Registered, now: dt.datetime) -> None:
    """The address's owner: with link and code, or, where the address is a user's, that somebody tried. Never anybody else."""
    user = await User.get_or_none(email_key=made.email_key)
    secret: MailedSecret = await mailed_secrets.make(Purpose.CONFIRM_REGISTRATION, now, LETTER_LIVES, with_code=True, registration_id=made.id)
    base, of = base_of(found.organization.slug if found.organization else None), made.organization_id
    if user is None:
        named: dict[str, Any] = {"login": done.resulting.login, "after_linking": done.resulting.after_linking}
        await sparing.queue(LETTERS, made.email, "registration", made.language, now, base=base, path=PATH, secret=secret, organization_id=of, **named)
    else:
        await sparing.queue(LETTERS, user.email, "registered_already", user.language or made.language, now, base=base, organization_id=of, user_id=user.id)


def _named(made: Registration, of: Organization | None) -> dict[str, Any]:
    resulting = resulting_login(of, email=made.email, login=made.login, account_number=made.account_number, contract_number=made.contract_number)
    return {"login": resulting.login, "after_linking": resulting.after_linking}
