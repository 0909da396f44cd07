"""Payments towards accounts, and towards contracts as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.enums import PaymentState, Right
from models.money import Currency, Money
from resolvers import scope
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.contracts import ContractRow, contracts_by_ids
from resolvers.sql import Row, among, fetch, known_day
from resolvers.viewer import Viewer


@dataclass(slots=True, eq=False)
class PaymentRow:
    """Of an account or of a contract, never of both."""

    pk: int
    account_pk: int | None
    contract_pk: int | None
    amount: Money
    fee: Money | None
    paid_on: dt.date
    channel: str
    document: str | None
    state: PaymentState


_COLUMNS = "p.id, p.account_id, p.contract_id, p.amount, p.fee, p.paid_on, p.channel, p.document, p.state, o.currency"
_FROM = "payment p JOIN organization o ON o.id = p.organization_id"


async def payments_pages(viewer: Viewer, accounts: Sequence[AccountRow], first: int, after: tuple[dt.date, int] | None) -> dict[int, list[PaymentRow]]:
    """Newest first, of each account one more than `first` if there are more. One statement."""
    return await _pages("account_id", accounts, first, after)


async def contract_payments_pages(
    viewer: Viewer, contracts: Sequence[ContractRow], first: int, after: tuple[dt.date, int] | None
) -> dict[int, list[PaymentRow]]:
    """The same of contracts: what was paid for them as a whole. One statement."""
    return await _pages("contract_id", contracts, first, after)


async def _pages(owner: str, rows: Iterable[scope.Accessible], first: int, after: tuple[dt.date, int] | None) -> dict[int, list[PaymentRow]]:
    ids, visible = scope.seen(rows, Right.SEE_MONEY, 1, account=f"p.{owner}", day="p.paid_on")
    where = f"{visible} AND p.is_current" + (" AND (p.paid_on, p.id) < ($2, $3)" if after is not None else "")
    place = f"ROW_NUMBER() OVER (PARTITION BY p.{owner} ORDER BY p.paid_on DESC, p.id DESC) AS place"
    text = f"SELECT * FROM (SELECT {_COLUMNS}, {place} FROM {_FROM} WHERE {where}) ranked WHERE place <= {int(first) + 1} ORDER BY place"
    found: dict[int, list[PaymentRow]] = {}
    for row in await fetch(text, ids, *(after or ())):
        found.setdefault(row[owner], []).append(_row(row))
    return found


async def in_transit(viewer: Viewer, accounts: Sequence[AccountRow]) -> dict[int, Money]:
    """What was paid and the supplier does not know yet: lowers what is due at once. One statement."""
    return await _in_transit("account_id", accounts)


async def contracts_in_transit(viewer: Viewer, contracts: Sequence[ContractRow]) -> dict[int, Money]:
    """The same of what was paid for contracts as a whole. One statement."""
    return await _in_transit("contract_id", contracts)


async def _in_transit(owner: str, rows: Iterable[AccountRow | ContractRow]) -> dict[int, Money]:
    seeing = {row.pk: row for row in rows if row.access.may(Right.SEE_MONEY)}
    text = f"""
        SELECT p.{owner} AS pk, SUM(p.amount) AS amount FROM payment p
        WHERE {among(f"p.{owner}", 1)} AND p.is_current AND p.state = '{PaymentState.IN_TRANSIT.value}' GROUP BY p.{owner}"""
    sums = {row["pk"]: int(row["amount"]) for row in await fetch(text, list(seeing))}
    return {pk: Money(sums.get(pk, 0), row.organization.currency) for pk, row in seeing.items()}


async def payments_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, PaymentRow]:
    """Those of `ids` that the viewer may see."""
    found = await _of_accounts(viewer, ids)
    rest = [pk for pk in ids if pk not in found]
    return found | (await _of_contracts(viewer, rest) if rest else {})


async def _of_accounts(viewer: Viewer, ids: Sequence[int]) -> dict[int, PaymentRow]:
    text = f"SELECT {_COLUMNS} FROM {_FROM} JOIN personal_account a ON a.id = p.account_id WHERE {among('p.id', 1)} AND {scope.accounts_sql(viewer)}"
    found = [_row(row) for row in await fetch(text, list(ids))]
    accounts = await accounts_by_ids(viewer, sorted({row.account_pk for row in found if row.account_pk is not None}))
    return {row.pk: row for row in found if _is_seen(row, accounts.get(row.account_pk or 0))}


async def _of_contracts(viewer: Viewer, ids: Sequence[int]) -> dict[int, PaymentRow]:
    text = f"SELECT {_COLUMNS} FROM {_FROM} JOIN contract c ON c.id = p.contract_id WHERE {among('p.id', 1)} AND {scope.contracts_sql(viewer)}"
    found = [_row(row) for row in await fetch(text, list(ids))]
    contracts = await contracts_by_ids(viewer, sorted({row.contract_pk for row in found if row.contract_pk is not None})) if found else {}
    return {row.pk: row for row in found if _is_seen(row, contracts.get(row.contract_pk or 0))}


def _is_seen(row: PaymentRow, owner: scope.Accessible | None) -> bool:
    return owner is not None and owner.access.sees(row.paid_on, row.paid_on, Right.SEE_MONEY)


def _row(row: Row) -> PaymentRow:
    currency = Currency(row["currency"])
    return PaymentRow(
        pk=row["id"],
        account_pk=row["account_id"],
        contract_pk=row["contract_id"],
        amount=Money(row["amount"], currency),
        fee=Money(row["fee"], currency) if row["fee"] is not None else None,
        paid_on=known_day(row["paid_on"]),
        channel=row["channel"],
        document=row["document"] or None,
        state=PaymentState(row["state"]),
    )
