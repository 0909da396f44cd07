"""Signing in and out: server-side rows, whose 256-bit token only the browser or the app holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tortoise.expressions import Q

from adapters import passwords
from models import LoginAlias, Registration, Session, User
from models.database import transaction
from models.errors import ProblemCode, Refused
from resolvers import audit, reading_links, views
from resolvers.digests import text_hash
from resolvers.gate import HumanAnswer, knock
from resolvers.registration_letters import reference
from resolvers.sql import fetch, known_instant
from resolvers.tokens import USED_EVERY, looks_right, new_text, token_viewer
from resolvers.users import key, login_key
from resolvers.viewer import Viewer, granted, viewer_of_rows

IDLE = dt.timedelta(days=14)
LIFETIME = dt.timedelta(days=1)
REMEMBERED = dt.timedelta(days=90)

LONGEST_EMAIL, LONGEST_LOGIN, LONGEST_SLUG = 254, 60, 63  # what the columns hold: longer ones are nobody's


@dataclass(frozen=True, slots=True)
class UserRow:
    pk: int
    login: str
    email: str
    name: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`token` is shown once and kept nowhere."""

    token: str
    expires_at: dt.datetime
    user: UserRow


async def sign_in(
    login: str,
    password: str,
    *,
    slug: str | None,
    remember: bool,
    source: str | None,
    now: dt.datetime,
    device: str = "",
    human: HumanAnswer | None = None,
) -> SignedIn:
    """By e-mail, free login, or a login of the organization `slug` (account number, contract).

    Raises Refused with WRONG_LOGIN_OR_PASSWORD at `login`, the same and after the same time for an unknown user; with NOT_CONFIRMED there for
    the password of a registration that waits for its confirmation; and what the gate raises. No account is ever locked.
    """
    attempt = await knock("sign_in", source, now, target=counted_by(login), human=human)
    user = await user_of(login, slug)
    if not await passwords.matches(user.password_hash if user else None, password) or user is None or not user.is_active:
        raise await _why_not(login, password, now)
    await attempt.forgive()
    if passwords.is_outdated(user.password_hash):
        await User.filter(id=user.id).update(password_hash=await passwords.hashed(password))
    token, expires = new_text(), now + (REMEMBERED if remember else LIFETIME)
    async with transaction():
        await Session.create(user=user, token_hash=text_hash(token), device=device[:120], created_at=now, last_used_at=now, expires_at=expires)
        await audit.record(f"user:{user.id}", "session.start", f"user:{user.id}")
    return SignedIn(token, expires, _row(user))


async def sign_out(viewer: Viewer) -> bool:
    """End the viewer's own session; False where there is none (an API token)."""
    if viewer.session_id is None:
        return False
    async with transaction():
        ended = await Session.filter(id=viewer.session_id).delete()
        await audit.record(viewer.actor, "session.end", f"user:{viewer.user_id}")
    return bool(ended)


async def session_viewer(token: str | None, now: dt.datetime) -> Viewer | None:
    """Who holds this living session, else None. One statement."""
    if not token or not looks_right(token):
        return None
    rows = await fetch(_SESSION, text_hash(token))
    if not rows:
        return None
    first = rows[0]
    expires, used = known_instant(first["expires_at"]), known_instant(first["last_used_at"])
    if expires <= now or now - used > IDLE or not first["is_active"]:
        return None
    if now - used > USED_EVERY:
        await Session.filter(id=first["id"]).update(last_used_at=now)
    return replace(viewer_of_rows(granted(rows), first["user_id"], now.date(), session_id=first["id"]), language=first["language"])


_OF_SESSION = "s.id, s.user_id, s.expires_at, s.last_used_at, u.language, u.is_active"
_SESSION = f"""
    SELECT {_OF_SESSION}, m.account_id, m.contract_id, m.rights, m.from_on, m.until_on, NULL AS organization_id
    FROM session s JOIN user_account u ON u.id = s.user_id LEFT JOIN membership m ON m.user_id = s.user_id WHERE s.token_hash = $1
    UNION ALL SELECT {_OF_SESSION}, NULL, NULL, 0, NULL, NULL, r.organization_id
    FROM session s JOIN user_account u ON u.id = s.user_id JOIN staff_role r ON r.user_id = s.user_id WHERE s.token_hash = $1"""


async def bearer_viewer(token: str | None, now: dt.datetime) -> Viewer | None:
    """Who holds this living token: an API token, a session that an app keeps as one, the view that a look-up opened, or a
    reminder's link. Raises Throttled for a link that is opened without end."""
    if token is not None and token.startswith(views.PREFIX):
        return await views.viewer_of_view(token, now)
    if token is not None and token.startswith(reading_links.PREFIX):
        return await reading_links.viewer_of_link(token, now)
    found = await token_viewer(token, now) if token else None
    return found or await session_viewer(token, now)


async def user_of(login: str, slug: str | None) -> User | None:
    """Whom an e-mail, a free login, or a login of the organization's own means. As many statements for whom nobody knows."""
    wanted = key(login)
    if "@" in wanted:
        return await User.get_or_none(email_key=wanted[:LONGEST_EMAIL]) if len(wanted) <= LONGEST_EMAIL else None
    if len(wanted) > LONGEST_LOGIN:
        return None
    user = await User.get_or_none(login_key=login_key(login))
    by_slug = Q(organization__slug=(slug or "")[:LONGEST_SLUG])
    alias = await LoginAlias.get_or_none(Q(alias=wanted) & by_slug).select_related("user")
    return user or (alias.user if alias else None)


def counted_by(login: str) -> str:
    """What tries at a login are counted by: the same for all its spellings, by which `user_of` finds the same user."""
    return login_key(login)[:LONGEST_EMAIL]


async def user_by_id(user_id: int) -> UserRow | None:
    user = await User.get_or_none(id=user_id)
    return _row(user) if user else None


async def users_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, UserRow]:
    """Of `ids` the viewer's own user."""
    user = await user_by_id(viewer.user_id) if viewer.user_id in ids and viewer.user_id is not None else None
    return {user.pk: user} if user else {}


async def _why_not(login: str, password: str, now: dt.datetime) -> Refused:
    """A registration that waits is told to whoever knows its password, also where the address is a user's: else this would tell that it is."""
    wanted = Q(email_key=key(login)[:LONGEST_EMAIL]) if "@" in login else Q(login_key=login_key(login)[:LONGEST_LOGIN]) & ~Q(login_key="")
    waiting = await Registration.filter(wanted, confirmed_at=None, expires_at__gt=now).order_by("-id").first()
    right = await passwords.matches(waiting.password_hash if waiting else None, password)
    if waiting is None or not right:
        return Refused(ProblemCode.WRONG_LOGIN_OR_PASSWORD, ("login",))
    return Refused(ProblemCode.NOT_CONFIRMED, ("login",), registration=reference(waiting.id))


def _row(user: User) -> UserRow:
    return UserRow(user.id, user.login or user.email, user.email, user.name or None, user.language)
