"""Passwords are kept as Argon2id: 64 MiB and some 50 ms each, so in threads, two at a time, never on the event loop.

The threads step back behind whatever answers pages, and when many wait the next is told to come back instead of joining them.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors import Throttled

Answer = TypeVar("Answer")

HASHER = PasswordHasher()
NICER = 19
MOST_WAITING, SECONDS_TO_WAIT = 150, 10

_waiting = 0


def _step_back() -> None:
    """On Linux each thread has a priority of its own, and Argon2's own threads inherit it."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICER)


LANES = ThreadPoolExecutor(2, thread_name_prefix="argon2", initializer=_step_back)


async def hashed(password: str) -> str:
    """The password as it is stored: algorithm, cost, salt and hash in one string of about 100 characters. Raises Throttled."""
    return await _in_a_lane(lambda: HASHER.hash(_bytes(password)))


async def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one. ``None``, for an unknown user, answers no and takes as long. Raises Throttled."""
    right = await _in_a_lane(lambda: _verified(stored or _nobodys(HASHER), password))
    return right and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether a right password should be hashed again, because the cost has risen since."""
    return HASHER.check_needs_rehash(stored)


async def _in_a_lane(work: Callable[[], Answer]) -> Answer:
    global _waiting  # noqa: PLW0603 - one process, two lanes
    if _waiting >= MOST_WAITING:
        raise Throttled(SECONDS_TO_WAIT)
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(LANES, work)
    finally:
        _waiting -= 1


def _verified(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash(b"nobody's password")


def _bytes(password: str) -> bytes:
    # A lone surrogate from a hostile client has no UTF-8; it must be wrong, not an error.
    return password.encode("utf-8", "surrogatepass")
