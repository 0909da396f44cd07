"""Certificates that nothing is owed."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import field

from models.errors import NotFound
from resolvers import certificates
from resolvers.accounts import accounts_by_ids
from schema import ids
from schema.context import Info
from schema.organizations import Organization
from schema.results import Rejected
from schema.scalars import AccountNumber
from schema.values import Money

Number = Annotated[str, strawberry.argument(description="The certificate's number: `26-11-7K3Q9M2X`; hyphens, blanks and small letters do not matter.")]
Code = Annotated[str, strawberry.argument(description="The check code beside it, eight letters and digits.")]


@strawberry.type(description="That an account owed nothing as of a day. A debt that comes later changes nothing about it.")
class DebtCertificate:
    number: str = field(description="Its number.")
    check_code: str = field(description="What shows, with the number, that it is real.")
    account_number: AccountNumber = field(description="The account's number at that time.")
    as_of: dt.date = field(description="As of which day: of the supplier's last word on the balance.")
    balance: Money = field(description="The balance of that day: nothing, or overpaid.")
    issued_at: dt.datetime = field(description="When it was made.")


@strawberry.type(description="What stands behind a certificate. Public for whoever has number and code: it shows no name, no address and no sum.")
class PublicCertificate:
    number: str = field(description="Its number.")
    organization: Organization = field(description="To whom nothing was owed.")
    as_of: dt.date = field(description="As of which day.")
    issued_at: dt.datetime = field(description="When it was made.")
    masked_account: str = field(description="The account's number, all but its end hidden.")


@strawberry.input(description="Whose certificate.")
class IssueDebtCertificateInput:
    account: strawberry.ID = field(description="The account.")
    idempotency_key: str = field(description="1 to 100 characters, new for each new certificate.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.type(description="The certificate is made.")
class IssueDebtCertificateDone:
    certificate: DebtCertificate | None = field(description="The certificate; null with `validateOnly`.")


IssueDebtCertificateResult = Annotated[IssueDebtCertificateDone | Rejected, strawberry.union("IssueDebtCertificateResult", description="How it ends.")]
Whose = Annotated[IssueDebtCertificateInput, strawberry.argument(description="Whose certificate.")]


@strawberry.type
class CertificateQueries:
    @field(
        description="What stands behind a certificate that nothing is owed; null for a wrong number and a wrong code alike. Public. "
        "Many checks from one source give THROTTLED for a while."
    )
    async def debt_certificate(self, info: Info, number: Number, code: Code) -> PublicCertificate | None:
        return await certificates.check(number, code, info.context.source)  # type: ignore[return-value]


@strawberry.type
class CertificateMutations:
    @field(
        description="Certify that an account owes nothing as of the supplier's last word on its balance: in person, with the right to see money. "
        "Codes: DEBT_REMAINS, BALANCE_UNKNOWN, REQUIRED, TOO_LONG, KEY_REUSED."
    )
    async def issue_debt_certificate(self, info: Info, input: Whose) -> IssueDebtCertificateResult:  # noqa: A002
        viewer, pk = info.context.person, ids.pk_of(input.account, "acc")
        account = (await accounts_by_ids(viewer, [pk])).get(pk)
        if account is None:
            raise NotFound("account")
        row = await certificates.issue(viewer, account, input.idempotency_key, info.context.now, validate_only=input.validate_only)
        return IssueDebtCertificateDone(certificate=row)  # type: ignore[arg-type]
