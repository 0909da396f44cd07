"""Codes that link accounts, for bills that an organization's staff print themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.database import transaction
from models.errors import Problem, ProblemCode, Refused, RefusedMany
from models.sql import load
from resolvers import audit
from resolvers.access_rules import rules_of, staffed
from resolvers.account_codes import new_code, shown
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.bill_codes import BILL_LIFETIME, COLUMNS, record
from resolvers.viewer import Viewer

MOST_ACCOUNTS = 100


@dataclass(slots=True, eq=False)
class PrintedCodeRow:
    """`code` is given once and kept nowhere; None where all was only checked."""

    account: AccountRow
    code: str | None
    expires_at: dt.datetime


async def issue_codes(viewer: Viewer, slug: str, pks: Sequence[int], now: dt.datetime, *, validate_only: bool = False) -> list[PrintedCodeRow]:
    """A code for each account, in their order, as the organization's staff in person. Former codes stay good: people hold older bills.

    Raises NotFound; Refused with REQUIRED, TOO_MANY_ROWS, NOT_OFFERED where the rules of access ask for no code, UNKNOWN_ACCOUNT at
    `accounts` and a place.
    """
    organization = await staffed(viewer, slug)
    rules = rules_of(organization)
    if not rules.asks_for_bill_codes:
        raise Refused(ProblemCode.NOT_OFFERED)
    if not pks:
        raise Refused(ProblemCode.REQUIRED, ("accounts",))
    if len(pks) > MOST_ACCOUNTS:
        raise Refused(ProblemCode.TOO_MANY_ROWS, ("accounts",), limit=MOST_ACCOUNTS)
    accounts = await accounts_by_ids(viewer, pks)
    ours = {pk for pk, account in accounts.items() if account.organization.pk == organization.id}
    unknown = [Problem(ProblemCode.UNKNOWN_ACCOUNT, ("accounts", str(place))) for place, pk in enumerate(pks) if pk not in ours]
    if unknown:
        raise RefusedMany(unknown)
    until = now + BILL_LIFETIME
    if validate_only:
        return [PrintedCodeRow(accounts[pk], None, until) for pk in pks]
    codes = [(pk, new_code()) for pk in pks]
    async with transaction():
        await load("account_code", COLUMNS, [record(organization.id, pk, code, now, BILL_LIFETIME, contracts=False, actor=viewer.actor) for pk, code in codes])
        await audit.record(viewer.actor, "code.print", f"organization:{organization.id}", organization_id=organization.id, accounts=list(pks))
    return [PrintedCodeRow(accounts[pk], shown(code), until) for pk, code in codes]
