"""Codes for the printer of bills, for many accounts or contracts at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Sequence

from models.database import transaction
from models.enums import CodeSource
from models.errors import NotFound
from models.sql import load
from resolvers import audit
from resolvers.account_codes import code_hash, new_code, shown
from resolvers.organizations import organization_by_slug
from resolvers.sql import among_texts, fetch

AT_ONCE = 2_000
BILL_LIFETIME = dt.timedelta(days=90)
COLUMNS = ("organization_id", "account_id", "contract_id", "source", "code_hash", "issued_by", "created_at", "expires_at")


async def issue_bill_codes(
    slug: str, numbers: Sequence[str] | None, now: dt.datetime, lifetime: dt.timedelta, *, contracts: bool = False, actor: str = audit.COMMAND_LINE
) -> AsyncIterator[list[tuple[str, str]]]:
    """Make a code for each of the numbers, or for every account (contract) there is; gives (number, code), some thousands at a time.

    Each part is kept before it is given. Former codes stay good until they are over: people hold older bills. Raises NotFound for a slug,
    and for the first number that there is not, before any code is made.
    """
    organization = await organization_by_slug(slug)
    rows = await _owners(organization.id, numbers, contracts=contracts)
    if numbers is not None:
        missing = next((number for number in numbers if number not in rows), None)
        if missing is not None:
            raise NotFound(f"{'contract' if contracts else 'account'} {missing}")
        rows = {number: rows[number] for number in numbers}
    owners = list(rows.items())
    for start in range(0, len(owners), AT_ONCE):
        part = [(number, pk, new_code()) for number, pk in owners[start : start + AT_ONCE]]
        async with transaction():
            await load("account_code", COLUMNS, [record(organization.id, pk, code, now, lifetime, contracts=contracts, actor=actor) for _, pk, code in part])
            await audit.record(actor, "code.print", f"organization:{organization.id}", organization_id=organization.id, codes=len(part))
        yield [(number, shown(code)) for number, _, code in part]


async def _owners(organization_id: int, numbers: Sequence[str] | None, *, contracts: bool) -> dict[str, int]:
    text = "SELECT id, number FROM contract WHERE organization_id = $1" if contracts else (
        "SELECT id, number FROM personal_account WHERE organization_id = $1 AND withdrawn_at IS NULL"
    )  # fmt: skip
    if numbers is not None:
        text += f" AND {among_texts('number', 2)}"
    rows = await fetch(f"{text} ORDER BY number", organization_id, *([list(numbers)] if numbers is not None else []))
    return {row["number"]: row["id"] for row in rows}


def record(organization_id: int, pk: int, code: str, now: dt.datetime, lifetime: dt.timedelta, *, contracts: bool, actor: str) -> tuple[object, ...]:
    """A row of COLUMNS."""
    account, contract = (None, pk) if contracts else (pk, None)
    return (organization_id, account, contract, CodeSource.BILL.value, code_hash(code), actor, now, now + lifetime)
