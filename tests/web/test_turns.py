"""Answers begin in turn while the processor has no time, and at once while it has."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from web.app import create_app
from web.middleware import turns
from web.middleware.turns import AT_ONCE, PATIENCE, Turns

MANY = 12


class Clock:
    """What the middleware takes for the time: each look at it is `step` seconds after the one before."""

    def __init__(self, step: float) -> None:
        self.step, self.now = step, 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


BUSY, IDLE = turns.IDLE * 2, 0.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock(BUSY)
    monkeypatch.setattr(turns, "perf_counter", found)
    return found


class Site:
    """An application whose answers wait until they are let go; `begun` and `ended` hold their numbers in order."""

    def __init__(self) -> None:
        self.turns = Turns(self.answer)
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.gates: dict[int, asyncio.Future[None]] = {}

    async def answer(self, scope: Any, receive: Any, send: Any) -> None:
        number = scope["number"]
        self.begun.append(number)
        self.gates[number] = asyncio.get_running_loop().create_future()
        await self.gates[number]
        self.ended.append(number)

    def ask(self, number: int, path: str = "/", kind: str = "http") -> asyncio.Task[None]:
        return asyncio.create_task(self.turns({"type": kind, "path": path, "number": number}, _nothing, _nothing))

    async def asked(self, *numbers: int) -> list[asyncio.Task[None]]:
        tasks = [self.ask(number) for number in numbers]
        await settle()
        return tasks


async def _nothing(*_: Any) -> Any:
    raise AssertionError("nobody reads or sends")


async def settle(rounds: int = 8) -> None:
    for _ in range(rounds):
        await asyncio.sleep(0)


async def test_few_are_under_way_while_the_processor_has_no_time(clock: Clock):
    site = Site()
    tasks = await site.asked(*range(MANY))
    assert site.begun == list(range(AT_ONCE))
    for number in range(MANY):
        site.gates[number].set_result(None)
        await settle()
        assert site.begun == list(range(min(number + 1 + AT_ONCE, MANY))), "each that ends lets one begin, in order of coming"
    await asyncio.gather(*tasks)
    assert site.ended == list(range(MANY))


async def test_all_are_under_way_while_all_wait_for_somebody_else(clock: Clock):
    clock.step = IDLE
    site = Site()
    tasks = await site.asked(*range(MANY))
    await settle(2 * MANY)
    assert site.begun == list(range(MANY)), "one turn of the loop in which nobody does anything lets one begin"
    for gate in site.gates.values():
        gate.set_result(None)
    await asyncio.gather(*tasks)


async def test_none_waits_for_good_behind_a_clock_that_always_says_busy(clock: Clock):
    clock.step = PATIENCE / 3
    site = Site()
    tasks = await site.asked(*range(MANY))
    await settle(4 * MANY)
    assert site.begun == list(range(MANY))
    for gate in site.gates.values():
        gate.set_result(None)
    await asyncio.gather(*tasks)


async def test_whoever_comes_later_begins_later(clock: Clock):
    site = Site()
    tasks = await site.asked(*range(AT_ONCE + 1))
    tasks += await site.asked(100)
    site.gates[0].set_result(None)
    late = site.ask(200)
    await settle()
    assert site.begun == [0, 1, 2]
    site.gates[1].set_result(None)
    await settle()
    assert site.begun == [0, 1, 2, 100]
    for number in (2, 100, 200):
        site.gates[number].set_result(None)
        await settle()
    await asyncio.gather(*tasks, late)


@pytest.mark.parametrize("moment", ["waiting", "called"])
async def test_whoever_gives_up_leaves_the_turn_to_the_next(clock: Clock, moment: str):
    site = Site()
    tasks = await site.asked(*range(AT_ONCE + 3))
    if moment == "called":
        site.gates[0].set_result(None)
        await asyncio.sleep(0)  # its end calls the third, which has not run yet
        assert (site.begun, len(site.turns._waiting)) == ([0, 1], 2)
    tasks[AT_ONCE].cancel()
    await settle()
    assert AT_ONCE not in site.begun
    for number in (0, 1):
        if not site.gates[number].done():
            site.gates[number].set_result(None)
            await settle()
    assert site.begun == [0, 1, 3, 4]
    for number in (3, 4):
        site.gates[number].set_result(None)
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(one, asyncio.CancelledError) for one in told] == [False, False, True, False, False]


@pytest.mark.parametrize("end", [lambda gate: gate.set_exception(RuntimeError("broke")), lambda gate: gate.cancel()])
async def test_an_answer_that_breaks_gives_its_place_back(clock: Clock, end: Callable[[Any], Any]):
    site = Site()
    tasks = await site.asked(*range(AT_ONCE + 2))
    for number in range(AT_ONCE):
        end(site.gates[number])
    await settle()
    assert site.begun == list(range(AT_ONCE + 2))
    for number in range(AT_ONCE, AT_ONCE + 2):
        site.gates[number].set_result(None)
    await asyncio.gather(*tasks, return_exceptions=True)
    tasks = [site.ask(number) for number in range(50, 50 + AT_ONCE)]
    await settle()
    assert len(site.begun) == 2 * AT_ONCE + 2, "all places are free again"
    for number in range(50, 50 + AT_ONCE):
        site.gates[number].set_result(None)
    await asyncio.gather(*tasks)


async def test_the_loop_sleeps_while_nobody_waits(clock: Clock):
    site = Site()
    tasks = await site.asked(*range(AT_ONCE + 1))
    for number in range(AT_ONCE + 1):
        site.gates[number].set_result(None)
        await settle()
    await asyncio.gather(*tasks)
    looked = clock.now
    await settle(20)
    assert clock.now == looked


async def test_the_loop_is_looked_at_once_in_each_turn(clock: Clock):
    """Twice, and it would seem that nobody did anything in between."""
    site = Site()
    tasks = await site.asked(*range(MANY))
    before = clock.now
    await settle(10)
    assert round((clock.now - before) / clock.step) == 10 * 2, "each look asks for the time when it comes and when it goes"
    for number in range(MANY):
        site.gates[number].set_result(None)
        await settle()
    await asyncio.gather(*tasks)


@pytest.mark.parametrize("scope", [("/health/live", "http"), ("/static/app.css", "http"), ("/anything", "lifespan")])
async def test_watchers_and_files_need_no_turn(clock: Clock, scope: tuple[str, str]):
    site = Site()
    tasks = await site.asked(*range(AT_ONCE + 1))
    tasks.append(site.ask(7, *scope))
    await settle()
    assert site.begun == [*range(AT_ONCE), 7]
    for number in (7, *range(AT_ONCE + 1)):
        site.gates[number].set_result(None)
        await settle()
    await asyncio.gather(*tasks)


async def test_a_rush_is_answered_with_real_time(site, aigul):
    ask: list[Awaitable[Any]] = [aigul.get(f"/accounts/{site.account}/statement?period=2020-05") for _ in range(20)]
    answers = await asyncio.gather(*ask)
    assert {answer.status_code for answer in answers} == {200}
    assert any("wait;dur=" in answer.headers["server-timing"] for answer in answers), "how long one waited is said and measured"


async def test_who_leaves_before_the_question_came_is_no_fault(site):
    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1:8000"), (b"content-type", b"application/json")]
    scope = {
        "type": "http", "method": "POST", "scheme": "http", "path": "/graphql", "raw_path": b"/graphql", "query_string": b"", "root_path": "",
        "headers": headers, "http_version": "1.1", "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 8000), "state": {},
    }  # fmt: skip
    with capture_logs() as lines:
        await create_app()(scope, receive, send)
    assert not sent
    assert [(line["event"], line["status"]) for line in lines] == [("request", None)]
