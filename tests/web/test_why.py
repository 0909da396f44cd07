"""«Почему столько?» on the page and over GraphQL, by the books that registers left."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import orjson
import pytest

from models import Membership, PersonalAccount
from models.enums import TokenScope
from resolvers.imports import run_import
from resolvers.tokens import create_token
from resolvers.users import grant_membership
from schema import ids
from tests.resolvers.imports.conftest import TODAY, write
from tests.web.conftest import SLUG, Browser
from tests.web.test_settlements import rows_of, sheet_of

ACCOUNTS = "Лицевой счёт;Фамилия\n777;Первый"
CHARGES = """Период;Лицевой счёт;Услуга;Объём;Тариф без НДС;НДС %;Тариф с НДС;Сумма
2025-09;777;Вода;5;50,00;12;56,00;280,00
2026-08;777;Вода;6;60,00;12;67,20;403,20
2026-09;777;Вода;7;60,00;16;69,60;487,20
2026-09;777;Стоки;1;50,00;0;50,00;50,00"""
BALANCES = """Период;Лицевой счёт;Остаток на начало;Начислено;Оплачено;Остаток на конец
2025-09;777;0,00;280,00;0,00;280,00
2026-08;777;280,00;403,20;0,00;683,20
2026-09;777;683,20;537,20;0,00;1220,40"""
QUERY = """query ($id: ID!, $months: Int!) { account(id: $id) { statement(period: "2026-09") { compared(months: $months) {
    period difference { amount } parts { cause amount { amount } } lines { service { name } difference { amount } parts { cause amount { amount } } } } } } }"""


@pytest.fixture
async def account(site, tmp_path: Path) -> str:
    folder = write(tmp_path / "in", accounts=ACCOUNTS, charges=CHARGES, balances=BALANCES)
    assert (await run_import(SLUG, [folder], today=TODAY, approved=True)).status == 0
    await grant_membership("aigul", SLUG, "777")
    found = await PersonalAccount.get(number="777", organization__slug=SLUG)
    return ids.encode("acc", found.id)


async def asked(site, account: str, months: int) -> dict:
    token = await create_token(user_login="aigul", scopes=list(TokenScope))
    body = orjson.dumps({"query": QUERY, "variables": {"id": account, "months": months}})
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    return (await Browser(site.app).client.post("http://127.0.0.1:8000/graphql", content=body, headers=headers)).json()


async def test_the_page_tells_the_reasons_of_both_comparisons(account: str, aigul):
    address = f"/accounts/{account}/statement?period=2026-09"
    assert "Почему столько?" in (await aigul.page(address)).text()
    page = await aigul.page(f"/accounts/{account}/statement/why?period=2026-09")
    assert page.problems() == []
    text = page.text().replace("\u00a0", " ")
    assert "Начислено с перерасчётами 537,20 ₸ — на 134,00 ₸ больше, чем за август 2026." in text
    assert "на 257,20 ₸ больше, чем за сентябрь 2025." in text
    for words in ("объём больше: +67,20 ₸", "другой НДС: +16,80 ₸", "другой тариф: +78,40 ₸", "есть только в одном из месяцев: +50,00 ₸"):
        assert words in text


async def test_a_sum_with_a_recalculation_says_so_above_its_quantity_and_price(account: str, site, aigul, tmp_path: Path):
    heading, *lines = CHARGES.splitlines()
    charges = "\n".join([f"{heading};Перерасчёт", *(f"{line};{'-20,00' if '487,20' in line else ''}" for line in lines)])
    balances = "Период;Лицевой счёт;Остаток на начало;Начислено;Перерасчёт;Оплачено;Остаток на конец\n2026-09;777;683,20;537,20;-20,00;0,00;1200,40"
    outcome = await run_import(SLUG, [write(tmp_path / "more", charges=charges, balances=balances)], today=TODAY, approved=True)
    assert [(line.file, line.code) for line in outcome.lines] == []
    page = await aigul.page(f"/accounts/{account}/statement/why?period=2026-09")
    text = " ".join(page.text().replace("\u00a0", " ").split())
    assert "Начислено с перерасчётами 517,20 ₸ — на 114,00 ₸ больше, чем за август 2026." in text
    assert "467,20 ₸7 × 69,60 и перерасчёт −20,00 ₸" in text
    assert "403,20 ₸6 × 67,20 467,20" in text, "no recalculation, nothing said"
    assert text.count("и перерасчёт") == 2, "the one line, beside either month"
    assert "Август 2026с перерасчётами" in text
    assert page.problems() == []


async def test_every_line_and_the_total_come_as_a_table(account: str, aigul):
    address = f"/accounts/{account}/statement/why"
    page = await aigul.page(f"{address}?period=2026-09")
    assert [link.get("href") for link in page.named("a") if f"{address}.csv?period=2026-09" in link.get("href", "")]
    heading, *rows = await rows_of(aigul, f"{address}.csv?period=2026-09")
    assert heading[-10:-7] == ["Начислено с перерасчётами тогда", "Начислено с перерасчётами сейчас", "Разница"]
    said = [(row[1], row[2], *row[7:9], *row[11:14]) for row in rows]
    assert said == [
        ("08.2026", "Вода", "6", "7", "403,20", "487,20", "84,00"), ("08.2026", "Стоки", "", "1", "0,00", "50,00", "50,00"),
        ("08.2026", "Всего", "", "", "403,20", "537,20", "134,00"), ("09.2025", "Вода", "5", "7", "280,00", "487,20", "207,20"),
        ("09.2025", "Стоки", "", "1", "0,00", "50,00", "50,00"), ("09.2025", "Всего", "", "", "280,00", "537,20", "257,20"),
    ]  # fmt: skip
    assert rows[0][-7:] == ["67,20", "", "", "16,80", "", "", ""], "volume and VAT"
    for row in rows:
        assert sum(int(cell.replace(",", "")) for cell in row[-7:] if cell) == int(row[13].replace(",", "")), "parts add up to the difference"
    assert (await sheet_of(aigul, f"{address}.xlsx?period=2026-09")).max_row == 7
    assert (await aigul.get(f"{address}.csv?period=2025-09")).status_code == 404, "nothing beside the first month"


async def test_nobody_else_has_the_table(account: str, firma):
    assert (await firma.get(f"/accounts/{account}/statement/why.csv?period=2026-09")).status_code == 404


async def test_the_first_month_has_nothing_beside_it(account: str, aigul):
    page = await aigul.page(f"/accounts/{account}/statement/why?period=2025-09")
    assert "Сравнить не с чем" in page.text()
    assert (await aigul.get(f"/accounts/{account}/statement/why?period=2019-01")).status_code == 404
    assert (await aigul.get(f"/accounts/{account}/statement/why?period=2026-13")).status_code == 400


async def test_who_may_not_see_the_earlier_months_is_not_told_that_they_were_empty(account: str, aigul):
    await Membership.filter(account__number="777").update(from_on=dt.date(2026, 9, 1))
    page = await aigul.page(f"/accounts/{account}/statement/why?period=2026-09")
    assert "Сравнить не с чем" in page.text()
    assert "начислений не было" not in page.text()
    assert "если вам видны их начисления" in page.text()


async def test_partners_get_the_same_and_it_adds_up(site, account: str):
    found = (await asked(site, account, 12))["data"]["account"]["statement"]["compared"]
    assert [(part["cause"], part["amount"]["amount"]) for part in found["parts"]] == [
        ("VOLUME", "112.00"), ("TARIFF", "78.40"), ("TAX", "16.80"), ("SERVICE", "50.00"),
    ]  # fmt: skip
    for one in (found, *found["lines"]):
        assert sum(Decimal(part["amount"]["amount"]) for part in one["parts"]) == Decimal(one["difference"]["amount"])
    assert (await asked(site, account, 2))["data"]["account"]["statement"]["compared"] is None
    assert (await asked(site, account, 0))["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_a_stranger_to_the_account_finds_nothing(account: str, firma):
    assert (await firma.get(f"/accounts/{account}/statement/why?period=2026-09")).status_code == 404
