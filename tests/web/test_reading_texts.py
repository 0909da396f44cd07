"""The line in which everything may be written: it fills the fields, names what it cannot read, asks back by buttons, and sends nothing."""

import pytest

from models import Meter, Reading
from tests.web.conftest import Browser, signed_in
from tests.web.reader import Page


@pytest.fixture
def address(site) -> str:
    return f"/accounts/{site.account}/readings"


async def read(browser: Browser, address: str, text: str, htmx: str | None = None, page: Page | None = None, **changed: str):
    fields = (page or await browser.page(address)).fields(address)
    return await browser.post(f"{address}/text", fields | {"text": text, "read": "1"} | changed, htmx)


def values(page: Page) -> tuple[str, str]:
    return page.value("readings.0.value"), page.value("readings.1.value")


def boxed(page: Page) -> str:
    return page.text(page.by_id("text-box"))


def written(page: Page) -> str:
    return "".join(page.by_id("text").itertext())


async def sent() -> int:
    return await Reading.filter(by_resident=True).count()


@pytest.mark.parametrize("htmx", [None, "readings"])
async def test_what_is_understood_fills_the_fields_and_is_sent_by_the_other_button(aigul, address: str, htmx: str | None):
    answer = await read(aigul, address, "хвс 117,5 гвс 198", htmx)
    assert answer.status_code == 200
    page = Page(answer.text, fragment=bool(htmx))
    assert htmx or page.problems() == []
    assert values(page) == ("117,5", "198")
    assert written(page) == "хвс 117,5 гвс 198"
    assert "Ещё ничего не отправлено" in boxed(page)
    assert page.by_id("text-read").get("data-focus") is not None
    assert await sent() == 0
    assert (await aigul.post(address, page.fields(address))).status_code == 303
    assert await sent() == 2


@pytest.mark.parametrize("htmx", [None, "readings"])
async def test_what_is_not_understood_is_named_and_the_text_is_kept(aigul, address: str, htmx: str | None):
    answer = await read(aigul, address, "хвс 117 гвс 1e5", htmx, **{"readings.1.value": "198"})
    assert answer.status_code == 422
    page = Page(answer.text, fragment=bool(htmx))
    assert htmx or page.problems() == []
    assert page.text(page.by_id("text-problems")) == "«гвс 1e5»: это не удалось понять."
    assert page.by_id("text").get("aria-invalid") == "true"
    assert (values(page), written(page)) == (("117", "198"), "хвс 117 гвс 1e5")
    assert await sent() == 0


@pytest.mark.parametrize("htmx", [None, "readings"])
async def test_what_is_ambiguous_is_chosen_by_a_button(aigul, address: str, htmx: str | None):
    page = Page((await read(aigul, address, "вода 116,197", htmx)).text, fragment=bool(htmx))
    assert htmx or page.problems() == []
    assert values(page) == ("", "")
    picks = [button for button in page.named("button") if button.get("name") == "pick"]
    assert [button.get("value") for button in picks] == ["0.0", "0.1"]
    assert "116,197" in page.text(picks[0])
    fields = page.fields(address) | {"text": "вода 116,197", "pick": "0.1"}
    answer = await aigul.post(f"{address}/text", fields, htmx)
    assert answer.status_code == 200
    page = Page(answer.text, fragment=bool(htmx))
    assert values(page) == ("116", "197")
    assert not [button for button in page.named("button") if button.get("name") == "pick"]
    assert written(page) == "вода 116,197"
    assert await sent() == 0


async def test_a_choice_leaves_other_fields_as_they_were_typed_since(aigul, address: str):
    page = Page((await read(aigul, address, "хвс без изменений гвс 198")).text)
    assert values(page) == ("", "198")
    answer = await aigul.post(f"{address}/text", page.fields(address) | {"text": "хвс без изменений гвс 198", "readings.1.value": "199", "pick": "0.0"})
    assert values(Page(answer.text)) == ("00115.408", "199")


@pytest.mark.parametrize("pick", ["", "9.9", "0.9", "x", "0", "-1.0", "99999.1"])
async def test_a_choice_that_was_made_up_reads_the_text_again(aigul, address: str, pick: str):
    answer = await read(aigul, address, "вода 116,197", pick=pick)
    assert answer.status_code == 422
    assert values(Page(answer.text)) == ("", "")


@pytest.mark.parametrize(
    ("text", "told"), [("", "заполните"), ("х" * 501, "длин"), ("лс 00000001 хвс 117", "другой лицевой счёт"), ("<b>", "не удалось понять")]
)
async def test_odd_texts_are_answered(aigul, address: str, text: str, told: str):
    answer = await read(aigul, address, text)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.problems() == []
    assert told in boxed(page).casefold()
    assert written(page) == text
    assert await sent() == 0


async def test_marks_in_a_text_stay_text(aigul, address: str):
    page = Page((await read(aigul, address, "<b>хвс</b> 117 & \x00")).text)
    assert page.problems() == []
    assert (values(page)[0], written(page)) == ("117", "<b>хвс</b> 117 & \ufffd")


async def test_a_meter_that_takes_none_says_why(aigul, address: str):
    await Meter.filter(serial="31883423").update(serial=None)
    answer = await read(aigul, address, "хвс 117 гвс 198")
    page = Page(answer.text)
    assert page.value("readings.0.value") == "117"
    assert "Показания на водомер без заводского номера не передаются!" in boxed(page)


async def test_the_key_of_the_form_stays(aigul, address: str):
    before = await aigul.page(address)
    after = Page((await read(aigul, address, "хвс 117", page=before)).text)
    assert after.value("idempotencyKey") == before.value("idempotencyKey")


async def test_foreign_accounts_and_forged_forms(site, aigul, address: str):
    nobody = await signed_in(site.app, "nobody")
    fields = (await aigul.page(address)).fields(address) | {"text": "117", "read": "1"}
    assert (await nobody.post(f"{address}/text", fields)).status_code == 403
    own = (await nobody.page("/profile")).fields("/sign-out")
    assert (await nobody.post(f"{address}/text", own | {"text": "117"})).status_code == 404
    assert (await aigul.post(f"{address}/text", {"text": "117"})).status_code == 403


async def test_the_address_alone_leads_to_the_form(aigul, address: str):
    answer = await aigul.get(f"{address}/text?text=117")
    assert answer.status_code == 303
    page = await aigul.page(answer.headers["location"].removeprefix("/o/vodokanal"))
    assert written(page) == "117"


async def test_there_is_no_box_where_nothing_can_be_sent(site, aigul, address: str):
    await Meter.all().update(register_state="removed")
    assert (await aigul.page(address)).by_id("text-box") is None


async def test_the_button_that_sends_is_the_first_of_the_form(site, aigul, address: str):
    """Enter in a field presses the first one."""
    page = await aigul.page(address)
    form = next(one for one in page.named("form") if one.get("action", "").endswith(address))
    buttons = [one for one in form.iter() if isinstance(one.tag, str) and one.tag.endswith("button") and one.get("type") == "submit"]
    assert buttons[0].get("formaction") is None
    assert buttons[-1].get("formaction").endswith("/readings/text")
