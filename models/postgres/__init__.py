"""Tortoise's engine for PostgreSQL whose statements are counted."""

from __future__ import annotations

from typing import Any

from tortoise.backends.asyncpg import client as tortoise_asyncpg
from tortoise.backends.base.client import NestedTransactionContext, PoolConnectionWrapper, TransactionContextPooled
from tortoise.connection import get_connections

from models.stages import Counted


class Transaction(Counted, tortoise_asyncpg.TransactionWrapper):
    def _in_transaction(self) -> Any:
        return NestedTransactionContext(Transaction(self))


class Begun(TransactionContextPooled):
    """Tortoise would keep a connection for good whose BEGIN failed, or was cancelled."""

    async def __aenter__(self) -> Any:
        outside = self.client._connection
        try:
            return await super().__aenter__()
        except BaseException:
            if self.client._connection is not outside:
                await self.client._parent._pool.release(self.client._connection)
                get_connections().reset(self.token)
            raise


class Lent(PoolConnectionWrapper[Any]):
    """asyncpg gives each connection back in a task of its own, which nothing can cancel. What that task does waits for nothing where the
    connection is sound, and ends the connection where it is cancelled; so it is done here, and a statement costs two turns of the loop less."""

    async def __aexit__(self, *_: object) -> None:
        proxy = self.connection
        if proxy is None or proxy._con is None:  # it ended by itself, and is the pool's again
            return
        proxy._con._on_release()
        await proxy._holder.release(None)


class Client(Counted, tortoise_asyncpg.AsyncpgDBClient):
    def acquire_connection(self) -> Lent:
        return Lent(self, self._pool_init_lock)

    def _in_transaction(self) -> Any:
        return Begun(Transaction(self), self._pool_init_lock)


client_class = Client
