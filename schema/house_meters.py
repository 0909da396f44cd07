"""House-wide meters: information for residents, entered and corrected by staff."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.enums import Resource
from resolvers.house_acts import HouseMeterGiven, HouseReadingGiven, record_house_reading, save_house_meter
from resolvers.house_meters import HouseMeterRow, HouseReadingRow
from schema import ids
from schema.context import Info
from schema.results import Rejected
from schema.values import Node, Quantity


@strawberry.type(description="What a house-wide meter showed on a day.")
class HouseReading:
    taken_on: dt.date = field(description="The day that it was read.")
    value: Quantity = field(description="The value.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, HouseReadingRow)


@strawberry.type(description="A meter of a whole house: shown to its residents, never billed from here.")
class HouseMeter(Node):
    resource: Resource = field(description="What it measures.")
    serial: str = field(description="Its factory number.")
    place: str | None = field(description="Where it stands.")
    verification_due_on: dt.date | None = field(description="The last day on which its verification holds.")
    removed_on: dt.date | None = field(description="The day of removal.")
    readings: list[HouseReading] = field(description="Its readings, the newest first, 24 at most.")
    consumption: Quantity | None = field(description="Between the last two readings; null where the dial has passed zero.")

    @field(description="Opaque and stable.")
    def id(root: Parent[HouseMeterRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("hmt", root.pk))

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, HouseMeterRow)


@strawberry.input(description="A house-wide meter, new or corrected.")
class SaveHouseMeterInput:
    house: strawberry.ID = field(description="The house.")
    resource: Resource = field(description="What it measures.")
    serial: str = field(description="Its factory number, at most 40 characters.")
    idempotency_key: str = field(description="1 to 100 characters, new for each new form.")
    meter: strawberry.ID | None = field(default=None, description="The meter that is corrected; a new one when omitted.")
    place: str = field(default="", description="Where it stands, at most 80 characters.")
    verification_due_on: dt.date | None = field(default=None, description="The last day on which its verification holds.")
    removed_on: dt.date | None = field(default=None, description="The day of removal.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.input(description="What a house-wide meter showed.")
class RecordHouseReadingInput:
    meter: strawberry.ID = field(description="The meter.")
    value: str = field(description="As typed: `11 117,5`.")
    taken_on: dt.date = field(description="The day; a reading of the same day is replaced.")
    idempotency_key: str = field(description="1 to 100 characters, new for each new form.")
    passed_zero: bool = field(default=False, description="Take a value that runs backwards, because the dial has passed zero.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.type(description="The meter is kept.")
class SaveHouseMeterDone:
    meter: HouseMeter | None = field(description="The meter; null with `validateOnly`.")


@strawberry.type(description="The reading is kept.")
class RecordHouseReadingDone:
    meter: HouseMeter | None = field(description="The meter with its readings; null with `validateOnly`.")


SaveHouseMeterResult = Annotated[SaveHouseMeterDone | Rejected, strawberry.union("SaveHouseMeterResult", description="How it ends.")]
RecordHouseReadingResult = Annotated[RecordHouseReadingDone | Rejected, strawberry.union("RecordHouseReadingResult", description="How it ends.")]
TheHouseMeter = Annotated[SaveHouseMeterInput, strawberry.argument(description="The meter.")]
TheHouseReading = Annotated[RecordHouseReadingInput, strawberry.argument(description="The meter, the value, the day.")]


@strawberry.type
class HouseMutations:
    @field(
        description="Enter or correct a house-wide meter, for the organization's staff in person. "
        "Codes: REQUIRED, TOO_LONG, INVALID, TAKEN, DATE_IN_FUTURE, KEY_REUSED."
    )
    async def save_house_meter(self, info: Info, input: TheHouseMeter) -> SaveHouseMeterResult:  # noqa: A002
        context = info.context
        given = HouseMeterGiven(
            house_pk=ids.pk_or_0(input.house, "hse"), meter_pk=ids.pk_or_0(input.meter, "hmt") if input.meter is not None else None,
            resource=input.resource, serial=input.serial, place=input.place, key=input.idempotency_key, due_on=input.verification_due_on,
            removed_on=input.removed_on, validate_only=input.validate_only,
        )  # fmt: skip
        return SaveHouseMeterDone(meter=await save_house_meter(context.person, given, context.now, context.fixed_today))  # type: ignore[arg-type]

    @field(
        description="Enter or correct a reading of a house-wide meter, for the organization's staff in person. Codes: REQUIRED, NOT_A_NUMBER, NEGATIVE, "
        "TOO_LONG, TOO_MANY_DIGITS, DATE_IN_FUTURE, METER_REMOVED, BELOW_LAST_READING, ABOVE_NEXT_READING, KEY_REUSED."
    )
    async def record_house_reading(self, info: Info, input: TheHouseReading) -> RecordHouseReadingResult:  # noqa: A002
        context = info.context
        given = HouseReadingGiven(
            meter_pk=ids.pk_or_0(input.meter, "hmt"), value=input.value, taken_on=input.taken_on, key=input.idempotency_key,
            passed_zero=input.passed_zero, validate_only=input.validate_only,
        )  # fmt: skip
        return RecordHouseReadingDone(meter=await record_house_reading(context.person, given, context.now, context.fixed_today))  # type: ignore[arg-type]
