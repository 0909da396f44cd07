"""Against forged requests: where a POST comes from, and a token that only this browser's own pages carry."""

import base64
import hashlib
import hmac
import secrets

from starlette.requests import Request

from settings import settings

SALT_BYTES, MAC_BYTES = 9, 18


class Forged(Exception):
    """A form that did not come from our own page, or came from one that is too old."""


def token(subject: str) -> str:
    """A token for the holder of ``subject`` (session token or visitor cookie), different each time, so that compression tells nothing."""
    salt = secrets.token_bytes(SALT_BYTES)
    return base64.urlsafe_b64encode(salt + _mac(settings().secrets[0], subject, salt)).decode()


def mark(subject: str) -> str:
    """What a device may know somebody by, to keep something for this person alone: it tells nothing else."""
    return base64.urlsafe_b64encode(hmac.new(settings().secrets[0].encode(), b"mark\0" + subject.encode(), hashlib.sha256).digest()[:12]).decode()


def is_token(text: str, subject: str) -> bool:
    """Whether ``text`` was made for this subject by any of the keys still in use."""
    try:
        given = base64.urlsafe_b64decode(text.encode("ascii"))
    except (ValueError, UnicodeEncodeError):
        return False
    salt, mac = given[:SALT_BYTES], given[SALT_BYTES:]
    return bool(subject) and any(hmac.compare_digest(mac, _mac(key, subject, salt)) for key in settings().secrets)


def check_origin(request: Request) -> None:
    """Refuse what a browser says comes from elsewhere; one that says neither is left to the token."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise Forged
        return
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host", ""):
        raise Forged


def check_token(text: str, subject: str) -> None:
    if not is_token(text, subject):
        raise Forged


def _mac(key: str, subject: str, salt: bytes) -> bytes:
    return hmac.new(key.encode(), b"form\0" + salt + subject.encode(), hashlib.sha256).digest()[:MAC_BYTES]
