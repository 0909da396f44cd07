"""Forgotten name or password."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Parent, field

from resolvers import recovery
from resolvers.recovery import Hint, NewPassword
from resolvers.recovery import RecoveryForm as RecoveryFormRow
from schema.context import Info
from schema.human_checks import HumanCheckInput, answer_of
from schema.registration import Token
from schema.results import Rejected


@strawberry.input(description="Who has forgotten.")
class RequestRecoveryInput:
    login_or_email: str = field(description="E-mail, login, or an account's or contract's login within the organization.")
    organization_slug: str | None = field(default=None, description="The organization on whose pages this happens.")
    language: str = field(default="ru", description="Of the letter, where the user has chosen none.")
    human_check: HumanCheckInput | None = field(default=None, description="The answer to a human check, where one is asked for.")


@strawberry.type(description="The same for every login and e-mail.")
class RequestRecoveryDone:
    done: bool = field(description="Always true.")


@strawberry.type(description="What the form of a recovery's link asks for.")
class RecoveryForm:
    login: str = field(description="Whose password it is.")

    @field(description="What must be given besides the new password, on top of the link.")
    def asks(root: Parent[RecoveryFormRow]) -> list[Hint]:  # noqa: N805
        return list(root.asks)


@strawberry.input(description="A new password.")
class RecoverPasswordInput:
    token: str = field(description="What the link in the letter ends with.")
    password: str = field(description="8 to 128 characters, exactly as typed; none of those that everybody tries first.")
    repeat: str = field(description="The password once more.")
    tax_number: str = field(default="", description="IIN, BIN or INN, where the form asks for it.")
    number: str = field(default="", description="The number of any of the user's accounts or contracts, where the form asks for it.")
    human_check: HumanCheckInput | None = field(default=None, description="The answer to a human check, where one is asked for.")


@strawberry.type(description="The new password holds; all sessions and the user's own tokens have ended.")
class RecoverPasswordDone:
    login: str = field(description="What signs in.")


RequestRecoveryResult = Annotated[RequestRecoveryDone | Rejected, strawberry.union("RequestRecoveryResult", description="How asking for a recovery ends.")]
RecoverPasswordResult = Annotated[RecoverPasswordDone | Rejected, strawberry.union("RecoverPasswordResult", description="How a recovery ends.")]
RequestArgument = Annotated[RequestRecoveryInput, strawberry.argument(description="Login or e-mail.")]
RecoverArgument = Annotated[RecoverPasswordInput, strawberry.argument(description="The form.")]


@strawberry.type
class RecoveryQueries:
    @field(description="What a recovery's link asks for; null where it is unknown, used or over. Looking spends nothing. Whoever has the link.")
    async def recovery_form(self, info: Info, token: Token) -> RecoveryForm | None:
        return await recovery.recovery_form(token, info.context.now)  # type: ignore[return-value]


@strawberry.type
class RecoveryMutations:
    @field(description="Have a letter with one's logins and a link sent. Codes: REQUIRED, INVALID_EMAIL, INVALID, HUMAN_CHECK_NEEDED, WRONG_HUMAN_CHECK.")
    async def request_recovery(self, info: Info, input: RequestArgument) -> RequestRecoveryResult:  # noqa: A002
        context = info.context
        await recovery.request_recovery(
            input.login_or_email, input.organization_slug, input.language, context.source, context.now, answer_of(input.human_check)
        )
        return RequestRecoveryDone(done=True)

    @field(
        description="Choose a new password by a letter's link. Codes: LINK_OVER, REQUIRED, WRONG_HINT (ten tries at one link), TOO_LONG, "
        "PASSWORD_TOO_SHORT, PASSWORD_TOO_COMMON, PASSWORDS_DIFFER, HUMAN_CHECK_NEEDED, WRONG_HUMAN_CHECK."
    )
    async def recover_password(self, info: Info, input: RecoverArgument) -> RecoverPasswordResult:  # noqa: A002
        form = NewPassword(input.token, input.password, input.repeat, input.tax_number, input.number)
        return RecoverPasswordDone(login=await recovery.recover_password(form, info.context.source, info.context.now, answer_of(input.human_check)))
