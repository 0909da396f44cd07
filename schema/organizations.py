"""Organizations."""

from __future__ import annotations

import strawberry
from strawberry import Parent, field

from models.money import Currency
from resolvers.data_reports import reports_page
from resolvers.imports import profiles
from resolvers.imports.runs import runs_page
from resolvers.look_up import offered
from resolvers.organizations import OrganizationRow
from resolvers.outgoing import letters_page
from schema import ids
from schema.access import OrganizationAccess
from schema.addresses import AddressLists
from schema.arguments import After, First, WaitingOnly
from schema.bills import OrganizationBank
from schema.context import Info
from schema.data_reports import DataReport
from schema.hooks import OrganizationHook
from schema.imports import ImportRun
from schema.judging import OrganizationReadings
from schema.letters import Letter, OnlyState
from schema.look_up import LookUpRules
from schema.mailings import OrganizationMailings
from schema.paying_rules import OrganizationPaying
from schema.periods import OrganizationPeriods
from schema.reading_rules import OrganizationReadingRules
from schema.register_differences import OrganizationDifferences
from schema.tariffs import OrganizationTariffs
from schema.values import Connection, Node, PageOf, checked_first
from schema.windows import ReadingWindow


@strawberry.type(description="A supplier, a managing organization or a settlement centre. Public.")
class Organization(
    AddressLists,
    OrganizationAccess,
    OrganizationBank,
    OrganizationDifferences,
    OrganizationHook,
    OrganizationMailings,
    OrganizationPaying,
    OrganizationPeriods,
    OrganizationReadingRules,
    OrganizationReadings,
    OrganizationTariffs,
    Node,
):
    slug: str = field(description="Its name in addresses.")
    name: str = field(description="Its name for people.")
    currency: Currency = field(description="The currency of its bills.")
    timezone: str = field(description="Its IANA time zone: periods and days are meant there.")
    languages: list[str] = field(description="Languages of its pages, its own first.")
    accent: str = field(description="The colour of its pages, `#rrggbb`.")

    @field(description="Opaque and stable.")
    def id(root: Parent[OrganizationRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("org", root.pk))

    @field(description="Where to turn to, as it wishes to be reached.")
    def contacts(root: Parent[OrganizationRow]) -> str | None:  # noqa: N805
        return root.contacts or None

    @field(description="When residents may send readings; a house may have other days (Account.readingWindow).")
    def reading_window(root: Parent[OrganizationRow], info: Info) -> ReadingWindow:  # noqa: N805
        return root.window_rules().window(info.context.today(root))  # type: ignore[return-value]

    @field(description="Whether strangers may look accounts up here.")
    async def look_up(root: Parent[OrganizationRow]) -> LookUpRules:  # noqa: N805
        is_offered, proof = await offered(root.pk)
        return LookUpRules(is_offered=is_offered, proof=proof, organization_pk=root.pk)

    @field(description="Its imports, the newest first; null for whoever is neither its staff nor its system with IMPORT_REGISTERS.")
    async def import_runs(root: Parent[OrganizationRow], info: Info, first: First, after: After = None) -> Connection[ImportRun] | None:  # noqa: N805
        place = ids.after("import runs", after)
        rows = await runs_page(info.context.signed_in, root, checked_first(first), place[0] if place else None)
        return PageOf("import runs", rows, first, lambda row: (row.pk,))  # type: ignore[return-value]

    @field(description="How its own registers are to be read, as TOML: null for those who may not see its imports, empty where there is none.")
    async def import_profile(root: Parent[OrganizationRow]) -> str | None:  # noqa: N805
        return await profiles.text_of(root.pk)

    @field(description="Letters that its cabinet wrote, the newest first; null for whoever is not its staff, in person.")
    async def letters(root: Parent[OrganizationRow], info: Info, first: First, after: After = None, state: OnlyState = None) -> Connection[Letter] | None:  # noqa: N805
        place = ids.after("letters", after)
        rows = await letters_page(info.context.signed_in, root, checked_first(first), (place[0], place[1]) if place else None, state)
        return PageOf("letters", rows, first, lambda row: (row.queued_at.isoformat(), row.pk))  # type: ignore[return-value]

    @field(description="Reports of wrong data, the newest first: those that wait for an answer, or the others; for its staff.")
    async def data_reports(
        root: Parent[OrganizationRow],  # noqa: N805
        info: Info,
        first: First,
        is_open: WaitingOnly = True,
        after: After = None,
    ) -> Connection[DataReport] | None:
        place = ids.after("data reports", after)
        rows = await reports_page(info.context.signed_in, root, checked_first(first), place[0] if place else None, is_open=is_open)
        return PageOf("data reports", rows, first, lambda row: (row.pk,))  # type: ignore[return-value]

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, OrganizationRow)
