"""Public ids and cursors: what they name is sealed, so that nobody can guess, count or change it.

Deterministic authenticated encryption from two keyed BLAKE2b hashes: the first half of an id is the seal of type and key, the second
is the key hidden by a stream made from that seal. The same row has the same id for ever. docs/adr/0002 says why.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from hashlib import blake2b
from typing import Any

import orjson

from models.errors import BadRequest, NotFound
from resolvers.installation import id_key

_SEAL = 8
_keys: tuple[bytes, bytes] | None = None


async def load() -> None:
    """Read the key of the database that is open now."""
    global _keys  # noqa: PLW0603 - one key per process, as one database
    secret = await id_key()
    _keys = blake2b(b"seal", key=secret, digest_size=32).digest(), blake2b(b"hide", key=secret, digest_size=32).digest()


def is_loaded() -> bool:
    return _keys is not None


def encode(prefix: str, pk: int) -> str:
    """`acc`, 7 -> `acc_…` with 22 characters."""
    return f"{prefix}_{_sealed(prefix, pk.to_bytes(8, 'big'))}"


def decode(text: str) -> tuple[str, int] | None:
    """The prefix and key of an id that this installation made, else None."""
    prefix, _, body = text.partition("_")
    if len(body) != 22 or not prefix.isascii():
        return None
    payload = _opened(prefix, body)
    return (prefix, int.from_bytes(payload, "big")) if payload is not None else None


def pk_of(text: str, prefix: str) -> int:
    """The row's key in a public id of this kind; NotFound for anything else."""
    if not (pk := pk_or_0(text, prefix)):
        raise NotFound("nothing with this id")
    return pk


def pk_or_0(text: str, prefix: str) -> int:
    """The same with 0, which no row has, for anything else: where the reading says that there is none."""
    known = decode(text)
    return known[1] if known is not None and known[0] == prefix else 0


def cursor(kind: str, *key: Any) -> str:
    """A place in the list `kind`: after the row with this sort key."""
    return _sealed("cursor " + kind, orjson.dumps(key))


def after(kind: str, text: str | None) -> list[Any] | None:
    """The sort key of a cursor that this list gave; BadRequest for anything else."""
    if text is None:
        return None
    payload = _opened("cursor " + kind, text) if len(text) <= 400 else None
    if payload is None:
        raise BadRequest("`after` is no cursor of this list")
    found: list[Any] = orjson.loads(payload)
    return found


def _sealed(kind: str, payload: bytes) -> str:
    seal = _seal(kind, payload)
    return base64.urlsafe_b64encode(seal + _hidden(seal, payload)).rstrip(b"=").decode()


def _opened(kind: str, text: str) -> bytes | None:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    seal, payload = raw[:_SEAL], _hidden(raw[:_SEAL], raw[_SEAL:])
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:  # one writing only
        return None
    return payload if hmac.compare_digest(seal, _seal(kind, payload)) else None


def _seal(kind: str, payload: bytes) -> bytes:
    assert _keys is not None, "schema.ids.load() was not awaited"
    return blake2b(payload, key=_keys[0], person=blake2b(kind.encode(), digest_size=16).digest(), digest_size=_SEAL).digest()


def _hidden(seal: bytes, payload: bytes) -> bytes:
    assert _keys is not None
    stream = b"".join(blake2b(seal, key=_keys[1], salt=block.to_bytes(8, "big"), digest_size=64).digest() for block in range(-(-len(payload) // 64)))
    return bytes(a ^ b for a, b in zip(payload, stream, strict=False))
