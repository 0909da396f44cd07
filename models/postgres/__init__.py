"""Tortoise's engine for PostgreSQL whose statements are counted, with a short way for those that only read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
from tortoise.backends.asyncpg import client as tortoise_asyncpg
from tortoise.backends.base.client import NestedTransactionContext, PoolConnectionWrapper, TransactionContextPooled
from tortoise.connection import get_connections

from models.stages import SQL, Counted, stage


class Transaction(Counted, tortoise_asyncpg.TransactionWrapper):
    async def read(self, query: str, values: Sequence[Any]) -> Sequence[Any]:
        return (await self.execute_query(query, list(values)))[1]

    def _in_transaction(self) -> Any:
        return NestedTransactionContext(Transaction(self))


class Begun(TransactionContextPooled):
    """Tortoise would keep a connection for good whose BEGIN failed, or was cancelled."""

    async def __aenter__(self) -> Any:
        outside = self.client._connection
        await self.client._parent.make_room()  # type: ignore[attr-defined]
        try:
            return await super().__aenter__()
        except BaseException:
            if self.client._connection is not outside:
                await self.client._parent._pool.release(self.client._connection)
                get_connections().reset(self.token)
            raise


class Lent(PoolConnectionWrapper[Any]):
    async def __aenter__(self) -> Any:
        await self.client.make_room()  # type: ignore[attr-defined]
        return await super().__aenter__()

    async def __aexit__(self, *_: object) -> None:
        await _give_back(self.connection)


class Client(Counted, tortoise_asyncpg.AsyncpgDBClient):
    """`read` keeps its connections while others are free: to borrow one from asyncpg and give it back costs as much as the statement."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._kept: list[Any] = []  # lent to us by the pool, sound, not in use

    def acquire_connection(self) -> Lent:
        return Lent(self, self._pool_init_lock)

    def _in_transaction(self) -> Any:
        return Begun(Transaction(self), self._pool_init_lock)

    async def read(self, query: str, values: Sequence[Any]) -> Sequence[Any]:
        """The rows of one statement that changes nothing."""
        with stage(SQL):
            lent = await self._one()
            try:
                rows: Sequence[Any] = await lent._con.fetch(query, *values)
            except asyncpg.PostgresError as error:
                await _give_back(lent)
                await self._translate_exceptions(_raised, error)
                raise
            except BaseException:
                await _give_back(lent)
                raise
        if self._pool is None or self._pool._queue.empty():  # somebody may wait for one
            await _give_back(lent)
        else:
            self._kept.append(lent)
        return rows

    async def make_room(self) -> None:
        """To be called by whoever borrows from the pool itself: where all are out, one of those that we keep goes back."""
        if self._kept and self._pool is not None and self._pool._queue.empty():
            await _give_back(self._kept.pop())

    async def _one(self) -> Any:
        while self._kept:
            found = self._kept.pop()
            if found._con is not None and not found._con.is_closed():
                return found
            await _give_back(found)
        wrapper = PoolConnectionWrapper[Any](self, self._pool_init_lock)
        return await wrapper.__aenter__()

    async def _close(self) -> None:
        await self._give_all_back()
        await super()._close()

    async def _expire_connections(self) -> None:
        await self._give_all_back()
        await super()._expire_connections()

    async def _give_all_back(self) -> None:
        while self._kept:
            await _give_back(self._kept.pop())


async def _give_back(proxy: Any) -> None:
    """asyncpg gives each connection back in a task of its own, which nothing can cancel. What that task does waits for nothing where the
    connection is sound, and ends the connection where it is cancelled; so it is done here, and a statement costs two turns of the loop less."""
    if proxy is None or proxy._con is None:  # it ended by itself, and is the pool's again
        return
    proxy._con._on_release()
    await proxy._holder.release(None)


async def _raised(_: object, error: Exception) -> None:
    raise error


client_class = Client
