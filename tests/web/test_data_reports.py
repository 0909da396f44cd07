"""A resident says that something shown is wrong, the staff answer; nobody else sees either."""

import pytest

from models import DataReport
from models.enums import ReportState
from schema import ids
from tests.mailbox import deliver_one
from tests.web.conftest import signed_in


async def test_a_mistake_is_reported_answered_and_told(site, aigul, operator):
    page = await aigul.page(f"/accounts/{site.account}")
    [link] = [one.get("href") for one in page.named("a") if "what=RESIDENTS" in one.get("href", "")]
    path = link.removeprefix("/o/vodokanal")
    empty = await aigul.send(path, message=" ")
    assert (empty.status_code, 'id="message-error"' in empty.text) == (422, True)
    fields = (await aigul.page(path)).fields("/report")
    for _ in range(2):
        assert (await aigul.post(f"/accounts/{site.account}/report", fields | {"message": "Нас двое, справка от 1 мая"})).status_code == 303
    report = await DataReport.get()
    assert (report.attribute, report.shown, report.state) == ("residents", "1", ReportState.OPEN)
    page = await aigul.page(f"/accounts/{site.account}?reported=1")
    assert "рассматривается" in page.text()
    assert page.problems() == []
    wrong = await operator.send("/reports", answer=" ", state="SETTLED")
    assert wrong.status_code == 422
    assert (await operator.send("/reports", answer="Исправим в июне", state="SETTLED")).status_code == 303
    letter = await deliver_one()
    assert (letter.recipient, "Исправим в июне" in letter.text, "Исправим в июне" in letter.html) == ("aigul@example.com", True, True)
    assert "Исправим в июне" in (await aigul.page(f"/accounts/{site.account}")).text()
    assert "Исправим в июне" in (await operator.page("/reports?answered=1")).text()


async def test_what_no_database_holds_is_kept_as_a_sign_of_what_was_lost(site, aigul):
    assert (await aigul.send(f"/accounts/{site.account}/report?what=AREA", message="Нас\0двое")).status_code == 303
    assert (await DataReport.get()).message == "Нас\ufffdдвое"


async def test_meters_are_reported_by_what_the_page_shows(site, aigul):
    page = await aigul.page(f"/accounts/{site.account}")
    link = next(one.get("href") for one in page.named("a") if "what=METER" in one.get("href", ""))
    path = link.removeprefix("/o/vodokanal")
    assert "31883369" in (await aigul.page(path)).text()
    assert (await aigul.send(path, message="Номер 31883360")).status_code == 303
    assert "31883369" in (await DataReport.get()).shown
    for wrong in ("what=METER&meter=x", "what=BALANCE", ""):
        assert (await aigul.get(f"/accounts/{site.account}/report?{wrong}")).status_code == 404


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
async def test_pages_are_sound(site, aigul, operator, language: str):
    await aigul.send(f"/accounts/{site.account}/report?what=AREA", message="x")
    for browser, path in ((aigul, f"/accounts/{site.account}/report?what=AREA&"), (operator, "/reports?"), (operator, "/reports?answered=1&")):
        assert (await browser.page(f"{path}lang={language}")).problems() == []


async def test_strangers_to_a_report_see_and_answer_nothing(site, aigul, firma):
    await aigul.send(f"/accounts/{site.account}/report?what=AREA", message="x")
    report = await DataReport.get()
    csrf = {"csrf": (await firma.page("/profile/data")).value("csrf")}
    assert (await firma.get(f"/accounts/{site.account}/report?what=AREA")).status_code == 404
    assert (await firma.post(f"/accounts/{site.account}/report", {**csrf, "attribute": "AREA", "message": "x", "idempotencyKey": "k"})).status_code == 404
    for browser in (firma, aigul):
        csrf = {"csrf": (await browser.page("/profile/data")).value("csrf")}
        assert (await browser.get("/reports")).status_code == 404
        answer = await browser.post("/reports", {**csrf, "report": ids.encode("rep", report.id), "answer": "x", "state": "SETTLED"})
        assert answer.status_code == 404
    assert (await DataReport.get()).state is ReportState.OPEN
    second = await signed_in(site.app, "nobody")
    assert (await second.get(f"/accounts/{site.account}")).status_code == 404
