"""What a legal payer pays for a contract as a whole: taken once, corrected, withdrawn and undone on the contract's own account."""

from pathlib import Path
from typing import Any

import pytest

from adapters.files.recognition import kind_of
from models import Contract, LedgerEntry, Organization, Payment, PersonalAccount
from models.enums import Component, PaymentState
from models.period import Period
from resolvers import ledger
from resolvers.imports import profiles, undo_import
from resolvers.integrity import check
from resolvers.periods import Closing, close_period
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.resolvers.imports.conftest import assert_whole, contents, rows, said, taken, write

REFERENCES = {
    "contracts": "Номер договора;Наименование\n0042;ТОО «Берег»\n7;ТОО «Семь»",
    "accounts": "Лицевой счёт;Фамилия;Номер договора\n100;Объект;0042\n200;Ким;",
}
HEADINGS = "Дата;Договор;Сумма;Канал;Номер документа\n"
ENTRIES = """
    SELECT c.number, e.kind, e.amount, CAST(e.period AS text) AS period, CAST(e.business_date AS text) AS day, e.key, e.reverses_id IS NOT NULL AS back
    FROM ledger_entry e JOIN contract c ON c.id = e.contract_id ORDER BY e.id"""


async def entries() -> list[tuple[Any, ...]]:
    found = [tuple(row.values()) for row in await rows(ENTRIES)]
    return [(number, kind, amount, day[:10], key.split("#")[1], bool(back)) for number, kind, amount, _, day, key, back in found]


@pytest.fixture
async def known(organization: Organization, tmp_path: Path) -> Path:
    await taken(write(tmp_path / "references", **REFERENCES))
    return tmp_path


async def test_a_sum_for_the_contract_is_posted_to_its_own_account(known):
    folder = write(known / "one", payments=HEADINGS + "05.10.2026;0042;1 500,50;Банк;77\n06.10.2026;7;-20,00;Банк;78")
    outcome = await taken(folder)
    assert said(outcome) == []
    assert outcome.summary["payments"] == {"new": 2, "changed": 0, "matched": 0, "withdrawn": 0, "amount": 148_050}
    assert await entries() == [("0042", "payment", -150_050, "2026-10-05", "1", False), ("7", "refund", 2_000, "2026-10-06", "1", False)]
    assert await rows("SELECT COUNT(*) AS n FROM ledger_entry WHERE account_id IS NOT NULL") == [{"n": 0}]
    await assert_whole()


async def test_the_same_again_changes_nothing_under_any_name(known):
    text = HEADINGS + "05.10.2026;0042;1500,50;Банк;77\n05.10.2026;0042;10,00;Банк;\n05.10.2026;0042;10,00;Банк;"
    await taken(write(known / "one", payments=text))
    before = await contents()
    for name in ("payments", "week"):
        outcome = await taken(write(known / name, **{name: text}))
        assert outcome.summary["payments"]["new"] == 0
    assert await contents() == before, "two payments alike in one register are two, and stay two"
    assert len(await entries()) == 3


async def test_two_registers_of_one_run_bring_a_payment_once(known):
    """A week's and its month's: worth a word only where they disagree, and then the later row counts."""
    week = HEADINGS + "05.10.2026;0042;100,00;Банк;77\n06.10.2026;0042;7,00;Банк;78"
    month = HEADINGS + "05.10.2026;0042;90,00;Банк;77\n06.10.2026;0042;7,00;Банк;78\n06.10.2026;7;7,00;Банк;78"
    outcome = await taken(write(known / "both", a_week=week, b_month=month))
    assert [code for *_, code in said(outcome)] == ["duplicate_row"]
    assert sorted((number, amount) for number, _, amount, *_ in await entries()) == [("0042", -9_000), ("0042", -700), ("7", -700)]
    await assert_whole()


async def test_both_kinds_of_payers_in_one_register(known):
    folder = write(
        known / "mixed",
        payments="Дата;Лицевой счёт;Номер договора;Сумма;Канал;Номер документа\n"
        "05.10.2026;200;;10,00;Касса;1\n"
        "05.10.2026;;0042;20,00;Касса;1\n"
        "05.10.2026;200;0042;30,00;Касса;2\n"
        "05.10.2026;;;40,00;Касса;3\n"
        "05.10.2026;;42;50,00;Касса;4\n"
        "05.10.2026;201;;60,00;Касса;5\n"
        "05.10.2026;;0042;0,00;Касса;6",
    )
    outcome = await taken(folder)
    assert said(outcome) == [
        ("payments", "4", "refused", "account_and_contract"),
        ("payments", "5", "refused", "account_number_missing"),
        ("payments", "6", "refused", "unknown_contract"),
        ("payments", "7", "refused", "unknown_account"),
        ("payments", "8", "refused", "zero"),
    ]
    assert await entries() == [("0042", "payment", -2_000, "2026-10-05", "1", False)]
    assert await rows("SELECT amount FROM ledger_entry WHERE account_id IS NOT NULL") == [{"amount": -1_000}]
    await assert_whole()


async def test_a_row_that_names_an_account_and_its_own_contract_is_the_accounts(known):
    """Registers that print the contract beside every account mean the account."""
    [account] = await PersonalAccount.filter(number="200")
    contract = await Contract.get(number="0042")
    await PersonalAccount.filter(id=account.id).update(contract_id=contract.id)
    folder = write(known / "beside", payments="Дата;Лицевой счёт;Договор;Сумма;Канал;Номер документа\n05.10.2026;200;0042;30,00;Касса;2")
    assert said(await taken(folder)) == []
    assert await entries() == []
    assert await rows("SELECT amount FROM ledger_entry WHERE account_id IS NOT NULL") == [{"amount": -3_000}]


async def test_an_empty_number_is_missing_where_only_contracts_are_named(known):
    outcome = await taken(write(known / "bare", payments=HEADINGS + "05.10.2026;;10,00;Банк;1"))
    assert said(outcome) == [("payments", "2", "refused", "missing")]


async def test_another_sum_reverses_the_first(known):
    await taken(write(known / "one", payments=HEADINGS + "05.10.2026;0042;100,00;Банк;77"))
    outcome = await taken(write(known / "two", payments=HEADINGS + "05.10.2026;0042;90,00;Банк;77"))
    assert said(outcome) == [("payments", "2", "warning", "payment_corrected")]
    assert [(amount, back) for _, _, amount, _, _, back in await entries()] == [(-10_000, False), (10_000, True), (-9_000, False)]
    await assert_whole()


async def test_a_withdrawn_payment_is_told_or_taken_back(known):
    await taken(write(known / "one", payments=HEADINGS + "05.10.2026;0042;100,00;Банк;77\n05.10.2026;0042;5,00;Банк;78"))
    shorter = HEADINGS + "05.10.2026;0042;5,00;Банк;78"
    outcome = await taken(write(known / "two", payments=shorter))
    assert said(outcome) == [("payments", "0", "notice", "contract_payment_missing")]
    assert outcome.lines[0].params == {"contract": "0042", "amount": "100.00", "document": "77", "day": "2026-10-05"}
    assert sum(amount for _, _, amount, *_ in await entries()) == -10_500


async def test_undone_as_if_it_had_not_been(known):
    await taken(write(known / "one", payments=HEADINGS + "05.10.2026;0042;100,00;Банк;77"))
    second = await taken(write(known / "two", payments=HEADINGS + "05.10.2026;0042;90,00;Банк;77\n06.10.2026;7;1,00;Банк;79"))
    undone = await undo_import(second.run_id, "test")
    assert undone.reversed == 2
    assert {number: sum(amount for who, _, amount, *_ in await entries() if who == number) for number in ("0042", "7")} == {"0042": -10_000, "7": 0}
    await assert_whole()
    await taken(write(known / "three", payments=HEADINGS + "06.10.2026;7;1,00;Банк;79"))
    assert [(number, amount, turn) for number, _, amount, _, turn, back in await entries() if not back][-1] == ("7", -100, "1")
    await assert_whole()


async def test_a_preview_says_the_same_and_takes_nothing(known):
    folder = write(known / "one", payments=HEADINGS + "05.10.2026;0042;100,00;Банк;77\n05.10.2026;43;1,00;Банк;78")
    seen = await taken(folder, preview=True)
    assert await entries() == []
    assert await rows("SELECT COUNT(*) AS n FROM payment") == [{"n": 0}]
    outcome = await taken(folder)
    assert said(seen) == said(outcome)
    assert seen.summary["payments"] == outcome.summary["payments"]


async def test_a_closed_month_takes_nothing_and_what_is_about_it_counts_later(known, organization):
    balances = "Период;Лицевой счёт;Начислено;Остаток на конец\n2026-09;100;50,00;50,00"
    first = await taken(write(known / "one", payments=HEADINGS + "05.09.2026;0042;100,00;Банк;77", balances=balances))
    clerk = await make.user("clerk")
    await make.staff(clerk, organization)
    await close_period(await viewer_of_user(clerk.id, make.TODAY), Closing("vk", Period(2026, 9), "k"), make.NOW)
    second = await taken(write(known / "two", payments=HEADINGS + "05.09.2026;0042;90,00;Банк;77\n06.09.2026;7;1,00;Банк;78"))
    text = "SELECT amount, CAST(COALESCE(posted_in, period) AS text) AS month FROM ledger_entry WHERE contract_id IS NOT NULL ORDER BY id"
    assert [(row["amount"], row["month"][:7]) for row in await rows(text)] == [
        (-10_000, "2026-09"), (10_000, "2026-10"), (-9_000, "2026-10"), (-100, "2026-10"),
    ]  # fmt: skip
    await undo_import(second.run_id, "test")
    assert [(row["amount"], row["month"][:7]) for row in await rows(text)][4:] == [(9_000, "2026-10"), (100, "2026-10"), (-10_000, "2026-10")]
    await assert_whole()
    assert first.status == 0


async def test_sums_for_contracts_are_no_details_of_accounts_months(known, organization):
    """Else the month's own payments, of which no register has come, would stand as differences."""
    balances = "Период;Лицевой счёт;Остаток на начало;Начислено;Оплачено;Остаток на конец\n2026-10;200;0,00;50,00;20,00;30,00"
    await taken(write(known / "one", payments=HEADINGS + "05.10.2026;0042;100,00;Банк;77", balances=balances))
    kinds = await rows("SELECT kind, amount FROM ledger_entry WHERE account_id IS NOT NULL ORDER BY kind")
    assert [tuple(row.values()) for row in kinds] == [("charge", 5_000), ("payment", -2_000)]
    assert (await ledger.coverage_of(organization.id))[Component.PAID] == set()
    await assert_whole()


async def test_check_finds_what_the_contracts_account_lacks_and_has_too_much(known):
    await taken(write(known / "one", payments=HEADINGS + "05.10.2026;0042;100,00;Банк;77"))
    [posted] = await LedgerEntry.filter(contract_id__isnull=False)
    await Payment.filter(id=posted.payment_id).update(paid_on=make.day("2026-10-06"), amount=9_000)
    assert {problem.code for problem in (await check()).problems} == {"contract_entries", "unposted_payments", "controls"}
    await Payment.filter(id=posted.payment_id).update(is_current=False, paid_on=posted.business_date, amount=10_000)
    assert {problem.code for problem in (await check()).problems} == {"dead_payments"}
    other = await make.organization("other")
    await Payment.filter(id=posted.payment_id).update(is_current=True, organization_id=other.id)
    assert {problem.code for problem in (await check()).problems} == {"contract_tenants"}


async def test_a_payment_of_one_contract_that_became_anothers_is_missed(known):
    """By the control sums of its file, as it would be among accounts."""
    await taken(write(known / "one", payments=HEADINGS + "05.10.2026;0042;100,00;Банк;77"))
    await Payment.all().update(contract_id=(await Contract.get(number="7")).id)
    assert "controls" in {problem.code for problem in (await check()).problems}


async def test_a_complete_register_takes_back_what_it_no_longer_has(known, organization):
    await profiles.save(organization.id, '[[register]]\nfiles = "bank*"\ncomplete = true\n', "test")
    await taken(write(known / "one", bank=HEADINGS + "05.10.2026;0042;100,00;Банк;77\n05.10.2026;0042;5,00;Банк;78"))
    outcome = await taken(write(known / "two", bank=HEADINGS + "05.10.2026;0042;5,00;Банк;78"))
    assert outcome.summary["payments"]["withdrawn"] == 1
    assert sum(amount for _, _, amount, *_ in await entries()) == -500
    await assert_whole()


async def test_one_on_its_way_comes_back(known, organization):
    """By its document, whatever the day; by sum and channel within some days."""
    contract = await Contract.get(number="0042")
    for amount, document, key in ((5_000, "A1", "k1"), (700, "A2", "k2")):
        await Payment.create(
            organization=organization, contract=contract, amount=amount, paid_on=make.day("2026-10-01"), period=make.month("2026-10"),
            channel="Кабинет", document=document, key=key, state=PaymentState.IN_TRANSIT,
        )  # fmt: skip
    outcome = await taken(write(known / "one", payments=HEADINGS + "09.10.2026;0042;50,00;Банк;A1\n03.10.2026;0042;7,00;Кабинет;X"))
    assert outcome.summary["payments"] == {"new": 0, "changed": 0, "matched": 2, "withdrawn": 0, "amount": 0}
    assert sorted(amount for _, _, amount, *_ in await entries()) == [-5_000, -700]
    await assert_whole()
    await undo_import(outcome.run_id, "test")
    assert sum(amount for _, _, amount, *_ in await entries()) == 0
    assert await Payment.filter(state=PaymentState.IN_TRANSIT, is_current=True).count() == 2
    await assert_whole()


async def test_a_profile_may_leave_the_contract_out(known, organization):
    """Where it stands beside the account and says only whose it is."""
    text = "Дата;Лицевой счёт;Договор;Сумма;Канал;Номер документа\n05.10.2026;100;0042;10,00;Касса;1"
    await profiles.save(organization.id, '[[register]]\nfiles = "bank*"\nconstants = { contract = "" }\n', "test")
    outcome = await taken(write(known / "one", bank=text))
    assert said(outcome) == []
    assert await entries() == []


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        ("Дата;Номер договора;Сумма", "payments"),
        ("Дата платежа;Договор;Наименование;Сумма", "payments"),
        ("Payment date;Contract;Amount", "payments"),
        ("Төлем күні;Келісімшарт нөмірі;Сома", "payments"),
        ("Дата;Лицевой счёт;Сумма", "payments"),
        ("Номер договора;Наименование;БИН", "contracts"),
        ("Номер договора;Наименование;Сумма", "contracts"),
        ("Дата;Сумма;Канал", None),
    ],
)
def test_what_a_register_is_by_its_headings(headings: str, kind: str | None):
    found = kind_of(headings.split(";"))
    assert (found.name if found else None) == kind
