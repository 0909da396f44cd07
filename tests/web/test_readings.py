"""Sending readings: without JavaScript, as htmx does, and over GraphQL; what is typed is never lost."""

import datetime as dt
import re

import orjson
import pytest

from models import Meter, MeterRegister, Organization, PersonalAccount, Reading, Session
from models.enums import MeterState, ReadingSource, ReadingState, Resource, TariffZone, TokenScope
from resolvers.tokens import create_token
from resolvers.users import grant_membership
from tests import factories as make
from tests.web.conftest import BASE, Browser, signed_in
from tests.web.reader import Page

GOOD = {"readings.0.value": "00117,5", "readings.1.value": "198.000"}


@pytest.fixture
def address(site) -> str:
    return f"/accounts/{site.account}/readings"


async def sent() -> list[tuple[int, bool]]:
    return await Reading.filter(by_resident=True).order_by("id").values_list("value", "is_current")


async def test_without_javascript_a_sending_leads_to_the_receipts(aigul, address: str):
    answer = await aigul.send(address, **GOOD)
    assert (answer.status_code, answer.headers["location"].partition("&form=")[0]) == (303, f"{BASE}{address}?sent=1")
    page = await aigul.page(answer.headers["location"].removeprefix(BASE))
    assert page.problems() == []
    assert "Ваши показания в обработке!" in page.text()
    assert "00117.500" in page.text()
    assert page.text().count("Квитанция о приёме ") == 2
    assert len(await sent()) == 2
    assert (page.value("readings.0.value"), page.value("readings.1.value")) == ("00117.500", "00198.000")


@pytest.mark.parametrize("typed", ["16\0 2", "1\0", "11\x007,5"])
async def test_a_character_that_nothing_can_hold_is_not_left_out_of_a_number(aigul, address: str, typed: str):
    answer = await aigul.send(address, **GOOD | {"readings.0.value": typed})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.value("readings.0.value") == typed.replace("\0", "\ufffd"), "what was typed stays, with the hole in it"
    assert page.by_id("value-0").get("aria-invalid") == "true"
    assert await sent() == []


async def test_a_suppliers_value_is_shown_and_does_not_go_off_as_ones_own(aigul, address: str):
    await aigul.send(address, **GOOD)
    mine = await Reading.filter(by_resident=True).order_by("id").first()
    dial = await MeterRegister.get(id=mine.register_id)
    await make.reading(dial, "117.9", mine.taken_on, period=mine.period, source=ReadingSource.INSPECTOR, source_label="Контролёр")
    page = await aigul.page(address)
    assert (page.value("readings.0.value"), page.value("readings.1.value")) == ("", "00198.000")
    assert "00117.900" in page.text()
    assert (await aigul.post(address, page.fields(address) | {"readings.1.value": "198,5"})).status_code == 303
    assert [value for value, is_current in await sent() if is_current] == [117_500_000, 198_500_000]


async def test_consumption_says_since_which_reading_where_that_is_not_the_month_before(aigul, address: str):
    await aigul.send(address, **GOOD)
    mine = await Reading.filter(by_resident=True).order_by("id").first()
    assert "с показания" not in (await aigul.page(address)).text()
    dial = await MeterRegister.get(id=mine.register_id)
    await make.reading(dial, "117.2", mine.taken_on - dt.timedelta(days=1), period=mine.period, source=ReadingSource.INSPECTOR, source_label="Контролёр")
    assert "с показания 117,200" in (await aigul.page(address)).text().replace("\u00a0", " ")


async def test_htmx_gets_the_block_with_receipts_and_a_new_key(aigul, address: str):
    before = await aigul.page(address)
    answer = await aigul.post(address, before.fields(address) | GOOD, htmx="readings")
    assert answer.status_code == 200
    block = Page(answer.text, fragment=True)
    assert "Ваши показания в обработке!" in block.text()
    assert block.value("idempotencyKey") != before.value("idempotencyKey")
    assert block.by_id("sent").get("data-focus") is not None
    assert len(await sent()) == 2


async def test_graphql_takes_the_same(site, aigul, address: str):
    page = await aigul.page(address)
    token = await create_token(user_login="aigul", scopes=list(TokenScope))
    query = """mutation ($i: SubmitReadingsInput!) { submitReadings(input: $i) { __typename
      ... on SubmitReadingsDone { receipts { number } } ... on Rejected { problems { path code message } } } }"""
    readings = [{"register": page.value(f"readings.{row}.register"), "value": GOOD[f"readings.{row}.value"]} for row in (0, 1)]
    body = orjson.dumps({"query": query, "variables": {"i": {"account": site.account, "readings": readings, "idempotencyKey": "k1"}}})
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    answer = (await Browser(site.app).client.post("http://127.0.0.1:8000/graphql", content=body, headers=headers)).json()
    assert answer["data"]["submitReadings"]["__typename"] == "SubmitReadingsDone", answer
    assert (await aigul.page(address)).value("readings.0.value") == "00117.500"


@pytest.mark.parametrize("typed", ["сто", "1e5", "12,34,56", "-5", "123456789", "117,12345", "٣", "NaN", "<b>1</b>", "1" * 40, "0x10"])
async def test_what_cannot_be_read_is_refused_beside_its_field(aigul, address: str, typed: str):
    for htmx in (None, "readings"):
        answer = await aigul.send(address, htmx=htmx, **GOOD | {"readings.0.value": typed})
        assert answer.status_code == 422
        page = Page(answer.text, fragment=bool(htmx))
        assert htmx or page.problems() == []
        assert (page.value("readings.0.value"), page.value("readings.1.value")) == (typed, "198.000")
        field = page.by_id("value-0")
        assert field.get("aria-invalid") == "true"
        assert page.text(page.by_id(field.get("aria-describedby")))
        assert [link.get("href") for link in page.named("a") if link.get("href", "").startswith("#value")] == ["#value-0"]
        assert page.by_id("problems").get("data-focus") is not None
    assert await sent() == []


async def test_a_refusal_of_a_later_row_finds_its_field_when_others_are_empty(aigul, address: str):
    answer = await aigul.send(address, **{"readings.0.value": " ", "readings.1.value": "сто"})
    page = Page(answer.text)
    assert page.by_id("value-1").get("aria-invalid") == "true"
    assert page.by_id("value-0").get("aria-invalid") is None


async def test_nothing_filled_in_is_refused_and_writes_nothing(aigul, address: str):
    answer = await aigul.send(address)
    assert answer.status_code == 422
    assert Page(answer.text).problems() == []
    assert await sent() == []


async def test_a_question_is_answered_by_sending_the_same_again(aigul, address: str):
    lower = {"readings.0.value": "100", "readings.1.value": "198"}
    answer = await aigul.send(address, **lower)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.problems() == []
    assert "Проверьте перед отправкой" in page.text()
    assert "115,408" in page.text()
    assert "Понято как 00100.000" in page.text(page.by_id("said-0"))
    assert await sent() == []
    again = await aigul.post(address, page.fields(address))
    assert again.status_code == 303
    assert len(await sent()) == 2


async def test_a_question_about_one_value_confirms_no_other(aigul, address: str):
    page = Page((await aigul.send(address, **{"readings.0.value": "100", "readings.1.value": "198"})).text)
    answer = await aigul.post(address, page.fields(address) | {"readings.0.value": "90"})
    assert answer.status_code == 422
    assert "Проверьте перед отправкой" in answer.text
    assert await sent() == []


async def test_only_some_meters_is_asked_about_and_may_be_confirmed(aigul, address: str):
    page = Page((await aigul.send(address, **{"readings.0.value": "117"})).text)
    assert "31883423" in page.text(page.by_id("questions"))
    answer = await aigul.post(address, page.fields(address))
    assert answer.status_code == 303
    assert len(await sent()) == 1


async def test_the_same_form_twice_is_one_sending(aigul, address: str):
    fields = (await aigul.page(address)).fields(address) | GOOD
    for _ in range(2):
        assert (await aigul.post(address, fields)).status_code == 303
    assert len(await sent()) == 2


async def test_two_tabs_with_different_values_leave_one_current_value(aigul, address: str):
    first, second = [(await aigul.page(address)).fields(address) for _ in range(2)]
    assert (await aigul.post(address, first | GOOD)).status_code == 303
    assert (await aigul.post(address, second | GOOD | {"readings.0.value": "118"})).status_code == 303
    assert sorted(await sent()) == sorted([(117_500_000, False), (198_000_000, True), (118_000_000, True)])


async def test_removed_meters_and_those_without_serial_say_why(aigul, address: str, site):
    await Meter.filter(serial="31883369").update(register_state=MeterState.REMOVED)
    await Meter.filter(serial="31883423").update(serial=None)
    page = await aigul.page(address)
    assert "Невозможно передать показания на не работающий прибор учета!" in page.text()
    assert "Показания на водомер без заводского номера не передаются!" in page.text()
    assert page.by_id("value-0") is None
    assert page.problems() == []


async def test_a_field_that_was_made_up_is_refused(aigul, address: str):
    made_up = {"readings.0.register": "reg_AAAAAAAAAAAAAAAAAAAAAA", "readings.0.value": "5", "readings.1.value": "198"}
    assert (await aigul.send(address, **made_up)).status_code in (404, 422)
    strange = {f"readings.{index}.value": "1" for index in ("x", "-1", "99999", "²")} | {"confirmed.x.path": "a", "confirmed.0.path": "readings.9.value"}
    assert (await aigul.send(address, **strange)).status_code == 422
    assert await sent() == []


async def test_a_payer_sends_for_a_recipient_in_the_other_table(firma, site):
    page = await firma.page(f"/accounts/{site.recipient}/readings")
    headings = [page.text(heading) for heading in page.named("th") if heading.get("scope") == "col"]
    assert headings == ["Вода", "Заводской номер", "Поверка до", "Состояние прибора", "Дата предыдущего", "Предыдущее", "Источник предыдущего",
                        "Текущее", "Дата передачи", "Источник"]  # fmt: skip


async def test_the_columns_of_an_individual_are_the_manuals(aigul, address: str):
    page = await aigul.page(address)
    headings = [page.text(heading) for heading in page.named("th") if heading.get("scope") == "col"]
    assert headings == ["Ввод", "Место", "Вода", "Номер счётчика, состояние", "Поверка до", "Дата предыдущего", "Источник предыдущего", "Предыдущее",
                        "В этом месяце", "Источник, дата передачи"]  # fmt: skip


async def test_a_foreign_account_takes_nothing(site, firma, address: str):
    mine = (await firma.page(f"/accounts/{site.recipient}/readings")).fields("/readings")
    assert (await firma.post(address, mine | GOOD)).status_code == 404
    assert await sent() == []
    assert (await (await signed_in(site.app, "nobody")).get(address)).status_code == 404


async def test_a_session_that_ends_while_typing_loses_nothing(site, aigul):
    """The way leads over the sign-in page back to the form, with what was typed in it, and nothing sent."""
    page = f"/accounts/{site.account}/readings"
    fields = (await aigul.page(page)).fields(page)
    name = next(name for name in fields if name.endswith(".value"))
    await Session.all().delete()
    plain = await aigul.post(page, fields | {name: "455,1"})
    assert plain.status_code == 303
    assert "expired=1" in plain.headers["location"]
    by_htmx = await aigul.post(page, fields | {name: "455,1"}, htmx="readings")
    assert by_htmx.headers["hx-redirect"] == plain.headers["location"]
    answer = await aigul.sign_in("aigul", path=plain.headers["location"].removeprefix("/o/vodokanal"))
    assert answer.status_code == 303
    back = await aigul.page(answer.headers["location"].removeprefix("/o/vodokanal"))
    assert back.fields(page)[name] == "455,1"
    assert await Reading.filter(by_resident=True).count() == 0


async def test_a_correction_after_a_lost_answer_is_taken_at_the_second_press(site, aigul):
    page = f"/accounts/{site.account}/readings"
    fields = (await aigul.page(page)).fields(page)
    values = [name for name in fields if name.endswith(".value")]
    first = fields | dict.fromkeys(values, "") | {values[0]: "116,5", values[1]: "197"}
    assert (await aigul.post(page, first)).status_code == 303  # the answer was lost on its way
    again = await aigul.post(page, first | {values[0]: "116,7"})
    assert again.status_code == 422
    shown = Page(again.text).fields(page)
    assert shown["idempotencyKey"] != fields["idempotencyKey"]
    assert (await aigul.post(page, shown)).status_code == 303
    assert await Reading.filter(by_resident=True, is_current=True, value=116_700_000).count() == 1


async def test_an_empty_form_says_what_to_do(site, aigul):
    page = f"/accounts/{site.account}/readings"
    fields = (await aigul.page(page)).fields(page)
    answer = await aigul.post(page, {name: "" if name.endswith(".value") else value for name, value in fields.items()})
    assert answer.status_code == 422
    assert "хотя бы одного счётчика" in answer.text


async def test_one_field_is_looked_at_while_the_others_are_filled_in(aigul, address: str):
    """Small, without anything written, whatever is wrong with the others."""
    fields = (await aigul.page(address)).fields(address)
    for values, row, expected in (
        ({"readings.0.value": "117,5", "readings.1.value": "сто"}, "0", "00117.500"),
        ({"readings.0.value": "117,5", "readings.1.value": "сто"}, "1", "числом"),
        ({"readings.0.value": "100"}, "0", "115,408"),
        ({"readings.0.value": "1000"}, "0", "Обычно около"),
    ):
        answer = await aigul.post(address, fields | values | {"check": row}, htmx=f"said-{row}")
        assert (answer.status_code, len(answer.content) < 4096) == (200, True)
        block = Page(answer.text, fragment=True)
        assert expected in block.text().replace("\u00a0", " ")
        assert block.having("id") == []
    for empty in ({"check": "0"}, {"check": "77"}, {"check": "0", "readings.0.value": " "}):
        assert Page((await aigul.post(address, fields | empty, htmx="said-0")).text, fragment=True).text() == ""
    assert await sent() == []


async def test_the_consumption_is_said_with_the_day_it_counts_from(aigul, address: str):
    fields = (await aigul.page(address)).fields(address) | GOOD | {"check": "0"}
    text = Page((await aigul.post(address, fields, htmx="said-0")).text, fragment=True).text().replace("\u00a0", " ")
    assert "расход 2,092 м³ с " in text


async def test_without_javascript_all_is_looked_at_before_it_is_sent(aigul, address: str):
    answer = await aigul.send(address, **GOOD, check="all")
    assert answer.status_code == 200
    page = Page(answer.text)
    assert page.problems() == []
    assert page.by_id("checked").get("data-focus") is not None
    assert "00117.500" in page.text(page.by_id("said-0"))
    assert page.value("readings.0.value") == "00117,5"
    assert await sent() == []
    assert (await aigul.post(address, page.fields(address))).status_code == 303
    assert len(await sent()) == 2


async def test_looking_first_asks_and_refuses_as_sending_does(aigul, address: str):
    asked = Page((await aigul.send(address, **GOOD | {"readings.0.value": "100"}, check="all")).text)
    assert asked.by_id("questions") is not None
    refused = await aigul.send(address, **GOOD | {"readings.0.value": "сто"}, check="all")
    assert (refused.status_code, Page(refused.text).by_id("problems") is not None) == (422, True)
    assert await sent() == []


@pytest.mark.parametrize("htmx", [None, "readings"])
async def test_cancelling_registers_nothing_and_goes_back_to_the_filled_form(aigul, address: str, htmx: str | None):
    asked = Page((await aigul.send(address, **{"readings.0.value": "117"})).text)
    assert "Передать без них" in asked.text()
    answer = await aigul.post(address, asked.fields(address) | {"cancel": "1"}, htmx=htmx)
    assert answer.status_code == 200
    page = Page(answer.text, fragment=bool(htmx))
    assert page.value("readings.0.value") == "117"
    assert page.by_id("cancelled").get("data-focus") is not None
    assert not [name for name in page.fields(address) if name.startswith("confirmed")]
    assert await sent() == []
    assert (await aigul.post(address, page.fields(address))).status_code == 422  # it is asked again


async def test_digits_are_shown_as_on_the_dial_and_read_aloud_with_their_unit(aigul, address: str):
    page = await aigul.page(address)
    digits = next(one for one in page.all if one.get("class") == "digits")
    assert (digits.get("aria-hidden"), page.text(digits)) == ("true", "00115.408")
    assert [page.text(one) for one in digits.iter() if one.get("class") == "litres"] == ["408"]
    assert "115,408 м³" in page.text().replace("\u00a0", " ")


async def test_registers_of_one_meter_stand_together_and_count_no_litres(site, aigul, address: str):
    account = await PersonalAccount.get(number="02015213")
    power = await make.meter(account, Resource.ELECTRICITY, digits=(6, 0), serial="EL-1", place=None)
    await MeterRegister.filter(id=power.id).update(zone=TariffZone.DAY)
    await MeterRegister.create(meter_id=power.meter_id, integer_digits=6, fraction_digits=0, zone=TariffZone.NIGHT)
    await make.reading(power, "4300", "2020-05-01")
    page = await aigul.page(address)
    assert page.problems() == []
    body = next(one for one in page.named("tbody") if "EL-1" in page.text(one))
    rows = [one for one in body.iter() if one.tag.endswith("tr")]
    assert [len([cell for cell in row if cell.tag.endswith("td")]) for row in rows] == [9, 5]
    assert ("День" in page.text(rows[0]), "Ночь" in page.text(rows[1])) == (True, True)
    assert "004300" in page.text(rows[0])
    assert [one for one in body.iter() if one.get("class") == "litres"] == []


@pytest.mark.parametrize(
    ("state", "word"), [("SENT", "в обработке"), ("IN_REVIEW", "на проверке у поставщика"), ("ACCEPTED", "принято поставщиком"), ("BILLED", "учтено в счёте")]
)
async def test_how_far_a_reading_has_come_is_said(aigul, address: str, state: str, word: str):
    await aigul.send(address, **GOOD)
    await Reading.filter(by_resident=True).update(state=ReadingState[state])
    assert word in (await aigul.page(address)).text()


async def test_a_form_of_before_goes_along_and_one_that_is_none_harms_nothing(aigul, address: str):
    page = await aigul.page(address)
    assert page.value("formToken")
    assert (await aigul.send(address, **GOOD, formToken="made up")).status_code == 303


async def test_what_a_device_keeps_is_bound_to_a_person(site, aigul, address: str):
    await grant_membership("nobody", "vodokanal", "02015213")
    marks = [(await browser.page(address)).by_id("kept").get("data-owner") for browser in (aigul, aigul, await signed_in(site.app, "nobody"))]
    assert marks[0] == marks[1] != marks[2]
    assert re.fullmatch(r"[\w-]{16}", marks[0])


async def test_values_stay_in_sight_where_the_window_closed_meanwhile(aigul, address: str):
    fields = (await aigul.page(address)).fields(address) | GOOD
    await Organization.all().update(window_first_day=(today := dt.datetime.now(dt.UTC).day) % 25 + 3, window_last_day=today % 25 + 3, form_grace_minutes=0)
    page = Page((await aigul.post(address, fields)).text)
    assert page.problems() == []
    assert page.by_id("problems") is not None
    assert "Вы ввели: 00117,5" in page.text()
    assert await sent() == []


async def test_a_refused_reading_says_why_and_lets_another_be_sent(aigul, address: str):
    await aigul.send(address, **GOOD)
    await Reading.filter(by_resident=True, value=117_500_000).update(state=ReadingState.REFUSED, reason="На фото другая цифра")
    page = await aigul.page(address)
    assert page.problems() == []
    refused = next(one for one in page.all if one.get("class") == "err")
    assert "00117.500" in page.text(refused)
    assert "На фото другая цифра" in page.text(refused)
    assert page.value("readings.0.value") == ""
    assert (await aigul.send(address, **{"readings.0.value": "117,2"})).status_code == 303
    assert "На фото другая цифра" not in (await aigul.page(address)).text()
