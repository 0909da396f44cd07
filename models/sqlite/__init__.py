"""A Tortoise engine for SQLite that two processes can share.

Plain BEGIN takes the write lock only at the first write, so that two processes which both read first lose half their
transactions to "database is locked". BEGIN IMMEDIATE queues them at the start instead (busy_timeout waits).
"""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

from tortoise.backends.sqlite import client as tortoise_sqlite
from tortoise.exceptions import DBConnectionError, TransactionManagementError


class ImmediateTransaction(tortoise_sqlite.SqliteTransactionWrapper):
    async def begin(self) -> None:
        try:
            await self._connection.commit()
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as exc:
            raise TransactionManagementError(exc) from exc


class Transaction(tortoise_sqlite.SqliteTransactionContext):
    """Opens the file before it takes the lock: Tortoise's own keeps the lock for ever where opening fails."""

    __slots__ = ()

    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        return await super().__aenter__()


class Client(tortoise_sqlite.SqliteClient):
    def __init__(self, file_path: str, **kwargs: Any) -> None:
        super().__init__(file_path, **kwargs)
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


client_class = Client
