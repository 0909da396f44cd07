"""Movement of funds of a contract by month: the accounts that were its recipients at the end of each month, and its own entries.

A recipient that comes brings its balance along, and one that leaves takes it away: that is `joined`, so that months chain.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from models.enums import EntryKind, Right
from models.money import Money
from models.period import Period
from resolvers.contracts import ContractRow
from resolvers.facts import Facts, facts_of, present_facts
from resolvers.movements import KINDS, MovementRow, Sums, first_known, movement, sums_of
from resolvers.spans import Months
from resolvers.sql import among, fetch
from resolvers.viewer import Viewer


@dataclass(slots=True, eq=False)
class ContractMovementRow:
    """closing = opening + joined + charged + … as of an account; opening and closing are None where a recipient's balance is not known."""

    month: MovementRow
    joined: Money | None


@dataclass(slots=True, eq=False)
class ContractMovementsRow:
    first: Period
    last: Period
    months: list[ContractMovementRow]
    total: ContractMovementRow | None


class _Account:
    """An account of the contract in some months at least, or the contract's own: `facts` is None."""

    def __init__(self, facts: Sequence[Facts] | None, sums: Mapping[Period, Sums], *, is_known: bool) -> None:
        self.facts, self.sums = facts, sums
        self._known_from = first_known(sums) if is_known else None
        self._months = sorted(sums)
        self._balances = list(accumulate(sum(sums[month].values()) for month in self._months))

    def belongs(self, contract_pk: int, month: Period) -> bool:
        """At the end of the month."""
        if self.facts is None:
            return True
        present = present_facts(self.facts, month.last_day)
        return present is not None and present.contract_pk == contract_pk

    def start(self, month: Period) -> int | None:
        """What a month began with; what the supplier began with here was owed before its month."""
        if self._known_from is None or month < self._known_from:
            return None
        return self._after(month.previous) + self.sums.get(month, {}).get(EntryKind.OPENING, 0)

    def _after(self, month: Period) -> int:
        place = bisect_right(self._months, month)
        return self._balances[place - 1] if place else 0


async def contract_movements_of(viewer: Viewer, contracts: Sequence[ContractRow], span: Months) -> dict[int, ContractMovementsRow]:
    """Months of the span in which the viewer sees the contract's money. Four statements."""
    pks = [contract.pk for contract in contracts]
    text = f"""
        SELECT DISTINCT f.contract_id, f.account_id, a.balance FROM account_facts f JOIN personal_account a ON a.id = f.account_id
        WHERE {among("f.contract_id", 1)} AND a.withdrawn_at IS NULL"""
    members = await fetch(text, pks)
    ids = sorted({row["account_id"] for row in members})
    facts, sums, own = await facts_of(ids), await sums_of(ids, span), await sums_of(pks, span, "contract_id")
    found = {}
    for contract in contracts:
        mine = [row for row in members if row["contract_id"] == contract.pk]
        accounts = [_Account(facts[row["account_id"]], sums[row["account_id"]], is_known=row["balance"] is not None) for row in mine]
        accounts.append(_Account(None, own[contract.pk], is_known=True))
        months = [row for row in _months(contract, accounts, span) if _sees(contract, row.month.period)]
        found[contract.pk] = ContractMovementsRow(span.first, span.last, months, _total(contract, months))
    return found


def _months(contract: ContractRow, accounts: Sequence[_Account], span: Months) -> Iterable[ContractMovementRow]:
    """From the first month of the span with an entry to the last one; months between them are told, since recipients may come in any."""
    moved = {month for account in accounts for month in account.sums if span.first <= month <= span.last}
    month, last = min(moved, default=span.last.next), max(moved, default=span.last)
    before = [account for account in accounts if account.belongs(contract.pk, month.previous)]
    while month <= last:
        present = [account for account in accounts if account.belongs(contract.pk, month)]
        yield _month(contract, before, present, month)
        before, month = present, month.next


def _month(contract: ContractRow, before: Sequence[_Account], present: Sequence[_Account], month: Period) -> ContractMovementRow:
    currency, kinds = contract.organization.currency, Counter[EntryKind]()
    for account in present:
        kinds.update(account.sums.get(month, {}))
    opening, carried = (_sum(account.start(month) for account in accounts) for accounts in (before, present))
    if opening is None or carried is None:
        return ContractMovementRow(movement(month, kinds, (None, None), currency), None)
    closing = carried + sum(amount for kind, amount in kinds.items() if kind is not EntryKind.OPENING)
    return ContractMovementRow(movement(month, kinds, (opening, closing), currency), Money(carried - opening, currency))


def _sum(amounts: Iterable[int | None]) -> int | None:
    """None where one of them is."""
    whole = 0
    for amount in amounts:
        if amount is None:
            return None
        whole += amount
    return whole


def _total(contract: ContractRow, rows: Sequence[ContractMovementRow]) -> ContractMovementRow | None:
    if not rows:
        return None
    currency = contract.organization.currency
    figures = {name: Money(sum(getattr(row.month, name).minor for row in rows), currency) for name in KINDS}
    ends = rows[0].month.opening, rows[-1].month.closing
    joined = None if any(row.joined is None for row in rows) else Money(sum(row.joined.minor for row in rows if row.joined), currency)
    return ContractMovementRow(MovementRow(period=rows[-1].month.period, opening=ends[0], closing=ends[1], **figures), joined)


def _sees(contract: ContractRow, month: Period) -> bool:
    return contract.access.sees(month.first_day, month.last_day, Right.SEE_MONEY)
