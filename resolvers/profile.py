"""A person's own data: what only the person sees, and changes without a letter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tortoise.exceptions import IntegrityError

from adapters import passwords
from adapters.texts import LANGUAGES
from models import MailedSecret, User
from models.database import transaction
from models.enums import AccountKind, Purpose
from models.errors import NotFound, Problem, ProblemCode, Refused, RefusedMany
from models.identity import is_inn, is_tax_number
from models.person_names import checked_name
from models.phone import checked_phone
from resolvers import audit, gate
from resolvers.sessions import UserRow
from resolvers.users import check_login, login_key
from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class PersonalData:
    pk: int
    free_login: str | None
    kind: AccountKind
    phone: str | None
    tax_number: str | None
    new_email: str | None  # waits for its confirmation


@dataclass(frozen=True, slots=True)
class ProfileChanges:
    """None leaves as it is, an empty text takes away."""

    name: str | None = None
    phone: str | None = None
    tax_number: str | None = None
    language: str | None = None
    login: str | None = None


async def personal_data(viewer: Viewer, rows: Iterable[UserRow], now: dt.datetime) -> dict[int, PersonalData]:
    """Of the viewer alone, whoever is asked for. Two statements."""
    if viewer.user_id not in {row.pk for row in rows}:
        return {}
    user = await User.get_or_none(id=viewer.user_id)
    if user is None:
        return {}
    waiting = await MailedSecret.filter(user_id=user.id, purpose=Purpose.CONFIRM_EMAIL, spent_at=None, expires_at__gt=now).order_by("-id").first()
    new_email = waiting.data["email"] if waiting is not None else None
    return {user.id: PersonalData(user.id, user.login, user.kind, user.phone or None, user.tax_number, new_email)}


async def update_profile(
    viewer: Viewer, changes: ProfileChanges, source: str | None, now: dt.datetime, *, human: gate.HumanAnswer | None = None, validate_only: bool = False
) -> None:
    """Raises Refused with TOO_LONG, INVALID_NAME, INVALID, INVALID_PHONE, INVALID_TAX_NUMBER, INVALID_LOGIN, LOGIN_STAYS or TAKEN at the field.

    That a login is taken is told to a confirmed person only, and guesses are counted: it is the person's own to be chosen, once.
    """
    user = await own_user(viewer)
    values = _checked(changes)
    knock = None
    if changes.login and changes.login != user.login:
        await _check_new_login(user, changes.login)
        knock = await gate.knock("profile", source, now, target=f"user:{user.id}", human=human)
        values |= {"login": changes.login, "login_key": login_key(changes.login)}
        if await User.exists(login_key=login_key(changes.login)):
            raise Refused(ProblemCode.TAKEN, ("login",))
    changed = sorted(name for name, value in values.items() if getattr(user, name) != value and name != "login_key")
    if validate_only or not changed:
        return
    try:
        async with transaction():
            await User.filter(id=user.id).update(**values)
            await audit.record(viewer.actor, "user.update", f"user:{user.id}", fields=changed)
    except IntegrityError:
        raise Refused(ProblemCode.TAKEN, ("login",)) from None
    if knock is not None:
        await knock.forgive()


async def own_user(viewer: Viewer) -> User:
    """The row behind the viewer; raises NotFound where it has just been deleted."""
    found = await User.get_or_none(id=viewer.user_id or 0)
    if found is None:
        raise NotFound("user")
    return found


async def present_password(viewer: Viewer, password: str, path: str, source: str | None, now: dt.datetime, human: gate.HumanAnswer | None = None) -> User:
    """The viewer, who has shown the present password. Misses are counted per user: raises Refused with WRONG_PASSWORD at ``path``, and Throttled."""
    knock = await gate.knock("profile", source, now, target=f"user:{viewer.user_id}", human=human)
    user = await own_user(viewer)
    if not await passwords.matches(user.password_hash, password):
        raise Refused(ProblemCode.WRONG_PASSWORD, (path,))
    await knock.forgive()
    return user


def _checked(changes: ProfileChanges) -> dict[str, Any]:
    """The columns to write; everything that is wrong at once."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for column, check in _CHECKS.items():
        given = getattr(changes, column)
        if given is not None:
            try:
                values[column] = check(given)
            except Refused as refused:
                problems += refused.problems
    if problems:
        raise RefusedMany(problems)
    return values


def _phone(text: str) -> str:
    return checked_phone(text) if text.strip() else ""


def _tax_number(text: str) -> str | None:
    number = "".join(text.split())
    if number and not (is_tax_number(number) or is_inn(number)):
        raise Refused(ProblemCode.INVALID_TAX_NUMBER, ("taxNumber",))
    return number or None


def _language(code: str) -> str:
    if code not in LANGUAGES:
        raise Refused(ProblemCode.INVALID, ("language",))
    return code


_CHECKS: dict[str, Callable[[str], str | None]] = {"name": checked_name, "phone": _phone, "tax_number": _tax_number, "language": _language}


async def _check_new_login(user: User, login: str) -> None:
    if user.login is not None:
        raise Refused(ProblemCode.LOGIN_STAYS, ("login",))
    try:
        await check_login(login)
    except Refused:
        raise Refused(ProblemCode.INVALID_LOGIN, ("login",)) from None
