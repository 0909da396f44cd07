"""What goes out and comes back sealed: nobody can read, guess, count or change it.

Deterministic authenticated encryption from two keyed BLAKE2b hashes: the first part of a text is the seal of its kind and payload, the
second the payload hidden by a stream made from that seal. The same payload has the same text for ever. docs/adr/0002 says why.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from functools import lru_cache
from hashlib import blake2b, sha256

from settings import settings

_FIRST = bytes(8)  # the number of a stream's first block


class Sealer:
    """Seals by one secret. A seal of 8 bytes is enough where every guess is a request; 16 where a text opens something by itself."""

    def __init__(self, secret: bytes, size: int = 8) -> None:
        self._seal_key = blake2b(b"seal", key=secret, digest_size=32).digest()
        self._hide_key = blake2b(b"hide", key=secret, digest_size=32).digest()
        self._size = size

    def sealed(self, kind: str, payload: bytes) -> str:
        seal = self._seal(kind, payload)
        return base64.urlsafe_b64encode(seal + self._hidden(seal, payload)).rstrip(b"=").decode()

    def opened(self, kind: str, text: str) -> bytes | None:
        """The payload of a text of this kind; None for anything else."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        seal, payload = raw[: self._size], self._hidden(raw[: self._size], raw[self._size :])
        if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:  # one writing only
            return None
        return payload if hmac.compare_digest(seal, self._seal(kind, payload)) else None

    def _seal(self, kind: str, payload: bytes) -> bytes:
        return blake2b(payload, key=self._seal_key, person=_person(kind), digest_size=self._size).digest()

    def _hidden(self, seal: bytes, payload: bytes) -> bytes:
        size = len(payload)
        if size <= 64:  # all ids and most cursors
            stream = blake2b(seal, key=self._hide_key, salt=_FIRST, digest_size=64).digest()
        else:
            blocks = [block.to_bytes(8, "big") for block in range(-(-size // 64))]
            stream = b"".join([blake2b(seal, key=self._hide_key, salt=block, digest_size=64).digest() for block in blocks])
        return (int.from_bytes(payload, "big") ^ int.from_bytes(stream[:size], "big")).to_bytes(size, "big")


@lru_cache(maxsize=256)
def _person(kind: str) -> bytes:
    return blake2b(kind.encode(), digest_size=16).digest()


def own_sealers() -> list[Sealer]:
    """By the installation's secrets: the first one seals, all of them open."""
    return [Sealer(sha256(secret.encode()).digest(), size=16) for secret in settings().secrets]


def opened(kind: str, text: str) -> bytes | None:
    """The payload of a text that this installation sealed by any of its secrets; None for anything else."""
    return next((found for found in (one.opened(kind, text) for one in own_sealers()) if found is not None), None)
