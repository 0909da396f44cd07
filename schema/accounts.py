"""Accounts and where they are."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry import Parent, field

from models.enums import AccountKind, Ownership, Right
from models.errors import BadRequest
from models.period import Period
from models.quantity import Quantity as QuantityValue
from resolvers.accounts import AccountRow, HouseRow, PremisesRow
from resolvers.charges import charges_pages, consumption
from resolvers.consumption import places_of
from resolvers.contracts import contracts_by_ids
from resolvers.data_reports import account_reports
from resolvers.documents import documents_pages
from resolvers.heat import wants_printout
from resolvers.house_meters import house_meters_of
from resolvers.invitations import account_invitations
from resolvers.memberships import account_members
from resolvers.meters import meters_of
from resolvers.payments import in_transit, payments_pages
from resolvers.places import organizations_of_houses
from resolvers.reading_forms import opened_form
from resolvers.reading_history import history_of_accounts
from resolvers.readings import readings_pages
from resolvers.statement_versions import versions_of
from resolvers.statements import StatementRow, statement_periods, statements_of, statements_pages
from schema import ids
from schema.arguments import After, First, Months, OfPeriod, OnlyPeriod, PastMonths, TheMonth
from schema.charged import AccountCharged
from schema.charges import Charge, MonthlyConsumption
from schema.consumption import PlaceConsumption, history_place, since
from schema.context import Info
from schema.documents import Document
from schema.house_meters import HouseMeter
from schema.loaders import listed, reads
from schema.meters import Meter
from schema.organizations import Organization
from schema.payments import Payment
from schema.readings import Reading
from schema.receipts import AccountReceipts
from schema.scalars import AccountNumber
from schema.settlements import AccountSettlements
from schema.statement_versions import StatementVersion
from schema.statements import AREA, Statement
from schema.values import Connection, Money, Node, PageOf, Quantity, checked_first
from schema.windows import FormToken, ReadingForm, ReadingWindow

if TYPE_CHECKING:
    from schema.contracts import Contract
    from schema.data_reports import DataReport
    from schema.members import Invitation, Membership


@strawberry.type(description="A house.")
class House(Node):
    @field(description="Opaque and stable.")
    def id(root: Parent[HouseRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("hse", root.pk))

    @field(description="The town or village.")
    def locality(root: Parent[HouseRow]) -> str | None:  # noqa: N805
        return root.locality or None

    @field(description="The street.")
    def street(root: Parent[HouseRow]) -> str | None:  # noqa: N805
        return root.street or None

    @field(description="The number in the street.")
    def number(root: Parent[HouseRow]) -> str | None:  # noqa: N805
        return root.number or None

    @field(description="Who supplies it here.")
    async def organization(root: Parent[HouseRow], info: Info) -> Organization:  # noqa: N805
        return await info.context.loaders.by_id(organizations_of_houses, root.organization_pk)

    @field(description="Its house-wide meters, removed ones last: information for those who have an account there.")
    @reads(house_meters_of)
    def meters(root: Parent[HouseRow], info: Info) -> list[HouseMeter] | None:  # noqa: N805
        return info.context.loaders.answer(house_meters_of, root, then=listed)

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, HouseRow)


@strawberry.type(description="A flat or another unit in a house.")
class Premises(Node):
    house: House = field(description="The house.")

    @field(description="Opaque and stable.")
    def id(root: Parent[PremisesRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("prm", root.pk))

    @field(description="The number of the flat.")
    def flat(root: Parent[PremisesRow]) -> str | None:  # noqa: N805
        return root.flat or None

    @field(description="What follows the number, as in 12А.")
    def flat_prefix(root: Parent[PremisesRow]) -> str | None:  # noqa: N805
        return root.flat_prefix or None

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, PremisesRow)


@strawberry.type(description="«Лицевой счёт»: what is billed, one premises or one object of a contract.")
class Account(AccountCharged, AccountReceipts, AccountSettlements, Node):
    number: AccountNumber = field(description="Its number within the organization.")
    kind: AccountKind = field(description="Whether it belongs to a person or a legal entity.")
    organization: Organization = field(description="Whose account it is.")
    branch: str | None = field(description="The branch of the organization.")
    address: str | None = field(description="The address in one line: «Красина, 3-1».")
    premises: Premises | None = field(description="The address in its parts.")
    heat_meter: bool | None = field(description="Whether a heat meter is installed, as the register says; null where it does not.")
    balance: Money | None = field(description="What is due today; negative is overpaid. Null when unknown or hidden.")

    @field(description="Opaque and stable.")
    def id(root: Parent[AccountRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("acc", root.pk))

    @field(description="What the viewer may do with it today; empty for a former owner.")
    def may(root: Parent[AccountRow]) -> list[Right]:  # noqa: N805
        return [right for right in Right if right in root.access.rights]

    @field(description="The contract of a legal payer that it belongs to.")
    async def contract(root: Parent[AccountRow], info: Info) -> Annotated[Contract, strawberry.lazy("schema.contracts")] | None:  # noqa: N805
        if root.contract_pk is None:
            return None
        return await info.context.loaders.by_id(contracts_by_ids, root.contract_pk)

    @field(description="The holder as the supplier's register names him.")
    def holder_name(root: Parent[AccountRow]) -> str | None:  # noqa: N805
        return root.facts.holder_name if root.facts else None

    @field(description="How many residents are registered.")
    def residents(root: Parent[AccountRow]) -> int | None:  # noqa: N805
        return root.facts.residents if root.facts else None

    @field(description="The area of the premises.")
    def area(root: Parent[AccountRow]) -> Quantity | None:  # noqa: N805
        return _area(root.facts.area if root.facts else None)

    @field(description="The irrigated area.")
    def irrigated_area(root: Parent[AccountRow]) -> Quantity | None:  # noqa: N805
        return _area(root.facts.irrigated_area if root.facts else None)

    @field(description="The tariff group.")
    def tariff_group(root: Parent[AccountRow]) -> str | None:  # noqa: N805
        return root.facts.tariff_group if root.facts else None

    @field(description="Whose property the premises are.")
    def ownership(root: Parent[AccountRow]) -> Ownership | None:  # noqa: N805
        return root.facts.ownership if root.facts else None

    @field(description="When the balance was last brought up to date.")
    def balance_as_of(root: Parent[AccountRow]) -> dt.datetime | None:  # noqa: N805
        return root.balance_as_of if root.balance is not None else None

    @field(description="Paid, and not yet known to the supplier: it lowers what is due at once.")
    @reads(in_transit)
    def in_transit(root: Parent[AccountRow], info: Info) -> Money | None:  # noqa: N805
        return info.context.loaders.answer(in_transit, root)

    @field(description="When residents may send readings.")
    def reading_window(root: Parent[AccountRow], info: Info) -> ReadingWindow:  # noqa: N805
        return root.window(info.context.today(root.organization))  # type: ignore[return-value]

    @field(description="A form for its readings; null for whoever may not send them, and while none are taken.")
    def reading_form(root: Parent[AccountRow], info: Info, token: FormToken = None) -> ReadingForm | None:  # noqa: N805
        only = info.context.viewer.letter_for if info.context.viewer else None
        return opened_form(root, info.context.now, info.context.today(root.organization), token, only)  # type: ignore[return-value]

    @field(description="Its meters, removed ones last.")
    @reads(meters_of)
    def meters(root: Parent[AccountRow], info: Info) -> list[Meter]:  # noqa: N805
        return info.context.loaders.answer(meters_of, root, then=listed)

    @field(description="Whether the print-out of a heat meter's daily parameters is to be sent each month; null by a letter's link.")
    @reads(wants_printout)
    def needs_heat_printout(root: Parent[AccountRow], info: Info) -> bool | None:  # noqa: N805
        return info.context.loaders.answer(wants_printout, root, then=bool)

    @field(description="Files that were sent about it, newest first; null for whoever may not send readings.")
    async def documents(
        root: Parent[AccountRow],  # noqa: N805
        info: Info,
        first: First,
        after: After = None,
        period: OnlyPeriod = None,
    ) -> Connection[Document] | None:
        place = ids.after("documents", after)
        rows = await info.context.loaders.of(documents_pages, root, checked_first(first), int(place[0]) if place else None, period)
        return PageOf("documents", rows or [], first, lambda row: (row.pk,))  # type: ignore[return-value]

    @field(description="The statement of a month; without `period` of the last closed month that has one.")
    @reads(statements_of, lambda period=None: (period,))
    def statement(root: Parent[AccountRow], info: Info, period: OfPeriod = None) -> Statement | None:  # noqa: N805
        return info.context.loaders.answer(statements_of, root, period)

    @field(description="The months that have a statement, newest first.")
    @reads(statement_periods)
    def statement_periods(root: Parent[AccountRow], info: Info) -> list[Period] | None:  # noqa: N805
        return info.context.loaders.answer(statement_periods, root, then=listed)

    @field(description="Every version of a month's statement, the newest first, with charges as they stood then.")
    async def statement_versions(root: Parent[AccountRow], info: Info, period: TheMonth) -> list[StatementVersion] | None:  # noqa: N805
        return await info.context.loaders.of(versions_of, root, period) or []

    @field(description="Statements, newest first.")
    @reads(statements_pages, lambda first, after=None: (checked_first(first), _month_of(after)))
    def statements(root: Parent[AccountRow], info: Info, first: First, after: After = None) -> Connection[Statement] | None:  # noqa: N805
        def page(rows: list[StatementRow] | None) -> PageOf:
            return PageOf("statements", rows or [], first, lambda row: (row.period.first_day,))

        return info.context.loaders.answer(statements_pages, root, checked_first(first), _month_of(after), then=page)

    @field(description="Readings that stand, newest first.")
    async def readings(
        root: Parent[AccountRow],  # noqa: N805
        info: Info,
        first: First,
        after: After = None,
        period: OnlyPeriod = None,
    ) -> Connection[Reading] | None:
        rows = await info.context.loaders.of(readings_pages, root, checked_first(first), ids.dated("readings", after), period)
        return PageOf("readings", rows or [], first, lambda row: (row.taken_on, row.pk))  # type: ignore[return-value]

    @field(description="Every charge, newest month first; recalculations are charges of their own, groups come only as `parent` of their parts.")
    async def charges(
        root: Parent[AccountRow],  # noqa: N805
        info: Info,
        first: First,
        after: After = None,
        period: OnlyPeriod = None,
    ) -> Connection[Charge] | None:
        rows = await info.context.loaders.of(charges_pages, root, checked_first(first), ids.dated("charges", after), period)
        return PageOf("charges", rows or [], first, lambda row: (row.period.first_day, row.pk))  # type: ignore[return-value]

    @field(description="Payments, newest first.")
    async def payments(root: Parent[AccountRow], info: Info, first: First, after: After = None) -> Connection[Payment] | None:  # noqa: N805
        rows = await info.context.loaders.of(payments_pages, root, checked_first(first), ids.dated("payments", after))
        return PageOf("payments", rows or [], first, lambda row: (row.paid_on, row.pk))  # type: ignore[return-value]

    @field(description="Readings to look back at, newest first: those that stand, refused ones, and replaced ones of the viewer's own; for staff all.")
    async def reading_history(root: Parent[AccountRow], info: Info, first: First, after: After = None) -> Connection[Reading] | None:  # noqa: N805
        rows = await info.context.loaders.of(history_of_accounts, root, checked_first(first), history_place(after))
        return PageOf("history", rows or [], first, lambda row: (row.taken_on, row.pk))  # type: ignore[return-value]

    @field(description="What its meters counted, by places of counting and months. What was billed is `consumption`, and may differ.")
    async def meter_consumption(root: Parent[AccountRow], info: Info, months: PastMonths = 24) -> list[PlaceConsumption] | None:  # noqa: N805
        return await info.context.loaders.of(places_of, root, since(root, info, months)) or []

    @field(description="Billed quantities of the last months by month and resource, oldest first; what meters counted is `meterConsumption`.")
    async def consumption(root: Parent[AccountRow], info: Info, months: Months = 12) -> list[MonthlyConsumption] | None:  # noqa: N805
        if not 1 <= months <= 60:
            raise BadRequest("`months` must be between 1 and 60")
        since = Period.of(info.context.today(root.organization)).plus(-months)
        return await info.context.loaders.of(consumption, root, since) or []

    @field(description="Who is linked to it today or later, by itself and not by its contract; null for those who do not manage its members in person.")
    @reads(account_members)
    def members(root: Parent[AccountRow], info: Info) -> list[Annotated[Membership, strawberry.lazy("schema.members")]] | None:  # noqa: N805
        return info.context.loaders.answer(account_members, root)

    @field(description="That something shown of it is wrong: the viewer's own reports, all for staff; null but in person.")
    @reads(account_reports)
    def reports(root: Parent[AccountRow], info: Info) -> list[Annotated[DataReport, strawberry.lazy("schema.data_reports")]] | None:  # noqa: N805
        return info.context.loaders.answer(account_reports, root, then=listed)

    @field(description="Invitations to it that wait; null for those who do not manage its members in person.")
    async def invitations(root: Parent[AccountRow], info: Info) -> list[Annotated[Invitation, strawberry.lazy("schema.members")]] | None:  # noqa: N805
        return await info.context.loaders.of(account_invitations, root, info.context.now)

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, AccountRow)


def _month_of(after: str | None) -> dt.date | None:
    place = ids.after("statements", after)
    return dt.date.fromisoformat(place[0]) if place else None


def _area(micro: int | None) -> Any:
    return QuantityValue(micro, AREA) if micro is not None else None
