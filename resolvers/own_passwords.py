"""Changing one's own password."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from adapters import passwords
from models import Session, User
from models.database import transaction
from models.enums import Purpose
from models.errors import Problem, ProblemCode, Refused, RefusedMany
from resolvers import audit, letters, mailed_secrets
from resolvers.devices import renewed
from resolvers.gate import HumanAnswer
from resolvers.passwords import check_password
from resolvers.profile import own_user, present_password
from resolvers.senders import sent_by
from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class NewPassword:
    current: str
    password: str
    repeat: str


@dataclass(frozen=True, slots=True)
class Renewed:
    """The session under its new token; nothing where it was no browser's session that asked."""

    token: str | None = None
    expires_at: dt.datetime | None = None
    remembered: bool = False


async def change_password(
    viewer: Viewer, new: NewPassword, source: str | None, now: dt.datetime, *, slug: str | None, language: str, human: HumanAnswer | None = None
) -> Renewed:
    """The other sessions end, this one goes on under a new token, links of former letters die, the address is told.

    Raises Refused with PASSWORDS_DIFFER at ``repeat``, PASSWORD_… or TOO_LONG at ``password``, WRONG_PASSWORD at ``currentPassword``, and Throttled.
    """
    await _check(viewer, new)
    user = await present_password(viewer, new.current, "currentPassword", source, now, human)
    stored, sender = await passwords.hashed(new.password), await sent_by(slug)
    async with transaction():
        await User.select_for_update().get(id=user.id)
        await User.filter(id=user.id).update(password_hash=stored)
        await Session.filter(user_id=user.id).exclude(id=viewer.session_id or 0).delete()
        for purpose in (Purpose.RECOVER, Purpose.CONFIRM_EMAIL):
            await mailed_secrets.withdraw(purpose, now, user_id=user.id)
        found = await renewed(viewer.session_id)
        await letters.queue("password_changed", user.email, user.language or language, now, path="/recover", user_id=user.id, **sender)
        await audit.record(viewer.actor, "password.change", f"user:{user.id}")
    if found is None:
        return Renewed()
    token, session = found
    return Renewed(token, session.expires_at, session.expires_at - session.created_at > dt.timedelta(days=2))


async def _check(viewer: Viewer, new: NewPassword) -> None:
    user = await own_user(viewer)
    problems = [] if new.password == new.repeat else [Problem(ProblemCode.PASSWORDS_DIFFER, ("repeat",))]
    try:
        check_password(new.password, user.login or "", user.email)
    except Refused as refused:
        problems = [*refused.problems, *problems]
    if problems:
        raise RefusedMany(problems)
