"""Registering, and confirming it by letter."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.enums import AccountKind
from resolvers import confirmation, registration, registration_letters
from resolvers.confirmation import Confirmed
from resolvers.registration import Registered
from resolvers.registration_form import Asked, ResultingLogin, preview
from schema.arguments import OptionalSlug
from schema.context import Info
from schema.human_checks import HumanCheckInput, answer_of
from schema.results import Rejected

Token = Annotated[str, strawberry.argument(description="What the link in the letter ends with.")]
Typed = Annotated[str, strawberry.argument(description="As typed so far; empty for none.")]


@strawberry.input(description="Who registers. Only e-mail, password, consent and, for a legal entity, name, tax and contract number are needed.")
class RegisterUserInput:
    kind: AccountKind = field(description="A person or a legal entity.")
    email: str = field(description="The e-mail, which the letter goes to and which signs in once it is confirmed.")
    password: str = field(description="8 to 128 characters, exactly as typed; none of those that everybody tries first.")
    repeat: str = field(description="The password once more.")
    language: str = field(description="Of the letter and the agreement: `ru`, `kk` or `en`.")
    agreement_version: str = field(description="The version of the agreement that is accepted: the present one.")
    idempotency_key: str = field(description="1 to 100 characters, new for each new form. The same key and input register once.")
    organization_slug: str | None = field(default=None, description="The organization on whose pages this happens.")
    login: str = field(default="", description="A login of one's own choice: Russian, Kazakh or Latin letters, digits, - and _, a letter first, at most 30.")
    account_number: str = field(default="", description="A person's account at the organization: it is linked by proof, later, and is then a login.")
    name: str = field(default="", description="The company's name.")
    tax_number: str = field(default="", description="IIN or BIN, in Russia INN.")
    contract_number: str = field(default="", description="The company's contract at the organization, like the account number.")
    phone: str = field(default="", description="A mobile phone with its country code.")
    bill_by_email: bool = field(default=False, description="Send the bill by e-mail every month.")
    invitation: str = field(default="", description="The token of an invitation's link: confirming gives it back, so that it can be accepted then.")
    human_check: HumanCheckInput | None = field(default=None, description="The answer to a human check, where one is asked for.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.type(description="The login that results from what is typed.")
class LoginPreview:
    login: str = field(description="What one will sign in by.")
    after_linking: bool = field(description="Whether it is valid only once the account or contract is linked by proof. The e-mail is from the confirmation on.")


@strawberry.type(description="A letter is on its way, to the same words whether the address is known or not.")
class RegisterUserDone:
    email: str = field(description="The address that the letter goes to.")

    registration: str | None = field(description="The registration, as `resendConfirmation` takes it; null with `validateOnly`.")

    @field(description="The login that results.")
    def login(root: Parent[Registered]) -> LoginPreview:  # noqa: N805
        return root.resulting  # type: ignore[return-value]

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, Registered)


@strawberry.type(description="What the holder of a letter's link is shown before confirming.")
class PendingRegistration:
    email: str = field(description="The address.")
    login: str | None = field(description="The login that was chosen.")
    kind: AccountKind = field(description="A person or a legal entity.")
    asked_at: dt.datetime = field(description="When somebody registered.")
    confirmed: bool = field(description="Whether it has been confirmed already.")
    invitation: str | None = field(description="The token of the invitation that was brought along, while it waits.")


@strawberry.input(description="The link's token; or the code that was typed, with the address that it was mailed to.")
class ConfirmRegistrationInput:
    token: str = field(default="", description="What the link in the letter ends with.")
    email: str = field(default="", description="Without a token: the address that the letter went to.")
    code: str = field(default="", description="Without a token: the code in the letter, in any case, with or without blanks.")
    human_check: HumanCheckInput | None = field(default=None, description="The answer to a human check, where one is asked for.")


@strawberry.type(description="The registration is confirmed: its user may sign in.")
class ConfirmRegistrationDone:
    login: str = field(description="What signs in.")
    already: bool = field(description="It had been confirmed before.")
    login_taken: bool = field(description="Somebody else has the login that was chosen: the e-mail signs in, and another login may be chosen in the profile.")
    invitation: str | None = field(description="The token of the invitation that was brought along, while it waits.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, Confirmed)


@strawberry.input(description="Whom to send the letter again.")
class ResendConfirmationInput:
    email: str = field(default="", description="The address; not needed with `registration`.")
    registration: str = field(
        default="", description="Which registration, as `registerUser` or a refused `signIn` gave it. Else each of the address's newest three."
    )
    organization_slug: str | None = field(default=None, description="The organization on whose pages this happens.")
    language: str = field(default="ru", description="Of the letter, where no registration says another.")
    human_check: HumanCheckInput | None = field(default=None, description="The answer to a human check, where one is asked for.")


@strawberry.type(description="The same for every address.")
class ResendConfirmationDone:
    done: bool = field(description="Always true.")


RegisterUserResult = Annotated[RegisterUserDone | Rejected, strawberry.union("RegisterUserResult", description="How a registration ends.")]
ConfirmRegistrationResult = Annotated[ConfirmRegistrationDone | Rejected, strawberry.union("ConfirmRegistrationResult", description="How a confirmation ends.")]
ResendConfirmationResult = Annotated[
    ResendConfirmationDone | Rejected, strawberry.union("ResendConfirmationResult", description="How asking for another letter ends.")
]
RegisterArgument = Annotated[RegisterUserInput, strawberry.argument(description="The form.")]
ConfirmArgument = Annotated[ConfirmRegistrationInput, strawberry.argument(description="Link or code.")]
ResendArgument = Annotated[ResendConfirmationInput, strawberry.argument(description="The address.")]


@strawberry.type
class RegistrationQueries:
    @field(description="The login that results from what is typed; null while nothing can. It tells nothing about who has it. Public.")
    async def login_preview(
        self, organization_slug: OptionalSlug = None, login: Typed = "", account_number: Typed = "", contract_number: Typed = ""
    ) -> LoginPreview | None:
        found: ResultingLogin | None = await preview(organization_slug, login=login, account_number=account_number, contract_number=contract_number)
        return found  # type: ignore[return-value]

    @field(description="What a letter's link is about; null where it is unknown or over. Looking spends nothing. Whoever has the link.")
    async def pending_registration(self, info: Info, token: Token) -> PendingRegistration | None:
        return await confirmation.pending(token, info.context.now)  # type: ignore[return-value]


@strawberry.type
class RegistrationMutations:
    @field(
        description="Register. It becomes a user when its letter is confirmed. Codes: REQUIRED, TOO_LONG, INVALID, INVALID_EMAIL, INVALID_LOGIN, "
        "INVALID_PHONE, INVALID_TAX_NUMBER, PASSWORD_TOO_SHORT, PASSWORD_TOO_COMMON, PASSWORDS_DIFFER, CONSENT_REQUIRED, KEY_REUSED, "
        "HUMAN_CHECK_NEEDED, WRONG_HUMAN_CHECK."
    )
    async def register_user(self, info: Info, input: RegisterArgument) -> RegisterUserResult:  # noqa: A002
        context = info.context
        asked = Asked(
            kind=input.kind,
            email=input.email,
            password=input.password,
            repeat=input.repeat,
            language=input.language,
            agreement_version=input.agreement_version,
            key=input.idempotency_key,
            slug=input.organization_slug,
            login=input.login,
            account_number=input.account_number,
            contract_number=input.contract_number,
            name=input.name,
            tax_number=input.tax_number,
            phone=input.phone,
            bill_by_email=input.bill_by_email,
            invitation=input.invitation,
            validate_only=input.validate_only,
            human=answer_of(input.human_check),
        )
        return await registration.register(asked, context.source, context.now)  # type: ignore[return-value]

    @field(
        description="Have the letter sent again, of one registration or of all that wait with an address; former links and codes are void. "
        "Codes: INVALID_EMAIL, INVALID, HUMAN_CHECK_NEEDED, WRONG_HUMAN_CHECK."
    )
    async def resend_confirmation(self, info: Info, input: ResendArgument) -> ResendConfirmationResult:  # noqa: A002
        context = info.context
        human = answer_of(input.human_check)
        given = (input.email, input.organization_slug, input.language, context.source, context.now, human)
        await registration_letters.resend(*given, registration=input.registration)
        return ResendConfirmationDone(done=True)

    @field(
        description="Confirm a registration by its letter. Codes: REQUIRED, LINK_OVER, WRONG_CODE, HUMAN_CHECK_NEEDED, WRONG_HUMAN_CHECK; "
        "TAKEN at `email`: the address is a user's by now."
    )
    async def confirm_registration(self, info: Info, input: ConfirmArgument) -> ConfirmRegistrationResult:  # noqa: A002
        context = info.context
        return await confirmation.confirm(  # type: ignore[return-value]
            token=input.token, email=input.email, code=input.code, source=context.source, now=context.now, human=answer_of(input.human_check)
        )
