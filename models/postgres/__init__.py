"""Tortoise's engine for PostgreSQL whose statements are counted."""

from __future__ import annotations

from typing import Any

from tortoise.backends.asyncpg import client as tortoise_asyncpg
from tortoise.backends.base.client import NestedTransactionContext, TransactionContextPooled
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


class Client(Counted, tortoise_asyncpg.AsyncpgDBClient):
    def _in_transaction(self) -> Any:
        return Begun(Transaction(self), self._pool_init_lock)


client_class = Client
