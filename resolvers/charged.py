"""What was charged month by month, in all and for each service: what a resident compares over two years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.enums import ChargeBasis, Resource, Right
from models.money import Money
from models.period import Period
from models.quantity import Quantity
from resolvers import scope
from resolvers.accounts import AccountRow
from resolvers.charges import POSTED, ServiceRow
from resolvers.sql import Row, fetch, known_day
from resolvers.viewer import Viewer


@dataclass(slots=True, eq=False)
class ServiceChargedRow:
    """Without recalculations. `quantity` is None where its lines have none, or several units."""

    service: ServiceRow
    amount: Money
    quantity: Quantity | None


@dataclass(slots=True, eq=False)
class MonthChargedRow:
    """`charged` is the statement's own figure, None where the supplier does not say it."""

    period: Period
    charged: Money | None
    services: list[ServiceChargedRow] = field(default_factory=list)


async def charged_of(viewer: Viewer, accounts: Sequence[AccountRow], months: int) -> dict[int, list[MonthChargedRow]]:
    """The last `months` that have a statement, oldest first. Two statements."""
    by_pk = {account.pk: account for account in accounts}
    ids, visible = scope.seen(accounts, Right.SEE_MONEY, 1, account="st.account_id", day="st.period", monthly=True)
    place = "ROW_NUMBER() OVER (PARTITION BY st.account_id ORDER BY st.period DESC) AS place"
    text = f"""SELECT * FROM (SELECT st.account_id, st.period, st.charged, {place} FROM statement st WHERE {visible} AND st.is_current) ranked
        WHERE place <= {int(months)} ORDER BY period"""
    known: dict[tuple[int, Period], MonthChargedRow] = {}
    for row in await fetch(text, ids):
        period = Period.of(known_day(row["period"]))
        charged = Money.or_none(row["charged"], by_pk[row["account_id"]].organization.currency)
        known[row["account_id"], period] = MonthChargedRow(period, charged)
    for row in await _services(accounts, min(period for _, period in known)) if known else ():
        month = known.get((row["account_id"], Period.of(known_day(row["period"]))))
        if month is not None:
            month.services.append(_service(row, by_pk[row["account_id"]]))
    found: dict[int, list[MonthChargedRow]] = {}
    for (account_pk, _), month in known.items():
        found.setdefault(account_pk, []).append(month)
    return found


async def _services(accounts: Sequence[AccountRow], since: Period) -> Sequence[Row]:
    ids, visible = scope.seen(accounts, Right.SEE_MONEY, 1, account="ch.account_id", day="ch.period", monthly=True)
    text = f"""
        SELECT ch.account_id, ch.period, s.id, s.name, s.resource, SUM(ch.amount) AS amount, SUM(ch.quantity) AS quantity,
            MIN(ch.unit) AS unit, MAX(ch.unit) AS other_unit
        FROM charge ch JOIN service s ON s.id = ch.service_id
        WHERE {visible} AND ch.is_current AND ch.period >= $2 AND {POSTED} AND ch.basis <> '{ChargeBasis.RECALCULATION.value}'
        GROUP BY ch.account_id, ch.period, s.id, s.name, s.resource, s.position ORDER BY ch.period, s.position, s.name"""
    return await fetch(text, ids, since.first_day)


def _service(row: Row, account: AccountRow) -> ServiceChargedRow:
    counted = row["quantity"] is not None and row["unit"] == row["other_unit"]
    quantity = Quantity(int(row["quantity"]), row["unit"] or "") if counted else None
    service = ServiceRow(row["id"], row["name"], Resource(row["resource"]))
    return ServiceChargedRow(service, Money(int(row["amount"]), account.organization.currency), quantity)
