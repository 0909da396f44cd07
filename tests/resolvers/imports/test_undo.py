"""An import that is undone: as if it had not been, and what people did meanwhile stays."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from models import AuditRecord, ImportChange, ImportRun, Membership, Meter, MeterRegister, Organization, PersonalAccount, Reading, Tariff, User
from models.enums import Proof, ReadingSource, ReadingState, Right
from models.errors import NotFound, ProblemCode, Refused
from resolvers.imports import undo_import
from tests.resolvers.imports.conftest import assert_whole, contents, rows, said, taken, write
from tests.resolvers.imports.test_money import ACCOUNTS, BALANCES, CHARGES, PAYMENTS
from tests.resolvers.imports.test_reference import METER, METERS, READINGS

ALL = ("--events", "--drift", "--dirty", "3")
# What may differ after an undo: rows of money stay as versions that are not current, entries as pairs that come to nothing.
APPENDED = ("charge", "payment", "statement", "statement_line", "ledger_entry")


async def standing() -> dict[str, list[tuple[object, ...]]]:
    """Everything that anybody can see: current rows and live entries."""
    found = {table: lines for table, lines in (await contents()).items() if table not in APPENDED}
    for table in ("charge", "payment", "statement"):
        found[table] = sorted((tuple(row.values()) for row in await rows(f"SELECT * FROM {table} WHERE is_current")), key=repr)
    live = """SELECT account_id, kind, amount, period, reason, service_id, charge_id, payment_id FROM ledger_entry e WHERE reverses_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = e.id)"""
    found["ledger_entry"] = sorted((tuple(row.values()) for row in await rows(live)), key=repr)
    found["personal_account"] = [row for row in await _accounts() if row[-1] is None]
    return found


async def _accounts() -> list[tuple[object, ...]]:
    return [
        tuple(row.values())
        for row in await rows("SELECT id, number, kind, branch, premises_id, contract_id, balance, withdrawn_at FROM personal_account ORDER BY id")
    ]


async def test_the_first_import_leaves_nothing_to_see(organization: Organization, registers: Callable[..., Path]):
    before = await standing()
    outcome = await taken(registers(*ALL))
    undone = await undo_import(outcome.run_id, "user:1")
    assert {table: lines for table, lines in (await standing()).items() if lines and table != "service"} == {t: b for t, b in before.items() if b}
    assert (undone.reversed > 0, undone.removed > 0) == (True, True)
    run = await ImportRun.get(id=outcome.run_id)
    assert (run.state, run.undone_by, run.undone_at is not None) == ("undone", "user:1", True)
    assert (await AuditRecord.filter(action="import.undo").get()).details["reversed"] == undone.reversed
    await assert_whole()


async def test_a_later_import_goes_and_the_earlier_one_stands_again(organization: Organization, registers: Callable[..., Path]):
    await taken(registers("--events"))
    before = await standing()
    changed = await taken(registers("--events", "--seed", "2"))
    assert await standing() != before
    await undo_import(changed.run_id, "command line")
    after = await standing()
    for table in before:
        assert [row for row in after[table] if row not in before[table]] in ([], after[table][len(before[table]) :]), table
        assert [row for row in before[table] if row not in after[table]] == [], table
    assert after["ledger_entry"] == before["ledger_entry"]
    await assert_whole()


async def test_what_was_undone_can_be_taken_again(organization: Organization, registers: Callable[..., Path]):
    folder = registers(*ALL)
    first = await taken(folder)
    balances = await rows("SELECT number, balance FROM personal_account ORDER BY number")
    await undo_import(first.run_id, "command line")
    second = await taken(folder)
    assert said(second) == said(first)
    assert [(file.name, file.changed) for file in second.files] == [(file.name, file.changed) for file in first.files]
    assert await rows("SELECT number, balance FROM personal_account WHERE withdrawn_at IS NULL ORDER BY number") == balances
    await assert_whole()
    await undo_import(second.run_id, "command line")
    await assert_whole()


async def test_later_imports_go_first(organization: Organization, tmp_path: Path):
    first = await taken(write(tmp_path / "a", accounts=ACCOUNTS))
    second = await taken(write(tmp_path / "b", charges=CHARGES + "2026-10;1;Вода;;;10;;"))
    with pytest.raises(Refused) as refused:
        await undo_import(first.run_id, "command line")
    assert (refused.value.problems[0].code, refused.value.problems[0].params) == (ProblemCode.LATER_IMPORTS, {"runs": str(second.run_id)})
    again = await taken(tmp_path / "b")  # changed nothing, and says what the one before said
    with pytest.raises(Refused):
        await undo_import(second.run_id, "command line")
    await undo_import(again.run_id, "command line")
    await undo_import(second.run_id, "command line")
    await undo_import(first.run_id, "command line")
    with pytest.raises(NotFound):
        await undo_import(first.run_id, "command line")
    await assert_whole()


async def test_facts_and_meters_are_put_back(organization: Organization, tmp_path: Path):
    headings = "Лицевой счёт;Фамилия;Улица;Дом;Квартира;Численность\n"
    await taken(write(tmp_path / "a", accounts=headings + "1;Иванов;Абая;1;2;3", meters=METERS + METER))
    before = await standing()
    other = await taken(
        write(
            tmp_path / "b",
            accounts=headings + "1;Петров;Ленина;5;6;4\n2;Новый;Ленина;5;7;1",
            meters=METERS + METER.replace("2030", "2031") + METER.replace("777", "888"),
            readings=READINGS + "1;1;хол.;777;10.10.2026;5,000;Акт снятия",
        )
    )
    assert await standing() != before
    await undo_import(other.run_id, "command line")
    assert await standing() == before


async def test_the_document_of_a_tariff_is_put_back(organization: Organization, tmp_path: Path):
    head = "Услуга;Действует с;Тариф без НДС;Основание\n"
    await taken(write(tmp_path / "a", tariffs=head + "Вода;01.01.2026;10,00;Приказ № 58"))
    changed = await taken(write(tmp_path / "b", tariffs=head + "Вода;01.01.2026;11,00;Приказ № 59"))
    kept = await ImportChange.get(run_id=changed.run_id)
    await undo_import(changed.run_id, "user:1")
    assert await Tariff.all().values_list("price", "document") == [(10_000_000, "Приказ № 58")]
    again = await taken(write(tmp_path / "b", tariffs=head + "Вода;01.01.2026;11,00;Приказ № 59"))
    of_old = {name: value for name, value in json.loads(kept.before).items() if name != "document"}
    await ImportChange.filter(run_id=again.run_id).update(before=json.dumps(of_old))  # as earlier releases kept it
    await undo_import(again.run_id, "user:1")
    assert await Tariff.all().values_list("price", "document") == [(10_000_000, "Приказ № 59")], "neither changed nor kept: it stays"


async def test_what_people_did_meanwhile_stays(organization: Organization, tmp_path: Path):
    outcome = await taken(write(tmp_path / "a", accounts=ACCOUNTS, meters=METERS + METER, charges=CHARGES + "2026-10;1;Вода;;;10;;"))
    account = await PersonalAccount.get(number="1")
    user = await User.create(login="a", login_key="a", email="a@b.kz", email_key="a@b.kz", password_hash="-")
    await Membership.create(organization=organization, user=user, account=account, rights=Right.owner(), proof=Proof.STAFF)
    dial = await MeterRegister.get()
    sent = {"source": ReadingSource.CABINET, "state": ReadingState.SENT, "by_resident": True}
    await Reading.create(organization=organization, account=account, register=dial, value=1, taken_on=dt.date(2026, 11, 1), period=dt.date(2026, 11, 1), **sent)
    undone = await undo_import(outcome.run_id, "command line")
    assert (await Reading.all().count(), await Meter.all().count(), await Membership.all().count()) == (1, 1, 1)
    assert undone.withdrawn == 1, "the account with a membership, a reading and reversed money is kept out of sight; the other is gone"
    assert [(a.number, a.withdrawn_at is not None) for a in await PersonalAccount.all()] == [("1", True)]
    outcome = await taken(write(tmp_path / "b", charges=CHARGES + "2026-10;1;Вода;;;10;;"))
    assert said(outcome) == [("charges", "2", "refused", "unknown_account")]
    await taken(tmp_path / "a")
    assert (await PersonalAccount.get(number="1")).withdrawn_at is None
    await assert_whole()


async def test_a_payment_and_a_balance_come_back_as_they_were(organization: Organization, tmp_path: Path):
    await taken(write(tmp_path / "a", accounts=ACCOUNTS, payments=PAYMENTS + "05.10.2026;1;20;Касса;7", balances=BALANCES + "2026-10;1;0;0;0;0;20;0;0;-20"))
    before = await standing()
    other = await taken(write(tmp_path / "b", payments=PAYMENTS + "05.10.2026;1;25;Касса;7", balances=BALANCES + "2026-10;1;0;0;0;0;25;0;0;-25"))
    assert (await PersonalAccount.get(number="1")).balance == -2_500
    await undo_import(other.run_id, "command line")
    assert await standing() == before
    await assert_whole()
