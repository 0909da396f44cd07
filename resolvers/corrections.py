"""What was corrected about months that had been closed: in which month it counts, and by how much it moved the balance (ADR 31).

A statement shows its supplier's newest figures; movements and reconciliation keep a closed month as it was. Both are right, and what lies
between them is said here, so that nobody meets two balances of one day without a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from models.enums import EntryKind
from models.money import Currency, Money
from models.period import Period
from resolvers.contract_statements import ContractStatementRow, in_force
from resolvers.sql import among, fetch, known_day
from resolvers.statements import StatementRow
from resolvers.viewer import Viewer


@dataclass(slots=True, eq=False)
class MonthCorrectionRow:
    """`amount` moved the balance; `period` is the other month: the one that took it in, or the one that was corrected."""

    period: Period
    amount: Money


@dataclass(slots=True, eq=False)
class CorrectionsRow:
    """Of one statement. `closed_with` is its closing without what came `later`: where movements end the month; None where
    nothing came, and where the balance itself was first said later."""

    later: list[MonthCorrectionRow]
    earlier: list[MonthCorrectionRow]
    closed_with: Money | None


@dataclass(frozen=True, slots=True)
class _Late:
    """Entries about a closed month that count in another; `begins` if the first known balance is among them."""

    about: Period
    counts_in: Period
    minor: int
    begins: bool


# What lines of a contract's breakdown and its penalty are, as the ledger names it.
_IN_BREAKDOWN = ", ".join(f"'{kind.value}'" for kind in (EntryKind.CHARGE, EntryKind.RECALCULATION, EntryKind.PENALTY))


async def corrections_of(viewer: Viewer, statements: Sequence[StatementRow]) -> dict[int, CorrectionsRow]:
    """`later` came about the statement's month or one before it and counts in a later one; `earlier` counts in this month and is about one
    before it. What takes itself out is left out. One statement, none where no entry came late."""
    concerned = [row for row in statements if row.has_late_entries]
    if not concerned:
        return {}
    text = f"""SELECT e.account_id, e.period, e.posted_in, SUM(e.amount) AS amount,
        MAX(CASE e.kind WHEN '{EntryKind.OPENING.value}' THEN 1 ELSE 0 END) AS begins FROM ledger_entry e
        WHERE {among("e.account_id", 1)} AND e.posted_in IS NOT NULL GROUP BY e.account_id, e.period, e.posted_in"""
    late: dict[int, list[_Late]] = {}
    for row in await fetch(text, sorted({row.account.pk for row in concerned})):
        about, counts_in = (Period.of(known_day(row[name])) for name in ("period", "posted_in"))
        late.setdefault(row["account_id"], []).append(_Late(about, counts_in, int(row["amount"]), bool(row["begins"])))
    return {row.pk: _corrections(row, late.get(row.account.pk, [])) for row in concerned}


def _corrections(statement: StatementRow, late: Sequence[_Late]) -> CorrectionsRow:
    later: Counter[Period] = Counter()
    earlier: Counter[Period] = Counter()
    was_known = True
    for one in late:
        if one.about <= statement.period < one.counts_in:
            later[one.counts_in] += one.minor
            was_known = was_known and not one.begins
        elif one.counts_in == statement.period:
            earlier[one.about] += one.minor
    currency, closing = statement.account.organization.currency, statement.closing
    is_told = was_known and closing is not None and any(later.values())
    closed_with = Money(closing.minor - sum(later.values()), currency) if closing is not None and is_told else None
    return CorrectionsRow(_told(later, currency), _told(earlier, currency), closed_with)


def _told(sums: Counter[Period], currency: Currency) -> list[MonthCorrectionRow]:
    return [MonthCorrectionRow(month, Money(minor, currency)) for month, minor in sorted(sums.items()) if minor]


async def contract_corrections_of(viewer: Viewer, statements: Sequence[ContractStatementRow]) -> dict[tuple[int, Period], CorrectionsRow]:
    """Of what a contract's breakdown adds up, over the recipients of the month that was corrected, and of the one that took it in. Two statements."""
    later: dict[tuple[int, Period], Counter[Period]] = {row.pk: Counter() for row in statements}
    earlier: dict[tuple[int, Period], Counter[Period]] = {row.pk: Counter() for row in statements}
    contracts = sorted({row.contract.pk for row in statements})
    for month, sums in (("period", later), ("posted_in", earlier)):
        for row in await fetch(_of_contracts(month), contracts):
            about, counts_in = (Period.of(known_day(row[name])) for name in ("period", "posted_in"))
            place, other = ((row["contract_id"], about), counts_in) if month == "period" else ((row["contract_id"], counts_in), about)
            if place in sums:
                sums[place][other] += int(row["amount"])
    currency = {row.pk: row.contract.organization.currency for row in statements}
    return {pk: CorrectionsRow(_told(later[pk], one), _told(earlier[pk], one), None) for pk, one in currency.items()}


def _of_contracts(month: str) -> str:
    return f"""SELECT f.contract_id, e.period, e.posted_in, SUM(e.amount) AS amount
        FROM account_facts f JOIN ledger_entry e ON e.account_id = f.account_id AND e.posted_in IS NOT NULL
        WHERE {among("f.contract_id", 1)} AND {in_force("f", f"e.{month}")} AND e.kind IN ({_IN_BREAKDOWN})
        GROUP BY f.contract_id, e.period, e.posted_in"""
