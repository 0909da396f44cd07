"""The verbs over memberships and invitations: in person only."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from strawberry import field

from adapters.texts import language
from models.errors import NotFound
from resolvers import invitations, memberships
from resolvers.accounts import accounts_by_ids
from resolvers.contracts import contracts_by_ids
from resolvers.invitations import Invited
from resolvers.viewer import Viewer, viewer_of_user
from schema import ids
from schema.context import Info
from schema.members import (
    AcceptInvitationDone,
    AcceptInvitationInput,
    AcceptInvitationResult,
    ChangeMemberDone,
    ChangeMemberInput,
    ChangeMemberResult,
    InvitationOffer,
    InviteMemberDone,
    InviteMemberInput,
    InviteMemberResult,
    RevokeInvitationDone,
    RevokeInvitationInput,
    RevokeMemberDone,
    RevokeMemberInput,
    RevokeMemberResult,
    UnlinkAccountDone,
    UnlinkAccountInput,
    together,
)

Inviting = Annotated[InviteMemberInput, strawberry.argument(description="Whom, to what.")]
TheInvitation = Annotated[RevokeInvitationInput, strawberry.argument(description="The invitation.")]
Accepting = Annotated[AcceptInvitationInput, strawberry.argument(description="What the letter says.")]
Changing = Annotated[ChangeMemberInput, strawberry.argument(description="Whose rights, and which.")]
Revoking = Annotated[RevokeMemberInput, strawberry.argument(description="The member.")]
Unlinking = Annotated[UnlinkAccountInput, strawberry.argument(description="The link.")]
TheLink = Annotated[str, strawberry.argument(description="What the letter's link ends with.")]


@strawberry.type
class MemberQueries:
    @field(description="What an invitation's link offers; null where it is unknown, used or too old. Looking spends nothing.")
    async def invitation(self, info: Info, token: TheLink) -> InvitationOffer | None:
        return await invitations.offer(token, info.context.now)  # type: ignore[return-value]


@strawberry.type
class MemberMutations:
    @field(
        description="Invite somebody by letter to an account or contract whose members one manages; it can be accepted for a week. Codes: "
        "INVALID_EMAIL, MORE_THAN_YOURS, INVALID, LONGER_THAN_YOURS, TOO_MANY_ROWS, REQUIRED, TOO_LONG, KEY_REUSED, HUMAN_CHECK_NEEDED, WRONG_HUMAN_CHECK."
    )
    async def invite_member(self, info: Info, input: Inviting) -> InviteMemberResult:  # noqa: A002
        context, viewer = info.context, info.context.person
        who = Invited(input.email, together(input.rights), input.until_on, input.idempotency_key)
        human = input.human_check.answer() if input.human_check else None
        of = await _target(viewer, input.of)
        await invitations.invite(viewer, of, who, context.source, context.now, language=language(), human=human)
        return InviteMemberDone(email=input.email)

    @field(description="Make an invitation worth nothing.")
    async def revoke_invitation(self, info: Info, input: TheInvitation) -> RevokeInvitationDone:  # noqa: A002
        await invitations.revoke_invitation(info.context.person, ids.pk_of(input.invitation, "inv"), info.context.now)
        return RevokeInvitationDone(done=True)

    @field(description="Accept an invitation as the signed-in person. Codes: LINK_OVER, ALREADY_LINKED.")
    async def accept_invitation(self, info: Info, input: Accepting) -> AcceptInvitationResult:  # noqa: A002
        viewer = info.context.person
        made = await invitations.accept(viewer, input.token, info.context.now)
        return AcceptInvitationDone(membership=await _membership(viewer, made))

    @field(description="Change what a member may do, and until when. Codes: MORE_THAN_YOURS, LONGER_THAN_YOURS, ONLY_OWNERS, YOUR_INVITER, INVALID.")
    async def change_member(self, info: Info, input: Changing) -> ChangeMemberResult:  # noqa: A002
        viewer, pk = info.context.person, ids.pk_of(input.membership, "mem")
        await memberships.change_member(viewer, pk, together(input.rights), input.until_on)
        return ChangeMemberDone(membership=await _membership(viewer, pk))

    @field(description="Show a member out, and whomever that one, having proved nothing, has invited. Codes: ONLY_OWNERS, YOUR_INVITER.")
    async def revoke_member(self, info: Info, input: Revoking) -> RevokeMemberResult:  # noqa: A002
        viewer, pk = info.context.person, ids.pk_of(input.membership, "mem")
        await memberships.revoke_member(viewer, pk, info.context.now, language=language())
        return RevokeMemberDone(done=True)

    @field(description="End one's own link to an account or contract: nothing of it is seen any more.")
    async def unlink_account(self, info: Info, input: Unlinking) -> UnlinkAccountDone:  # noqa: A002
        await memberships.unlink(info.context.person, ids.pk_of(input.membership, "mem"), info.context.now, language=language())
        return UnlinkAccountDone(done=True)


async def _target(viewer: Viewer, text: str) -> Any:
    known = ids.decode(text)
    found: Any = None
    if known is not None and known[0] == "acc":
        found = (await accounts_by_ids(viewer, [known[1]])).get(known[1])
    elif known is not None and known[0] == "con":
        found = (await contracts_by_ids(viewer, [known[1]])).get(known[1])
    if found is None:
        raise NotFound("nothing with this id")
    return found


async def _membership(viewer: Viewer, pk: int) -> Any:
    """As it is now: the viewer of the request was built before."""
    fresh = await viewer_of_user(viewer.user_id or 0, viewer.today)
    return (await memberships.memberships_by_ids(fresh, [pk]))[pk]
