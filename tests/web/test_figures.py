"""The two printed screens: page, GraphQL and the PDF's text say what was printed."""

import csv
import io
import json
import re

import orjson
import pytest
from pypdf import PdfReader

from models.enums import TokenScope
from resolvers.imports import run_import
from resolvers.organizations import create_organization
from resolvers.tokens import create_token
from resolvers.users import grant_membership
from tests.web.conftest import INDIVIDUAL, LEGAL, Browser
from tests.web.reader import Page

PRINTED = json.loads(INDIVIDUAL.with_suffix(".json").read_text(encoding="utf-8"))
PRINTED_LEGAL = json.loads(LEGAL.with_suffix(".json").read_text(encoding="utf-8"))
INDIVIDUAL_SAYS = [
    "02015213", "Красина, 3-1", "Поливная площадь", "114,365", "13.04.2020", "115,408", "25.05.2020", "1,043 м³", "195,360", "196,009", "0,649 м³", "1,692 м³",
    "59,34", "66,46", "69,32 ₸", "58,85", "65,91", "111,52 ₸", "12 %", "180,84 ₸", "−641,06 ₸", "0,00 ₸ / 1 500,00 ₸*", "+0,01 ₸", "−460,21 ₸", "460,21 ₸",
    "Переплата на 1 мая", "Переплата на 1 июня", "Расхождение в данных поставщика", "* возмещение затрат на период ЧП",
]  # fmt: skip
LEGAL_SAYS = ["2666", "00009177", "00010129", "197,02", "204,50", "12 %", "0,00 ₸", "Итого"]


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def missing(text: str, expected: list[str]) -> list[str]:
    return [each for each in expected if each not in plain(text)]


async def pdf_of(browser: Browser, path: str) -> tuple[PdfReader, str]:
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["content-type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    return reader, "\n".join(page.extract_text() for page in reader.pages)


async def test_the_printed_statement_stands_on_the_page(aigul, site):
    page = await aigul.page(f"/accounts/{site.account}/statement?period=2020-05")
    assert missing(page.text(page.named("main")[0]), INDIVIDUAL_SAYS) == []


async def test_the_printed_statement_stands_in_the_pdf(aigul, site):
    _, text = await pdf_of(aigul, f"/accounts/{site.account}/statement.pdf?period=2020-05")
    assert missing(text, INDIVIDUAL_SAYS) == []


async def test_the_printed_statement_stands_in_graphql(site):
    token = await create_token(user_login="aigul", scopes=list(TokenScope))
    query = """query ($id: ID!) { account(id: $id) { statement(period: "2020-05") {
      opening { amount } charged { amount } recalculation { amount } penalty { amount } paid { amount } compensationNote { amount } closing { amount }
      charges { quantity { value } tariff { amount } tariffWithTax { amount } amount { amount } } differences { reason amount { amount } } } } }"""
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    body = orjson.dumps({"query": query, "variables": {"id": site.account}})
    statement = (await Browser(site.app).client.post("/graphql", content=body, headers=headers)).json()["data"]["account"]["statement"]
    said = {name: float(statement[name]["amount"]) for name in ("opening", "charged", "recalculation", "penalty", "paid", "closing", "compensationNote")}
    assert said == {name: float(PRINTED[printed]) for name, printed in {
        "opening": "opening_balance", "charged": "charged", "recalculation": "recalculation", "penalty": "penalty", "paid": "paid",
        "closing": "closing_balance_printed", "compensationNote": "compensation_note",
    }.items()}  # fmt: skip
    lines = [(line["quantity"]["value"], line["amount"]["amount"]) for line in statement["charges"]]
    assert lines == [(line["quantity"], line["amount"]) for line in PRINTED["charges"]]
    assert statement["differences"] == [{"reason": "ARITHMETIC", "amount": {"amount": "0.01"}}]


async def test_the_legal_screen_stands_on_page_and_pdf(firma, site):
    page = await firma.page(f"/contracts/{site.contract}?period=2019-11")
    assert missing(page.text(page.named("main")[0]), LEGAL_SAYS) == []
    _, text = await pdf_of(firma, f"/contracts/{site.contract}/statement.pdf?period=2019-11")
    table = (await firma.get(f"/contracts/{site.contract}/statement.csv?period=2019-11")).text
    lines = list(csv.reader(io.StringIO(table.lstrip("\ufeff")), delimiter=";"))
    assert len([line for line in lines if line[1].isdigit()]) == sum(len(each["rows"]) for each in PRINTED_LEGAL["recipients"])
    assert len({len(line) for line in lines}) == 1
    assert (await firma.get(f"/contracts/{site.contract}/statement.xlsx?period=2019-11")).content[:2] == b"PK"
    assert (await firma.get(f"/contracts/{site.contract}/statement.doc?period=2019-11")).status_code == 404
    assert (await firma.get(f"/contracts/{site.contract}/statement.csv?period=2199-11")).status_code == 404
    assert missing(text, LEGAL_SAYS) == []
    assert len(page.named("tbody")[0].findall("*")) == sum(len(each["rows"]) for each in PRINTED_LEGAL["recipients"])


async def test_the_legal_meters_stand_in_the_readings(firma, site):
    page = await firma.page(f"/accounts/{site.recipient}/readings")
    text = page.text()
    assert "12223773" in text
    assert "10.09.2023" in text
    assert "Снят" in text
    assert "00000145.554" in text
    assert {"Невозможно передать показания на не работающий прибор учета!"} & {page.text(hint) for hint in page.named("p")}


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
async def test_fonts_are_embedded_and_letters_right(aigul, site, language: str):
    reader, text = await pdf_of(aigul, f"/accounts/{site.account}/statement.pdf?period=2020-05&lang={language}")
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert {font["/BaseFont"].partition("+")[2] for font in fonts} == {"DejaVuSans", "DejaVuSans-Bold"}
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)
    assert "\ufffd" not in text
    assert {"ru": "Расшифровка начислений", "kk": "Есептеулер талдамасы", "en": "Breakdown of charges"}[language] in text
    assert language != "kk" or all(word in text for word in ("Қызмет", "Төленді", "Өсімпұл", "Көлемі", "Тұрғындар"))


async def test_the_file_has_a_neutral_name(aigul, site):
    answer = await aigul.get(f"/accounts/{site.account}/statement.pdf?period=2020-05")
    assert answer.headers["content-disposition"] == 'attachment; filename="statement-2020-05.pdf"'
    assert Page((await aigul.get(f"/accounts/{site.account}/statement")).text).problems() == []


HOST = "http://127.0.0.1:8000"
HOUSING_SAYS = [
    "00000154", "Гражданская, 1-154", "муниципальная", "Ремонт жилья", "50,5 м²", "2,80", "141,40 ₽", "12,41", "626,71 ₽", "Найм жилья", "331,28 ₽",
    "Холодное водоснабжение", "0,044 м³", "107,98 ₽", "6,030 м³", "88,28", "533,32 ₽", "Водоотведение", "14,726 м³", "199,98 ₽", "201,81 кВт·ч", "526,20 ₽",
    "0,5003 Гкал", "1 434,58", "717,72 ₽", "11,53 ₽", "3 183,50 ₽", "Итого за месяц (начислено + пеня)", "3 195,03 ₽", "6 889,37 ₽", "−1,09 ₽, в суммы этого месяца не входит", "Долг на 1 ноября",
]  # fmt: skip
HEAT_SAYS = [
    "00000000", "частная", "33,1 м²", "1,9125 м³", "18,83", "0,0992 Гкал", "1 775,84", "0,7028 Гкал", "54,71 ₽", "36,01 ₽", "141,24 ₽", "177,04 ₽",
    "267,62 ₽", "176,20 ₽", "784,74 ₽", "959,76 ₽", "2 014,75 ₽", "1 248,02 ₽", "1 246,49 ₽", "2 337,08 ₽", "1 460,23 ₽", "925,98 ₽", "2 383,29 ₽",
    "54,92 ₽**", "268,80 ₽**", "2 016,28 ₽**", "2 340,00 ₽**", "** поставщик не печатает оплату", "Долг на 1 марта", "Долг на 1 апреля", "Остатки по услугам",
]  # fmt: skip


@pytest.fixture(params=["housing_2014_10", "heat_2020_03"])
async def printed(request, site, aigul):
    """(who may see it, its address without what follows, the month, what is printed)."""
    number, says = {"housing_2014_10": ("00000154", HOUSING_SAYS), "heat_2020_03": ("00000000", HEAT_SAYS)}[request.param]
    await create_organization("kamal", "Камал", "RUB", "Asia/Yekaterinburg")
    await run_import("kamal", [INDIVIDUAL.with_name(request.param)])
    await grant_membership("aigul", "kamal", number)
    account = re.search(r"/o/kamal/accounts/([^/?\"]+)", (await aigul.get("/")).text)[1]
    return aigul, f"{HOST}/o/kamal/accounts/{account}/statement", f"period={request.param[-7:].replace('_', '-')}", says


async def test_other_kinds_of_screens_stand_on_the_page(printed):
    browser, address, month, says = printed
    page = await browser.page(f"{address}?{month}")
    text = page.text(page.named("main")[0])
    assert missing(text, says) == []
    assert page.problems() == []
    assert "НДС" not in text, "what no line has is no column"


async def test_other_kinds_of_screens_stand_in_the_pdf(printed):
    browser, address, month, says = printed
    _, text = await pdf_of(browser, f"{address}.pdf?{month}")
    assert missing(text, says) == []


@pytest.mark.parametrize("printed", ["housing_2014_10"], indirect=True)
async def test_the_total_of_the_month_stands_on_the_bill_and_in_the_table(printed, aigul, site):
    browser, address, month, _ = printed
    _, text = await pdf_of(browser, f"{address.removesuffix('/statement')}/bill.pdf?{month}")
    assert missing(text, ["Итого за месяц (начислено + пеня)", "3 195,03 ₽"]) == []
    table = (await browser.get(f"{address}.csv?{month}")).content.decode("utf-8-sig").splitlines()
    assert [line.split(";")[:10] for line in table if line.startswith("Итого за месяц")] == [
        ["Итого за месяц", "", "", "начислено + пеня", *[""] * 5, "3195,03"]
    ]
    other = await aigul.page(f"/accounts/{site.account}/statement?period=2020-05")
    assert "Итого за месяц" not in other.text(), "where it is what was charged"


@pytest.mark.parametrize("printed", ["heat_2020_03"], indirect=True)
async def test_balances_of_services_stand_in_the_table(printed):
    browser, address, month, _ = printed
    lines = (await browser.get(f"{address}.csv?{month}")).content.decode("utf-8-sig").splitlines()
    rows = [line.split(";") for line in lines[lines.index("Остатки по услугам") + 1 :]]
    assert rows[0] == ["Услуга", "Долг на 1 марта", "Начислено", "Перерасчёт", "Пеня", "Оплачено", "Возмещение", "Долг на 1 апреля", "Примечание"]
    total = next(row for row in rows if row[0] == "Итого")
    assert (total[1], total[2], total[5], total[7]) == ("2337,08", "1460,23", "2340,00", "2383,29")
    assert total[8].startswith("поставщик не печатает оплату")
    services = rows[1 : rows.index(total)]
    assert len(services) > 1
    assert sum(int(row[7].replace(",", "")) for row in services) == 238_329


async def test_home_leads_to_accounts_elsewhere(printed):
    browser, address, _, _ = printed
    page = await browser.page("/")
    assert address.removeprefix(HOST).removesuffix("/statement") in [link.get("href") for link in page.named("a")]
    assert page.problems() == []
    other = await browser.page(address.partition("/accounts")[0] + "/")
    assert "Красина, 3-1" in plain(other.text())
