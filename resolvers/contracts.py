"""Contracts of legal payers; resolvers/contract_statements.py has their statements by recipients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.enums import Right
from models.money import Money
from resolvers import scope
from resolvers.organizations import OrganizationRow, organizations_by_ids
from resolvers.sql import Row, among, fetch
from resolvers.viewer import Access, Viewer


@dataclass(slots=True, eq=False)
class ContractRow:
    pk: int
    number: str
    payer_name: str
    organization: OrganizationRow
    access: Access


async def contracts_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, ContractRow]:
    """Those of `ids` that exist for the viewer. Two statements."""
    rows = await fetch(f"SELECT c.* FROM contract c WHERE {among('c.id', 1)} AND {scope.contracts_sql(viewer)}", list(ids))
    return {row.pk: row for row in await _rows(viewer, rows)}


async def contracts_page(viewer: Viewer, first: int, after: tuple[int, str] | None, *, slug: str | None = None) -> list[ContractRow]:
    """In the order of organization and number, one more than `first` if there are more. Two statements."""
    where = [scope.contracts_sql(viewer, leads=True), "(c.organization_id, c.number) > ($1, $2)"]
    parameters: list[object] = [*(after or (0, ""))]
    if slug is not None:
        parameters.append(slug)
        where.append("c.organization_id = (SELECT id FROM organization WHERE slug = $3)")
    text = f"SELECT c.* FROM contract c WHERE {' AND '.join(where)} ORDER BY c.organization_id, c.number LIMIT {int(first) + 1}"
    return await _rows(viewer, await fetch(text, *parameters))


async def contract_balances(viewer: Viewer, contracts: Sequence[ContractRow]) -> dict[int, Money]:
    """The sum of the recipients' balances, where any is known, and of the contract's own entries. One statement."""
    seeing = {row.pk: row for row in contracts if row.access.may(Right.SEE_MONEY)}
    recipients = f"SELECT a.contract_id AS id, SUM(a.balance) AS amount FROM personal_account a WHERE {among('a.contract_id', 1)} GROUP BY a.contract_id"
    own = f"SELECT e.contract_id AS id, SUM(e.amount) AS amount FROM ledger_entry e WHERE {among('e.contract_id', 1)} GROUP BY e.contract_id"
    sums: dict[int, int] = {}
    for row in await fetch(f"{recipients} UNION ALL {own}", list(seeing)):
        if row["amount"] is not None:
            sums[row["id"]] = sums.get(row["id"], 0) + int(row["amount"])
    return {pk: Money(amount, seeing[pk].organization.currency) for pk, amount in sums.items()}


async def _rows(viewer: Viewer, rows: Sequence[Row]) -> list[ContractRow]:
    organizations = await organizations_by_ids(sorted({row["organization_id"] for row in rows})) if rows else {}
    found = []
    for row in rows:
        access = viewer.contract_access(row["id"], row["organization_id"])
        if access is not None:
            found.append(ContractRow(row["id"], row["number"], row["payer_name"], organizations[row["organization_id"]], access))
    return found
