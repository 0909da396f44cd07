"""What is said about oneself, and how that ends: inputs and outcomes of schema/profile.py."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import field

from models.enums import TokenScope, Topic
from schema.human_checks import HumanCheckInput
from schema.people import ApiToken
from schema.results import Rejected
from schema.viewers import User


@strawberry.input(description="What to change; what is left out or null stays, an empty text takes away.")
class UpdateProfileInput:
    name: str | None = field(default=None, description="The name, at most 300 characters.")
    phone: str | None = field(default=None, description="The mobile number with its country code.")
    tax_number: str | None = field(default=None, description="IIN or BIN, in Russia INN.")
    language: str | None = field(default=None, description="`ru`, `kk` or `en`: of pages where nothing else was chosen, and of letters.")
    login: str | None = field(default=None, description="A free login, once, where there is none.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")
    human_check: HumanCheckInput | None = field(default=None, description="The answer to a human check, where one was asked for.")


@strawberry.input(description="The new address.")
class ChangeEmailInput:
    email: str = field(description="One plain address.")
    password: str = field(description="The present password.")
    organization_slug: str | None = field(default=None, description="On whose pages this happens: its name stands in the letters.")
    human_check: HumanCheckInput | None = field(default=None, description="The answer to a human check, where one was asked for.")


@strawberry.input(description="The link of the letter, or by whoever signed in asked for it the code in it.")
class ConfirmEmailInput:
    token: str | None = field(default=None, description="What the letter's link ends with.")
    code: str | None = field(default=None, description="The eight letters and digits.")
    organization_slug: str | None = field(default=None, description="On whose pages this happens.")


@strawberry.input(description="The link of the letter at the old address.")
class CancelEmailChangeInput:
    token: str = field(description="What the letter's link ends with.")
    organization_slug: str | None = field(default=None, description="On whose pages this happens.")


@strawberry.input(description="The present and the new password.")
class ChangePasswordInput:
    current_password: str = field(description="The present one.")
    password: str = field(description="The new one: 8 to 128 characters.")
    repeat: str = field(description="The new one once more.")
    organization_slug: str | None = field(default=None, description="On whose pages this happens: its name stands in the letter.")
    human_check: HumanCheckInput | None = field(default=None, description="The answer to a human check, where one was asked for.")


@strawberry.input(description="A place where one is signed in.")
class EndSessionInput:
    session: strawberry.ID = field(description="Which.")


@strawberry.input(description="A new personal token.")
class CreateTokenInput:
    label: str = field(description="What to call it, at most 120 characters.")
    scopes: list[TokenScope] = field(description="What it may be used for: at least one.")
    idempotency_key: str = field(
        description="1 to 100 characters, new for each new form. The text of a token is never given twice: the same key gives TOKEN_SHOWN."
    )
    days: int | None = field(default=None, description="For how many days, 1–3650; null: until it is revoked.")


@strawberry.input(description="A personal token.")
class RevokeTokenInput:
    token: strawberry.ID = field(description="Which.")


@strawberry.input(description="What is wanted of one account alone.")
class AccountTopicsInput:
    account: strawberry.ID = field(description="The account.")
    topics: list[Topic] = field(description="All that is wanted of it, beside what is wanted of all accounts.")


@strawberry.input(description="What is to be mailed.")
class SetSubscriptionsInput:
    everywhere: list[Topic] = field(description="All that is wanted of all accounts, those that come later too.")
    accounts: list[AccountTopicsInput] = field(default_factory=list, description="Accounts of their own wish, at most 100; others stay as they are.")


@strawberry.input(description="A consent.")
class WithdrawConsentInput:
    consent: strawberry.ID = field(description="Which.")


@strawberry.type(description="The data are as wished.")
class UpdateProfileDone:
    user: User = field(description="The person.")


@strawberry.type(description="Letters went out: to the new address, and to the old one.")
class ChangeEmailDone:
    user: User = field(description="The person, whose address is still the old one.")


@strawberry.type(description="The letter at the new address is worth nothing any more.")
class WithdrawEmailChangeDone:
    user: User = field(description="The person.")


@strawberry.type(description="The new address is the person's.")
class ConfirmEmailDone:
    email: str = field(description="The address.")


@strawberry.type(description="The old address stands again; all sessions have ended, and the password is to be chosen anew.")
class CancelEmailChangeDone:
    done: bool = field(description="Always true.")


@strawberry.type(description="The password is changed, other sessions have ended.")
class ChangePasswordDone:
    token: str | None = field(description="This session under its new token; null where no session asked.")
    expires_at: dt.datetime | None = field(description="When it ends at the latest.")
    remembered: bool = field(description="Whether it was to be remembered on this device.")


@strawberry.type(description="The session has ended.")
class EndSessionDone:
    user: User = field(description="The person.")


@strawberry.type(description="All other sessions have ended.")
class EndOtherSessionsDone:
    ended: int = field(description="How many those were.")


@strawberry.type(description="The token is made.")
class CreateTokenDone:
    token: ApiToken = field(description="The token as lists show it.")
    text: str = field(description="What is sent as `Authorization: Bearer …`. Shown now and never again.")


@strawberry.type(description="The token opens nothing any more.")
class RevokeTokenDone:
    user: User = field(description="The person.")


@strawberry.type(description="That is what will be mailed.")
class SetSubscriptionsDone:
    user: User = field(description="The person.")


@strawberry.type(description="The consent is withdrawn, and nothing is mailed any more but what concerns the cabinet's safety.")
class WithdrawConsentDone:
    user: User = field(description="The person.")


UpdateProfileResult = Annotated[UpdateProfileDone | Rejected, strawberry.union("UpdateProfileResult", description="How it ends.")]
ChangeEmailResult = Annotated[ChangeEmailDone | Rejected, strawberry.union("ChangeEmailResult", description="How it ends.")]
ConfirmEmailResult = Annotated[ConfirmEmailDone | Rejected, strawberry.union("ConfirmEmailResult", description="How it ends.")]
CancelEmailChangeResult = Annotated[CancelEmailChangeDone | Rejected, strawberry.union("CancelEmailChangeResult", description="How it ends.")]
ChangePasswordResult = Annotated[ChangePasswordDone | Rejected, strawberry.union("ChangePasswordResult", description="How it ends.")]
CreateTokenResult = Annotated[CreateTokenDone | Rejected, strawberry.union("CreateTokenResult", description="How it ends.")]
SetSubscriptionsResult = Annotated[SetSubscriptionsDone | Rejected, strawberry.union("SetSubscriptionsResult", description="How it ends.")]

Changes = Annotated[UpdateProfileInput, strawberry.argument(description="What to change.")]
Address = Annotated[ChangeEmailInput, strawberry.argument(description="The new address, and the password.")]
Confirmation = Annotated[ConfirmEmailInput, strawberry.argument(description="What the letter says.")]
Cancelling = Annotated[CancelEmailChangeInput, strawberry.argument(description="What the letter says.")]
Passwords = Annotated[ChangePasswordInput, strawberry.argument(description="The passwords.")]
TheSession = Annotated[EndSessionInput, strawberry.argument(description="The session.")]
NewToken = Annotated[CreateTokenInput, strawberry.argument(description="The token.")]
TheToken = Annotated[RevokeTokenInput, strawberry.argument(description="The token.")]
Topics = Annotated[SetSubscriptionsInput, strawberry.argument(description="What is wanted.")]
TheConsent = Annotated[WithdrawConsentInput, strawberry.argument(description="The consent.")]
