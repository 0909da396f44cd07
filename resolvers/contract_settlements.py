"""What is owed over a contract: its recipients' accounts and its own, now and between two days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.money import Currency, Money
from resolvers.accounts import recipients_pages
from resolvers.ageing import Age
from resolvers.contracts import ContractRow, contract_balances
from resolvers.payments import contracts_in_transit
from resolvers.settlements import AgeRow, SettlementRow, settlements_of
from resolvers.viewer import Viewer

MOST_RECIPIENTS = 10_000


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


def _sum(amounts: object, currency: Currency) -> Money:
    return sum(amounts, Money(0, currency))  # type: ignore[call-overload]
