"""House-wide meters: entered and corrected by staff, seen by those who have an account in the house, of their own days."""

import asyncio
import datetime as dt

import pytest

from models import AuditRecord, House, HouseMeter, HouseReading, IdempotencyKey, Premises
from models.enums import Resource, TokenScope
from models.errors import Forbidden, NotFound, ProblemCode, Refused
from resolvers.house_acts import HouseMeterGiven, HouseReadingGiven, record_house_reading, save_house_meter
from resolvers.house_meters import house_meters_by_ids, house_meters_of
from resolvers.places import houses_by_ids
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.counting import counted

C = ProblemCode


class Town:
    async def prepare(self) -> "Town":
        self.org = await make.organization()
        self.account = await make.account(self.org)
        self.house = (await Premises.get(id=self.account.premises_id)).house_id
        self.viewers = {}
        for name in ("owner", "neighbour", "foreign", "clerk", "other_clerk", "former"):
            user = await make.user(name)
            if name == "owner":
                await make.member(user, self.account)
            elif name == "neighbour":
                await make.member(user, await make.account(self.org))  # another flat of the same house
            elif name == "foreign":
                await make.member(user, await make.account(self.org, house="99"))
            elif name == "former":
                await make.member(user, self.account, until_on=dt.date(2026, 10, 15))
            else:
                await make.staff(user, self.org if name == "clerk" else await make.organization("teplo"))
            self.viewers[name] = await viewer_of_user(user.id, make.TODAY)
        return self

    async def save(self, who="clerk", key="k", **given):
        values = {"house_pk": self.house, "meter_pk": None, "resource": Resource.COLD_WATER, "serial": "ОДПУ-1", "place": "Подвал", "key": key, **given}
        return await save_house_meter(self.viewers[who], HouseMeterGiven(**values), make.NOW, make.TODAY)

    async def read(self, meter: int, value: str, on: str, who="clerk", **given):
        act = HouseReadingGiven(meter, value, make.day(on), given.pop("key", f"{meter}{value}{on}"), **given)
        return await record_house_reading(self.viewers[who], act, make.NOW, make.TODAY)

    async def seen(self, who: str) -> list[tuple[str, list[str]]]:
        viewer = self.viewers[who]
        houses = list((await houses_by_ids(viewer, [self.house])).values())
        found = (await house_meters_of(viewer, houses)).get(self.house, [])
        return [(meter.serial, [f"{one.value.value} {one.taken_on}" for one in meter.readings]) for meter in found]


@pytest.fixture
async def town(database):
    return await Town().prepare()


async def written() -> list:
    return [await model.all().count() for model in (HouseMeter, HouseReading, IdempotencyKey, AuditRecord)] + [
        await HouseMeter.all().values(), await HouseReading.all().values("id", "is_current"),
    ]  # fmt: skip


async def refused(work) -> list[tuple[C, tuple[str, ...]]]:
    before = await written()
    with pytest.raises(Refused) as caught:
        await work
    assert await written() == before
    return [(problem.code, problem.path) for problem in caught.value.problems]


async def test_staff_enter_and_correct_and_residents_see(town):
    meter = (await town.save(due_on=dt.date(2030, 1, 1))).pk
    await town.read(meter, "10 117,5", "2026-09-20")
    await town.read(meter, "10 200", "2026-10-20")
    row = await town.read(meter, "10 217,5", "2026-10-20")
    assert (row.consumption.value, row.consumption.unit) == ("100", "куб.м")
    whole = [("ОДПУ-1", ["10217.5 2026-10-20", "10117.5 2026-09-20"])]
    assert await town.seen("owner") == whole == await town.seen("neighbour") == await town.seen("clerk")
    assert await town.seen("foreign") == [] == await town.seen("other_clerk")
    assert await town.seen("former") == [("ОДПУ-1", ["10117.5 2026-09-20"])]
    assert await HouseReading.all().count() == 3, "what was wrong is kept, and does not count"
    await town.save(meter_pk=meter, serial="ОДПУ-2", key="k2", removed_on=dt.date(2026, 11, 1))
    assert (await HouseMeter.get()).serial == "ОДПУ-2"
    assert set(await house_meters_by_ids(town.viewers["foreign"], [meter])) == set() == set(await house_meters_by_ids(town.viewers["other_clerk"], [meter]))
    assert await AuditRecord.filter(action__startswith="house_meter.").count() == 5


async def test_a_dial_that_passed_zero_is_told_apart_from_a_mistake(town):
    meter = (await town.save()).pk
    await town.read(meter, "99990", "2026-09-20")
    assert await refused(town.read(meter, "5", "2026-10-20")) == [(C.BELOW_LAST_READING, ("value",))]
    row = await town.read(meter, "5", "2026-10-20", passed_zero=True)
    assert row.consumption is None
    assert await refused(town.read(meter, "100000", "2026-09-19")) == [(C.ABOVE_NEXT_READING, ("value",))]


async def test_what_is_refused(town):
    meter = (await town.save(removed_on=dt.date(2026, 11, 1))).pk
    assert await refused(town.save(key="2")) == [(C.TAKEN, ("serial",))]
    assert await refused(town.save(key="2", validate_only=True)) == [(C.TAKEN, ("serial",))]
    assert await refused(town.save(key="2", serial=" ")) == [(C.REQUIRED, ("serial",))]
    long = [(C.TOO_LONG, ("serial",)), (C.TOO_LONG, ("place",)), (C.DATE_IN_FUTURE, ("removedOn",))]
    assert await refused(town.save(key="2", serial="1" * 41, place="1" * 81, removed_on=dt.date(2027, 1, 1))) == long
    assert await refused(town.save(key="k", serial="x")) == [(C.KEY_REUSED, ("idempotencyKey",))]
    for value, code in (("", C.REQUIRED), ("сто", C.NOT_A_NUMBER), ("-1", C.NEGATIVE), ("1" * 13, C.TOO_MANY_DIGITS), ("1" * 41, C.TOO_LONG)):
        assert await refused(town.read(meter, value, "2026-10-20")) == [(code, ("value",))]
    assert await refused(town.read(meter, "1", "2026-11-21")) == [(C.DATE_IN_FUTURE, ("takenOn",))]
    assert await refused(town.read(meter, "1", "2026-11-02")) == [(C.METER_REMOVED, ("takenOn",))]
    before = await written()
    assert await town.read(meter, "1", "2026-10-20", validate_only=True) is None
    assert await town.save(key="3", serial="3", validate_only=True) is None
    assert await written() == before


async def test_the_same_again_is_one(town):
    meter = (await town.save()).pk
    assert (await town.save()).pk == meter
    for _ in range(2):
        await town.read(meter, "1", "2026-10-20")
    await town.read(meter, "1", "2026-10-20", key="another")
    assert await HouseReading.all().count() == 1


async def test_only_the_houses_staff_in_person(town):
    meter = (await town.save()).pk
    town.viewers["token"] = await make.viewer_of_token(await make.token(town.org, *TokenScope), make.TODAY)
    before = await written()
    for who, error in (("owner", Forbidden), ("token", Forbidden), ("former", Forbidden), ("foreign", NotFound), ("other_clerk", NotFound)):
        with pytest.raises(error):
            await town.save(who, key="x", serial="9")
        with pytest.raises(error):
            await town.read(meter, "1", "2026-10-20", who)
    with pytest.raises(NotFound):
        await town.read(999, "1", "2026-10-20")
    other = await House.create(organization=town.org, street="Абая", number="1")
    await make.account(town.org, street="Абая", house="1x")
    with pytest.raises(NotFound):
        await town.save(house_pk=other.id, meter_pk=meter, key="y")
    assert await written() == before


async def test_statements_do_not_grow_with_rows(town):
    async def count() -> int:
        viewer = town.viewers["owner"]
        houses = list((await houses_by_ids(viewer, [town.house])).values())
        with counted() as seen:
            await house_meters_of(viewer, houses)
        return len(seen)

    meter = (await town.save()).pk
    await town.read(meter, "1", "2026-09-01")
    few = await count()
    for number in range(5):
        more = (await town.save(key=f"m{number}", serial=f"s{number}")).pk
        await town.read(more, "1", "2026-09-01")
        await town.read(more, "2", "2026-10-01")
    assert await count() == few


async def test_the_same_key_many_times_at_once_is_one_meter_and_one_answer(town):
    """A form that is pressed twice says no false "taken"."""
    found = await asyncio.gather(*(town.save() for _ in range(6)))
    assert {meter.pk for meter in found} == {(await HouseMeter.get()).id}
    assert await AuditRecord.all().count() == 1


async def test_a_number_with_signs_that_nobody_sees_is_refused(town):
    assert await refused(town.save(serial="ОДПУ\u200b-1")) == [(C.INVALID, ("serial",))]
