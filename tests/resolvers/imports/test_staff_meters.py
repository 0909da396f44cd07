"""Registers and staff speak of the same meters: what staff have recorded is found again, never doubled, and never lost to an older word."""

import datetime as dt
import json
from pathlib import Path

import pytest

from models import ImportChange, Meter, MeterEvent, MeterRegister, Organization, PersonalAccount, Reading
from models.enums import ReadingSource, Resource
from models.errors import ProblemCode, Refused
from models.meter_enums import MeterEventKind
from resolvers.imports.undo import undo_import
from resolvers.meter_acts import Act, record_event
from resolvers.meter_changes import Installation, Replacement, install_meter, replace_meter
from resolvers.meter_life import lives_of
from resolvers.meter_values import AtDial, AtZone
from resolvers.meter_withdrawals import withdraw_event
from resolvers.meters import meters_by_ids
from resolvers.new_meters import NewMeter
from resolvers.viewer import Viewer, viewer_of_user
from tests import factories as make
from tests.resolvers.imports.conftest import TODAY, contents, said, taken, write
from tests.resolvers.imports.test_reference import ACCOUNTS, METER, METERS, READINGS

DAY = dt.date(2026, 11, 10)
LATER = "1;1;хол.;888;10.11.2026;10.11.2032;Установлен;5;3\n"
ACTS = READINGS + "1;1;хол.;777;10.11.2026;99;Акт снятия\n1;1;хол.;888;10.11.2026;0,125;Акт установки\n"


@pytest.fixture
async def account(organization: Organization, tmp_path: Path) -> PersonalAccount:
    await taken(write(tmp_path / "first", accounts=ACCOUNTS + "1;Иванов;Абая;1;2;3", meters=METERS + METER))
    return await PersonalAccount.get(number="1")


@pytest.fixture
async def clerk(organization: Organization) -> Viewer:
    user = await make.user("clerk")
    await make.staff(user, organization)
    return await viewer_of_user(user.id, TODAY)


async def replaced(clerk: Viewer) -> int:
    old = await MeterRegister.get(meter__serial="777")
    new = NewMeter("888", 1, (5, 3), (AtZone(None, "0,125"),), dt.date(2032, 11, 10))
    event = await replace_meter(clerk, Replacement(old.meter_id, DAY, (AtDial(old.id, "99"),), new, "k"), make.NOW, TODAY)
    return event.pk


async def test_the_registers_find_what_staff_made(account, clerk, tmp_path: Path):
    await replaced(clerk)
    before = await contents()
    outcome = await taken(write(tmp_path / "b", meters=METERS + METER + LATER, readings=ACTS))
    assert said(outcome) == []
    assert [file.changed for file in outcome.files] == [0, 0]
    assert await contents() == before, "the same rows, whoever wrote them"


async def test_staff_and_registers_write_the_same_rows(account, clerk, tmp_path: Path):
    async def rows() -> list[tuple]:
        meters = await Meter.all().order_by("installed_on").values_list("serial", "inlet", "resource", "installed_on", "removed_on", "verification_due_on")
        found = await Reading.filter(is_current=True).order_by("taken_on", "source")
        return [*meters, *((r.value, r.taken_on, r.period, r.source, r.source_label, r.state, r.by_resident) for r in found)]

    run = await taken(write(tmp_path / "b", meters=METERS + METER.replace("Установлен", "Установлен") + LATER, readings=ACTS))
    by_registers = await rows()
    await undo_import(run.run_id, "command line")
    await replaced(clerk)
    by_staff = await rows()
    places = await Meter.all().values_list("place", flat=True)
    assert (by_staff, set(places)) == (by_registers, {None})


async def test_a_register_that_lags_behind_puts_nothing_back(account, clerk, tmp_path: Path):
    """It still knows the old meter alone, as installed, and its old verification."""
    old = await Meter.get(serial="777")
    await record_event(clerk, Act(old.id, MeterEventKind.VERIFIED, DAY, "v", due_on=dt.date(2036, 1, 1)), make.NOW, TODAY)
    await replaced(clerk)
    before = await contents()
    outcome = await taken(write(tmp_path / "b", meters=METERS + METER.replace("01.01.2030", "01.11.2026")))
    assert [file.changed for file in outcome.files] == [0]
    assert await contents() == before


async def test_a_newer_word_of_the_register_counts(account, clerk, tmp_path: Path):
    old = await Meter.get(serial="777")
    await record_event(clerk, Act(old.id, MeterEventKind.VERIFIED, DAY, "v", due_on=dt.date(2036, 1, 1)), make.NOW, TODAY)
    await taken(write(tmp_path / "b", meters=METERS + METER.replace("01.01.2030", "01.01.2031").replace("Установлен", "Неисправен")))
    meter = await Meter.get(serial="777")
    assert (meter.verification_due_on, meter.register_state.value) == (dt.date(2031, 1, 1), "faulty")


async def test_a_register_without_days_of_installation_leaves_those_that_acts_name(account, clerk, tmp_path: Path):
    await replaced(clerk)
    await taken(write(tmp_path / "b", meters=METERS + LATER.replace("10.11.2026", "", 1)))
    assert (await Meter.get(serial="888")).installed_on == DAY
    assert await Meter.all().count() == 2


async def test_a_register_brings_back_a_meter_whose_act_was_withdrawn(account, clerk, tmp_path: Path):
    await withdraw_event(clerk, await replaced(clerk), make.NOW)
    outcome = await taken(write(tmp_path / "b", readings=READINGS + "1;1;хол.;888;12.11.2026;1;Сайт\n"))
    assert said(outcome) == [("readings", "2", "refused", "unknown_meter")]
    run = await taken(write(tmp_path / "c", meters=METERS + METER + LATER, readings=ACTS))
    meter = await Meter.get(serial="888")
    assert meter.withdrawn_at is None
    await undo_import(run.run_id, "command line")
    assert (await Meter.get(serial="888")).withdrawn_at is not None


async def test_undoing_an_import_keeps_what_staff_recorded_since(account, clerk, tmp_path: Path):
    run = await taken(write(tmp_path / "b", meters=METERS + METER.replace("01.01.2030", "01.11.2026")))
    old = await Meter.get(serial="777")
    await record_event(clerk, Act(old.id, MeterEventKind.VERIFIED, DAY, "v", due_on=dt.date(2036, 1, 1)), make.NOW, TODAY)
    await replaced(clerk)
    await undo_import(run.run_id, "command line")
    meter = await Meter.get(serial="777")
    assert meter.removed_on == DAY
    assert await Meter.all().count() == 2
    assert await MeterEvent.filter(withdrawn_at=None).count() == 2


async def test_what_registers_brought_stands_in_the_life(account, clerk, tmp_path: Path):
    await taken(write(tmp_path / "b", meters=METERS + METER + LATER, readings=ACTS))
    for serial, kind in (("777", MeterEventKind.REMOVED), ("888", MeterEventKind.INSTALLED)):
        pk = (await Meter.get(serial=serial)).id
        newest = (await lives_of(clerk, list((await meters_by_ids(clerk, [pk])).values())))[pk][0]
        assert (newest.kind, newest.happened_on, newest.from_register, len(newest.values)) == (kind, DAY, True, 1)
    assert await MeterEvent.all().count() == 0
    assert await Reading.filter(source=ReadingSource.REMOVAL).count() == 1
    assert {meter.resource for meter in await Meter.all()} == {Resource.COLD_WATER}


@pytest.mark.parametrize(("heading", "word", "expected"), [
    ("Теплосчетчик", "Да", True), ("Теплосчётчик", "нет", False), ("Жылу есептегиш", "ия", True), ("Жылу есептегиш", "жок", False),
    ("Heat meter", "yes", True), ("Теплосчетчик", "", None),
])  # fmt: skip
async def test_the_register_of_accounts_says_where_heat_meters_are(organization, tmp_path: Path, heading: str, word: str, expected: bool | None):
    outcome = await taken(write(tmp_path / "a", accounts=f"Лицевой счёт;Фамилия;{heading}\n1;Иванов;{word}"))
    assert said(outcome) == []
    assert (await PersonalAccount.get()).heat_meter is expected
    await taken(write(tmp_path / "b", accounts="Лицевой счёт;Фамилия\n1;Петров"))
    assert (await PersonalAccount.get()).heat_meter is expected, "a column that a register lacks says nothing"
    run = await taken(write(tmp_path / "c", accounts=f"Лицевой счёт;Фамилия;{heading}\n1;Петров;{'Нет' if expected else 'Да'}"))
    assert (await PersonalAccount.get()).heat_meter is not expected
    await undo_import(run.run_id, "command line")
    assert (await PersonalAccount.get()).heat_meter is expected


async def test_a_word_that_is_neither_yes_nor_no_is_refused(organization, tmp_path: Path):
    outcome = await taken(write(tmp_path / "a", accounts="Лицевой счёт;Фамилия;Теплосчетчик\n1;Иванов;может быть"))
    assert said(outcome) == [("accounts", "2", "refused", "unknown_word")]
    assert not await PersonalAccount.exists()


async def entered(clerk: Viewer, account: PersonalAccount, inlet: int | None, serial: str = "888", key: str = "i") -> int:
    new = NewMeter(serial, 1, (5, 3), (AtZone(None, "0,125"),), dt.date(2032, 11, 10))
    event = await install_meter(clerk, Installation(account.id, inlet, "", Resource.COLD_WATER, DAY, new, key), make.NOW, TODAY)
    return event.meter.pk


@pytest.mark.parametrize(("staffs", "registers"), [(None, "1"), (2, "")])
async def test_a_meter_of_which_one_of_them_names_no_inlet_is_one(account, clerk, tmp_path: Path, staffs: int | None, registers: str):
    pk = await entered(clerk, account, staffs)
    before = await contents()
    row = LATER.replace("1;1;", f"1;{registers};", 1)
    reading = READINGS + f"1;{registers};хол.;888;20.11.2026;2,5;Контролёр\n"
    outcome = await taken(write(tmp_path / "b", meters=METERS + METER + row, readings=reading))
    assert said(outcome) == []
    assert await Meter.filter(serial="888").values_list("id", "inlet") == [(pk, int(registers) if registers else staffs)]
    assert await Reading.filter(register__meter_id=pk, value=2_500_000).count() == 1
    again = await taken(write(tmp_path / "c", meters=METERS + METER + row, readings=reading))
    assert [file.changed for file in again.files] == [0, 0]
    await undo_import(again.run_id, "command line")
    await undo_import(outcome.run_id, "command line")
    assert await contents() == before


async def test_a_run_of_an_earlier_release_is_undone_without_an_inlet_that_it_never_kept(account, clerk, tmp_path: Path):
    pk = await entered(clerk, account, None)
    outcome = await taken(write(tmp_path / "b", meters=METERS + METER + LATER))
    for kept in await ImportChange.filter(run_id=outcome.run_id, subject="meter"):
        before = {name: value for name, value in json.loads(kept.before).items() if name != "inlet"}
        await ImportChange.filter(id=kept.id).update(before=json.dumps(before))
    await undo_import(outcome.run_id, "command line")
    assert (await Meter.get(id=pk)).inlet == 1


async def test_where_two_can_be_meant_none_is(account, clerk, tmp_path: Path):
    pk = await entered(clerk, account, None)
    both = LATER + LATER.replace("1;1;", "1;2;", 1)
    await taken(write(tmp_path / "b", meters=METERS + METER + both))
    assert sorted(await Meter.filter(serial="888").values_list("inlet", flat=True), key=str) == [1, 2, None]
    assert (await Meter.get(id=pk)).inlet is None


@pytest.mark.parametrize("inlet", [None, 1, 2])
async def test_a_serial_that_stands_is_taken_at_every_inlet(account, clerk, inlet: int | None):
    with pytest.raises(Refused) as caught:
        await entered(clerk, account, inlet, serial="777")
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [(ProblemCode.TAKEN, ("serial",))]


async def test_a_register_that_names_no_inlets_leaves_the_known_ones(account, clerk, tmp_path: Path):
    """A register without the column of inlets, then readings that name the inlet."""
    head = METERS.replace("Ввод;", "")
    await taken(write(tmp_path / "b", meters=head + METER.replace("1;1;", "1;", 1)))
    outcome = await taken(write(tmp_path / "c", readings=READINGS + "1;1;хол.;777;12.11.2026;5;Контролёр\n"))
    assert (await Meter.all().values_list("serial", "inlet"), said(outcome)) == ([("777", 1)], [])


async def test_a_meter_without_an_inlet_that_staff_have_taken_down_is_found_too(account, clerk, tmp_path: Path):
    """Staff enter a meter without inlet and take it down; the register still brings it."""
    pk = await entered(clerk, account, None)
    dial = await MeterRegister.get(meter_id=pk)
    await record_event(clerk, Act(pk, MeterEventKind.REMOVED, DAY + dt.timedelta(days=2), "r", (AtDial(dial.id, "1"),)), make.NOW, TODAY)
    await taken(write(tmp_path / "b", meters=METERS + METER + LATER))
    assert await Meter.filter(serial="888").values_list("id", "inlet") == [(pk, 1)]
