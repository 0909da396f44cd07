"""Settlements, movement of funds, reconciliation, certificates and tariffs as people see and keep them."""

import datetime as dt
import io
import re

import openpyxl
import pytest

from models import Contract, DebtCertificate, LedgerEntry, Payment, PersonalAccount, Service, Tariff
from models.enums import EntryKind, PaymentState
from tests import factories as make
from tests.web.conftest import Browser
from tests.web.test_figures import missing, pdf_of, plain

MAY, DAYS = "from=2020-05&to=05.2020", "from=2020-05-01&to=31.05.2020"
REPORTS = ("settlements", "movements", "reconciliation", "certificates")
FILES = ("settlements.csv", "settlements.xlsx", "movements.csv", "movements.xlsx", "reconciliation.csv", "reconciliation.xlsx", "reconciliation.pdf")


async def rows_of(browser: Browser, path: str) -> list[list[str]]:
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text[:500]
    return [line.split(";") for line in answer.content.decode("utf-8-sig").splitlines()]


async def sheet_of(browser: Browser, path: str):
    answer = await browser.get(path)
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]


async def test_the_printed_month_as_page_lines_and_workbook(aigul, site):
    url = f"/accounts/{site.account}/movements"
    page = await aigul.page(f"{url}?{MAY}")
    assert [one.get("value") for one in page.named("input") if one.get("type") == "month"] == ["2020-05", "2020-05"]
    expected = ["Май 2020", "−641,06 ₸", "180,84 ₸", "0,01 ₸", "−460,21 ₸"]
    assert missing(page.text(page.named("main")[0]), expected) == []
    months = await rows_of(aigul, f"{url}.csv?{MAY}")
    assert months[1] == ["05.2020", "-641,06", "180,84", "0,00", "0,00", "0,00", "0,00", "0,00", "0,01", "-460,21"]
    assert months[2][1:] == months[1][1:], "the total of one month"
    cells = [cell.value for cell in (await sheet_of(aigul, f"{url}.xlsx?{MAY}"))[2]]
    assert [f"{value:.2f}" for value in cells[1:]] == [text.replace(",", ".") for text in months[1][1:]], "sums are numbers there"


async def test_a_fragment_is_the_table_with_its_form(aigul, site):
    answer = await aigul.fragment(f"/accounts/{site.account}/movements?{MAY}", "movements")
    assert answer.text.lstrip().startswith('<div id="movements"')
    assert "−460,21" in plain(answer.text)


async def test_every_entry_between_two_days(aigul, site):
    url = f"/accounts/{site.account}/reconciliation"
    page = await aigul.page(f"{url}?{DAYS}")
    expected = ["Переплата на 1 мая", "641,06 ₸", "69,32 ₸", "111,52 ₸", "0,01 ₸", "Переплата на 31 мая", "460,21 ₸"]
    assert missing(page.text(page.named("main")[0]), expected) == []
    lines = await rows_of(aigul, f"{url}.csv?{DAYS}")
    assert (lines[1][-2:], lines[-2][-2:], lines[-1][-2:]) == (["", "641,06"], ["180,85", "0,00"], ["", "460,21"])
    reader, text = await pdf_of(aigul, f"{url}.pdf?{DAYS}")
    said = ["Акт сверки взаиморасчётов", "02015213", *expected, "переплата в пользу", "составляет 460,21 ₸", "От поставщика", "От плательщика"]
    assert (missing(text, said), len(reader.pages)) == ([], 1)
    assert (await pdf_of(aigul, f"{url}.pdf?{DAYS}"))[1] == text


async def test_the_act_says_which_entries_that_were_taken_back_count(aigul, site):
    account, url = await PersonalAccount.get(number="02015213"), f"/accounts/{site.account}/reconciliation"
    same = await make.entry(account, EntryKind.PAYMENT, -7_000, "2020-05-20")
    await make.reversal(same)
    other = await make.entry(account, EntryKind.PAYMENT, -3_000, "2020-05-20")
    await make.entry(account, EntryKind.PAYMENT, 3_000, "2020-05-22", period=other.period, reverses_id=other.id)
    _, act = await pdf_of(aigul, f"{url}.pdf?{DAYS}")
    page = await aigul.page(f"{url}?{DAYS}")
    for text in (plain(act), plain(page.text())):
        assert (
            missing(
                text,
                [
                    "210,85 ₸",
                    "30,00 ₸",
                    "70,00 ₸",
                    "Записи, отменённые в тот же день, показаны и в обороты не входят.",
                    "Отменённое в другой день в обороты входит",
                ],
            )
            == []
        )
        assert "Отменённые записи показаны" not in text


async def test_entries_go_on_over_pages(aigul, site):
    account, url = await PersonalAccount.get(number="02015213"), f"/accounts/{site.account}/reconciliation"
    for number in range(110):
        await make.entry(account, EntryKind.PAYMENT, -100 - number, "2020-05-20")
    page = await aigul.page(f"{url}?{DAYS}")
    assert "Переплата на 1 мая" in page.text()
    [further] = [link.get("href") for link in page.named("a") if "after=" in link.get("href")]
    page = await aigul.page(further.removeprefix("/o/vodokanal"))
    assert "Переплата на 1 мая" not in page.text(page.named("tbody")[0]), "said once, at the beginning"
    assert len(page.named("tbody")[0].findall("*")) == 25
    lines = await rows_of(aigul, f"{url}.csv?{DAYS}")
    assert len(lines) == 4 + 110 + 3, "more than one page of the API"
    reader, _ = await pdf_of(aigul, f"{url}.pdf?{DAYS}")
    assert len(reader.pages) > 2


async def test_what_is_owed_now(aigul, site):
    page = await aigul.page(f"/accounts/{site.account}/settlements")
    assert missing(page.text(page.named("main")[0]), ["Переплата", "460,21 ₸", "Последние данные поставщика загружены"]) == []
    lines = await rows_of(aigul, f"/accounts/{site.account}/settlements.csv")
    assert [line[1] for line in lines[3:6]] == ["-460,21", "0,00", "-460,21"]
    linked = {link.get("href") for link in (await aigul.page(f"/accounts/{site.account}")).named("a")}
    assert {f"/o/vodokanal/accounts/{site.account}/{name}" for name in REPORTS} <= linked


@pytest.mark.parametrize(("report", "span", "field", "told"), [
    ("movements", "from=2020-13&to=", "from", "Введите месяц"), ("movements", "from=&to=2199-01", "to", "ещё не наступил"),
    ("reconciliation", "from=31.02.2020&to=", "from", "Введите день"), ("reconciliation", "from=2020-06-02&to=2020-06-01", "from", "Начало позже конца."),
    ("reconciliation", "from=2001-01-01&to=2020-06-01", "from", "не больше 10 лет"), ("reconciliation", "from=2199-01-01&to=2199-01-02", "to", "ещё не наступил"),
])  # fmt: skip
async def test_a_wrong_span_is_told_beside_its_field(aigul, site, report: str, span: str, field: str, told: str):
    page = await aigul.page(f"/accounts/{site.account}/{report}?{span}", 422)
    [input_] = [one for one in page.named("input") if one.get("name") == field]
    assert (input_.get("aria-invalid"), input_.get("value")) == ("true", dict(pair.split("=") for pair in span.split("&"))[field])
    [error] = [one for one in page.having("id") if one.get("id") == f"{field}-error"]
    assert told in page.text(error)
    assert (await aigul.get(f"/accounts/{site.account}/{report}.csv?{span}")).status_code == 400


async def test_no_text_is_a_formula(aigul, site):
    await Service.filter(name="Холодная вода").update(name="=1+1")
    url = f"/accounts/{site.account}/reconciliation"
    assert [line[3] for line in await rows_of(aigul, f"{url}.csv?{DAYS}") if "1+1" in line[3]] == ["'=1+1"]
    cells = [row[3] for row in (await sheet_of(aigul, f"{url}.xlsx?{DAYS}")).iter_rows()]
    assert [(cell.value, cell.data_type) for cell in cells if "1+1" in str(cell.value)] == [("=1+1", "s")]


async def test_nobody_else_is_shown_anything(firma, stranger, site):
    for name in (*REPORTS, *FILES):
        assert (await firma.get(f"/accounts/{site.account}/{name}")).status_code == 404, name
        assert (await stranger.get(f"/accounts/{site.account}/{name}")).status_code == 303, name
    assert (await firma.get(f"/accounts/{site.recipient}/movements.ods")).status_code == 404


async def test_a_certificate_outlives_a_later_debt(aigul, firma, stranger, site):
    url = f"/accounts/{site.account}/certificates"
    fields = {"csrf": "", "idempotencyKey": ""} | (await aigul.page(url)).fields(url)
    made = await aigul.post(url, fields)
    assert made.status_code == 303
    assert (await aigul.post(url, fields)).headers["location"] == made.headers["location"], "pressed twice, it is one"
    row = await DebtCertificate.get()
    page = await aigul.page(f"{url}?made={row.number}")
    assert missing(page.text(), ["Справка выдана", row.number, row.check_code]) == []
    _, text = await pdf_of(aigul, f"{url}/{row.number}.pdf")
    assert missing(text, [row.number, row.check_code, "02015213", f"{row.as_of.day} ", "задолженности нет", "check-certificate?number="]) == []
    assert (await firma.get(f"/accounts/{site.recipient}/certificates/{row.number}.pdf")).status_code == 404
    await PersonalAccount.filter(number="02015213").update(balance=1)
    refused = await aigul.post(url, fields | {"idempotencyKey": "new"})
    assert (refused.status_code, "Есть долг 0,01 ₸" in plain(refused.text)) == (422, True)
    shown = (await stranger.page(f"/check-certificate?number={row.number.lower()}&code={row.check_code}")).text()
    assert missing(shown, ["Справка подлинная", row.number, "••••5213", "Водоканал"]) == []
    assert not re.search("02015213|Красина|460,21", shown)
    for wrong in (f"number={row.number}&code=AAAAAAAA", f"number=26-11-AAAAAAAA&code={row.check_code}"):
        assert "Такой справки нет" in (await stranger.page(f"/check-certificate?{wrong}", 422)).text()


async def test_anybody_is_shown_the_tariffs(stranger):
    await Tariff.filter(service__name="Холодная вода").update(document="Приказ № 58-ОД")
    page = (await stranger.page("/tariffs?on=31.05.2020")).text()
    assert missing(page, ["Действуют на 31 мая 2020", "Холодная вода", "59,34", "66,46", "12 %", "Приказ № 58-ОД"]) == []
    assert "не прислал" in (await stranger.page("/tariffs?on=1999-01-01")).text()
    assert "59,34" in (await stranger.page("/tariffs?all=1")).text()
    assert "Введите день" in (await stranger.page("/tariffs?on=31.02.2020", 422)).text()
    lines = await rows_of(stranger, "/tariffs.csv?on=2020-05-31")
    assert ["Холодная вода", "59,34", "12\u00a0%", "66,46", "Приказ № 58-ОД"] in [[line[0], *line[4:7], line[8]] for line in lines]
    assert (await sheet_of(stranger, "/tariffs.xlsx?all=1")).max_row >= len(lines)
    assert (await stranger.get("/tariffs.csv?on=31.02.2020")).status_code == 400


async def test_payments_as_a_table(aigul, firma, stranger, site):
    account, url = await PersonalAccount.get(number="02015213"), f"/accounts/{site.account}/payments"
    for number in range(101):
        await make.payment(account, 100 + number, "2020-06-01", channel="@SUM(1)", fee=50 if number else None)
    lines = await rows_of(aigul, f"{url}.csv")
    assert (len(lines), lines[1]) == (102, ["01.06.2020", "'@SUM(1)", lines[1][2], "2,00", "0,50", "учтён", ""])
    assert lines[0][6] == "На что пошёл платёж"
    assert [cell.value for cell in (await sheet_of(aigul, f"{url}.xlsx"))[2]][3:5] == [2, 0.5]
    await make.entry(account, EntryKind.CHARGE, 46_121, "2020-06-05", service_id=(await make.service(await account.organization)).id)
    await Payment.filter(amount=200).update(paid_on="2020-06-30")
    spent = await Payment.get(amount=200)
    await make.entry(account, EntryKind.PAYMENT, -200, "2020-06-30", payment_id=spent.id)
    [told] = [line[6] for line in await rows_of(aigul, f"{url}.csv") if line[0] == "30.06.2020"]
    assert told.replace("\u00a0", " ") == "Холодная вода, июнь 2020: 1,00 ₸ + аванс: 1,00 ₸"
    assert ((await firma.get(f"{url}.csv")).status_code, (await stranger.get(f"{url}.csv")).status_code) == (404, 303)


async def test_a_payment_about_a_closed_month_keeps_its_own_day(aigul, firma, site):
    """An accountant looks for the day of the bank's statement, and the entry stands on the first day of a later month."""
    account, contract = await PersonalAccount.get(number="02015213"), await Contract.get(number="2666")
    of_account = await make.payment(account, 12_300, "2026-10-20", document="П-77")
    of_contract = await make.own_payment(contract, 45_600, "2026-10-21", document="К-78", state=PaymentState.IN_TRANSIT)
    posted = {"posted_in": make.month("2026-11"), "business_date": dt.date(2026, 10, 21), "period": make.month("2026-10"), "posted_at": make.NOW}
    await make.entry(account, EntryKind.PAYMENT, -12_300, "2026-10-20", payment=of_account, posted_in=posted["posted_in"])
    ours = {"organization_id": contract.organization_id, "contract": contract, "kind": EntryKind.PAYMENT, "amount": -45_600, "payment": of_contract}
    await LedgerEntry.create(**ours, **posted, key="late")
    for browser, base, said in (
        (aigul, f"/accounts/{site.account}", "за октябрь 2026, от 20.10.2026, Kaspi, П-77"), (firma, f"/contracts/{site.contract}", "за октябрь 2026, от 21.10.2026, Банк, К-78"),
    ):  # fmt: skip
        span = "from=2026-11-01&to=2026-11-15"
        page = await browser.page(f"{base}/reconciliation?{span}")
        assert missing(page.text(page.named("main")[0]), ["01.11.2026", said]) == []
        assert [row[3] for row in await rows_of(browser, f"{base}/reconciliation.csv?{span}") if row[2] == "Платёж"] == [said]
        _, paper = await pdf_of(browser, f"{base}/{'settlements' if browser is firma else 'reconciliation'}.pdf?{span}")
        assert missing(paper, [said]) == []
    usual = await make.payment(account, 100, "2026-11-05", document="П-79")
    await make.entry(account, EntryKind.PAYMENT, -100, "2026-11-05", payment=usual)
    text = (await aigul.page(f"/accounts/{site.account}/reconciliation?{span}")).text()
    assert "от 05.11.2026" not in text, "it stands on that day already"
