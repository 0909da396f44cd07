"""What staff enter and correct of house-wide meters."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from tortoise.exceptions import IntegrityError

from models import House, HouseMeter, HouseReading
from models.database import transaction
from models.enums import Resource
from models.errors import Forbidden, NotFound, Problem, ProblemCode, Refused, RefusedMany
from models.quantity import Quantity
from resolvers import audit, idempotency
from resolvers.house_meters import HouseMeterRow, house_meters_by_ids
from resolvers.meters import UNITS
from resolvers.organizations import organizations_by_ids
from resolvers.places import houses_by_ids
from resolvers.typed import Unreadable, typed_value
from resolvers.viewer import Viewer

C = ProblemCode
LONGEST_SERIAL, LONGEST_PLACE = 40, 80


@dataclass(frozen=True, slots=True)
class HouseMeterGiven:
    """`meter_pk` is None for a new one."""

    house_pk: int
    meter_pk: int | None
    resource: Resource
    serial: str
    place: str
    key: str
    due_on: dt.date | None = None
    removed_on: dt.date | None = None
    validate_only: bool = False

    @property
    def fingerprint(self) -> str:
        return idempotency.fingerprint(self.house_pk, self.meter_pk, self.resource.value, self.serial, self.place, self.due_on, self.removed_on)


@dataclass(frozen=True, slots=True)
class HouseReadingGiven:
    """`passed_zero` lets a value stand that is below the one before it."""

    meter_pk: int
    value: str
    taken_on: dt.date
    key: str
    passed_zero: bool = False
    validate_only: bool = False

    @property
    def fingerprint(self) -> str:
        return idempotency.fingerprint(self.meter_pk, self.value, self.taken_on, self.passed_zero)


async def save_house_meter(viewer: Viewer, given: HouseMeterGiven, now: dt.datetime, today: dt.date | None = None) -> HouseMeterRow | None:
    """Raises NotFound, Forbidden, Refused at `serial`, `place`, `verificationDueOn`, `removedOn`, `idempotencyKey`. None with `validate_only`."""
    house = await _staffed(viewer, given.house_pk)
    day = today or (await organizations_by_ids([house.organization_id]))[house.organization_id].today(now)
    if problems := _problems(given, day):
        raise RefusedMany(problems)
    try:
        pk = await idempotency.looking_again(lambda: _saved(viewer, house, given, now))
    except _Tried:
        return None
    except IntegrityError:
        raise Refused(C.TAKEN, ("serial",)) from None
    return (await house_meters_by_ids(viewer, [pk]))[pk]


async def _saved(viewer: Viewer, house: House, given: HouseMeterGiven, now: dt.datetime) -> int:
    async with transaction():
        answer = await idempotency.first_answer(viewer.actor, "saveHouseMeter", given.key, given.fingerprint)
        if answer is None:
            pk = await _save(house, given)
            if given.validate_only:
                raise _Tried
            answer = {"meter": pk}
            await idempotency.bind(viewer.actor, "saveHouseMeter", given.key, given.fingerprint, answer, now)
            await audit.record(viewer.actor, "house_meter.save", f"house_meter:{pk}", organization_id=house.organization_id)
        return int(answer["meter"])


class _Tried(Exception):
    """All checks were run, those of the database too; nothing stays."""


async def _save(house: House, given: HouseMeterGiven) -> int:
    values: dict[str, Any] = {
        "resource": given.resource, "serial": given.serial.strip(), "place": given.place.strip() or None, "verification_due_on": given.due_on,
        "removed_on": given.removed_on,
    }  # fmt: skip
    if given.meter_pk is None:
        return int((await HouseMeter.create(organization_id=house.organization_id, house_id=house.id, **values)).id)
    if not await HouseMeter.filter(id=given.meter_pk, house_id=house.id).update(**values):
        raise NotFound("house meter")
    return given.meter_pk


async def record_house_reading(viewer: Viewer, given: HouseReadingGiven, now: dt.datetime, today: dt.date | None = None) -> HouseMeterRow | None:
    """The meter with its readings. A reading of the same day is replaced by it.

    Raises NotFound, Forbidden, Refused at `value`, `takenOn`, `idempotencyKey`. None with `validate_only`.
    """
    meter = await HouseMeter.get_or_none(id=given.meter_pk)
    await _staffed(viewer, meter.house_id if meter is not None else 0)
    assert meter is not None
    day = today or (await organizations_by_ids([meter.organization_id]))[meter.organization_id].today(now)
    micro = _read(given, day, meter.removed_on)
    async with transaction():
        await HouseMeter.select_for_update().get(id=meter.id)
        answer = await idempotency.first_answer(viewer.actor, "recordHouseReading", given.key, given.fingerprint)
        if answer is None:
            await _refuse_backwards(meter, given, micro)
            if given.validate_only:
                return None
            await _write(meter, given, micro, viewer, now)
            await idempotency.bind(viewer.actor, "recordHouseReading", given.key, given.fingerprint, {"meter": meter.id}, now)
    return (await house_meters_by_ids(viewer, [meter.id]))[meter.id]


async def _write(meter: HouseMeter, given: HouseReadingGiven, micro: int, viewer: Viewer, now: dt.datetime) -> None:
    standing = HouseReading.filter(meter_id=meter.id, taken_on=given.taken_on, is_current=True)
    if await standing.filter(value=micro).exists():
        return
    await standing.update(is_current=False)
    made = await HouseReading.create(
        organization_id=meter.organization_id, meter_id=meter.id, value=micro, taken_on=given.taken_on, recorded_by=viewer.actor, recorded_at=now
    )
    await audit.record(viewer.actor, "house_meter.read", f"house_meter:{meter.id}", organization_id=meter.organization_id, reading=made.id)


async def _refuse_backwards(meter: HouseMeter, given: HouseReadingGiven, micro: int) -> None:
    """A dial does not run backwards: neither below the reading before, nor above the one after."""
    others = HouseReading.filter(meter_id=meter.id, is_current=True)
    before = await others.filter(taken_on__lt=given.taken_on).order_by("-taken_on").first()
    after = await others.filter(taken_on__gt=given.taken_on).order_by("taken_on").first()
    if before is not None and micro < before.value and not given.passed_zero:
        raise Refused(C.BELOW_LAST_READING, ("value",), previous=Quantity(before.value, UNITS[meter.resource]), day=before.taken_on)
    if after is not None and micro > after.value and not given.passed_zero:
        raise Refused(C.ABOVE_NEXT_READING, ("value",), next=Quantity(after.value, UNITS[meter.resource]), day=after.taken_on)


def _read(given: HouseReadingGiven, today: dt.date, removed_on: dt.date | None) -> int:
    if given.taken_on > today:
        raise Refused(C.DATE_IN_FUTURE, ("takenOn",))
    if removed_on is not None and given.taken_on > removed_on:
        raise Refused(C.METER_REMOVED, ("takenOn",))
    if not given.value.strip():
        raise Refused(C.REQUIRED, ("value",))
    try:
        return typed_value(given.value, None, None)
    except Unreadable as unreadable:
        raise Refused(unreadable.code, ("value",), integer=12, fraction=6, example="117,5") from None


def _problems(given: HouseMeterGiven, today: dt.date) -> list[Problem]:
    wrong = {
        ("serial", C.REQUIRED): not given.serial.strip(),
        ("serial", C.TOO_LONG): len(given.serial.strip()) > LONGEST_SERIAL,
        ("serial", C.INVALID): not given.serial.strip().isprintable(),
        ("place", C.TOO_LONG): len(given.place.strip()) > LONGEST_PLACE,
        ("removedOn", C.DATE_IN_FUTURE): given.removed_on is not None and given.removed_on > today,
    }
    return [Problem(code, (name,)) for (name, code), is_so in wrong.items() if is_so]


async def _staffed(viewer: Viewer, pk: int) -> House:
    """Raises NotFound where the house does not exist for the viewer, Forbidden for whoever is not its organization's staff in person."""
    if pk not in await houses_by_ids(viewer, [pk]):
        raise NotFound("house")
    house = await House.get(id=pk)
    if not viewer.is_person or house.organization_id not in viewer.organization_ids:
        raise Forbidden("staff only")
    return house
