"""Tortoise's engine for PostgreSQL whose statements are counted."""

from __future__ import annotations

from typing import Any

from tortoise.backends.asyncpg import client as tortoise_asyncpg
from tortoise.backends.base.client import NestedTransactionContext, TransactionContextPooled

from models.stages import Counted


class Transaction(Counted, tortoise_asyncpg.TransactionWrapper):
    def _in_transaction(self) -> Any:
        return NestedTransactionContext(Transaction(self))


class Client(Counted, tortoise_asyncpg.AsyncpgDBClient):
    def _in_transaction(self) -> Any:
        return TransactionContextPooled(Transaction(self), self._pool_init_lock)


client_class = Client
