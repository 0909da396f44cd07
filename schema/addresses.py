"""Streets, houses, flats and accounts to choose from when linking: no names, and of a number its last four digits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from strawberry import Parent, field

from models.errors import BadRequest
from models.search import search_key
from resolvers import address_lists as lists
from resolvers.address_lists import CandidateRow, HouseFlatRow, StreetHouseRow, StreetRow
from resolvers.organizations import OrganizationRow
from schema import ids
from schema.arguments import After, First, Id
from schema.context import Info
from schema.values import Connection, PageOf, checked_first

LONGEST_SEARCH = 100
Beginning = Annotated[str | None, strawberry.argument(description="The beginning of the number; at most 100 characters.")]
Words = Annotated[str | None, strawberry.argument(description="Words of the street or the town, in any spelling; at most 100 characters.")]


@strawberry.type(description="An account or a contract as somebody sees it who has not proved it: its number's end.")
class AccountCandidate:
    masked_number: str = field(description="`••5213`.")
    is_contract: bool = field(description="Whether it is a contract.")

    @field(description="What linkAccount and requestStepUp take as `candidate`.")
    def id(root: Parent[CandidateRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("cnc" if root.is_contract else "cnd", root.pk))

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, CandidateRow)


@strawberry.type(description="A street with houses that are supplied.")
class Street:
    locality: str = field(description="The town or village.")
    name: str = field(description="The street.")

    @field(description="Opaque.")
    def id(root: Parent[StreetRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("str", root.pk))

    @field(description="Its houses, by number.")
    async def houses(root: Parent[StreetRow], info: Info, first: First, after: After = None, search: Beginning = None) -> Connection[StreetHouse]:  # noqa: N805
        return _page("houses", await info.context.loaders.of(lists.houses_of, root), first, after, search)

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, StreetRow)


@strawberry.type(description="A house in its street.")
class StreetHouse:
    number: str = field(description="Its number; empty where it has none.")
    street: Street = field(description="The street.")

    @field(description="Opaque.")
    def id(root: Parent[StreetHouseRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("sho", root.pk))

    @field(description="Its flats, by number.")
    async def flats(root: Parent[StreetHouseRow], info: Info, first: First, after: After = None, search: Beginning = None) -> Connection[HouseFlat]:  # noqa: N805
        return _page("flats", await info.context.loaders.of(lists.flats_of, root), first, after, search)

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, StreetHouseRow)


@strawberry.type(description="A flat in its house.")
class HouseFlat:
    number: str = field(description="Its number; empty for a house without flats.")
    house: StreetHouse = field(description="The house.")

    @field(description="Opaque.")
    def id(root: Parent[HouseFlatRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("flt", root.pk))

    @field(description="The accounts there.")
    async def candidates(root: Parent[HouseFlatRow], info: Info) -> list[AccountCandidate]:  # noqa: N805
        return await info.context.loaders.of(lists.candidates_of, root) or []

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, HouseFlatRow)


@strawberry.type
class AddressLists:
    """Fields of an organization, for people who are signed in."""

    @field(description="Its streets, for people who are signed in; so many lists in ten minutes, then THROTTLED.")
    async def streets(root: Parent[OrganizationRow], info: Info, first: First, after: After = None, search: Words = None) -> Connection[Street] | None:  # noqa: N805
        place = ids.after("streets", after)
        _short(search)
        rows = await lists.streets_page(info.context.person, root.pk, search, checked_first(first), (place[0], place[1]) if place else None)
        return PageOf("streets", rows, first, lambda row: (row.locality, row.name))  # type: ignore[return-value]

    @field(description="One of its streets.")
    async def street(root: Parent[OrganizationRow], info: Info, id: Id) -> Street | None:  # noqa: A002, N805
        return await lists.street(info.context.person, root.pk, ids.pk_or_0(id, "str"))  # type: ignore[return-value]

    @field(description="One of its houses.")
    async def house(root: Parent[OrganizationRow], info: Info, id: Id) -> StreetHouse | None:  # noqa: A002, N805
        return await lists.house(info.context.person, root.pk, ids.pk_or_0(id, "sho"))  # type: ignore[return-value]

    @field(description="One of its flats.")
    async def flat(root: Parent[OrganizationRow], info: Info, id: Id) -> HouseFlat | None:  # noqa: A002, N805
        return await lists.flat(info.context.person, root.pk, ids.pk_or_0(id, "flt"))  # type: ignore[return-value]


def _page(kind: str, rows: Sequence[Any] | None, first: int, after: str | None, search: str | None) -> Any:
    """A page of rows that are all at hand; a cursor names the row before."""
    _short(search)
    beginning = search_key(search or "")
    kept = [row for row in rows or () if search_key(row.number).startswith(beginning)]
    place = ids.after(kind, after)
    start = next((index + 1 for index, row in enumerate(kept) if place and row.pk == place[0]), 0)
    return PageOf(kind, kept[start : start + checked_first(first) + 1], first, lambda row: (row.pk,))


def _short(search: str | None) -> None:
    if search is not None and len(search) > LONGEST_SEARCH:
        raise BadRequest(f"`search` may have {LONGEST_SEARCH} characters at most")
