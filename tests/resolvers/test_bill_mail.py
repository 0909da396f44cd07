"""The bill by e-mail: once for each user, account and month, only of what the user may see the money of, and worded and made when it is sent."""

import asyncio
import datetime as dt
import io

import pypdf
import pytest

from adapters import pdf
from adapters.mail import KeptMail
from jobs import papers
from models import AccountFacts, ImportRun, Letter, Mailing, Membership, Organization, PeriodClosing, PersonalAccount, Statement, Subscription, User
from models.enums import ImportState, LetterState, Right, Topic
from models.mail_enums import BillMailing, MailingState
from models.period import Period
from resolvers import bill_mail, housekeeping, outbox, periods
from resolvers.bill_mail import mail_bills
from resolvers.periods import Closing
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.mailbox import deliver_all, deliver_one

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
BEFORE, LATER = make.NOW - 3 * DAY, make.NOW + HOUR
OCTOBER = Period.parse("2026-10")


@pytest.fixture
async def town(database):
    org = await make.organization(payment_due_day=25)
    accounts = [await make.account(org, number) for number in ("02000007", "02000014")]
    user = await make.user("saule")
    for account in accounts:
        await make.member(user, account)
        await make.statement(account, "2026-10", closing=18084)
    await imported(org, make.NOW)
    return org, accounts, user


async def imported(org, at: dt.datetime) -> None:
    await ImportRun.create(organization=org, started_at=at, finished_at=at, state=ImportState.DONE, who="command line")


async def subscribe(user, account=None, since=BEFORE, topic=Topic.BILL) -> None:
    await Subscription.create(user=user, topic=topic, account=account, created_at=since)


async def mailed() -> list[tuple[str, str]]:
    numbers = dict(await PersonalAccount.all().values_list("id", "number"))
    return [(letter.recipient, numbers[letter.context["takes"][1]]) for letter in await Letter.filter(template="bill").order_by("id")]


async def letters(now: dt.datetime = LATER) -> int:
    return (await mail_bills(now))["letters"]


async def test_who_asked_for_it_gets_each_bill_once(town):
    _, _, user = town
    await subscribe(user)
    assert await mail_bills(LATER) == {"begun": 1, "letters": 2}
    assert await mail_bills(LATER) == {"begun": 0, "letters": 0}
    assert await mailed() == [(user.email, "02000007"), (user.email, "02000014")]
    mailing = await Mailing.get()
    assert (mailing.state, mailing.subscribers, mailing.seen, mailing.started_by) == (MailingState.FINISHED, 1, 1, "timetable")


async def test_of_one_account_alone(town):
    _, (first, _), user = town
    await subscribe(user, first)
    assert await letters() == 1
    assert await mailed() == [(user.email, "02000007")]


@pytest.mark.parametrize("topic", [Topic.NEWS, Topic.READINGS])
async def test_another_topic_is_no_bill(town, topic):
    await subscribe(town[2], topic=topic)
    assert await letters() == 0


async def test_nothing_that_was_closed_before_or_long_ago(town):
    org = town[0]
    await subscribe(town[2], since=LATER + HOUR)  # the mailing had begun
    assert await letters() == 0
    await Subscription.all().update(created_at=BEFORE)
    assert await mail_bills(make.NOW + 11 * DAY) == {"begun": 0, "letters": 0}  # nothing came lately
    await imported(org, make.NOW + 50 * DAY)  # payments, say: nobody waits for that month any more
    assert await mail_bills(make.NOW + 51 * DAY) == {"begun": 0, "letters": 0}


async def test_statements_that_come_later_are_mailed_too(town):
    org, (_, second), user = town
    await subscribe(user)
    await Statement.filter(account=second).delete()
    assert await letters() == 1
    await make.statement(second, "2026-10", as_of=LATER + HOUR)
    await imported(org, LATER + HOUR)
    assert await mail_bills(LATER + 2 * HOUR) == {"begun": 1, "letters": 1}
    assert len({letter.occasion for letter in await Letter.all()}) == 2


async def test_a_month_is_mailed_when_its_registers_have_come(town):
    """In several runs, often: who got a bill without its lines would get no other."""
    org = town[0]
    await subscribe(town[2])
    for state, at in ((ImportState.RUNNING, None), (ImportState.WAITING, None), (ImportState.DONE, LATER - dt.timedelta(minutes=29))):
        other = await ImportRun.create(organization=org, started_at=make.NOW, finished_at=at, state=state, who="command line")
        assert await mail_bills(LATER) == {"begun": 0, "letters": 0}, state
        await other.delete()
    assert await mail_bills(LATER) == {"begun": 1, "letters": 2}


async def test_a_month_that_came_long_before_it_was_closed_is_mailed(town):
    org = town[0]
    await subscribe(town[2])
    await Organization.all().update(bill_mailing=BillMailing.WHEN_CLOSED)
    await PeriodClosing.create(organization=org, period=OCTOBER.first_day, entries=0, amount=0, closed_at=make.NOW + 20 * DAY, closed_by="user:1")
    assert await mail_bills(make.NOW + 20 * DAY + HOUR) == {"begun": 1, "letters": 2}


async def test_after_an_import_was_undone_the_right_one_is_mailed(town):
    org, (first, _), user = town
    await subscribe(user, first)
    assert await letters() == 1
    await Statement.filter(account=first).update(is_current=False)
    assert await deliver_all() == []  # pointless: there is no such statement
    await make.statement(first, "2026-10", version=2, as_of=LATER + HOUR, closing=777)
    await imported(org, LATER + HOUR)
    assert await mail_bills(LATER + 2 * HOUR) == {"begun": 1, "letters": 1}
    assert "7,77" in (await deliver_one()).text
    assert await Letter.all().count() == 1


async def test_one_mailing_that_breaks_stops_no_other(town, monkeypatch: pytest.MonkeyPatch):
    org, _, user = town
    other = await make.organization(slug="teplo")
    await subscribe(user)
    await bill_mail.begin(other.id, OCTOBER, "user:1", make.NOW)
    broken = (await Mailing.get(organization=other)).id
    go_on = bill_mail.go_on

    async def breaking(mailing_id: int, now: dt.datetime) -> int | None:
        if mailing_id == broken:
            raise OSError
        return await go_on(mailing_id, now)

    monkeypatch.setattr(bill_mail, "go_on", breaking)
    assert await letters() == 2
    assert (await Mailing.get(organization=org)).state is MailingState.FINISHED


async def test_what_a_worker_puts_off_while_a_mailing_is_paused_waits_with_it(town, monkeypatch: pytest.MonkeyPatch):
    await subscribe(town[2], town[1][0])
    await letters()
    row = await outbox.lease(LATER)
    assert row is not None
    await Mailing.all().update(state=MailingState.PAUSED)

    async def overloaded(_: str) -> bytes:
        raise pdf.Overloaded

    monkeypatch.setattr(pdf, "made", overloaded)
    assert await outbox.deliver(row.id, row.attempts, KeptMail(), LATER, papers.made) is LetterState.DEFERRED
    assert await outbox.lease(LATER + 30 * DAY) is None
    await housekeeping.forget_letters(LATER + 40 * DAY)
    kept = await Letter.get()
    assert (kept.state, bool(kept.context)) == (LetterState.DEFERRED, True)


async def test_no_money_no_bill(town):
    _, (first, second), user = town
    await subscribe(user)
    await Membership.filter(user=user, account=first).update(rights=Right.SEND_READINGS)
    await Membership.filter(user=user, account=second).update(until_on=make.TODAY - DAY)
    assert await letters() == 0
    await Membership.filter(user=user, account=second).update(until_on=None, from_on=dt.date(2026, 11, 1))  # who came after the month
    await Mailing.all().delete()
    assert await letters() == 0


async def test_a_new_version_of_a_month_is_no_new_bill(town):
    org, _, user = town
    await subscribe(user)
    await letters()
    await Statement.all().update(as_of=LATER, closing=500)
    await imported(org, LATER + HOUR)
    assert await mail_bills(LATER + 2 * HOUR) == {"begun": 1, "letters": 0}


async def test_staff_get_their_own_and_not_the_towns(town):
    org, _, user = town
    clerk = await make.user("clerk")
    await make.staff(clerk, org)
    await subscribe(clerk)
    await User.filter(id=user.id).update(is_active=False)
    await subscribe(user)
    assert await letters() == 0


async def test_an_organization_may_wait_for_the_months_closing(town):
    org, _, user = town
    await subscribe(user)
    await Organization.all().update(bill_mailing=BillMailing.WHEN_CLOSED)
    assert await mail_bills(LATER) == {"begun": 0, "letters": 0}
    await PeriodClosing.create(organization=org, period=OCTOBER.first_day, entries=0, amount=0, closed_at=LATER, closed_by="user:1")
    assert await mail_bills(LATER + HOUR) == {"begun": 1, "letters": 2}


async def test_opening_a_month_again_mails_nobody_the_one_before(town):
    """The month before stays closed, by a closing of its own: nobody closed it anew, and its bills are old."""
    org, accounts, user = town
    for account in accounts:
        await make.statement(account, "2026-09", closing=9042)
    await subscribe(user)
    await Organization.all().update(bill_mailing=BillMailing.WHEN_CLOSED)
    clerk = await make.user("clerk")
    await make.staff(clerk, org)
    viewer = await viewer_of_user(clerk.id, make.TODAY)
    await periods.close_period(viewer, Closing(org.slug, OCTOBER, "close"), LATER)
    assert await mail_bills(LATER + HOUR) == {"begun": 1, "letters": 2}
    await periods.reopen_period(viewer, Closing(org.slug, OCTOBER, "open", "Опечатка"), LATER + 2 * HOUR)
    kept = await PeriodClosing.get(reopened_at=None)
    assert (Period.of(kept.period), kept.closed_at, kept.closed_by) == (Period.parse("2026-09"), LATER, viewer.actor), "closed when it was closed"
    assert await mail_bills(LATER + 3 * HOUR) == {"begun": 0, "letters": 0}
    await periods.close_period(viewer, Closing(org.slug, OCTOBER, "once more"), LATER + 4 * HOUR)
    assert await mail_bills(LATER + 5 * HOUR) == {"begun": 1, "letters": 0}, "October anew, and whoever has its letter gets no other"


async def test_an_organization_may_start_it_by_hand(town):
    org, _, user = town
    await subscribe(user)
    await Organization.all().update(bill_mailing=BillMailing.BY_HAND)
    assert await mail_bills(LATER) == {"begun": 0, "letters": 0}
    assert await bill_mail.begin(org.id, OCTOBER, "user:1", LATER + 30 * DAY)  # old statements too: somebody wants it
    assert await letters(LATER + 30 * DAY) == 2
    assert not await bill_mail.begin(org.id, Period.parse("2026-10"), "user:1", LATER + 30 * DAY) or await letters(LATER + 31 * DAY) == 0


async def test_it_goes_on_where_it_stood(town, monkeypatch: pytest.MonkeyPatch):
    org, (first, _), _ = town
    monkeypatch.setattr(bill_mail, "USERS_AT_ONCE", 2)
    for number in range(5):
        user = await make.user(f"user{number}")
        await make.member(user, first)
        await subscribe(user)
    await bill_mail.begin(org.id, OCTOBER, "user:1", LATER)
    [mailing] = await Mailing.all()
    assert await bill_mail.go_on(mailing.id, LATER) == 2
    queued_all = bill_mail.letters.queue_all

    async def dying(drafts):
        await queued_all(drafts)
        raise OSError("killed")

    monkeypatch.setattr(bill_mail.letters, "queue_all", dying)
    with pytest.raises(OSError, match="killed"):
        await bill_mail.go_on(mailing.id, LATER)
    monkeypatch.setattr(bill_mail.letters, "queue_all", queued_all)
    assert await Letter.all().count() == 2
    assert [await bill_mail.go_on(mailing.id, LATER) for _ in range(3)] == [2, 1, None]
    assert len({letter.recipient for letter in await Letter.all()}) == await Letter.all().count() == 5


async def test_two_workers_at_once_double_nothing(town, monkeypatch: pytest.MonkeyPatch):
    org, (first, _), _ = town
    monkeypatch.setattr(bill_mail, "USERS_AT_ONCE", 1)
    for number in range(6):
        user = await make.user(f"user{number}")
        await make.member(user, first)
        await subscribe(user)
    done = await asyncio.gather(*(mail_bills(LATER) for _ in range(3)))
    assert sum(one["letters"] for one in done) == await Letter.all().count() == 6
    assert (await Mailing.get(organization=org)).seen == 6


async def test_urgent_letters_do_not_wait_for_a_mailing(town):
    await subscribe(town[2])
    await letters()
    await outbox_queue("trial", "first@b.kz")
    row = await outbox.lease(LATER + HOUR)
    assert row is not None
    assert (row.template, row.is_mass) == ("trial", False)


async def outbox_queue(template: str, recipient: str) -> None:
    from resolvers.letters import queue

    await queue(template, recipient, "ru", LATER + HOUR)


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
    await subscribe(user, first)
    await letters()
    await Statement.filter(account=first).update(closing=closing)  # between queueing and sending: the newest word counts
    letter = await deliver_one()
    for word in words:
        assert word in letter.text.replace("\u00a0", " ")
    assert "/o/vodokanal/" in letter.text
    assert letter.message["Content-Language"] == language
    assert letter.message.get_content_type() == "multipart/mixed"
    assert list(letter.papers) == ["bill-2026-10.pdf"]
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(letter.papers["bill-2026-10.pdf"])).pages)
    assert "02000007" in text
    assert {"ru": "Квитанция", "kk": "түбіртегі", "en": "Bill"}[language] in text


async def test_a_contracts_payer_gets_its_breakdown(town, monkeypatch: pytest.MonkeyPatch):
    org, (first, second), _ = town
    contract, payer = await make.contract(org), await make.user("firma")
    await PersonalAccount.all().update(contract_id=contract.id)
    for account in (first, second):
        await make.charge(account, "2026-10", 18084)
        await AccountFacts.filter(account=account).update(contract_id=contract.id)
    await make.member(payer, contract)
    await subscribe(payer)
    assert await letters() == 1  # one for the contract, none for each of its recipients
    letter = await deliver_one()
    assert list(letter.papers) == ["recipients-2026-10.pdf"]
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(letter.papers["recipients-2026-10.pdf"])).pages)
    assert "02000007" in text
    assert "02000014" in text
    assert "361,68" in letter.text
    assert "/contracts/con_" in letter.text
    monkeypatch.setattr(papers, "MOST_ROWS", 1)
    await Letter.all().update(state=LetterState.QUEUED)
    long = await deliver_one()
    assert (long.papers, "слишком длинная" in long.text) == ({}, True)
    await Letter.all().delete()
    await Subscription.filter(user=payer).update(account=first)  # of one account alone: of no contract
    await imported(org, LATER + HOUR)
    assert await letters(LATER + 2 * HOUR) == 0


async def test_what_changed_while_the_letter_waited_keeps_it_back(town):
    """A way out, a right that ended, another address: nothing of somebody's money goes where it should not."""
    _, (first, _), user = town

    async def ended() -> None:
        await Subscription.all().delete()

    async def no_right() -> None:
        await Membership.filter(account=first).update(rights=Right.SEND_READINGS)

    async def moved() -> None:
        await User.filter(id=user.id).update(email="new@b.kz")

    async def no_statement() -> None:
        await Statement.all().delete()

    for change in (ended, no_right, moved, no_statement):
        await Letter.all().delete()
        await Mailing.all().delete()
        await Subscription.all().delete()
        await subscribe(user, first)
        assert await letters() == 1, change
        await change()
        assert await deliver_all() == [], change
        assert (await Letter.get()).error == "pointless", change
        await Membership.filter(account=first).update(rights=Right.owner())
        await User.filter(id=user.id).update(email=user.email)


async def test_a_document_that_cannot_be_made_now_is_tried_later(town, monkeypatch: pytest.MonkeyPatch):
    async def overloaded(_: str) -> bytes:
        raise pdf.Overloaded

    await subscribe(town[2], town[1][0])
    await letters()
    made, mail = pdf.made, KeptMail()
    monkeypatch.setattr(pdf, "made", overloaded)
    assert await outbox.send_all(mail, LATER, papers.made) == {"deferred": 1}
    assert (await Letter.get()).error == "not_made"
    monkeypatch.setattr(pdf, "made", made)
    assert await outbox.send_all(mail, LATER + HOUR, papers.made) == {"sent": 1}
    assert (await Letter.get()).state is LetterState.SENT
