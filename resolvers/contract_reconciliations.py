"""Reconciliation of a contract: its recipients' accounts and its own between two days. Each part is read where it is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.money import Currency, Money
from resolvers.accounts import recipients_pages
from resolvers.contract_settlements import MOST_RECIPIENTS
from resolvers.contracts import ContractRow
from resolvers.facts import Facts, present_facts
from resolvers.reconciliation import DAY, Reconciled, ReconciliationRow, layers, reconciliations_of, seen_days
from resolvers.spans import Days
from resolvers.sql import Row, among, fetch, instant
from resolvers.viewer import Viewer

_SIDES = ("opening", "debit", "credit", "closing")


@dataclass(slots=True, eq=False)
class TurnoverRow:
    """closing = opening + debit - credit."""

    opening: Money
    debit: Money
    credit: Money
    closing: Money

    def __add__(self, other: TurnoverRow) -> TurnoverRow:
        return TurnoverRow(*(getattr(self, side) + getattr(other, side) for side in _SIDES))


@dataclass(slots=True, eq=False)
class ContractReconciliationRow:
    """`span` is what was asked for, `first` and `last` what of it the viewer sees of the contract."""

    contract: ContractRow
    span: Days
    first: dt.date
    last: dt.date

    @property
    def pk(self) -> Reconciled:
        return self.contract.pk, self.first, self.last


@dataclass(slots=True, eq=False)
class OwnRow:
    """The turnover of a contract's own account, and when the newest of its recipients' balances came: None where none is known."""

    turnover: TurnoverRow
    as_of: dt.datetime | None


@dataclass(slots=True, eq=False)
class ContractTotalsRow:
    """`known` is over the recipients' known accounts; `unknown` recipients are in no sum."""

    known: TurnoverRow
    unknown: int


@dataclass(slots=True, eq=False)
class RecipientTurnoverRow:
    """`position` counts from 1 through all recipients."""

    position: int
    row: ReconciliationRow
    facts: Facts | None


Place = tuple[int, str]  # position and account number of the recipient before


async def contract_reconciliations_of(viewer: Viewer, contracts: Sequence[ContractRow], span: Days) -> dict[int, ContractReconciliationRow]:
    """Where the viewer sees a day of the span. No statement."""
    windows = {contract.pk: (contract, days) for contract in contracts if (days := seen_days(contract, span)) is not None}
    return {pk: ContractReconciliationRow(contract, span, days.first, days.last) for pk, (contract, days) in windows.items()}


async def own_turnovers_of(viewer: Viewer, rows: Sequence[ContractReconciliationRow]) -> dict[Reconciled, OwnRow]:
    """One statement for each stretch of days: nearly always one, who came or left amid the span sees his own."""
    found: dict[Reconciled, OwnRow] = {}
    for days in {(row.first, row.last) for row in rows}:
        mine = [row for row in rows if (row.first, row.last) == days]
        sums, known = await _own([row.contract for row in mine], Days(*days))
        turned = {row.pk: _turnover(sums.get(row.contract.pk), row.contract.organization.currency) for row in mine}
        found |= {row.pk: OwnRow(turned[row.pk], known.get(row.contract.pk)) for row in mine}
    return found


async def contract_totals_of(viewer: Viewer, rows: Sequence[ContractReconciliationRow]) -> dict[Reconciled, ContractTotalsRow]:
    """All recipients are read for it, as many as MOST_RECIPIENTS."""
    found: dict[Reconciled, ContractTotalsRow] = {}
    for span in {row.span for row in rows}:
        asked = [row for row in rows if row.span == span]
        recipients = await recipients_pages(viewer, [row.contract for row in asked], MOST_RECIPIENTS, None)
        turned = await reconciliations_of(viewer, [account for accounts in recipients.values() for account in accounts], span)
        for row in asked:
            mine = [turned[account.pk] for account in recipients.get(row.contract.pk, ()) if account.pk in turned]
            known = [one for one in mine if one.closing is not None]
            zero = Money(0, row.contract.organization.currency)
            sides = (sum((getattr(one, side) for one in known), zero) for side in _SIDES)
            found[row.pk] = ContractTotalsRow(TurnoverRow(*sides), len(mine) - len(known))
    return found


async def turnovers_pages(
    viewer: Viewer, rows: Sequence[ContractReconciliationRow], first: int, after: Place | None
) -> dict[Reconciled, list[RecipientTurnoverRow]]:
    """In the order of account numbers, of each contract one more than `first` if there are more."""
    found: dict[Reconciled, list[RecipientTurnoverRow]] = {row.pk: [] for row in rows}
    for layer in layers(rows, lambda row: row.contract.pk):
        for span in {row.span for row in layer.values()}:
            number: str | None = after[1] if after else None
            waiting = [row for row in layer.values() if row.span == span]
            while waiting:
                more = await _turned(viewer, waiting, span, first, number, found, after[0] if after else 0)
                waiting = [row for row in waiting if row.contract.pk in more]
                number = min(more.values(), default=None)
    return {pk: page[: first + 1] for pk, page in found.items()}


async def _turned(
    viewer: Viewer, rows: Sequence[ContractReconciliationRow], span: Days, first: int, number: str | None, found: dict[Reconciled, list[RecipientTurnoverRow]],
    start: int,
) -> dict[int, str]:  # fmt: skip
    """Add the recipients behind `number`; of contracts whose page is not full yet, though there are more, the number to go on behind: recipients of whom
    the viewer sees no day are in no page."""
    pages = await recipients_pages(viewer, [row.contract for row in rows], first, number)
    turned = await reconciliations_of(viewer, [account for accounts in pages.values() for account in accounts], span)
    more = {}
    for row in rows:
        accounts, page = pages.get(row.contract.pk, []), found[row.pk]
        seen = {one.row.account.pk for one in page}
        for account in accounts:
            if account.pk in turned and account.pk not in seen:
                page.append(RecipientTurnoverRow(start + len(page) + 1, turned[account.pk], present_facts(account.history, row.last)))
        if len(accounts) > first and len(page) <= first:
            more[row.contract.pk] = accounts[-1].number
    return more


async def _own(contracts: Sequence[ContractRow], span: Days) -> tuple[dict[int, Row], dict[int, dt.datetime | None]]:
    """The turnover of entries towards contracts as such; one and its reversal on one day take each other out. And when the newest balance of theirs came."""
    day = DAY.format("e")
    text = f"""
        SELECT x.contract_id, SUM(CASE WHEN x.day < $2 THEN x.amount ELSE 0 END) AS opening,
            SUM(CASE WHEN x.day >= $2 AND x.amount > 0 THEN x.amount ELSE 0 END) AS debit,
            SUM(CASE WHEN x.day >= $2 AND x.amount < 0 THEN -x.amount ELSE 0 END) AS credit, SUM(x.amount) AS closing, NULL AS as_of
        FROM (SELECT e.contract_id, {day} AS day, COALESCE(e.reverses_id, e.id) AS chain, SUM(e.amount) AS amount FROM ledger_entry e
            WHERE {among("e.contract_id", 1)} AND {day} <= $3 GROUP BY e.contract_id, {day}, COALESCE(e.reverses_id, e.id)) x
        GROUP BY x.contract_id
        UNION ALL SELECT a.contract_id, NULL, NULL, NULL, NULL, MAX(a.balance_as_of) FROM personal_account a
        WHERE {among("a.contract_id", 1)} AND a.balance IS NOT NULL GROUP BY a.contract_id"""
    rows = await fetch(text, [contract.pk for contract in contracts], span.first, span.last)
    sums = {row["contract_id"]: row for row in rows if row["closing"] is not None}
    return sums, {row["contract_id"]: instant(row["as_of"]) for row in rows if row["as_of"] is not None}


def _turnover(sums: Row | None, currency: Currency) -> TurnoverRow:
    return TurnoverRow(*(Money(int(sums[side]) if sums else 0, currency) for side in _SIDES))
