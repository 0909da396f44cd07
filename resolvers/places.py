"""The small things that rows of accounts name: houses, premises, services, suppliers. They exist for whoever sees such a row."""

from __future__ import annotations

from collections.abc import Sequence

from models.enums import Resource
from resolvers import scope
from resolvers.accounts import HouseRow, PremisesRow
from resolvers.charges import ServiceRow, SupplierRow
from resolvers.organizations import OrganizationRow, organizations_by_ids
from resolvers.sql import Row, among, fetch
from resolvers.viewer import Viewer

_HOUSE = "h.id AS house_id, h.locality, h.street, h.number, h.organization_id"


async def houses_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, HouseRow]:
    mine = f"SELECT 1 FROM premises p JOIN personal_account a ON a.premises_id = p.id WHERE p.house_id = h.id AND {scope.accounts_sql(viewer)}"
    rows = await fetch(f"SELECT {_HOUSE} FROM house h WHERE {among('h.id', 1)} AND EXISTS ({mine})", list(ids))
    return {row["house_id"]: HouseRow(row["house_id"], row["locality"], row["street"], row["number"], row["organization_id"]) for row in rows}


async def organizations_of_houses(viewer: Viewer, ids: Sequence[int]) -> dict[int, OrganizationRow]:
    """Organizations are nobody's secret."""
    return await organizations_by_ids(ids)


async def premises_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, PremisesRow]:
    mine = f"SELECT 1 FROM personal_account a WHERE a.premises_id = p.id AND {scope.accounts_sql(viewer)}"
    text = f"SELECT p.id, p.flat, p.flat_prefix, {_HOUSE} FROM premises p JOIN house h ON h.id = p.house_id WHERE {among('p.id', 1)} AND EXISTS ({mine})"
    found = {}
    for row in await fetch(text, list(ids)):
        house = HouseRow(row["house_id"], row["locality"], row["street"], row["number"], row["organization_id"])
        found[row["id"]] = PremisesRow(row["id"], house, row["flat"], row["flat_prefix"])
    return found


async def services_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, ServiceRow]:
    rows = await _of_my_organizations(viewer, "service", ids)
    return {row["id"]: ServiceRow(row["id"], row["name"], Resource(row["resource"])) for row in rows}


async def suppliers_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, SupplierRow]:
    return {row["id"]: SupplierRow(row["id"], row["name"]) for row in await _of_my_organizations(viewer, "supplier", ids)}


async def _of_my_organizations(viewer: Viewer, table: str, ids: Sequence[int]) -> Sequence[Row]:
    mine = f"SELECT 1 FROM personal_account a WHERE a.organization_id = x.organization_id AND {scope.accounts_sql(viewer)}"
    return await fetch(f"SELECT x.* FROM {table} x WHERE {among('x.id', 1)} AND EXISTS ({mine})", list(ids))
