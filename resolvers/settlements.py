"""The state of settlements: what is owed now and by service, how old it is, and what the due day will make of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.allocation import AllocationRule
from models.enums import EntryKind, ImportState, Resource, Right
from models.money import Money
from models.period import Period
from resolvers.accounts import AccountRow
from resolvers.ageing import Age, Layer, aged, layers
from resolvers.allocation import PaidFor
from resolvers.allocations import balances_of, books_of
from resolvers.charges import ServiceRow, SupplierRow
from resolvers.movements import MONTH
from resolvers.payments import in_transit
from resolvers.sql import Row, among, fetch, instant, known_day
from resolvers.viewer import Viewer


@dataclass(slots=True, eq=False)
class ServiceBalanceRow:
    """`service` is None for what nobody has split; `balance` where the supplier's register does not say."""

    kind: PaidFor
    service: ServiceRow | None
    supplier: SupplierRow | None
    balance: Money | None


@dataclass(slots=True, eq=False)
class AgeRow:
    age: Age
    amount: Money


@dataclass(slots=True, eq=False)
class SettlementRow:
    """`due` is the balance less what is on its way. What depends on due days is None where the organization has named none.

    `services` are the supplier's own where `allocation` is None, else what payments spread by that rule have left.

    `as_of` is when the balance was written, `data_as_of` when the supplier's last register came, be it about others.
    """

    pk: int
    account: AccountRow
    as_of: dt.datetime | None
    balance: Money | None
    in_transit: Money
    due: Money | None
    services: list[ServiceBalanceRow]
    ages: list[AgeRow] | None
    overdue: Money | None
    next_due_on: dt.date | None
    overdue_then: Money | None
    data_as_of: dt.datetime | None = None
    update_days: list[int] = field(default_factory=list)
    allocation: AllocationRule | None = None


async def settlements_of(viewer: Viewer, accounts: Sequence[AccountRow], today: dt.date, *, split: bool = True) -> dict[int, SettlementRow]:
    """Of accounts whose money the viewer may see today. A fixed number of statements.

    Without `split` nothing is said of services: what a payer of hundreds of accounts need not wait for.
    """
    seeing = [account for account in accounts if account.access.may(Right.SEE_MONEY)]
    transit = await in_transit(viewer, seeing)
    services = await _by_service(seeing) if split else {}
    debits = await _debits(seeing)
    books = await books_of([row for row in seeing if row.pk not in services] if split else [])
    found = {row.pk: _settlement(row, transit[row.pk], services.get(row.pk, []), debits.get(row.pk, []), today) for row in seeing}
    for pk, told in books.items():
        found[pk].allocation = told.rule_on(today)
        found[pk].services = [ServiceBalanceRow(left.kind, left.service, left.supplier, left.amount) for left in balances_of(told)]
    for organization_pk, fresh in (await _freshness(seeing)).items():
        for one in found.values():
            if one.account.organization.pk == organization_pk:
                one.data_as_of, one.update_days = instant(fresh["finished_at"]), [int(day) for day in fresh["update_days"].split()]
    return found


def _settlement(account: AccountRow, transit: Money, services: list[ServiceBalanceRow], debits: Sequence[tuple[Period, int]], today: dt.date) -> SettlementRow:
    balance, organization = account.balance, account.organization
    due = balance - transit if balance is not None else None
    row = SettlementRow(account.pk, account, account.balance_as_of, balance, transit, due, services, None, None, None, None)
    if balance is None or due is None or organization.payment_due_day is None:
        return row
    ages = aged(layers(debits, balance.minor), lambda month: _due_on(account, month), today)
    row.ages = [AgeRow(age, Money(amount, organization.currency)) for age, amount in ages.items() if amount]
    row.overdue = Money(sum(amount for age, amount in ages.items() if age is not Age.NOT_DUE), organization.currency)
    _look_ahead(row, layers(debits, due.minor), today)
    return row


def _look_ahead(row: SettlementRow, owed: Sequence[Layer], today: dt.date) -> None:
    """If nothing more is paid: what of that which is still owed will be overdue the day after the next due day."""
    days = {month: _due_on(row.account, month) for month, _ in owed if month is not None}
    row.next_due_on = min((day for day in days.values() if day >= today), default=None)
    if row.next_due_on is not None:
        late = sum(amount for month, amount in owed if month is None or days[month] <= row.next_due_on)
        row.overdue_then = Money(late, row.account.organization.currency)


def _due_on(account: AccountRow, month: Period) -> dt.date:
    day = account.organization.due_on(month)
    assert day is not None
    return day


async def _freshness(accounts: Sequence[AccountRow]) -> dict[int, Row]:
    """When an organization's last import was done, and on which weekdays they usually come."""
    text = f"""
        SELECT o.id, o.update_days, (SELECT MAX(r.finished_at) FROM import_run r WHERE r.organization_id = o.id AND r.state = '{ImportState.DONE.value}')
            AS finished_at
        FROM organization o WHERE {among("o.id", 1)}"""
    return {row["id"]: row for row in await fetch(text, sorted({account.organization.pk for account in accounts}))}


async def _debits(accounts: Sequence[AccountRow]) -> dict[int, list[tuple[Period, int]]]:
    """What each month added to the debt, payments left out. An opening was owed before its month: it counts for the month before."""
    opening = f"CASE e.kind WHEN '{EntryKind.OPENING.value}' THEN 1 ELSE 0 END"
    text = f"""
        SELECT x.account_id, x.month, x.is_opening, SUM(x.amount) AS amount
        FROM (SELECT e.account_id, e.amount, {MONTH} AS month, {opening} AS is_opening FROM ledger_entry e
            WHERE {among("e.account_id", 1)} AND e.kind <> '{EntryKind.PAYMENT.value}') x
        GROUP BY x.account_id, x.month, x.is_opening HAVING SUM(x.amount) > 0"""
    found: dict[int, list[tuple[Period, int]]] = {}
    for row in await fetch(text, [account.pk for account in accounts]):
        month = Period.of(known_day(row["month"]))
        found.setdefault(row["account_id"], []).append((month.previous if row["is_opening"] else month, int(row["amount"])))
    return found


async def _by_service(accounts: Sequence[AccountRow]) -> dict[int, list[ServiceBalanceRow]]:
    """Where the last statement has a line for each service: what they ended with, and what has come since then."""
    last = f"""SELECT st.id, st.account_id, st.period, st.by_service FROM (
        SELECT t.*, ROW_NUMBER() OVER (PARTITION BY t.account_id ORDER BY t.period DESC) AS place FROM statement t
        WHERE {among("t.account_id", 1)} AND t.is_current) st WHERE st.place = 1 AND st.by_service"""
    text = f"""
        WITH last AS ({last})
        SELECT x.account_id, x.service_id, s.name, s.resource, SUM(x.amount) AS amount, COUNT(*) - COUNT(x.amount) AS unknown
        FROM (SELECT last.account_id, l.service_id, l.closing AS amount FROM last JOIN statement_line l ON l.statement_id = last.id
            UNION ALL SELECT e.account_id, e.service_id, e.amount FROM last JOIN ledger_entry e ON e.account_id = last.account_id AND {MONTH} > last.period) x
        LEFT JOIN service s ON s.id = x.service_id
        GROUP BY x.account_id, x.service_id, s.name, s.resource, s.position ORDER BY x.account_id, s.position, x.service_id"""
    by_pk = {account.pk: account for account in accounts}
    found: dict[int, list[ServiceBalanceRow]] = {}
    for row in await fetch(text, list(by_pk)):
        if row["service_id"] is not None or row["amount"]:
            found.setdefault(row["account_id"], []).append(_service(row, by_pk[row["account_id"]]))
    return found


def _service(row: Row, account: AccountRow) -> ServiceBalanceRow:
    service = ServiceRow(row["service_id"], row["name"], Resource(row["resource"])) if row["service_id"] is not None else None
    kind = PaidFor.SERVICE if service is not None else PaidFor.UNSPLIT
    return ServiceBalanceRow(kind, service, None, None if row["unknown"] else Money(int(row["amount"]), account.organization.currency))
