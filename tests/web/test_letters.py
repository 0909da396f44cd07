"""The staff's page of letters: states in words, another try for what failed, and nothing for anybody else."""

import pytest

from models import Letter, Organization
from models.enums import LetterState
from resolvers.letters import queue
from settings import settings
from tests.factories import NOW
from tests.web.conftest import BASE, Browser
from tests.web.reader import Page
from tests.web.test_weights import FRAGMENT, PAGE_MOVE, weight


@pytest.fixture
async def failed(site) -> Letter:
    of = await Organization.get(slug="vodokanal")
    for number in range(2):
        letter = await queue("trial", f"aigul{number}@example.kz", "ru", NOW, organization_id=of.id)
    await Letter.filter(id=letter.id).update(state=LetterState.FAILED, attempts=16, error="rejected 550 <b>no</b> such mailbox")
    return letter


async def test_staff_see_letters_and_send_anew_without_javascript(operator: Browser, failed: Letter):
    text = (await operator.get("/letters")).text
    for words in (
        "a•••@example.kz",
        "ждёт очереди",
        "не отправлено",
        "Почтовый сервер отказался принять письмо.",
        "550 &lt;b&gt;no&lt;/b&gt; such mailbox",
        "ABONENT_SMTP_URL",
    ):
        assert words in text
    assert "aigul1@" not in text
    answer = await operator.send("/letters?state=FAILED")
    assert (answer.status_code, answer.headers["location"]) == (303, "/o/vodokanal/letters?state=FAILED")
    assert (await Letter.get(id=failed.id)).state is LetterState.QUEUED
    assert "Писем нет." in (await operator.get("/letters?state=FAILED")).text


async def test_staff_send_anew_by_a_fragment(operator: Browser, failed: Letter):
    answer = await operator.send("/letters", htmx="letters")
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<section id="letters"')
    assert "не отправлено" not in answer.text
    fields = (await operator.page("/imports")).fields("/imports")
    again = await operator.post("/letters", {"csrf": fields["csrf"], "letter": (await _id(operator, failed))}, htmx="letters")
    assert again.status_code == 422
    assert 'role="alert"' in again.text


async def _id(operator: Browser, letter: Letter) -> str:
    from schema import ids

    return ids.encode("ltr", letter.id)


async def test_a_mail_server_that_is_set_is_not_missed(operator: Browser, failed: Letter, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ABONENT_SMTP_URL", "smtp://127.0.0.1")
    settings.cache_clear()
    assert "ABONENT_SMTP_URL" not in (await operator.get("/letters")).text


async def test_nobody_else_sees_letters(stranger: Browser, aigul: Browser, operator: Browser, failed: Letter):
    assert (await aigul.get("/letters")).status_code == 404
    assert (await stranger.get("/letters")).status_code == 303
    assert (await operator.get("http://127.0.0.1:8000/o/teplo/letters")).status_code == 404


@pytest.mark.parametrize("query", ["state=nonsense", "state=SENT&after=x", "after="])
async def test_nonsense_in_the_address(operator: Browser, failed: Letter, query: str):
    answer = await operator.get(f"/letters?{query}")
    assert answer.status_code in (200, 400)
    Page(answer.text)


async def test_a_full_page_of_failures_keeps_the_budget(operator: Browser, failed: Letter):
    of = await Organization.get(slug="vodokanal")
    for number in range(25):
        letter = await queue("trial", f"{number}@example.kz", "ru", NOW, organization_id=of.id)
        await Letter.filter(id=letter.id).update(state=LetterState.FAILED, attempts=16, error=f"rejected 550 5.1.1 {number:032x} no such mailbox")
    assert await weight(operator, f"{BASE}/letters") <= PAGE_MOVE
    assert await weight(operator, f"{BASE}/letters", **{"hx-request": "true", "hx-target": "letters"}) <= FRAGMENT
