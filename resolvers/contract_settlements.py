"""What is owed over a contract: its recipients' accounts and its own, now and between two days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.money import Currency, Money
from resolvers.accounts import recipients_pages
from resolvers.ageing import Age
from resolvers.contracts import ContractRow, contract_balances
from resolvers.facts import Facts, present_facts
from resolvers.payments import contracts_in_transit
from resolvers.reconciliation import DAY, ReconciliationRow, reconciliations_of, seen_days
from resolvers.settlements import AgeRow, SettlementRow, settlements_of
from resolvers.spans import Days
from resolvers.sql import Row, among, fetch
from resolvers.viewer import Viewer

MOST_RECIPIENTS = 10_000
_SIDES = ("opening", "debit", "credit", "closing")


@dataclass(slots=True, eq=False)
class ContractSettlementRow:
    """Sums over the recipients that the contract has now and its own account. `unknown` recipients' balances nobody knows: they are in no sum."""

    balance: Money | None
    own: Money
    in_transit: Money
    due: Money | None
    ages: list[AgeRow] | None
    overdue: Money | None
    unknown: int


@dataclass(slots=True, eq=False)
class TurnoverRow:
    """closing = opening + debit - credit."""

    opening: Money
    debit: Money
    credit: Money
    closing: Money


@dataclass(slots=True, eq=False)
class ContractReconciliationRow:
    """`total` is over the recipients' known accounts and the contract's `own`."""

    contract: ContractRow
    first: dt.date
    last: dt.date
    own: TurnoverRow
    total: TurnoverRow
    unknown: int
    recipients: list[ReconciliationRow]

    @property
    def pk(self) -> tuple[int, dt.date, dt.date]:
        return self.contract.pk, self.first, self.last


@dataclass(slots=True, eq=False)
class RecipientTurnoverRow:
    """`position` counts from 1 through all recipients."""

    position: int
    row: ReconciliationRow
    facts: Facts | None


async def contract_settlements_of(viewer: Viewer, contracts: Sequence[ContractRow], today: dt.date) -> dict[int, ContractSettlementRow]:
    """A fixed number of statements."""
    recipients = await recipients_pages(viewer, contracts, MOST_RECIPIENTS, None)
    settled = await settlements_of(viewer, [account for accounts in recipients.values() for account in accounts], today, split=False)
    balances, transit = await contract_balances(viewer, contracts), await contracts_in_transit(viewer, contracts)
    found = {}
    for contract in contracts:
        rows = [settled[account.pk] for account in recipients.get(contract.pk, ()) if account.pk in settled]
        whole = transit.get(contract.pk, Money(0, contract.organization.currency))
        found[contract.pk] = _settlement(contract.organization.currency, rows, balances.get(contract.pk), whole)
    return found


def _settlement(currency: Currency, rows: Sequence[SettlementRow], balance: Money | None, whole: Money) -> ContractSettlementRow:
    """`whole` is on its way for the contract as such."""
    known = [row.balance for row in rows if row.balance is not None]
    transit = _sum((row.in_transit for row in rows), currency) + whole
    own = (balance or Money(0, currency)) - _sum(known, currency)
    due = balance - transit if balance is not None else None
    aged = [row.ages for row in rows if row.ages is not None]
    sums, undated = _paid_off({age: _sum((one.amount for ages in aged for one in ages if one.age is age), currency) for age in Age}, own)
    ages = [AgeRow(age, amount) for age, amount in sums.items() if amount] if aged else None
    overdue = _sum((amount for age, amount in sums.items() if age is not Age.NOT_DUE), currency) - undated if aged else None
    return ContractSettlementRow(balance, own, transit, due, ages, overdue, len(rows) - len(known))


def _paid_off(ages: dict[Age, Money], own: Money) -> tuple[dict[Age, Money], Money]:
    """What was paid for the contract as a whole extinguishes the oldest debt first (ADR 30). The contract's own debt, more given back than was paid,
    is of unknown age: given too, since nobody says that it is overdue."""
    left = -own
    found = {}
    for age in reversed(Age):
        taken = min(ages[age], left) if left.minor > 0 else Money(0, own.currency)
        found[age], left = ages[age] - taken, left - taken
    undated = -left if left.minor < 0 else Money(0, own.currency)
    found[Age.UNKNOWN] += undated
    return {age: found[age] for age in Age}, undated


async def contract_reconciliations_of(viewer: Viewer, contracts: Sequence[ContractRow], span: Days) -> dict[int, ContractReconciliationRow]:
    """Where the viewer sees a day of the span. A fixed number of statements."""
    windows = {contract.pk: days for contract in contracts if (days := seen_days(contract, span)) is not None}
    shown = [contract for contract in contracts if contract.pk in windows]
    recipients = await recipients_pages(viewer, shown, MOST_RECIPIENTS, None) if shown else {}
    rows = await reconciliations_of(viewer, [account for accounts in recipients.values() for account in accounts], span)
    own: dict[int, Row] = {}
    for days in set(windows.values()):  # nearly always one: who came or left amid the span sees his own days
        own |= await _own([contract for contract in shown if windows[contract.pk] == days], days)
    found = {}
    for contract in shown:
        days, currency = windows[contract.pk], contract.organization.currency
        mine = [rows[account.pk] for account in recipients.get(contract.pk, ()) if account.pk in rows]
        turnover = _turnover(own.get(contract.pk), currency)
        known = [row for row in mine if row.closing is not None]
        total = TurnoverRow(*(_sum((getattr(row, side) for row in (*known, turnover)), currency) for side in _SIDES))
        found[contract.pk] = ContractReconciliationRow(contract, days.first, days.last, turnover, total, len(mine) - len(known), mine)
    return found


async def turnovers_pages(
    viewer: Viewer, reconciliations: Sequence[ContractReconciliationRow], first: int, after: int | None
) -> dict[tuple[int, dt.date, dt.date], list[RecipientTurnoverRow]]:
    """In the order of account numbers after position `after`; one more than `first` if there are more. No statement."""
    start = after or 0
    return {
        one.pk: [
            RecipientTurnoverRow(position, row, present_facts(row.account.history, one.last))
            for position, row in enumerate(one.recipients[start : start + first + 1], start + 1)
        ]
        for one in reconciliations
    }


async def _own(contracts: Sequence[ContractRow], span: Days) -> dict[int, Row]:
    """The turnover of entries towards contracts as such; one and its reversal on one day take each other out."""
    day = DAY.format("e")
    text = f"""
        SELECT x.contract_id, SUM(CASE WHEN x.day < $2 THEN x.amount ELSE 0 END) AS opening,
            SUM(CASE WHEN x.day >= $2 AND x.amount > 0 THEN x.amount ELSE 0 END) AS debit,
            SUM(CASE WHEN x.day >= $2 AND x.amount < 0 THEN -x.amount ELSE 0 END) AS credit, SUM(x.amount) AS closing
        FROM (SELECT e.contract_id, {day} AS day, COALESCE(e.reverses_id, e.id) AS chain, SUM(e.amount) AS amount FROM ledger_entry e
            WHERE {among("e.contract_id", 1)} AND {day} <= $3 GROUP BY e.contract_id, {day}, COALESCE(e.reverses_id, e.id)) x
        GROUP BY x.contract_id"""
    return {row["contract_id"]: row for row in await fetch(text, [contract.pk for contract in contracts], span.first, span.last)}


def _turnover(sums: Row | None, currency: Currency) -> TurnoverRow:
    return TurnoverRow(*(Money(int(sums[side]) if sums else 0, currency) for side in _SIDES))


def _sum(amounts: object, currency: Currency) -> Money:
    return sum(amounts, Money(0, currency))  # type: ignore[call-overload]
