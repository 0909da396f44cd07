"""Codes for bills that staff print themselves."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import field

from resolvers.printed_codes import issue_codes
from schema import ids
from schema.accounts import Account
from schema.context import Info
from schema.results import Rejected


@strawberry.input(description="For which accounts of whom.")
class IssueBillCodesInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    accounts: list[strawberry.ID] = field(description="1 to 100 accounts.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.type(description="A one-time code to print on an account's bill.")
class BillCode:
    account: Account = field(description="Which account it proves.")
    code: str | None = field(description="`ABCD-EFGH-JKLM`. Shown once; null with `validateOnly`.")
    expires_at: dt.datetime = field(description="Until when it is good, once.")


@strawberry.type(description="The codes; with `validateOnly`, whose they would be.")
class IssueBillCodesDone:
    codes: list[BillCode] = field(description="In the order of the accounts.")


IssueBillCodesResult = Annotated[IssueBillCodesDone | Rejected, strawberry.union("IssueBillCodesResult", description="How making codes for bills ends.")]
BillCodesArgument = Annotated[IssueBillCodesInput, strawberry.argument(description="For which accounts of whom.")]


@strawberry.type
class PrintedCodeMutations:
    @field(
        description="Make one-time codes to print on bills, as the organization's staff in person: whoever holds the bill links the account by them, as far as "
        "the rules of access ask for a code. Former ones stay good until they are over. Codes: NOT_OFFERED, REQUIRED, TOO_MANY_ROWS, UNKNOWN_ACCOUNT at "
        "`accounts` and the place."
    )
    async def issue_bill_codes(self, info: Info, input: BillCodesArgument) -> IssueBillCodesResult:  # noqa: A002
        pks = [ids.pk_or_0(text, "acc") for text in input.accounts]
        rows = await issue_codes(info.context.person, input.organization_slug, pks, info.context.now, validate_only=input.validate_only)
        return IssueBillCodesDone(codes=rows)  # type: ignore[arg-type]
