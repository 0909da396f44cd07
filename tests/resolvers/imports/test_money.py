"""Charges, payments and balances: versions, reversals, and what details and statements say of each other."""

from pathlib import Path

import pytest

from models import Charge, ImportFile, LedgerEntry, Organization, Payment, PersonalAccount, Statement
from models.enums import StatementState
from resolvers.imports import run_import
from tests.resolvers.imports.conftest import TODAY, assert_whole, contents, rows, said, taken, write

ACCOUNTS = "Лицевой счёт;Фамилия\n1;А\n2;Б\n"
CHARGES = "Период;Лицевой счёт;Услуга;Количество;Тариф с НДС;Сумма;Перерасчёт;За период\n"
BALANCES = "Период;Лицевой счёт;Остаток на начало;Начислено;Перерасчёт;Пеня;Оплачено;Возмещение;Возмещение (справочно);Остаток на конец\n"
PAYMENTS = "Дата;Лицевой счёт;Сумма;Канал;Номер документа\n"


@pytest.fixture
async def account(organization: Organization, tmp_path: Path) -> PersonalAccount:
    await taken(write(tmp_path / "accounts", accounts=ACCOUNTS))
    return await PersonalAccount.get(number="1")


async def live() -> list[tuple[str, str, int, str | None]]:
    found = await rows(
        """SELECT period, kind, amount, reason FROM ledger_entry e WHERE reverses_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = e.id) ORDER BY period, e.account_id, kind, reason, amount"""
    )
    return [(str(row["period"])[:7], row["kind"], row["amount"], row["reason"]) for row in found]


async def balance(number: str = "1") -> int | None:
    return (await PersonalAccount.get(number=number)).balance


async def test_a_changed_line_reverses_and_reposts_only_itself(account: PersonalAccount, tmp_path: Path):
    first = CHARGES + "2026-10;1;Вода;1;10;10;;\n2026-10;1;Сток;1;20;20;;"
    await taken(write(tmp_path / "a", charges=first))
    outcome = await taken(write(tmp_path / "b", charges=first.replace("Вода;1;10;10", "Вода;2;10;20")))
    assert [file.changed for file in outcome.files] == [1]
    assert [(c.amount, c.version, c.is_current) for c in await Charge.all().order_by("id")] == [
        (1_000, 1, False), (2_000, 1, True), (2_000, 2, True)
    ]  # fmt: skip
    assert [(e.amount, bool(e.reverses_id)) for e in await LedgerEntry.all().order_by("id")] == [
        (1_000, False), (2_000, False), (-1_000, True), (2_000, False)
    ]  # fmt: skip
    await taken(write(tmp_path / "c", charges=first))
    assert [(e.amount, bool(e.reverses_id)) for e in await LedgerEntry.all().order_by("id")][4:] == [(-2_000, True), (1_000, False)]
    await assert_whole()


async def test_a_line_that_vanished_is_closed_and_other_accounts_are_left_alone(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", charges=CHARGES + "2026-10;1;Вода;;;10;;\n2026-10;1;Сток;;;20;;\n2026-10;2;Вода;;;5;;"))
    await taken(write(tmp_path / "b", charges=CHARGES + "2026-10;1;Вода;;;10;;"))
    assert await live() == [("2026-10", "charge", 1_000, None), ("2026-10", "charge", 500, None)]
    await assert_whole()


async def test_a_line_that_could_not_be_read_is_not_taken_for_vanished(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", charges=CHARGES + "2026-10;1;Вода;;;10;;\n2026-10;1;Сток;;;20;;"))
    outcome = await taken(write(tmp_path / "b", charges=CHARGES + "2026-10;1;Вода;;;десять;;\n2026-10;1;Сток;;;20;;"))
    assert said(outcome) == [("charges", "2", "refused", "not_a_number")]
    assert await live() == [("2026-10", "charge", 1_000, None), ("2026-10", "charge", 2_000, None)]


async def test_lines_of_one_service_are_told_apart_by_their_order(account: PersonalAccount, tmp_path: Path):
    folder = write(tmp_path / "a", charges=CHARGES + "2026-10;1;Вода;1;10;10;;\n2026-10;1;Вода;2;10;20;;")
    await taken(folder)
    assert await live() == [("2026-10", "charge", 1_000, None), ("2026-10", "charge", 2_000, None)]
    before = await contents()
    await taken(folder)
    assert await contents() == before


async def test_a_recalculation_is_a_charge_of_its_own(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", charges=CHARGES + "2026-10;1;Вода;;;10;-3,5;2026-08"))
    line, correction = await Charge.all().order_by("id")
    assert (line.amount, line.recalculation, line.basis) == (1_000, -350, "unknown")
    assert (correction.amount, correction.basis, str(correction.corrects_period), correction.corrects_id) == (-350, "recalculation", "2026-08-01", line.id)
    assert str(correction.period) == "2026-10-01"
    assert await live() == [("2026-10", "charge", 1_000, None), ("2026-10", "recalculation", -350, None)]
    entry = await LedgerEntry.get(kind="charge")
    assert str(entry.business_date) == "2026-10-31"
    assert await balance() is None, "nobody has said yet what was owed before"
    await taken(write(tmp_path / "b", charges=CHARGES + "2026-10;1;Вода;;;11;-3,5;2026-08"))
    current = await Charge.get(is_current=True, basis="unknown")
    assert (await Charge.get(is_current=True, basis="recalculation")).corrects_id == current.id
    await assert_whole()


async def test_statements_keep_what_was_printed_and_unknown_is_not_zero(account: PersonalAccount, tmp_path: Path):
    head = "Период;Лицевой счёт;Начислено;Остаток на конец\n"
    await taken(write(tmp_path / "a", balances=head + "2026-10;1;5;15\n2026-11;1;5;20", charges=CHARGES + "2026-10;2;Вода;;;7;;"))
    first, second, bare = await Statement.all().order_by("account_id", "period")
    assert (first.opening, first.charged, first.penalty, first.closing, first.state) == (None, 500, None, 1_500, StatementState.CLOSED)
    assert second.state is StatementState.OPEN
    assert (bare.charged, bare.closing, bare.version) == (None, None, 1)
    assert await balance() == 2_000
    assert await balance("2") is None


async def test_a_new_version_of_a_statement_derives_its_differences_again(account: PersonalAccount, tmp_path: Path):
    row = BALANCES + "2026-10;1;0;10;0;0;0;0;1500;{}"
    folder = write(tmp_path / "a", balances=row.format("10,01"), charges=CHARGES + "2026-10;1;Вода;;;10;;")
    assert said(await taken(folder)) == [("balances", "2", "warning", "arithmetic")]
    assert await live() == [("2026-10", "charge", 1_000, None), ("2026-10", "supplier_difference", 1, "arithmetic")]
    assert said(await taken(write(tmp_path / "b", balances=row.format("10,00")))) == []
    assert await live() == [("2026-10", "charge", 1_000, None)]
    assert [(s.version, s.is_current, s.compensation_note) for s in await Statement.all().order_by("id")] == [(1, False, 150_000), (2, True, 150_000)]
    assert await balance() == 1_000
    await assert_whole()


async def test_payments_come_weekly_and_balances_later(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", balances=BALANCES + "2026-09;1;0;50;0;0;0;0;0;50", charges=CHARGES + "2026-09;1;Вода;;;50;;"))
    await taken(write(tmp_path / "b", payments=PAYMENTS + "05.10.2026;1;20;Касса;7"))
    assert await balance() == 3_000
    await taken(write(tmp_path / "c", charges=CHARGES + "2026-10;1;Вода;;;5;;"))
    outcome = await taken(write(tmp_path / "d", balances=BALANCES + "2026-10;1;50;5;0;0;30;0;0;25"))
    assert said(outcome) == [("balances", "2", "warning", "detail")], "a payment of 10 is still to come"
    assert await balance() == 2_500
    await taken(write(tmp_path / "e", payments=PAYMENTS + "05.10.2026;1;20;Касса;7\n12.10.2026;1;10;Касса;7"))
    assert await live() == [
        ("2026-09", "charge", 5_000, None), ("2026-10", "charge", 500, None), ("2026-10", "payment", -2_000, None), ("2026-10", "payment", -1_000, None)
    ]  # fmt: skip
    assert await balance() == 2_500
    await assert_whole()


async def test_balances_post_what_has_no_register_until_one_comes(account: PersonalAccount, tmp_path: Path):
    both = BALANCES + "2026-10;1;0;50;0;0;20;0;0;30\n2026-10;2;0;50;0;0;0;0;0;50"
    await taken(write(tmp_path / "a", balances=both))
    assert await live() == [("2026-10", "charge", 5_000, None), ("2026-10", "payment", -2_000, None), ("2026-10", "charge", 5_000, None)]
    await taken(write(tmp_path / "b", charges=CHARGES + "2026-10;1;Вода;;;50;;"))
    assert await live() == [
        ("2026-10", "charge", 5_000, None), ("2026-10", "payment", -2_000, None), ("2026-10", "supplier_difference", 5_000, "detail")
    ], "the second account's charge should have been in the register too"  # fmt: skip
    assert await balance("2") == 5_000
    await assert_whole()


async def test_a_stray_payment_covers_its_month_and_none_between(account: PersonalAccount, tmp_path: Path):
    both = BALANCES + "2026-08;1;0;50;0;0;20;0;0;30\n2026-09;1;30;0;0;0;5;0;0;25\n2026-10;1;25;0;0;0;7;0;0;18"
    await taken(write(tmp_path / "a", balances=both))
    stray = write(tmp_path / "b", payments=PAYMENTS + "05.10.2020;1;1;Касса;1\n05.10.2026;1;7;Касса;2")
    await taken(stray)
    assert [entry for entry in await live() if entry[1] in ("payment", "supplier_difference")] == [
        ("2020-10", "payment", -100, None), ("2026-08", "payment", -2_000, None), ("2026-09", "payment", -500, None), ("2026-10", "payment", -700, None)
    ]  # fmt: skip
    before = await contents()
    await taken(stray)
    assert await contents() == before
    assert said(await taken(tmp_path / "a")) == []
    await assert_whole()


async def test_a_month_whose_only_payment_was_refused_is_covered(account: PersonalAccount, tmp_path: Path):
    refused = PAYMENTS + "05.09.2026;1;-5;Касса;1\n05.10.2026;9;7;Касса;2\n05.10.2026;1;x;Касса;3\n99.99.2026;1;1;Касса;4"
    await taken(write(tmp_path / "a", payments=refused))
    outcome = await taken(write(tmp_path / "b", balances=BALANCES + "2026-08;1;0;9;0;0;4;0;0;5\n2026-09;1;5;0;0;0;5;0;0;0\n2026-10;1;0;7;0;0;7;0;0;0"))
    assert said(outcome) == [("balances", "3", "warning", "detail"), ("balances", "4", "warning", "detail")]
    await assert_whole()


async def test_files_taken_before_months_were_kept_cover_their_span(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", payments=PAYMENTS + "05.08.2026;1;7;Касса;1\n05.10.2026;1;7;Касса;2"))
    await ImportFile.filter(kind="payments").update(months="", controls=None)
    outcome = await taken(write(tmp_path / "b", balances=BALANCES + "2026-09;1;0;0;0;0;5;0;0;-5"))
    assert said(outcome) == [("balances", "2", "warning", "detail")]
    await assert_whole()


async def test_a_corrected_payment_is_a_new_version(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", payments=PAYMENTS + "05.10.2026;1;20;Касса;7\n05.10.2026;1;30;Касса;\n05.10.2026;1;30;Касса;"))
    outcome = await taken(write(tmp_path / "b", payments=PAYMENTS + "05.10.2026;1;25;Касса;7"))
    assert said(outcome) == [*[("payments", "0", "notice", "payment_missing")] * 2, ("payments", "2", "warning", "payment_corrected")]
    assert [(p.amount, p.version, p.is_current) for p in await Payment.filter(document="7").order_by("id")] == [(2_000, 1, False), (2_500, 2, True)]
    assert [entry[2] for entry in await live()] == [-3_000, -3_000, -2_500]
    await assert_whole()


async def test_registers_that_overlap_in_one_run_double_nothing(account: PersonalAccount, tmp_path: Path):
    week = PAYMENTS + "05.10.2026;1;20;Касса;7\n05.10.2026;1;20;Касса;7"
    month = PAYMENTS + "05.10.2026;1;20;Касса;7\n05.10.2026;1;20;Касса;7\n19.10.2026;1;5;Касса;8"
    lines = CHARGES + "2026-10;1;Вода;1;10;10;;"
    folder = write(tmp_path / "a", week=week, month=month, charges=lines, charges_again=lines, charges_other=CHARGES + "2026-10;1;Сток;1;1;1;;")
    assert said(await taken(folder)) == [("charges", "2", "warning", "duplicate_row")]
    assert [entry[1:3] for entry in await live()] == [
        ("charge", 100), ("charge", 1_000), ("payment", -2_000), ("payment", -2_000), ("payment", -500)
    ]  # fmt: skip
    before = await contents()
    await taken(folder)
    assert await contents() == before
    await assert_whole()


async def test_a_payment_that_two_files_tell_differently_is_doubted(account: PersonalAccount, tmp_path: Path):
    week = PAYMENTS + "05.10.2026;1;20;Касса;7\n05.10.2026;1;40;Касса;9\n05.10.2026;2;20;Касса;7"
    folder = write(tmp_path / "a", month=PAYMENTS + "05.10.2026;1;25;Касса;7\n05.10.2026;1;40;Касса;9", week=week)
    outcome = await taken(folder)
    assert said(outcome) == [("month", "2", "warning", "duplicate_row")]
    assert [(file.taken, file.changed) for file in outcome.files] == [(2, 0), (3, 3)]
    assert sorted(entry[2] for entry in await live()) == [-4_000, -2_000, -2_000]
    before = await contents()
    assert said(await taken(folder)) == said(outcome)
    assert await contents() == before
    await assert_whole()


async def test_payments_swallowed_by_quotes_are_refused_each(account: PersonalAccount, tmp_path: Path):
    text = PAYMENTS + '05.10.2026;1;20;"Касса;7\n06.10.2026;2;30;Касса";8\n07.10.2026;2;5;Касса;9'
    outcome = await taken(write(tmp_path / "a", payments=text))
    assert said(outcome) == [("payments", "2", "refused", "quotes"), ("payments", "3", "refused", "quotes")]
    assert [(file.rows, file.taken, file.refused) for file in outcome.files] == [(3, 1, 2)]
    assert [(p.amount, p.channel) for p in await Payment.all()] == [(500, "Касса")]


async def test_a_line_with_wrong_quotes_is_not_taken_for_vanished(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", charges=CHARGES + "2026-10;1;Вода;;;10;;\n2026-10;1;Сток;;;20;;"))
    outcome = await taken(write(tmp_path / "b", charges=CHARGES + '2026-10;1;"Во"да;;;10;;\n2026-10;1;Сток;;;20;;'))
    assert said(outcome) == [("charges", "2", "refused", "quotes")]
    assert await live() == [("2026-10", "charge", 1_000, None), ("2026-10", "charge", 2_000, None)]


async def test_one_line_per_row_names_arithmetic_before_detail(account: PersonalAccount, tmp_path: Path):
    folder = write(tmp_path / "a", balances=BALANCES + "2026-10;1;0;10;0;0;0;0;0;10,01", charges=CHARGES + "2026-10;1;Вода;;;9;;")
    outcome = await taken(folder)
    assert said(outcome) == [("balances", "2", "warning", "arithmetic")]
    assert outcome.lines[0].params == {"printed": "10.01", "computed": "10.00", "also": "detail"}
    assert outcome.files[-1].warned == 1
    await assert_whole()


async def test_months_to_come_are_refused(account: PersonalAccount, tmp_path: Path):
    folder = write(
        tmp_path / "a",
        balances=BALANCES + "2026-12;1;0;10;0;0;0;0;0;10",
        charges=CHARGES + "2026-12;1;Вода;;;9;;",
        payments=PAYMENTS + f"{TODAY.day + 1}.11.2026;1;1;Касса;1\n20.11.2026;1;0;Касса;1",
    )
    assert [line[3] for line in said(await taken(folder))] == ["date_in_future", "date_in_future", "date_in_future", "zero"]


async def test_an_earlier_month_that_comes_later_moves_the_opening(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", balances=BALANCES + "2026-10;1;70;0;0;0;0;0;0;70"))
    await taken(write(tmp_path / "b", balances=BALANCES + "2026-09;1;60;10;0;0;0;0;0;70"))
    assert await live() == [("2026-09", "charge", 1_000, None), ("2026-09", "opening", 6_000, None)]
    await assert_whole()


async def test_the_same_numbers_elsewhere_are_other_accounts(account: PersonalAccount, tmp_path: Path):
    await Organization.create(slug="other", name="Другой", currency="KZT", timezone="Asia/Almaty")
    outcome = await run_import("other", [write(tmp_path / "a", payments=PAYMENTS + "05.10.2026;1;20;Касса;7")])
    assert said(outcome) == [("payments", "2", "refused", "unknown_account")]
