"""Finding an account's number without registration."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import field

from models.enums import Factor
from resolvers.look_up import Found, Place, find_account, streets_like
from schema.context import Info
from schema.human_checks import HumanCheckInput
from schema.proofs import ProofsInput
from schema.results import Rejected
from schema.scalars import AccountNumber

Typed = Annotated[str, strawberry.argument(description="What has been typed of it, two letters or more.")]


@strawberry.type(description="Whether strangers may look accounts up, and by what besides address and surname.")
class LookUpRules:
    is_offered: bool = field(description="Whether it is offered at all.")
    proof: Factor | None = field(description="What is asked for besides; null for nothing more.")
    organization_pk: strawberry.Private[int]

    @field(description="Names of streets while one is typed, ten at most; none where look-ups are not offered.")
    async def streets(self, info: Info, search: Typed) -> list[str]:
        return await streets_like(self.organization_pk, search, info.context.source)


@strawberry.input(description="Where the account is, and what proves that one may know its number.")
class FindAccountInput:
    organization_slug: str = field(description="The organization on whose pages this happens.")
    street: str = field(description="The street, with or without «ул.».")
    house: str = field(description="The number of the house.")
    flat: str = field(default="", description="The number of the flat; empty for a house without flats.")
    flat_prefix: str = field(default="", description="What follows the number, as in 12А.")
    proofs: ProofsInput = field(description="The surname as in the papers, and what Organization.lookUp asks for besides.")
    human_check: HumanCheckInput | None = field(default=None, description="Needed after too many attempts.")


@strawberry.type(description="Found.")
class FindAccountDone:
    numbers: list[AccountNumber] = field(description="The numbers of the accounts there.")
    token: str = field(description="A bearer token that shows the statements of these accounts, without names.")
    expires_at: dt.datetime = field(description="When the token ends.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, Found)


FindAccountResult = Annotated[FindAccountDone | Rejected, strawberry.union("FindAccountResult", description="How a look-up ends.")]
FindArgument = Annotated[FindAccountInput, strawberry.argument(description="Where, and whose.")]


@strawberry.type(description="What strangers may do.")
class LookUpMutations:
    @field(
        description="Find an account's number by address and surname, where the organization offers it. Codes: NOT_OFFERED, REQUIRED, TOO_LONG, INVALID_DATE, "
        "DATE_IN_FUTURE, INVALID_AMOUNT, INVALID_TAX_NUMBER, HUMAN_CHECK_NEEDED, WRONG_HUMAN_CHECK, NOT_PROVED (whatever was not right), NO_TRIES_LEFT."
    )
    async def find_account(self, info: Info, input: FindArgument) -> FindAccountResult:  # noqa: A002
        place = Place(input.street, input.house, input.flat, input.flat_prefix)
        human = input.human_check.answer() if input.human_check else None
        return await find_account(  # type: ignore[return-value]
            input.organization_slug, place, input.proofs.given(), info.context.now, source=info.context.source, human=human
        )
