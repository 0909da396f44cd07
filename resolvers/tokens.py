"""Bearer tokens: ``abn_``, 256 random bits, a checksum. Shown once; only the SHA-256 is kept."""

import base64
import datetime as dt
import secrets
import zlib
from collections.abc import Sequence

from models import ApiToken
from models.database import transaction
from models.enums import TokenScope
from models.errors import ProblemCode, Refused
from resolvers import audit
from resolvers.digests import text_hash
from resolvers.organizations import organization_by_slug
from resolvers.sql import Row, fetch, instant
from resolvers.users import user_by_login
from resolvers.viewer import TOKEN, Viewer, ViewerKind, granted, viewer_of_rows

PREFIX = "abn_"
USED_EVERY = dt.timedelta(hours=1)  # how exactly `last_used_at` is kept: not a write for every request
_LENGTH = len(PREFIX) + 43 + 8  # 32 bytes in base64url, then the checksum in hexadecimal


async def create_token(
    user_login: str | None = None,
    organization_slug: str | None = None,
    scopes: Sequence[str] = (),
    *,
    label: str = "",
    expires_at: dt.datetime | None = None,
    actor: str = audit.COMMAND_LINE,
) -> str:
    """Make a token for a user or for an organization's system and return its text, which cannot be had again.

    Without ``scopes`` it may do everything its owner may. Raises NotFound, and Refused with INVALID at ``scope`` or REQUIRED at ``user``.
    """
    if (user_login is None) == (organization_slug is None):
        raise Refused(ProblemCode.REQUIRED, ("user",), hint="a token belongs to one user or to one organization")
    granted = " ".join(dict.fromkeys(_scope(word) for word in scopes or list(TokenScope)))
    user = await user_by_login(user_login) if user_login is not None else None
    organization = await organization_by_slug(organization_slug) if organization_slug is not None else None
    text = new_text()
    async with transaction():
        made = await ApiToken.create(
            token_hash=text_hash(text), hint=text[:8], user=user, organization=organization, scopes=granted, label=label, expires_at=expires_at
        )
        owner = organization.id if organization is not None else None
        await audit.record(actor, "token.create", f"token:{made.id}", organization_id=owner, scopes=granted)
    return text


async def token_viewer(text: str, now: dt.datetime) -> Viewer | None:
    """Who holds the living token of that text, else None. One statement; a mistyped one is told by its checksum, without asking the database."""
    return await viewer_of_hash(text_hash(text), now) if looks_right(text) else None


async def viewer_of_hash(token_hash: str, now: dt.datetime) -> Viewer | None:
    """A user's token sees what its user sees, an organization's token all accounts there; scopes narrow both."""
    rows = await fetch(_BY_HASH, token_hash)
    if not rows or not _lives(rows[0], now):
        return None
    first = rows[0]
    used = instant(first["last_used_at"])
    if used is None or now - used > USED_EVERY:
        await ApiToken.filter(id=first["id"]).update(last_used_at=now)
    actor, scopes = f"{TOKEN}{first['id']}", [TokenScope(word) for word in first["scopes"].split()]
    if first["user_id"] is None:
        organizations = frozenset({first["owner_id"]})
        return Viewer(ViewerKind.PARTNER, actor, organization_ids=organizations, scopes=frozenset(scopes), today=now.date())
    return viewer_of_rows(granted(rows), first["user_id"], now.date(), actor=actor, scopes=scopes)


def new_text() -> str:
    body = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    return f"{PREFIX}{body}{_checksum(body)}"


def looks_right(text: str) -> bool:
    if len(text) != _LENGTH or not text.startswith(PREFIX) or not text.isascii():
        return False
    body = text[len(PREFIX) : -8]
    return secrets.compare_digest(_checksum(body), text[-8:])


def _lives(row: Row, now: dt.datetime) -> bool:
    expires = instant(row["expires_at"])
    return row["revoked_at"] is None and (expires is None or expires > now) and (row["user_id"] is None or bool(row["is_active"]))


_WHOSE = "t.id, t.user_id, t.organization_id AS owner_id, t.scopes, t.revoked_at, t.expires_at, t.last_used_at, u.is_active"
_BY_HASH = f"""
    SELECT {_WHOSE}, m.account_id, m.contract_id, m.rights, m.from_on, m.until_on, NULL AS organization_id
    FROM api_token t LEFT JOIN user_account u ON u.id = t.user_id LEFT JOIN membership m ON m.user_id = t.user_id WHERE t.token_hash = $1
    UNION ALL SELECT {_WHOSE}, NULL, NULL, 0, NULL, NULL, r.organization_id
    FROM api_token t JOIN user_account u ON u.id = t.user_id JOIN staff_role r ON r.user_id = t.user_id WHERE t.token_hash = $1"""


def _scope(word: str) -> str:
    try:
        return TokenScope(word.casefold()).value
    except ValueError:
        raise Refused(ProblemCode.INVALID, ("scope",), hint=", ".join(TokenScope)) from None


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
