"""Services and suppliers by the names that registers use; a new name makes a new row."""

from __future__ import annotations

from functools import lru_cache

from models import sql
from models.enums import Resource
from resolvers.imports.staging import Job

_RESOURCES = (  # the beginning of a service's name, the longer ones first
    ("компонент на холодную воду", Resource.HOT_WATER),  # of hot water: so are its cubic metres
    ("холодн", Resource.COLD_WATER),
    ("горяч", Resource.HOT_WATER),
    ("гвс", Resource.HOT_WATER),
    ("вода", Resource.COLD_WATER),
    ("канализ", Resource.SEWERAGE),
    ("водоотвед", Resource.SEWERAGE),
    ("отоплен", Resource.HEATING),
    ("тепло", Resource.HEATING),
    ("электр", Resource.ELECTRICITY),
    ("газ", Resource.GAS),
    *((start, Resource.COLD_WATER) for start in ("суық", "суык", "cold", "water")),
    *((start, Resource.HOT_WATER) for start in ("ыстық", "ыстык", "hot")),
    *((start, Resource.SEWERAGE) for start in ("су бұру", "су буру", "кәріз", "кариз", "sewer")),
    *((start, Resource.HEATING) for start in ("жылу", "heat")),
    *((start, Resource.ELECTRICITY) for start in ("electric", "power")),
    ("gas", Resource.GAS),
)


@lru_cache(maxsize=256)
def resource_of(service: str) -> str:
    """What a service supplies, by its name: `Холодная вода` -> cold_water."""
    name = service.casefold()
    return next((resource.value for start, resource in _RESOURCES if name.startswith(start)), Resource.OTHER.value)


async def find_services(table: str, job: Job, name: str = "service", found: str = "service_id") -> None:
    """Fill the column `found` of staged rows by the names in the column `name`, adding services in the order of their first rows."""
    unknown = await sql.fetch(
        f"""SELECT s.{name} AS name FROM {table} s LEFT JOIN service v ON v.organization_id = :organization AND v.name = s.{name}
        WHERE s.code IS NULL AND s.{name} IS NOT NULL AND v.id IS NULL GROUP BY s.{name} ORDER BY MIN(s.row_number)""",
        organization=job.organization_id,
    )
    [row] = await sql.fetch("SELECT COALESCE(MAX(position), 0) AS last FROM service WHERE organization_id = :organization", organization=job.organization_id)
    new = [(job.organization_id, each["name"], resource_of(each["name"]), place) for place, each in enumerate(unknown, row["last"] + 1)]
    await sql.load("service", ["organization_id", "name", "resource", "position"], new)
    await sql.execute(
        f"UPDATE {table} AS s SET {found} = v.id FROM service v WHERE v.organization_id = :organization AND v.name = s.{name}",
        organization=job.organization_id,
    )


async def find_suppliers(table: str, job: Job) -> None:
    await sql.execute(
        f"""INSERT INTO supplier (organization_id, name) SELECT DISTINCT :organization, s.supplier FROM {table} s
        LEFT JOIN supplier v ON v.organization_id = :organization AND v.name = s.supplier
        WHERE s.code IS NULL AND s.supplier IS NOT NULL AND v.id IS NULL""",
        organization=job.organization_id,
    )
    await sql.execute(
        f"UPDATE {table} AS s SET supplier_id = v.id FROM supplier v WHERE v.organization_id = :organization AND v.name = s.supplier AND s.code IS NULL",
        organization=job.organization_id,
    )
