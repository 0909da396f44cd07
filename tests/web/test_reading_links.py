"""The form behind a reminder's link: without a session, with and without JavaScript, and nothing for whoever has no link."""

import datetime as dt
import re

import orjson
import pytest

from models import Membership, Organization, PersonalAccount, Reading, Session, Subscription, User
from models.enums import Topic
from resolvers import reading_links
from resolvers.reading_links import Opens, token_of
from tests.counting import counted
from tests.web.conftest import BASE, Browser
from tests.web.reader import Page
from tests.web.test_weights import FIRST_VISIT, PAGE_MOVE, everything

WAY = "/readings-link"
GOOD = {"readings.0.value": "00117,5", "readings.1.value": "198.000"}
PRIVATE = ("Айгүл", "aigul", "02015213-", "460,21", "Платежи", "Начисления")


@pytest.fixture
async def subscription(site) -> Subscription:
    user = await User.get(login="aigul")
    return await Subscription.create(user=user, topic=Topic.READINGS, created_at=dt.datetime.now(dt.UTC))


@pytest.fixture
async def token(subscription) -> str:
    account, now = await PersonalAccount.get(number="02015213"), dt.datetime.now(dt.UTC)
    month = f"{now.astimezone(dt.timezone(dt.timedelta(hours=5))):%Y-%m}"
    found = await token_of(Opens(subscription.id, account.id, month), "aigul@example.com", now)
    assert found
    return found


@pytest.fixture
def address(token: str) -> str:
    return f"{WAY}?token={token}"


async def test_the_form_alone_is_shown_and_nothing_kept(stranger, address: str):
    with counted() as seen:
        answer = await stranger.get(address)
    assert not [text for text in seen if not text.startswith("SELECT")], "mail scanners open links too"
    page = Page(answer.text)
    assert (answer.status_code, page.problems()) == (200, [])
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert not [word for word in PRIVATE if word in answer.text]
    assert not [link for link in re.findall(r'href="([^"]+)"', answer.text) if "/accounts/" in link or link.startswith("http")]
    assert (page.value("readings.0.register")[:4], len([field for field in page.named("input") if field.get("name", "").endswith(".value")])) == ("reg_", 2)
    assert "csrf" not in page.fields(WAY)


async def test_sent_without_javascript_or_cookies_it_leads_to_the_receipts(stranger, address: str, token: str):
    answer = await stranger.send(address, **GOOD)
    assert (answer.status_code, answer.headers["location"].partition("&form=")[0]) == (303, f"{BASE}{WAY}?token={token}&sent=1")
    page = await stranger.page(answer.headers["location"].removeprefix(BASE))
    assert page.problems() == []
    assert "Ваши показания в обработке!" in page.text()
    assert "Ссылка из письма" in page.text()
    addresses = [link.get("href") for link in page.named("a")]
    assert not [one for one in addresses if "/accounts/" in one], "what needs a sign-in is not offered"
    proofs = {one.removeprefix(BASE) for one in addresses if "/check-receipt?" in one}
    assert len(proofs) == 2
    for proof in proofs:
        assert "Квитанция настоящая" in (await stranger.page(proof)).text()
    user = await User.get(login="aigul")
    assert await Reading.filter(by_resident=True, user_id=user.id, source_label="Ссылка из письма").count() == 2
    await stranger.send(address, **{"readings.0.value": "118"})
    assert await Reading.filter(by_resident=True, is_current=True).count() == 2, "corrected as often as wished"


async def test_htmx_gets_the_block_and_may_send_again(stranger, address: str):
    answer = await stranger.send(address, htmx="readings", **GOOD)
    block = Page(answer.text, fragment=True)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="readings">')
    assert "Ваши показания в обработке!" in block.text()
    assert block.fields(WAY)["token"] == address.partition("token=")[2]


async def test_what_is_wrong_is_said_beside_what_was_typed(stranger, address: str):
    answer = await stranger.send(address, **{"readings.0.value": "сто", "readings.1.value": "198"})
    page = Page(answer.text)
    assert (answer.status_code, page.problems()) == (422, [])
    assert page.value("readings.0.value") == "сто"
    assert await Reading.filter(by_resident=True).count() == 0
    link = next(one.get("href") for one in page.named("a") if one.get("lang") == "kk")
    assert (await stranger.get(link.removeprefix(BASE))).status_code == 200, "the other language is the same form"


async def test_a_question_is_answered_by_the_link_too(stranger, address: str):
    asked = await stranger.send(address, **{"readings.0.value": "117,5"})
    assert asked.status_code == 422
    assert Page(asked.text).by_id("questions") is not None
    done = await stranger.post(WAY, Page(asked.text).fields(WAY))
    assert done.status_code == 303
    assert await Reading.filter(by_resident=True).count() == 1


async def test_whoever_is_signed_in_stays_so_and_sends_by_the_link(firma, address: str):
    """The readings are those of whom the letter went to, whoever sits at the browser."""
    assert (await firma.send(address, **GOOD)).status_code == 303
    owner = await User.get(login="aigul")
    assert {one.user_id for one in await Reading.filter(by_resident=True)} == {owner.id}
    assert (await firma.get("/")).status_code == 200


async def test_another_sites_form_is_refused(stranger, address: str):
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert (await stranger.send(address, headers=headers, **GOOD)).status_code == 403
    assert await Reading.filter(by_resident=True).count() == 0


async def misses(site, token: str) -> dict[str, str]:
    account = await PersonalAccount.get(number="02015213")
    session = await Session.all().first()
    return {
        "none": "", "garbage": "abr_AAAA", "cut": token[:-1], "longer": token + "A", "prefix": "abr_", "long": "abr_" + "A" * 3000, "odd": "abr_\u0661\0",
        "session": session.token_hash if session else "x", "id": str(account.id), "other kind": "abv_" + token[4:], "api": "abn_" + "A" * 43,
    }  # fmt: skip


async def test_every_miss_is_the_same_miss(site, aigul, token: str):
    stranger = Browser(site.app)
    seen = set()
    for made_up in (await misses(site, token)).values():
        answer = await stranger.get(WAY, params={"token": made_up})
        seen.add((answer.status_code, answer.text))
    for rows, changed in ((Membership, {"rights": 1}), (User, {"password_hash": "x"}), (Organization, {"window_first_day": 32})):
        before = await rows.all().values("id", *changed)
        await rows.all().update(**(changed if rows is not Organization else _closed()))
        answer = await stranger.get(f"{WAY}?token={token}")
        seen.add((answer.status_code, answer.text))
        if rows is not Organization:
            for one in before:
                await rows.filter(id=one.pop("id")).update(**one)
    assert len(seen) == 1, [status for status, _ in seen]
    status, text = seen.pop()
    page = Page(text)
    assert (status, page.problems()) == (404, [])
    assert f"{BASE}/sign-in" in [link.get("href") for link in page.named("a")]
    assert "02015213" not in text


def _closed() -> dict[str, int]:
    """A window that today is not in."""
    today = dt.datetime.now(dt.timezone(dt.timedelta(hours=5))).day
    return {"window_first_day": 20, "window_last_day": 21, "form_grace_minutes": 0} if today < 15 else {"window_first_day": 1, "window_last_day": 2}


async def test_under_anothers_pages_it_is_a_miss(site, stranger, token: str):
    assert (await stranger.get(f"http://127.0.0.1:8000/o/teplo{WAY}?token={token}")).status_code == 404
    assert (await stranger.get(f"http://127.0.0.1:8000{WAY}?token={token}")).status_code == 404


async def test_a_link_that_ended_meanwhile_says_so_and_takes_nothing(stranger, address: str):
    fields = (await stranger.page(address)).fields(WAY) | GOOD
    await Subscription.all().delete()
    assert (await stranger.post(WAY, fields)).status_code == 404
    block = await stranger.post(WAY, fields, htmx="readings")
    assert (block.status_code, block.text.lstrip()[:19]) == (422, '<div id="readings">')
    assert "Войти" in block.text
    assert await Reading.filter(by_resident=True).count() == 0


async def test_the_form_of_one_link_sends_for_no_other_account(site, stranger, address: str, firma):
    other = (await firma.page(f"/accounts/{site.recipient}/readings")).value("readings.0.register")
    answer = await stranger.send(address, **{"readings.0.register": other, "readings.0.value": "1", "readings.1.value": "198"})
    assert answer.status_code == 422
    assert await Reading.filter(by_resident=True).count() == 0


async def test_the_link_is_in_no_log(stranger, address: str, token: str, capfd, caplog):
    await stranger.send(address, **GOOD)
    await stranger.get(f"{WAY}?token={token[:-1]}")
    out, err = capfd.readouterr()
    assert token[4:40] not in out + err + caplog.text


async def test_graphql_takes_it_as_a_bearer_token(site, stranger, token: str):
    async def asked(query: str, **variables: object) -> dict:
        body = orjson.dumps({"query": query, "variables": variables})
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        return (await stranger.client.post("http://127.0.0.1:8000/graphql", content=body, headers=headers)).json()

    found = await asked("{ accounts(first: 5) { nodes { id number holderName meters { registers { id } } } } }")
    [account] = found["data"]["accounts"]["nodes"]
    assert (account["id"], account["number"], account["holderName"]) == (site.account, "02015213", None)
    readings = [{"register": meter["registers"][0]["id"], "value": value} for meter, value in zip(account["meters"], ("117,5", "198"), strict=True)]
    mutation = "mutation ($i: SubmitReadingsInput!) { submitReadings(input: $i) { __typename ... on SubmitReadingsDone { receipts { number } } } }"
    sent = await asked(mutation, i={"account": account["id"], "readings": readings, "idempotencyKey": "k"})
    assert sent["data"]["submitReadings"]["__typename"] == "SubmitReadingsDone", sent
    again = await asked(mutation, i={"account": account["id"], "readings": readings, "idempotencyKey": "k"})
    assert again == sent
    assert await Reading.filter(by_resident=True).count() == 2


async def test_opened_without_end_it_asks_for_patience(stranger, address: str, token: str, monkeypatch):
    monkeypatch.setattr(reading_links, "OPENINGS", (2, 3600))
    statuses = [(await stranger.get(address)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    answer = await stranger.client.post("http://127.0.0.1:8000/graphql", content=b'{"query": "{ viewer { kind } }"}', headers=headers)
    assert answer.status_code == 429


async def test_the_profile_says_what_comes(aigul):
    page = await aigul.page("/profile/subscriptions")
    assert "за два дня до его конца" in page.text()
    assert page.problems() == []


async def test_it_weighs_no_more_than_other_pages(stranger, address: str):
    alone, first = await everything(stranger, f"{BASE}{address}")
    assert alone <= PAGE_MOVE
    assert first <= FIRST_VISIT
