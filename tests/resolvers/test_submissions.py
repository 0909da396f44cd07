"""Sending readings: each refusal and question with its code and path, and that nothing was written."""

import asyncio
import datetime as dt
import re

import pytest

from models import AuditRecord, IdempotencyKey, Meter, MeterRegister, Organization, Reading
from models.enums import MeterState, ReadingSource, ReadingState, Resource, Right, TokenScope
from models.errors import Forbidden, NeedsConfirmation, NotFound, ProblemCode, Refused
from resolvers.reading_desk import Typed
from resolvers.submissions import Submission, check_readings, submit_readings
from resolvers.viewer import viewer_of_user
from tests import factories as make

C = ProblemCode
VALUE = ("readings", "0", "value")


class Flat:
    """An account with a cold and a hot meter, three months of readings of 2 and 1 m³ a month, and its owner."""

    async def prepare(self) -> "Flat":
        self.org = await make.organization()
        self.account = await make.account(self.org, "02015213")
        self.cold = await make.meter(self.account, serial="31883369")
        self.hot = await make.meter(self.account, Resource.HOT_WATER, serial="31883423")
        for dial, values in ((self.cold, ("110", "112", "114")), (self.hot, ("190", "191", "192"))):
            for month, value in zip((8, 9, 10), values, strict=True):
                await make.reading(dial, value, dt.date(2026, month, 20))
        user = await make.user("aliya")
        await make.member(user, self.account)
        self.viewer = await viewer_of_user(user.id, make.TODAY)
        return self

    async def send(self, *rows, key="k1", confirmed=(), viewer=None, today=make.TODAY, account=None, to=submit_readings):
        typed = tuple(row if isinstance(row, Typed) else Typed(row[0].id if isinstance(row[0], MeterRegister) else row[0], *row[1:]) for row in rows)
        submission = Submission(account or self.account.id, typed, key, frozenset(confirmed))
        return await to(viewer or self.viewer, submission, make.NOW, today)

    def both(self, cold="116", hot="193"):
        return (self.cold, cold), (self.hot, hot)


@pytest.fixture
async def flat(database):
    return await Flat().prepare()


async def written() -> tuple[int, int, int]:
    return await Reading.all().count(), await IdempotencyKey.all().count(), await AuditRecord.all().count()


async def refused(sending) -> list[tuple[ProblemCode, tuple[str, ...]]]:
    """Codes and paths of a refusal that wrote nothing."""
    before = await written()
    with pytest.raises(Refused) as caught:
        await sending
    assert await written() == before
    return [(problem.code, problem.path) for problem in caught.value.problems]


async def asked(sending) -> list[tuple[ProblemCode, tuple[str, ...]]]:
    before = await written()
    with pytest.raises(NeedsConfirmation) as caught:
        await sending
    assert await written() == before
    return [(problem.code, problem.path) for problem in caught.value.problems]


async def test_readings_are_taken_with_receipts(flat):
    taken = await flat.send((flat.cold, "00116,500"), (flat.hot, " 193 "))
    assert [(row.display, row.consumption.value, row.state, row.source_label) for row in taken] == [
        ("00116.500", "2.500", ReadingState.SENT, "Личный кабинет"),
        ("00193.000", "1.000", ReadingState.SENT, "Личный кабинет"),
    ]
    assert all(re.fullmatch(r"26-11-[0-9A-HJKMNP-TV-Z]{8}", row.receipt_number) for row in taken)
    record = await AuditRecord.get()
    assert (record.action, record.actor) == ("readings.submit", flat.viewer.actor)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("abc", C.NOT_A_NUMBER), ("1,2,3", C.NOT_A_NUMBER), ("117 5", C.NOT_A_NUMBER), ("1e3", C.NOT_A_NUMBER), ("117кВтч", C.NOT_A_NUMBER),
        ("117,", C.NOT_A_NUMBER), ("١١٧", C.NOT_A_NUMBER), ("-5", C.NEGATIVE), ("−5", C.NEGATIVE), ("123456", C.TOO_MANY_DIGITS),
        ("116,1234", C.TOO_MANY_DIGITS), ("1" * 41, C.TOO_LONG),
    ],
)  # fmt: skip
async def test_what_is_no_reading(flat, text, code):
    assert await refused(flat.send((flat.cold, text), (flat.hot, "193"))) == [(code, VALUE)]


@pytest.mark.parametrize("change", [{"removed_on": dt.date(2026, 11, 1)}, {"register_state": MeterState.REMOVED}])
async def test_a_removed_meter(flat, change):
    await Meter.filter(id=flat.cold.meter_id).update(**change)
    assert await refused(flat.send((flat.cold, "116"), (flat.hot, "193"))) == [(C.METER_REMOVED, ("readings", "0", "register"))]


async def test_a_faulty_meter(flat):
    await Meter.filter(id=flat.cold.meter_id).update(register_state=MeterState.FAULTY)
    assert await refused(flat.send(*flat.both())) == [(C.METER_FAULTY, ("readings", "0", "register"))]


@pytest.mark.parametrize("serial", [None, "", " "])
async def test_a_meter_without_serial(flat, serial):
    await Meter.filter(id=flat.hot.meter_id).update(serial=serial)
    assert await refused(flat.send(*flat.both())) == [(C.METER_WITHOUT_SERIAL, ("readings", "1", "register"))]


async def test_overdue_verification_is_the_organizations_policy(flat):
    await Meter.filter(id=flat.cold.meter_id).update(verification_due_on=dt.date(2026, 11, 19))
    assert len(await flat.send(*flat.both())) == 2
    await Organization.filter(id=flat.org.id).update(overdue_policy="refuse")
    assert await refused(flat.send(*flat.both(), key="k2")) == [(C.VERIFICATION_OVERDUE, ("readings", "0", "register"))]


async def test_outside_the_window_residents_wait_and_staff_may(flat):
    await Organization.filter(id=flat.org.id).update(window_first_day=10, window_last_day=19)
    assert await refused(flat.send(*flat.both())) == [(C.WINDOW_CLOSED, ("readings",))]
    clerk = await make.user("clerk")
    await make.staff(clerk, flat.org)
    taken = await flat.send(*flat.both(), viewer=await viewer_of_user(clerk.id, make.TODAY))
    assert {row.source for row in taken} == {ReadingSource.STAFF}
    assert not any(row.by_resident for row in taken)


@pytest.mark.parametrize(("day", "code"), [("2026-11-21", C.DATE_IN_FUTURE), ("2026-10-31", C.DATE_OUTSIDE_PERIOD), ("2000-01-01", C.DATE_OUTSIDE_PERIOD)])
async def test_days_that_are_not_taken(flat, day, code):
    sending = flat.send((flat.cold, "116", make.day(day)), (flat.hot, "193"))
    assert await refused(sending) == [(code, ("readings", "0", "takenOn"))]


async def test_a_dial_does_not_run_backwards(flat):
    await make.reading(flat.cold, "120", "2026-11-15", source=ReadingSource.INSPECTOR)
    early = dt.date(2026, 11, 10)
    assert await refused(flat.send((flat.cold, "121", early), (flat.hot, "193"))) == [(C.ABOVE_NEXT_READING, VALUE)]
    taken = await flat.send((flat.cold, "118", early), (flat.hot, "193"))
    assert taken[0].consumption.value == "4.000"


async def test_before_the_installation(flat):
    await Meter.filter(id=flat.cold.meter_id).update(installed_on=dt.date(2026, 11, 15))
    sending = flat.send((flat.cold, "116", dt.date(2026, 11, 10)), (flat.hot, "193"))
    assert await refused(sending) == [(C.DATE_OUTSIDE_PERIOD, ("readings", "0", "takenOn"))]


async def test_unknown_and_foreign_meters(flat):
    other = await make.meter(await make.account(flat.org))
    for wrong in (None, other.id, 10**12):
        assert await refused(flat.send((wrong, "1"), (flat.hot, "193"))) == [(C.UNKNOWN_METER, ("readings", "0", "register"))]


async def test_the_same_meter_twice(flat):
    assert await refused(flat.send((flat.cold, "116"), (flat.cold, "117"))) == [(C.DUPLICATE_ROW, ("readings", "1", "register"))]


async def test_nothing_filled_in_and_too_much(flat):
    assert await refused(flat.send()) == [(C.REQUIRED, ("readings",))]
    assert await refused(flat.send((flat.cold, " "), (flat.hot, ""))) == [(C.REQUIRED, VALUE)]
    assert await refused(flat.send(*[(flat.cold, "1")] * 101)) == [(C.TOO_MANY_ROWS, ("readings",))]


async def test_every_problem_is_told_at_once(flat):
    assert await refused(flat.send((flat.cold, "x"), (flat.hot, "-1"))) == [(C.NOT_A_NUMBER, VALUE), (C.NEGATIVE, ("readings", "1", "value"))]


@pytest.mark.parametrize(("key", "code"), [("", C.REQUIRED), ("  ", C.REQUIRED), ("k" * 101, C.TOO_LONG)])
async def test_keys_that_are_none(flat, key, code):
    assert await refused(flat.send(*flat.both(), key=key)) == [(code, ("idempotencyKey",))]


@pytest.mark.parametrize(("cold", "code"), [("113,999", C.LOWER_THAN_BEFORE), ("114", C.SAME_AS_BEFORE), ("125", C.MUCH_MORE_THAN_USUAL)])
async def test_strange_values_are_asked_back(flat, cold, code):
    assert await asked(flat.send(*flat.both(cold=cold))) == [(code, VALUE)]
    taken = await flat.send(*flat.both(cold=cold), confirmed=[(VALUE, code)])
    assert taken[0].state is (ReadingState.IN_REVIEW if code is C.LOWER_THAN_BEFORE else ReadingState.SENT)


async def test_questions_carry_their_numbers(flat):
    with pytest.raises(NeedsConfirmation) as caught:
        await flat.send(*flat.both(cold="125"))
    params = caught.value.problems[0].params
    assert (params["value"].value, params["previous"].value, params["consumption"].value, params["usual"].value) == ("125.000", "114.000", "11.000", "2")
    assert [(row.value.value, row.consumption.value) for row in caught.value.understood] == [("125.000", "11.000"), ("193.000", "1.000")]


async def test_a_new_meter_without_history(flat):
    fresh = await make.meter(flat.account, inlet=2)
    assert len(await flat.send(*flat.both(), (fresh, "99"))) == 3
    assert await asked(flat.send(*flat.both(), (fresh, "101"), key="k2")) == [(C.MUCH_MORE_THAN_USUAL, ("readings", "2", "value"))]


async def test_swapped_hot_and_cold_come_first(flat):
    swapped = flat.both(cold="193", hot="115")
    first = [(C.HOT_COLD_SWAPPED, VALUE), (C.HOT_COLD_SWAPPED, ("readings", "1", "value"))]
    assert await asked(flat.send(*swapped)) == first
    confirmed = [(path, code) for code, path in first]
    second = await asked(flat.send(*swapped, confirmed=confirmed))
    assert second == [(C.MUCH_MORE_THAN_USUAL, VALUE), (C.LOWER_THAN_BEFORE, ("readings", "1", "value"))]
    assert len(await flat.send(*swapped, confirmed=[*confirmed, *((path, code) for code, path in second)])) == 2


async def test_some_meters_missing(flat):
    question = (C.SOME_METERS_MISSING, ("readings",))
    assert await asked(flat.send((flat.cold, "116"))) == [question]
    assert await asked(flat.send((flat.cold, "116"), (flat.hot, ""))) == [question]
    assert len(await flat.send((flat.cold, "116"), confirmed=[(("readings",), C.SOME_METERS_MISSING)])) == 1
    assert len(await flat.send((flat.hot, "193"), key="k2")) == 1, "the other has its value already"


async def test_a_confirmation_covers_exactly_what_was_asked(flat):
    confirmed = [(VALUE, C.LOWER_THAN_BEFORE), (("readings", "1", "value"), C.MUCH_MORE_THAN_USUAL)]
    assert await asked(flat.send(*flat.both(cold="125"), confirmed=confirmed)) == [(C.MUCH_MORE_THAN_USUAL, VALUE)]


async def test_correcting_within_the_window_keeps_every_version(flat):
    first = await flat.send(*flat.both())
    second = await flat.send(*flat.both(cold="117"), key="k2")
    assert second[0].receipt_number != first[0].receipt_number
    assert second[1].receipt_number == first[1].receipt_number, "the same value again is the same receipt"
    versions = await Reading.filter(register=flat.cold, by_resident=True).order_by("id").values_list("state", "is_current")
    assert versions == [(ReadingState.SUPERSEDED, False), (ReadingState.SENT, True)]
    assert second[0].consumption.value == "3.000", "counted from October, not from the corrected value"


async def test_a_billed_reading_stands(flat):
    await flat.send(*flat.both())
    await Reading.filter(register=flat.cold, by_resident=True).update(state=ReadingState.BILLED)
    assert await refused(flat.send(*flat.both(cold="117"), key="k2")) == [(C.CHANGED_MEANWHILE, VALUE)]


async def test_a_rollover_is_confirmed_and_counted(flat):
    await make.reading(flat.cold, "99999.500", "2026-11-01")
    confirmed = [(VALUE, C.LOWER_THAN_BEFORE)]
    taken = await flat.send(*flat.both(cold="0,250"), confirmed=confirmed)
    assert (taken[0].state, taken[0].consumption) == (ReadingState.IN_REVIEW, None), "nobody has looked at it yet"
    await Reading.filter(id=taken[0].pk).update(state=ReadingState.ACCEPTED)
    again = await flat.send(*flat.both(cold="0,250"), confirmed=confirmed, key="k2")
    assert again[0].consumption.value == "0.750"


async def test_the_same_key_gives_the_first_answer_and_takes_no_other_input(flat):
    first = await flat.send(*flat.both())
    await flat.send(*flat.both(cold="117"), key="k2")
    count = await written()
    again = await flat.send(*flat.both())
    assert [(row.receipt_number, row.state, row.micro) for row in again] == [(row.receipt_number, row.state, row.micro) for row in first]
    assert await written() == count
    assert await refused(flat.send(*flat.both(cold="118"))) == [(C.KEY_REUSED, ("idempotencyKey",))]


async def test_only_done_binds_a_key(flat):
    await refused(flat.send((flat.cold, "x")))
    await asked(flat.send(*flat.both(cold="114")))
    read = await flat.send(*flat.both(), to=check_readings)
    assert [(row.display, row.consumption.value, row.previous_on) for row in read] == [
        ("00116.000", "2.000", dt.date(2026, 10, 20)), ("00193.000", "1.000", dt.date(2026, 10, 20)),
    ]  # fmt: skip
    assert await IdempotencyKey.all().count() == 0
    assert await Reading.filter(by_resident=True).count() == 0
    assert len(await flat.send(*flat.both())) == 2


async def test_two_tabs_at_once_are_one_sending(flat):
    answers = await asyncio.gather(*(flat.send(*flat.both(), key=f"tab {tab}") for tab in range(6)))
    assert len({tuple(row.receipt_number for row in answer) for answer in answers}) == 1
    assert await Reading.filter(by_resident=True).count() == 2


async def test_two_tabs_with_other_values_leave_one_standing(flat):
    await asyncio.gather(*(flat.send(*flat.both(cold=str(116 + tab)), key=f"tab {tab}") for tab in range(4)))
    assert await Reading.filter(register=flat.cold, by_resident=True, is_current=True).count() == 1
    assert await Reading.filter(register=flat.cold, by_resident=True).count() == 4


async def test_one_key_in_two_tabs_is_one_sending(flat):
    answers = await asyncio.gather(*(flat.send(*flat.both()) for _ in range(4)))
    assert len({tuple(row.receipt_number for row in answer) for answer in answers}) == 1
    assert await IdempotencyKey.all().count() == 1


async def test_partners_need_the_scope_and_residents_the_right(flat):
    partner = await make.viewer_of_token(await make.token(flat.org, TokenScope.READ_ACCOUNTS, TokenScope.SUBMIT_READINGS), make.TODAY)
    taken = await flat.send(*flat.both(), viewer=partner)
    assert {(row.source, row.by_resident) for row in taken} == {(ReadingSource.PARTNER, False)}
    reading_only = await make.viewer_of_token(await make.token(flat.org, TokenScope.READ_ACCOUNTS, TokenScope.READ_READINGS), make.TODAY)
    reader = await make.user("reader")
    await make.member(reader, flat.account, Right.reader())
    for viewer in (reading_only, await viewer_of_user(reader.id, make.TODAY)):
        before = await written()
        with pytest.raises(Forbidden):
            await flat.send(*flat.both(), viewer=viewer, key="k2")
        assert await written() == before


async def test_a_residents_own_token_sends_as_the_resident(flat):
    own = await make.viewer_of_token(await make.token(await make.user("meter_owner")), make.TODAY)
    await make.member(await own_user(own), flat.account)
    viewer = await viewer_of_user(own.user_id, make.TODAY, actor=own.actor, scopes=own.scopes)
    taken = await flat.send(*flat.both(), viewer=viewer)
    assert {(row.source, row.by_resident) for row in taken} == {(ReadingSource.CABINET, True)}


async def own_user(viewer):
    from models import User

    return await User.get(id=viewer.user_id)


async def test_a_foreign_account_is_not_there(flat):
    stranger = await viewer_of_user((await make.user()).id, make.TODAY)
    before = await written()
    for account in (flat.account.id, 0, 10**15):
        with pytest.raises(NotFound):
            await flat.send(*flat.both(), viewer=stranger, account=account)
    assert await written() == before


async def test_a_former_owner_sends_nothing(flat):
    former = await make.user("former")
    await make.member(former, flat.account, until_on=dt.date(2026, 10, 31))
    with pytest.raises(Forbidden):
        await flat.send(*flat.both(), viewer=await viewer_of_user(former.id, make.TODAY))
