"""Reminders: who gets which, once, at a humane hour; and in as many statements for many people as for few."""

import asyncio
import datetime as dt

import pytest

from models import Contract, House, Letter, Membership, Meter, Organization, PersonalAccount, Subscription, User
from models.enums import MeterState, OverduePolicy, ReadingSource, ReadingState, Resource, Right, Topic
from resolvers import letters, reading_reminders
from resolvers.reading_reminders import remind
from tests import factories as make
from tests.counting import counted
from tests.mailbox import deliver_all, deliver_one


def at(day: str, hour: int = 10) -> dt.datetime:
    """On the clock of Almaty."""
    return dt.datetime.fromisoformat(f"{day}T{hour:02}:00:00+05:00").astimezone(dt.UTC)


OPEN, CLOSING, LAST, AFTER = at("2026-11-16"), at("2026-11-23"), at("2026-11-25"), at("2026-11-26")


@pytest.fixture
async def town(database):
    """Saule, whose account has a meter of cold and one of hot water; readings are taken from the 15th to the 25th."""
    org = await make.organization(window_first_day=15, window_last_day=25)
    account = await make.account(org, "02000007")
    dials = [await make.meter(account, resource, serial=serial) for resource, serial in ((Resource.COLD_WATER, "31880001"), (Resource.HOT_WATER, "31880002"))]
    user = await make.user("saule", language="ru")
    await make.member(user, account)
    await subscribed(user)
    return org, account, dials, user


async def subscribed(user: User, account: PersonalAccount | None = None, topic: Topic = Topic.READINGS) -> Subscription:
    return await Subscription.create(user=user, topic=topic, account=account, created_at=make.NOW)


async def queued() -> list[tuple[str, str, list[str]]]:
    return [(one.template, one.context["number"], one.context["meters"]) for one in await Letter.all().order_by("id")]


BOTH = ["Холодная вода, № 31880001", "Горячая вода, № 31880002"]


async def test_a_letter_when_the_window_opens_and_one_before_it_closes(town):
    assert await remind(at("2026-11-14")) == {"letters": 0}
    assert await remind(at("2026-11-15")) == {"letters": 1}
    assert await remind(OPEN) == {"letters": 0}
    assert await remind(at("2026-11-22")) == {"letters": 0}
    assert await remind(CLOSING) == {"letters": 1}
    assert await remind(LAST) == {"letters": 0}
    assert await remind(AFTER) == {"letters": 0}
    assert await queued() == [("readings_open", "02000007", BOTH), ("readings_close", "02000007", BOTH)]


async def test_a_window_that_opened_days_ago_is_told_of_and_one_that_has_closed_is_not(town):
    assert await remind(at("2026-11-20")) == {"letters": 1}
    await Letter.all().delete()
    assert await remind(AFTER) == {"letters": 0}
    assert await remind(LAST) == {"letters": 1}
    assert [one[0] for one in await queued()] == ["readings_close"]


async def test_only_meters_without_a_reading_are_named(town):
    _, _, (cold, hot), _ = town
    await make.reading(cold, "117", "2026-11-16", source=ReadingSource.CABINET, by_resident=True, state=ReadingState.SENT)
    await make.reading(hot, "80", "2026-11-16", state=ReadingState.REFUSED)
    await make.reading(hot, "80", "2026-10-16")
    await remind(CLOSING)
    assert [one[2] for one in await queued()] == [["Горячая вода, № 31880002"]]


async def test_nothing_where_everything_is_there(town):
    for dial in town[2]:
        await make.reading(dial, "117", "2026-11-16")
    assert await remind(OPEN) == await remind(CLOSING) == {"letters": 0}


@pytest.mark.parametrize(
    "changed", [{"removed_on": dt.date(2026, 11, 1)}, {"register_state": MeterState.REMOVED}, {"serial": " "}, {"register_state": MeterState.FAULTY}]
)
async def test_meters_that_cannot_be_read_are_not_asked_about(town, changed):
    await Meter.filter(serial="31880002").update(**changed)
    await remind(CLOSING)
    assert [one[2] for one in await queued()] == [["Холодная вода, № 31880001"]]


@pytest.mark.parametrize(("policy", "count"), [(OverduePolicy.REFUSE, 0), (OverduePolicy.ACCEPT, 1)])
async def test_an_overdue_meter_is_asked_about_where_its_readings_are_taken(town, policy, count):
    await Meter.all().update(verification_due_on=dt.date(2026, 1, 1))
    await Organization.all().update(overdue_policy=policy)
    assert await remind(CLOSING) == {"letters": count}


@pytest.mark.parametrize("hour", [0, 3, 8, 20, 23])
async def test_nobody_is_woken(town, hour):
    assert await remind(at("2026-11-16", hour)) == {"letters": 0}


async def test_the_day_is_the_organizations(town):
    """At nine of the 15th in Almaty it is four in the morning in London, and the 15th has not begun in New York."""
    await Organization.all().update(timezone="America/New_York")
    assert await remind(dt.datetime(2026, 11, 15, 4, tzinfo=dt.UTC)) == {"letters": 0}
    assert await remind(dt.datetime(2026, 11, 15, 15, tzinfo=dt.UTC)) == {"letters": 1}


async def test_a_houses_own_window_counts(town):
    await House.all().update(window_first_day=25, window_last_day=3)
    assert await remind(CLOSING) == {"letters": 0}
    assert await remind(at("2026-11-25")) == {"letters": 1}
    assert await remind(at("2026-12-01")) == {"letters": 1}
    assert [one[0] for one in await queued()] == ["readings_open", "readings_close"]
    assert "3 декабря" in (await deliver_all())[1].text


@pytest.mark.parametrize("days", [(1, 31), (16, 15)])
async def test_a_window_that_never_closes_does_not_open(town, days):
    await Organization.all().update(window_first_day=days[0], window_last_day=days[1])
    last = at("2026-11-29") if days == (1, 31) else at("2026-11-14")
    assert await remind(at("2026-11-20")) == {"letters": 0}
    assert await remind(last) == {"letters": 1}
    assert [one[0] for one in await queued()] == ["readings_close"]


async def test_of_one_account_alone(town):
    org, account, _, user = town
    other = await make.account(org, "02000014")
    await make.meter(other)
    await make.member(user, other)
    await Subscription.all().update(account_id=account.id)
    await remind(OPEN)
    assert [one[1] for one in await queued()] == ["02000007"]


async def test_asked_for_twice_it_comes_once(town):
    await subscribed(town[3], town[1])
    assert await remind(OPEN) == {"letters": 1}


@pytest.mark.parametrize("topic", [Topic.BILL, Topic.NEWS])
async def test_another_topic_is_no_reminder(town, topic):
    await Subscription.all().update(topic=topic)
    assert await remind(OPEN) == {"letters": 0}


@pytest.mark.parametrize("changed", [{"rights": Right.SEE_MONEY | Right.PAY}, {"until_on": dt.date(2026, 11, 15)}, {"from_on": dt.date(2026, 11, 17)}])
async def test_only_who_may_send_today(town, changed):
    await Membership.all().update(**changed)
    await Meter.all().update(verification_due_on=dt.date(2026, 11, 20))
    assert await remind(OPEN) == {"letters": 0}


async def test_neither_who_is_gone_nor_staff_nor_an_undone_account(town):
    org, account, _, user = town
    clerk = await make.user("clerk")
    await make.staff(clerk, org)
    await subscribed(clerk)
    await User.filter(id=user.id).update(is_active=False)
    assert await remind(OPEN) == {"letters": 0}
    await User.filter(id=user.id).update(is_active=True)
    await PersonalAccount.filter(id=account.id).update(withdrawn_at=make.NOW)
    assert await remind(OPEN) == {"letters": 0}


async def test_each_of_a_household_gets_one(town):
    _, account, _, _ = town
    tenant = await make.user("tenant", language="kk")
    await make.member(tenant, account, Right.tenant())
    await subscribed(tenant)
    assert await remind(OPEN) == {"letters": 2}
    assert [letter.recipient for letter in await deliver_all(OPEN)] == ["saule@example.com", "tenant@example.com"]


async def contract_of(org: Organization, user: User, accounts: int) -> Contract:
    contract = await make.contract(org, "2666")
    for number in range(accounts):
        account = await make.account(org, f"0300{number:04}", contract=contract, surname="Берег")
        for _ in range(6):
            await make.meter(account)
    await make.member(user, contract)
    return contract


async def test_a_company_gets_one_letter_with_its_objects(town):
    org, _, _, _ = town
    firma = await make.user("firma", language="ru")
    await contract_of(org, firma, 23)
    await subscribed(firma)
    assert await remind(OPEN) == {"letters": 2}
    assert await remind(OPEN) == {"letters": 0}
    letter = (await deliver_all(OPEN))[1]
    assert letter.token is None, "it leads to the cabinet"
    assert "договор 2666" in letter.subject
    assert letter.text.count("\n- 0300") == 20
    assert "03000000: Холодная вода, №" in letter.text
    assert letter.text.count(" …\n") == 20, "of six meters five are named"
    assert "И ещё в кабинете: 3." in letter.text
    assert "Берег" not in letter.text
    assert len(letter.html) < 12_000


async def test_an_account_of_ones_own_is_not_named_again_under_its_contract(town):
    org, account, _, user = town
    contract = await make.contract(org, "2666")
    await PersonalAccount.filter(id=account.id).update(contract_id=contract.id)
    await make.member(user, contract)
    assert await remind(OPEN) == {"letters": 1}
    assert [one[1] for one in await queued()] == ["02000007"]


async def test_verification_is_told_of_before_and_once_after(town):
    await Meter.filter(serial="31880001").update(verification_due_on=dt.date(2026, 7, 10))
    await Meter.filter(serial="31880002").update(verification_due_on=dt.date(2026, 7, 12))
    counts = {}
    for day in ("06-09", "06-10", "06-11", "07-10", "07-11", "07-12", "07-13", "07-14"):
        counts[day] = (await remind(at(f"2026-{day}")))["letters"]
    assert counts == {"06-09": 0, "06-10": 1, "06-11": 0, "07-10": 0, "07-11": 1, "07-12": 0, "07-13": 1, "07-14": 0}
    assert await queued() == [
        ("verification_due", "02000007", BOTH),
        ("verification_over", "02000007", BOTH[:1]),
        ("verification_over", "02000007", BOTH[1:]),
    ]


async def test_how_early_is_the_organizations_and_old_misses_are_no_news(town):
    await Organization.all().update(verification_notice_days=60)
    await Meter.filter(serial="31880001").update(verification_due_on=dt.date(2026, 8, 9))
    await Meter.filter(serial="31880002").update(verification_due_on=dt.date(2026, 5, 1))
    assert await remind(at("2026-06-10")) == {"letters": 1}
    assert [one[2] for one in await queued()] == [BOTH[:1]]


@pytest.mark.parametrize("changed", [{"removed_on": dt.date(2026, 6, 1)}, {"register_state": MeterState.FAULTY}])
async def test_a_removed_meter_needs_no_verification(town, changed):
    await Meter.all().update(verification_due_on=dt.date(2026, 6, 20), **changed)
    assert await remind(at("2026-06-10")) == {"letters": 0}


async def test_a_new_verification_is_a_new_occasion(town):
    await Meter.all().update(verification_due_on=dt.date(2026, 6, 20))
    await remind(at("2026-06-10"))
    await Meter.all().update(verification_due_on=dt.date(2028, 6, 20))
    assert await remind(at("2026-06-11")) == {"letters": 0}
    assert await remind(at("2028-06-10")) == {"letters": 1}


@pytest.mark.parametrize(
    ("language", "words"),
    [("ru", ("с 15 ноября по 25 ноября", "без входа")), ("kk", ("25 қараша", "кірмей-ақ")), ("en", ("from 15 November to 25 November", "without signing in"))],
)
async def test_a_letter_says_what_is_needed_and_no_more(town, language, words):
    await User.all().update(language=language)
    await remind(OPEN)
    letter = await deliver_one(OPEN)
    for word in words:
        assert word in letter.text
    assert letter.message["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/o/vodokanal/unsubscribe?token=abu_")
    assert "/o/vodokanal/readings-link?lang=" in letter.link
    assert not [private for private in ("Ким", "Алия", "Красина", "saule", "₸") if private in letter.text + letter.html]


async def people(org: Organization, count: int) -> None:
    for number in range(count):
        user = await make.user(f"person{number}")
        account = await make.account(org, f"0400{number:04}")
        await make.meter(account)
        await make.member(user, account)
        await subscribed(user)


async def test_statements_do_not_grow_with_people(town):
    with counted() as few:
        await remind(OPEN)
    await Letter.all().delete()
    await people(town[0], 40)
    with counted() as many:
        assert await remind(OPEN) == {"letters": 41}
    assert len(many) == len(few)
    with counted() as again:
        assert await remind(OPEN) == {"letters": 0}
    assert len(again) < len(many) < 20


async def test_killed_between_batches_it_goes_on_where_it_was(town, monkeypatch):
    await people(town[0], 5)
    monkeypatch.setattr("resolvers.reminder_rows.USERS_AT_ONCE", 2)
    queue_all, calls = letters.queue_all, []

    async def dying(drafts):
        calls.append(drafts)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return await queue_all(drafts)

    monkeypatch.setattr(reading_reminders.letters, "queue_all", dying)
    with pytest.raises(KeyboardInterrupt):
        await remind(OPEN)
    assert await Letter.all().count() == 2
    assert await remind(OPEN) == {"letters": 4}
    assert len({one[1] for one in await queued()}) == 6 == await Letter.all().count()


async def test_two_workers_at_once_write_each_letter_once(town, monkeypatch):
    await people(town[0], 9)
    monkeypatch.setattr("resolvers.reminder_rows.USERS_AT_ONCE", 3)
    done = await asyncio.gather(*(remind(OPEN) for _ in range(3)))
    assert sum(one["letters"] for one in done) == 10 == await Letter.all().count()


async def test_both_looked_before_either_wrote(town):
    """The second one's draft of the same occasion is no second letter."""
    await remind(OPEN)
    [first] = await Letter.all()
    draft = letters.unsaved("readings_open", "saule@example.com", "ru", OPEN, base="", path="/", occasion=first.occasion, user_id=1, organization_id=1)
    assert await letters.queue_all([draft]) == 0
    assert await Letter.all().count() == 1
