"""Who is linked to accounts and contracts: memberships and invitations."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Parent, field

from models.enums import Proof, Right
from resolvers.accounts import accounts_by_ids
from resolvers.contracts import contracts_by_ids
from resolvers.invitations import InvitationRow, Offer
from resolvers.memberships import MembershipRow
from resolvers.organizations import organizations_by_ids
from resolvers.senders import masked
from schema import ids
from schema.context import Info
from schema.human_checks import HumanCheckInput
from schema.organizations import Organization
from schema.results import Rejected
from schema.values import Node

if TYPE_CHECKING:
    from schema.accounts import Account
    from schema.contracts import Contract


@strawberry.type(description="A person's link to one account, or to a contract and thereby to its present and future recipients.")
class Membership(Node):
    name: str | None = field(description="The person's name, as he gives it.")
    from_on: dt.date | None = field(description="The first day; null: all the past too.")
    until_on: dt.date | None = field(description="The last day; null: until it is ended.")
    proof: Proof = field(description="How the person got it.")
    created_at: dt.datetime = field(description="Since when it is.")
    invited_by: str | None = field(description="The name of whoever invited the person.")
    is_mine: bool = field(description="Whether it is the viewer's own.")

    @field(description="Opaque and stable.")
    def id(root: Parent[MembershipRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("mem", root.pk))

    @field(description="The person's e-mail, so that who knows it recognizes it: `a•••@example.kz`.")
    def email(root: Parent[MembershipRow]) -> str:  # noqa: N805
        return masked(root.email)

    @field(description="What the person may do beside seeing the account and its meters.")
    def rights(root: Parent[MembershipRow]) -> list[Right]:  # noqa: N805
        return _rights(root.rights)

    @field(description="What proved the account: `surname`, `flat`, `last_payment`, `tax_number`, `bill_code`.")
    def proved_by(root: Parent[MembershipRow]) -> list[str]:  # noqa: N805
        return list(root.proved_by)

    @field(description="The account, while the viewer may see it.")
    async def account(root: Parent[MembershipRow], info: Info) -> Annotated[Account, strawberry.lazy("schema.accounts")] | None:  # noqa: N805
        return await info.context.loaders.by_id(accounts_by_ids, root.account_pk) if root.account_pk is not None else None

    @field(description="The contract, while the viewer may see it.")
    async def contract(root: Parent[MembershipRow], info: Info) -> Annotated[Contract, strawberry.lazy("schema.contracts")] | None:  # noqa: N805
        return await info.context.loaders.by_id(contracts_by_ids, root.contract_pk) if root.contract_pk is not None else None

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, MembershipRow)


@strawberry.type(description="An invitation by letter that waits to be accepted.")
class Invitation:
    email: str = field(description="To which address the letter went.")
    until_on: dt.date | None = field(description="Until which day the access would be; null: until it is ended.")
    created_at: dt.datetime = field(description="When it was sent.")
    expires_at: dt.datetime = field(description="Until when it can be accepted.")

    @field(description="Opaque and stable.")
    def id(root: Parent[InvitationRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("inv", root.pk))

    @field(description="What it offers beside seeing the account and its meters.")
    def rights(root: Parent[InvitationRow]) -> list[Right]:  # noqa: N805
        return _rights(root.rights)


@strawberry.type(description="What the link of an invitation offers, for whoever holds it.")
class InvitationOffer:
    number: str = field(description="The number of the account or contract.")
    is_contract: bool = field(description="Whether it is a contract's.")
    inviter: str | None = field(description="The name of whoever invites.")
    until_on: dt.date | None = field(description="Until which day; null: until it is ended.")

    @field(description="At which organization.")
    async def organization(root: Parent[Offer]) -> Organization | None:  # noqa: N805
        return (await organizations_by_ids([root.organization_pk])).get(root.organization_pk)  # type: ignore[return-value]

    @field(description="What it offers beside seeing the account and its meters.")
    def rights(root: Parent[Offer]) -> list[Right]:  # noqa: N805
        return _rights(root.rights)


@strawberry.input(description="Whom to invite to what.")
class InviteMemberInput:
    of: strawberry.ID = field(description="The account, or the contract.")
    email: str = field(description="Where the letter goes; whoever has it may accept, as whichever user.")
    idempotency_key: str = field(description="1 to 100 characters, new for each new form.")
    rights: list[Right] = field(default_factory=list, description="What to give beside seeing the account and its meters: of one's own rights.")
    until_on: dt.date | None = field(default=None, description="The last day; null: until it is ended.")
    human_check: HumanCheckInput | None = field(default=None, description="The answer to a human check, where one was asked for.")


@strawberry.input(description="An invitation.")
class RevokeInvitationInput:
    invitation: strawberry.ID = field(description="Which.")


@strawberry.input(description="The link of an invitation.")
class AcceptInvitationInput:
    token: str = field(description="What the letter's link ends with.")


@strawberry.input(description="What a member may do from now on.")
class ChangeMemberInput:
    membership: strawberry.ID = field(description="Whose.")
    rights: list[Right] = field(description="All that he may do beside seeing the account and its meters; added ones only of one's own.")
    until_on: dt.date | None = field(default=None, description="The last day; null: until it is ended.")


@strawberry.input(description="A member.")
class RevokeMemberInput:
    membership: strawberry.ID = field(description="Whose.")


@strawberry.input(description="A link of one's own.")
class UnlinkAccountInput:
    membership: strawberry.ID = field(description="Which.")


@strawberry.type(description="The letter is on its way.")
class InviteMemberDone:
    email: str = field(description="To which address.")


@strawberry.type(description="The invitation is worth nothing any more.")
class RevokeInvitationDone:
    done: bool = field(description="Always true.")


@strawberry.type(description="The account or contract is the viewer's to see.")
class AcceptInvitationDone:
    membership: Membership = field(description="The link.")


@strawberry.type(description="The rights are as wished.")
class ChangeMemberDone:
    membership: Membership = field(description="The link.")


@strawberry.type(description="The person is out, and told by letter.")
class RevokeMemberDone:
    done: bool = field(description="Always true.")


@strawberry.type(description="The link has ended.")
class UnlinkAccountDone:
    done: bool = field(description="Always true.")


InviteMemberResult = Annotated[InviteMemberDone | Rejected, strawberry.union("InviteMemberResult", description="How it ends.")]
AcceptInvitationResult = Annotated[AcceptInvitationDone | Rejected, strawberry.union("AcceptInvitationResult", description="How it ends.")]
ChangeMemberResult = Annotated[ChangeMemberDone | Rejected, strawberry.union("ChangeMemberResult", description="How it ends.")]
RevokeMemberResult = Annotated[RevokeMemberDone | Rejected, strawberry.union("RevokeMemberResult", description="How it ends.")]


def _rights(rights: Right) -> list[Right]:
    return [right for right in Right if right in rights]


def together(rights: list[Right]) -> Right:
    found = Right(0)
    for right in rights:
        found |= right
    return found
