"""A Tortoise engine for SQLite that two processes can share.

Plain BEGIN takes the write lock only at the first write, so that two processes which both read first lose half their
transactions to "database is locked". BEGIN IMMEDIATE queues them at the start instead (busy_timeout waits).
"""

from __future__ import annotations

import sqlite3
from typing import Any

from tortoise.backends.sqlite import client as tortoise_sqlite
from tortoise.exceptions import TransactionManagementError


class ImmediateTransaction(tortoise_sqlite.SqliteTransactionWrapper):
    async def begin(self) -> None:
        try:
            await self._connection.commit()
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as exc:
            raise TransactionManagementError(exc) from exc


class Client(tortoise_sqlite.SqliteClient):
    def _in_transaction(self) -> Any:
        return tortoise_sqlite.SqliteTransactionContext(ImmediateTransaction(self), self._lock)


client_class = Client
