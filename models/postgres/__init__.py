"""Tortoise's engine for PostgreSQL whose statements are counted, with a short way for those that only read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
from tortoise.backends.asyncpg import client as tortoise_asyncpg
from tortoise.backends.base.client import NestedTransactionContext, PoolConnectionWrapper, TransactionContextPooled
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from models.postgres.lending import Lending, reaching
from models.postgres.reading import rows_of
from models.stages import SQL, Counted, stage


class Transaction(Counted, tortoise_asyncpg.TransactionWrapper):
    async def read(self, query: str, values: Sequence[Any]) -> Sequence[Any]:
        return (await self.execute_query(query, list(values)))[1]

    def _in_transaction(self) -> Any:
        return NestedTransactionContext(Transaction(self))


class Begun(TransactionContextPooled):
    """Tortoise would keep a connection for good whose BEGIN failed, or was cancelled, and leave a task inside a transaction whose end was cancelled."""

    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        self._lending: Lending = self.client._parent.lending  # type: ignore[attr-defined]
        self.client._connection = lent = await self._lending.borrow()
        self.token = get_connections().set(self.connection_name, self.client)
        try:
            await self.client.begin()
        except BaseException:
            get_connections().reset(self.token)
            await self._lending.give_back(lent)
            raise
        return self.client

    async def __aexit__(self, kind: Any, *_: Any) -> None:
        try:
            if not self.client._finalized:
                if kind is None:
                    await self.client.commit()
                elif kind is not TransactionManagementError:  # which says that it has failed already
                    await self.client.rollback()
        finally:
            get_connections().reset(self.token)
            await self._lending.give_back(self.client._connection)


class Lent(PoolConnectionWrapper[Any]):
    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        self._lending: Lending = self.client.lending  # type: ignore[attr-defined]
        self.connection = await self._lending.borrow()
        return self.connection

    async def __aexit__(self, *_: object) -> None:
        await self._lending.give_back(self.connection)


class Client(Counted, tortoise_asyncpg.AsyncpgDBClient):
    _lending: Lending | None = None

    @property
    def lending(self) -> Lending:
        """Of the pool that is open."""
        if self._lending is None or self._lending.pool is not self._pool:
            assert self._pool is not None
            self._lending = Lending(self._pool)
        return self._lending

    async def create_connection(self, with_db: bool) -> None:
        with reaching():
            await super().create_connection(with_db)

    def acquire_connection(self) -> Lent:
        return Lent(self, self._pool_init_lock)

    def _in_transaction(self) -> Any:
        return Begun(Transaction(self), self._pool_init_lock)

    async def read(self, query: str, values: Sequence[Any]) -> Sequence[Any]:
        """The rows of one statement that changes nothing."""
        with stage(SQL):
            if self._pool is None:
                await self.acquire_connection().ensure_connection()
            lending = self.lending
            lent = lending.take() or await lending.borrow()
            try:
                rows = await rows_of(lent._con, query, values)
            except asyncpg.PostgresError as error:
                await self._translate_exceptions(_raised, error)
                raise
            finally:
                if not lending.put(lent):
                    await lending.give_back(lent)
        return rows

    async def _close(self) -> None:
        if self._lending is not None:
            await self._lending.close()
        await super()._close()


async def _raised(_: object, error: Exception) -> None:
    raise error


client_class = Client
