"""A bill: what a statement asks to be paid, to whom, and the text of its payment QR. It names the account and no person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from adapters import payment_qr
from adapters.formats import period as month_words
from adapters.texts import speaking
from models.money import Currency, Money
from resolvers.bank_details import BankDetailsRow, bank_details_of
from resolvers.statements import StatementRow
from resolvers.viewer import Viewer

HOUSING = "02"  # ЖКХ, the standard's purpose code


@dataclass(slots=True, eq=False)
class BillRow:
    """`due` is never below zero; None where the supplier has not said the balance. `qr` is None where there is nothing to pay or no details.
    `settled` where it was owed and nothing is owed by now: whoever pays an old bill pays twice."""

    due: Money | None
    due_on: dt.date | None
    payee: BankDetailsRow | None
    qr: str | None
    settled: bool


async def bills_of(viewer: Viewer, statements: Sequence[StatementRow]) -> dict[int, BillRow]:
    """Of statements that the viewer may see. One statement."""
    details = await bank_details_of(viewer, sorted({row.account.organization.pk for row in statements}))
    return {row.pk: _bill(row, details.get(row.account.organization.pk), None if viewer.is_guest else row.account.balance) for row in statements}


def _bill(statement: StatementRow, payee: BankDetailsRow | None, balance: Money | None) -> BillRow:
    """`balance` is today's, None where the viewer does not see it."""
    closing = statement.closing
    due = None if closing is None else closing if closing.minor > 0 else Money(0, closing.currency)
    owed = due is not None and due.minor > 0
    settled = owed and balance is not None and balance.minor <= 0
    is_payable = owed and not settled and statement.account.organization.currency is Currency.RUB  # the standard is Russian: no bank of Kazakhstan reads it
    return BillRow(due, statement.due_on, payee, _qr(statement, payee, due.minor) if is_payable and payee is not None and due is not None else None, settled)


def _qr(statement: StatementRow, payee: BankDetailsRow, minor: int) -> str | None:
    account, month = statement.account, statement.period
    with speaking("ru"):  # a bank's clerk reads it
        purpose = f"Оплата по лицевому счёту {account.number} за {month_words(month)}"
    values = {
        "Name": payee.payee, "PersonalAcc": payee.account, "BankName": payee.bank, "BIC": payee.bic, "CorrespAcc": payee.correspondent_account or "0",
        "Sum": str(minor), "Purpose": purpose, "PayeeINN": payee.tax_number, "KPP": payee.kpp, "PersAcc": account.number,
        "PaymPeriod": f"{month.first_day:%m%Y}", "TechCode": HOUSING,
    }  # fmt: skip
    try:
        return payment_qr.written(values)
    except ValueError:  # every separator of the standard stands in a name: no bill has such a payee
        return None
