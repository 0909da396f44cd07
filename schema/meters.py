"""Meters and their registers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Parent, field

from models.enums import MeterState, Resource, TariffZone
from resolvers.meters import MeterRow, RegisterRow
from resolvers.readings import ReadingRow, newest, readings_of_registers
from schema import ids
from schema.context import Info
from schema.results import Problem
from schema.values import Node

if TYPE_CHECKING:
    from schema.readings import Reading


async def _readings(root: RegisterRow, info: Info) -> list[ReadingRow]:
    return await info.context.loaders.of(readings_of_registers, root) or []


@strawberry.type(description="A device that measures.")
class Meter(Node):
    inlet: int | None = field(description="The inlet («ввод») that it stands on.")
    place: str | None = field(description="Where it stands.")
    resource: Resource = field(description="What it measures.")
    serial: str | None = field(description="Its factory number.")
    installed_on: dt.date | None = field(description="The day of installation.")
    removed_on: dt.date | None = field(description="The day of removal.")
    verification_due_on: dt.date | None = field(description="The last day on which its verification holds.")
    state: MeterState = field(description="Whether it works.")
    registers: list[MeterRegister] = field(description="Its dials: one, or one for each tariff zone.")

    @field(description="Opaque and stable.")
    def id(root: Parent[MeterRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("mtr", root.pk))

    @field(description="Whether its verification has expired.")
    def verification_overdue(root: Parent[MeterRow], info: Info) -> bool:  # noqa: N805
        return root.is_overdue(info.context.today(root.account.organization))

    @field(description="Why readings cannot be sent at all: removed, without factory number, …; null when they can.")
    def refusal(root: Parent[MeterRow], info: Info) -> Problem | None:  # noqa: N805
        return root.refusal(info.context.today(root.account.organization))  # type: ignore[return-value]

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, MeterRow)


@strawberry.type(description="One dial of a meter.")
class MeterRegister(Node):
    meter: Meter = field(description="The meter.")
    zone: TariffZone | None = field(description="The tariff zone that it counts.")
    unit: str = field(description="The unit of its readings.")
    integer_digits: int | None = field(description="How many digits it shows before the point.")
    fraction_digits: int | None = field(description="How many digits it shows after the point.")

    @field(description="Opaque and stable.")
    def id(root: Parent[RegisterRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("reg", root.pk))

    @field(description="The newest reading.")
    async def last_reading(root: Parent[RegisterRow], info: Info) -> Annotated[Reading, strawberry.lazy("schema.readings")] | None:  # noqa: N805
        return newest(await _readings(root, info))  # type: ignore[return-value]

    @field(description="The newest reading before the month of the reading window.")
    async def previous_reading(root: Parent[RegisterRow], info: Info) -> Annotated[Reading, strawberry.lazy("schema.readings")] | None:  # noqa: N805
        account = root.meter.account
        return newest(await _readings(root, info), before=account.window(info.context.today(account.organization)).period)  # type: ignore[return-value]

    @field(description="The newest reading of the month of the reading window.")
    async def current_reading(root: Parent[RegisterRow], info: Info) -> Annotated[Reading, strawberry.lazy("schema.readings")] | None:  # noqa: N805
        account = root.meter.account
        return newest(await _readings(root, info), within=account.window(info.context.today(account.organization)).period)  # type: ignore[return-value]

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, RegisterRow)
