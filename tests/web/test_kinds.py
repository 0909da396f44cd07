"""Bills of many services: groups with their parts, zones, what paper bills print; and a meter of two zones."""

from types import SimpleNamespace

import pytest

from models import PersonalAccount
from resolvers.imports import run_import
from resolvers.organizations import create_organization
from resolvers.users import grant_membership
from schema import ids
from tests.resolvers.imports.conftest import write
from tests.web.test_figures import HOST, missing, pdf_of, plain

ACCOUNTS = "Лицевой счёт;Фамилия;Улица;Дом;Квартира\n77;Иванов;Абая;1;2"
METERS = "Лицевой счёт;Ресурс;Зоны;Номер счётчика;Знаков до запятой;Знаков после запятой\n77;Электроэнергия;2;55;5;1"
READINGS = "Лицевой счёт;Ресурс;Зона;Номер счётчика;Дата;Показание\n77;Электроэнергия;День;55;20.09.2026;100\n77;Электроэнергия;Ночь;55;20.09.2026;50\n"
READINGS += "77;Электроэнергия;День;55;20.10.2026;180,5\n77;Электроэнергия;Ночь;55;20.10.2026;70"
CHARGES = (
    "Период;Лицевой счёт;Услуга;В составе;Поставщик;Ед. изм.;Количество;Тариф;Сумма;Зона;Недопоставка, дней;Недопоставка, сумма;"
    "Стоимость в пределах социальной нормы;Оплачено\n"
    "2026-10;77;Компонент на холодную воду;Горячее водоснабжение;Теплосеть;куб.м;2;50;100,00;;1,5;10,00;90,00;80,00\n"
    "2026-10;77;Компонент на тепловую энергию;Горячее водоснабжение;Теплосеть;Гкал;0,1;3000;300,00;;;;;\n"
    "2026-10;77;Электроснабжение;;Энергосбыт;кВтч;80,5;7;563,50;День;;;;\n"
    "2026-10;77;Электроснабжение;;Энергосбыт;кВтч;20;3;60,00;Ночь;;;;"
)
BALANCES = "Период;Лицевой счёт;Остаток на начало;Начислено;Остаток на конец\n2026-10;77;0,00;1023,50;1023,50"
SAYS = ["Горячее водоснабжение, всего, в том числе:", "400,00 ₽", "100,00 ₽", "300,00 ₽", "Электроснабжение, день", "563,50 ₽", "Электроснабжение, ночь", "80,5 кВт·ч",
        "Недопоставка, дней", "1,5", "10,00 ₽", "В пределах социальной нормы", "90,00 ₽", "Оплачено в прошлом месяце", "80,00 ₽", "1 023,50 ₽",
        "0,00 ₽**", "** поставщик не печатает оплату"]  # fmt: skip


@pytest.fixture
async def flat(site, aigul, tmp_path) -> SimpleNamespace:
    await create_organization("dom", "Дом и двор", "RUB", "Asia/Yekaterinburg")
    folder = write(tmp_path / "dom", accounts=ACCOUNTS, meters=METERS, readings=READINGS, charges=CHARGES, balances=BALANCES)
    assert (await run_import("dom", [folder])).lines == []
    await grant_membership("aigul", "dom", "77")
    account = ids.encode("acc", (await PersonalAccount.get(organization__slug="dom", number="77")).id)
    return SimpleNamespace(browser=aigul, address=f"{HOST}/o/dom/accounts/{account}", home=f"{HOST}/o/dom/")


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
async def test_every_column_that_has_something_stands_there(flat, language):
    page = await flat.browser.page(f"{flat.address}/statement?lang={language}")
    assert page.problems() == []
    headings = [page.text(cell) for cell in page.named("thead")[0].iter() if cell.tag.endswith("}th")]
    assert len(headings) == 8
    assert len({len(row.findall("*")) for row in page.named("tbody")[0].findall("*")}) == 1
    if language == "ru":
        assert missing(page.text(), SAYS) == []


async def test_the_same_stands_in_the_pdf_on_its_side(flat):
    reader, text = await pdf_of(flat.browser, f"{flat.address}/statement.pdf")
    assert reader.pages[0].mediabox.width > reader.pages[0].mediabox.height
    assert missing(text.replace("\n", " "), [each for each in SAYS if "всего" not in each and "социальной" not in each and "прошлом" not in each]) == []


async def test_the_same_stands_in_the_table(flat):
    lines = (await flat.browser.get(f"{flat.address}/statement.csv")).content.decode("utf-8-sig").splitlines()
    assert lines[0].endswith("Сумма;Перерасчёт;Недопоставка, дней;Недопоставка, сумма;В пределах социальной нормы;Оплачено в прошлом месяце")
    assert next(line for line in lines if "холодн" in line.lower()).endswith("100,00;;1,5;10,00;90,00;80,00")


@pytest.mark.parametrize("size", ["a4", "a5"])
async def test_the_bill_says_what_the_statement_says(flat, size: str):
    """Shortfalls, social norm, components and balances of each service too, on a sheet on its side."""
    reader, text = await pdf_of(flat.browser, f"{flat.address}/bill.pdf?size={size}")
    assert reader.pages[0].mediabox.width > reader.pages[0].mediabox.height
    assert missing(text.replace("\n", " "), [each for each in SAYS if "всего" not in each and "социальной" not in each and "прошлом" not in each]) == []


async def test_a_group_that_is_not_the_sum_of_its_parts_says_both(flat, tmp_path):
    told = "части составляют 400,00 ₽, поставщик печатает 405,00 ₽"
    for file in ("statement", "statement.csv"):
        assert "поставщик печатает" not in (await flat.browser.get(f"{flat.address}/{file}")).text
    printed = f"{CHARGES}\n2026-10;77;Горячее водоснабжение;;Теплосеть;;;;405,00;;;;;"
    outcome = await run_import("dom", [write(tmp_path / "dom", charges=printed)], approved=True)
    assert [line.code for line in outcome.lines] == ["detail"]
    page = await flat.browser.page(f"{flat.address}/statement")
    assert (missing(page.text(), [told, "405,00 ₽"]), page.problems()) == ([], [])
    for paper in ("statement", "bill"):
        _, text = await pdf_of(flat.browser, f"{flat.address}/{paper}.pdf")
        assert missing(text.replace("\n", " "), [told]) == [], paper
    lines = (await flat.browser.get(f"{flat.address}/statement.csv")).content.decode("utf-8-sig").splitlines()
    [group] = [line.split(";") for line in lines if line.startswith("Горячее водоснабжение, всего")]
    assert (plain(group[3]), group[9]) == (told, "405,00")


async def test_entries_of_one_service_are_told_apart_by_zone_and_supplier(flat):
    span = "from=2026-10-01&to=2026-10-31"
    page = await flat.browser.page(f"{flat.address}/reconciliation?{span}")
    said = ["Электроснабжение, день, Энергосбыт", "Электроснабжение, ночь, Энергосбыт", "Компонент на холодную воду, Теплосеть"]
    assert missing(page.text(), said) == []
    _, text = await pdf_of(flat.browser, f"{flat.address}/reconciliation.pdf?{span}")
    assert missing(text.replace("\n", " "), said) == []
    table = (await flat.browser.get(f"{flat.address}/reconciliation.csv?{span}")).content.decode("utf-8-sig")
    assert missing(table, said) == []


async def test_home_names_zones_and_groups(flat):
    page = await flat.browser.page(flat.home)
    assert missing(page.text(), ["Электроснабжение, ночь", "Горячее водоснабжение", "Компонент на холодную воду"]) == []


async def test_readings_of_both_zones_are_taken(flat):
    page = await flat.browser.page(f"{flat.address}/readings")
    assert page.problems() == []
    assert missing(page.text(), ["Электроэнергия, день", "Электроэнергия, ночь", "00180.5", "00070.0", "Ресурс"]) == []
    assert "Ввод" not in plain(page.text())
    fields = page.fields("/readings")
    assert [name for name in fields if name.endswith(".value")] == ["readings.0.value", "readings.1.value"]
    answer = await flat.browser.client.post(f"{flat.address}/readings", data=fields | {"readings.0.value": "250,5", "readings.1.value": "1"})
    assert answer.status_code == 422
    assert "Электроэнергия, ночь, № 55" in plain(answer.text)
    fields = (await flat.browser.page(f"{flat.address}/readings")).fields("/readings")
    answer = await flat.browser.client.post(f"{flat.address}/readings", data=fields | {"readings.0.value": "250,5", "readings.1.value": "90"})
    assert answer.status_code == 303
    page = await flat.browser.page(f"{flat.address}/readings?sent=1")
    assert missing(page.text(), ["Электроэнергия, день, № 55: 00250.5", "Электроэнергия, ночь, № 55: 00090.0"]) == []
