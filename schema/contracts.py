"""Contracts of legal payers and their statements by recipients."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Parent, field

from models.enums import Right, StatementState
from models.period import Period
from resolvers.accounts import recipients_pages as recipients_of
from resolvers.contract_statements import ContractStatementRow, RecipientRow, contract_periods, contract_statements, recipients_pages
from resolvers.contracts import ContractRow as ContractRecord
from resolvers.contracts import contract_balances
from resolvers.invitations import contract_invitations
from resolvers.memberships import contract_members
from schema import ids
from schema.accounts import Account
from schema.arguments import After, First, OfPeriod
from schema.charges import Charge, Service
from schema.context import Info
from schema.contract_changes import ContractComparison
from schema.contract_settlements import ContractSettlements
from schema.corrections import ContractCorrections
from schema.loaders import listed, reads
from schema.organizations import Organization
from schema.values import Connection, Money, Node, PageOf, Quantity, checked_first

if TYPE_CHECKING:
    from schema.members import Invitation, Membership


@strawberry.type(description="The sum of one service over all recipients.")
class ContractTotal:
    service: Service = field(description="The service.")
    quantity: Quantity | None = field(description="How much of it, where all lines have one unit.")
    amount: Money = field(description="What it costs, with recalculations.")
    recalculation: Money = field(description="What of it is recalculations.")


@strawberry.type(description="One line of a contract's statement.")
class ContractRow:
    position: int = field(description="Counts from 1 through the whole statement.")
    account: Account = field(description="The recipient.")
    charge: Charge = field(description="The line of its bill.")

    @field(description="The recipient's name as it was in the month.")
    def recipient_name(root: Parent[RecipientRow]) -> str | None:  # noqa: N805
        return root.facts.holder_name if root.facts else None

    @field(description="The recipient's tariff group as it was in the month.")
    def tariff_group(root: Parent[RecipientRow]) -> str | None:  # noqa: N805
        return root.facts.tariff_group if root.facts else None


@strawberry.type(description="A contract's charges of one month by recipients («Расшифровка по получателям»).")
class ContractStatement(ContractComparison, ContractCorrections):
    period: Period = field(description="The month.")
    state: StatementState = field(description="Whether figures may still change.")
    as_of: dt.datetime | None = field(description="When the newest of these figures came.")
    total: Money = field(description="The sum over all recipients and services, with recalculations and without penalty.")
    recalculation: Money = field(description="What of the total is recalculations.")
    penalty: Money | None = field(
        description="The penalty of all recipients, in no line and not in the total; null where the supplier does not say it for each of them."
    )
    total_with_penalty: Money | None = field(description="The total and the penalty; null where the penalty is not known.")
    totals: list[ContractTotal] = field(description="The sums by service.")

    @field(description="The lines in the order of account numbers.")
    async def rows(root: Parent[ContractStatementRow], info: Info, first: First, after: After = None) -> Connection[ContractRow]:  # noqa: N805
        place = ids.after("rows", after)
        start = int(place[0]) if place else None
        rows = await info.context.loaders.of(recipients_pages, root, checked_first(first), start)
        return PageOf("rows", rows or [], first, lambda row: (row.position,))  # type: ignore[return-value]


@strawberry.type(description="A legal payer's contract with many accounts («получатели»).")
class Contract(ContractSettlements, Node):
    number: str = field(description="Its number within the organization.")
    payer_name: str = field(description="Who pays.")
    organization: Organization = field(description="Whose contract it is.")

    @field(description="Opaque and stable.")
    def id(root: Parent[ContractRecord]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("con", root.pk))

    @field(description="What is due over all its accounts; negative is overpaid. Null when unknown or hidden.")
    @reads(contract_balances)
    def balance(root: Parent[ContractRecord], info: Info) -> Money | None:  # noqa: N805
        return info.context.loaders.answer(contract_balances, root)

    @field(description="The accounts that belong to it now, in the order of their numbers.")
    async def recipients(root: Parent[ContractRecord], info: Info, first: First, after: After = None) -> Connection[Account]:  # noqa: N805
        place = ids.after("recipients", after)
        rows = await info.context.loaders.of(recipients_of, root, checked_first(first), place[0] if place else None)
        return PageOf("recipients", rows or [], first, lambda row: (row.number,))  # type: ignore[return-value]

    @field(description="The statement of a month; without `period` of the last closed month that has one.")
    async def statement(root: Parent[ContractRecord], info: Info, period: OfPeriod = None) -> ContractStatement | None:  # noqa: N805
        return await info.context.loaders.of(contract_statements, root, period)

    @field(description="The months that have a statement, newest first.")
    @reads(contract_periods)
    def statement_periods(root: Parent[ContractRecord], info: Info) -> list[Period] | None:  # noqa: N805
        return info.context.loaders.answer(contract_periods, root, then=listed)

    @field(description="What the viewer may do with it today.")
    def may(root: Parent[ContractRecord]) -> list[Right]:  # noqa: N805
        return [right for right in Right if right in root.access.rights]

    @field(description="Who is linked to it today or later; null for those who do not manage its members in person.")
    @reads(contract_members)
    def members(root: Parent[ContractRecord], info: Info) -> list[Annotated[Membership, strawberry.lazy("schema.members")]] | None:  # noqa: N805
        return info.context.loaders.answer(contract_members, root)

    @field(description="Invitations to it that wait; null for those who do not manage its members in person.")
    async def invitations(root: Parent[ContractRecord], info: Info) -> list[Annotated[Invitation, strawberry.lazy("schema.members")]] | None:  # noqa: N805
        return await info.context.loaders.of(contract_invitations, root, info.context.now)

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, ContractRecord)
