"""Who may try how often, at every door that strangers knock at: signing in, registering, recovering, proving an account, looking one up.

Past a soft limit the visitor is asked for a human check, and who solves it goes on: a login under attack is slowed down for strangers and
never locked for its owner, and one shared address of a mobile operator is not a reason to refuse thousands. Walls, which nothing
opens but time, stand only around one source.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import hmac
import ipaddress
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple

from adapters.counters import counters
from models.errors import Throttled
from resolvers import human_checks
from resolvers.human_checks import HumanAnswer as HumanAnswer
from settings import settings

MINUTES, HOUR, DAY = 600, 3600, 24 * 3600
A_MONTH = 30 * DAY


class Limit(NamedTuple):
    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How many attempts that were not forgiven: soft ones ask for a human check, walls for patience."""

    pair: Limit  # of one source at one target
    target: Limit  # of all strangers at one target
    source: Limit  # of one source
    site: Limit  # of everybody at one organization
    pair_wall: Limit
    source_wall: Limit


LIMITS = {
    "sign_in": Limits(
        Limit(10, MINUTES), Limit(30, HOUR), Limit(60, MINUTES), Limit(3000, MINUTES), pair_wall=Limit(60, MINUTES), source_wall=Limit(1000, MINUTES)
    ),
}
ELSEWHERE = Limits(Limit(5, MINUTES), Limit(10, HOUR), Limit(20, HOUR), Limit(300, MINUTES), pair_wall=Limit(30, MINUTES), source_wall=Limit(300, MINUTES))

STEP = 0.025  # seconds: answers of a door come at multiples of it, so that what is found takes as long as what is not
EARLY, LAST = 0.002, 0.0001  # seconds before its time that an answer wakes up, and stops letting others go first

_heard: ContextVar[list[str] | None] = ContextVar("doors knocked at", default=None)

Counted = tuple[Limit, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Knock:
    """An attempt, counted before its outcome is known."""

    counted: tuple[Counted, ...] = ()
    pair: tuple[str, ...] | None = None

    async def forgive(self) -> None:
        """It was right: nothing is counted, and this source is no stranger to this target for a month."""
        for limit, key in self.counted:
            await counters().take_back(*limit, *key)
        if self.pair is not None:
            await counters().count(*_known(), *self.pair)


async def knock(
    door: str, source: str | None, now: dt.datetime, *, target: str | None = None, human: HumanAnswer | None = None, site: str | None = None
) -> Knock:
    """Count an attempt at a door ("sign_in", "register", "recover", "confirm", "link", "look_up", "step_up"); `target` is what it aims at,
    `site` the organization where that matters. To be called before anything is looked up, outside a transaction.

    Raises Refused with HUMAN_CHECK_NEEDED or WRONG_HUMAN_CHECK at `humanCheck`, and Throttled.
    """
    if source is None:  # from within: a command, a job
        return Knock()
    if (heard := _heard.get()) is not None:
        heard.append(door)
    limits, at = LIMITS.get(door, ELSEWHERE), _Place(door, source, target, site)
    for limit, key in at.walls(limits):
        if not await counters().has_room(*limit, *key):
            raise Throttled(await counters().seconds_left(*limit, *key))
    counted = await _counted(at.soft(limits), at.pair)
    if counted is None:
        await human_checks.demand(door, human, now)
    return Knock((*(counted or ()), *await _walled(at.walls(limits))), at.pair)


async def admitted(limits: Sequence[Limit], what: str, source: str, target: str) -> bool:
    """Count one more of this network at this target; False, and nothing is counted, where one of the limits is reached."""
    pair = (what, _hidden(f"{_network(source)} {target}"))
    if not all([await counters().has_room(*limit, *pair) for limit in limits]):
        return False
    return all([await counters().count(*limit, *pair) for limit in limits])


@asynccontextmanager
async def evenly(clock: Callable[[], float] = time.perf_counter, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> AsyncIterator[None]:
    """Around an answer: where a door was knocked at inside, it is given at the next full step. Making a row that was found costs a tenth of
    a millisecond, which a thousand tries would tell."""
    heard: list[str] = []
    begun, token = clock(), _heard.set(heard)
    try:
        yield
    finally:
        _heard.reset(token)
        if heard and STEP:
            await _on_time(begun + math.ceil((clock() - begun) / STEP) * STEP, clock, sleep)


async def _on_time(due: float, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
    """The loop sleeps in whole milliseconds from when it is told to, so waking late would tell when that was: wake early, and watch the clock."""
    if (left := due - clock()) > EARLY:
        await sleep(left - EARLY)
    while due - clock() > LAST:
        await sleep(0)
    while clock() < due:
        pass


def clear() -> None:
    """Forget all attempts; for tests."""
    counters.cache_clear()


async def _counted(soft: list[Counted], pair: tuple[str, ...] | None) -> list[Counted] | None:
    """Count at every soft limit; None, with nothing counted, where one of them is reached."""
    done: list[Counted] = []
    for limit, key in soft:
        if await counters().count(*limit, *key):
            done.append((limit, key))
        elif key[0] != "target" or pair is None or await counters().has_room(*_known(), *pair):
            for one, where in done:
                await counters().take_back(*one, *where)
            return None
    return done


async def _walled(walls: list[Counted]) -> list[Counted]:
    for limit, key in walls:
        if not await counters().count(*limit, *key):
            raise Throttled(await counters().seconds_left(*limit, *key))
    return walls


@dataclass(frozen=True, slots=True)
class _Place:
    door: str
    source: str
    target: str | None
    site: str | None

    def soft(self, limits: Limits) -> list[Counted]:
        found = [(limits.source, self._key("source", _network(self.source)))]
        found += [(limits.site, self._key("site", self.site))] if self.site is not None else []
        if self.target is not None and self.pair is not None:
            found += [(limits.pair, ("pair", *self.pair)), (limits.target, self._key("target", self.target))]
        return found

    def walls(self, limits: Limits) -> list[Counted]:
        found = [(limits.source_wall, self._key("source_wall", _network(self.source)))]
        return [*found, (limits.pair_wall, ("pair_wall", *self.pair))] if self.pair is not None else found

    @property
    def pair(self) -> tuple[str, ...] | None:
        return (self.door, _hidden(f"{_network(self.source)} {self.target}")) if self.target is not None else None

    def _key(self, what: str, name: str) -> tuple[str, ...]:
        return (what, self.door, _hidden(name))


def _known() -> Limit:
    """One that is counted here is no stranger: a counter that is full from the first."""
    return Limit(1, A_MONTH)


def _network(source: str) -> str:
    """One household has 2^64 addresses of IPv6; what is no address stands for itself."""
    try:
        address = ipaddress.ip_address(source.partition("%")[0])
    except ValueError:
        return source
    if address.version == 6 and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def _hidden(name: str) -> str:
    """Counters hold no login and no e-mail, and a key's length is nobody's choice."""
    return hmac.new(settings().secrets[0].encode(), f"counted {name}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]
