"""The pages of a meter and of a house: what everybody sees, and the forms of staff, without JavaScript."""

import datetime as dt
import re

import pytest

from models import HouseMeter, HouseReading, Meter, MeterEvent, MeterRegister, Organization, Reading
from models.enums import ReadingSource, ReadingState
from models.meter_enums import MeterEventKind
from schema import ids
from tests import factories as make
from tests.adapters.test_file_contents import GOOD_PDF
from tests.web.conftest import Browser
from tests.web.reader import Page
from web.typed import Typed

TODAY = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=2)
DAY = f"{TODAY:%d.%m.%Y}"


@pytest.fixture
async def meter(site) -> str:
    """The address of a cold meter's page."""
    return f"/meters/{ids.encode('mtr', (await Meter.get(serial='31883369')).id)}"


def filled(page: Page, action: str, **given: str) -> dict[str, str]:
    selects = {one.get("name"): next((o.get("value") for o in one.iter() if o.get("selected") is not None), "") for one in page.named("select")}
    return page.fields(action) | selects | given


async def post(browser: Browser, address: str, query: str = "", **given: str):
    page = await browser.page(address + query)
    assert page.problems() == []
    return await browser.post(address, filled(page, address, **given))


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
async def test_a_resident_sees_the_life_and_no_forms(site, aigul, meter, language):
    account = await aigul.get(f"/accounts/{site.account}")
    assert meter in account.text
    page = await aigul.page(f"{meter}?lang={language}")
    assert page.problems() == []
    assert "31883369" in page.heading
    assert page.by_id("life") is not None
    assert page.by_id("record") is None
    for path in ("/events", "/replace"):
        assert (await aigul.get(meter + path)).status_code == 403
    assert (await aigul.get(f"/accounts/{site.account}/meters")).status_code == 403


async def test_others_find_nothing(meter, firma, stranger, site):
    assert (await firma.get(meter)).status_code == 404
    assert (await stranger.get(meter)).status_code == 303
    assert (await firma.client.get(f"/o/teplo{meter}")).status_code == 404
    assert (await firma.get(f"/meters/{site.recipient}")).status_code == 404, "an id of something else"


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
async def test_each_form_of_staff_is_whole(operator, meter, site, language):
    for kind in ("VERIFIED", "COMMISSIONED", "SEALED", "UNSEALED", "ROLLED_OVER", "BROKEN", "REPAIRED", "REMOVED", "nonsense"):
        assert (await operator.page(f"{meter}/events?kind={kind}&lang={language}")).problems() == []
    for path in (f"{meter}/replace", f"/accounts/{site.account}/meters", meter):
        assert (await operator.page(f"{path}?lang={language}")).problems() == []


async def test_a_verification_is_recorded_shown_and_withdrawn(operator, aigul, meter):
    answer = await post(operator, f"{meter}/events", "?kind=VERIFIED", happenedOn=DAY, dueOn="01.02.2040", note="Протокол 5")
    assert (answer.status_code, answer.headers["location"].endswith(f"{meter}?done=1")) == (303, True)
    page = await operator.page(f"{meter}?done=1")
    assert page.problems() == []
    assert page.by_id("done").get("data-focus") is not None
    assert "01.02.2040" in page.text()
    assert "Протокол 5" in (await aigul.page(meter)).text()
    confirm = next(link.get("href") for link in page.named("a") if link.get("href", "").endswith("/withdraw"))
    path = confirm.removeprefix("/o/vodokanal")
    assert (await aigul.get(path)).status_code == 403
    assert (await post(operator, path)).status_code == 303
    assert "отозвано" in (await operator.page(meter)).text()
    assert "Протокол 5" not in (await aigul.page(meter)).text()
    again = await operator.post(path, {"csrf": Page((await operator.get(meter)).text).value("csrf")})
    assert again.status_code == 422
    assert "Это уже отозвано" in again.text


@pytest.mark.parametrize(
    ("query", "given", "field", "words"),
    [
        ("?kind=VERIFIED", {"happenedOn": "завтра", "dueOn": "01.01.2040"}, "happenedOn", "Введите день"),
        ("?kind=VERIFIED", {"happenedOn": "31.02.2026", "dueOn": "01.01.2040"}, "happenedOn", "Введите день"),
        ("?kind=VERIFIED", {"happenedOn": DAY}, "dueOn", "Заполните"),
        ("?kind=SEALED", {"happenedOn": "01.01.2090", "seal": "1"}, "happenedOn", "ещё не наступил"),
        ("?kind=REMOVED", {"happenedOn": DAY, "values.0.value": "сто"}, "values-0-value", "число"),
        ("?kind=REMOVED", {"happenedOn": DAY, "values.0.value": "1"}, "values-0-value", "меньше показания"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(operator, meter, query, given, field, words):
    answer = await post(operator, f"{meter}/events", query, note="Моё примечание", **given)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.problems() == []
    one = page.by_id(field)
    assert one.get("aria-invalid") == "true"
    assert words in page.text(page.by_id("problems"))
    assert page.value("note") == "Моё примечание"
    assert page.value("happenedOn") == given["happenedOn"]
    assert not await MeterEvent.exists()


async def test_a_replacement_with_everything(operator, aigul, meter, site):
    wrong = await post(operator, f"{meter}/replace", **{"happenedOn": DAY, "closing.0.value": "200", "serial": "", "opening": "x"})
    assert wrong.status_code == 422
    page = Page(wrong.text)
    assert page.problems() == []
    assert page.by_id("serial").get("aria-invalid") == "true"
    good = {"happenedOn": DAY, "closing.0.value": "200,5", "serial": "99001", "opening": "0,125", "dueOn": "01.02.2040", "seal": "П-7"}
    assert (await post(operator, f"{meter}/replace", **good)).status_code == 303
    new = await Meter.get(serial="99001")
    text = (await aigul.page(meter)).text()
    assert "00200.500" in text
    assert "99001" in text
    assert "31883369" in (await aigul.page(f"/meters/{ids.encode('mtr', new.id)}")).text()
    readings = (await aigul.page(f"/accounts/{site.account}/readings")).text()
    assert "вместо него установлен прибор № 99001" in readings
    assert await MeterEvent.all().count() == 1


async def test_a_meter_of_several_tariffs_is_installed(operator, site):
    address = f"/accounts/{site.account}/meters"
    given = {
        "resource": "ELECTRICITY",
        "happenedOn": DAY,
        "serial": "E-1",
        "opening-day": "1",
        "opening-night": "сто",
        "integerDigits": "6",
        "fractionDigits": "1",
    }
    wrong = await post(operator, address, **given)
    assert wrong.status_code == 422
    assert Page(wrong.text).by_id("opening-night").get("aria-invalid") == "true"
    assert (await post(operator, address, inlet="x", **given)).status_code == 422
    assert not await Meter.filter(serial="E-1").exists()
    answer = await post(operator, address, **given | {"opening-night": "2"})
    assert answer.status_code == 303
    assert await MeterRegister.filter(meter__serial="E-1").count() == 2
    shown = await operator.page(answer.headers["location"].removeprefix("/o/vodokanal"))
    assert shown.problems() == []


async def test_a_lower_reading_is_accepted_as_a_rollover(operator, aigul, meter):
    dial = await MeterRegister.get(meter__serial="31883369")
    await make.reading(dial, "99999", TODAY - dt.timedelta(days=40))
    lower = {"state": ReadingState.IN_REVIEW, "by_resident": True, "source": ReadingSource.CABINET, "reason": "lower"}
    reading = await make.reading(dial, "3", TODAY, **lower)
    assert "Перешёл через ноль" not in (await aigul.page(meter)).text()
    page = await operator.page(meter)
    assert page.problems() == []
    answer = await operator.post(f"{meter}/events", page.fields(f"{meter}/events"))
    assert answer.status_code == 303
    assert (await Reading.get(id=reading.id)).state is ReadingState.ACCEPTED
    assert (await MeterEvent.get()).kind is MeterEventKind.ROLLED_OVER


@pytest.mark.parametrize(("days", "words"), [(-1, "срок поверки истёк"), (10, "поверка действует до"), (90, None)])
async def test_verification_is_warned_of_before_and_after(site, aigul, meter, days, words):
    await Organization.filter(slug="vodokanal").update(verification_notice_days=30)
    await Meter.all().update(verification_due_on=dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days))
    page = await aigul.page(f"/accounts/{site.account}/readings")
    assert page.problems() == []
    notice = page.by_id("verification")
    assert (notice is None) if words is None else words in page.text(notice)
    shown = (await aigul.page(meter)).text()
    assert ("Срок поверки истёк" in shown, "Скоро истечёт" in shown) == (days < 0, days == 10)


async def test_a_file_is_added_to_an_event(operator, aigul, meter):
    await post(operator, f"{meter}/events", "?kind=BROKEN", happenedOn=DAY)
    page = await operator.page(meter)
    link = next(one.get("href") for one in page.named("a") if "/documents?event=" in one.get("href", ""))
    path = link.removeprefix("/o/vodokanal")
    form = await operator.page(path)
    assert form.problems() == []
    action = path.partition("?")[0]
    fields = filled(form, action)
    fields.pop("file")
    answer = await operator.client.post(f"/o/vodokanal{action}", data=fields, files={"file": ("акт.pdf", GOOD_PDF, "application/pdf")})
    assert answer.status_code == 303
    assert "акт.pdf" in (await operator.page(meter)).text()
    event = await MeterEvent.get()
    assert event.document_id is not None
    denied = await aigul.client.post(
        f"/o/vodokanal{action}", data=fields | {"csrf": (await aigul.page(meter)).value("csrf")}, files={"file": ("b.pdf", GOOD_PDF, "")}
    )
    assert denied.status_code == 403


async def test_a_house_is_kept_by_staff_and_seen_by_residents(operator, aigul, firma, site):
    readings = f"/accounts/{site.account}/readings"
    assert "Общедомовые" not in (await aigul.page(readings)).text()
    account = await operator.get(f"/accounts/{site.account}")
    house = re.search(r"/houses/[^\"?]+", account.text)[0]
    assert (await aigul.get(house)).status_code == 403
    assert (await firma.get(house)).status_code == 404
    wrong = await post(operator, house, serial="", verificationDueOn="x")
    assert wrong.status_code == 422
    assert Page(wrong.text).problems() == []
    assert (await post(operator, house, serial="ОДПУ-7", place="Подвал", verificationDueOn="01.02.2040")).status_code == 303
    one = await HouseMeter.get()
    reading = f"?reading={ids.encode('hmt', one.id)}"
    for value, day in (("10 117,5", "01.09.2026"), ("10 217,5", "01.10.2026")):
        assert (await post(operator, house, reading, value=value, takenOn=day)).status_code == 303
    refused = await post(operator, house, reading, value="5", takenOn="05.10.2026")
    assert (refused.status_code, Page(refused.text).by_id("value").get("aria-invalid")) == (422, "true")
    edit = await operator.page(f"{house}?meter={ids.encode('hmt', one.id)}")
    assert (edit.value("serial"), edit.value("verificationDueOn")) == ("ОДПУ-7", "01.02.2040")
    page = await aigul.page(readings)
    assert page.problems() == []
    for words in ("Общедомовые приборы", "ОДПУ-7", "100 м³", "01.02.2040"):
        assert words in page.text().replace("\u00a0", " ")
    assert await HouseReading.all().count() == 2
    assert "ОДПУ-7" not in (await firma.page(f"/accounts/{site.recipient}/readings")).text()


@pytest.mark.parametrize(
    ("text", "day"), [("1.1.1990", "1990-01-01"), ("31.12.1989", None), ("20.11.1026", None), ("2200-01-01", None), ("31.12.2199", "2199-12-31")]
)
def test_a_day_that_no_document_takes_is_told_beside_its_field(text, day):
    typed = Typed({"happenedOn": text})
    assert (typed.day("happenedOn"), [one.path for one in typed.problems]) == (day, [] if day else [("happenedOn",)])
