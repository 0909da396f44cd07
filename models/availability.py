"""Telling a database that cannot answer now (away, read-only, full, busy) from a fault of ours."""

from __future__ import annotations

import sqlite3

import asyncpg
from tortoise.exceptions import DBConnectionError

_SQLITE = ("disk is full", "readonly database", "unable to open database", "disk i/o error", "database is locked", "database table is locked")
_AWAY = (
    DBConnectionError,
    ConnectionError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.DiskFullError,
    asyncpg.OutOfMemoryError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection whose end has arrived and is not read yet
)


def is_unavailable(error: BaseException | None) -> bool:
    """Whether trying again later may help. Looks through what the ORM wraps."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, _AWAY):
            return True
        if isinstance(error, sqlite3.OperationalError) and any(words in str(error).lower() for words in _SQLITE):
            return True
        inner = error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
        error = inner or error.__cause__
    return False
