"""Payments towards accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.enums import PaymentState, Right
from models.money import Currency, Money
from resolvers import scope
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.sql import Row, among, fetch, known_day
from resolvers.viewer import Viewer


@dataclass(slots=True, eq=False)
class PaymentRow:
    pk: int
    account_pk: int
    amount: Money
    fee: Money | None
    paid_on: dt.date
    channel: str
    document: str | None
    state: PaymentState


_COLUMNS = "p.id, p.account_id, p.amount, p.fee, p.paid_on, p.channel, p.document, p.state, o.currency"
_FROM = "payment p JOIN organization o ON o.id = p.organization_id"


async def payments_pages(viewer: Viewer, accounts: Sequence[AccountRow], first: int, after: tuple[dt.date, int] | None) -> dict[int, list[PaymentRow]]:
    """Newest first, of each account one more than `first` if there are more. One statement."""
    ids, visible = scope.seen(accounts, Right.SEE_MONEY, 1, account="p.account_id", day="p.paid_on")
    where = f"{visible} AND p.is_current" + (" AND (p.paid_on, p.id) < ($2, $3)" if after is not None else "")
    place = "ROW_NUMBER() OVER (PARTITION BY p.account_id ORDER BY p.paid_on DESC, p.id DESC) AS place"
    text = f"SELECT * FROM (SELECT {_COLUMNS}, {place} FROM {_FROM} WHERE {where}) ranked WHERE place <= {int(first) + 1} ORDER BY place"
    found: dict[int, list[PaymentRow]] = {}
    for row in await fetch(text, ids, *(after or ())):
        found.setdefault(row["account_id"], []).append(_row(row))
    return found


async def in_transit(viewer: Viewer, accounts: Sequence[AccountRow]) -> dict[int, Money]:
    """What was paid and the supplier does not know yet: lowers what is due at once. One statement."""
    seeing = {row.pk: row for row in accounts if row.access.may(Right.SEE_MONEY)}
    text = f"""
        SELECT p.account_id, SUM(p.amount) AS amount FROM payment p
        WHERE {among("p.account_id", 1)} AND p.is_current AND p.state = '{PaymentState.IN_TRANSIT.value}' GROUP BY p.account_id"""
    sums = {row["account_id"]: int(row["amount"]) for row in await fetch(text, list(seeing))}
    return {pk: Money(sums.get(pk, 0), row.organization.currency) for pk, row in seeing.items()}


async def payments_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, PaymentRow]:
    """Those of `ids` that the viewer may see."""
    text = f"SELECT {_COLUMNS} FROM {_FROM} JOIN personal_account a ON a.id = p.account_id WHERE {among('p.id', 1)} AND {scope.accounts_sql(viewer)}"
    found = [_row(row) for row in await fetch(text, list(ids))]
    accounts = await accounts_by_ids(viewer, sorted({row.account_pk for row in found}))
    seen = (row for row in found if row.account_pk in accounts)
    return {row.pk: row for row in seen if accounts[row.account_pk].access.sees(row.paid_on, row.paid_on, Right.SEE_MONEY)}


def _row(row: Row) -> PaymentRow:
    currency = Currency(row["currency"])
    return PaymentRow(
        pk=row["id"],
        account_pk=row["account_id"],
        amount=Money(row["amount"], currency),
        fee=Money(row["fee"], currency) if row["fee"] is not None else None,
        paid_on=known_day(row["paid_on"]),
        channel=row["channel"],
        document=row["document"] or None,
        state=PaymentState(row["state"]),
    )
