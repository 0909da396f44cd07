"""The queue of readings for staff: accepting and refusing one or many, with and without scripts, and the address that judges."""

import re

import pytest

from models import AuditRecord, Organization, Reading
from models.enums import ReadingState
from tests.web.conftest import BASE
from tests.web.reader import Page

GOOD = {"readings.0.value": "00117,5", "readings.1.value": "198.000"}


@pytest.fixture
async def sent(aigul, site) -> None:
    assert (await aigul.send(f"/accounts/{site.account}/readings", **GOOD)).status_code == 303


async def states() -> list[tuple[ReadingState, str]]:
    return await Reading.filter(by_resident=True).order_by("id").values_list("state", "reason")


async def ids_of(operator) -> list[str]:
    """Of the queue as it stands, the newest first."""
    page = await operator.page("/readings")
    return [box.get("value") for box in page.named("input") if box.get("name", "").startswith("chosen.")]


async def test_the_queue_shows_whose_what_and_how_much(sent, operator):
    page = await operator.page("/readings")
    assert page.problems() == []
    text = page.text()
    for shown in ("02015213", "00117.500", "115,408", "2,092", "31883423", "Личный кабинет", "В обработке"):
        assert shown in text, shown


@pytest.mark.parametrize("htmx", [None, "queue"])
async def test_one_is_accepted_by_its_own_button(sent, operator, htmx):
    second, first = await ids_of(operator)
    answer = await operator.send("/readings", htmx=htmx, one=f"ACCEPT {first}")
    assert answer.status_code == (200 if htmx else 303), answer.text[:500]
    assert await states() == [(ReadingState.ACCEPTED, ""), (ReadingState.SENT, "")]
    page = Page(answer.text, fragment=True) if htmx else await operator.page(answer.headers["location"].removeprefix(BASE))
    assert page.by_id("done").get("data-focus") is not None
    assert [box.get("value") for box in page.named("input") if box.get("name", "").startswith("chosen.")] == [second]


@pytest.mark.parametrize("htmx", [None, "queue"])
async def test_many_are_refused_for_one_reason(sent, operator, htmx):
    ticked = {f"chosen.{place}": one for place, one in enumerate(await ids_of(operator))}
    answer = await operator.send("/readings", htmx=htmx, verdict="REFUSE", reason="Фото не подтверждает", **ticked)
    assert answer.status_code == (200 if htmx else 303)
    assert await states() == [(ReadingState.REFUSED, "Фото не подтверждает")] * 2
    assert await AuditRecord.filter(action="reading.judge").count() == 2


async def test_all_on_the_page_need_no_ticks(sent, operator):
    assert (await operator.send("/readings", verdict="ACCEPT", all="true")).status_code == 303
    assert await states() == [(ReadingState.ACCEPTED, "")] * 2


@pytest.mark.parametrize("htmx", [None, "queue"])
async def test_refusing_without_a_reason_asks_for_it_and_keeps_the_ticks(sent, operator, htmx):
    one = (await ids_of(operator))[0]
    answer = await operator.send("/readings", htmx=htmx, verdict="REFUSE", **{"chosen.0": one})
    assert answer.status_code == 422
    page = Page(answer.text, fragment=bool(htmx))
    assert htmx or page.problems() == []
    assert page.by_id("reason").get("aria-invalid") == "true"
    assert [box.get("value") for box in page.named("input") if "checked" in box.attrib] == [one]
    assert await states() == [(ReadingState.SENT, "")] * 2


async def test_nothing_ticked_is_said(sent, operator):
    answer = await operator.send("/readings", verdict="ACCEPT")
    assert answer.status_code == 422
    assert "Отметьте хотя бы одно показание." in answer.text
    assert await states() == [(ReadingState.SENT, "")] * 2


async def test_what_can_not_be_judged_any_more_is_named_and_the_others_are(sent, operator):
    billed, other = await ids_of(operator)
    await Reading.filter(by_resident=True).order_by("-id").limit(1)
    newest = await Reading.filter(by_resident=True).order_by("-id").first()
    fields = (await operator.page("/readings")).fields("/readings")
    await Reading.filter(id=newest.id).update(state=ReadingState.BILLED)
    answer = await operator.post("/readings", fields | {"verdict": "ACCEPT", "chosen.0": billed, "chosen.1": other})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.problems() == []
    assert "По этому показанию уже выставлен счёт" in page.text()
    assert sorted(state for state, _ in await states()) == [ReadingState.ACCEPTED, ReadingState.BILLED]


async def test_states_and_months_narrow_the_queue(sent, operator):
    assert "00117.500" in (await operator.page("/readings?state=SENT&rows=100")).text()
    assert "00117.500" not in (await operator.page("/readings?state=ACCEPTED&period=2020-01&rows=500")).text()
    for odd in ("/readings?state=ODD&rows=7", "/readings?rows=-1", "/readings?done=x"):
        assert (await operator.get(odd)).status_code == 200
    assert (await operator.get("/readings?period=2020-13")).status_code == 400
    assert (await operator.get("/readings?after=x")).status_code == 400


async def test_made_up_forms_judge_nothing(sent, operator):
    for odd in (
        {"one": "ACCEPT rdg_AAAAAAAAAAAAAAAAAAAAAA"},
        {"one": "ODD x"},
        {"verdict": "BILL", "all": "true", "shown": "x y"},
        {"verdict": "ACCEPT", "chosen.²": "x"},
    ):
        assert (await operator.send("/readings", **odd)).status_code == 422
    assert await states() == [(ReadingState.SENT, "")] * 2


async def test_the_queue_is_for_staff(aigul, stranger):
    assert (await aigul.get("/readings")).status_code == 404
    assert (await stranger.get("/readings")).status_code == 303


async def test_the_address_is_named_and_its_secret_shown_once(operator, site):
    page = await operator.page("/reading-rules/hook")
    assert page.problems() == []
    answer = await operator.send("/reading-rules/hook", url="https://judge.example.com/readings")
    shown = Page(answer.text)
    assert shown.problems() == []
    secret = shown.text(shown.by_id("secret"))
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/=]{32}", secret)
    again = await operator.get("/reading-rules/hook")
    assert secret not in again.text
    assert "judge.example.com" in again.text
    organization = await Organization.get(slug="vodokanal")
    assert (organization.reading_hook_url, organization.reading_hook_secret) == ("https://judge.example.com/readings", secret)
    anew = Page((await operator.send("/reading-rules/hook", newSecret="true")).text)
    fresh = anew.text(anew.by_id("secret"))
    assert (await Organization.get(slug="vodokanal")).reading_hook_secret == f"{fresh} {secret}"
    assert (await operator.send("/reading-rules/hook", url="")).status_code == 200
    ended = await Organization.get(slug="vodokanal")
    assert (ended.reading_hook_url, ended.reading_hook_secret) == (None, None)
    trail = await AuditRecord.filter(action="organization.hook").order_by("id").values_list("details", flat=True)
    assert trail == [{"on": True, "secret_made": True}, {"on": True, "secret_made": True}, {"on": False, "secret_made": False}]


@pytest.mark.parametrize(
    "url", ["http://judge.example.com/", "https://127.0.0.1/", "https://user:pw@judge.example.com/", "judge", "https://judge.example.com:25/"]
)
async def test_what_is_no_address_is_refused_beside_the_field(operator, url):
    answer = await operator.send("/reading-rules/hook", url=url)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.problems() == []
    assert (page.by_id("url").get("aria-invalid"), page.value("url")) == ("true", url)
    assert (await Organization.get(slug="vodokanal")).reading_hook_url is None


async def test_the_address_is_for_staff(aigul):
    assert (await aigul.get("/reading-rules/hook")).status_code == 404
