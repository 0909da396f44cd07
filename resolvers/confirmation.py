"""Confirming a registration by its letter: the link, or the code that is typed. Then, and not before, it is a user."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tortoise.exceptions import IntegrityError

from models import Consent, MailedSecret, Registration, Subscription, User
from models.database import transaction
from models.email import LONGEST
from models.enums import AccountKind, Purpose, Topic
from models.errors import ProblemCode, Refused
from resolvers import audit, mailed_secrets
from resolvers.gate import HumanAnswer, knock
from resolvers.users import key


@dataclass(frozen=True, slots=True)
class Pending:
    """What a link's holder is shown: whose registration it is, and whether it has been confirmed."""

    email: str
    login: str | None
    kind: AccountKind
    asked_at: dt.datetime
    confirmed: bool
    invitation: str | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """`login` signs in. `login_taken`: somebody else has the login that was chosen, so that another may be chosen later.

    `invitation` is the token of the one that was brought along.
    """

    login: str
    already: bool = False
    login_taken: bool = False
    invitation: str | None = None


async def pending(token: str, now: dt.datetime) -> Pending | None:
    """What stands behind a link, None where it is unknown or over. Looking spends nothing."""
    found, alive = await _behind(token, now)
    if found is None or not (alive or found.confirmed_at is not None):
        return None
    return Pending(found.email, found.login or None, found.kind, found.created_at, found.confirmed_at is not None, await _invitation(found, now))


async def confirm(*, token: str, email: str, code: str, source: str | None, now: dt.datetime, human: HumanAnswer | None = None) -> Confirmed:
    """By the link's token, else by the code with the address that it was mailed to; a link whose registration is confirmed says so again.

    Raises Refused with LINK_OVER at `token`, WRONG_CODE at `code`, and TAKEN at `email`, which only the secret's holder can see: the address
    has become a user's meanwhile.
    """
    if token:
        found, alive = await _behind(token, now)
        if found is not None and found.confirmed_at is not None:
            return Confirmed(await _login_of(found), already=True, invitation=await _invitation(found, now))
        if found is None or alive is None:
            raise Refused(ProblemCode.LINK_OVER, ("token",))
        return await _confirmed(found, alive, now, ("token",), ProblemCode.LINK_OVER)
    _check_typed(email, code)
    attempt = await knock("confirm", source, now, target=key(email), human=human)
    secret = await mailed_secrets.by_code(await _candidates(email, now), code, now)
    if secret is None or secret.registration_id is None:
        raise Refused(ProblemCode.WRONG_CODE, ("code",))
    await attempt.forgive()
    return await _confirmed(await Registration.get(id=secret.registration_id), secret, now, ("code",), ProblemCode.WRONG_CODE)


async def _behind(token: str, now: dt.datetime) -> tuple[Registration | None, MailedSecret | None]:
    """The registration of a link, whatever became of it, and its secret while it lives."""
    secret = await mailed_secrets.known(Purpose.CONFIRM_REGISTRATION, token)
    if secret is None or secret.registration_id is None:
        return None, None
    alive = secret.spent_at is None and secret.expires_at > now
    return await Registration.get(id=secret.registration_id), secret if alive else None


def _check_typed(email: str, code: str) -> None:
    if not email.strip():
        raise Refused(ProblemCode.REQUIRED, ("email",))
    if not code.strip():
        raise Refused(ProblemCode.REQUIRED, ("code",))


async def _candidates(email: str, now: dt.datetime) -> list[MailedSecret]:
    """Those whose code may be meant: of this address's registrations."""
    living = MailedSecret.filter(purpose=Purpose.CONFIRM_REGISTRATION, spent_at=None, expires_at__gt=now)
    found = await living.filter(registration__email_key=key(email)[:LONGEST], registration__confirmed_at=None).order_by("-id")
    if not found:  # an address that nobody has registered costs the same statements
        await MailedSecret.filter(id=0, tries__lt=mailed_secrets.MOST_TRIES).update(tries=0)
    return found


async def _confirmed(found: Registration, secret: MailedSecret, now: dt.datetime, path: tuple[str, ...], over: ProblemCode) -> Confirmed:
    for login in dict.fromkeys((found.login or None, None)):
        try:
            async with transaction():
                if not await mailed_secrets.spend(secret, now):
                    break
                user = await _make(found, login, now)
                return Confirmed(user.login or user.email, login_taken=bool(found.login) and login is None, invitation=await _invitation(found, now))
        except IntegrityError:
            if await User.exists(email_key=found.email_key):
                raise Refused(ProblemCode.TAKEN, ("email",)) from None
    found = await Registration.get(id=found.id)  # somebody was quicker with the same secret
    if found.confirmed_at is None:
        raise Refused(over, path)
    return Confirmed(await _login_of(found), already=True, invitation=await _invitation(found, now))


async def _make(found: Registration, login: str | None, now: dt.datetime) -> User:
    """In the transaction that spends the secret."""
    user = await User.create(
        login=login,
        login_key=found.login_key if login is not None else None,
        email=found.email,
        email_key=found.email_key,
        password_hash=found.password_hash,
        kind=found.kind,
        name=found.name,
        phone=found.phone,
        tax_number=found.tax_number,
        language=found.language,
    )
    await Consent.create(user=user, version=found.agreement_version, text_hash=found.agreement_hash, language=found.language, given_at=found.created_at)
    if found.bill_by_email:
        await Subscription.create(user=user, topic=Topic.BILL, created_at=now)
    await Registration.filter(id=found.id).update(confirmed_at=now, user_id=user.id)
    await audit.record(f"user:{user.id}", "user.register", f"user:{user.id}", organization_id=found.organization_id, registration=found.id)
    return user


async def _login_of(found: Registration) -> str:
    user = await User.get_or_none(id=found.user_id) if found.user_id is not None else None
    return (user.login or user.email) if user is not None else found.email


async def _invitation(found: Registration, now: dt.datetime) -> str | None:
    """The token of the invitation that was brought along to the registration, while it waits."""
    secret = await MailedSecret.get_or_none(id=found.invitation or 0, purpose=Purpose.INVITATION, spent_at=None, expires_at__gt=now)
    return mailed_secrets.token_of(secret) if secret is not None else None
