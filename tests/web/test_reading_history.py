"""The past of meters on pages: charts, tables, the year before in words, pages of readings, and the file for spreadsheets."""

import csv
import datetime as dt
import io
import re

import openpyxl
import pytest

from adapters.formats import capital, period
from adapters.texts import speaking
from models import Meter, MeterRegister, Organization, PersonalAccount, Reading, User
from models.enums import ReadingSource, ReadingState, Resource, Right, TariffZone
from models.period import Period
from resolvers.users import create_user, grant_membership
from schema import ids
from tests import factories as make
from tests.web.conftest import PASSWORD, SLUG, Browser, signed_in
from tests.web.test_weights import BASE, PAGE_MOVE, weight

LAST = Period.of(dt.datetime.now(dt.UTC).date()).previous  # pages know today alone


def month(back: int = 0) -> str:
    """«Октябрь 2026»: so many months before the last."""
    with speaking("ru"):
        return capital(period(LAST.plus(-back)))


def day(back: int = 0) -> dt.date:
    return LAST.plus(-back).first_day.replace(day=20)


class Past:
    """An account of four meters with readings of three years, 5 m³ a month, or 4 in the year before; and its owner's browser."""

    async def prepare(self, site) -> "Past":
        self.account = await make.account(await Organization.get(slug=SLUG), "07770000", flat="777")
        self.dials = [await make.meter(self.account, resource, inlet=inlet) for inlet in (1, 2) for resource in (Resource.COLD_WATER, Resource.HOT_WATER)]
        for dial in self.dials:
            value = 100
            for back in range(36, -1, -1):
                value += 4 if back >= 12 else 5
                await make.reading(dial, str(value), day(back), source=ReadingSource.CABINET)
        await create_user("bolat", "bolat@example.com", PASSWORD)
        await grant_membership("bolat", SLUG, "07770000")
        self.browser = await signed_in(site.app, "bolat")
        self.url = f"/accounts/{ids.encode('acc', self.account.id)}/readings"
        self.meter = f"{self.url}/history/{ids.encode('mtr', self.dials[0].meter_id)}"
        return self


@pytest.fixture
async def past(site) -> Past:
    return await Past().prepare(site)


async def rows_of(past: Past) -> list[list[str]]:
    answer = await past.browser.get(f"{past.url}/history.csv")
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


async def test_the_workbook_has_the_rows_of_the_lines(past):
    answer = await past.browser.get(f"{past.url}/history.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = await rows_of(past)
    told = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(told) == len(rows) > 1
    assert [f"{row[7]:.3f}".replace(".", ",") for row in told[1:]] == [row[7] for row in rows[1:]], "readings are numbers there"
    assert [row[:7] for row in told] == [[text or None for text in row[:7]] for row in rows]
    assert (await past.browser.get(f"{past.url}/history.pdf")).status_code == 404


async def test_each_place_tells_its_newest_month_and_the_year_before(past):
    page = await past.browser.page(f"{past.url}/history")
    assert page.problems() == []
    cards = [page.text(section) for section in page.named("section")]
    assert len(cards) == 4
    assert f"{month()}: 5,000 м³, год назад 4,000." in cards[0]
    assert month(24) not in page.text()  # two years, no more
    assert month(23) in page.text()
    charts = [one for one in page.having("aria-label") if one.get("class") == "bars past"]
    assert len(charts) == 4
    assert charts[0].get("aria-label") == "Холодная вода, ввод 1, м³. От 4,000 до 5,000 в месяц."
    assert len(re.findall("M", charts[0][0].get("d"))) == 23  # and the newest on its own


async def test_kazakh_says_it_too(past):
    text = (await past.browser.page(f"{past.url}/history?lang=kk")).text()
    assert "бір жыл бұрын 4,000" in text
    assert "Көрсеткіштер тарихы" in text


async def test_a_meter_shows_its_readings_page_by_page(past):
    page = await past.browser.page(past.meter)
    assert page.problems() == []
    assert "№ " in page.heading
    first = page.named("tbody")[1].findall("*")
    assert len(first) == 12
    following = next(link.get("href") for link in page.named("a") if "after=" in link.get("href", ""))
    second = (await past.browser.page(following.removeprefix(BASE))).named("tbody")[1].findall("*")
    assert len(second) == 12
    fragment = await past.browser.fragment(following.removeprefix(BASE), "past_readings")
    assert fragment.text.lstrip().startswith('<section id="past_readings"')


async def test_ten_years_on_request(past):
    assert month(30) not in (await past.browser.page(past.meter)).text()
    assert month(30) in (await past.browser.page(f"{past.meter}?months=120")).text()


async def test_what_is_not_known_and_what_covers_months_is_said(past):
    dial = past.dials[0]
    await Reading.filter(register=dial, period=LAST.previous.first_day).delete()
    assert f"{month()}: 10,000 м³ за 2 месяца." in (await past.browser.page(past.meter)).text()
    await Reading.filter(register=dial, period=LAST.first_day).update(value=1, state=ReadingState.IN_REVIEW)
    text = (await past.browser.page(past.meter)).text()
    assert f"{month()}: пока не известно" in text
    assert "на проверке у поставщика" in text


async def test_zones_are_told_apart_within_their_sum(past):
    by_day = await make.meter(past.account, Resource.ELECTRICITY, inlet=3, digits=(5, 0))
    await MeterRegister.filter(id=by_day.id).update(zone=TariffZone.DAY)
    night = await MeterRegister.create(meter_id=by_day.meter_id, zone=TariffZone.NIGHT, integer_digits=5, fraction_digits=0)
    for dial, values in ((by_day, (130, 100)), (night, (25, 10))):
        for back, value in enumerate(values):
            await make.reading(dial, str(value), day(back))
    page = await past.browser.page(f"{past.url}/history/{ids.encode('mtr', by_day.meter_id)}")
    assert [page.text(cell) for cell in page.named("tbody")[0].findall("*")[0].findall("*")] == [month(), "45день 30ночь 15", "—"]
    assert "день" in page.text(page.named("tbody")[1])


async def test_a_meter_without_readings_and_an_account_without_meters(past):
    bare = await make.meter(past.account, inlet=9)
    page = await past.browser.page(f"{past.url}/history/{ids.encode('mtr', bare.meter_id)}")
    assert "Показаний пока мало" in page.text()
    assert "Показаний ещё нет." in page.text()
    await Reading.filter(account_id=past.account.id).delete()
    await MeterRegister.filter(meter__account_id=past.account.id).delete()
    await Meter.filter(account_id=past.account.id).delete()
    assert "Счётчиков нет: начисляется по нормативу." in (await past.browser.page(f"{past.url}/history")).text()


async def test_many_meters_come_on_pages(past):
    for inlet in range(3, 7):
        await make.meter(past.account, inlet=inlet)
    page = await past.browser.page(f"{past.url}/history")
    assert len(page.named("section")) == 6
    following = next(link.get("href") for link in page.named("a") if "from=" in link.get("href", ""))
    assert len((await past.browser.page(following.removeprefix(BASE))).named("section")) == 2
    for wrong, status in (("from=8", 404), ("from=x", 400), ("from=-1", 400), ("from=99999999999", 400)):
        assert (await past.browser.get(f"{past.url}/history?{wrong}")).status_code == status


async def test_others_meters_are_not_there(past, aigul, site):
    own = f"/accounts/{site.account}/readings/history"
    foreign = ids.encode("mtr", past.dials[0].meter_id)
    for browser, path in (
        (aigul, f"{past.url}/history"), (aigul, f"{past.url}/history.csv"), (aigul, f"{past.url}/history.xlsx"), (aigul, past.meter), (aigul, f"{own}/{foreign}"), (aigul, f"{own}/{site.account}"),
        (past.browser, f"{past.url}/history/mtr_x"),
    ):  # fmt: skip
        assert (await browser.get(path)).status_code == 404
    assert (await Browser(site.app).get(f"{past.url}/history.csv")).status_code == 303


async def test_the_readings_page_leads_there(past):
    page = await past.browser.page(past.url)
    links = [link.get("href") for link in page.named("a")]
    assert f"{BASE}{past.meter}" in links
    assert f"{BASE}{past.url}/history" in links
    assert page.problems() == []


async def test_the_file_has_every_reading_and_a_decimal_comma(past):
    headings, *rows = await rows_of(past)
    assert headings == [
        "Дата", "Месяц", "Ресурс", "Тарифная зона", "Ввод", "Место", "Номер счётчика", "Показание", "Расход", "Единица", "Источник", "Состояние", "Причина",
        "Номер квитанции о приёме",
    ]  # fmt: skip
    assert len(rows) == 4 * 37
    serial = (await Meter.get(id=past.dials[3].meter_id)).serial
    told = ["м³", "Личный кабинет", "принято поставщиком", "", ""]
    assert rows[0] == [f"{day():%d.%m.%Y}", f"{day():%m.%Y}", "Горячая вода", "", "2", "С/узел", serial, "260,000", "5,000", *told]
    kk = (await past.browser.get(f"{past.url}/history.csv?lang=kk")).content.decode("utf-8-sig")
    assert kk.startswith("Күні;Ай;")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
async def test_no_cell_of_the_file_is_a_formula(past, start):
    await Meter.filter(id=past.dials[0].meter_id).update(serial=f"{start}cmd|' /C calc'!A0", place=f"{start}1+1")
    await Reading.filter(register=past.dials[0]).update(source=ReadingSource.OTHER, source_label=f'{start}2;"x"\n')
    rows = await rows_of(past)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert f"'{start}1+1" in {row[5] for row in rows}
    assert {len(row) for row in rows} == {14}


async def test_whoever_may_not_see_money_may_see_readings(past, site):
    await create_user("guest", "guest@example.com", PASSWORD)
    account = await PersonalAccount.get(number="07770000")
    await make.member(await User.get(login="guest"), account, Right.SEND_READINGS)
    guest = await signed_in(site.app, "guest")
    assert "год назад" in (await guest.page(f"{past.url}/history")).text()


@pytest.mark.parametrize("language", ["ru", "kk"])
async def test_two_years_keep_the_budget_of_a_page(past, language):
    for path in (f"{past.url}/history", past.meter, past.url):
        size = await weight(past.browser, f"{BASE}{path}?lang={language}")
        print(f"{path.rpartition('/')[2]} {language}: {size}")  # noqa: T201 - shown with -s and on failure
        assert size <= PAGE_MOVE, path
