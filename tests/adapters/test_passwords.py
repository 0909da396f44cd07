"""Argon2id in threads; an unknown user costs the same as a known one."""

import asyncio

import pytest
from argon2 import PasswordHasher

from adapters import passwords


async def test_right_and_wrong():
    stored = await passwords.hashed("пароль как набран ")
    assert stored.startswith("$argon2id$")
    assert await passwords.matches(stored, "пароль как набран ")
    assert not await passwords.matches(stored, "пароль как набран")
    assert not await passwords.matches("not a hash", "x")
    assert not await passwords.matches(stored, "\ud800")


async def test_an_unknown_user_is_verified_as_well(monkeypatch: pytest.MonkeyPatch):
    seen: list[str] = []
    verified = passwords._verified
    monkeypatch.setattr(passwords, "_verified", lambda stored, password: seen.append(stored) or verified(stored, password))
    assert not await passwords.matches(None, "nobody's password")
    assert seen[0].startswith("$argon2id$")


async def test_no_more_than_two_at_a_time():
    assert passwords.LANES._max_workers == 2
    stored = await passwords.hashed("x")
    assert all(await asyncio.gather(*(passwords.matches(stored, "x") for _ in range(6))))


async def test_a_cheaper_hash_is_outdated():
    assert passwords.is_outdated(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash("x"))
