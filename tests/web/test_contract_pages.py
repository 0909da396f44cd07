"""What a payer sees of a contract: why its month costs more, what is owed by recipients, months, and the tables of these."""

import pytest

from models import Contract, PersonalAccount
from models.enums import EntryKind
from tests import factories as make
from tests.web.test_figures import missing
from tests.web.test_settlements import rows_of, sheet_of


@pytest.fixture
async def accounts(site) -> list[PersonalAccount]:
    """Two recipients besides the printed ones: 100,00 in September, 150,00 and 80,00 in October, of which 50,00 was paid."""
    contract = await Contract.get(number="2666")
    found = []
    for number, amounts in (("77000001", (10_000, 15_000)), ("77000002", (10_000, 8_000))):
        account = await make.account(await contract.organization, number, contract=contract, house="99", surname=f"Объект {number[-1]}")
        for month, amount in zip(("2026-09", "2026-10"), amounts, strict=True):
            await make.statement(account, month)
            await make.charge(account, month, amount, quantity=None, price=None, price_with_tax=None, tax_percent=None)
            await make.entry(account, EntryKind.CHARGE, amount, f"{month}-30")
        await make.entry(account, EntryKind.PAYMENT, -5_000, "2026-10-15")
        found.append(account)
    return found


async def test_why_a_month_costs_more_by_recipients(firma, site, accounts):
    page = await firma.page(f"/contracts/{site.contract}/why?period=2026-10")
    said = ["По сравнению: сентябрь 2026", "230,00 ₸", "на 30,00 ₸ больше", "77000001", "Объект 1", "+50,00 ₸", "77000002", "−20,00 ₸", "Всего", "+30,00 ₸"]
    assert missing(page.text(page.named("main")[0]), said) == []
    assert page.problems() == []
    assert f"/contracts/{site.contract}/why" in (await firma.get(f"/contracts/{site.contract}?period=2026-10")).text


async def test_what_is_owed_and_the_turnover_of_each(firma, site, accounts):
    url = f"/contracts/{site.contract}/settlements"
    page = await firma.page(f"{url}?from=01.10.2026&to=2026-10-31")
    assert missing(page.text(page.named("main")[0]), ["К оплате", "330,00 ₸", "77000001", "100,00 ₸", "150,00 ₸", "50,00 ₸", "200,00 ₸", "неизвест"]) == []
    assert page.problems() == []
    lines = await rows_of(firma, f"{url}.csv?from=2026-10-01&to=2026-10-31")
    mine = {line[0]: line[2:] for line in lines}
    assert mine["77000001"] == ["01.10.2026", "31.10.2026", "100,00", "150,00", "50,00", "200,00"]
    assert mine["Итого"][2:] == ["200,00", "230,00", "100,00", "330,00"]
    sheet = await sheet_of(firma, f"{url}.xlsx?from=2026-10-01&to=2026-10-31")
    assert sheet.max_row == len(lines)
    assert (await firma.get(f"{url}.csv?from=2026-10-02&to=2026-10-01")).status_code == 400
    answer = await firma.get(f"{url}?from=2026-10-02&to=2026-10-01")
    assert (answer.status_code, 'value="2026-10-02"' in answer.text) == (422, True)


async def test_months_of_a_contract(firma, site, accounts):
    url = f"/contracts/{site.contract}/movements"
    page = await firma.page(f"{url}?from=2026-09&to=10.2026")
    assert missing(page.text(page.named("main")[0]), ["Октябрь 2026", "230,00 ₸", "100,00 ₸", "Сентябрь 2026", "430,00 ₸"]) == []
    assert page.problems() == []
    lines = await rows_of(firma, f"{url}.csv?from=2026-09&to=2026-10")
    assert [(line[0], line[3], line[7]) for line in lines[1:]] == [
        ("09.2026", "200,00", "0,00"),
        ("10.2026", "230,00", "100,00"),
        ("Итого", "430,00", "100,00"),
    ]
    assert (await firma.get(f"{url}.csv?from=2026-13")).status_code == 400


async def test_nobody_else_finds_them(aigul, site):
    for path in ("why", "settlements", "settlements.csv", "movements", "movements.xlsx"):
        assert (await aigul.get(f"/contracts/{site.contract}/{path}")).status_code == 404
