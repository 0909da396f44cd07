"""Streets, houses, flats and accounts to choose from when linking: no names, and of a number its last four digits.

For whoever is signed in, so many lists in ten minutes. A town has more streets than a page: they are searched and paged by the
database; the houses of a street and the flats of a house are few and stand in the order of their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.counters import counters
from models.errors import Throttled
from models.search import search_key
from resolvers.link_letters import masked
from resolvers.sql import Row, among, escaped, fetch
from resolvers.viewer import Viewer

LISTS_OF_A_USER = (300, 600)
_LIVING = "SELECT 1 FROM premises p JOIN personal_account a ON a.premises_id = p.id WHERE p.house_id = h.id AND a.withdrawn_at IS NULL"


@dataclass(slots=True, eq=False)
class StreetRow:
    """`pk` is its first house's: streets have no rows of their own."""

    pk: int
    organization_pk: int
    locality: str
    name: str


@dataclass(slots=True, eq=False)
class StreetHouseRow:
    pk: int
    organization_pk: int
    number: str
    street: StreetRow


@dataclass(slots=True, eq=False)
class HouseFlatRow:
    """`pk` is the premises'."""

    pk: int
    organization_pk: int
    number: str
    house: StreetHouseRow


@dataclass(slots=True, eq=False)
class CandidateRow:
    pk: int
    masked_number: str
    is_contract: bool = False


async def counted(viewer: Viewer) -> None:
    """One more list; raises Throttled."""
    most, seconds = LISTS_OF_A_USER
    if not await counters().count(most, seconds, "address lists of", viewer.actor):
        raise Throttled(await counters().seconds_left(most, seconds, "address lists of", viewer.actor))


async def streets_page(viewer: Viewer, organization_pk: int, search: str | None, first: int, after: tuple[str, str] | None) -> list[StreetRow]:
    """In the order of locality and name, one more than `first` if there are more."""
    await counted(viewer)
    where: list[str] = ["h.organization_id = $1", f"EXISTS ({_LIVING})", *(["(h.locality, h.street) > ($2, $3)"] if after else [])]
    parameters: list[int | str] = [organization_pk, *(after or ())]
    for word in (search or "").split()[:5]:
        parameters.append(f"%{escaped(search_key(word))}%")
        where.append(f"h.search LIKE ${len(parameters)} ESCAPE '!'")
    text = f"""SELECT h.locality, h.street, MIN(h.id) AS id FROM house h WHERE {" AND ".join(where)}
        GROUP BY h.locality, h.street ORDER BY h.locality, h.street LIMIT {int(first) + 1}"""
    return [StreetRow(row["id"], organization_pk, row["locality"], row["street"]) for row in await fetch(text, *parameters)]


async def street(viewer: Viewer, organization_pk: int, pk: int) -> StreetRow | None:
    await counted(viewer)
    rows = await fetch("SELECT h.id, h.locality, h.street FROM house h WHERE h.organization_id = $1 AND h.id = $2", organization_pk, pk)
    return StreetRow(rows[0]["id"], organization_pk, rows[0]["locality"], rows[0]["street"]) if rows else None


async def house(viewer: Viewer, organization_pk: int, pk: int) -> StreetHouseRow | None:
    await counted(viewer)
    rows = await fetch("SELECT h.* FROM house h WHERE h.organization_id = $1 AND h.id = $2", organization_pk, pk)
    return _house(rows[0], organization_pk) if rows else None


async def flat(viewer: Viewer, organization_pk: int, pk: int) -> HouseFlatRow | None:
    await counted(viewer)
    text = "SELECT h.*, p.id AS premises_id, p.flat, p.flat_prefix FROM premises p JOIN house h ON h.id = p.house_id WHERE p.organization_id = $1 AND p.id = $2"
    rows = await fetch(text, organization_pk, pk)
    return HouseFlatRow(rows[0]["premises_id"], organization_pk, _flat(rows[0]), _house(rows[0], organization_pk)) if rows else None


async def houses_of(viewer: Viewer, streets: Sequence[StreetRow]) -> dict[int, list[StreetHouseRow]]:
    """Those with accounts, in the order of their numbers. One statement."""
    by_place = {(one.locality, one.name): one for one in streets}
    text = f"""
        SELECT h.*, s.id AS street_id FROM house s
        JOIN house h ON h.organization_id = s.organization_id AND h.locality = s.locality AND h.street = s.street
        WHERE {among("s.id", 1)} AND EXISTS ({_LIVING})"""
    found: dict[int, list[StreetHouseRow]] = {}
    for row in await fetch(text, [one.pk for one in streets]):
        of = by_place[row["locality"], row["street"]]
        found.setdefault(row["street_id"], []).append(StreetHouseRow(row["id"], of.organization_pk, row["number"], of))
    return {pk: sorted(rows, key=lambda one: natural(one.number)) for pk, rows in found.items()}


async def flats_of(viewer: Viewer, houses: Sequence[StreetHouseRow]) -> dict[int, list[HouseFlatRow]]:
    """Those with accounts, in the order of their numbers. One statement."""
    by_pk = {one.pk: one for one in houses}
    text = f"""SELECT p.id, p.house_id, p.flat, p.flat_prefix FROM premises p WHERE {among("p.house_id", 1)}
        AND EXISTS (SELECT 1 FROM personal_account a WHERE a.premises_id = p.id AND a.withdrawn_at IS NULL)"""
    found: dict[int, list[HouseFlatRow]] = {}
    for row in await fetch(text, list(by_pk)):
        of = by_pk[row["house_id"]]
        found.setdefault(of.pk, []).append(HouseFlatRow(row["id"], of.organization_pk, _flat(row), of))
    return {pk: sorted(rows, key=lambda one: natural(one.number)) for pk, rows in found.items()}


async def candidates_of(viewer: Viewer, flats: Sequence[HouseFlatRow]) -> dict[int, list[CandidateRow]]:
    """Accounts at the flats. One statement."""
    text = f"SELECT a.id, a.number, a.premises_id FROM personal_account a WHERE {among('a.premises_id', 1)} AND a.withdrawn_at IS NULL ORDER BY a.number"
    found: dict[int, list[CandidateRow]] = {}
    for row in await fetch(text, [one.pk for one in flats]):
        found.setdefault(row["premises_id"], []).append(CandidateRow(row["id"], masked(row["number"])))
    return found


def natural(number: str) -> list[tuple[int, Any]]:
    """2 before 10, 10 before 10А."""
    return [(0, int(part)) if part.isdecimal() else (1, part.casefold()) for part in re.findall(r"\d+|\D+", number)]


def _house(row: Row, organization_pk: int) -> StreetHouseRow:
    return StreetHouseRow(row["id"], organization_pk, row["number"], StreetRow(row["id"], organization_pk, row["locality"], row["street"]))


def _flat(row: Row) -> str:
    return f"{row['flat'] or ''}{row['flat_prefix'] or ''}"
