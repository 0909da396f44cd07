"""A contract's statement by recipients («Расшифровка по получателям»)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.enums import ChargeBasis, Resource, Right, StatementState
from models.money import Currency, Money
from models.period import Period
from models.quantity import Quantity
from resolvers.accounts import AccountRow, accounts_by_ids, accounts_outside
from resolvers.charges import COLUMNS as CHARGE
from resolvers.charges import FROM as CHARGE_FROM
from resolvers.charges import POSTED, ChargeRow, ServiceRow, charge_row
from resolvers.contracts import ContractRow
from resolvers.facts import Facts, present_facts
from resolvers.sql import Row, among, among_days, fetch, instant, known_day, literal, month_after
from resolvers.viewer import Viewer


@dataclass(slots=True, eq=False)
class ContractStatementRow:
    """`total` over the recipients that the contract had in `period`, `recalculation` is within it and `penalty` is not: None where not
    every recipient's statement says it."""

    contract: ContractRow
    period: Period
    state: StatementState
    as_of: dt.datetime | None
    total: Money
    recalculation: Money
    penalty: Money | None
    totals: list[ContractTotal]

    @property
    def total_with_penalty(self) -> Money | None:
        return None if self.penalty is None else self.total + self.penalty

    @property
    def pk(self) -> tuple[int, Period]:
        return self.contract.pk, self.period


@dataclass(slots=True, eq=False)
class ContractTotal:
    service: ServiceRow
    quantity: Quantity | None
    amount: Money
    recalculation: Money


@dataclass(slots=True, eq=False)
class RecipientRow:
    """One line of the breakdown: `position` counts from 1 through the whole statement."""

    position: int
    account: AccountRow
    facts: Facts | None
    charge: ChargeRow


async def contract_periods(viewer: Viewer, contracts: Sequence[ContractRow]) -> dict[int, list[Period]]:
    """The months in which any recipient has a charge or a statement, newest first. One statement."""
    text = f"""
        SELECT DISTINCT f.contract_id, st.period FROM account_facts f JOIN statement st ON st.account_id = f.account_id AND st.is_current
        WHERE {among("f.contract_id", 1)} AND {in_force("f", "st.period")} ORDER BY st.period DESC"""
    seeing = {row.pk: row for row in contracts}
    found: dict[int, list[Period]] = {}
    for row in await fetch(text, list(seeing)):
        period = Period.of(known_day(row["period"]))
        if seeing[row["contract_id"]].access.sees(period.first_day, period.last_day, Right.SEE_MONEY):
            found.setdefault(row["contract_id"], []).append(period)
    return found


async def contract_statements(viewer: Viewer, contracts: Sequence[ContractRow], period: Period | None) -> dict[int, ContractStatementRow]:
    """The statement of `period`, else of each contract's last closed month. Three statements for any number of contracts."""
    states = await _states(contracts, period)
    totals = await _totals(contracts, sorted({said.period for said in states.values()}))
    found = {}
    for contract in contracts:
        if contract.pk in states:
            said = states[contract.pk]
            if contract.access.sees(said.period.first_day, said.period.last_day, Right.SEE_MONEY):
                found[contract.pk] = _statement(contract, said, totals)
    return found


async def recipients_pages(
    viewer: Viewer, statements: Sequence[ContractStatementRow], first: int, after: int | None
) -> dict[tuple[int, Period], list[RecipientRow]]:
    """Lines in the order of account number and bill, after position `after`; one more than `first` if there are more."""
    rows = await _lines(statements, after or 0, first)
    accounts = await _accounts(viewer, rows)
    found: dict[tuple[int, Period], list[RecipientRow]] = {}
    for row in rows:
        charge = charge_row(row)
        account = accounts[charge.account_pk]
        line = RecipientRow(row["place"], account, present_facts(account.history, charge.period.last_day), charge)
        found.setdefault((row["payer_id"], charge.period), []).append(line)
    return found


async def _lines(statements: Sequence[ContractStatementRow], start: int, first: int) -> Sequence[Row]:
    months = sorted({row.period for row in statements})
    text = f"""
        SELECT * FROM (
            SELECT {CHARGE}, f.contract_id AS payer_id, a.number,
                ROW_NUMBER() OVER (PARTITION BY f.contract_id, ch.period ORDER BY a.number, ch.position, ch.id) AS place
            FROM {CHARGE_FROM} JOIN account_facts f ON f.account_id = ch.account_id
            WHERE {among("f.contract_id", 1)} AND {among_days("ch.period", 2)} AND {in_force("f", "ch.period")} AND ch.is_current AND {POSTED}
        ) ranked WHERE place > $3 AND place <= $4 ORDER BY place"""
    pks = sorted({row.contract.pk for row in statements})
    rows = await fetch(text, pks, [month.first_day for month in months], start, start + first + 1)
    wanted = {row.pk for row in statements}
    return [row for row in rows if (row["payer_id"], Period.of(known_day(row["period"]))) in wanted]


async def _accounts(viewer: Viewer, rows: Sequence[Row]) -> dict[int, AccountRow]:
    """The recipients; those that the payer no longer has are named as they were, and show nothing else."""
    wanted = {row["account_id"] for row in rows}
    accounts = await accounts_by_ids(viewer, sorted(wanted))
    left = sorted(wanted - set(accounts))
    if not left:
        return accounts
    day = max(Period.of(known_day(row["period"])) for row in rows).last_day
    return {**accounts, **await accounts_outside(viewer, left, day)}


@dataclass(slots=True)
class _Said:
    """What the recipients' statements of a month say together: open while one is open, as of the newest."""

    period: Period
    state: StatementState
    as_of: dt.datetime | None
    penalty: int | None


async def _states(contracts: Sequence[ContractRow], period: Period | None) -> dict[int, _Said]:
    chosen = f"st.period = {literal(period.first_day)}" if period else f"st.state = '{StatementState.CLOSED.value}'"
    text = f"""
        SELECT f.contract_id, st.period, MAX(st.state) AS state, MAX(st.as_of) AS as_of,
            CASE COUNT(st.penalty) WHEN COUNT(*) THEN SUM(st.penalty) END AS penalty,
            ROW_NUMBER() OVER (PARTITION BY f.contract_id ORDER BY st.period DESC) AS place
        FROM account_facts f JOIN statement st ON st.account_id = f.account_id AND st.is_current
        WHERE {among("f.contract_id", 1)} AND {in_force("f", "st.period")} AND {chosen} GROUP BY f.contract_id, st.period"""
    rows = await fetch(f"SELECT * FROM ({text}) ranked WHERE place = 1", [row.pk for row in contracts])
    return {row["contract_id"]: _said(row) for row in rows}


def _said(row: Row) -> _Said:
    penalty = None if row["penalty"] is None else int(row["penalty"])
    return _Said(Period.of(known_day(row["period"])), StatementState(row["state"]), instant(row["as_of"]), penalty)


async def _totals(contracts: Sequence[ContractRow], months: Sequence[Period]) -> Sequence[Row]:
    if not months:
        return []
    text = f"""
        SELECT f.contract_id, ch.period, ch.service_id, MAX(s.name) AS name, MAX(s.resource) AS resource, MAX(ch.unit) AS unit,
            COUNT(DISTINCT ch.unit) AS units, SUM(CASE WHEN ch.basis <> '{ChargeBasis.RECALCULATION.value}' THEN ch.quantity END) AS quantity,
            SUM(ch.amount) AS amount, SUM(CASE WHEN ch.basis = '{ChargeBasis.RECALCULATION.value}' THEN ch.amount ELSE 0 END) AS recalculation,
            MIN(s.position) AS position
        FROM charge ch JOIN service s ON s.id = ch.service_id JOIN account_facts f ON f.account_id = ch.account_id
        WHERE {among("f.contract_id", 1)} AND ch.period IN ({", ".join(literal(month.first_day) for month in months)})
          AND {in_force("f", "ch.period")} AND ch.is_current AND {POSTED}
        GROUP BY f.contract_id, ch.period, ch.service_id ORDER BY MIN(s.position), MAX(s.name)"""
    return await fetch(text, [row.pk for row in contracts])


def _statement(contract: ContractRow, said: _Said, rows: Sequence[Row]) -> ContractStatementRow:
    currency = contract.organization.currency
    mine = (row for row in rows if row["contract_id"] == contract.pk and Period.of(known_day(row["period"])) == said.period)
    totals = [_total(row, currency) for row in mine]
    total = sum((one.amount for one in totals), Money(0, currency))
    recalculation = sum((one.recalculation for one in totals), Money(0, currency))
    penalty = Money.or_none(said.penalty, currency)
    return ContractStatementRow(contract, said.period, said.state, said.as_of, total, recalculation, penalty, totals)


def _total(row: Row, currency: Currency) -> ContractTotal:
    quantity = Quantity(int(row["quantity"]), row["unit"] or "") if row["quantity"] is not None and row["units"] <= 1 else None
    service = ServiceRow(row["service_id"], row["name"], Resource(row["resource"]))
    return ContractTotal(service, quantity, Money(int(row["amount"]), currency), Money(int(row["recalculation"]), currency))


def in_force(facts: str, month: str) -> str:
    """The facts `facts` are those of the account on the last day of the month in the column `month`."""
    mine = f"SELECT x.id FROM account_facts x WHERE x.account_id = {facts}.account_id"
    last = f"({mine} AND x.valid_from < {month_after(month)} ORDER BY x.valid_from DESC LIMIT 1)"
    return f"{facts}.id = COALESCE({last}, ({mine} ORDER BY x.valid_from LIMIT 1))"
