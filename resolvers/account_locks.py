"""Who writes readings or meters takes their accounts first, by their ids, and only then the rows that hang on them: nobody waits in a circle.

PostgreSQL alone needs it, since SQLite's transactions wait for each other anyway. The lock is the weakest that holds writers apart: rows that
merely point to an account, links and letters, are written meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable

from models.database import is_sqlite
from resolvers.sql import among, fetch


async def lock_accounts(ids: Iterable[int]) -> None:
    """Within a transaction: until it ends nobody else writes at these accounts."""
    await _lock(among("a.id", 1), sorted(set(ids)))


async def lock_accounts_of_readings(ids: Iterable[int], organization_id: int) -> None:
    """The same for the accounts that these readings of an organization are of."""
    of = "a.id IN (SELECT rd.account_id FROM reading rd WHERE rd.organization_id = $2 AND {})"
    await _lock(of.format(among("rd.id", 1)), sorted(set(ids)), organization_id)


async def lock_accounts_of_sender(user_id: int) -> None:
    """The same for all accounts that a person has sent readings for."""
    await _lock("a.id IN (SELECT rd.account_id FROM reading rd WHERE rd.user_id = $1)", user_id)


async def lock_accounts_of_organization(organization_id: int) -> None:
    """The same for every account of an organization."""
    await _lock("a.organization_id = $1", organization_id)


async def _lock(which: str, *parameters: object) -> None:
    if not is_sqlite():
        await fetch(f"SELECT a.id FROM personal_account a WHERE {which} ORDER BY a.id FOR NO KEY UPDATE", *parameters)
