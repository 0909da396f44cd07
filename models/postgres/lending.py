"""Connections lent to one statement or one transaction at a time, to whoever has waited longest.

asyncpg's pool lets newcomers overtake: it wakes whoever waits, and who asks before that one runs takes the place, so that under load a few
answers take four times as long as the others. And to borrow from it and to give back costs as much as a small statement. Here it opens
connections, and ends those that are not sound.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import asyncpg

LONGEST_IDLE = 300.0  # seconds: after that something on the way may have forgotten the connection
MOST_STATEMENTS = 50_000  # asyncpg's own bound, after which it ends a connection that it is given back


class Lending:
    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self.pool = pool
        self._most = pool.get_max_size()
        self._places = 0  # connections that are lent, free or being opened
        self._free: list[tuple[Any, float]] = []
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._is_closing = False

    @property
    def is_idle(self) -> bool:
        """Whether nobody has any."""
        return self._places == len(self._free)

    def take(self) -> Any:
        """The connection that was given back last, where it is free and sound; else None, and `borrow` is to be asked."""
        if not self._free or self._waiting:
            return None
        lent, since = self._free[-1]
        con = lent._con
        if con is None or con.is_closed() or monotonic() - since > LONGEST_IDLE:
            return None
        self._free.pop()
        return lent

    def put(self, lent: Any) -> bool:
        """Give a connection back for which nobody waits; False where `give_back` is to be asked."""
        if self._waiting or self._is_closing or not _is_sound(lent) or (self._free and _is_stale(self._free[0][1])):
            return False
        self._free.append((lent, monotonic()))
        return True

    async def borrow(self) -> Any:
        """A sound connection. Raises what opening one raises."""
        while self._free and not self._waiting:
            lent, since = self._free.pop()
            if _is_stale(since):
                self._drop(lent)
            elif _is_sound(lent):
                return lent
            else:
                await self._end(lent)
        if self._places < self._most and not self._waiting:
            self._places += 1
            return await self._opened()
        return await self._in_turn()

    async def give_back(self, lent: Any) -> None:
        if lent._con is not None and _is_inside(lent._con):  # its BEGIN was cancelled or refused, or its end was: the server rolls back what is open
            self._drop(lent)
        elif not self._is_closing and _is_sound(lent):
            self._hand_on(lent)
            if self._free and _is_stale(self._free[0][1]):  # the last one is lent first: what a rush has opened sinks to the bottom
                self._drop(self._free.pop(0)[0])
        else:
            await self._end(lent)

    async def close(self) -> None:
        """Give all back to the pool, those that are lent when they come."""
        self._is_closing = True
        while self._free:
            await self._end(self._free.pop()[0])

    async def _in_turn(self) -> Any:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            lent = await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._hand_on(turn.result())
            raise
        if lent is None:
            return await self._opened()
        if _is_sound(lent):
            return lent
        await self._end(lent)  # it broke since it was handed on
        return await self.borrow()

    async def _opened(self) -> Any:
        """One more, for which there is a place."""
        try:
            with reaching():
                return await self.pool.acquire()
        except BaseException:
            self._hand_on(None)
            raise

    def _hand_on(self, lent: Any) -> None:
        """A connection, or the place for one, is the next one's."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(lent)
                return
        if lent is None:
            self._places -= 1
        else:
            self._free.append((lent, monotonic()))

    def _drop(self, lent: Any) -> None:
        """End a connection without a word to whoever may be there no more."""
        if lent._con is not None:
            lent._con.terminate()
        self._hand_on(None)

    async def _end(self, lent: Any) -> None:
        """Give it back to the pool, which ends what is broken, and its place to the next one.

        asyncpg does so in a task of its own, which nothing can cancel. What that task does waits for nothing where the connection is sound,
        and ends the connection where it is cancelled; so it is done here, and costs two turns of the loop less.
        """
        try:
            if lent._con is not None:  # else it ended by itself, and is the pool's again
                lent._con._on_release()
                await lent._holder.release(None)
        finally:
            self._hand_on(None)


@contextmanager
def reaching() -> Iterator[None]:
    """The socket of a server that is away is a file that is not there; what it means is that nobody answers."""
    try:
        yield
    except FileNotFoundError as error:
        raise ConnectionRefusedError(*error.args) from error


def _is_sound(lent: Any) -> bool:
    con = lent._con
    if con is None or con.is_closed() or _is_inside(con):
        return False
    return not con._protocol._is_cancelling() and con._protocol.queries_count < MOST_STATEMENTS


def _is_inside(con: Any) -> bool:
    """Whether a transaction is open, or was to be: asyncpg remembers one that never began."""
    return bool(con.is_in_transaction() or con._top_xact is not None)


def _is_stale(since: float) -> bool:
    return monotonic() - since > LONGEST_IDLE
