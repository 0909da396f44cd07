"""How often a source may miss. It slows guessing down and never locks anybody's account."""

from __future__ import annotations

import datetime as dt
import math
from collections import OrderedDict, deque

from models.errors import Throttled

_SOURCES = 10_000  # remembered at most; the longest unseen is forgotten first


class Misses:
    """In this process's memory: `limit` misses of one source `within` a time, then Throttled until the first of them is old enough."""

    def __init__(self, limit: int, within: dt.timedelta) -> None:
        self._limit, self._within = limit, within
        self._by_source: OrderedDict[str, deque[dt.datetime]] = OrderedDict()

    def attempt(self, source: str | None, now: dt.datetime) -> None:
        """Count an attempt as a miss, before its outcome is known: a hundred at once are a hundred."""
        if source is None:
            return
        times = self._recent(source, now)
        if len(times) >= self._limit:
            raise Throttled(max(1, math.ceil((times[0] + self._within - now).total_seconds())))
        times.append(now)
        self._by_source.move_to_end(source)
        if len(self._by_source) > _SOURCES:
            self._by_source.popitem(last=False)

    def forgive(self, source: str | None) -> None:
        """The attempt was none: take the newest miss back."""
        if source is not None and self._by_source.get(source):
            self._by_source[source].pop()

    def clear(self) -> None:
        self._by_source.clear()

    def _recent(self, source: str, now: dt.datetime) -> deque[dt.datetime]:
        times = self._by_source.setdefault(source, deque())
        while times and now - times[0] >= self._within:
            times.popleft()
        return times
