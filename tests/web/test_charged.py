"""Two years of charges: drawn, as a table and as a file, the same figures as the statement's."""

import datetime as dt
import io

import pytest
from openpyxl import load_workbook

from models import Charge, PersonalAccount, Service
from models.enums import ChargeBasis
from tests import factories as make
from tests.web.test_figures import missing, pdf_of


async def test_the_page_and_its_file_say_what_the_statement_says(aigul, site):
    await Service.filter(name="Холодная вода").update(name="=Холодная вода")
    page = await aigul.page(f"/accounts/{site.account}/charged")
    assert page.problems() == []
    text = page.text()
    for shown in ("май 2020", "180,84", "=Холодная вода"):
        assert shown in text, shown
    answer = await aigul.get(f"/accounts/{site.account}/charged.csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[-1] == "05.2020;Всего;;;180,84"
    assert any(line.startswith("05.2020;'=Холодная вода;") for line in lines), lines
    workbook = load_workbook(io.BytesIO((await aigul.get(f"/accounts/{site.account}/charged.xlsx")).content))
    assert [cell.value for cell in list(workbook.active.rows)[-1]][-1] == pytest.approx(180.84)
    assert "no-store" in answer.headers["cache-control"]


async def test_a_statements_table_says_what_recalculations_correct(aigul, site):
    account = await PersonalAccount.get(number="02015213")
    water = await Service.get(name="Холодная вода", organization_id=account.organization_id)
    await make.charge(account, "2020-05", -500, basis=ChargeBasis.RECALCULATION, service=water, corrects_period=dt.date(2020, 2, 1))
    lines = (await aigul.get(f"/accounts/{site.account}/statement.csv?period=2020-05")).content.decode("utf-8-sig").splitlines()
    assert "Холодная вода;;;Перерасчёт за февраль 2020;;;;;;-5,00" in lines


async def test_a_statement_as_a_table(aigul, site):
    answer = await aigul.get(f"/accounts/{site.account}/statement.csv?period=2020-05")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Услуга;Поставщик;Тарифная зона;Основание;Объём;Единица;Тариф без НДС;НДС;Тариф с НДС;Сумма;Перерасчёт"
    assert [line.split(";")[0] for line in lines[1:3]] == ["Холодная вода", "Канализация"]
    assert sum(int(line.split(";")[9].replace(",", "")) for line in lines[1:3]) == 18_084
    assert "Остаток на конец;;;;;;;;;-460,21" in lines
    assert [line.replace(";", "") for line in lines if line.startswith("Расхождение")] == ["Расхождение в данных поставщика0,01"], (
        "without it they do not add up"
    )
    assert (await aigul.get(f"/accounts/{site.account}/statement.xlsx?period=2020-05")).content[:2] == b"PK"
    for path in ("statement.csv?period=2020-06", "statement.doc?period=2020-05"):
        assert (await aigul.get(f"/accounts/{site.account}/{path}")).status_code == 404


async def test_a_statements_table_has_the_note_and_the_volumes_of_its_page(aigul, site):
    lines = (await aigul.get(f"/accounts/{site.account}/statement.csv?period=2020-05")).content.decode("utf-8-sig").splitlines()
    assert "* возмещение затрат на период ЧП, в сумму не входит;;;;;;;;;1500,00" in lines
    volumes = lines[lines.index("Объёмы") + 1 :]
    assert volumes[0] == "Услуга;Тарифная зона;Ввод;Место;Счётчик;С какого дня;Показание на начало;По какой день;Показание на конец;Объём;Единица"
    assert volumes[1] == "Холодная вода;;1;С/узел;31883369;13.04.2020;114,365;25.05.2020;115,408;1,043;м³"
    assert "Итого по счётчикам;;;;;;;;;1,692;м³" in volumes
    assert "Канализация;;;;;;;;;1,692;м³" in volumes
    assert "Лицевой счёт;02015213" in volumes
    workbook = load_workbook(io.BytesIO((await aigul.get(f"/accounts/{site.account}/statement.xlsx?period=2020-05")).content))
    rows = [[cell.value for cell in row] for row in workbook.active.rows]
    assert next(row for row in rows if row[0] == "Итого по счётчикам")[9] == pytest.approx(1.692)


async def test_a_line_says_what_it_was_reckoned_by(aigul, site):
    """On the page, on the bill and in the table; how many months by average there were, where the books know."""
    account = await PersonalAccount.get(number="02015213")
    water = await Service.get(name="Холодная вода", organization_id=account.organization_id)
    await make.charge(account, "2020-03", 500, basis=ChargeBasis.READING, service=water)
    await make.charge(account, "2020-04", 500, basis=ChargeBasis.AVERAGE, service=water)
    await Charge.filter(account=account, period="2020-05-01", service=water).update(basis=ChargeBasis.AVERAGE)
    await Charge.filter(account=account, period="2020-05-01").exclude(service=water).update(basis=ChargeBasis.READING)
    said = ["по среднему, 2-й месяц подряд", "по показаниям"]
    url = f"/accounts/{site.account}"
    page = await aigul.page(f"{url}/statement?period=2020-05")
    assert (missing(page.text(), said), page.problems()) == ([], [])
    for paper in ("statement.pdf", "bill.pdf"):
        _, text = await pdf_of(aigul, f"{url}/{paper}?period=2020-05")
        assert missing(text.replace("\n", " "), said) == [], paper
    lines = (await aigul.get(f"{url}/statement.csv?period=2020-05")).content.decode("utf-8-sig").splitlines()
    assert [line.split(";")[3] for line in lines[1:3]] == said


async def test_nobody_else_finds_it(firma, site):
    for path in ("charged", "charged.csv", "statement.csv", "statement.xlsx"):
        assert (await firma.get(f"/accounts/{site.account}/{path}")).status_code == 404
