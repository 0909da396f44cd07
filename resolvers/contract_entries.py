"""The entries of contracts' own accounts between two days: sums that are for no single recipient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from resolvers.contract_reconciliations import ContractReconciliationRow
from resolvers.movements import MONTH
from resolvers.reconciliation import DAY, MORE, TOLD, EntryRow, Reconciled, entry_of, layers
from resolvers.sql import among, fetch, literal
from resolvers.viewer import Viewer

_DAY = DAY.format("e")


async def own_entries_pages(
    viewer: Viewer, reconciliations: Sequence[ContractReconciliationRow], first: int, after: tuple[dt.date, int] | None
) -> dict[Reconciled, list[EntryRow]]:
    """Oldest first, of each reconciliation one more than `first` if there are more. One statement for each span of a contract."""
    found: dict[Reconciled, list[EntryRow]] = {}
    for layer in layers(reconciliations, lambda row: row.contract.pk):
        found |= await _entries_of(layer, first, after)
    return found


async def _entries_of(by_contract: dict[int, ContractReconciliationRow], first: int, after: tuple[dt.date, int] | None) -> dict[Reconciled, list[EntryRow]]:
    further = f"AND ({_DAY}, e.id) > ($2, $3)" if after is not None else ""
    text = f"""
        SELECT k.*, {MORE} FROM (
            SELECT e.id, e.contract_id, {_DAY} AS business_date, {MONTH} AS month, e.period, e.kind, e.amount, e.service_id, e.supplier_id, e.reason,
                e.reverses_id, e.payment_id, e.charge_id, ROW_NUMBER() OVER (PARTITION BY e.contract_id ORDER BY {_DAY}, e.id) AS place
            FROM ledger_entry e WHERE {among("e.contract_id", 1)} AND ({_within(list(by_contract.values()))}) {further}
        ) k {TOLD} WHERE k.place <= {int(first) + 1} ORDER BY k.contract_id, k.place"""
    found: dict[Reconciled, list[EntryRow]] = {}
    for row in await fetch(text, list(by_contract), *(after or ())):
        whole = by_contract[row["contract_id"]]
        found.setdefault(whole.pk, []).append(entry_of(row, whole.contract.organization.currency))
    return found


def _within(reconciliations: Sequence[ContractReconciliationRow]) -> str:
    """A term for each stretch of days: nearly always one for all contracts."""
    stretches: dict[tuple[dt.date, dt.date], set[int]] = {}
    for row in reconciliations:
        stretches.setdefault((row.first, row.last), set()).add(row.contract.pk)
    terms = (
        f"e.contract_id IN ({', '.join(map(str, sorted(pks)))}) AND {_DAY} >= {literal(first)} AND {_DAY} <= {literal(last)}"
        for (first, last), pks in stretches.items()
    )
    return " OR ".join(f"({term})" for term in terms)
