"""Passwords are kept as Argon2id: 64 MiB and some 50 ms each, so in threads, two at a time, never on the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

Answer = TypeVar("Answer")

HASHER = PasswordHasher()
LANES = ThreadPoolExecutor(2, thread_name_prefix="argon2")


async def hashed(password: str) -> str:
    """The password as it is stored: algorithm, cost, salt and hash in one string of about 100 characters."""
    return await _in_a_lane(lambda: HASHER.hash(_bytes(password)))


async def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one. ``None``, for an unknown user, answers no and takes as long."""
    right = await _in_a_lane(lambda: _verified(stored or _nobodys(HASHER), password))
    return right and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether a right password should be hashed again, because the cost has risen since."""
    return HASHER.check_needs_rehash(stored)


async def _in_a_lane(work: Callable[[], Answer]) -> Answer:
    return await asyncio.get_running_loop().run_in_executor(LANES, work)


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
