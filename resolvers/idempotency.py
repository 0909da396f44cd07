"""The same request twice gives the first answer again. Only a Done answer binds its key."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import orjson
from tortoise.exceptions import IntegrityError

from models import IdempotencyKey
from models.errors import ProblemCode, Refused

T = TypeVar("T")

LONGEST, TRIES = 100, 3
PATH = ("idempotencyKey",)


def fingerprint(*parts: Any) -> str:
    """What an input is compared by."""
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def looking_again(work: Callable[[], Awaitable[T]]) -> T:
    """Do the work, a transaction of its own that begins with `first_answer`, anew where the database refuses its rows: whoever sent the same at
    once was quicker, and has answered; or two receipts drew one number. Raises IntegrityError where that is not it.
    """
    for _ in range(TRIES - 1):
        try:
            return await work()
        except IntegrityError:
            continue
    return await work()


async def first_answer(actor: str, mutation: str, key: str, input_hash: str) -> Any:
    """The answer bound to the key, None for a new one. Raises Refused with REQUIRED, TOO_LONG, or KEY_REUSED for another input."""
    if not key.strip():
        raise Refused(ProblemCode.REQUIRED, PATH)
    if len(key) > LONGEST:
        raise Refused(ProblemCode.TOO_LONG, PATH, limit=LONGEST)
    bound = await IdempotencyKey.get_or_none(viewer=actor, mutation=mutation, key=key)
    if bound is None:
        return None
    if bound.input_hash != input_hash:
        raise Refused(ProblemCode.KEY_REUSED, PATH)
    return bound.answer


async def bind(actor: str, mutation: str, key: str, input_hash: str, answer: Any, now: dt.datetime) -> None:
    """In the transaction of what was done."""
    await IdempotencyKey.create(viewer=actor, mutation=mutation, key=key, input_hash=input_hash, answer=answer, created_at=now)
