"""Statements as printed: the head as of the period, the figures, and what they differ by from their details."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.enums import DifferenceReason, EntryKind, Resource, Right, StatementFigure, StatementState
from models.money import Money
from models.period import Period
from resolvers import scope
from resolvers.accounts import AccountRow
from resolvers.charges import ChargeRow, ServiceRow, charges_of_months
from resolvers.columns import Asked, Columns
from resolvers.facts import Facts, present_facts
from resolvers.lazy import Sum
from resolvers.sql import Row, among, among_days, fetch, known_day, known_instant, members
from resolvers.viewer import Viewer


class StatementRow:
    """A row of what is asked for; what it says becomes values when somebody asks."""

    __slots__ = ("_currency", "_row", "account", "period", "pk")

    def __init__(self, row: Row, account: AccountRow) -> None:
        self._row, self._currency, self.account = row, account.organization.currency, account
        self.pk: int = row["id"]
        self.period = Period.of(known_day(row["period"]))

    opening, charged, recalculation, penalty, paid = Sum(), Sum(), Sum(), Sum(), Sum()
    compensation, compensation_note, closing = Sum(), Sum(), Sum()

    @property
    def state(self) -> StatementState:
        return _STATES[self._row["state"]]

    @property
    def version(self) -> int:
        return self._row["version"]

    @property
    def as_of(self) -> dt.datetime:
        return known_instant(self._row["as_of"])

    @property
    def derived(self) -> list[StatementFigure]:
        return figures(self._row["derived"])

    @property
    def by_service(self) -> bool:
        """Whether it has lines: `abonent check` holds the two against each other."""
        return bool(self._row["by_service"])

    @property
    def has_late_entries(self) -> bool:
        """Whether resolvers/corrections.py may have anything to say."""
        return bool(self._row["has_late_entries"])

    @property
    def has_differences(self) -> bool:
        """Whether `differences_of` may."""
        return bool(self._row["has_differences"])

    @property
    def for_month(self) -> Money | None:
        """What the month itself came to; of what the supplier does not say nothing counts."""
        if self.charged is None:
            return None
        added = sum(one.minor for one in (self.charged, self.recalculation, self.penalty) if one is not None)
        return Money(added - (self.compensation.minor if self.compensation is not None else 0), self.charged.currency)

    @property
    def due_on(self) -> dt.date | None:
        return self.account.organization.due_on(self.period)

    @property
    def head(self) -> Facts | None:
        """The account's facts as of the period."""
        return present_facts(self.account.history, self.period.last_day)


@dataclass(slots=True, eq=False)
class DifferenceRow:
    reason: DifferenceReason
    amount: Money
    service: ServiceRow | None


_BY_ATTRIBUTE = Columns(
    "st.id, st.account_id, st.period",
    period="",
    head="",
    charges="",
    recalculations="",
    volumes="",
    due_on="",
    state="st.state",
    version="st.version",
    as_of="st.as_of",
    opening="st.opening",
    charged="st.charged",
    recalculation="st.recalculation",
    penalty="st.penalty",
    paid="st.paid",
    compensation="st.compensation",
    compensation_note="st.compensation_note",
    closing="st.closing",
    to_pay="st.closing",
    for_month="st.charged, st.recalculation, st.penalty, st.compensation",
    derived="st.derived",
    by_service="st.by_service",
)
_DIFFERENCE = f"e.kind = '{EntryKind.SUPPLIER_DIFFERENCE.value}' AND e.reason IS NOT NULL"
_TOLD = f"""{_BY_ATTRIBUTE.everything},
    EXISTS (SELECT 1 FROM ledger_entry e WHERE e.account_id = st.account_id AND e.posted_in >= st.period AND e.period <= st.period) AS has_late_entries,
    EXISTS (SELECT 1 FROM ledger_entry e WHERE e.account_id = st.account_id AND e.period = st.period AND {_DIFFERENCE}) AS has_differences"""
_UNTOLD = "TRUE AS has_late_entries, TRUE AS has_differences"  # of many months: few ask, and one statement then tells all of them
_STATES = members(StatementState)


async def statements_of(viewer: Viewer, accounts: Sequence[AccountRow], period: Period | None) -> dict[int, StatementRow]:
    """The statement of that period; without one, of each account's last closed period that has one. One statement."""
    ids, visible = _seen(accounts)
    if period is not None:
        text = f"SELECT {_TOLD} FROM statement st WHERE {visible} AND st.is_current AND st.period = $2"
        rows = await fetch(text, ids, period.first_day)
    else:
        rows = await fetch(_ranked(f"{visible} AND st.is_current AND st.state = '{StatementState.CLOSED.value}'", 1, _TOLD), ids)
    by_pk = {account.pk: account for account in accounts}
    return {row["account_id"]: StatementRow(row, by_pk[row["account_id"]]) for row in rows}


async def statement_periods(viewer: Viewer, accounts: Sequence[AccountRow]) -> dict[int, list[Period]]:
    """The periods that have a statement, newest first. One statement."""
    ids, visible = _seen(accounts)
    rows = await fetch(f"SELECT st.account_id, st.period FROM statement st WHERE {visible} AND st.is_current ORDER BY st.period DESC", ids)
    found: dict[int, list[Period]] = {}
    for row in rows:
        found.setdefault(row["account_id"], []).append(Period.of(known_day(row["period"])))
    return found


async def statements_pages(
    viewer: Viewer, accounts: Sequence[AccountRow], first: int, after: dt.date | None, *, asked: Asked = None
) -> dict[int, list[StatementRow]]:
    """Newest first, of each account one more than `first` if there are more. One statement."""
    ids, visible = _seen(accounts)
    where = f"{visible} AND st.is_current" + (" AND st.period < $2" if after is not None else "")
    by_pk = {account.pk: account for account in accounts}
    found: dict[int, list[StatementRow]] = {}
    text = _ranked(where, int(first) + 1, f"{_BY_ATTRIBUTE.text(asked)}, {_UNTOLD}")
    for row in await fetch(text, ids, *([after] if after is not None else [])):
        found.setdefault(row["account_id"], []).append(StatementRow(row, by_pk[row["account_id"]]))
    return found


def _ranked(where: str, most: int, columns: str) -> str:
    """The newest `most` of each account. Which they are is found by the index alone: what costs more is asked of these, not of all months."""
    place = "ROW_NUMBER() OVER (PARTITION BY st.account_id ORDER BY st.period DESC) AS place"
    chosen = f"SELECT id FROM (SELECT st.id, {place} FROM statement st WHERE {where}) ranked WHERE place <= {most}"
    return f"SELECT {columns} FROM statement st WHERE st.id IN ({chosen}) ORDER BY st.period DESC"


async def charges_of(viewer: Viewer, statements: Sequence[StatementRow], *, asked: Asked = None) -> dict[int, list[ChargeRow]]:
    """One statement."""
    found = await charges_of_months(((row.account.pk, row.period) for row in statements), asked)
    return {row.pk: found[row.account.pk, row.period] for row in statements}


async def differences_of(viewer: Viewer, statements: Sequence[StatementRow]) -> dict[int, list[DifferenceRow]]:
    """What the ledger holds as the supplier's difference, net of what was reversed. One statement."""
    text = f"""
        SELECT e.account_id, e.period, e.reason, e.service_id, s.name, s.resource, SUM(e.amount) AS amount
        FROM ledger_entry e LEFT JOIN service s ON s.id = e.service_id
        WHERE {among("e.account_id", 1)} AND {among_days("e.period", 2)} AND {_DIFFERENCE}
        GROUP BY e.account_id, e.period, e.reason, e.service_id, s.name, s.resource, s.position
        HAVING SUM(e.amount) <> 0 ORDER BY e.reason, s.position"""
    days = [period.first_day for period in {row.period for row in statements}]
    by_month = {(row.account.pk, row.period): row for row in statements}
    found: dict[int, list[DifferenceRow]] = {}
    for row in await fetch(text, sorted({row.account.pk for row in statements}), days):
        statement = by_month.get((row["account_id"], Period.of(known_day(row["period"]))))
        if statement is not None:
            amount = Money(int(row["amount"]), statement.account.organization.currency)
            service = ServiceRow(row["service_id"], row["name"], Resource(row["resource"])) if row["service_id"] is not None else None
            found.setdefault(statement.pk, []).append(DifferenceRow(DifferenceReason(row["reason"]), amount, service))
    return found


def _seen(accounts: Sequence[AccountRow]) -> tuple[list[int], str]:
    return scope.seen(accounts, Right.SEE_MONEY, 1, account="st.account_id", day="st.period", monthly=True)


def figures(derived: str) -> list[StatementFigure]:
    return [StatementFigure(name) for name in derived.split()]
