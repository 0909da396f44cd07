"""One import of an organization writes at a time, and whoever cannot wait any longer says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from tortoise.exceptions import OperationalError, TransactionManagementError

from models.database import connection, is_sqlite
from models.errors import AbonentError

P = ParamSpec("P")
R = TypeVar("R")
_LOCK = 7_215_305  # any number of our own: an advisory lock of PostgreSQL


class ImportBusy(AbonentError):
    """Another import or a long write holds the database: nothing was written, the same command finishes the job later."""


def saying_busy(work: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """SQLite lets one write at a time: where somebody else has been writing for longer than we wait, the work raises ImportBusy."""

    @wraps(work)
    async def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await work(*args, **kwargs)
        except (TransactionManagementError, OperationalError) as error:
            if "locked" in str(error):
                raise ImportBusy from error
            raise

    return told


async def wait_for_others(organization_id: int) -> None:
    """In a transaction: on PostgreSQL, until no other import or undo of the organization writes; on SQLite there is one writer anyway."""
    if not is_sqlite():
        await connection().execute_query("SELECT pg_advisory_xact_lock($1, $2)", [_LOCK, organization_id])
