"""Counting over a sliding window: in this process's memory, or in Redis for all processes of the installation together.

While Redis is away each process counts for itself, so that nobody is shut out and nothing stands open; that is logged once.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TypeVar

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter as Windows
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from adapters.logs import log
from settings import settings

MOST_REMEMBERED = 100_000  # counters in memory; those that have not moved for longest are forgotten first
SECONDS_TO_WAIT = 0.5  # for Redis, before counting here
SECONDS_AWAY = 10.0  # until it is asked again

Answer = TypeVar("Answer")


class Bounded(MemoryStorage):
    """The library's own keeps every key until it expires and looks through all of them at each; a flood would slow everybody down."""

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        found = await self.get(key) + amount
        self.storage.pop(key, None)
        self.storage[key] = found  # the newest stands last
        self.expirations.setdefault(key, time.time() + expiry)
        while len(self.storage) > MOST_REMEMBERED:
            oldest = next(iter(self.storage))
            self.storage.pop(oldest)
            self.expirations.pop(oldest, None)
        return found


class Counters:
    def __init__(self, redis_url: str = "") -> None:
        self._here = Windows(Bounded())
        self._shared = Windows(_redis(redis_url)) if redis_url else None
        self._away_until = 0.0

    async def count(self, most: int, seconds: int, *key: str) -> bool:
        """Count one more; False, and nothing is counted, where there are `most` within the time already."""
        return await self._ask(lambda windows: windows.hit(_item(most, seconds), *key))

    async def take_back(self, most: int, seconds: int, *key: str) -> None:
        """One that was counted was none."""
        await self._ask(lambda windows: windows.hit(_item(most, seconds), *key, cost=-1))

    async def has_room(self, most: int, seconds: int, *key: str) -> bool:
        """Whether one more could be counted."""
        return await self._ask(lambda windows: windows.test(_item(most, seconds), *key))

    async def seconds_left(self, most: int, seconds: int, *key: str) -> int:
        """In how many seconds it is worth while to ask again."""
        stats = await self._ask(lambda windows: windows.get_window_stats(_item(most, seconds), *key))
        return min(max(1, round(stats.reset_time - time.time())), seconds)

    async def close(self) -> None:
        if self._shared is not None:
            await self._shared.storage.bridge.storage.aclose()  # type: ignore[attr-defined]

    async def _ask(self, question: Callable[[Windows], Awaitable[Answer]]) -> Answer:
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                answer = await question(self._shared)
            except (RedisError, OSError, TimeoutError) as error:
                if not self._away_until:
                    log("abonent.counters").warning("redis.away", exc_info=error)
                self._away_until = time.monotonic() + SECONDS_AWAY
            else:
                self._away_until = 0.0
                return answer
        return await question(self._here)


@cache
def counters() -> Counters:
    """This process's, as ABONENT_LIMITS_URL says."""
    return Counters(settings().limits_url.get_secret_value())


async def close() -> None:
    """Let Redis go; whoever counts next starts anew."""
    if counters.cache_info().currsize:
        await counters().close()
        counters.cache_clear()


def _redis(url: str) -> RedisStorage:
    patience = {"socket_timeout": SECONDS_TO_WAIT, "socket_connect_timeout": SECONDS_TO_WAIT}
    return RedisStorage(f"async+{url}", implementation="redispy", key_prefix="abonent", retry=Retry(NoBackoff(), 1), **patience)  # type: ignore[arg-type]


def _item(most: int, seconds: int) -> RateLimitItem:
    return RateLimitItemPerSecond(most, seconds)
