"""What a person does about himself: in person only, never by a token."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import field

from adapters.texts import language
from models.errors import NotFound
from resolvers import email_changes, personal_tokens, subscriptions
from resolvers.devices import end_other_sessions, end_session
from resolvers.own_passwords import NewPassword, change_password
from resolvers.personal_tokens import Wish
from resolvers.profile import ProfileChanges, update_profile
from resolvers.sessions import UserRow, user_by_id
from schema import ids
from schema.context import Info
from schema.people import EmailChange
from schema.profile_forms import (
    Address,
    CancelEmailChangeDone,
    CancelEmailChangeResult,
    Cancelling,
    ChangeEmailDone,
    ChangeEmailResult,
    ChangePasswordDone,
    ChangePasswordResult,
    Changes,
    Confirmation,
    ConfirmEmailDone,
    ConfirmEmailResult,
    CreateTokenDone,
    CreateTokenResult,
    EndOtherSessionsDone,
    EndSessionDone,
    NewToken,
    Passwords,
    RevokeTokenDone,
    SetSubscriptionsDone,
    SetSubscriptionsResult,
    TheConsent,
    TheSession,
    TheToken,
    Topics,
    UpdateProfileDone,
    UpdateProfileResult,
    WithdrawConsentDone,
    WithdrawEmailChangeDone,
)

TheLink = Annotated[str, strawberry.argument(description="What the letter's link ends with.")]


@strawberry.type
class ProfileQueries:
    @field(description="What the link of a letter about a change of e-mail would do; null where it is unknown, used or too old. Looking spends nothing.")
    async def email_change(self, info: Info, token: TheLink) -> EmailChange | None:
        return await email_changes.mailed_change(token, info.context.now)  # type: ignore[return-value]


@strawberry.type
class ProfileMutations:
    @field(
        description="Change one's own data. Codes: TOO_LONG, INVALID, INVALID_PHONE, INVALID_TAX_NUMBER, INVALID_LOGIN, LOGIN_STAYS, TAKEN, "
        "HUMAN_CHECK_NEEDED, WRONG_HUMAN_CHECK."
    )
    async def update_profile(self, info: Info, input: Changes) -> UpdateProfileResult:  # noqa: A002
        context = info.context
        changes = ProfileChanges(input.name, input.phone, input.tax_number, input.language, input.login or None)
        human = input.human_check.answer() if input.human_check else None
        await update_profile(context.person, changes, context.source, context.now, human=human, validate_only=input.validate_only)
        return UpdateProfileDone(user=await _myself(info))  # type: ignore[arg-type]

    @field(
        description="Ask for another e-mail: it counts once the letter there is confirmed, within a day. The answer is the same where the address "
        "is somebody else's. Codes: INVALID_EMAIL, TAKEN (it is one's own), WRONG_PASSWORD, HUMAN_CHECK_NEEDED, "
        "WRONG_HUMAN_CHECK."
    )
    async def change_email(self, info: Info, input: Address) -> ChangeEmailResult:  # noqa: A002
        context = info.context
        await email_changes.change_email(
            context.person,
            input.email,
            input.password,
            context.source,
            context.now,
            slug=input.organization_slug,
            language=language(),
            human=input.human_check.answer() if input.human_check else None,
        )
        return ChangeEmailDone(user=await _myself(info))  # type: ignore[arg-type]

    @field(description="Think better of a change of e-mail that waits for its confirmation.")
    async def withdraw_email_change(self, info: Info) -> WithdrawEmailChangeDone:
        await email_changes.withdraw_email_change(info.context.person, info.context.now)
        return WithdrawEmailChangeDone(user=await _myself(info))  # type: ignore[arg-type]

    @field(description="Confirm the new e-mail; with the link by whoever holds it, signed in or not. Codes: LINK_OVER, WRONG_CODE, TAKEN.")
    async def confirm_email(self, info: Info, input: Confirmation) -> ConfirmEmailResult:  # noqa: A002
        context = info.context
        email = await email_changes.confirm_email(context.viewer, input.token, input.code, context.now, slug=input.organization_slug, language=language())
        return ConfirmEmailDone(email=email)

    @field(description="Put the old e-mail back, from the letter there, within a week of the change. Codes: LINK_OVER, TAKEN.")
    async def cancel_email_change(self, info: Info, input: Cancelling) -> CancelEmailChangeResult:  # noqa: A002
        await email_changes.cancel_email_change(input.token, info.context.now, slug=input.organization_slug, language=language())
        return CancelEmailChangeDone(done=True)

    @field(
        description="Change the password. Other sessions end, this one goes on under a new token. Codes: PASSWORDS_DIFFER, PASSWORD_TOO_SHORT, "
        "PASSWORD_TOO_COMMON, TOO_LONG, WRONG_PASSWORD, HUMAN_CHECK_NEEDED, WRONG_HUMAN_CHECK."
    )
    async def change_password(self, info: Info, input: Passwords) -> ChangePasswordResult:  # noqa: A002
        context, new = info.context, NewPassword(input.current_password, input.password, input.repeat)
        human = input.human_check.answer() if input.human_check else None
        done = await change_password(context.person, new, context.source, context.now, slug=input.organization_slug, language=language(), human=human)
        return ChangePasswordDone(token=done.token, expires_at=done.expires_at, remembered=done.remembered)

    @field(description="Sign out one place.")
    async def end_session(self, info: Info, input: TheSession) -> EndSessionDone:  # noqa: A002
        await end_session(info.context.person, ids.pk_of(input.session, "ses"))
        return EndSessionDone(user=await _myself(info))  # type: ignore[arg-type]

    @field(description="Sign out everywhere but here.")
    async def end_other_sessions(self, info: Info) -> EndOtherSessionsDone:
        return EndOtherSessionsDone(ended=await end_other_sessions(info.context.person))

    @field(description="Make a personal token, at most 20. Codes: REQUIRED, TOO_LONG, INVALID, TOO_MANY_ROWS, KEY_REUSED, TOKEN_SHOWN.")
    async def create_token(self, info: Info, input: NewToken) -> CreateTokenResult:  # noqa: A002
        wish = Wish(input.label, input.scopes, input.days, input.idempotency_key)
        row, text = await personal_tokens.create_personal_token(info.context.person, wish, info.context.now)
        return CreateTokenDone(token=row, text=text)  # type: ignore[arg-type]

    @field(description="Revoke a personal token.")
    async def revoke_token(self, info: Info, input: TheToken) -> RevokeTokenDone:  # noqa: A002
        await personal_tokens.revoke_token(info.context.person, ids.pk_of(input.token, "tok"), info.context.now)
        return RevokeTokenDone(user=await _myself(info))  # type: ignore[arg-type]

    @field(description="Say what is to be mailed. Codes: TOO_MANY_ROWS.")
    async def set_subscriptions(self, info: Info, input: Topics) -> SetSubscriptionsResult:  # noqa: A002
        viewer, single = info.context.person, [(ids.pk_of(one.account, "acc"), one.topics) for one in input.accounts]
        await subscriptions.set_subscriptions(viewer, input.everywhere, single, info.context.now)
        return SetSubscriptionsDone(user=await _myself(info))  # type: ignore[arg-type]

    @field(description="Withdraw a consent: nothing is mailed any more but what concerns the cabinet's safety.")
    async def withdraw_consent(self, info: Info, input: TheConsent) -> WithdrawConsentDone:  # noqa: A002
        await subscriptions.withdraw_consent(info.context.person, ids.pk_of(input.consent, "cns"), info.context.now)
        return WithdrawConsentDone(user=await _myself(info))  # type: ignore[arg-type]


async def _myself(info: Info) -> UserRow:
    found = await user_by_id(info.context.person.user_id or 0)
    if found is None:
        raise NotFound("user")
    return found
