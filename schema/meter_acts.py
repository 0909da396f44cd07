"""What staff do at meters: inputs and outcomes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import field

from models.enums import Resource, TariffZone
from models.meter_enums import MeterEventKind
from resolvers.meter_acts import Act, record_event
from resolvers.meter_changes import Installation, Papers, Replacement, install_meter, replace_meter
from resolvers.meter_values import AtDial, AtZone
from resolvers.meter_withdrawals import withdraw_event
from resolvers.new_meters import NewMeter
from schema import ids
from schema import meter_enums as meter_enums
from schema.context import Info
from schema.meter_events import MeterEvent
from schema.results import Rejected


@strawberry.input(description="What a dial showed.")
class DialValueInput:
    register: strawberry.ID = field(description="The dial.")
    value: str = field(description="As typed: `117,5`.")


@strawberry.input(description="What a dial of a new meter shows.")
class OpeningValueInput:
    value: str = field(description="As typed: `0`, `00000.125`.")
    zone: TariffZone | None = field(default=None, description="Its zone, where the meter has several dials.")


@strawberry.input(description="Something that happened to a meter.")
class RecordMeterEventInput:
    meter: strawberry.ID = field(description="The meter.")
    kind: MeterEventKind = field(description="What happened: not INSTALLED or REPLACED, which are verbs of their own.")
    happened_on: dt.date = field(description="On which day.")
    idempotency_key: str = field(description="1 to 100 characters, new for each new form.")
    values: list[DialValueInput] = field(default_factory=list, description="Closing values of every dial for REMOVED; values behind zero for ROLLED_OVER.")
    due_on: dt.date | None = field(default=None, description="For VERIFIED: the last day on which it holds.")
    seal: str = field(default="", description="For SEALED (required), UNSEALED and COMMISSIONED: the number of the seal.")
    note: str = field(default="", description="At most 300 characters; residents see it too.")
    reading: strawberry.ID | None = field(default=None, description="For ROLLED_OVER: the lower reading that waits in review; it is accepted.")
    document: strawberry.ID | None = field(default=None, description="A file of the account that shows it.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.input(description="A meter taken down and another put in its place, in one act.")
class ReplaceMeterInput:
    meter: strawberry.ID = field(description="The meter that is taken down.")
    happened_on: dt.date = field(description="On which day.")
    closing: list[DialValueInput] = field(description="What each of its dials showed last.")
    serial: str = field(description="The new meter's factory number.")
    integer_digits: int = field(description="How many digits it shows before the point, 1–9.")
    fraction_digits: int = field(description="And after it, 0–6.")
    opening: list[OpeningValueInput] = field(description="What each of the new dials shows.")
    idempotency_key: str = field(description="1 to 100 characters, new for each new form.")
    zones: int = field(default=1, description="How many dials the new meter has, 1–3: one, day and night, or with a peak.")
    due_on: dt.date | None = field(default=None, description="The last day on which the new meter's verification holds.")
    seal: str = field(default="", description="The number of the seal, at most 40 characters.")
    note: str = field(default="", description="At most 300 characters; residents see it too.")
    document: strawberry.ID | None = field(default=None, description="A file of the account that shows it.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.input(description="A new meter at an account.")
class InstallMeterInput:
    account: strawberry.ID = field(description="The account.")
    resource: Resource = field(description="What it measures.")
    happened_on: dt.date = field(description="The day of installation.")
    serial: str = field(description="Its factory number.")
    integer_digits: int = field(description="How many digits it shows before the point, 1–9.")
    fraction_digits: int = field(description="And after it, 0–6.")
    opening: list[OpeningValueInput] = field(description="What each dial shows.")
    idempotency_key: str = field(description="1 to 100 characters, new for each new form.")
    inlet: int | None = field(default=None, description="The inlet («ввод») that it stands on.")
    place: str = field(default="", description="Where it stands, at most 80 characters.")
    zones: int = field(default=1, description="How many dials it has, 1–3: one, day and night, or with a peak.")
    due_on: dt.date | None = field(default=None, description="The last day on which its verification holds.")
    seal: str = field(default="", description="The number of the seal, at most 40 characters.")
    note: str = field(default="", description="At most 300 characters; residents see it too.")
    document: strawberry.ID | None = field(default=None, description="A file of the account that shows it.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.input(description="Which event was a mistake.")
class WithdrawMeterEventInput:
    event: strawberry.ID = field(description="The event.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.type(description="The event is recorded.")
class RecordMeterEventDone:
    event: MeterEvent | None = field(description="The event; null with `validateOnly`.")


@strawberry.type(description="The old meter is down and the new one stands.")
class ReplaceMeterDone:
    event: MeterEvent | None = field(description="The event, with both meters; null with `validateOnly`.")


@strawberry.type(description="The meter stands.")
class InstallMeterDone:
    event: MeterEvent | None = field(description="The event, with the meter; null with `validateOnly`.")


@strawberry.type(description="The event no longer counts, and says since when.")
class WithdrawMeterEventDone:
    event: MeterEvent = field(description="The event.")


RecordMeterEventResult = Annotated[RecordMeterEventDone | Rejected, strawberry.union("RecordMeterEventResult", description="How it ends.")]
ReplaceMeterResult = Annotated[ReplaceMeterDone | Rejected, strawberry.union("ReplaceMeterResult", description="How it ends.")]
InstallMeterResult = Annotated[InstallMeterDone | Rejected, strawberry.union("InstallMeterResult", description="How it ends.")]
WithdrawMeterEventResult = Annotated[WithdrawMeterEventDone | Rejected, strawberry.union("WithdrawMeterEventResult", description="How it ends.")]

TheEvent = Annotated[RecordMeterEventInput, strawberry.argument(description="What happened.")]
TheReplacement = Annotated[ReplaceMeterInput, strawberry.argument(description="Both meters, and what they showed.")]
TheInstallation = Annotated[InstallMeterInput, strawberry.argument(description="The meter, and what it shows.")]
TheMistaken = Annotated[WithdrawMeterEventInput, strawberry.argument(description="The event.")]
_OF_NEW = (
    "REQUIRED, TOO_LONG, INVALID, TAKEN (the serial stands there already), NOT_A_NUMBER, NEGATIVE, TOO_MANY_DIGITS, DUPLICATE_ROW, DATE_IN_FUTURE, KEY_REUSED"
)


@strawberry.type
class MeterMutations:
    @field(
        description="Record what happened to a meter, for the organization's staff in person. Codes: REQUIRED, TOO_LONG, INVALID (the kind has no use "
        "for the field), METER_REMOVED, DATE_IN_FUTURE, DATE_OUTSIDE_PERIOD, UNKNOWN_METER, DUPLICATE_ROW, NOT_A_NUMBER, NEGATIVE, TOO_MANY_DIGITS, "
        "BELOW_LAST_READING, NOT_LOWER, DIGITS_UNKNOWN, HALF_A_TURN, KEY_REUSED."
    )
    async def record_meter_event(self, info: Info, input: TheEvent) -> RecordMeterEventResult:  # noqa: A002
        context = info.context
        act = Act(
            meter_pk=ids.pk_or_0(input.meter, "mtr"), kind=input.kind, happened_on=input.happened_on, key=input.idempotency_key, values=_dials(input.values),
            due_on=input.due_on, seal=input.seal, note=input.note, reading_pk=_pk(input.reading, "rdg"), document_pk=_pk(input.document, "doc"),
            validate_only=input.validate_only,
        )  # fmt: skip
        return RecordMeterEventDone(event=await record_event(context.person, act, context.now, context.fixed_today))  # type: ignore[arg-type]

    @field(
        description="Put another meter in the place of one, in one act, for the organization's staff in person. Codes: " + _OF_NEW + ", METER_REMOVED, "
        "DATE_OUTSIDE_PERIOD, UNKNOWN_METER, BELOW_LAST_READING."
    )
    async def replace_meter(self, info: Info, input: TheReplacement) -> ReplaceMeterResult:  # noqa: A002
        context = info.context
        act = Replacement(
            meter_pk=ids.pk_or_0(input.meter, "mtr"), happened_on=input.happened_on, closing=_dials(input.closing), new=_new(input),
            key=input.idempotency_key, papers=_papers(input), validate_only=input.validate_only,
        )  # fmt: skip
        return ReplaceMeterDone(event=await replace_meter(context.person, act, context.now, context.fixed_today))  # type: ignore[arg-type]

    @field(description="Put a meter in, for the organization's staff in person. Codes: " + _OF_NEW + ".")
    async def install_meter(self, info: Info, input: TheInstallation) -> InstallMeterResult:  # noqa: A002
        context = info.context
        act = Installation(
            account_pk=ids.pk_or_0(input.account, "acc"), inlet=input.inlet, place=input.place, resource=input.resource, happened_on=input.happened_on,
            new=_new(input), key=input.idempotency_key, papers=_papers(input), validate_only=input.validate_only,
        )  # fmt: skip
        return InstallMeterDone(event=await install_meter(context.person, act, context.now, context.fixed_today))  # type: ignore[arg-type]

    @field(
        description="Withdraw an event that was a mistake, for the organization's staff in person: its readings no longer stand, the meter is as before. "
        "Codes: ALREADY_WITHDRAWN, LATER_ACTS."
    )
    async def withdraw_meter_event(self, info: Info, input: TheMistaken) -> WithdrawMeterEventResult:  # noqa: A002
        event = await withdraw_event(info.context.person, ids.pk_or_0(input.event, "evt"), info.context.now, validate_only=input.validate_only)
        return WithdrawMeterEventDone(event=event)  # type: ignore[arg-type]


def _pk(text: str | None, prefix: str) -> int | None:
    return None if text is None else ids.pk_or_0(text, prefix)


def _dials(rows: list[DialValueInput]) -> tuple[AtDial, ...]:
    return tuple(AtDial(ids.pk_or_0(row.register, "reg"), row.value) for row in rows)


def _new(given: ReplaceMeterInput | InstallMeterInput) -> NewMeter:
    opening = tuple(AtZone(row.zone, row.value) for row in given.opening)
    return NewMeter(given.serial, given.zones, (given.integer_digits, given.fraction_digits), opening, given.due_on)


def _papers(given: ReplaceMeterInput | InstallMeterInput) -> Papers:
    return Papers(given.seal, given.note, _pk(given.document, "doc"))
