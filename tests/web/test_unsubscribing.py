"""The way out of a mailing: shown, asked for, and taken by a mail provider that has no cookie."""

import pytest

from adapters.mail import KeptMail
from models import AuditRecord, Letter, Subscription, User
from models.enums import Topic
from resolvers import outbox
from resolvers.letters import queue
from tests import factories as make
from tests.web.conftest import BASE, Browser

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def mailed(site):
    """A bill's letter as it left, and the address that it names as its way out."""
    user = await User.get(login="aigul")
    for topic in (Topic.BILL, Topic.READINGS):
        await Subscription.create(user=user, topic=topic, created_at=make.NOW)
    context = {"number": "02015213", "month": "май 2020", "sum": "1 ₸", "due": "", "standing": "owed"}
    await queue("bill", user.email, "ru", make.NOW, base=BASE, path="/", user_id=user.id, mailing=True, **context)
    mail = KeptMail()
    assert await outbox.send_all(mail, make.NOW) == {"sent": 1}
    return mail.letters[0]


@pytest.fixture
def way_out(mailed) -> str:
    return mailed["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000" + BASE)


async def topics() -> list[Topic]:
    return await Subscription.all().order_by("topic").values_list("topic", flat=True)


async def test_the_letter_names_its_way_out(mailed, way_out):
    assert mailed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"\r\nList-Unsubscribe: <http://127.0.0.1:8000{BASE}{way_out}>\r\n".encode() in mailed.as_bytes(), "on one line, or it is no address"
    for kind in ("plain", "html"):
        text = mailed.get_body((kind,)).get_content().replace("&amp;", "&")
        assert way_out in text, kind
        assert "Больше не присылать" in text


async def test_looking_ends_nothing(stranger, way_out):
    page = await stranger.page(way_out)
    assert page.problems() == []
    text = page.text()
    for shown in ("a•••@example.com", "Больше не присылать"):
        assert shown in text, shown
    assert await topics() == [Topic.BILL, Topic.READINGS]


async def test_one_click_from_a_mail_provider_ends_it_and_twice_is_once(site, way_out):
    client = Browser(site.app).client
    for _ in range(2):
        answer = await client.post(BASE + way_out, data=ONE_CLICK, headers={"origin": "https://mail.example.com", "sec-fetch-site": "cross-site"})
        assert answer.status_code == 200, answer.text[:300]
    assert await topics() == [Topic.READINGS]
    assert await AuditRecord.filter(action="subscriptions.end").count() == 1


async def test_the_page_s_own_button(stranger, way_out):
    page = await stranger.page(way_out)
    answer = await stranger.post("/unsubscribe", page.fields("/unsubscribe"))
    assert answer.status_code == 200
    assert "больше не отправляются" in answer.text
    assert await topics() == [Topic.READINGS]


async def test_a_link_of_another_address_or_a_changed_one_ends_nothing(stranger, way_out):
    token = way_out.partition("token=")[2].partition("&")[0]
    for wrong in ("", "abu_", token[:-1] + ("A" if token[-1] != "A" else "B"), token + "A", "abr_" + token[4:], "я" * 50, token.lower(), "x" * 10_000):
        answer = await stranger.client.post(f"{BASE}/unsubscribe", data={"token": wrong})
        assert answer.status_code == 422, wrong
        assert (await stranger.get("/unsubscribe", params={"token": wrong})).status_code == 404, wrong
    await User.filter(login="aigul").update(email="new@example.com")
    assert (await stranger.client.post(BASE + way_out, data=ONE_CLICK)).status_code == 422
    assert await topics() == [Topic.BILL, Topic.READINGS]


async def test_letters_that_nobody_subscribed_to_have_none(site):
    user = await User.get(login="aigul")
    await queue("password_changed", user.email, "ru", make.NOW, user_id=user.id, moment="x")
    mail = KeptMail()
    await outbox.send_all(mail, make.NOW)
    assert await Letter.all().count() == 1
    assert "List-Unsubscribe" not in mail.letters[0]
