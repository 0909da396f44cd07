"""A person's own API tokens: made and revoked in person, never by a token; each text is shown once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models import ApiToken, User
from models.database import transaction
from models.enums import TokenScope
from models.errors import NotFound, Problem, ProblemCode, Refused, RefusedMany
from resolvers import audit, idempotency
from resolvers.digests import text_hash
from resolvers.sessions import UserRow
from resolvers.tokens import new_text
from resolvers.viewer import Viewer

MOST = 20
LONGEST_LABEL = 120
LONGEST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class TokenRow:
    pk: int
    label: str
    hint: str
    scopes: tuple[TokenScope, ...]
    created_at: dt.datetime
    expires_at: dt.datetime | None
    last_used_at: dt.datetime | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class Wish:
    label: str
    scopes: Sequence[TokenScope]
    days: int | None
    key: str


async def tokens_of(viewer: Viewer, rows: Iterable[UserRow], now: dt.datetime) -> dict[int, list[TokenRow]]:
    """The viewer's own tokens that are not revoked, the newest first. One statement."""
    if viewer.user_id not in {row.pk for row in rows}:
        return {}
    found = await ApiToken.filter(user_id=viewer.user_id, revoked_at=None).order_by("-id").limit(100)
    return {viewer.user_id or 0: [_row(token, now) for token in found]}


async def create_personal_token(viewer: Viewer, wish: Wish, now: dt.datetime) -> tuple[TokenRow, str]:
    """The row and its text. Raises Refused with REQUIRED, TOO_LONG or INVALID at the field, TOO_MANY_ROWS, and KEY_REUSED for a form sent twice."""
    _check(wish)
    scopes = " ".join(scope.value for scope in TokenScope if scope in wish.scopes)
    wanted = idempotency.fingerprint(wish.label, scopes, wish.days)
    if await idempotency.first_answer(viewer.actor, "createToken", wish.key, wanted) is not None:
        raise Refused(ProblemCode.TOKEN_SHOWN, idempotency.PATH)  # its text is kept nowhere: it cannot be shown again
    text = new_text()
    async with transaction():
        await User.select_for_update().get(id=viewer.user_id)
        if await ApiToken.filter(user_id=viewer.user_id, revoked_at=None).count() >= MOST:
            raise Refused(ProblemCode.TOO_MANY_ROWS, (), limit=MOST)
        made = await ApiToken.create(
            token_hash=text_hash(text), hint=text[:8], user_id=viewer.user_id, scopes=scopes, label=wish.label.strip(),
            expires_at=now + dt.timedelta(days=wish.days) if wish.days is not None else None,
        )  # fmt: skip
        await idempotency.bind(viewer.actor, "createToken", wish.key, wanted, {"token": made.id}, now)
        await audit.record(viewer.actor, "token.create", f"token:{made.id}", scopes=scopes)
    return _row(made, now), text


async def revoke_token(viewer: Viewer, pk: int, now: dt.datetime) -> None:
    """From now on it opens nothing. Raises NotFound for one of somebody else's, as for none."""
    async with transaction():
        if not await ApiToken.filter(id=pk, user_id=viewer.user_id, revoked_at=None).update(revoked_at=now):
            raise NotFound("token")
        await audit.record(viewer.actor, "token.revoke", f"token:{pk}")


def _check(wish: Wish) -> None:
    problems = []
    if not wish.label.strip():
        problems.append(Problem(ProblemCode.REQUIRED, ("label",)))
    elif len(wish.label.strip()) > LONGEST_LABEL:
        problems.append(Problem(ProblemCode.TOO_LONG, ("label",), {"limit": LONGEST_LABEL}))
    if not wish.scopes:
        problems.append(Problem(ProblemCode.REQUIRED, ("scopes",)))
    if wish.days is not None and not 1 <= wish.days <= LONGEST_DAYS:
        problems.append(Problem(ProblemCode.INVALID, ("days",)))
    if problems:
        raise RefusedMany(problems)


def _row(token: ApiToken, now: dt.datetime) -> TokenRow:
    scopes = tuple(TokenScope(word) for word in token.scopes.split())
    over = token.expires_at is not None and token.expires_at <= now
    return TokenRow(token.id, token.label, token.hint, scopes, token.created_at, token.expires_at, token.last_used_at, over)
