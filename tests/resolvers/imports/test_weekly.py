"""Registers that come every week: what they miss, what they match, and what holds them until a person has looked."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from models import AuditRecord, ImportProfile, ImportRun, LedgerEntry, Organization, Payment, PersonalAccount, sql
from models.enums import PaymentState
from resolvers.imports import undo_import
from resolvers.organizations import set_thresholds
from tests.resolvers.imports.conftest import assert_whole, contents, expected, said, taken, write
from tests.resolvers.imports.test_money import ACCOUNTS, BALANCES, CHARGES, PAYMENTS, live

COMPLETE = """[[register]]
files = "payments*"
kind = "payments"
complete = true
"""


@pytest.fixture
async def account(organization: Organization, tmp_path: Path) -> PersonalAccount:
    await taken(write(tmp_path / "accounts", accounts=ACCOUNTS))
    return await PersonalAccount.get(number="1")


async def in_transit(account: PersonalAccount, amount: int, day: int, document: str = "", channel: str = "Личный кабинет") -> Payment:
    paid_on = dt.date(2026, 10, day)
    own = {"organization_id": account.organization_id, "account": account, "channel": channel, "document": document}
    return await Payment.create(
        **own, amount=amount, paid_on=paid_on, period=dt.date(2026, 10, 1), state=PaymentState.IN_TRANSIT, key=f"own/{amount}/{day}/{document}"
    )


async def test_an_online_payment_comes_back_by_its_document(account: PersonalAccount, tmp_path: Path):
    made = await in_transit(account, 5_000, 2, "abn-1")
    folder = write(tmp_path / "a", payments=PAYMENTS + "20.10.2026;1;50,00;Банк;abn-1")
    outcome = await taken(folder)
    assert (outcome.summary["payments"]["matched"], outcome.summary["payments"]["new"]) == (1, 0)
    payment = await Payment.get()
    assert (payment.id, payment.state, payment.register_key) == (made.id, PaymentState.RECEIVED, "2026-10-20|Банк|abn-1|1")
    assert await live() == [("2026-10", "payment", -5_000, None)]
    before = await contents()
    again = await taken(folder)
    assert (sum(file.changed for file in again.files), await contents()) == (0, before)
    await assert_whole()


async def test_an_online_payment_comes_back_by_its_sum_within_some_days(account: PersonalAccount, tmp_path: Path):
    await in_transit(account, 5_000, 2)
    await in_transit(account, 5_000, 3)
    rows = "05.10.2026;1;50,00;Личный кабинет;71\n09.10.2026;1;50,00;Личный кабинет;72\n03.10.2026;1;50,00;Касса;73"
    outcome = await taken(write(tmp_path / "a", payments=PAYMENTS + rows))
    assert outcome.summary["payments"]["matched"] == 1, "the second is too many days apart, the third came by another channel"
    assert await Payment.filter(is_current=True).count() == 4
    assert [state async for (state,) in _states()] == ["received", "in_transit", "received", "received"]
    await assert_whole()


async def _states():
    for payment in await Payment.all().order_by("id"):
        yield (payment.state.value,)


async def test_an_online_payment_that_comes_back_with_another_sum_is_never_doubled(account: PersonalAccount, tmp_path: Path):
    await in_transit(account, 5_000, 2, "abn-1")
    outcome = await taken(write(tmp_path / "a", payments=PAYMENTS + "02.10.2026;1;49,50;Банк;abn-1"))
    assert said(outcome) == [("payments", "2", "warning", "payment_differs")]
    assert await live() == [("2026-10", "payment", -4_950, None)]
    await assert_whole()


async def test_a_complete_register_withdraws_what_it_no_longer_has(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", payments=PAYMENTS + "04.10.2026;1;10;Касса;6\n05.10.2026;1;20;Касса;7\n05.10.2026;2;30;Касса;8\n09.10.2026;1;40;Касса;9"))
    folder = write(tmp_path / "b", payments=PAYMENTS + "04.10.2026;1;10;Касса;6\n06.10.2026;1;5;Касса;5")
    outcome = await taken(folder)
    assert said(outcome) == [("payments", "0", "notice", "payment_missing")] * 2, "of the days that it speaks of"
    assert len(await live()) == 5
    await ImportProfile.create(organization_id=account.organization_id, text=COMPLETE, saved_at=dt.datetime.now(dt.UTC), saved_by="user:1")
    outcome = await taken(folder)
    assert outcome.summary["payments"]["withdrawn"] == 2
    assert [entry[2] for entry in await live()] == [-4_000, -1_000, -500]
    assert await LedgerEntry.filter(reverses_id__isnull=False).count() == 2
    await assert_whole()


async def test_accounts_that_vanish_are_told_and_kept(account: PersonalAccount, tmp_path: Path):
    many = "Лицевой счёт;Фамилия\n" + "".join(f"{n};А\n" for n in range(1, 11))
    await taken(write(tmp_path / "a", accounts=many))
    outcome = await taken(write(tmp_path / "b", accounts=many.replace("3;А\n", "").replace("7;А\n", "")))
    assert said(outcome) == [("accounts", "0", "notice", "vanished")] * 2
    assert [line.params for line in outcome.lines] == [{"account": "3"}, {"account": "7"}]
    assert outcome.summary["accounts"] == {"new": 0, "changed": 0, "same": 8, "vanished": 2, "examples": {"new": [], "changed": [], "vanished": ["3", "7"]}}
    assert (await PersonalAccount.all().count(), outcome.status) == (10, 0)
    part = await taken(write(tmp_path / "c", accounts="Лицевой счёт;Фамилия\n1;А\n2;Б"))
    assert said(part) == [("accounts", "0", "notice", "part_of_accounts")], "a register of fewer than half of the accounts is a part of them"


async def test_a_month_that_moves_too_far_waits_for_a_persons_word(account: PersonalAccount, tmp_path: Path):
    first = BALANCES + "2026-10;1;0;100;0;0;0;0;0;100\n2026-10;2;0;100;0;0;0;0;0;100"
    await taken(write(tmp_path / "a", balances=first))
    before = await contents()
    other = write(tmp_path / "b", balances=first.replace("1;0;100;0;0;0;0;0;100", "1;0;1000;0;0;0;0;0;1000"))
    held = await taken(other, approved=False)
    assert [(one.code, one.subject, one.value, one.limit) for one in held.held] == [("total_moved", "2026-10", 450.0, 50)]
    assert (held.status, held.state, await contents() == before) == (3, "held", True)
    assert (await ImportRun.get(id=held.run_id)).state == "held"
    assert held.summary["months"][0]["after"]["charged"] == 110_000
    done = await taken(other, run_id=held.run_id, who="user:7")
    assert (done.status, done.run_id, (await ImportRun.get(id=held.run_id)).approved_by) == (0, held.run_id, "user:7")
    await assert_whole()


async def test_a_new_month_is_held_against_the_one_before(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", balances=BALANCES + "2026-09;1;0;100;0;0;0;0;0;100\n2026-09;2;0;100;0;0;0;0;0;100"))
    quiet = await taken(write(tmp_path / "b", balances=BALANCES + "2026-10;1;100;120;0;0;0;0;0;220"), approved=False)
    assert quiet.status == 0, "a part of the accounts is compared with the same accounts"
    held = await taken(write(tmp_path / "c", balances=BALANCES + "2026-10;2;100;1;0;0;0;0;0;101"), approved=False)
    assert [one.value for one in held.held] == [-99.0]


async def test_too_many_refused_rows_wait_for_a_persons_word(organization: Organization, registers: Callable[..., Path]):
    folder = registers("--dirty", "45", accounts=130)
    held = await taken(folder, approved=False)
    assert {one.code for one in held.held} == {"refused_share"}
    assert not any((await contents()).values())
    await set_thresholds("vk", None, 50)
    assert (await taken(folder, approved=False)).status == 1
    assert (await AuditRecord.get(action="organization.thresholds")).details["after"] == {"refused": None, "moved": 50}


async def test_the_summary_tells_totals_and_controls(account: PersonalAccount, tmp_path: Path):
    balances = BALANCES + "2026-09;1;0;100;0;0;0;0;0;100\n2026-10;1;101;10;0;0;5;0;0;106"
    outcome = await taken(write(tmp_path / "a", balances=balances, charges=CHARGES + "2026-10;1;Вода;;;11;;", payments=PAYMENTS + "05.10.2026;1;5;Касса;7"))
    _, october = outcome.summary["months"]
    assert (october["period"], october["before"], october["chain_breaks"]) == ("2026-10", None, 1)
    assert october["after"] == {"opening": 10_100, "charged": 1_000, "recalculation": 0, "penalty": 0, "paid": 500, "compensation": 0, "closing": 10_600}
    assert october["details"] == {"charged": 1_100, "recalculation": 0, "paid": 500}
    assert october["statements"] == {"new": 1, "changed": 0, "same": 0, "vanished": 0}
    assert outcome.summary["payments"] == {"new": 1, "changed": 0, "matched": 0, "amount": 500, "withdrawn": 0}
    assert {(code["code"], code["count"], code["amount"]) for code in outcome.summary["codes"]} == {("chain", 1, 100)}
    assert (await ImportRun.get(id=outcome.run_id)).summary["rows"] == 4


async def test_files_that_come_again_as_they_were_are_not_read(organization: Organization, registers: Callable[..., Path], monkeypatch: pytest.MonkeyPatch):
    folder = registers("--events", "--drift", "--dirty", "3")
    first = await taken(folder)
    before = await contents()
    read: list[str] = []
    monkeypatch.setattr("resolvers.imports.steps.stage", lambda recipe, *_: (_ for _ in ()).throw(AssertionError(recipe.kind.name)))
    again = await taken(folder)
    assert (read, await contents() == before) == ([], True)
    assert (said(again), again.status) == (said(first), first.status)
    assert [(file.rows, file.taken, file.warned, file.refused, file.changed) for file in again.files] == [
        (file.rows, file.taken, file.warned, file.refused, 0) for file in first.files
    ]
    assert {(code["code"], code["count"]) for code in again.summary["codes"]} == {(code["code"], code["count"]) for code in first.summary["codes"]}
    await assert_whole()


async def test_a_file_is_read_again_where_something_came_between(account: PersonalAccount, tmp_path: Path):
    folder, other = write(tmp_path / "a", charges=CHARGES + "2026-10;1;Вода;;;10;;"), write(tmp_path / "b", charges=CHARGES + "2026-10;1;Вода;;;20;;")
    await taken(folder)
    await taken(other)
    outcome = await taken(folder)
    assert (outcome.files[0].changed, await live()) == (1, [("2026-10", "charge", 1_000, None)])
    await undo_import(outcome.run_id, "command line")
    assert await live() == [("2026-10", "charge", 2_000, None)]
    await taken(folder)
    assert await live() == [("2026-10", "charge", 1_000, None)]
    await in_transit(account, 5_000, 2, "abn-1")
    paid = write(tmp_path / "c", payments=PAYMENTS + "02.10.2026;1;50,00;Банк;abn-1")
    await taken(paid)
    await assert_whole()


async def test_big_registers_are_read_by_another_process(organization: Organization, registers: Callable[..., Path], monkeypatch: pytest.MonkeyPatch):
    """The same is taken and said; a file that turns out to be unusable on the way is refused there too."""
    folder = registers("--events", "--drift", "--dirty", "3")
    monkeypatch.setattr("resolvers.imports.ahead.WORTH_A_PROCESS", 0)
    assert said(await taken(folder)) == expected(folder)
    await assert_whole()


async def test_what_another_process_finds_unusable_is_refused(account: PersonalAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("resolvers.imports.ahead.WORTH_A_PROCESS", 0)
    folder = write(tmp_path / "a", charges=CHARGES + "2026-10;1;Вода;;;10;;\n" * 8_000 + '2026-10;1;"Вода;;;10;;\n' + "2026-10;1;Вода;;;10;;\n" * 40)
    outcome = await taken(folder, write(tmp_path / "b", payments=PAYMENTS + "05.10.2026;1;20;Касса;7"))
    assert outcome.refused_files == ["charges"]
    assert await live() == [("2026-10", "payment", -2_000, None)]


async def test_an_online_payment_is_one_however_often_registers_bring_it(account: PersonalAccount, tmp_path: Path):
    await in_transit(account, 7_700, 2, "T-1")
    for number, row in enumerate(("02.10.2026;1;77;Kaspi;T-1", "02.10.2026;1;77;Личный кабинет;T-1", "03.10.2026;1;77;Kaspi;T-1")):
        await taken(write(tmp_path / str(number), payments=PAYMENTS + row))
        assert await live() == [("2026-10", "payment", -7_700, None)]
    await assert_whole()


async def test_a_payment_whose_day_was_corrected_is_told_and_withdrawn_where_registers_are_complete(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", payments=PAYMENTS + "01.10.2026;1;20;Касса;7"))
    moved = write(tmp_path / "b", payments=PAYMENTS + "02.10.2026;1;20;Касса;7")
    assert said(await taken(moved, preview=True)) == [("payments", "0", "notice", "payment_missing")]
    await ImportProfile.create(organization_id=account.organization_id, text=COMPLETE, saved_at=dt.datetime.now(dt.UTC), saved_by="user:1")
    await taken(moved)
    assert [str(p.paid_on) for p in await Payment.filter(is_current=True)] == ["2026-10-02"]
    await assert_whole()


async def test_a_closed_month_that_changes_tells_of_the_break_in_the_next(account: PersonalAccount, tmp_path: Path):
    first = BALANCES + "2026-09;1;0;10;0;0;0;0;0;10"
    await taken(write(tmp_path / "a", balances=f"{first}\n2026-10;1;10;5;0;0;0;0;0;15"))
    outcome = await taken(write(tmp_path / "b", balances=first.replace("10;0;0;0;0;0;10", "11;0;0;0;0;0;11")))
    assert [(line.code, line.params["month"], line.params["amount"]) for line in outcome.lines] == [("difference_elsewhere", "2026-10", "-1.00")]
    await assert_whole()


async def test_suppliers_of_one_bill_may_send_their_own_registers(account: PersonalAccount, tmp_path: Path):
    """A line is gone where its service is in the register, or where its register came again: another supplier's lines stay."""
    await taken(write(tmp_path / "a", water=CHARGES + "2026-10;1;Вода;;;10;;\n2026-10;2;Вода;;;7;;"))
    await taken(write(tmp_path / "b", heat=CHARGES + "2026-10;1;Тепло;;;20;;"))
    assert sorted(entry[2] for entry in await live()) == [700, 1_000, 2_000]
    outcome = await taken(write(tmp_path / "c", water=CHARGES + "2026-10;1;Сток;;;3;;\n2026-10;2;Вода;;;7;;"))
    assert said(outcome) == [("water", "0", "notice", "charge_gone")]
    assert sorted(entry[2] for entry in await live()) == [300, 700, 2_000]
    services = "Период;Лицевой счёт;Услуга;Остаток на начало;Начислено;Оплачено;Остаток на конец\n"
    await taken(write(tmp_path / "d", water=services + "2026-10;1;Сток;0;3;0;3"))
    await taken(write(tmp_path / "e", heat=services + "2026-10;1;Тепло;0;20;0;20"))
    assert (await PersonalAccount.get(number="1")).balance == 2_300
    await assert_whole()


async def test_a_service_that_a_month_leaves_out_is_told(account: PersonalAccount, tmp_path: Path):
    services = "Период;Лицевой счёт;Услуга;Остаток на начало;Начислено;Оплачено;Остаток на конец\n"
    await taken(write(tmp_path / "a", balances=services + "2026-08;1;ГВС;0;100;0;100\n2026-08;1;Тепло;0;50;0;50"))
    outcome = await taken(write(tmp_path / "b", balances=services + "2026-09;1;Тепло;50;0;0;50"))
    assert [(line.code, line.params["service"], line.params["amount"]) for line in outcome.lines] == [("difference_elsewhere", "ГВС", "-100.00")]
    await taken(write(tmp_path / "c", charges=CHARGES + "2026-09;1;ГВС;;;100;;"))
    rows = await taken(write(tmp_path / "d", balances=services + "2026-10;1;ГВС;0;10;0;10\n2026-10;1;Тепло;50;0;0;50"))
    assert rows.status == 0
    found = await sql.fetch("SELECT CAST(SUM(e.amount) AS bigint) AS n FROM ledger_entry e JOIN service v ON v.id = e.service_id WHERE v.name = 'ГВС'")
    assert found[0]["n"] == 1_000, "entries of a service come to its printed closing"
    await assert_whole()


async def test_an_opening_that_one_service_leaves_out_is_no_damage(account: PersonalAccount, tmp_path: Path):
    services = "Период;Лицевой счёт;Услуга;Остаток на начало;Начислено;Оплачено;Остаток на конец\n"
    await taken(write(tmp_path / "a", balances=services + "2026-10;1;ГВС;50;150;200;0\n2026-10;1;Тепло;;0;0;100"))
    await assert_whole()
