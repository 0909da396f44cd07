"""The life of a meter: each event moves the meter, writes readings like a register's, and can be withdrawn; each refusal writes nothing."""

import datetime as dt

import pytest

from models import AuditRecord, IdempotencyKey, Meter, MeterEvent, MeterRegister, Reading
from models.enums import MeterState, ReadingSource, ReadingState, Resource, TariffZone, TokenScope
from models.errors import DialName, Forbidden, NeedsConfirmation, NotFound, ProblemCode, Refused
from models.meter_enums import MeterEventKind
from resolvers.meter_acts import Act, record_event
from resolvers.meter_changes import Installation, Papers, Replacement, install_meter, replace_meter
from resolvers.meter_life import lives_of
from resolvers.meter_values import AtDial, AtZone
from resolvers.meter_withdrawals import withdraw_event
from resolvers.meters import meters_by_ids
from resolvers.new_meters import NewMeter
from resolvers.reading_desk import Typed
from resolvers.submissions import Submission, submit_readings
from resolvers.viewer import viewer_of_user
from tests import factories as make

C, K = ProblemCode, MeterEventKind
TODAY, YESTERDAY = make.TODAY, make.TODAY - dt.timedelta(days=1)
ZERO = (AtZone(None, "0"),)
NEW = NewMeter("77001", 1, (5, 3), (AtZone(None, "0,125"),), dt.date(2032, 11, 18))


class Flat:
    """A cold meter with two readings, its owner, and a clerk of the organization."""

    async def prepare(self) -> "Flat":
        self.org = await make.organization()
        self.account = await make.account(self.org, "02015213")
        self.cold = await make.meter(self.account, serial="31883369", verification_due_on=dt.date(2026, 12, 1))
        await make.reading(self.cold, "112", "2026-09-20")
        await make.reading(self.cold, "114", "2026-10-20")
        owner, clerk = await make.user("owner"), await make.user("clerk")
        await make.member(owner, self.account)
        await make.staff(clerk, self.org)
        self.owner, self.clerk = await viewer_of_user(owner.id, TODAY), await viewer_of_user(clerk.id, TODAY)
        return self

    async def record(self, kind: K, on: dt.date = YESTERDAY, *values: str, viewer=None, key="k", **given):
        dials = given.pop("dials", None) or [self.cold.id]
        rows = tuple(AtDial(dial, value) for dial, value in zip(dials, values, strict=False))
        return await record_event(viewer or self.clerk, Act(self.cold.meter_id, kind, on, key, rows, **given), make.NOW, TODAY)

    async def replace(self, closing="115", new=NEW, on=YESTERDAY, viewer=None, key="r", **given):
        act = Replacement(self.cold.meter_id, on, (AtDial(self.cold.id, closing),), new, key, **given)
        return await replace_meter(viewer or self.clerk, act, make.NOW, TODAY)

    async def send(self, register: int, value: str, *confirmed, key="s"):
        return await submit_readings(self.owner, Submission(self.account.id, (Typed(register, value),), key, frozenset(confirmed)), make.NOW, TODAY)

    async def meter(self) -> Meter:
        return await Meter.get(id=self.cold.meter_id)

    async def life(self, pk: int, viewer=None) -> list[tuple]:
        viewer = viewer or self.clerk
        meter = (await meters_by_ids(viewer, [pk]))[pk]
        return [(e.kind.value, str(e.happened_on), [r.display for r in e.values], e.from_register) for e in (await lives_of(viewer, [meter]))[pk]]


@pytest.fixture
async def flat(database):
    return await Flat().prepare()


async def written() -> list:
    counts = [await model.all().count() for model in (Meter, MeterRegister, MeterEvent, Reading, IdempotencyKey, AuditRecord)]
    return [*counts, await Meter.all().order_by("id").values(), await Reading.all().order_by("id").values("id", "state", "is_current")]


async def refused(work) -> list[tuple[C, tuple[str, ...]]]:
    before = await written()
    with pytest.raises(Refused) as caught:
        await work
    assert await written() == before
    return [(problem.code, problem.path) for problem in caught.value.problems]


async def readings_of(register: int) -> list[tuple]:
    rows = await Reading.filter(register_id=register, is_current=True).order_by("taken_on", "id")
    return [(row.value, row.taken_on, row.source, row.source_label, row.state, row.by_resident, row.period) for row in rows]


async def test_a_removal_closes_the_meter_as_the_register_would(flat):
    event = await flat.record(K.REMOVED, YESTERDAY, "115,5", note="Снят на ремонт")
    assert (event.kind, [row.display for row in event.values]) == (K.REMOVED, ["00115.500"])
    assert (await readings_of(flat.cold.id))[-1] == (
        115_500_000, YESTERDAY, ReadingSource.REMOVAL, "Акт снятия", ReadingState.ACCEPTED, False, dt.date(2026, 11, 1),
    )  # fmt: skip
    meter = await flat.meter()
    assert (meter.removed_on, meter.state) == (YESTERDAY, MeterState.REMOVED)
    record = await AuditRecord.get()
    assert (record.action, record.subject, record.actor) == ("meter.removed", f"meter:{meter.id}", flat.clerk.actor)


async def test_a_replacement_is_one_act_with_both_values(flat):
    event = await flat.replace(papers=Papers(seal="П-1"))
    old, new = await flat.meter(), await Meter.get(serial="77001")
    dial = await MeterRegister.get(meter=new)
    assert old.removed_on == new.installed_on == YESTERDAY
    assert (new.inlet, new.place, new.resource, new.verification_due_on) == (old.inlet, old.place, old.resource, NEW.due_on)
    assert (dial.integer_digits, dial.fraction_digits, dial.zone) == (5, 3, None)
    assert (await readings_of(flat.cold.id))[-1][:4] == (115_000_000, YESTERDAY, ReadingSource.REMOVAL, "Акт снятия")
    assert [row[:4] for row in await readings_of(dial.id)] == [(125_000, YESTERDAY, ReadingSource.INSTALLATION, "Акт установки")]
    assert (event.meter_pk, event.other_meter_pk, event.seal, event.due_on) == (old.id, new.id, "П-1", NEW.due_on)
    assert await MeterEvent.all().count() == 1
    both = [("replaced", str(YESTERDAY), ["00115.000", "00000.125"], False)]
    assert (await flat.life(new.id), (await flat.life(old.id))[:1]) == (both, both)


async def test_a_reading_of_a_meter_replaced_yesterday_names_the_new_one(flat):
    await flat.replace()
    with pytest.raises(Refused) as caught:
        await flat.send(flat.cold.id, "116")
    [problem] = caught.value.problems
    assert (problem.code, problem.path) == (C.METER_REMOVED, ("readings", "0", "register"))
    assert problem.params == {"successor": "77001", "since": YESTERDAY}
    assert not await Reading.filter(by_resident=True).exists()


async def test_the_first_reading_of_a_new_meter_counts_from_its_opening(flat):
    await flat.replace()
    dial = (await MeterRegister.get(meter__serial="77001")).id
    [row] = await flat.send(dial, "0,5")
    assert (row.consumption.value, row.previous.value, row.state) == ("0.375", "0.125", ReadingState.SENT)


async def test_an_opening_is_no_reading_of_the_month(flat):
    """A new meter whose month was not read yet is named when another one is sent alone."""
    hot = await make.meter(flat.account, Resource.HOT_WATER, serial="5")
    await flat.replace()
    with pytest.raises(NeedsConfirmation) as caught:
        await flat.send(hot.id, "5")
    assert [(one.code, one.params["meters"]) for one in caught.value.problems] == [(C.SOME_METERS_MISSING, [DialName("COLD_WATER", None, "77001")])]


@pytest.mark.parametrize(
    ("kind", "given", "column", "value"),
    [
        (K.VERIFIED, {"due_on": dt.date(2032, 11, 1)}, "verification_due_on", dt.date(2032, 11, 1)),
        (K.BROKEN, {}, "register_state", MeterState.FAULTY),
        (K.COMMISSIONED, {"seal": "1"}, None, None),
        (K.SEALED, {"seal": "П-123"}, None, None),
        (K.UNSEALED, {}, None, None),
        (K.REPAIRED, {}, "register_state", MeterState.INSTALLED),
    ],
)
async def test_each_kind_moves_its_column_and_moves_it_back(flat, kind: K, given: dict, column: str | None, value):
    before = await Meter.get(id=flat.cold.meter_id).values()
    event = await flat.record(kind, **given)
    assert column is None or getattr(await flat.meter(), column) == value
    taken_back = await withdraw_event(flat.clerk, event.pk, make.NOW)
    assert taken_back.withdrawn_at == make.NOW
    assert await Meter.get(id=flat.cold.meter_id).values() == before
    assert [one[0] for one in await flat.life(flat.cold.meter_id)] == [kind.value, "installed"], "staff see the trace"
    assert [one[0] for one in await flat.life(flat.cold.meter_id, flat.owner)] == ["installed"]


async def test_an_older_event_moves_nothing_that_a_later_one_said(flat):
    await flat.record(K.VERIFIED, YESTERDAY, due_on=dt.date(2032, 1, 1))
    await flat.record(K.VERIFIED, dt.date(2025, 1, 1), key="k2", due_on=dt.date(2029, 1, 1))
    assert (await flat.meter()).verification_due_on == dt.date(2032, 1, 1)


async def test_events_withdrawn_in_any_order_leave_what_was_before_all(flat):
    due = (await flat.meter()).verification_due_on
    first = await flat.record(K.VERIFIED, dt.date(2026, 11, 1), due_on=dt.date(2031, 1, 1))
    second = await flat.record(K.VERIFIED, YESTERDAY, key="k2", due_on=dt.date(2032, 1, 1))
    await withdraw_event(flat.clerk, first.pk, make.NOW)
    assert (await flat.meter()).verification_due_on == dt.date(2032, 1, 1)
    await withdraw_event(flat.clerk, second.pk, make.NOW)
    assert (await flat.meter()).verification_due_on == due


async def test_a_withdrawn_replacement_leaves_the_old_meter_and_its_trace(flat):
    event = await flat.replace()
    await withdraw_event(flat.clerk, event.pk, make.NOW)
    assert (await flat.meter()).removed_on is None
    new = await Meter.get(serial="77001")
    assert new.withdrawn_at == make.NOW
    assert await meters_by_ids(flat.owner, [new.id]) == {} == await meters_by_ids(flat.clerk, [new.id])
    assert not await Reading.filter(is_current=True, source__in=["removal", "installation"]).exists()
    assert await Reading.filter(source__in=["removal", "installation"], state=ReadingState.SUPERSEDED).count() == 2
    [row] = await flat.send(flat.cold.id, "116")
    assert row.consumption.value == "2.000"
    assert await refused(withdraw_event(flat.clerk, event.pk, make.NOW)) == [(C.ALREADY_WITHDRAWN, ("event",))]
    await flat.replace(closing="117", on=TODAY, key="again")
    assert await Meter.filter(serial="77001", withdrawn_at=None).count() == 1


async def test_a_replacement_that_others_stand_on_is_not_withdrawn(flat):
    event = await flat.replace()
    await flat.send((await MeterRegister.get(meter__serial="77001")).id, "0,5")
    assert await refused(withdraw_event(flat.clerk, event.pk, make.NOW)) == [(C.LATER_ACTS, ("event",))]


async def test_a_rollover_accepts_the_lower_reading_and_counts_across(flat):
    await make.reading(flat.cold, "99998", "2026-11-05")
    [sent] = await flat.send(flat.cold.id, "3", (("readings", "0", "value"), C.LOWER_THAN_BEFORE))
    assert (sent.state, sent.consumption) == (ReadingState.IN_REVIEW, None)
    event = await flat.record(K.ROLLED_OVER, TODAY, reading_pk=sent.pk)
    [row] = event.values
    assert (row.pk, row.state) == (sent.pk, ReadingState.ACCEPTED)
    reading = await Reading.get(id=sent.pk)
    assert (reading.decided_by, reading.decided_at) == (flat.clerk.actor, make.NOW)
    assert await refused(flat.record(K.ROLLED_OVER, TODAY, key="k2", reading_pk=sent.pk)) == [(C.NOT_LOWER, ("reading",))]
    await withdraw_event(flat.clerk, event.pk, make.NOW)
    assert (await Reading.get(id=sent.pk)).state is ReadingState.IN_REVIEW


async def test_more_than_half_a_turn_is_no_rollover(flat):
    """Consumption takes such a value for a misread one: accepted as a rollover it would count nothing."""
    await make.reading(flat.cold, "50003,125", "2026-11-05")
    assert await refused(flat.record(K.ROLLED_OVER, YESTERDAY, "3,126")) == [(C.HALF_A_TURN, ("values", "0", "value"))]
    [sent] = await flat.send(flat.cold.id, "3,126", (("readings", "0", "value"), C.LOWER_THAN_BEFORE))
    assert await refused(flat.record(K.ROLLED_OVER, TODAY, reading_pk=sent.pk)) == [(C.HALF_A_TURN, ("reading",))]
    await Reading.filter(id=sent.pk).update(value=3_125_000)
    await flat.record(K.ROLLED_OVER, TODAY, reading_pk=sent.pk)


async def test_a_rollover_that_staff_saw_themselves(flat):
    await make.reading(flat.cold, "99998", "2026-11-05")
    await flat.record(K.ROLLED_OVER, YESTERDAY, "1")
    assert (await readings_of(flat.cold.id))[-1][:3] == (1_000_000, YESTERDAY, ReadingSource.STAFF)
    await flat.record(K.REMOVED, TODAY, "2", key="k2")
    assert (await flat.meter()).removed_on == TODAY


async def test_a_new_meter_on_an_inlet_after_a_removal(flat):
    await flat.record(K.REMOVED, YESTERDAY, "115")
    zones = NewMeter("88", 2, (6, 1), (AtZone(TariffZone.DAY, "10"), AtZone(TariffZone.NIGHT, "20,5")))
    act = Installation(flat.account.id, 1, "Кухня", Resource.COLD_WATER, TODAY, zones, "i")
    event = await install_meter(flat.clerk, act, make.NOW, TODAY)
    new = await Meter.get(serial="88")
    dials = await MeterRegister.filter(meter=new).order_by("id")
    assert [(dial.zone, dial.integer_digits, (await readings_of(dial.id))[0][0]) for dial in dials] == [
        (TariffZone.DAY, 6, 10_000_000), (TariffZone.NIGHT, 6, 20_500_000),
    ]  # fmt: skip
    assert (event.kind, event.meter_pk, event.from_register) == (K.INSTALLED, new.id, False)
    with pytest.raises(Refused) as caught:
        await flat.send(flat.cold.id, "116")
    assert caught.value.problems[0].params["successor"] == "88"
    await withdraw_event(flat.clerk, event.pk, make.NOW)
    assert (await Meter.get(id=new.id)).withdrawn_at == make.NOW


async def test_what_is_wrong_with_an_event_is_told_and_nothing_is_written(flat):
    async def told(kind, on=YESTERDAY, *values, **given):
        return await refused(flat.record(kind, on, *values, **given))

    assert await told(K.REMOVED, TODAY + dt.timedelta(days=1), "115") == [(C.DATE_IN_FUTURE, ("happenedOn",))]
    assert await told(K.REMOVED, dt.date(2026, 10, 1), "115") == [(C.DATE_OUTSIDE_PERIOD, ("happenedOn",))], "a reading of a later day stands"
    assert await told(K.SEALED, dt.date(2023, 1, 1), seal="1") == [(C.DATE_OUTSIDE_PERIOD, ("happenedOn",))], "before it was put in"
    assert await told(K.REMOVED) == [(C.REQUIRED, ("values",))]
    assert await told(K.REMOVED, YESTERDAY, " ") == [(C.REQUIRED, ("values", "0", "value"))]
    assert await told(K.REMOVED, YESTERDAY, "сто") == [(C.NOT_A_NUMBER, ("values", "0", "value"))]
    assert await told(K.REMOVED, YESTERDAY, "123456") == [(C.TOO_MANY_DIGITS, ("values", "0", "value"))]
    assert await told(K.REMOVED, YESTERDAY, "-1") == [(C.NEGATIVE, ("values", "0", "value"))]
    assert await told(K.REMOVED, YESTERDAY, "113") == [(C.BELOW_LAST_READING, ("values", "0", "value"))]
    assert await told(K.REMOVED, YESTERDAY, "115", "115", dials=[flat.cold.id, flat.cold.id]) == [(C.DUPLICATE_ROW, ("values", "1", "register"))]
    assert await told(K.REMOVED, YESTERDAY, "115", "1", dials=[flat.cold.id, 0]) == [(C.UNKNOWN_METER, ("values", "1", "register"))]
    assert await told(K.VERIFIED) == [(C.REQUIRED, ("dueOn",))]
    assert await told(K.VERIFIED, due_on=YESTERDAY) == [(C.INVALID, ("dueOn",))]
    assert await told(K.SEALED) == [(C.REQUIRED, ("seal",))]
    assert await told(K.SEALED, seal="1" * 41) == [(C.TOO_LONG, ("seal",))]
    assert await told(K.BROKEN, note="я" * 301) == [(C.TOO_LONG, ("note",))]
    assert await told(K.BROKEN, YESTERDAY, "1", due_on=TODAY, seal="1", reading_pk=1) == [
        (C.INVALID, (name,)) for name in ("dueOn", "seal", "values", "reading")
    ]
    assert await told(K.BROKEN, document_pk=1) == [(C.INVALID, ("document",))]
    assert await told(K.ROLLED_OVER, reading_pk=999) == [(C.NOT_LOWER, ("reading",))]
    assert await told(K.ROLLED_OVER) == [(C.REQUIRED, ("values",))]
    assert await told(K.ROLLED_OVER, YESTERDAY, "200") == [(C.NOT_LOWER, ("values", "0", "value"))]
    assert await told(K.INSTALLED) == [(C.INVALID, ("kind",))] == await told(K.REPLACED)
    assert await told(K.BROKEN, key="") == [(C.REQUIRED, ("idempotencyKey",))]
    await MeterRegister.filter(id=flat.cold.id).update(integer_digits=None)
    assert await told(K.ROLLED_OVER, YESTERDAY, "1") == [(C.DIGITS_UNKNOWN, ("values", "0", "value"))]


async def test_what_is_wrong_with_a_new_meter(flat):
    def new(serial="77001", zones=1, digits=(5, 3), opening=ZERO, due_on=None):
        return NewMeter(serial, zones, digits, opening, due_on)

    async def told(**given):
        return await refused(flat.replace(new=new(**given)))

    assert await told(serial=" ") == [(C.REQUIRED, ("serial",))]
    assert await told(serial="1" * 41) == [(C.TOO_LONG, ("serial",))]
    assert await told(serial="77\u202e001") == await told(serial="77\u200b001") == [(C.INVALID, ("serial",))]
    assert await told(zones=4) == [(C.INVALID, ("zones",))]
    assert await told(digits=(0, 7)) == [(C.INVALID, ("integerDigits",)), (C.INVALID, ("fractionDigits",))]
    assert await told(due_on=YESTERDAY) == [(C.INVALID, ("dueOn",))]
    assert await told(opening=()) == [(C.REQUIRED, ("opening",))]
    assert await told(zones=2) == [(C.INVALID, ("opening", "0", "zone"))]
    assert await told(opening=(AtZone(None, "x"),)) == [(C.NOT_A_NUMBER, ("opening", "0", "value"))]
    assert await told(opening=(AtZone(None, "1"), AtZone(None, "2"))) == [(C.DUPLICATE_ROW, ("opening", "1", "zone"))]
    await make.meter(flat.account, serial="77001")
    assert await told() == [(C.TAKEN, ("serial",))]
    assert await refused(flat.replace(closing="1", new=new("2"))) == [(C.BELOW_LAST_READING, ("closing", "0", "value"))]
    await flat.record(K.REMOVED, YESTERDAY, "115")
    assert await refused(flat.replace(new=new("2"))) == [(C.METER_REMOVED, ("meter",))]
    act = Installation(flat.account.id, -1, "я" * 81, Resource.GAS, TODAY + dt.timedelta(days=1), new("3"), "i")
    paths = [(C.INVALID, ("inlet",)), (C.TOO_LONG, ("place",)), (C.DATE_IN_FUTURE, ("happenedOn",))]
    assert await refused(install_meter(flat.clerk, act, make.NOW, TODAY)) == paths


async def test_the_same_key_gives_the_same_event(flat):
    first, again = await flat.replace(), await flat.replace()
    assert first.pk == again.pk
    assert await MeterEvent.all().count() == 1
    with pytest.raises(Refused) as caught:
        await flat.replace(closing="116")
    assert caught.value.problems[0].code is C.KEY_REUSED


async def test_validating_writes_nothing(flat):
    before = await written()
    assert await flat.replace(validate_only=True) is None
    assert await flat.record(K.REMOVED, YESTERDAY, "115", validate_only=True) is None
    assert await written() == before


async def test_only_the_organizations_staff_in_person(flat):
    other = await make.organization("teploset")
    foreign, stranger = await make.user("other_clerk"), await make.user("stranger")
    await make.staff(foreign, other)
    token = await make.viewer_of_token(await make.token(flat.org, *TokenScope), TODAY)
    event = await flat.record(K.BROKEN)
    before = await written()
    for viewer, error in (
        (flat.owner, Forbidden), (token, Forbidden), (await viewer_of_user(foreign.id, TODAY), NotFound), (await viewer_of_user(stranger.id, TODAY), NotFound),
    ):  # fmt: skip
        with pytest.raises(error):
            await flat.record(K.BROKEN, viewer=viewer, key="k2")
        with pytest.raises(error):
            await flat.replace(viewer=viewer)
        with pytest.raises(error):
            await install_meter(viewer, Installation(flat.account.id, 1, "", Resource.GAS, TODAY, NEW, "i"), make.NOW, TODAY)
        with pytest.raises(error):
            await withdraw_event(viewer, event.pk, make.NOW)
    assert await written() == before
    with pytest.raises(NotFound):
        await withdraw_event(flat.clerk, 999, make.NOW)


async def test_a_former_owner_sees_the_life_of_his_days(flat):
    former, buyer = await make.user("former"), await make.user("buyer")
    await make.member(former, flat.account, until_on=dt.date(2026, 10, 31))
    await make.member(buyer, flat.account, from_on=dt.date(2026, 11, 1))
    await flat.record(K.SEALED, dt.date(2026, 10, 1), seal="1")
    await flat.record(K.BROKEN, YESTERDAY, key="k2")
    seen = {name: await flat.life(flat.cold.meter_id, await viewer_of_user(user.id, TODAY)) for name, user in (("former", former), ("buyer", buyer))}
    assert [one[0] for one in seen["former"]] == ["sealed", "installed"]
    assert [one[0] for one in seen["buyer"]] == ["broken"]


async def test_what_registers_say_stands_in_the_life_once(flat):
    await make.reading(flat.cold, "1", "2024-01-10", source=ReadingSource.INSTALLATION)
    await make.reading(flat.cold, "115", YESTERDAY, source=ReadingSource.REMOVAL)
    await Meter.filter(id=flat.cold.meter_id).update(removed_on=YESTERDAY)
    assert await flat.life(flat.cold.meter_id) == [
        ("removed", str(YESTERDAY), ["00115.000"], True), ("installed", "2024-01-10", ["00001.000"], True),
    ]  # fmt: skip


async def test_a_meter_of_the_first_month_there_is_takes_readings(flat):
    """What was used is averaged over the half year before, which the first months do not have."""
    event = await install_meter(flat.clerk, Installation(flat.account.id, 2, "", Resource.COLD_WATER, dt.date(1990, 1, 1), NEW, "i"), make.NOW, TODAY)
    [dial] = await MeterRegister.filter(meter_id=event.meter_pk).values_list("id", flat=True)
    confirmed = [(("readings", "0", "value"), C.MUCH_MORE_THAN_USUAL), (("readings",), C.SOME_METERS_MISSING)]
    [taken] = await flat.send(dial, "117", *confirmed)
    assert (taken.display, taken.previous.value) == ("00117.000", "0.125")


async def test_readings_older_than_any_month_that_may_be_written_stand_in_no_way(flat):
    """Registers may hold days from 1900 on."""
    await make.reading(flat.cold, "3", "1985-05-20")
    [taken] = await flat.send(flat.cold.id, "116")
    assert taken.previous.value == "114.000"
