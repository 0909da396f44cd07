"""Bills by e-mail: staff start, pause and go on; a resident sends the bill of a month to his own address, a few times an hour."""

import datetime as dt
import re

import pytest

from models import IdempotencyKey, Letter, Mailing, Statement, Subscription, User
from models.enums import LetterState, Topic
from models.mail_enums import MailingState
from resolvers import bill_mail, outbox
from tests.mailbox import deliver_all, deliver_one
from tests.web.conftest import BASE

MAY = "2020-05"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
async def subscriber(site) -> User:
    user = await User.get(login="aigul")
    await Subscription.filter(user_id=user.id).delete()
    await Subscription.create(user=user, topic=Topic.BILL, created_at=now() - dt.timedelta(days=9))
    return user


async def sent(browser, verb: str, **fields: str):
    """One of the page's forms, as it stands there or changed."""
    csrf = (await browser.page("/mailings")).fields("/mailings/mode")["csrf"]
    return await browser.post(f"/mailings/{verb}", {"csrf": csrf} | fields)


async def test_staff_send_a_month_and_see_how_far_it_came(operator, subscriber):
    page = (await operator.get("/mailings")).text
    assert "ещё не отправлялись" in page
    assert f'value="{MAY}"' in page
    assert (await sent(operator, "start", period=MAY)).headers["location"] == f"{BASE}/mailings?done=start"
    mailing = await Mailing.get()
    assert (mailing.state, mailing.subscribers, mailing.started_by.startswith("user:")) == (MailingState.RUNNING, 1, True)
    page = (await operator.get("/mailings")).text
    assert "письма готовятся: 0 из 1" in page
    assert 'hx-trigger="load delay:3s"' in page
    assert (await bill_mail.mail_bills(now()))["letters"] == 1
    assert "письма отправляются" in (await operator.get("/mailings")).text
    letter = await deliver_one()
    assert (letter.recipient, list(letter.papers)) == ("aigul@example.com", [f"bill-{MAY}.pdf"])
    assert letter.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    page = (await operator.get("/mailings")).text
    assert "закончена" in page
    assert "hx-trigger" not in page.partition('id="mailings"')[2]
    assert (await sent(operator, "start", period=MAY)).status_code == 303  # again: nobody gets another
    assert (await bill_mail.mail_bills(now()))["letters"] == 0


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
async def test_the_pages_are_whole(operator, aigul, site, subscriber, language: str):
    await sent(operator, "start", period=MAY)
    assert (await operator.page(f"/mailings?lang={language}&done=start")).problems() == []
    url = f"/accounts/{site.account}/bill/mail?period={MAY}&lang={language}"
    for address in (url, f"{url}&done=1"):
        assert (await aigul.page(address)).problems() == []
    for number in range(5):
        await aigul.send(url, idempotencyKey=f"key {number}")
    assert (await aigul.page(url, 422)).problems() == []


async def test_with_javascript_the_list_alone_comes_anew(operator, subscriber):
    await sent(operator, "start", period=MAY)
    fragment = (await operator.fragment("/mailings", "mailings")).text
    assert fragment.lstrip().startswith('<section id="mailings"')
    assert "<h1" not in fragment


async def test_a_paused_mailing_sends_nothing_until_it_goes_on(operator, subscriber):
    await sent(operator, "start", period=MAY)
    await bill_mail.mail_bills(now())
    assert (await sent(operator, "pause", period=MAY)).status_code == 303
    assert "приостановлена" in (await operator.get("/mailings")).text
    assert await outbox.lease(now() + dt.timedelta(days=30)) is None
    assert (await bill_mail.mail_bills(now()))["letters"] == 0
    assert (await sent(operator, "start", period=MAY)).status_code == 303
    assert (await Letter.get()).state is LetterState.QUEUED
    assert len(await deliver_all()) == 1
    await bill_mail.mail_bills(now())
    answer = await sent(operator, "pause", period=MAY)
    assert answer.status_code == 422
    assert "закончена или не начиналась" in answer.text


async def test_what_staff_cannot_mean(operator, aigul, stranger, site):
    for verb, fields in (
        ("start", {"period": "2199-01"}),
        ("start", {"period": "x"}),
        ("start", {}),
        ("pause", {"period": MAY}),
        ("mode", {"billMailing": "X"}),
    ):
        answer = await sent(operator, verb, **fields)
        assert answer.status_code == 422, (verb, fields)
        assert 'role="alert"' in answer.text
    assert (await aigul.get("/mailings")).status_code == 404
    csrf = (await aigul.page(f"/accounts/{site.account}/bill/mail?period={MAY}")).fields("/bill/mail")["csrf"]
    for verb, fields in (("start", {"period": MAY}), ("pause", {"period": MAY}), ("mode", {"billMailing": "BY_HAND"})):
        assert (await aigul.post(f"/mailings/{verb}", {"csrf": csrf, **fields})).status_code == 404, verb
    assert (await stranger.get("/mailings")).status_code == 303
    assert not await Mailing.exists()


async def test_what_a_page_says_itself_is_in_the_language_of_the_profile(operator):
    """Known only once the session is read: no address and no cookie says it."""
    await User.filter(login="operator").update(language="kk")
    answer = await operator.post("/mailings/start", (await operator.page("/mailings")).fields("/mailings/start") | {"period": "x"})
    assert answer.status_code == 422
    assert "Ұсынылғанның бірін таңдаңыз." in answer.text


async def test_staff_say_when_bills_go(operator):
    assert (await sent(operator, "mode", billMailing="WHEN_CLOSED")).status_code == 303
    assert re.search(r'value="WHEN_CLOSED" checked', (await operator.get("/mailings")).text)


async def test_a_resident_sends_himself_the_bill(aigul, site):
    url = f"/accounts/{site.account}/bill/mail?period={MAY}"
    assert url in (await aigul.get(f"/accounts/{site.account}/statement?period={MAY}")).text.replace("&amp;", "&")
    page = (await aigul.get(url)).text
    assert "a•••@example.com" in page
    key = re.search(r'name="idempotencyKey" value="([^"]+)"', page)[1]
    for _ in range(2):  # a double click
        answer = await aigul.send(url, idempotencyKey=key)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}{url}&done=1")
    assert "Квитанция отправлена" in (await aigul.get(f"{url}&done=1")).text
    letter = await deliver_one()
    assert (letter.recipient, list(letter.papers)) == ("aigul@example.com", [f"bill-{MAY}.pdf"])
    assert letter.message["List-Unsubscribe"] is None
    assert "запросили его на странице" in letter.text
    assert f"/accounts/{site.account}/statement?period={MAY}&lang=" in letter.text


async def test_a_few_in_an_hour(aigul, site):
    url = f"/accounts/{site.account}/bill/mail?period={MAY}"
    fields = (await aigul.page(url)).fields("/bill/mail")

    async def asked(key: str):
        return await aigul.post(url.partition("?")[0], fields | {"idempotencyKey": key})

    for number in range(5):
        assert (await asked(f"key {number}")).status_code == 303
    for answer in (await asked("key 5"), await aigul.get(url)):
        assert answer.status_code == 422
        assert "За час вам отправлено писем: 5" in answer.text
    assert (await asked("key 4")).status_code == 303  # that one has gone
    assert await Letter.all().count() == 5
    await Letter.all().update(queued_at=now() - dt.timedelta(hours=2))
    await IdempotencyKey.all().delete()
    assert (await asked("key 5")).status_code == 303


async def test_which_bill_cannot_be_sent(aigul, firma, stranger, site):
    url = f"/accounts/{site.account}/bill/mail"
    assert (await aigul.get(url)).status_code == 400
    assert (await aigul.get(f"{url}?period=2020-13")).status_code == 400
    answer = await aigul.send(f"{url}?period={MAY}", idempotencyKey="k", period="2199-01")
    assert answer.status_code == 422
    assert "не поступало" in answer.text
    assert (await firma.get(f"{url}?period={MAY}")).status_code == 404
    assert (await stranger.get(f"{url}?period={MAY}")).status_code == 303
    assert not await Letter.exists()
    assert await Statement.exists()
