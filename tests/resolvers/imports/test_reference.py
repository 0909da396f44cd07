"""Accounts, meters and readings, where rows depend on other rows and on what is known."""

import datetime as dt
from pathlib import Path

import pytest

from models import AccountFacts, Meter, MeterRegister, Organization, PersonalAccount, Reading, Tariff
from models.enums import ReadingSource, ReadingState
from tests.resolvers.imports.conftest import TODAY, contents, rows, said, taken, write

ACCOUNTS = "Лицевой счёт;Фамилия;Улица;Дом;Квартира;Численность\n"
METERS = "Лицевой счёт;Ввод;Вода;Номер счётчика;Дата установки;Дата поверки;Состояние;Знаков до запятой;Знаков после запятой\n"
READINGS = "Лицевой счёт;Ввод;Вода;Номер счётчика;Дата;Показание;Источник\n"
METER = "1;1;хол.;777;01.01.2026;01.01.2030;Установлен;5;3\n"


@pytest.fixture
async def account(organization: Organization, tmp_path: Path) -> PersonalAccount:
    await taken(write(tmp_path / "account", accounts=ACCOUNTS + "1;Иванов;Абая;1;2;3"))
    return await PersonalAccount.get(number="1")


async def values() -> list[tuple[str, str, int, bool]]:
    found = await Reading.all().order_by("taken_on", "id")
    return [(str(reading.taken_on), reading.source.value, reading.value // 1000, reading.is_current) for reading in found]


async def test_facts_change_from_the_month_in_which_the_register_says_so(account: PersonalAccount, tmp_path: Path):
    def facts():
        return AccountFacts.filter(account_id=account.id).order_by("valid_from").values_list("valid_from", "residents", "surname")

    changed = write(tmp_path / "b", accounts=ACCOUNTS + "1;Иванов;Абая;1;2;4")
    await taken(changed, today=dt.date(2026, 11, 5))
    assert await facts() == [(dt.date(1900, 1, 1), 3, "Иванов"), (dt.date(2026, 11, 1), 4, "Иванов")]
    await taken(write(tmp_path / "c", accounts=ACCOUNTS + "1;Петров;Абая;1;2;4"), today=dt.date(2026, 11, 25))
    assert await facts() == [(dt.date(1900, 1, 1), 3, "Иванов"), (dt.date(2026, 11, 1), 4, "Петров")]
    await taken(write(tmp_path / "d", accounts="Лицевой счёт;Фамилия\n1;Петров"), today=dt.date(2026, 12, 1))
    assert len(await facts()) == 2, "columns that a register lacks say nothing"
    await taken(changed, today=dt.date(2027, 1, 1))
    assert (await facts())[-1] == (dt.date(2027, 1, 1), 4, "Иванов")


async def test_a_lacking_column_keeps_kind_and_place(organization: Organization, tmp_path: Path):
    full = "Лицевой счёт;Тип;Фамилия;Улица;Дом\n1;Юридическое лицо;Объект;Абая;7"
    await taken(write(tmp_path / "a", accounts=full))
    before = await contents()
    await taken(write(tmp_path / "b", accounts="Лицевой счёт;Фамилия\n1;Объект"))
    assert await contents() == before


async def test_neighbours_share_house_and_premises(organization: Organization, tmp_path: Path):
    text = ACCOUNTS + "1;А;Абая;1;1;\n2;Б;Абая;1;1;\n3;В;Абая;1;2;\n4;Г;Абая;2;1;\n5;Д;;;;"
    outcome = await taken(write(tmp_path / "a", accounts=text))
    assert outcome.status == 0
    assert [row["number"] for row in await rows("SELECT number FROM house ORDER BY id")] == ["1", "2"]
    assert len(await rows("SELECT id FROM premises")) == 3
    assert (await PersonalAccount.get(number="5")).premises_id is None


async def test_the_last_of_several_rows_counts(organization: Organization, tmp_path: Path):
    outcome = await taken(write(tmp_path / "a", accounts=ACCOUNTS + "1;А;Абая;1;1;1\n1;А;Абая;1;1;2"))
    assert said(outcome) == [("accounts", "2", "warning", "duplicate_row")]
    assert (await AccountFacts.get()).residents == 2


async def test_an_unknown_contract_refuses_the_account_and_what_hangs_on_it(organization: Organization, tmp_path: Path):
    folder = write(tmp_path / "a", accounts="Лицевой счёт;Фамилия;Номер договора\n1;А;99", meters=METERS + METER)
    assert said(await taken(folder)) == [("accounts", "2", "refused", "unknown_contract"), ("meters", "2", "refused", "unknown_account")]
    assert not await PersonalAccount.exists()


async def test_tariffs_are_replaced_by_their_day(organization: Organization, tmp_path: Path):
    head = "Услуга;Тарифная группа;Действует с;Тариф без НДС;НДС, %;Ед. изм.\n"
    await taken(write(tmp_path / "a", tariffs=head + "Вода;1;01.01.2026;10,00;12;куб.м\nВода;1;01.07.2026;11,00;12;куб.м"))
    outcome = await taken(write(tmp_path / "b", tariffs=head + "Вода;1;01.07.2026;12,5;16;куб.м"))
    assert [file.changed for file in outcome.files] == [1]
    assert await Tariff.all().order_by("valid_from").values_list("price", "tax_percent") == [(10_000_000, 1_200), (12_500_000, 1_600)]


async def test_the_document_of_a_tariff_stays_where_a_register_names_none(organization: Organization, tmp_path: Path):
    head, plain = "Услуга;Тарифная группа;Действует с;Тариф без НДС;Основание\n", "Услуга;Тарифная группа;Действует с;Тариф без НДС\n"
    await taken(write(tmp_path / "a", tariffs=head + "Вода;1;01.01.2026;10,00;Приказ № 58-ОД"))
    await taken(write(tmp_path / "b", tariffs=plain + "Вода;1;01.01.2026;11,00"))
    assert await Tariff.all().values_list("price", "document") == [(11_000_000, "Приказ № 58-ОД")]
    outcome = await taken(write(tmp_path / "c", tariffs=head + "Вода;1;01.01.2026;11,00;Приказ № 59"))
    assert [file.changed for file in outcome.files] == [1]
    assert await Tariff.all().values_list("document", flat=True) == ["Приказ № 59"]


async def test_a_meter_that_comes_back_to_its_place_is_another_meter(account: PersonalAccount, tmp_path: Path):
    """Serial 777 is installed twice on one inlet: the act of removal closes the older, its successor takes what follows."""
    meters = METERS + METER + METER.replace("01.01.2026", "15.05.2026")
    readings = READINGS + "".join(
        f"1;1;хол.;777;{day};{value};{source}\n"
        for day, value, source in [
            ("01.01.2026", "10", "Акт установки"),
            ("15.05.2026", "99", "Акт снятия"),
            ("15.05.2026", "0", "Акт установки"),
            ("15.05.2026", "1", "Телефон"),
            ("20.06.2026", "5", "Сайт"),
        ]
    )
    folder = write(tmp_path / "a", meters=meters, readings=readings)
    assert (await taken(folder)).status == 0
    old, new = await Meter.all().order_by("installed_on")
    assert (str(old.removed_on), new.removed_on) == ("2026-05-15", None)
    [dial] = await MeterRegister.filter(meter_id=new.id)
    assert sorted(await Reading.filter(register_id=dial.id).values_list("value", flat=True)) == [0, 1_000_000, 5_000_000]
    before = await contents()
    await taken(folder)
    assert await contents() == before


async def test_a_removed_meter_takes_no_later_values(account: PersonalAccount, tmp_path: Path):
    readings = READINGS + "1;1;хол.;777;15.05.2026;99;Акт снятия\n1;1;хол.;777;16.05.2026;100;Сайт\n1;1;хол.;777;14.05.2026;98;Сайт\n"
    outcome = await taken(write(tmp_path / "a", meters=METERS + METER, readings=readings))
    assert said(outcome) == [("readings", "3", "refused", "unknown_meter")]


async def test_an_act_of_removal_never_closes_the_successor(account: PersonalAccount, tmp_path: Path):
    """The older meter's row was refused, so its act of removal is too; the meter installed that day stands."""
    readings = READINGS + "1;1;хол.;777;01.01.2026;99;Акт снятия\n1;1;хол.;777;01.01.2026;0;Акт установки\n1;1;хол.;777;20.06.2026;5;Сайт\n"
    outcome = await taken(write(tmp_path / "a", meters=METERS + METER, readings=readings))
    assert said(outcome) == [("readings", "2", "refused", "unknown_meter")]
    assert (await Meter.get()).removed_on is None


async def test_a_corrected_day_of_installation_makes_no_second_meter(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", meters=METERS + METER))
    outcome = await taken(write(tmp_path / "b", meters=METERS + METER.replace("01.01.2026", "02.01.2026")))
    assert outcome.files[0].changed == 1
    assert [str(day) for day in await Meter.all().values_list("installed_on", flat=True)] == ["2026-01-02"]


async def test_a_register_of_meters_may_say_less_than_before(account: PersonalAccount, tmp_path: Path):
    await taken(write(tmp_path / "a", meters=METERS + METER.replace("Установлен", "Неисправен")))
    before = await contents()
    outcome = await taken(write(tmp_path / "b", meters="Лицевой счёт;Вода;Номер счётчика;Ввод\n1;хол.;777;1"))
    assert outcome.files[0].changed == 0
    assert await contents() == before


async def test_an_act_of_removal_is_not_undone_by_the_register(account: PersonalAccount, tmp_path: Path):
    meters = METERS + METER
    await taken(write(tmp_path / "a", meters=meters, readings=READINGS + "1;1;хол.;777;15.05.2026;99;Акт снятия"))
    await taken(write(tmp_path / "b", meters=meters))
    assert (await Meter.get()).removed_on == dt.date(2026, 5, 15)


async def test_meters_without_serials_stay_apart(account: PersonalAccount, tmp_path: Path):
    text = METERS + "1;1;хол.;;;;Установлен;5;3\n1;1;гор.;;;;Снят;5;3\n1;2;хол.;;;;Установлен;;\n"
    folder = write(tmp_path / "a", meters=text)
    assert (await taken(folder)).status == 0
    before = await contents()
    assert {file.changed for file in (await taken(folder)).files} == {0}
    assert await contents() == before
    assert len(before["meter"]) == 3


async def test_a_corrected_value_supersedes(account: PersonalAccount, tmp_path: Path):
    head = READINGS + "1;1;хол.;777;10.10.2026;{};Сайт"
    await taken(write(tmp_path / "a", meters=METERS + METER, readings=head.format("5,000")))
    outcome = await taken(write(tmp_path / "b", readings=head.format("6,000")))
    assert outcome.files[0].changed == 1
    assert await values() == [("2026-10-10", "site", 5_000, False), ("2026-10-10", "site", 6_000, True)]
    assert (await Reading.get(is_current=False)).state is ReadingState.SUPERSEDED


@pytest.mark.parametrize(("value", "state", "count"), [("7,5", ReadingState.ACCEPTED, 1), ("7,6", ReadingState.SENT, 2)])
async def test_what_a_resident_sent_is_recognised(account: PersonalAccount, tmp_path: Path, value: str, state: ReadingState, count: int):
    await taken(write(tmp_path / "a", meters=METERS + METER))
    dial = await MeterRegister.get()
    sent = await Reading.create(
        organization_id=account.organization_id,
        account=account,
        register=dial,
        value=7_500_000,
        taken_on=TODAY,
        period=TODAY.replace(day=1),
        source=ReadingSource.CABINET,
        state=ReadingState.SENT,
        by_resident=True,
    )
    folder = write(tmp_path / "b", readings=READINGS + f"1;1;хол.;777;18.11.2026;{value};Личный кабинет")
    for _ in range(2):
        assert (await taken(folder)).status == 0
        await sent.refresh_from_db()
        assert sent.state is state
        assert sent.is_current
        assert await Reading.all().count() == count


async def test_today_is_the_organizations(organization: Organization, account: PersonalAccount, tmp_path: Path):
    folder = write(tmp_path / "a", meters=METERS + METER, readings=READINGS + "1;1;хол.;777;21.11.2026;1;Сайт")
    assert said(await taken(folder, today=dt.date(2026, 11, 20))) == [("readings", "2", "refused", "date_in_future")]
    assert said(await taken(folder, today=dt.date(2026, 11, 21))) == []
