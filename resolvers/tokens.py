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
from resolvers.users import user_by_login

PREFIX = "abn_"
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


async def find_token(text: str, now: dt.datetime) -> ApiToken | None:
    """The living token of that text, or None. A mistyped one is told by its checksum, without asking the database."""
    if not looks_right(text):
        return None
    found = await ApiToken.get_or_none(token_hash=text_hash(text))
    if found is None or found.revoked_at is not None or (found.expires_at is not None and found.expires_at <= now):
        return None
    if found.last_used_at is None or now - found.last_used_at > dt.timedelta(hours=1):
        await ApiToken.filter(id=found.id).update(last_used_at=now)
    return found


def new_text() -> str:
    body = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    return f"{PREFIX}{body}{_checksum(body)}"


def looks_right(text: str) -> bool:
    if len(text) != _LENGTH or not text.startswith(PREFIX) or not text.isascii():
        return False
    body = text[len(PREFIX) : -8]
    return secrets.compare_digest(_checksum(body), text[-8:])


def _scope(word: str) -> str:
    try:
        return TokenScope(word.casefold()).value
    except ValueError:
        raise Refused(ProblemCode.INVALID, ("scope",), hint=", ".join(TokenScope)) from None


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
