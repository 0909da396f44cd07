"""Receipts: the sheet of one sending, the QR code on it, and the public page that verifies one and tells nothing else."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.counters import counters
from models import Reading
from models.enums import ReadingState
from tests.web.conftest import BASE
from tests.web.reader import Page

GOOD = {"readings.0.value": "00117,5", "readings.1.value": "198.000"}


@pytest.fixture
async def receipt(aigul, site) -> Reading:
    assert (await aigul.send(f"/accounts/{site.account}/readings", **GOOD)).status_code == 303
    return await Reading.filter(by_resident=True).order_by("id").first()


async def test_one_sending_is_one_sheet_with_all_its_receipts(aigul, site, receipt):
    page = await aigul.page(f"/accounts/{site.account}/readings/receipts/{receipt.receipt}")
    assert page.problems() == []
    rows = await Reading.filter(by_resident=True)
    text = page.text()
    assert len(rows) == 2
    for shown in [
        "02015213",
        "31883369",
        "31883423",
        "00117.500",
        "00198.000",
        "в обработке",
        *(row.receipt for row in rows),
        *(row.check_code for row in rows),
    ]:
        assert shown in text, shown
    assert len(page.named("svg", "{http://www.w3.org/2000/svg}svg")) >= 2


async def test_the_code_leads_to_the_page_that_verifies_it(aigul, site, receipt, stranger):
    page = await aigul.page(f"/accounts/{site.account}/readings/receipts/{receipt.receipt}")
    address = next(link.get("href") for link in page.named("a") if "check-receipt?" in link.get("href", ""))
    assert parse_qs(urlsplit(address).query) == {"number": [receipt.receipt], "code": [receipt.check_code]}
    answer = await stranger.client.get(address)
    assert answer.status_code == 200
    shown = Page(answer.text)
    assert shown.problems() == []
    for value in ("Квитанция настоящая", "00117.500", "••••3369", "Водоканал", "в обработке", receipt.receipt):
        assert value in shown.text(), value
    for secret in ("02015213", "31883369", "Красина", "Айгүл", site.account):
        assert secret not in answer.text, secret


async def test_the_state_is_the_present_one(stranger, receipt):
    address = f"/check-receipt?number={receipt.receipt}&code={receipt.check_code}"
    for state, words in (
        (ReadingState.ACCEPTED, "принято поставщиком"),
        (ReadingState.REFUSED, "не принято"),
        (ReadingState.SUPERSEDED, "заменено новым значением"),
    ):
        await Reading.filter(id=receipt.id).update(state=state, reason="В квартире Ким")
        answer = await stranger.get(address)
        assert words in answer.text
        assert "Ким" not in answer.text


async def test_typing_is_forgiven(stranger, receipt):
    typed = f"{receipt.receipt} ".lower().replace("-", " ").replace("0", "o")
    answer = await stranger.get("/check-receipt", params={"number": typed, "code": f" {receipt.check_code[:4]}-{receipt.check_code[4:]}".lower()})
    assert answer.status_code == 200
    assert "Квитанция настоящая" in answer.text


async def test_every_miss_is_the_same_miss(stranger, receipt):
    await Reading.filter(by_resident=True).exclude(id=receipt.id).update(check_code=None)
    old = await Reading.filter(by_resident=True).exclude(id=receipt.id).first()
    bodies = set()
    for number, code in (
        (receipt.receipt, "AAAAAAAA"),
        ("26-11-AAAAAAAA", receipt.check_code),
        (old.receipt, "--------"),
        (old.receipt, ""),
        ("", "x"),
        ("x" * 500, "\x00"),
    ):
        answer = await stranger.get("/check-receipt", params={"number": number, "code": code})
        assert answer.status_code == 422
        page = Page(answer.text)
        assert page.problems() == []
        bodies.add(page.text(page.by_id("missed")))
    assert len(bodies) == 1


async def test_the_empty_form_asks(stranger):
    page = await stranger.page("/check-receipt")
    assert page.problems() == []
    assert page.by_id("missed") is None


async def test_checks_of_one_source_are_counted(stranger, receipt, clock):
    codes = [(await stranger.get(f"/check-receipt?number={receipt.receipt}&code=AAAAAAAA")).status_code for _ in range(61)]
    assert codes == [422] * 60 + [429]
    assert (await stranger.get(f"/check-receipt?number={receipt.receipt}&code={receipt.check_code}")).status_code == 429, "also who is right waits"
    clock.move(seconds=1300)
    assert (await stranger.get(f"/check-receipt?number={receipt.receipt}&code={receipt.check_code}")).status_code == 200
    assert counters()


async def test_a_receipt_without_code_says_so(aigul, site, receipt):
    await Reading.filter(id=receipt.id).update(check_code=None)
    answer = await aigul.get(f"/accounts/{site.account}/readings/receipts/{receipt.receipt}")
    assert "до появления кодов проверки" in answer.text


async def test_anothers_receipt_is_not_there(firma, aigul, site, receipt, operator):
    assert (await firma.get(f"/accounts/{site.account}/readings/receipts/{receipt.receipt}")).status_code == 404
    assert (await firma.get(f"/accounts/{site.recipient}/readings/receipts/{receipt.receipt}")).status_code == 404
    assert (await aigul.get(f"/accounts/{site.account}/readings/receipts/26-11-AAAAAAAA")).status_code == 404
    assert (await operator.get(f"/accounts/{site.account}/readings/receipts/{receipt.receipt}")).status_code == 200


async def test_the_readings_page_leads_to_receipts_and_says_how_far_each_has_come(aigul, site, receipt):
    address = f"/accounts/{site.account}/readings"
    for path in (f"{address}?sent=1", address):
        page = await aigul.page(path)
        assert page.problems() == []
        found = {link.get("href") for link in page.named("a") if "/receipts/" in link.get("href", "")}
        assert found == {f"{BASE}{address}/receipts/{row.receipt}" for row in await Reading.filter(by_resident=True)}
    assert "в обработке" in (await aigul.get(address)).text
    await Reading.filter(id=receipt.id).update(state=ReadingState.REFUSED, reason="На фото другое число")
    text = (await aigul.page(address)).text()
    assert "00117.500 не принято. Причина: На фото другое число" in text
    assert re.search(r"передайте показание снова", text)


async def test_a_refused_reading_is_sent_anew_with_a_receipt_of_its_own(aigul, site, receipt):
    await Reading.filter(id=receipt.id).update(state=ReadingState.REFUSED, reason="Нечётко")
    page = await aigul.page(f"/accounts/{site.account}/readings")
    assert page.value("readings.0.value") == "", "what was refused does not stand in the field as if it counted"
    answer = await aigul.send(f"/accounts/{site.account}/readings", **GOOD)
    assert answer.status_code == 303
    rows = await Reading.filter(register_id=receipt.register_id, by_resident=True).order_by("id").values_list("state", "is_current")
    assert rows == [(ReadingState.REFUSED, False), (ReadingState.SENT, True)]
