"""«Почему столько?» of a contract: its month beside another one, in all and for each recipient."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.enums import Right
from models.money import Money
from models.period import Period
from resolvers.accounts import AccountRow, accounts_by_ids, accounts_outside
from resolvers.changes import ChangeRow, LineChangeRow, PartRow, changed, parts_of
from resolvers.charges import POSTED, charges_of_months
from resolvers.contract_statements import ContractStatementRow, in_force
from resolvers.facts import Facts, present_facts
from resolvers.price_steps import added
from resolvers.sql import among, among_days, fetch, known_day
from resolvers.viewer import Viewer


@dataclass(slots=True, eq=False)
class ContractChangeRow:
    """`recipients` are those of either month, whoever changed most first; their sums and parts add up to these."""

    statement: ContractStatementRow
    period: Period
    amount_then: Money
    amount_now: Money
    parts: list[PartRow]
    recipients: list[tuple[int, ChangeRow]]
    left: set[int]  # of these, whom the contract had in `period` alone

    def last_day_of(self, account: int) -> dt.date:
        """Of the newest month in which the recipient was of the contract: who has it since is nobody's business here."""
        return (self.period if account in self.left else self.statement.period).last_day

    @property
    def pk(self) -> tuple[int, Period, Period]:
        return *self.statement.pk, self.period

    @property
    def difference(self) -> Money:
        return self.amount_now - self.amount_then


@dataclass(slots=True, eq=False)
class RecipientChangeRow:
    """`position` counts from 1 through the whole comparison."""

    position: int
    account: AccountRow
    facts: Facts | None
    change: ChangeRow

    @property
    def amount_then(self) -> Money:
        return self.change.amount_then

    @property
    def amount_now(self) -> Money:
        return self.change.amount_now

    @property
    def difference(self) -> Money:
        return self.change.difference

    @property
    def parts(self) -> list[PartRow]:
        return self.change.parts

    @property
    def lines(self) -> list[LineChangeRow]:
        return self.change.lines


async def contract_changes_of(viewer: Viewer, statements: Sequence[ContractStatementRow], months: int) -> dict[tuple[int, Period], ContractChangeRow]:
    """Compared with the month `months` before, where the viewer may see that one and something was charged in it. Two statements."""
    seen = [row for row in statements if _sees(row, row.period.plus(-months))]
    had = await _recipients(seen, months)
    charges = await charges_of_months((account, month) for (_, month), accounts in had.items() for account in accounts)
    found = {}
    for row in seen:
        before = row.period.plus(-months)
        then, now = had.get((row.contract.pk, before), set()), had.get((row.contract.pk, row.period), set())
        if not then:
            continue
        currency = row.contract.organization.currency
        each = []
        for account in then | now:
            former = charges[account, before] if account in then else []
            each.append((account, changed(currency, before, former, charges[account, row.period] if account in now else [])))
        found[row.pk] = _change(row, before, each, then - now)
    return found


async def changed_recipients_pages(
    viewer: Viewer, changes: Sequence[ContractChangeRow], first: int, after: int | None
) -> dict[tuple[int, Period, Period], list[RecipientChangeRow]]:
    """After position `after`; one more than `first` if there are more."""
    start = after or 0
    shown = {row.pk: row.recipients[start : start + first + 1] for row in changes}
    wanted = {account for page in shown.values() for account, _ in page}
    accounts = await accounts_by_ids(viewer, sorted(wanted))
    outside = await _outside(viewer, {(row.last_day_of(account), account) for row in changes for account, _ in shown[row.pk] if account not in accounts})
    return {row.pk: list(_named(shown[row.pk], accounts, outside, start, row)) for row in changes}


async def _outside(viewer: Viewer, wanted: set[tuple[dt.date, int]]) -> dict[tuple[dt.date, int], AccountRow]:
    """Whom the payer no longer has, as they were on these days. A statement for each day: of two months, and of those a year before."""
    found: dict[tuple[dt.date, int], AccountRow] = {}
    for day in sorted({day for day, _ in wanted}):
        rows = await accounts_outside(viewer, sorted(account for on, account in wanted if on == day), day)
        found |= {(day, account): row for account, row in rows.items()}
    return found


def _named(
    page: Iterable[tuple[int, ChangeRow]], accounts: dict[int, AccountRow], outside: dict[tuple[dt.date, int], AccountRow], start: int, row: ContractChangeRow
) -> Iterable[RecipientChangeRow]:
    for position, (account, change) in enumerate(page, start + 1):
        day = row.last_day_of(account)
        known = accounts.get(account) or outside[day, account]
        yield RecipientChangeRow(position, known, present_facts(known.history, day), change)


async def _recipients(statements: Sequence[ContractStatementRow], months: int) -> dict[tuple[int, Period], set[int]]:
    """Whom each contract had with a charge, in both months."""
    days = sorted({month.first_day for row in statements for month in (row.period, row.period.plus(-months))})
    text = f"""
        SELECT DISTINCT f.contract_id, ch.account_id, ch.period FROM charge ch JOIN account_facts f ON f.account_id = ch.account_id
        WHERE {among("f.contract_id", 1)} AND {among_days("ch.period", 2)} AND {in_force("f", "ch.period")} AND ch.is_current AND {POSTED}"""
    found: dict[tuple[int, Period], set[int]] = {}
    for row in await fetch(text, sorted({row.contract.pk for row in statements}), days):
        found.setdefault((row["contract_id"], Period.of(known_day(row["period"]))), set()).add(row["account_id"])
    return found


def _change(statement: ContractStatementRow, before: Period, each: Sequence[tuple[int, ChangeRow]], left: set[int]) -> ContractChangeRow:
    currency = statement.contract.organization.currency
    then, now = (Money(sum(getattr(change, name).minor for _, change in each), currency) for name in ("amount_then", "amount_now"))
    causes = added([Counter({part.cause: part.amount.minor for part in change.parts}) for _, change in each])
    ordered = sorted(each, key=lambda one: (-abs(one[1].difference.minor), one[0]))
    return ContractChangeRow(statement, before, then, now, parts_of(causes, currency), ordered, left)


def _sees(statement: ContractStatementRow, month: Period) -> bool:
    return statement.contract.access.sees(month.first_day, month.last_day, Right.SEE_MONEY)
