"""Reading windows: days over ends of months and in the organization's time, late readings, forms that were opened in time."""

import base64
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models import AuditRecord, House, Meter, Organization, Premises, Reading, User
from models.enums import ReadingState
from models.errors import ProblemCode as C
from models.meter_enums import LatePolicy, Verdict
from models.period import Period
from resolvers.accounts import accounts_by_ids
from resolvers.reading_desk import Typed
from resolvers.reading_forms import opened_form, read
from resolvers.submissions import Submission, submit_readings
from resolvers.verdicts import Judgement, judge
from resolvers.viewer import viewer_of_user
from resolvers.windows import WindowRules, WindowState
from tests import factories as make
from tests.resolvers.test_submissions import Flat, asked, refused

ALMATY = dt.timezone(dt.timedelta(hours=5))
WHOLE = ("readings",)


def at(text: str) -> dt.datetime:
    """An instant by the clocks of Almaty: `11-25 23:59`."""
    return dt.datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ALMATY)


@pytest.mark.parametrize(
    ("days", "today", "expected"),
    [
        ((25, 5), "2026-11-24", ("2026-11", "2026-11-25", "2026-12-05", "before", "2026-11")),
        ((25, 5), "2027-01-05", ("2026-12", "2026-12-25", "2027-01-05", "open", "2027-01")),
        ((25, 5), "2027-01-06", ("2027-01", "2027-01-25", "2027-02-05", "before", "2027-01")),
        ((10, 25), "2026-12-26", ("2026-12", "2026-12-10", "2026-12-25", "after", "2027-01")),
        ((31, 31), "2026-02-28", ("2026-02", "2026-02-28", "2026-02-28", "open", "2026-03")),
        ((31, 5), "2028-02-29", ("2028-02", "2028-02-29", "2028-03-05", "open", "2028-03")),
        ((31, 30), "2026-02-28", ("2026-01", "2026-01-31", "2026-02-28", "open", "2026-02")),
        ((31, 30), "2026-03-01", ("2026-02", "2026-03-01", "2026-03-30", "open", "2026-03")),
        ((30, 30), "2026-02-28", ("2026-02", "2026-02-28", "2026-02-28", "open", "2026-03")),
        ((6, 5), "2026-12-05", ("2026-11", "2026-11-06", "2026-12-05", "open", "2026-12")),
        ((6, 5), "2026-12-06", ("2026-12", "2026-12-06", "2027-01-05", "open", "2027-01")),
    ],
)
def test_days_over_ends_of_months(days, today, expected):
    window = WindowRules(*days).window(dt.date.fromisoformat(today))
    assert (str(window.period), str(window.opens_on), str(window.closes_on), window.state.value, str(window.next.period)) == expected


@given(some.integers(1, 31), some.integers(1, 31), some.dates(dt.date(2023, 1, 1), dt.date(2029, 1, 1)))
def test_each_day_has_one_window_and_windows_never_overlap(first, last, today):
    rules = WindowRules(first, last)
    window = rules.window(today)
    assert window.last.closes_on < window.next.opens_on
    assert window.opens_on <= window.closes_on
    assert window.last.closes_on >= today if window.is_open else window.last.closes_on < today < window.next.opens_on
    assert (window.closes_on - window.opens_on).days < 32
    assert window.is_open is any(
        rules.days_of(period).opens_on <= today <= rules.days_of(period).closes_on for period in (window.period.previous, window.period, window.period.next)
    )


@given(some.integers(1, 31), some.integers(1, 31), some.sampled_from(LatePolicy), some.dates(dt.date(2023, 1, 1), dt.date(2029, 1, 1)))
def test_what_is_sent_counts_for_a_month_beside_today_and_may_be_of_today(first, last, policy, today):
    window = WindowRules(first, last, late_policy=policy).window(today)
    assert window.counts_for in (window.period.previous, window.period, window.period.next)
    assert not window.is_taking or window.first_reading_on <= today


def test_instants_are_of_the_organizations_time_zone():
    window = WindowRules(10, 25, "Asia/Almaty").window(dt.date(2026, 11, 20))
    assert (window.opens_at, window.closes_at) == (dt.datetime(2026, 11, 9, 19, tzinfo=dt.UTC), dt.datetime(2026, 11, 25, 19, tzinfo=dt.UTC))
    assert WindowRules(10, 25, "Europe/Kaliningrad").window(dt.date(2026, 11, 20)).opens_at == dt.datetime(2026, 11, 9, 22, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("house", "expected"), [((None, None), (10, 25)), ((20, 5), (20, 5)), ((12, None), (12, 25)), ((None, 28), (10, 28)), ((1, 1), (1, 1))]
)
async def test_a_houses_own_days(database, house, expected):
    of = await make.organization(window_first_day=10, window_last_day=25)
    account = await make.account(of)
    await House.filter(id=(await Premises.get(id=account.premises_id)).house_id).update(window_first_day=house[0], window_last_day=house[1])
    user = await make.user()
    await make.member(user, account)
    row = (await accounts_by_ids(await viewer_of_user(user.id, make.TODAY), [account.id]))[account.id]
    assert row.window_days == expected
    assert (row.window_rules.first_day, row.window_rules.last_day, row.window_rules.timezone) == (*expected, "Asia/Almaty")


class Windowed(Flat):
    """The flat at an organization whose window is from the 10th to the 25th; the clock is Almaty's."""

    async def prepare(self) -> "Windowed":
        await super().prepare()
        await self.rules(window_first_day=10, window_last_day=25, form_grace_minutes=60)
        return self

    async def rules(self, **changed) -> None:
        await Organization.filter(id=self.org.id).update(**changed)

    async def at(self, moment: str, *rows, key="k1", confirmed=(), form=None, viewer=None):
        submission = Submission(self.account.id, tuple(self.typed(row) for row in rows or self.both()), key, frozenset(confirmed), form)
        return await submit_readings(viewer or self.viewer, submission, at(moment))

    def typed(self, row) -> Typed:
        return Typed(row[0].id, *row[1:])

    async def form(self, moment: str, token: str | None = None, account=None):
        pk = (account or self.account).id
        row = (await accounts_by_ids(self.viewer, [pk]))[pk]
        return opened_form(row, at(moment), at(moment).date(), token)

    async def token(self, moment: str) -> str:
        return (await self.form(moment)).token


@pytest.fixture
async def flat(database):
    return await Windowed().prepare()


async def test_the_window_ends_at_midnight_of_the_organization(flat):
    assert len(await flat.at("11-25 23:59")) == 2
    assert await refused(flat.at("11-26 00:00", key="k2")) == [(C.WINDOW_CLOSED, WHOLE)]
    assert await refused(flat.at("12-09 23:59", key="k2")) == [(C.WINDOW_CLOSED, WHOLE)]
    assert [row.period for row in await flat.at("12-10 00:00", *flat.both("118", "195"), key="k2")] == [Period(2026, 12)] * 2


async def test_over_the_months_end_all_days_are_one_month(flat):
    await flat.rules(window_first_day=25, window_last_day=5)
    first = await flat.at("11-30 12:00")
    again = await flat.at("12-05 23:59", *flat.both("117", "193"), key="k2")
    assert [row.period for row in (*first, *again)] == [Period(2026, 11)] * 4
    assert again[1].receipt_number == first[1].receipt_number
    assert await Reading.filter(by_resident=True, is_current=True).count() == 2
    assert await refused(flat.at("12-06 00:00", key="k3")) == [(C.WINDOW_CLOSED, WHOLE)]
    days = [(flat.cold, "118", dt.date(2026, 11, 5)), (flat.hot, "194")]
    assert await refused(flat.at("12-05 12:00", *days, key="k4")) == [(C.DATE_OUTSIDE_PERIOD, ("readings", "0", "takenOn"))], "October's window was open"


async def test_staff_are_not_bound_and_their_day_has_its_windows_month(flat):
    await flat.rules(window_first_day=25, window_last_day=5)
    clerk = await make.user("clerk")
    await make.staff(clerk, flat.org)
    viewer = await viewer_of_user(clerk.id, make.TODAY)
    for moment, period in (("12-03 12:00", Period(2026, 11)), ("12-10 12:00", Period(2026, 12))):
        taken = await flat.at(moment, key=moment, viewer=viewer, confirmed=[(("readings", row, "value"), C.SAME_AS_BEFORE) for row in "01"])
        assert [(row.period, row.is_late) for row in taken] == [(period, False)] * 2


@pytest.mark.parametrize(("moment", "period"), [("11-26 00:00", 11), ("12-03 12:00", 11), ("12-09 23:59", 11)])
async def test_late_readings_for_review_count_for_the_window_that_closed(flat, moment, period):
    await flat.rules(late_policy=LatePolicy.REVIEW)
    taken = await flat.at(moment)
    assert [(row.period, row.is_late, row.state, row.taken_on) for row in taken] == [
        (Period(2026, period), True, ReadingState.IN_REVIEW, at(moment).date())
    ] * 2
    assert {row.reason for row in await Reading.filter(is_late=True)} == {"late"}


@pytest.mark.parametrize(("moment", "period"), [("11-26 00:00", 12), ("12-03 12:00", 12), ("12-09 23:59", 12)])
async def test_late_readings_for_the_next_month_count_for_the_window_to_come(flat, moment, period):
    await flat.rules(late_policy=LatePolicy.NEXT_MONTH)
    taken = await flat.at(moment)
    assert [(row.period, row.is_late, row.state) for row in taken] == [(Period(2026, period), True, ReadingState.SENT)] * 2
    early = [(flat.cold, "117", dt.date(2026, 11, 25)), (flat.hot, "193")]
    assert await refused(flat.at(moment, *early, key="k2")) == [(C.DATE_OUTSIDE_PERIOD, ("readings", "0", "takenOn"))], "a day of the window before"


async def test_a_late_lower_value_says_so_first(flat):
    await flat.rules(late_policy=LatePolicy.REVIEW)
    await flat.at("11-27 12:00", *flat.both("113"), confirmed=[(("readings", "0", "value"), C.LOWER_THAN_BEFORE)])
    assert await Reading.filter(is_late=True).order_by("id").values_list("reason", "state") == [("lower", "in_review"), ("late", "in_review")]


@pytest.mark.parametrize("policy", [LatePolicy.REVIEW, LatePolicy.NEXT_MONTH])
async def test_late_readings_are_corrected_as_often_as_one_likes(flat, policy):
    await flat.rules(late_policy=policy)
    for place, value in enumerate(("116", "117", "117,5")):
        await flat.at("12-01 12:00", *flat.both(value), key=f"k{place}")
    standing = await Reading.filter(register=flat.cold, by_resident=True).order_by("id").values_list("value", "is_current", "is_late")
    assert standing == [(116_000_000, False, True), (117_000_000, False, True), (117_500_000, True, True)]


async def test_within_the_window_a_late_reading_of_its_month_is_corrected_in_time(flat):
    await flat.rules(late_policy=LatePolicy.NEXT_MONTH)
    await flat.at("12-01 12:00")
    await flat.at("12-12 12:00", *flat.both("118"), key="k2")
    rows = await Reading.filter(register=flat.cold, by_resident=True).order_by("id").values_list("period", "state", "is_late")
    assert rows == [(dt.date(2026, 12, 1), "superseded", True), (dt.date(2026, 12, 1), "sent", False)]


async def test_a_late_reading_leaves_the_month_that_was_billed_alone(flat):
    """One sent in time and billed stands: for review the late one is refused, for the next month it is a reading of its own."""
    await flat.at("11-20 12:00")
    await Reading.filter(by_resident=True).update(state=ReadingState.BILLED)
    await flat.rules(late_policy=LatePolicy.REVIEW)
    assert await refused(flat.at("11-27 12:00", *flat.both("117"), key="k2")) == [(C.CHANGED_MEANWHILE, ("readings", "0", "value"))]
    await flat.rules(late_policy=LatePolicy.NEXT_MONTH)
    taken = await flat.at("11-27 12:00", *flat.both("117", "194"), key="k3")
    assert [(row.period, row.state) for row in taken] == [(Period(2026, 12), ReadingState.SENT)] * 2
    assert await Reading.filter(by_resident=True, state=ReadingState.BILLED, is_current=True).count() == 2


async def test_a_form_opened_in_time_is_taken_in_its_grace(flat):
    token = await flat.token("11-25 23:50")
    assert await refused(flat.at("11-26 01:00", form=token)) == [(C.WINDOW_CLOSED, WHOLE)]
    taken = await flat.at("11-26 00:59", form=token)
    assert [(row.period, row.is_late, row.state, row.taken_on) for row in taken] == [(Period(2026, 11), False, ReadingState.SENT, dt.date(2026, 11, 25))] * 2
    assert (await Reading.filter(by_resident=True).first()).submitted_at == at("11-26 00:59")
    again = await flat.at("11-26 00:59", *flat.both("117"), form=token, key="k2")
    assert again[0].period == Period(2026, 11), "and corrected in it"


async def test_without_a_form_or_with_another_there_is_no_grace(flat):
    token = await flat.token("11-25 23:50")
    other = await make.account(flat.org)
    await make.member(await User.get(id=flat.viewer.user_id), other)
    flat.viewer = await viewer_of_user(flat.viewer.user_id, make.TODAY)
    foreign = (await flat.form("11-25 23:50", account=other)).token
    changed = token[:-3] + ("AAA" if token[-3:] != "AAA" else "BBB")
    for wrong in (None, "", "none", changed, foreign, token + "A", "я" * 50, "A" * 300, await flat.token("10-25 23:50")):
        assert await refused(flat.at("11-26 00:10", form=wrong)) == [(C.WINDOW_CLOSED, WHOLE)], wrong


async def test_no_form_is_opened_after_the_end(flat):
    assert await flat.form("11-26 00:00") is None
    await flat.rules(late_policy=LatePolicy.REVIEW)
    late = await flat.form("11-26 00:00")
    assert (late.is_late, late.in_time_until, late.period) == (True, None, Period(2026, 11))
    await flat.rules(late_policy=LatePolicy.REFUSE)
    assert await refused(flat.at("11-26 00:01", form=late.token)) == [(C.WINDOW_CLOSED, WHOLE)], "it says itself that it is late"


async def test_a_form_comes_back_while_it_is_in_its_grace(flat):
    token = await flat.token("11-25 23:50")
    back = await flat.form("11-26 00:30", token)
    assert (back.token, back.in_time_until, back.is_late) == (token, at("11-26 01:00"), False)
    assert await flat.form("11-26 01:00", token) is None


async def test_windows_that_follow_each_other_do_not_swallow_the_grace(flat):
    """From the 1st to the end: at midnight the next month's window opens, and the form of the month before is still taken for it."""
    await flat.rules(window_first_day=1, window_last_day=31)
    token = await flat.token("11-30 23:50")
    assert [row.period for row in await flat.at("12-01 00:30", form=token)] == [Period(2026, 11)] * 2
    moved = (C.OTHER_MONTH, WHOLE)
    assert await asked(flat.at("12-01 01:30", *flat.both("117", "194"), form=token, key="k2")) == [moved], "nothing is counted elsewhere unasked"
    taken = await flat.at("12-01 01:30", *flat.both("117", "194"), form=token, key="k2", confirmed=[(WHOLE, C.OTHER_MONTH)])
    assert [row.period for row in taken] == [Period(2026, 12)] * 2


@pytest.mark.parametrize(("policy", "question", "month"), [(LatePolicy.REVIEW, C.SENT_LATE, 11), (LatePolicy.NEXT_MONTH, C.OTHER_MONTH, 12)])
async def test_a_form_that_did_not_know_that_it_would_be_late_asks(flat, policy, question, month):
    await flat.rules(late_policy=policy)
    token = await flat.token("11-25 20:00")
    assert await asked(flat.at("11-26 08:00", form=token)) == [(question, WHOLE)]
    taken = await flat.at("11-26 08:00", form=token, confirmed=[(WHOLE, question)])
    assert [(row.period, row.is_late) for row in taken] == [(Period(2026, month), True)] * 2
    late = await flat.token("11-26 08:00")
    assert len(await flat.at("11-26 09:00", *flat.both("117"), form=late, key="k2")) == 2, "this one has said so"


async def test_rules_that_change_while_a_form_is_open_hold_at_once(flat):
    token = await flat.token("11-25 23:50")
    await flat.rules(form_grace_minutes=0)
    assert await refused(flat.at("11-26 00:01", form=token)) == [(C.WINDOW_CLOSED, WHOLE)]
    await flat.rules(form_grace_minutes=60, window_last_day=20)
    assert await refused(flat.at("11-25 23:55", form=token)) == [(C.WINDOW_CLOSED, WHOLE)]


async def test_an_answer_that_was_lost_comes_again_after_the_end(flat):
    first = await flat.at("11-25 23:58")
    again = await flat.at("11-26 08:00")
    assert [row.receipt_number for row in again] == [row.receipt_number for row in first]


async def test_a_token_tells_nothing_and_is_read_for_its_account_alone(flat):
    token = await flat.token("11-25 23:50")
    assert b"2026" not in base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert read(token, flat.account.id).period == Period(2026, 11)
    assert read(token, flat.account.id + 1) is None


async def test_a_meter_replaced_yesterday(flat):
    """The old one takes nothing, the new one nothing from before its day."""
    yesterday = dt.date(2026, 11, 19)
    await Meter.filter(id=flat.cold.meter_id).update(removed_on=yesterday)
    fresh = await make.meter(flat.account, installed_on=yesterday)
    await make.reading(fresh, "0", yesterday)
    assert await refused(flat.at("11-20 12:00", (flat.cold, "116"), (flat.hot, "193"))) == [(C.METER_REMOVED, ("readings", "0", "register"))]
    early = [(fresh, "1", dt.date(2026, 11, 18)), (flat.hot, "193")]
    assert await refused(flat.at("11-20 12:00", *early)) == [(C.DATE_OUTSIDE_PERIOD, ("readings", "0", "takenOn"))]
    assert [row.consumption.value for row in await flat.at("11-20 12:00", (fresh, "1"), (flat.hot, "193"))] == ["1.000", "1.000"]


def test_states_are_three():
    window = WindowRules(10, 25)
    assert [window.window(dt.date(2026, 11, day)).state for day in (9, 10, 26)] == [WindowState.BEFORE, WindowState.OPEN, WindowState.AFTER]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"state": ReadingState.SENT}, ReadingState.SENT),
        ({"state": ReadingState.ACCEPTED, "decided_at": make.NOW}, ReadingState.ACCEPTED),
        ({"state": ReadingState.IN_REVIEW, "reason": "lower"}, ReadingState.IN_REVIEW),
    ],
)
async def test_a_late_reading_that_is_refused_gives_the_month_back_to_the_one_in_time(flat, before, after):
    first = await flat.at("11-20 12:00")
    await Reading.filter(id=first[0].pk).update(**before)
    await flat.rules(late_policy=LatePolicy.REVIEW)
    for place, value in enumerate(("117", "118")):
        late = await flat.at("11-27 12:00", *flat.both(value), key=f"late{place}")
    await judge(flat.org.id, [Judgement(late[0].pk, Verdict.REFUSE, "Не сходится")], "user:1", make.NOW)
    rows = await Reading.filter(register=flat.cold, by_resident=True).order_by("id").values_list("value", "state", "is_current")
    assert rows == [(116_000_000, after, True), (117_000_000, "superseded", False), (118_000_000, "refused", False)]
    assert await AuditRecord.filter(action="reading.stand_again", subject=f"reading:{first[0].pk}").count() == 1


async def test_a_late_reading_that_replaced_nothing_stays_refused(flat):
    """Nothing came in time; or what came in time was refused too."""
    await flat.rules(late_policy=LatePolicy.REVIEW)
    late = await flat.at("11-27 12:00")
    await judge(flat.org.id, [Judgement(late[0].pk, Verdict.REFUSE, "Не сходится")], "user:1", make.NOW)
    assert await Reading.filter(register=flat.cold, by_resident=True).values_list("state", "is_current") == [("refused", True)]
    first = await flat.at("12-12 12:00", *flat.both("118", "195"), key="k2")
    await judge(flat.org.id, [Judgement(first[0].pk, Verdict.REFUSE, "Не сходится")], "user:1", make.NOW)
    again = await flat.at("12-27 12:00", *flat.both("119", "195"), key="k3")
    await judge(flat.org.id, [Judgement(again[0].pk, Verdict.REFUSE, "Не сходится")], "user:1", make.NOW)
    rows = await Reading.filter(register=flat.cold, by_resident=True, period=dt.date(2026, 12, 1)).order_by("id").values_list("state", "is_current")
    assert rows == [("refused", False), ("refused", True)]
