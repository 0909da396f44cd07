"""A Tortoise engine for SQLite that two processes can share.

Plain BEGIN takes the write lock only at the first write, so that two processes which both read first lose half their
transactions to "database is locked". BEGIN IMMEDIATE queues them at the start instead. A process has one connection, and SQLite's own
waiting would keep it: readers would wait for a writer of another process. So whoever waits to write lets the connection go and asks again.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from tortoise.backends.sqlite import client as tortoise_sqlite
from tortoise.connection import get_connections
from tortoise.exceptions import DBConnectionError, OperationalError, TransactionManagementError

from models.stages import Counted

Got = TypeVar("Got")
SECONDS_BETWEEN = 0.02


async def patiently(work: Callable[[], Awaitable[Got]], seconds: float) -> Got:
    """Do it again while another process writes, for so many seconds at most."""
    until = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            return await work()
        except (OperationalError, TransactionManagementError) as error:
            if "locked" not in str(error) or asyncio.get_running_loop().time() > until:
                raise
        await asyncio.sleep(SECONDS_BETWEEN)


class ImmediateTransaction(Counted, tortoise_sqlite.SqliteTransactionWrapper):
    async def begin(self) -> None:
        try:
            await self._connection.commit()
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as exc:
            raise TransactionManagementError(exc) from exc


class Transaction(tortoise_sqlite.SqliteTransactionContext):
    """Opens the file before it takes the connection, and gives it back where it cannot begin: Tortoise's own keeps it for ever."""

    __slots__ = ()

    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        await patiently(self._begin, self.connection._parent.patience)
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection

    async def _begin(self) -> None:
        await self._trxlock.acquire()
        try:
            await self.connection.begin()
        except BaseException:
            self._trxlock.release()
            raise


class Client(Counted, tortoise_sqlite.SqliteClient):
    def __init__(self, file_path: str, patience: float = 15, **kwargs: Any) -> None:
        super().__init__(file_path, **kwargs)
        self.patience = float(patience)  # seconds to wait for another process's write
        self._opening = asyncio.Lock()  # several may be the first to need the file

    async def create_connection(self, with_db: bool) -> None:
        """As Tortoise does, but a file that is no database ends in one plain error and leaves no thread behind to wait for."""
        async with self._opening:
            try:
                await super().create_connection(with_db)
            except sqlite3.DatabaseError as error:
                if self._connection is not None:
                    await self._connection.close()
                    self._connection = None
                raise DBConnectionError(f"{self.filename}: {error}") from error

    def _in_transaction(self) -> Any:
        return Transaction(ImmediateTransaction(self), self._lock)

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        return await patiently(lambda: super(Client, self).execute_insert(query, values), self.patience)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        await patiently(lambda: super(Client, self).execute_many(query, values), self.patience)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> Any:
        return await patiently(lambda: super(Client, self).execute_query(query, values), self.patience)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return await patiently(lambda: super(Client, self).execute_query_dict(query, values), self.patience)


client_class = Client
