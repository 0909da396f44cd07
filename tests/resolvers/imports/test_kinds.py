"""Housing and energy: services of many suppliers, parts within groups, zones, and balances of each service."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from models import Charge, LedgerEntry, Meter, MeterRegister, Organization, PersonalAccount, Reading, Service, Statement, StatementLine, Supplier
from resolvers.imports import undo_import
from tests.resolvers.imports.conftest import assert_whole, contents, expected, rows, said, taken, write
from tests.resolvers.imports.test_undo import standing

HOUSING, ENERGY = ("--kind", "housing"), ("--kind", "energy")
ACCOUNTS = "Лицевой счёт;Фамилия\n1;Иванов\n2;Петров"
CHARGES = "Период;Лицевой счёт;Услуга;В составе;Поставщик;Ед. изм.;Количество;Тариф;Сумма;Перерасчёт;Основание;Зона\n"
BALANCES = "Период;Лицевой счёт;Услуга;Остаток на начало;Начислено;Остаток на конец\n"
COLD = "2026-09;1;На холодную;ГВС;Теплосеть;куб.м;1;10;10,00;0,00;Показания;\n"
HEAT = "2026-09;1;На тепло;ГВС;Теплосеть;Гкал;1;20;20,00;0,00;Показания;\n"
OTHER = "2026-09;1;Лифт;;;кв.м;1;5;5,00;0,00;Площадь;\n"


@pytest.fixture
async def account(organization: Organization, tmp_path: Path) -> PersonalAccount:
    await taken(write(tmp_path / "accounts", accounts=ACCOUNTS))
    return await PersonalAccount.get(number="1")


async def lines() -> list[tuple[str, int, str | None, bool]]:
    """(service, amount, the group's service, whether it is one) of every current line."""
    found = await Charge.filter(is_current=True).order_by("position", "id").prefetch_related("service", "parent__service")
    return [(one.service.name, one.amount, one.parent.service.name if one.parent else None, one.is_group) for one in found]


@pytest.mark.seeds("flags")
@pytest.mark.parametrize("kind", [HOUSING, ENERGY], ids=["housing", "energy"])
@pytest.mark.parametrize("flags", [("--drift",), (), ("--drift", "--utf8", "--seed", "7"), ("--drift", "--seed", "23")], ids=" ".join)
async def test_each_row_is_taken_or_doubted_as_it_should_be(
    organization: Organization, registers: Callable[..., Path], kind: tuple[str, str], flags: tuple[str, ...]
):
    folder = registers(*kind, *flags, accounts=60, months=8)
    outcome = await taken(folder)
    assert said(outcome) == expected(folder)
    for file in outcome.files:
        assert file.rows == file.taken == file.changed
    await assert_whole()
    before = await contents()
    again = await taken(folder)
    assert said(again) == expected(folder)
    assert {file.changed for file in again.files} == {0}
    assert await contents() == before


@pytest.mark.parametrize("kind", [HOUSING, ENERGY], ids=["housing", "energy"])
async def test_shuffled_and_split_registers_say_the_same(organization: Organization, registers: Callable[..., Path], tmp_path: Path, kind: tuple[str, str]):
    folder = registers(*kind, "--drift", accounts=25)
    await taken(folder)
    before = await contents()
    chance = random.Random(5)  # noqa: S311 - any order will do
    for path in sorted(folder.glob("*.csv")):
        head, *body = path.read_bytes().decode("cp1251").splitlines(keepends=True)
        chance.shuffle(body)
        for part in range(3):
            (tmp_path / f"{path.stem}-{part}.csv").write_bytes((head + "".join(body[part::3])).encode("cp1251"))
    await taken(tmp_path)
    assert await contents() == before
    await assert_whole()


async def test_housing_is_kept_as_it_came(organization: Organization, registers: Callable[..., Path]):
    await taken(registers(*HOUSING, accounts=25))
    assert await Supplier.all().count() == 6
    assert (await Service.get(name="Электроснабжение")).resource == "electricity"
    assert await rows("SELECT ownership, COUNT(*) AS n FROM account_facts GROUP BY ownership ORDER BY 1") == [
        {"ownership": "municipal", "n": 4},
        {"ownership": "private", "n": 21},
    ]
    dials = await MeterRegister.filter(meter__resource="electricity").values_list("zone", "integer_digits", "fraction_digits")
    assert sorted(dials) == sorted([("day", 5, 1), ("night", 5, 1)] * 25)
    assert await Reading.filter(register__zone="night").count() == 25 * 4
    assert await MeterRegister.filter(meter__resource="hot_water").values_list("zone", flat=True) == [None] * 25
    groups = await Charge.filter(is_group=True).prefetch_related("service", "supplier")
    assert len(groups) == 25 * 4
    assert {(group.service.name, group.supplier.name, group.quantity) for group in groups} == {("Горячее водоснабжение", "Теплосеть", None)}
    for group in groups[:10]:
        parts = await Charge.filter(parent_id=group.id)
        assert len(parts) == 2
        assert group.amount == sum(part.amount for part in parts)
        assert not await LedgerEntry.filter(charge_id=group.id).exists()
    assert await Charge.filter(zone="night").count() == 25 * 4


async def test_a_group_is_made_and_follows_its_parts(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", charges=CHARGES + COLD + HEAT + OTHER))
    assert sorted(await lines()) == [
        ("ГВС", 3000, None, True),
        ("Лифт", 500, None, False),
        ("На тепло", 2000, "ГВС", False),
        ("На холодную", 1000, "ГВС", False),
    ]
    before = await contents()
    await taken(write(tmp_path / "a2", charges=CHARGES + OTHER + HEAT + COLD))
    assert await contents() == before, "another order says nothing new"
    outcome = await taken(write(tmp_path / "b", charges=CHARGES + COLD + HEAT.replace("20;20,00", "21;21,00") + OTHER))
    assert outcome.files[0].changed == 1
    assert [line for line in await lines() if line[3]] == [("ГВС", 3100, None, True)]
    assert await rows("SELECT DISTINCT p.is_current FROM charge c JOIN charge p ON p.id = c.parent_id WHERE c.is_current") == [{"is_current": True}]
    await taken(write(tmp_path / "c", charges=CHARGES + COLD.replace("ГВС", "") + OTHER))
    assert sorted(await lines()) == [("Лифт", 500, None, False), ("На холодную", 1000, None, False)]
    assert (await rows("SELECT SUM(amount) AS n FROM ledger_entry"))[0]["n"] == 1500
    await assert_whole()


async def test_a_printed_group_keeps_what_was_printed(account: PersonalAccount, tmp_path: Path):
    group = "2026-09;1;ГВС;;Теплосеть;куб.м;1;30;30,00;0,00;Показания;\n"
    assert said(await taken(write(tmp_path / "a", charges=CHARGES + COLD + group + HEAT))) == []
    assert [line for line in await lines() if line[3]] == [("ГВС", 3000, None, True)]
    [kept] = await Charge.filter(is_group=True)
    assert kept.quantity == 1_000_000
    assert (await rows("SELECT SUM(amount) AS n FROM ledger_entry"))[0]["n"] == 3000
    outcome = await taken(write(tmp_path / "b", charges=CHARGES + COLD + group.replace("1;30;30,00", ";;31,00") + HEAT))
    assert said(outcome) == [("charges", "3", "warning", "detail")]
    assert outcome.lines[0].params == {"printed": "31.00", "computed": "30.00"}
    assert (await rows("SELECT SUM(amount) AS n FROM ledger_entry"))[0]["n"] == 3000
    await assert_whole()


async def test_lines_that_name_each_other_are_both_charged(account: PersonalAccount, tmp_path: Path):
    await taken(
        write(tmp_path / "a", charges=CHARGES + COLD.replace("ГВС", "На тепло") + HEAT.replace("ГВС", "На холодную") + OTHER.replace(";;;кв", ";Лифт;;кв"))
    )
    assert (await rows("SELECT SUM(amount) AS n FROM ledger_entry"))[0]["n"] == 3500
    await assert_whole()


async def test_a_refused_part_does_not_make_its_group_a_line(account: PersonalAccount, tmp_path: Path):
    group = "2026-09;1;ГВС;;;;;;30,00;0,00;;\n"
    outcome = await taken(write(tmp_path / "a", charges=CHARGES + COLD.replace("10,00", "О,00") + group + HEAT))
    assert said(outcome) == [("charges", "2", "refused", "not_a_number"), ("charges", "3", "warning", "detail")]
    assert (await rows("SELECT SUM(amount) AS n FROM ledger_entry"))[0]["n"] == 2000
    await assert_whole()


async def test_what_paper_bills_print_is_kept_and_in_no_sum(account: PersonalAccount, tmp_path: Path):
    head = "Период;Лицевой счёт;Услуга;Сумма;Недопоставка, дней;Недопоставка, сумма;Стоимость в пределах социальной нормы;Оплачено\n"
    await taken(write(tmp_path / "a", charges=head + "2026-09;1;Отопление;100,00;1,5;20,00;80,00;70,00"))
    [line] = await Charge.all()
    assert (line.shortfall_days, line.shortfall_amount, line.social_norm_amount, line.paid) == (1_500_000, 2000, 8000, 7000)
    assert await LedgerEntry.all().values_list("amount", flat=True) == [10000]


async def test_meters_gain_dials_and_lose_none(account: PersonalAccount, tmp_path: Path):
    meters = "Лицевой счёт;Ресурс;Зоны;Номер счётчика;Знаков до запятой;Знаков после запятой\n1;Электроэнергия;{};55;5;1"
    readings = "Лицевой счёт;Ресурс;Зона;Номер счётчика;Дата;Показание\n1;Электроэнергия;{};55;10.10.2026;7"
    for count, zones in ((2, ["day", "night"]), (3, ["day", "night", "peak"]), (2, ["day", "night", "peak"])):
        outcome = await taken(write(tmp_path / f"m{count}", meters=meters.format(count)))
        assert outcome.files[0].changed == (0 if count == 2 and len(zones) == 3 else 1)
        assert sorted(await MeterRegister.all().values_list("zone", flat=True)) == zones
    assert (await taken(write(tmp_path / "r1", readings=readings.format("Ночь")))).status == 0
    assert said(await taken(write(tmp_path / "r2", readings=readings.format("")))) == [("readings", "2", "refused", "unknown_meter")]
    assert await Reading.all().values_list("register__zone", flat=True) == ["night"]
    await taken(write(tmp_path / "less", meters="Лицевой счёт;Ресурс;Номер счётчика\n1;Электроэнергия;55"))
    assert await MeterRegister.all().values_list("integer_digits", "fraction_digits") == [(5, 1)] * 3
    assert await Meter.all().count() == 1


async def test_balances_by_service_are_lines_of_one_statement(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", balances=BALANCES + "2026-09;1;Тепло;10,00;5,00;7,00\n2026-09;1;Вода;;3,00;3,00"))
    [statement] = await Statement.all()
    assert (statement.opening, statement.charged, statement.paid, statement.closing) == (1000, 800, 800, 1000)
    assert (statement.by_service, statement.derived, statement.penalty) == (True, "paid", None)
    found = await StatementLine.all().order_by("position").values_list("service__name", "opening", "paid", "derived")
    assert found == [("Тепло", 1000, 800, "paid"), ("Вода", None, None, "")], "what is owed before is unknown, so is what was paid"
    outcome = await taken(write(tmp_path / "b", balances=BALANCES + "2026-09;1;Вода;;3,00;4,00\n2026-09;1;Тепло;10,00;5,00;7,00"))
    assert outcome.files[0].changed == 1
    assert await Statement.filter(is_current=True).values_list("version", "closing") == [(2, 1100)]
    assert await StatementLine.all().count() == 4
    await taken(write(tmp_path / "c", balances="Период;Лицевой счёт;Остаток на конец\n2026-09;1;11,00"))
    assert await Statement.filter(is_current=True).values_list("version", "by_service") == [(3, False)]


async def test_a_line_stays_while_its_row_cannot_be_read(account: PersonalAccount, tmp_path: Path):
    good = BALANCES + "2026-09;1;Тепло;10,00;5,00;7,00\n2026-09;1;Вода;0,00;3,00;3,00"
    await taken(write(tmp_path / "a", balances=good))
    outcome = await taken(write(tmp_path / "b", balances=good.replace("10,00", "1O,00")))
    assert said(outcome) == [("balances", "2", "refused", "not_a_number")]
    assert await Statement.all().count() == 1
    await taken(write(tmp_path / "c", balances=BALANCES + "2026-09;1;Вода;0,00;3,00;3,00"))
    assert await Statement.filter(is_current=True).values_list("version", "closing") == [(2, 300)], "a register without the row has no line"


async def test_services_are_named_and_one_way_of_a_month_counts(account: PersonalAccount, tmp_path: Path):
    whole = "Период;Лицевой счёт;Остаток на конец\n2026-09;1;11,00\n2026-08;1;1,00"
    parts = BALANCES + "2026-09;1;Вода;0,00;3,00;3,00\n2026-09;1;;0,00;3,00;3,00"
    outcome = await taken(write(tmp_path / "a", a=whole, b=parts))
    assert said(outcome) == [("a", "2", "warning", "duplicate_row"), ("b", "3", "refused", "missing")]
    assert await Statement.all().order_by("period").values_list("closing", "by_service") == [(100, False), (300, True)]


@pytest.mark.parametrize("kind", [HOUSING, ENERGY], ids=["housing", "energy"])
async def test_another_week_is_undone(organization: Organization, registers: Callable[..., Path], kind: tuple[str, str]):
    """Groups, lines of statements and their links stand again as they were."""
    folder = registers(*kind, "--drift", accounts=15)
    await taken(folder)
    before = await standing()
    changed = await taken(registers(*kind, "--drift", "--seed", "2", accounts=15))
    assert await standing() != before
    await assert_whole()
    await undo_import(changed.run_id, "user:1")
    after = await standing()
    for table in ("charge", "statement", "ledger_entry", "personal_account", "account_facts", "meter", "meter_register", "reading"):
        assert after[table] == before[table], table
    await assert_whole()


async def test_links_to_a_groups_new_version_are_undone(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", charges=CHARGES + COLD + HEAT + OTHER))
    before = await standing()
    changed = await taken(write(tmp_path / "b", charges=CHARGES + COLD + HEAT.replace("20;20,00", "21;21,00") + OTHER))
    await undo_import(changed.run_id, "user:1")
    assert await standing() == before
