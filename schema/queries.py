"""The ways in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import strawberry
from strawberry import field

from models.errors import BadRequest, NotFound
from resolvers.accounts import account_by_number, accounts_by_ids, accounts_named, accounts_page
from resolvers.charges import charges_by_ids
from resolvers.contracts import contracts_by_ids, contracts_page
from resolvers.data_reports import reports_by_ids
from resolvers.documents import documents_by_ids
from resolvers.house_meters import house_meters_by_ids
from resolvers.imports.runs import runs_by_ids
from resolvers.memberships import memberships_by_ids
from resolvers.meters import meters_by_ids, registers_by_ids
from resolvers.organizations import find_organization, organizations_by_ids, organizations_page
from resolvers.outgoing import letters_by_ids
from resolvers.payments import payments_by_ids
from resolvers.places import houses_by_ids, premises_by_ids, services_by_ids, suppliers_by_ids
from resolvers.readings import readings_by_ids
from resolvers.sessions import users_by_ids
from schema import ids
from schema.accounts import Account
from schema.agreements import AgreementQueries
from schema.arguments import AccountIds, After, First, Host, Id, Numbers, OptionalId, OptionalNumber, OptionalSlug, Search, Slug
from schema.certificates import CertificateQueries
from schema.context import Info
from schema.contracts import Contract
from schema.human_checks import HumanCheckQuery
from schema.memberships import MemberQueries
from schema.organizations import Organization
from schema.profile import ProfileQueries
from schema.receipts import ReceiptQueries
from schema.recovery import RecoveryQueries
from schema.registration import RegistrationQueries
from schema.values import Connection, Node, PageOf, checked_first
from schema.viewers import Viewer

LONGEST_SEARCH = 100
MOST_AT_ONCE = 30
MOST_NUMBERS = 100

READS: dict[str, Callable[..., Awaitable[dict[int, Any]]]] = {
    "acc": accounts_by_ids,
    "chg": charges_by_ids,
    "con": contracts_by_ids,
    "doc": documents_by_ids,
    "hmt": house_meters_by_ids,
    "hse": houses_by_ids,
    "imp": runs_by_ids,
    "ltr": letters_by_ids,
    "mem": memberships_by_ids,
    "mtr": meters_by_ids,
    "pay": payments_by_ids,
    "prm": premises_by_ids,
    "rdg": readings_by_ids,
    "reg": registers_by_ids,
    "rep": reports_by_ids,
    "srv": services_by_ids,
    "sup": suppliers_by_ids,
    "usr": users_by_ids,
}


async def found(info: Info, text: str, prefix: str | None = None) -> Any:
    """The row of a public id, as it exists for the viewer; NotFound for unknown, foreign and wrong ids alike."""
    known = ids.decode(text)
    row = None
    if known is not None and prefix in (None, known[0]) and _may_ask(info, known[0]):
        if known[0] == "org":
            row = (await organizations_by_ids([known[1]])).get(known[1])
        elif known[0] in READS:
            row = await info.context.loaders.by_id(READS[known[0]], known[1])
    if row is None:
        raise NotFound("nothing with this id")
    return row


def _may_ask(info: Info, prefix: str) -> bool:
    """Who has not signed in sees an account, and nothing by itself."""
    viewer = info.context.viewer
    return viewer is None or not viewer.is_guest or prefix in ("acc", "org")


@strawberry.type(description="The ways in.")
class Query(AgreementQueries, CertificateQueries, HumanCheckQuery, MemberQueries, ProfileQueries, ReceiptQueries, RecoveryQueries, RegistrationQueries):
    @field(description="Who asks; null for a stranger.")
    def viewer(self, info: Info) -> Viewer | None:
        return info.context.viewer  # type: ignore[return-value]

    @field(description="Anything by its id.")
    async def node(self, info: Info, id: Id) -> Node | None:  # noqa: A002
        return await found(info, id)

    @field(description="An account by its id, or by its organization and number.")
    async def account(
        self,
        info: Info,
        id: OptionalId = None,  # noqa: A002
        organization_slug: OptionalSlug = None,
        number: OptionalNumber = None,
    ) -> Account | None:
        if id is not None:
            return await found(info, id, "acc")
        if organization_slug is None or number is None:
            raise BadRequest("`account` needs `id`, or `organizationSlug` and `number`")
        row = await account_by_number(info.context.signed_in, organization_slug, number)
        if row is None:
            raise NotFound("no such account")
        return row  # type: ignore[return-value]

    @field(description="Several accounts, in the order of their ids: NOT_FOUND where one of them does not exist for the viewer.")
    async def accounts_by_ids(self, info: Info, wanted: AccountIds) -> list[Account]:
        if not 1 <= len(wanted) <= MOST_AT_ONCE:
            raise BadRequest(f"`ids` takes 1 to {MOST_AT_ONCE} accounts")
        return await asyncio.gather(*[found(info, each, "acc") for each in wanted])

    @field(description="Accounts of an organization by their numbers, in their order: null where the viewer sees none.")
    async def accounts_by_numbers(self, info: Info, organization_slug: Slug, numbers: Numbers) -> list[Account | None]:
        if not 1 <= len(numbers) <= MOST_NUMBERS:
            raise BadRequest(f"`numbers` takes 1 to {MOST_NUMBERS} accounts")
        known = {row.number: row for row in await accounts_named(info.context.signed_in, organization_slug, [], numbers)}
        return [known.get(number) for number in numbers]  # type: ignore[misc]

    @field(description="The accounts that the viewer may see, by number. `search`: beginnings of numbers, words of addresses; for staff, of names.")
    async def accounts(
        self, info: Info, first: First, after: After = None, organization_slug: OptionalSlug = None, search: Search = None
    ) -> Connection[Account]:
        place = ids.after("accounts", after)
        if search is not None and len(search) > LONGEST_SEARCH:
            raise BadRequest(f"`search` may have {LONGEST_SEARCH} characters at most")
        rows = await accounts_page(info.context.signed_in, checked_first(first), (place[0], place[1]) if place else None, slug=organization_slug, search=search)
        return PageOf("accounts", rows, first, lambda row: (row.organization.pk, row.number))  # type: ignore[return-value]

    @field(description="A contract by its id.")
    async def contract(self, info: Info, id: Id) -> Contract | None:  # noqa: A002
        return await found(info, id, "con")

    @field(description="The contracts that the viewer may see, by number.")
    async def contracts(self, info: Info, first: First, after: After = None, organization_slug: OptionalSlug = None) -> Connection[Contract]:
        place = ids.after("contracts", after)
        rows = await contracts_page(info.context.signed_in, checked_first(first), (place[0], place[1]) if place else None, slug=organization_slug)
        return PageOf("contracts", rows, first, lambda row: (row.organization.pk, row.number))  # type: ignore[return-value]

    @field(description="An organization by its name in addresses. Public.")
    async def organization(self, slug: Slug) -> Organization | None:
        return await find_organization(slug=slug)  # type: ignore[return-value]

    @field(description="The organization whose pages answer on a host of their own. Public.")
    async def organization_by_host(self, host: Host) -> Organization | None:
        return await find_organization(host=host)  # type: ignore[return-value]

    @field(description="All organizations, by slug. Public.")
    async def organizations(self, first: First, after: After = None) -> Connection[Organization]:
        place = ids.after("organizations", after)
        rows = await organizations_page(checked_first(first), place[0] if place else None)
        return PageOf("organizations", rows, first, lambda row: (row.slug,))  # type: ignore[return-value]
