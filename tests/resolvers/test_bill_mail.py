"""The bill by e-mail: once for each user, account and month, and only of what the user may see the money of."""

import datetime as dt

import pytest

from models import Letter, Membership, Statement, Subscription, User
from models.enums import Right, Topic
from resolvers.bill_mail import mail_bills
from tests import factories as make
from tests.mailbox import deliver_all

BEFORE, LATER = make.NOW - dt.timedelta(days=3), make.NOW + dt.timedelta(hours=1)


@pytest.fixture
async def town(database):
    org = await make.organization(payment_due_day=25)
    accounts = [await make.account(org, number) for number in ("02000007", "02000014")]
    user = await make.user("saule")
    for account in accounts:
        await make.member(user, account)
        await make.statement(account, "2026-10", closing=18084)
    return org, accounts, user


async def subscribe(user, account=None, since=BEFORE, topic=Topic.BILL) -> None:
    await Subscription.create(user=user, topic=topic, account=account, created_at=since)


async def mailed() -> list[tuple[str, str]]:
    return [(letter.recipient, letter.context["number"]) for letter in await Letter.filter(template="bill").order_by("id")]


async def test_who_asked_for_it_gets_each_bill_once(town):
    _, _, user = town
    await subscribe(user)
    assert await mail_bills(LATER) == {"letters": 2}
    assert await mail_bills(LATER) == {"letters": 0}
    assert await mailed() == [(user.email, "02000007"), (user.email, "02000014")]


async def test_of_one_account_alone(town):
    _, (first, _), user = town
    await subscribe(user, first)
    await mail_bills(LATER)
    assert await mailed() == [(user.email, "02000007")]


@pytest.mark.parametrize("topic", [Topic.NEWS, Topic.READINGS])
async def test_another_topic_is_no_bill(town, topic):
    await subscribe(town[2], topic=topic)
    assert await mail_bills(LATER) == {"letters": 0}


async def test_nothing_that_was_closed_before_or_long_ago(town):
    await subscribe(town[2], since=make.NOW + dt.timedelta(minutes=1))
    assert await mail_bills(LATER) == {"letters": 0}
    await Subscription.all().update(created_at=BEFORE)
    assert await mail_bills(make.NOW + dt.timedelta(days=11)) == {"letters": 0}


async def test_no_money_no_bill(town):
    _, (first, second), user = town
    await subscribe(user)
    await Membership.filter(user=user, account=first).update(rights=Right.SEND_READINGS)
    await Membership.filter(user=user, account=second).update(until_on=make.TODAY - dt.timedelta(days=1))
    assert await mail_bills(LATER) == {"letters": 0}


async def test_a_new_version_of_a_month_is_no_new_bill(town):
    await subscribe(town[2])
    await mail_bills(LATER)
    await Statement.all().update(as_of=LATER, closing=500)
    assert await mail_bills(LATER) == {"letters": 0}


async def test_staff_get_their_own_and_not_the_towns(town):
    org, _, user = town
    clerk = await make.user("clerk")
    await make.staff(clerk, org)
    await subscribe(clerk)
    assert await mail_bills(LATER) == {"letters": 0}
    await User.filter(id=user.id).update(is_active=False)
    await subscribe(user)
    assert await mail_bills(LATER) == {"letters": 0}


@pytest.mark.parametrize(
    ("language", "closing", "words"),
    [
        ("ru", 18084, ("К оплате: 180,84", "до 25 ноября 2026")),
        ("kk", -500, ("5,00 ₸", "артық")),
        ("en", 0, ("Nothing to pay.",)),
        ("ru", None, ("закрыл месяц",)),
    ],
)
async def test_a_bill_says_how_much_and_until_when(town, language, closing, words):
    _, (first, _), user = town
    await User.filter(id=user.id).update(language=language)
    await Statement.filter(account=first).update(closing=closing)
    await subscribe(user, first)
    await mail_bills(LATER)
    [letter] = await deliver_all()
    for word in words:
        assert word in letter.text.replace("\u00a0", " ")
    assert "/o/vodokanal/" in letter.text
