"""The one place that opens, migrates and closes the database."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext, require_context
from tortoise.transactions import in_transaction

from models import guards
from models.migrating import Executor

POOL_SIZE = 10
BUSY_MILLISECONDS = 5  # that SQLite itself waits for a lock, keeping the connection; models/sqlite waits longer without it
SQLITE = "models.sqlite"  # the engine
_MIGRATION_LOCK = 7_215_304  # any number of our own: an advisory lock of PostgreSQL

_is_sqlite = False  # the database that this process has opened
_is_own_sqlite: ContextVar[bool | None] = ContextVar("the database of own_context is SQLite", default=None)


def configuration(url: str, **sqlite_pragmas: str) -> dict[str, Any]:
    """Tortoise's configuration for `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgres://…`."""
    return {
        "connections": {"default": _credentials(url, sqlite_pragmas)},
        "apps": {"models": {"models": ["models"], "migrations": "models.migrations", "default_connection": "default"}},
        "use_tz": True,
        "timezone": "UTC",
    }


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite address, None for PostgreSQL."""
    parts = urlsplit(url)
    if not parts.scheme.startswith("sqlite"):
        return None
    return Path(unquote(parts.path)[1:])


async def connect(url: str) -> None:
    """Open the database for this process. A second call first closes what the first one opened."""
    global _is_sqlite  # noqa: PLW0603 - one database per process
    await close()
    EXECUTOR_CACHE.clear()  # its keys ignore the dialect
    _is_sqlite = sqlite_file(url) is not None
    await Tortoise.init(config=configuration(url), _enable_global_fallback=True)


async def close() -> None:
    if Tortoise._inited:
        await Tortoise.close_connections()


def connection() -> BaseDBAsyncClient:
    """The connection of the present transaction, else of the process."""
    return require_context().connections.get("default")


def is_sqlite() -> bool:
    """Asked a dozen times for one answer: the connection, which knows it too, takes ten times as long to find."""
    own = _is_own_sqlite.get()
    return _is_sqlite if own is None else own


def sqlite_path() -> str:
    """The open SQLite file."""
    return str(connection().filename)  # type: ignore[attr-defined]


@asynccontextmanager
async def transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """Returning commits, raising rolls back; one inside another is a savepoint."""
    async with in_transaction("default") as inner:
        yield inner


async def migrate(url: str, progress: Callable[[str, str, str], object] | None = None) -> int:
    """Bring the database to the newest schema and return how many steps ran.

    Safe to start twice at once (one waits for the other) and to repeat. A SQLite file that holds data is copied beside itself
    first, and is migrated with foreign keys off, since rebuilding a table would otherwise delete its children by cascade.
    """
    file = sqlite_file(url)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    async with own_context(configuration(url, foreign_keys="OFF")):
        async with _migration_lock(url):
            await connection().execute_query("SELECT 1")  # the executor takes a database that fails for an empty one
            executor = Executor(connection(), configuration(url)["apps"])
            steps = len(await executor.plan(None))
            if steps and file is not None:
                _back_up(file)
            if steps:
                await executor.migrate(progress=progress)
            await guards.create(connection())
            await _refuse_broken_references(file)
            return steps


async def missing_guards() -> list[str]:
    """Names of what should keep the database right and does not stand; every step of migration that has not run yet is one of them."""
    plan = await Executor(connection(), TORTOISE["apps"]).plan(None)
    return [*(f"migration {step.migration.name}" for step in plan), *await guards.missing(connection())]


@asynccontextmanager
async def own_context(config: dict[str, Any]) -> AsyncIterator[None]:
    """A connection with other pragmas than the process's, which stays as it was."""
    EXECUTOR_CACHE.clear()
    own = _is_own_sqlite.set(config["connections"]["default"]["engine"] == SQLITE)
    try:
        async with TortoiseContext() as context:
            await context.init(config=config)
            try:
                yield
            finally:
                await context.connections.close_all()
                EXECUTOR_CACHE.clear()
    finally:
        _is_own_sqlite.reset(own)


@asynccontextmanager
async def _migration_lock(url: str) -> AsyncIterator[None]:
    """Let one migration run at a time; a process that dies gives the lock back by dying."""
    file = sqlite_file(url)
    if file is not None:
        guard = sqlite3.connect(file.with_name(file.name + ".migrating"), timeout=120, isolation_level=None)
        try:
            guard.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            guard.close()
        return
    credentials = _credentials(url, {})["credentials"]
    session = await asyncpg.connect(**{k: v for k, v in credentials.items() if k not in ("minsize", "maxsize", "reset")})
    try:
        await session.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
        yield
    finally:
        await session.close()


def _back_up(file: Path) -> None:
    if not file.exists() or file.stat().st_size == 0:
        return
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(file.with_name(file.name + ".before-migration"))) as copy:
        source.backup(copy)


async def _refuse_broken_references(file: Path | None) -> None:
    if file is None:
        return
    broken = await connection().execute_query_dict("PRAGMA foreign_key_check")
    if broken:
        raise RuntimeError(f"the migration broke {len(broken)} references; the copy beside the database is whole")


def _credentials(url: str, pragmas: dict[str, str]) -> dict[str, Any]:
    file = sqlite_file(url)
    if file is not None:
        defaults = {"journal_mode": "WAL", "synchronous": "NORMAL", "foreign_keys": "ON", "busy_timeout": BUSY_MILLISECONDS}
        return {"engine": SQLITE, "credentials": {"file_path": str(file), **defaults, **pragmas}}
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "engine": "models.postgres",
        "credentials": {
            "host": query.get("host") or parts.hostname or "localhost",
            "port": int(query.get("port") or parts.port or 5432),
            "user": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "database": parts.path.lstrip("/"),
            "minsize": 1,
            "maxsize": int(query.get("pool") or POOL_SIZE),
            "reset": _keep,
        },
    }


async def _keep(_: object) -> None:
    """Give a connection back as it is. asyncpg asks the server to forget session settings, locks and cursors, a round trip after every
    statement; we set none for a session. An open transaction is rolled back all the same."""


TORTOISE = configuration("sqlite:///:memory:")  # for `tortoise makemigrations`, which compares models with migrations and opens nothing
