"""Services and suppliers by the names that registers use; a new name makes a new row."""

from __future__ import annotations

from functools import lru_cache

from models import sql
from models.enums import Resource
from resolvers.imports.staging import Job

_RESOURCES = (  # the beginning of a service's name, the longer ones first
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
)


@lru_cache(maxsize=256)
def resource_of(service: str) -> str:
    """What a service supplies, by its name: `Холодная вода` -> cold_water."""
    name = service.casefold()
    return next((resource.value for start, resource in _RESOURCES if name.startswith(start)), Resource.OTHER.value)


async def find_services(table: str, job: Job) -> None:
    """Fill `service_id` of staged rows (columns `service`, `resource`), adding services in the order of their first rows."""
    await sql.execute(
        f"""INSERT INTO service (organization_id, name, resource, position)
        SELECT :organization, s.service, MIN(s.resource),
            ROW_NUMBER() OVER (ORDER BY MIN(s.row_number)) + (SELECT COALESCE(MAX(position), 0) FROM service WHERE organization_id = :organization)
        FROM {table} s LEFT JOIN service v ON v.organization_id = :organization AND v.name = s.service
        WHERE s.code IS NULL AND v.id IS NULL GROUP BY s.service""",
        organization=job.organization_id,
    )
    await sql.execute(
        f"UPDATE {table} AS s SET service_id = v.id FROM service v WHERE v.organization_id = :organization AND v.name = s.service AND s.code IS NULL",
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
