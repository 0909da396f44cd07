"""What a payer sees of a contract: why its month costs more, what is owed by recipients, months, and the tables of these."""

import datetime as dt

import pytest

from models import AccountFacts, Contract, Membership, Organization, PersonalAccount, Service, Statement
from models.enums import ChargeBasis, EntryKind, PaymentState, Right
from tests import factories as make
from tests.web.test_figures import missing, pdf_of
from tests.web.test_settlements import rows_of, sheet_of
from web.pages import contract_entries, why_files


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


async def test_a_closed_month_that_was_corrected_says_so(firma, site, accounts):
    """September of one recipient came again after it had been closed, 7,00 more; a payment that came late is not of the breakdown."""
    for kind, amount in ((EntryKind.CHARGE, 700), (EntryKind.PAYMENT, -100)):
        await make.entry(accounts[0], kind, amount, "2026-09-30", posted_in=make.month("2026-10"))
    url = f"/contracts/{site.contract}"
    later, earlier = "Исправление на +7,00 ₸ учтено в месяце: октябрь 2026.", "учтено и исправление закрытого месяца (сентябрь 2026): +7,00 ₸"
    for month, shown, other in (("2026-09", later, earlier), ("2026-10", earlier, later)):
        page = await firma.page(f"{url}?period={month}")
        assert page.problems() == []
        assert (shown in page.text(), other in page.text()) == (True, False), month
        _, paper = await pdf_of(firma, f"{url}/statement.pdf?period={month}")
        assert (missing(paper, [shown]), missing(paper, [other])) == ([], [other]), month


async def test_why_a_month_costs_more_as_a_table(firma, site, accounts, monkeypatch):
    url = f"/contracts/{site.contract}/why"
    lines = await rows_of(firma, f"{url}.csv?period=2026-10")
    assert [line[:7] for line in lines[1:]] == [
        ["10.2026", "09.2026", "77000001", lines[1][3], "100,00", "150,00", "50,00"],
        ["10.2026", "09.2026", "77000002", lines[2][3], "100,00", "80,00", "-20,00"],
        ["10.2026", "09.2026", "Всего", "", "200,00", "230,00", "30,00"],
    ]
    assert lines[1][3].startswith("Объект 1")
    assert (await sheet_of(firma, f"{url}.xlsx?period=2026-10")).max_row == 4
    assert f"{url}.csv?period=2026-10" in (await firma.get(f"{url}?period=2026-10")).text
    monkeypatch.setattr(why_files, "ROWS_AT_ONCE", 1)
    assert await rows_of(firma, f"{url}.csv?period=2026-10") == lines, "recipients come a page at a time"


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


async def test_the_breakdown_says_its_penalty_and_keeps_recalculations_apart(firma, site, accounts):
    url = f"/contracts/{site.contract}"
    water = await Service.get(name="Холодная вода", organization_id=accounts[0].organization_id)
    corrected = {"service": water, "basis": ChargeBasis.RECALCULATION, "corrects_period": dt.date(2026, 8, 1)}
    await make.charge(accounts[0], "2026-10", -1_500, **corrected, quantity=None, price=None, price_with_tax=None, tax_percent=None)
    for account, penalty in zip(accounts, (200, 1_034), strict=True):
        await Statement.filter(account=account, period="2026-10-01").update(penalty=penalty)
    page = await firma.page(f"{url}?period=2026-10")
    said = ["215,00 ₸", "Пеня 12,34 ₸ сюда не входит; вместе с ней 227,34 ₸", "Пеня", "Итого с пеней", "август 2026"]
    assert missing(page.text(page.named("main")[0]), said) == []
    _, text = await pdf_of(firma, f"{url}/statement.pdf?period=2026-10")
    assert missing(text, ["Пеня", "12,34 ₸", "Итого с пеней", "227,34 ₸"]) == []
    lines = await rows_of(firma, f"{url}/statement.csv?period=2026-10")
    assert (lines[0][0], lines[0][-2:]) == ("Месяц", ["Сумма", "Перерасчёт"])
    assert {line[0] for line in lines[1:]} == {"10.2026"}
    assert not any("—" in cell for line in lines for cell in line)
    mine = [line[-2:] for line in lines if line[2] == "77000001"]
    assert mine == [["150,00", ""], ["", "-15,00"]]
    assert [line[6] for line in lines if line[2] == "77000001"] == ["", "Перерасчёт за август 2026"]
    assert [(line[3], *line[-2:]) for line in lines[-5:]] == [
        ("Итого", "230,00", "-15,00"), ("Итого", "230,00", "-15,00"), ("Итого с перерасчётом", "215,00", ""), ("Пеня", "12,34", ""),
        ("Итого с пеней", "227,34", ""),
    ]  # fmt: skip
    for some in ({"account": accounts[0]}, {}):  # a sum over those who have said it would pass for all of it
        await Statement.filter(period="2026-10-01", **some).update(penalty=None)
        assert "Итого с пеней" not in (await firma.page(f"/contracts/{site.contract}?period=2026-10")).text(), some
    page = await firma.page(f"{url}?period=2026-10")
    assert missing(page.text(page.named("main")[0]), ["не сообщает пеню этого месяца"]) == []
    assert (await rows_of(firma, f"{url}/statement.csv?period=2026-10"))[-1][3].startswith("Поставщик не сообщает пеню")


async def test_balance_and_age_of_the_debt_as_a_table(firma, site, paid, accounts):
    await Organization.filter(slug="vodokanal").update(payment_due_day=25)
    await PersonalAccount.filter(id__in=[account.id for account in accounts]).update(balance_as_of=make.NOW)
    url = f"/contracts/{site.contract}"
    shown = await firma.page(f"{url}/settlements")
    assert [link.get("href") for link in shown.named("a") if "balance.csv" in link.get("href", "")], "linked where it is shown"
    lines = dict(await rows_of(firma, f"{url}/balance.csv"))
    assert lines["Договор"] == "2666"
    assert lines["Данные на"] == "20.11.2026"
    assert (lines["Сальдо по данным поставщика"], lines["Из него по самому договору"], lines["В пути к поставщику"]) == ("130,00", "-200,00", "70,00")
    state, table = shown.text(shown.named("main")[0]), shown.named("tbody")[0]
    ages = [[shown.text(cell) for cell in row.findall("*")] for row in table.findall("*")]
    assert ages, state
    for age, amount in ages:
        assert lines[age] == amount.removesuffix("₸").strip(), lines
    sheet = await sheet_of(firma, f"{url}/balance.xlsx")
    assert sheet.max_row == len(lines)
    assert any(isinstance(row[1].value, (int, float)) for row in sheet.rows)


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
    for path in (
        "why",
        "why.csv",
        "settlements",
        "settlements.csv",
        "settlements.pdf",
        "movements",
        "movements.xlsx",
        "payments",
        "payments.csv",
        "reconciliation",
        "reconciliation.xlsx",
        "entries",
        "entries.csv",
        "entries.pdf",
        "balance.csv",
        "balance.xlsx",
    ):
        assert (await aigul.get(f"/contracts/{site.contract}/{path}")).status_code == 404


@pytest.fixture
async def paid(accounts) -> Contract:
    """300,00 in October of which a bank took back 100,00, and a sum on its way."""
    contract = await Contract.get(number="2666")
    await make.own_payment(contract, 30_000, "2026-10-05", channel="Банк <b>&</b>", document="=1+1", fee=50)
    await make.own_payment(contract, -10_000, "2026-10-07")
    await make.own_payment(contract, 7_000, "2026-11-05", state=PaymentState.IN_TRANSIT)
    return contract


async def test_payments_for_the_contract_as_a_whole(firma, site, paid):
    url = f"/contracts/{site.contract}/payments"
    page = await firma.page(url)
    said = ["05.10.2026", "Банк <b>&</b>", "=1+1", "300,00 ₸", "комиссия 0,50", "−100,00 ₸", "возврат денег", "70,00 ₸", "в пути"]
    assert missing(page.text(page.named("main")[0]), said) == []
    assert page.problems() == []
    lines = await rows_of(firma, f"{url}.csv")
    assert [line[0] for line in lines] == ["Дата", "05.11.2026", "07.10.2026", "05.10.2026"]
    assert lines[3] == ["05.10.2026", "Банк <b>&</b>", "'=1+1", "300,00", "0,50", "учтён"]
    assert (await sheet_of(firma, f"{url}.xlsx")).max_row == 4
    assert (await firma.get(f"{url}.ods")).status_code == 404
    assert (await firma.get(f"{url}?after=x")).status_code in (400, 404)


async def test_many_payments_come_a_page_at_a_time(firma, site, paid):
    for number in range(101):
        await make.own_payment(paid, 100 + number, "2026-09-05")
    url = f"/contracts/{site.contract}/payments"
    page = await firma.page(url)
    assert len(page.named("tr")) == 26
    assert len(await rows_of(firma, f"{url}.csv")) == 105


async def test_entries_of_the_contract_itself(firma, site, paid):
    url = f"/contracts/{site.contract}/reconciliation"
    page = await firma.page(f"{url}?from=01.10.2026&to=2026-10-31")
    assert missing(page.text(page.named("main")[0]), ["05.10.2026", "300,00 ₸", "07.10.2026", "100,00 ₸", "Переплата", "200,00 ₸", "Банк <b>&</b>"]) == []
    assert page.problems() == []
    lines = await rows_of(firma, f"{url}.csv?from=2026-10-01&to=2026-10-31")
    assert [line[4:] for line in lines[1:]] == [["0,00", ""], ["", "300,00"], ["100,00", ""], ["100,00", "300,00"], ["", "200,00"]]
    assert (await sheet_of(firma, f"{url}.xlsx?from=2026-10-01&to=2026-10-31")).max_row == len(lines)
    assert (await firma.get(f"{url}.csv?from=2026-10-02&to=2026-10-01")).status_code == 400
    answer = await firma.get(f"{url}?from=2026-10-02&to=2026-10-01")
    assert (answer.status_code, 'value="2026-10-02"' in answer.text) == (422, True)
    settled = await firma.page(f"/contracts/{site.contract}/settlements?from=2026-10-01&to=2026-10-31")
    assert missing(settled.text(settled.named("main")[0]), ["Сам договор", "−200,00 ₸", "130,00 ₸"]) == []
    assert f"{url}?from=2026-10-01&amp;to=2026-10-31" in (await firma.get(f"/contracts/{site.contract}/settlements?from=2026-10-01&to=2026-10-31")).text


async def test_the_act_of_a_contract_as_pdf(firma, site, paid, accounts):
    await AccountFacts.filter(account=accounts[0]).update(surname="<b>Объект</b> & {{ 7 * 7 }} " + "оченьдлинноеимя" * 10)
    url = f"/contracts/{site.contract}/settlements.pdf"
    _, text = await pdf_of(firma, f"{url}?from=2026-10-01&to=2026-10-31")
    said = ["Акт сверки", "2666", "77000001", "77000002", "<b>Объект</b> & {{ 7 * 7 }}", "Сам договор", "Операции по самому договору", "300,00", "130,00 ₸",
            "От поставщика", "От плательщика"]  # fmt: skip
    assert missing(text, said) == []
    assert (await firma.get(f"{url}?from=2026-10-02&to=2026-10-01")).status_code == 400
    _, empty = await pdf_of(firma, f"{url}?from=1990-01-01&to=1990-01-31")
    assert missing(empty, ["Акт сверки", "Итого"]) == []
    assert "Операции по самому договору" not in empty


async def test_every_recipients_entries_stand_on_page_table_and_act(firma, site, paid, accounts, monkeypatch):
    await PersonalAccount.filter(id__in=[account.id for account in accounts]).update(balance_as_of=make.NOW)
    url, span = f"/contracts/{site.contract}/entries", "from=2026-10-01&to=2026-10-31"
    page = await firma.page(f"{url}?{span}")
    said = [
        "77000001",
        "Объект 1",
        "Долг на 1 октября",
        "100,00 ₸",
        "Начисление",
        "150,00 ₸",
        "15.10.2026",
        "Платёж",
        "50,00 ₸",
        "Долг на 31 октября",
        "Данные на 20 ноября 2026",
    ]
    assert missing(page.text(page.named("main")[0]), said) == []
    assert page.problems() == []
    lines = await rows_of(firma, f"{url}.csv?{span}")
    mine = [line[2:] for line in lines if line[0] == "77000001"]
    assert [(row[2], *row[4:]) for row in mine] == [
        ("Остаток на начало", "100,00", ""), ("Платёж", "", "50,00"), ("Начисление", "150,00", ""), ("Обороты", "150,00", "50,00"),
        ("Остаток на конец", "200,00", ""),
    ]  # fmt: skip
    assert [line[0] for line in lines[-3:]] == ["Итого"] * 3
    assert [line[-2:] for line in lines[-3:]] == [["200,00", ""], ["330,00", "400,00"], ["130,00", ""]]
    assert (await sheet_of(firma, f"{url}.xlsx?{span}")).max_row == len(lines)
    monkeypatch.setattr(contract_entries, "AT_ONCE", 1)
    assert await rows_of(firma, f"{url}.csv?{span}") == lines, "recipients come a page at a time"
    _, text = await pdf_of(firma, f"/contracts/{site.contract}/settlements.pdf?{span}")
    assert missing(text, ["Операции по каждому получателю", "77000002, Объект 2", "15.10.2026", "Платёж", "Данные на 20 ноября 2026"]) == []
    monkeypatch.setattr(contract_entries, "MOST_LINES", 4)
    _, text = await pdf_of(firma, f"/contracts/{site.contract}/settlements.pdf?{span}")
    assert missing(text, ["слишком много для этого акта", "77000002", "130,00 ₸"]) == []
    assert "15.10.2026" not in text
    assert (await firma.get(f"{url}.csv?from=2026-10-02&to=2026-10-01")).status_code == 400


async def test_many_entries_of_one_recipient_are_all_in_the_table(firma, site, accounts):
    for number in range(120):
        await make.entry(accounts[0], EntryKind.PAYMENT, -100 - number, "2026-10-16")
    url, span = f"/contracts/{site.contract}/entries", "from=2026-10-01&to=2026-10-31"
    lines = await rows_of(firma, f"{url}.csv?{span}")
    assert [line[-1] for line in lines if line[2] == "16.10.2026"] == [f"{1 + number // 100},{number % 100:02}" for number in range(120)]
    page = await firma.page(f"{url}?{span}")
    further = [link.get("href") for link in page.named("a") if "Остальные операции, 77000001" in page.text(link)]
    assert len(further) == 1
    rest = await firma.page(further[0].removeprefix("/o/vodokanal"))
    assert missing(rest.text(), ["1,19 ₸", "1,43 ₸"]) == [], "from where the page had stopped"


async def test_whose_access_lacks_money_is_told_and_has_no_files(firma, site, paid):
    await Membership.filter(contract=paid).update(rights=Right.SEND_READINGS)
    for path in ("payments", "reconciliation", "entries"):
        assert "не включает деньги" in (await firma.page(f"/contracts/{site.contract}/{path}")).text()
        assert (await firma.get(f"/contracts/{site.contract}/{path}.csv")).status_code == 404
    assert (await firma.get(f"/contracts/{site.contract}/settlements.pdf")).status_code == 404
