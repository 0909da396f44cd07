"""Registering: a wish that becomes a user when its own letter is confirmed. Nothing here tells whether an e-mail, login or account exists.

Every registration has its row, its secret and one letter, also where the address is a user's: the letter differs, and carries no secret.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from tortoise.exceptions import IntegrityError

from adapters import passwords
from models import MailedSecret, Membership, Organization, Registration, User
from models.database import transaction
from models.enums import Purpose
from models.errors import ProblemCode, Refused
from resolvers import audit, idempotency, mailed_secrets, sparing
from resolvers.gate import knock
from resolvers.registration_form import Asked, Checked, ResultingLogin, checked, resulting_login
from resolvers.registration_letters import LETTER_LIVES, LETTERS, PATH, base_of, named, reference
from resolvers.users import key, login_key

MUTATION, STRANGER = "registerUser", "stranger"
WAITS = dt.timedelta(days=7)  # a registration for its confirmation


@dataclass(frozen=True, slots=True)
class Registered:
    """Whom the letter goes to, by what one will sign in, and the reference by which the letter is sent again."""

    email: str
    resulting: ResultingLogin
    registration: str | None = None


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
    if (first := await _first(asked, found)) is not None:
        return replace(done, registration=reference(first))
    stored, open_ = await passwords.hashed(asked.password), await sparing.may(LETTERS, found.email, source)  # before the transaction: it takes long
    try:
        async with transaction():
            made = await _keep(asked, found, stored, now)
            await _tell(made, found.organization, now, pretended=not open_)
            await idempotency.bind(STRANGER, MUTATION, asked.key, _fingerprint(asked, found), made.id, now)
        return replace(done, registration=reference(made.id))
    except IntegrityError:  # the same form twice at once
        first = await _first(asked, found)
        if first is None:
            raise
        return replace(done, registration=reference(first))


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


async def _first(asked: Asked, found: Checked) -> int | None:
    """The registration that this form has made already: the password is no part of what inputs are compared by, so it is compared as passwords are."""
    first: int | None = await idempotency.first_answer(STRANGER, MUTATION, asked.key, _fingerprint(asked, found))
    made = await Registration.get_or_none(id=first) if first is not None else None
    if made is not None and not await passwords.matches(made.password_hash, asked.password):
        raise Refused(ProblemCode.KEY_REUSED, idempotency.PATH)
    return first


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


async def _tell(made: Registration, of: Organization | None, now: dt.datetime, *, pretended: bool) -> None:
    """The address's owner: with link and code, or, where the address is a user's, that somebody tried. Never anybody else."""
    user = await User.get_or_none(email_key=made.email_key)
    secret: MailedSecret = await mailed_secrets.make(Purpose.CONFIRM_REGISTRATION, now, LETTER_LIVES, with_code=True, registration_id=made.id)
    frame: dict[str, Any] = {"pretended": pretended, "base": base_of(of.slug if of else None), "organization_id": made.organization_id}
    if user is None:
        await sparing.queue(LETTERS, made.email, "registration", made.language, now, path=PATH, secret=secret, **named(made, of), **frame)
    else:
        await sparing.queue(LETTERS, user.email, "registered_already", user.language or made.language, now, user_id=user.id, **frame)
