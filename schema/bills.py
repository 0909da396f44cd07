"""Bills: what is to be paid, to whom, and the text of the payment QR."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import Parent, field

from resolvers.bank_details import BankDetailsRow, bank_details_of, set_bank_details
from resolvers.bills import BillRow, bills_of
from resolvers.organizations import OrganizationRow
from resolvers.statements import StatementRow
from schema.context import Info
from schema.loaders import reads
from schema.results import Rejected
from schema.values import Money


@strawberry.type(description="Where an organization is paid, as its bills print it. Public.")
class BankDetails:
    payee: str = field(description="The payee's name.")
    tax_number: str = field(description="The payee's INN or BIN.")
    bank: str = field(description="The bank's name.")
    bic: str = field(description="The bank's BIC.")
    account: str = field(description="The payee's account at the bank: an IBAN in tenge, twenty digits in roubles.")
    correspondent_account: str = field(description="The bank's correspondent account; empty in tenge.")
    kpp: str = field(description="The payee's KPP; empty in tenge.")
    kbe: str = field(description="The payee's code of residence and sector (Кбе); empty in roubles.")


@strawberry.type(description="What a statement asks to be paid: enough for a bank to take the payment. It names the account and no person.")
class Bill:
    due: Money | None = field(description="The sum to pay, zero where nothing is; null where the supplier has not said the balance.")
    due_on: dt.date | None = field(description="The day to pay by.")
    payee: BankDetails | None = field(description="Where to pay; null where the organization has not said it.")
    qr: str | None = field(
        description="The text of the payment QR by ГОСТ Р 56042-2014 in UTF-8, as printed on the bill; null in tenge, where nothing is to be paid or it was "
        "paid since, and without bank details. The bill itself is a PDF, with the same token: "
        "GET /o/<slug>/accounts/<id>/bill.pdf?period=YYYY-MM&size=a4|a5&lang=kk&redacted=1."
    )
    settled: bool = field(description="It was owed then, and nothing is owed by now: whoever pays this bill pays twice.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, BillRow)


@strawberry.type
class StatementBill:
    """Fields of a statement."""

    @field(description="The bill of this month.")
    @reads(bills_of)
    def bill(root: Parent[StatementRow], info: Info) -> Bill:  # noqa: N805
        return info.context.loaders.answer(bills_of, root)


@strawberry.type
class OrganizationBank:
    """Fields of an organization."""

    @field(description="Where it is paid; null where it has not said so.")
    async def bank_details(root: Parent[OrganizationRow]) -> BankDetails | None:  # noqa: N805
        return (await bank_details_of(None, [root.pk])).get(root.pk)  # type: ignore[return-value]


@strawberry.input(description="Bank details, all of them: blanks and hyphens in numbers do not matter.")
class SetBankDetailsInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    payee: str = field(description="The payee's name, at most 160 characters.")
    tax_number: str = field(description="The payee's INN (10 or 12 digits) or BIN (12 digits).")
    bank: str = field(description="The bank's name, at most 100 characters.")
    bic: str = field(description="The bank's BIC: 9 digits in roubles, 8 or 11 letters and digits in tenge.")
    account: str = field(description="20 digits in roubles, an IBAN in tenge: its check digits are checked.")
    correspondent_account: str = field(default="", description="20 digits, in roubles alone; empty where the bank has none.")
    kpp: str = field(default="", description="9 digits, in roubles alone; may be empty.")
    kbe: str = field(default="", description="2 digits, in tenge alone; may be empty.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.type(description="The details hold from now on; with `validateOnly`, they would.")
class SetBankDetailsDone:
    bank_details: BankDetails = field(description="As they are kept.")


SetBankDetailsResult = Annotated[SetBankDetailsDone | Rejected, strawberry.union("SetBankDetailsResult", description="How saying bank details ends.")]
BankArgument = Annotated[SetBankDetailsInput, strawberry.argument(description="Whose details, and which.")]


@strawberry.type
class BankMutations:
    @field(description="Say where an organization is paid, as its staff in person. Codes: REQUIRED, TOO_LONG, INVALID, ACCOUNT_KEY.")
    async def set_bank_details(self, info: Info, input: BankArgument) -> SetBankDetailsResult:  # noqa: A002
        typed = BankDetailsRow(
            payee=input.payee, tax_number=input.tax_number, bank=input.bank, bic=input.bic, account=input.account,
            correspondent_account=input.correspondent_account, kpp=input.kpp, kbe=input.kbe,
        )  # fmt: skip
        kept = await set_bank_details(info.context.person, input.organization_slug, typed, validate_only=input.validate_only)
        return SetBankDetailsDone(bank_details=kept)  # type: ignore[arg-type]
