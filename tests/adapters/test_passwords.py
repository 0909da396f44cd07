"""Argon2id in threads; an unknown user costs the same as a known one."""

import asyncio
import os
import sys
import threading

import pytest
from argon2 import PasswordHasher

from adapters import passwords
from models.errors import Throttled


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


async def test_a_flood_is_told_to_come_back_instead_of_waiting(monkeypatch):
    monkeypatch.setattr(passwords, "MOST_WAITING", 3)
    found = await asyncio.gather(*(passwords.matches(None, "wrong") for _ in range(50)), return_exceptions=True)
    assert found.count(False) == 3
    refused = [one for one in found if isinstance(one, Throttled)]
    assert len(refused) == 47
    assert {one.retry_after_seconds for one in refused} == {passwords.SECONDS_TO_WAIT}
    assert await passwords.matches(None, "wrong") is False, "afterwards there is room again"


async def test_hashing_steps_back_behind_pages():
    nicer = await asyncio.get_running_loop().run_in_executor(passwords.LANES, lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    assert nicer >= passwords.NICER or sys.platform != "linux"
