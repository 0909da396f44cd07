"""Public ids and cursors: what they name is sealed, so that nobody can guess, count or change it.

The first half of an id is the seal of type and key, the second the hidden key (resolvers/sealing.py). The same row has the same id for ever.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson

from models.errors import BadRequest, NotFound
from resolvers.installation import id_key
from resolvers.sealing import Sealer

_sealer: Sealer | None = None


async def load() -> None:
    """Read the key of the database that is open now."""
    global _sealer  # noqa: PLW0603 - one key per process, as one database
    _sealer = Sealer(await id_key())


def forget() -> None:
    """Before another database is opened: tests have one after another."""
    global _sealer  # noqa: PLW0603
    _sealer = None


def is_loaded() -> bool:
    return _sealer is not None


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


def dated(kind: str, text: str | None) -> tuple[dt.date, int] | None:
    """The day and row of a cursor of a list that goes by days."""
    place = after(kind, text)
    return (dt.date.fromisoformat(place[0]), int(place[1])) if place else None


def _sealed(kind: str, payload: bytes) -> str:
    assert _sealer is not None, "schema.ids.load() was not awaited"
    return _sealer.sealed(kind, payload)


def _opened(kind: str, text: str) -> bytes | None:
    assert _sealer is not None, "schema.ids.load() was not awaited"
    return _sealer.opened(kind, text)
