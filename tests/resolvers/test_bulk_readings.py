"""Many accounts at once: a verdict for each row, the rules of a single sending, and a number of statements that does not grow with rows."""

import asyncio
import datetime as dt

import pytest

from models import AuditRecord, IdempotencyKey, Meter, MeterRegister, Organization, Reading
from models.enums import MeterState, ReadingSource, ReadingState, Resource, Right, TariffZone, TokenScope
from models.errors import Forbidden, NeedsConfirmation, ProblemCode, Refused
from resolvers.bulk_answers import Outcome
from resolvers.bulk_readings import Bulk, submit_bulk
from resolvers.bulk_rows import BulkRow
from resolvers.reading_desk import Typed
from resolvers.submissions import Submission, submit_readings
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.counting import counted

C = ProblemCode
DONE, ASKED, REJECTED = Outcome.DONE, Outcome.CONFIRMATION_REQUIRED, Outcome.REJECTED


class Street:
    """An organization with accounts of a cold and a hot meter each (114 and 192 in October), and its partner's token."""

    async def prepare(self, flats: int = 3) -> "Street":
        self.org = await make.organization()
        self.flats = [await self.flat() for _ in range(flats)]
        self.partner = await make.viewer_of_token(await make.token(self.org, TokenScope.READ_ACCOUNTS, TokenScope.SUBMIT_READINGS), make.TODAY)
        return self

    async def flat(self):
        account = await make.account(self.org)
        dials = [await make.meter(account), await make.meter(account, Resource.HOT_WATER)]
        for dial, values in zip(dials, (("112", "114"), ("191", "192")), strict=True):
            for month, value in zip((9, 10), values, strict=True):
                await make.reading(dial, value, dt.date(2026, month, 20))
        return account, *dials

    async def send(self, *rows: BulkRow, key="k1", viewer=None, validate_only=False, slug="vodokanal", today=make.TODAY):
        return await submit_bulk(viewer or self.partner, Bulk(slug, tuple(rows), key, validate_only), make.NOW, today)

    def both(self, place: int, cold="116", hot="193", **given) -> list[BulkRow]:
        account, *dials = self.flats[place]
        return [BulkRow(value, account_pk=account.id, register_pk=dial.id, **given) for dial, value in zip(dials, (cold, hot), strict=True)]


@pytest.fixture
async def street(database):
    return await Street().prepare()


async def written() -> tuple[int, int, int]:
    return await Reading.filter(receipt__isnull=False).count(), await IdempotencyKey.all().count(), await AuditRecord.all().count()


def told(verdicts) -> list[tuple[Outcome, list[tuple[ProblemCode, str]]]]:
    return [(one.outcome, [(problem.code, ".".join(problem.path)) for problem in one.problems]) for one in verdicts]


async def test_good_rows_are_taken_and_bad_ones_stop_nothing(street):
    account, cold, hot = street.flats[1]
    rows = [*street.both(0), BulkRow("abc", account_pk=account.id, register_pk=cold.id), BulkRow("193", account_pk=account.id, register_pk=hot.id)]
    verdicts = await street.send(*rows)
    assert told(verdicts) == [(DONE, []), (DONE, []), (REJECTED, [(C.NOT_A_NUMBER, "rows.2.value")]), (DONE, [])]
    assert len({one.reading.receipt_number for one in verdicts if one.reading}) == 3
    assert {(one.reading.source, one.reading.by_resident) for one in verdicts if one.reading} == {(ReadingSource.PARTNER, False)}
    trail = await AuditRecord.all().order_by("id")
    assert [(one.subject, len(one.details["readings"])) for one in trail] == [(f"account:{street.flats[0][0].id}", 2), (f"account:{account.id}", 1)]


async def test_questions_stand_beside_their_rows_and_are_answered_there(street):
    rows = [*street.both(0, cold="113"), *street.both(1)]
    assert told(await street.send(*rows)) == [(ASKED, [(C.LOWER_THAN_BEFORE, "rows.0.value")]), (DONE, []), (DONE, []), (DONE, [])]
    again = await street.send(*street.both(0, cold="113", confirmed=frozenset({C.LOWER_THAN_BEFORE})), key="k2")
    assert (again[0].outcome, again[0].reading.state) == (DONE, ReadingState.IN_REVIEW)
    assert again[1].reading.receipt_number, "the same value again keeps its receipt"
    assert await Reading.filter(receipt__isnull=False).count() == 4


async def test_some_meters_missing_is_asked_of_each_account(street):
    row = street.both(0)[0]
    assert told(await street.send(row, *street.both(1)))[0] == (ASKED, [(C.SOME_METERS_MISSING, "rows.0")])
    [done] = await street.send(BulkRow(row.value, row.account_pk, None, row.register_pk, confirmed=frozenset({C.SOME_METERS_MISSING})), key="k2")
    assert done.outcome is DONE


async def test_dials_by_the_number_of_their_meter(street):
    account, cold, hot = street.flats[0]
    serials = [(await Meter.get(id=dial.meter_id)).serial for dial in (cold, hot)]
    rows = [BulkRow(value, account_number=account.number, serial=f" {serial}") for value, serial in zip(("116", "193"), serials, strict=True)]
    assert told(await street.send(*rows)) == [(DONE, []), (DONE, [])]
    wrong = [
        BulkRow("116", account_number=account.number, serial="1"),
        BulkRow("116", account_number=account.number, serial=serials[0], resource=Resource.GAS),
        BulkRow("116", account_number=account.number, serial=serials[0], inlet=9),
        BulkRow("116", account_number=account.number),
        BulkRow("116"),
    ]
    unknown = [(REJECTED, [(C.UNKNOWN_METER, f"rows.{row}.serial")]) for row in range(3)]
    assert told(await street.send(*wrong, key="k2")) == [
        *unknown, (REJECTED, [(C.REQUIRED, "rows.3.register")]), (REJECTED, [(C.REQUIRED, "rows.4.account")]),
    ]  # fmt: skip


async def test_several_dials_of_one_number_are_told_apart_or_refused(street):
    account, *_ = street.flats[0]
    day = await make.meter(account, Resource.ELECTRICITY, serial="777", digits=(6, 0), inlet=None)
    await MeterRegister.filter(id=day.id).update(zone=TariffZone.DAY)
    await MeterRegister.create(meter_id=day.meter_id, zone=TariffZone.NIGHT, integer_digits=6, fraction_digits=0)
    row = BulkRow("10", account_number=account.number, serial="777")
    assert told(await street.send(row)) == [(REJECTED, [(C.SEVERAL_METERS, "rows.0.serial")])]
    zones = [BulkRow("10", account_number=account.number, serial="777", zone=zone) for zone in (TariffZone.DAY, TariffZone.NIGHT)]
    assert [one.outcome for one in await street.send(*zones, *street.both(0))] == [DONE] * 4


async def test_a_removed_meter_and_one_without_number(street):
    account, cold, hot = street.flats[0]
    await Meter.filter(id=cold.meter_id).update(register_state=MeterState.REMOVED)
    await Meter.filter(id=hot.meter_id).update(serial=None)
    assert told(await street.send(*street.both(0))) == [
        (REJECTED, [(C.METER_REMOVED, "rows.0.register")]), (REJECTED, [(C.METER_WITHOUT_SERIAL, "rows.1.register")]),
    ]  # fmt: skip
    by_number = BulkRow("116", account_pk=account.id, serial=(await Meter.get(id=cold.meter_id)).serial)
    assert told(await street.send(by_number)) == [(REJECTED, [(C.METER_REMOVED, "rows.0.serial")])]
    assert await written() == (0, 0, 0)


async def test_two_rows_of_one_dial(street):
    """The same twice is taken once; of two different values none is chosen."""
    cold, hot = street.both(0)
    assert told(await street.send(cold, hot, cold)) == [(DONE, []), (DONE, []), (REJECTED, [(C.DUPLICATE_ROW, "rows.2.register")])]
    cold, hot = street.both(1)
    other = BulkRow("117", account_pk=cold.account_pk, register_pk=cold.register_pk)
    assert told(await street.send(cold, hot, other, key="k2")) == [
        (REJECTED, [(C.DUPLICATE_ROW, "rows.0.register")]), (DONE, []), (REJECTED, [(C.DUPLICATE_ROW, "rows.2.register")]),
    ]  # fmt: skip
    assert await Reading.filter(register_id=cold.register_pk, receipt__isnull=False).count() == 0


async def test_foreign_accounts_are_not_there(street):
    elsewhere = await make.organization("teplo")
    foreign = await make.account(elsewhere)
    dial = await make.meter(foreign)
    rows = [
        BulkRow("1", account_pk=foreign.id, register_pk=dial.id),
        BulkRow("1", account_number=foreign.number, register_pk=dial.id),
        BulkRow("1", account_pk=0, register_pk=dial.id),
        BulkRow("1", account_number="99999999", register_pk=dial.id),
        BulkRow("1", account_pk=street.flats[0][0].id, account_number=street.flats[1][0].number, register_pk=dial.id),
        BulkRow("1", account_pk=street.flats[0][0].id, register_pk=dial.id),
    ]
    columns = ("account", "accountNumber", "account", "accountNumber", "account")
    expected = [(REJECTED, [(C.UNKNOWN_ACCOUNT, f"rows.{row}.{column}")]) for row, column in enumerate(columns)]
    assert told(await street.send(*rows)) == [*expected, (REJECTED, [(C.UNKNOWN_METER, "rows.5.register")])]
    assert told(await street.send(*rows[:1], slug="teplo", key="k2")) == expected[:1], "an argument widens nothing"
    assert told(await street.send(*rows[:1], slug="nowhere", key="k3")) == expected[:1]
    assert await written() == (0, 0, 0)


async def test_windows_bind_residents_alone_and_rights_too(street):
    await Organization.filter(id=street.org.id).update(window_first_day=10, window_last_day=15)
    resident, clerk = await make.user("resident"), await make.user("clerk")
    await make.staff(clerk, street.org)
    await make.member(resident, street.flats[0][0])
    await make.member(resident, street.flats[1][0], Right.reader())
    rows = [*street.both(0), *street.both(1)]
    closed = [(REJECTED, [(C.WINDOW_CLOSED, f"rows.{row}")]) for row in (0, 1)]
    barred = [(REJECTED, [(C.MAY_NOT_SEND, f"rows.{row}.account")]) for row in (2, 3)]
    assert told(await street.send(*rows, viewer=await viewer_of_user(resident.id, make.TODAY))) == closed + barred
    assert await written() == (0, 0, 0)
    assert [one.outcome for one in await street.send(*rows, viewer=await viewer_of_user(clerk.id, make.TODAY))] == [DONE] * 4
    await Organization.filter(id=street.org.id).update(window_first_day=1, window_last_day=31)
    mine = await street.send(*street.both(0, "117", "194"), viewer=await viewer_of_user(resident.id, make.TODAY), key="k2")
    assert {(one.outcome, one.reading.source, one.reading.by_resident) for one in mine} == {(DONE, ReadingSource.CABINET, True)}


async def test_without_the_scope_nothing_is_looked_at(street):
    reading_only = await make.viewer_of_token(await make.token(street.org, TokenScope.READ_ACCOUNTS), make.TODAY)
    with pytest.raises(Forbidden):
        await street.send(*street.both(0), viewer=reading_only)
    assert await written() == (0, 0, 0)


@pytest.mark.parametrize(("rows", "key", "code", "path"), [
    (0, "k", C.REQUIRED, "rows"), (501, "k", C.TOO_MANY_ROWS, "rows"), (1, "", C.REQUIRED, "idempotencyKey"), (1, "k" * 101, C.TOO_LONG, "idempotencyKey"),
])  # fmt: skip
async def test_batches_that_are_none(street, rows: int, key: str, code: ProblemCode, path: str):
    with pytest.raises(Refused) as caught:
        await street.send(*[street.both(0)[0]] * rows, key=key)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [(code, (path,))]
    assert await written() == (0, 0, 0)


async def test_the_same_key_gives_the_first_answer_and_takes_no_other_input(street):
    rows = [*street.both(0, cold="113"), *street.both(1, hot="x"), BulkRow("1", account_pk=0)]
    first = await street.send(*rows)
    await street.send(*street.both(1, cold="117"), key="k2")
    count = await written()
    again = await street.send(*rows)
    assert told(again) == told(first)
    assert [one.reading and (one.reading.receipt_number, one.reading.state) for one in again] == [
        one.reading and (one.reading.receipt_number, one.reading.state) for one in first
    ]
    assert [[sorted(problem.params.items()) for problem in one.problems] for one in again] == [
        [sorted(problem.params.items()) for problem in one.problems] for one in first
    ]
    assert await written() == count
    with pytest.raises(Refused) as caught:
        await street.send(*street.both(0))
    assert caught.value.problems[0].code is C.KEY_REUSED
    assert await written() == count


async def test_a_batch_of_which_nothing_was_taken_binds_no_key(street):
    assert {one.outcome for one in await street.send(*street.both(0, "x", "y"))} == {REJECTED}
    assert await written() == (0, 0, 0)
    assert [one.outcome for one in await street.send(*street.both(0))] == [DONE, DONE]


async def test_validate_only_writes_nothing(street):
    verdicts = await street.send(*street.both(0), *street.both(1, cold="113"), validate_only=True, key="")
    assert [(one.outcome, one.reading) for one in verdicts] == [(DONE, None), (DONE, None), (ASKED, None), (DONE, None)]
    assert await written() == (0, 0, 0)


async def test_a_billed_reading_stands(street):
    first = await street.send(*street.both(0))
    await Reading.filter(id=first[0].reading.pk).update(state=ReadingState.BILLED)
    assert told(await street.send(*street.both(0, cold="117"), key="k2")) == [(REJECTED, [(C.CHANGED_MEANWHILE, "rows.0.value")]), (DONE, [])]


ROWS = [("116", "193"), ("x", "193"), ("113", "193"), ("114", "193"), ("193", "115"), ("150", "193"), ("123456", "-1"), ("", "193"), ("116,1234", "193,5")]


@pytest.mark.parametrize("values", ROWS)
async def test_the_rules_are_those_of_a_single_sending(street, values):
    """Problem by problem: a batch of one account says beside its rows what a sending of it says."""
    account, cold, hot = street.flats[0]
    single: set[tuple[ProblemCode, str]] = set()
    typed = tuple(Typed(dial.id, value) for dial, value in zip((cold, hot), values, strict=True))
    try:
        taken = len(await submit_readings(street.partner, Submission(account.id, typed, "single"), make.NOW, make.TODAY))
    except (Refused, NeedsConfirmation) as caught:
        single, taken = {(problem.code, problem.path[1]) for problem in caught.problems if len(problem.path) > 2}, 0
    await Reading.filter(receipt__isnull=False).delete()
    verdicts = await street.send(*street.both(0, *values))
    told = {(problem.code, problem.path[1]) for one in verdicts for problem in one.problems}
    assert told - {(C.REQUIRED, "0")} == single, "an empty field of a form is not filled in, an empty row is wrong"
    assert taken in (0, sum(one.outcome is DONE for one in verdicts))


async def test_the_number_of_statements_does_not_grow_with_rows(street):
    street.flats += [await street.flat() for _ in range(250)]
    counts = {}
    for accounts, repeated in ((3, False), (25, False), (250, False), (3, True), (25, True), (250, True)):
        rows = [row for place in range(accounts) for row in street.both(place, "117" if repeated else "116")][: {3: 5, 25: 50, 250: 500}[accounts]]
        with counted() as seen:
            verdicts = await street.send(*rows, key=f"{accounts} {repeated}")
        assert sum(one.outcome is DONE for one in verdicts) >= len(rows) - 2
        counts[len(rows), repeated] = len(seen)
    print(counts)  # noqa: T201 - shown with -s and on failure
    assert len({count for (_, repeated), count in counts.items() if not repeated}) == 1, counts
    assert len({count for (_, repeated), count in counts.items() if repeated}) == 1, counts


async def test_two_batches_over_the_same_accounts_in_other_orders(street):
    """Locks are taken in one order: neither waits for what the other holds, and nothing is lost or doubled."""
    rows = [row for place in range(3) for row in street.both(place)]
    answers = await asyncio.gather(*(street.send(*(rows if turn % 2 else rows[::-1]), key=f"turn {turn}") for turn in range(6)))
    assert {one.outcome for answer in answers for one in answer} == {DONE}
    assert await Reading.filter(receipt__isnull=False).count() == 6
    one_key = await asyncio.gather(*(street.send(*(street.both(1, "118") + street.both(2, "118")), key="one") for _ in range(4)))
    assert len({tuple(one.reading.receipt_number for one in answer) for answer in one_key}) == 1
    assert await IdempotencyKey.filter(key="one").count() == 1


async def test_a_batch_and_a_single_sending_at_once(street):
    account, cold, hot = street.flats[0]
    single = Submission(account.id, (Typed(cold.id, "117"), Typed(hot.id, "194")), "single")
    await asyncio.gather(submit_readings(street.partner, single, make.NOW, make.TODAY), street.send(*street.both(0), *street.both(1)))
    assert await Reading.filter(register=cold, receipt__isnull=False, is_current=True).count() == 1
    assert await Reading.filter(register=cold, receipt__isnull=False).count() == 2
