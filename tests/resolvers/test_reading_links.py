"""The link in a reminder: what opens by it, for how long, and what ends it."""

import datetime as dt
import json

import pytest
from tortoise import Tortoise

from models import House, Letter, Membership, Organization, PersonalAccount, Reading, Subscription, User
from models.enums import LookUp, ReadingSource, Right, Topic
from models.errors import ProblemCode, Refused, Throttled
from resolvers import reading_links
from resolvers.accounts import accounts_by_ids
from resolvers.devices import end_other_sessions
from resolvers.reading_desk import Typed
from resolvers.reading_forms import opened_form
from resolvers.reading_links import Opens, token_of, viewer_of_link
from resolvers.reading_reminders import remind
from resolvers.sessions import bearer_viewer
from resolvers.submissions import Submission, submit_readings
from resolvers.subscriptions import set_subscriptions
from resolvers.viewer import ViewerKind, viewer_of_user
from resolvers.views import new_view
from schema import ids
from schema.context import Context
from schema.execution import execute
from settings import settings
from tests import factories as make
from tests.mailbox import deliver_all, deliver_one

OPEN = dt.datetime(2026, 11, 16, 5, tzinfo=dt.UTC)
CLOSED = dt.datetime(2026, 11, 25, 19, tzinfo=dt.UTC)  # midnight in Almaty


@pytest.fixture
async def town(database):
    await ids.load()
    org = await make.organization(window_first_day=15, window_last_day=25)
    account = await make.account(org, "02000007", flat="17")
    dial = await make.meter(account)
    await make.reading(dial, "100", "2026-10-16")
    user = await make.user("saule")
    await make.member(user, account)
    other = await make.account(org, "02000014")
    await make.member(user, other)
    subscription = await Subscription.create(user=user, topic=Topic.READINGS, account=account, created_at=make.NOW)
    return org, account, dial, user, subscription


@pytest.fixture
async def token(town) -> str:
    await remind(OPEN)
    found = (await deliver_one(OPEN)).token
    assert found
    return found


async def test_it_opens_one_account_for_sending(town, token: str):
    _, account, _, user, _ = town
    for _ in range(3):
        viewer = await bearer_viewer(token, OPEN)
    assert (viewer.kind, viewer.user_id, viewer.sender_id, viewer.organization_ids) == (ViewerKind.LETTER, None, user.id, frozenset())
    assert [(grant.account_id, grant.contract_id, grant.rights) for grant in viewer.grants] == [(account.id, None, Right.SEND_READINGS)]


async def test_what_is_sent_by_it_is_its_owners_and_says_how_it_came(town, token: str):
    _, account, dial, user, _ = town
    viewer = await viewer_of_link(token, OPEN)
    for key, value in (("a", "105"), ("b", "106")):
        [row] = await submit_readings(viewer, Submission(account.id, (Typed(dial.id, value),), key), OPEN)
    reading = await Reading.get(id=row.pk)
    assert (reading.user_id, reading.source, reading.source_label, reading.by_resident) == (user.id, ReadingSource.CABINET, "Ссылка из письма", True)
    assert reading.receipt
    assert await Reading.filter(is_current=True, by_resident=True).count() == 1


SEEN = """{ accounts(first: 9) { nodes { id number address may holderName contract { id } balance { amount } readings(first: 9) { nodes { id } }
    premises { flat } statementPeriods meters { serial registers { previousReading { display } currentReading { display } } } } } viewer { kind user { id } organizations { id } } }"""


async def test_it_shows_what_the_form_needs_and_no_more(town, token: str):
    answer = await execute(SEEN, None, Context(await viewer_of_link(token, OPEN), OPEN))
    assert not answer.errors
    [shown] = answer.data["accounts"]["nodes"]
    assert (shown["number"], shown["may"]) == ("02000007", ["SEND_READINGS"])
    assert shown["address"] == "Усть-Каменогорск, Красина, 3", "letters are forwarded: no flat"
    assert shown["meters"][0]["registers"][0] == {"previousReading": {"display": "00100.000"}, "currentReading": None}
    assert {name: shown[name] for name in ("holderName", "contract", "balance", "readings", "premises", "statementPeriods")} == dict.fromkeys(
        ("holderName", "contract", "balance", "readings", "premises", "statementPeriods")
    )
    assert answer.data["viewer"] == {"kind": "LETTER", "user": None, "organizations": []}


@pytest.mark.parametrize("document", ['{ node(id: "$") { id } }', '{ account(id: "$") { residents } }', "{ contracts(first: 1) { nodes { id } } }"])
async def test_other_ways_in_are_closed(town, token: str, document: str):
    answer = await execute(document.replace("$", ids.encode("acc", town[1].id)), None, Context(await viewer_of_link(token, OPEN), OPEN))
    assert answer.data in (None, {"node": None}, {"account": {"residents": None}}), answer.body


async def test_the_database_alone_opens_nothing(town, token: str, monkeypatch):
    kept = json.dumps([await row for row in [Letter.all().values(), Subscription.all().values()]], default=str)
    assert token not in kept
    assert token.removeprefix("abr_") not in kept
    monkeypatch.setenv("ABONENT_SECRET", "n" * 40)
    settings.cache_clear()
    assert await viewer_of_link(token, OPEN) is None


async def test_a_retired_secret_still_opens_the_links_of_its_time(town, token: str, monkeypatch):
    old = settings().secrets[0]
    monkeypatch.setenv("ABONENT_SECRET", f"{'n' * 40} {old}")
    settings.cache_clear()
    assert await viewer_of_link(token, OPEN) is not None


async def test_it_ends_with_the_window_and_its_grace(town, token: str):
    assert await viewer_of_link(token, CLOSED - dt.timedelta(seconds=1)) is not None
    assert await viewer_of_link(token, CLOSED + dt.timedelta(minutes=59)) is not None
    assert await viewer_of_link(token, CLOSED + dt.timedelta(minutes=60)) is None
    assert await viewer_of_link(token, OPEN + dt.timedelta(days=30)) is None, "the next month has its own letter"
    await Organization.all().update(form_grace_minutes=0)
    assert await viewer_of_link(token, CLOSED) is None
    await House.all().update(window_last_day=20)
    assert await viewer_of_link(token, CLOSED - dt.timedelta(hours=1)) is None


async def test_in_its_grace_it_sends_for_its_own_month_alone(town, token: str):
    """Where the next window opens as this one closes, nothing goes into the next month by an old letter."""
    _, account, dial, _, _ = town
    await Organization.all().update(window_first_day=1, window_last_day=31)
    late = dt.datetime(2026, 11, 30, 19, 30, tzinfo=dt.UTC)  # half past midnight of the first of December in Almaty
    viewer = await viewer_of_link(token, late)
    with pytest.raises(Refused) as caught:
        await submit_readings(viewer, Submission(account.id, (Typed(dial.id, "105"),), "a"), late)
    assert [problem.code for problem in caught.value.problems] == [ProblemCode.WINDOW_CLOSED]
    [mine] = (await accounts_by_ids(viewer, [account.id])).values()
    assert opened_form(mine, late, dt.date(2026, 12, 1), only=viewer.letter_for) is None
    before = late - dt.timedelta(hours=1)
    form = opened_form(mine, before, dt.date(2026, 11, 30), only=viewer.letter_for)
    [row] = await submit_readings(viewer, Submission(account.id, (Typed(dial.id, "105"),), "b", form_token=form.token), late)
    assert str(row.period) == "2026-11"


async def ended(token: str) -> bool:
    return await viewer_of_link(token, OPEN) is None


@pytest.mark.parametrize(
    ("rows", "changed"),
    [
        (Membership, {"until_on": dt.date(2026, 11, 15)}), (Membership, {"rights": Right.SEE_MONEY}), (User, {"is_active": False}),
        (User, {"password_hash": "another"}), (User, {"email": "new@example.com", "email_key": "new@example.com"}),
        (PersonalAccount, {"withdrawn_at": make.NOW}),
    ],
)  # fmt: skip
async def test_it_ends_with_what_it_rests_on(town, token: str, rows, changed):
    assert not await ended(token)
    await rows.all().update(**changed)
    assert await ended(token)


async def test_deleting_the_user_ends_it(town, token: str):
    await User.all().delete()
    assert await ended(token)


async def test_unsubscribing_ends_it_and_subscribing_again_does_not_bring_it_back(town, token: str):
    _, account, _, user, _ = town
    viewer = await viewer_of_user(user.id, OPEN.date())
    await set_subscriptions(viewer, [], [(account.id, [Topic.BILL])], OPEN)
    assert await ended(token)
    await set_subscriptions(viewer, [Topic.READINGS], [], OPEN)
    assert await ended(token)


async def test_ending_the_other_sessions_ends_it_and_keeps_the_subscription(town, token: str):
    user, before = town[3], await Subscription.all().values("user_id", "topic", "account_id", "created_at")
    await end_other_sessions(await viewer_of_user(user.id, OPEN.date()))
    assert await ended(token)
    assert await Subscription.all().values("user_id", "topic", "account_id", "created_at") == before


async def test_changes_elsewhere_do_not_end_it(town, token: str):
    await User.all().update(name="Сәуле", phone="+77011234567", language="kk")
    await set_subscriptions(await viewer_of_user(town[3].id, OPEN.date()), [Topic.NEWS], [], OPEN)
    await Organization.all().update(look_up=LookUp.ON)
    assert not await ended(token)


async def test_a_subscription_to_all_opens_through_a_contract_too_and_staff_send_as_residents(town):
    org, account, _, user, subscription = town
    await make.staff(user, org)
    await Subscription.filter(id=subscription.id).update(account_id=None)
    viewer = await viewer_of_link(await token_of(Opens(subscription.id, account.id, "2026-11"), user.email, OPEN), OPEN)
    assert (viewer.organization_ids, len(viewer.grants)) == (frozenset(), 1)


async def test_what_is_not_the_subscriptions_is_not_opened(town):
    org, account, _, user, subscription = town
    stranger = await make.account(org, "02000021")
    other = await PersonalAccount.get(number="02000014")
    for pk in (stranger.id, other.id, 999_999):
        assert await token_of(Opens(subscription.id, pk, "2026-11"), user.email, OPEN) is None
    assert await token_of(Opens(subscription.id, account.id, "2026-10"), user.email, OPEN) is None
    assert await token_of(Opens(subscription.id + 1, account.id, "2026-11"), user.email, OPEN) is None
    await Subscription.filter(id=subscription.id).update(topic=Topic.BILL)
    assert await token_of(Opens(subscription.id, account.id, "2026-11"), user.email, OPEN) is None


async def test_made_up_tokens_open_nothing(town, token: str):
    view = new_view([(town[1].id, None)], OPEN)[0]
    bad = [
        "",
        "abr_",
        "abr_AAAA",
        token[:-1],
        token + "A",
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token.upper(),
        "abr_" + "я" * 40,
        "abr_" + "A" * 5000,
    ]
    for made_up in [*bad, view, "abr_" + view.removeprefix("abv_"), "abv_" + token.removeprefix("abr_")]:
        assert await bearer_viewer(made_up, OPEN) is None or made_up == view
        assert await viewer_of_link(made_up, OPEN) is None


async def test_a_letter_that_comes_too_late_is_not_sent(town):
    await remind(OPEN)
    assert await deliver_all(CLOSED + dt.timedelta(hours=2)) == []
    assert (await Letter.get()).error == "pointless"


async def test_a_letter_to_an_old_address_is_not_sent(town):
    await remind(OPEN)
    await User.all().update(email="new@example.com", email_key="new@example.com")
    assert await deliver_all(OPEN) == []


async def test_opened_without_end_it_asks_for_patience(town, token: str, clock):
    for _ in range(reading_links.OPENINGS[0]):
        assert await viewer_of_link(token, OPEN) is not None
    with pytest.raises(Throttled):
        await viewer_of_link(token, OPEN)
    clock.move(hours=2)
    assert await viewer_of_link(token, OPEN) is not None


async def test_looking_writes_nothing(town, token: str):
    tables = [row["name"] for row in await rows_of("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'")]
    before = {name: (await rows_of(f'SELECT COUNT(*) AS n FROM "{name}"'))[0]["n"] for name in tables}
    await viewer_of_link(token, OPEN)
    assert {name: (await rows_of(f'SELECT COUNT(*) AS n FROM "{name}"'))[0]["n"] for name in tables} == before


async def rows_of(text: str) -> list[dict]:
    connection = Tortoise.get_connection("default")
    if connection.capabilities.dialect == "sqlite":
        text = text.replace(
            "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'", "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
    return await connection.execute_query_dict(text)
