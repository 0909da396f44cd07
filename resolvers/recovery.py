"""Forgotten name or password: a letter to the address that is known already, with the logins and a link that lives an hour.

What an organization asks for besides (IIN, a number) is a hint on top of the link, never instead of it: wrong ones use up this link's
tries, and another letter may always be asked for, so that nobody is locked out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tortoise.expressions import F, Q

from adapters import passwords
from models import AccountFacts, ApiToken, LoginAlias, MailedSecret, Membership, Session, User
from models.database import transaction
from models.email import checked_email
from models.enums import Purpose
from models.errors import Problem, ProblemCode, Refused, RefusedMany
from resolvers import audit, letters, mailed_secrets, sparing
from resolvers.gate import HumanAnswer, knock
from resolvers.passwords import check_password
from resolvers.registration_letters import LetterFrame, frame_of, send_again, waiting_registrations
from resolvers.sessions import counted_by, user_of
from resolvers.users import key, login_key

LINK_LIVES = dt.timedelta(hours=1)
LETTERS = "recovery"  # the kind of letters to one address that are counted together
PATH = "/recover/new"
NOBODY = "nobody@localhost"
WHERE = "loginOrEmail"


class Hint(StrEnum):
    """What an organization may ask for beside the letter's link."""

    TAX_NUMBER = "tax_number"
    NUMBER = "number"  # of any of the user's accounts or contracts


@dataclass(frozen=True, slots=True)
class RecoveryForm:
    """What the holder of a living link is asked for besides the new password."""

    login: str
    asks: tuple[Hint, ...]


@dataclass(frozen=True, slots=True)
class NewPassword:
    """The form, as typed."""

    token: str
    password: str
    repeat: str
    tax_number: str = ""
    number: str = ""

    def hint(self, asked: Hint) -> tuple[str, str]:
        """(the field's name, what was typed)."""
        return {Hint.TAX_NUMBER: ("taxNumber", self.tax_number), Hint.NUMBER: ("number", self.number)}[asked]


async def request_recovery(typed: str, slug: str | None, language: str, source: str | None, now: dt.datetime, human: HumanAnswer | None = None) -> None:
    """Queue the letter: of recovery to a user, of confirmation to one who has not confirmed yet, else that nobody is known there.

    The same for everybody. Raises Refused with REQUIRED, INVALID or INVALID_EMAIL at `loginOrEmail` and INVALID at `language`, NotFound for an
    unknown organization, and what the gate raises.
    """
    address, frame = _address(typed), await frame_of(slug, language)
    await knock("recover", source, now, target=counted_by(typed), human=human)
    user = await user_of(typed, slug)
    known = user if user is not None and user.is_active else None
    wanted = Q(email_key=key(address)) if address else Q(login_key=login_key(typed)[:60]) & ~Q(login_key="")
    found = await waiting_registrations(wanted, now)
    waiting = found if user is None else []
    async with transaction():
        await send_again(waiting, address or NOBODY, "registration_unknown", frame, source, now, pretended=not waiting)
        await _send(known, address, frame, source, now, pretended=bool(waiting))
        await audit.record("stranger", "recovery.ask", f"user:{known.id}" if known is not None else "user:")


async def recovery_form(token: str, now: dt.datetime) -> RecoveryForm | None:
    """What the link asks for, None where it is unknown, used or over. Looking spends nothing."""
    secret = await mailed_secrets.by_token(Purpose.RECOVER, token, now)
    if secret is None or secret.user_id is None:
        return None
    user = await User.get(id=secret.user_id)
    return RecoveryForm(user.login or user.email, tuple(await _asked(user, now.date())))


async def recover_password(form: NewPassword, source: str | None, now: dt.datetime, human: HumanAnswer | None = None) -> str:
    """Set the new password, end all sessions and the user's own tokens; gives what signs in.

    Raises RefusedMany with LINK_OVER at `token`, WRONG_HINT at `taxNumber` and `number`, PASSWORD_…, PASSWORDS_DIFFER.
    """
    attempt = await knock("recover", source, now, human=human)
    secret = await mailed_secrets.by_token(Purpose.RECOVER, form.token, now)
    if secret is None or secret.user_id is None:
        raise Refused(ProblemCode.LINK_OVER, ("token",))
    user = await User.get(id=secret.user_id)
    asked = await _asked(user, now.date())
    _check_form(form, user, list(asked))
    await _check_hints(form, secret, asked)
    stored = await passwords.hashed(form.password)
    async with transaction():
        if not await mailed_secrets.spend(secret, now):
            raise Refused(ProblemCode.LINK_OVER, ("token",))
        await _put(user, stored, secret, now)
    await attempt.forgive()
    return user.login or user.email


def _address(typed: str) -> str:
    """The address as letters will use it; nothing for a login."""
    if not typed.strip():
        raise Refused(ProblemCode.REQUIRED, (WHERE,))
    if not key(typed).isprintable():
        raise Refused(ProblemCode.INVALID, (WHERE,))
    try:
        return checked_email(typed.strip()) if "@" in typed else ""
    except Refused:
        raise Refused(ProblemCode.INVALID_EMAIL, (WHERE,)) from None


async def _send(user: User | None, address: str, frame: LetterFrame, source: str | None, now: dt.datetime, *, pretended: bool) -> None:
    """To the address that the user has, never to the one typed. The same statements whether there is a user or not."""
    to = user.email if user is not None else address or NOBODY
    pretended = pretended or not await sparing.may(LETTERS, to, source)
    logins = await _logins(user)
    values: dict[str, Any] = {"base": frame.base, "organization_id": frame.organization_id}
    secret = await mailed_secrets.make(Purpose.RECOVER, now, LINK_LIVES, user_id=user.id if user is not None else None, data={**values})
    if user is not None:
        values |= {"path": PATH, "secret": secret, "user_id": user.id, "logins": logins}
        await sparing.queue(LETTERS, to, "recovery", user.language or frame.language, now, pretended=pretended, **values)
    else:
        await sparing.queue(LETTERS, to, "recovery_unknown", frame.language, now, pretended=pretended or not address, **values)


async def _logins(user: User | None) -> list[dict[str, str]]:
    """All that signs the user in, with the organization whose pages it is for."""
    aliases = await LoginAlias.filter(user_id=user.id if user is not None else 0).order_by("id").select_related("organization")
    if user is None:
        return []
    own = [{"login": login, "organization": ""} for login in (user.login, user.email) if login]
    return own + [{"login": one.alias, "organization": one.organization.name} for one in aliases]


async def _asked(user: User, today: dt.date) -> dict[Hint, set[str]]:
    """The hints that the user's organizations ask for, with what is right; what nobody knows of this user is not asked."""
    found = await Membership.filter(Q(until_on=None) | Q(until_on__gte=today), user_id=user.id).select_related("organization", "account", "contract")
    wanted = {Hint(word) for one in found for word in one.organization.recovery_asks.split() if word in set(Hint)}
    facts = await AccountFacts.filter(account_id__in=[one.account_id for one in found if one.account_id] or [0], valid_from__lte=today)
    numbers = {key(one.account.number) for one in found if one.account} | {key(one.contract.number) for one in found if one.contract}
    numbers |= {key(one.organization.contract_login_prefix + one.contract.number) for one in found if one.contract}
    taxes = {user.tax_number, *(one.tax_number for one in facts), *(one.contract.tax_number for one in found if one.contract)}
    right = {Hint.TAX_NUMBER: {text.strip() for text in taxes if text and text.strip()}, Hint.NUMBER: numbers}
    return {hint: right[hint] for hint in Hint if hint in wanted and right[hint]}


def _check_form(form: NewPassword, user: User, asked: list[Hint]) -> None:
    problems = [Problem(ProblemCode.REQUIRED, (name,)) for name, typed in map(form.hint, asked) if not typed.strip()]
    try:
        check_password(form.password, user.login or "", user.email)
    except Refused as error:
        problems += error.problems
    if form.password != form.repeat:
        problems.append(Problem(ProblemCode.PASSWORDS_DIFFER, ("repeat",)))
    if problems:
        raise RefusedMany(problems)


async def _check_hints(form: NewPassword, secret: MailedSecret, asked: dict[Hint, set[str]]) -> None:
    """Counted before they are judged, at this link alone."""
    if not asked:
        return
    if not await MailedSecret.filter(id=secret.id, tries__lt=mailed_secrets.MOST_TRIES).update(tries=F("tries") + 1):
        raise Refused(ProblemCode.LINK_OVER, ("token",))
    problems = []
    for hint, right in asked.items():
        name, typed = form.hint(hint)
        if key(typed).replace(" ", "") not in {one.replace(" ", "") for one in right}:
            problems.append(Problem(ProblemCode.WRONG_HINT, (name,)))
    if problems:
        raise RefusedMany(problems)


async def _put(user: User, stored: str, secret: MailedSecret, now: dt.datetime) -> None:
    """In the transaction that spends the link. Whoever else was in is out: sessions, the user's own tokens, a change of e-mail under way."""
    await User.filter(id=user.id).update(password_hash=stored)
    await Session.filter(user_id=user.id).delete()
    await ApiToken.filter(user_id=user.id, revoked_at=None).update(revoked_at=now)
    for purpose in (Purpose.RECOVER, Purpose.CONFIRM_EMAIL):
        await mailed_secrets.withdraw(purpose, now, user_id=user.id)
    await letters.queue("password_recovered", user.email, user.language or "ru", now, user_id=user.id, **secret.data)
    await audit.record(f"user:{user.id}", "user.recover", f"user:{user.id}", secret=secret.id)
