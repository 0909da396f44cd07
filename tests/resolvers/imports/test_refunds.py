"""Money that a supplier gave back: rows below zero in the register of payments, entries of their own kind."""

from pathlib import Path

import pytest

from models import LedgerEntry, Organization, Payment, PersonalAccount
from models.enums import EntryKind, PaymentState, Right
from models.period import Period
from resolvers.accounts import accounts_by_ids
from resolvers.imports import undo_import
from resolvers.movements import movements_of
from resolvers.reconciliation import entries_pages, reconciliations_of
from resolvers.spans import Days, Months
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.resolvers.imports.conftest import assert_whole, said, taken, write
from tests.resolvers.imports.test_money import ACCOUNTS, BALANCES, CHARGES, PAYMENTS, live

BY_SERVICE = "Период;Лицевой счёт;Услуга;Остаток на начало;Начислено;Оплачено;Остаток на конец\n"
PAID = "05.10.2026;1;100,00;Банк;7"


@pytest.fixture
async def account(organization: Organization, tmp_path: Path) -> PersonalAccount:
    await taken(write(tmp_path / "accounts", accounts=ACCOUNTS))
    return await PersonalAccount.get(number="1")


async def test_it_is_posted_and_shown_as_given_back(account: PersonalAccount, tmp_path: Path):
    charges = CHARGES + "2026-10;1;Вода;1;80,00;80,00;;"
    balances = BALANCES + "2026-10;1;0;80,00;0;0;70,00;0;0;10,00"  # paid is what is left of it: 100,00 less 30,00
    await taken(write(tmp_path / "a", charges=charges, balances=balances, payments=PAYMENTS + f"{PAID}\n20.10.2026;1;-30,00;Банк;8"))
    assert await live() == [("2026-10", "charge", 8_000, None), ("2026-10", "payment", -10_000, None), ("2026-10", "refund", 3_000, None)]
    await assert_whole()
    user = await make.user()
    await make.member(user, account, Right.owner())
    viewer = await viewer_of_user(user.id, make.TODAY)
    rows = list((await accounts_by_ids(viewer, [account.id])).values())
    [month] = (await movements_of(viewer, rows, Months(Period(2026, 10), Period(2026, 10))))[account.id].months
    assert (month.paid.minor, month.refunded.minor, month.closing.minor) == (10_000, 3_000, 1_000)
    report = (await reconciliations_of(viewer, rows, Days(make.day("2026-10-01"), make.day("2026-10-31"))))[account.id]
    assert (report.debit.minor, report.credit.minor, report.closing.minor) == (11_000, 10_000, 1_000)
    entries = (await entries_pages(viewer, [report], 9, None))[report.pk]
    assert [(one.kind, one.amount.minor, one.document) for one in entries if one.kind is EntryKind.REFUND] == [(EntryKind.REFUND, 3_000, "8")]


async def test_the_number_of_a_payment_names_its_refund_too(account: PersonalAccount, tmp_path: Path):
    """Which alone in the next file is neither the payment nor a correction of it, and the same again is nothing new."""
    await taken(write(tmp_path / "a", payments=PAYMENTS + PAID))
    for place, changed in enumerate((1, 0)):
        outcome = await taken(write(tmp_path / f"b{place}", payments=PAYMENTS + "05.10.2026;1;-100,00;Банк;7"))
        assert ([file.changed for file in outcome.files], [line for line in said(outcome) if line[2] != "notice"]) == ([changed], [])
    assert await live() == [("2026-10", "payment", -10_000, None), ("2026-10", "refund", 10_000, None)]
    outcome = await taken(write(tmp_path / "c", payments=PAYMENTS + "05.10.2026;1;-40,00;Банк;7"))
    assert [line[3] for line in said(outcome) if line[2] != "notice"] == ["payment_corrected"]
    assert await live() == [("2026-10", "payment", -10_000, None), ("2026-10", "refund", 4_000, None)]
    await undo_import(outcome.run_id, "user:1")
    assert await live() == [("2026-10", "payment", -10_000, None), ("2026-10", "refund", 10_000, None)]
    await assert_whole()


async def test_it_is_no_payment_on_its_way(account: PersonalAccount, tmp_path: Path):
    await make.payment(account, 10_000, "2026-10-05", document="7", channel="Банк", state=PaymentState.IN_TRANSIT)
    await taken(write(tmp_path / "a", payments=PAYMENTS + "05.10.2026;1;-100,00;Банк;7"))
    assert await Payment.filter(state=PaymentState.IN_TRANSIT, is_current=True).count() == 1
    assert await live() == [("2026-10", "refund", 10_000, None)]


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        ("20.10.2026;1;-30,00;Банк;8", [("charge", 1_000), ("charge", 5_000), ("refund", 3_000)]),
        (f"{PAID}\n20.10.2026;1;-30,00;Банк;8", None),
    ],
)
async def test_lines_that_give_back_name_the_service(account: PersonalAccount, tmp_path: Path, payments: str, expected: list[tuple[str, int]] | None):
    paid = "0,00" if expected else "100,00"
    folder = write(
        tmp_path / "a",
        charges="Период;Лицевой счёт;Услуга;Сумма\n2026-10;1;Вода;50,00\n2026-10;1;Сток;10,00",
        balances=BY_SERVICE + f"2026-10;1;Вода;0;50,00;{paid};{'50,00' if expected else '-50,00'}\n2026-10;1;Сток;0;10,00;-30,00;40,00",
        payments=PAYMENTS + payments,
    )
    await taken(folder)
    await assert_whole()
    found = sorted((kind, amount) for _, kind, amount, _ in await live())
    assert expected is None or found == expected
    assert not [one for one in found if one[0] == "supplier_difference"]
    sums = await LedgerEntry.all().values_list("amount", flat=True)
    assert sum(sums) == (9_000 if expected else -1_000)
