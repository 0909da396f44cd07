"""Meters and their registers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry import Parent, field

from models.enums import MeterState, Resource, TariffZone
from models.period import Period
from resolvers.consumption import months_of_registers, places_of_meters
from resolvers.meter_life import lives_of
from resolvers.meters import MeterRow, RegisterRow
from resolvers.reading_forms import month_of
from resolvers.reading_history import history_of_meters, history_of_registers
from resolvers.readings import ReadingRow, newest, readings_of_registers, refused_of_registers
from schema import ids
from schema.arguments import After, First, PastMonths
from schema.consumption import ConsumptionMonth, PlaceConsumption, history_place, since
from schema.context import Info
from schema.loaders import listed, reads
from schema.results import Problem
from schema.values import Connection, Node, PageOf, checked_first

if TYPE_CHECKING:
    from schema.accounts import Account
    from schema.meter_events import MeterEvent
    from schema.readings import Reading

_Reading = Annotated["Reading", strawberry.lazy("schema.readings")]


OfForm = Annotated[str | None, strawberry.argument(description="Of a form that was opened before: its month, as long as it is taken after its window's end.")]


def _newest(root: RegisterRow, info: Info, *, before: Period | None = None, within: Period | None = None) -> Any:
    return info.context.loaders.answer(readings_of_registers, root, then=lambda rows: newest(rows or [], before=before, within=within))


def _page(first: int) -> Callable[[list[ReadingRow] | None], PageOf]:
    return lambda rows: PageOf("history", rows or [], first, lambda row: (row.taken_on, row.pk))


def _pages(first: int, after: str | None = None) -> tuple[int, tuple[dt.date, int] | None]:
    return checked_first(first), history_place(after)


def _month(root: RegisterRow, info: Info, form: str | None = None) -> Period:
    account = root.meter.account
    return month_of(account, info.context.now, info.context.today(account.organization), form)


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
    account: Annotated[Account, strawberry.lazy("schema.accounts")] = field(description="The account that it measures for.")

    @field(description="Opaque and stable.")
    def id(root: Parent[MeterRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("mtr", root.pk))

    @field(description="Whether its verification has expired.")
    def verification_overdue(root: Parent[MeterRow], info: Info) -> bool:  # noqa: N805
        return root.is_overdue(info.context.today(root.account.organization))

    @field(description="Whether its verification expires within the days of notice that the organization gives.")
    def verification_due_soon(root: Parent[MeterRow], info: Info) -> bool:  # noqa: N805
        return root.is_due_soon(info.context.today(root.account.organization))

    @field(description="What stands in its place, where it was removed and that is one meter alone.")
    def successor(root: Parent[MeterRow]) -> Meter | None:  # noqa: N805
        return root.successor  # type: ignore[return-value]

    @field(description="What happened to it, the newest first, as far as the viewer's days reach.")
    @reads(lives_of)
    def events(root: Parent[MeterRow], info: Info) -> list[Annotated[MeterEvent, strawberry.lazy("schema.meter_events")]] | None:  # noqa: N805
        return info.context.loaders.answer(lives_of, root, then=listed)

    @field(description="Why readings cannot be sent at all: removed, without factory number, …; null when they can.")
    def refusal(root: Parent[MeterRow], info: Info) -> Problem | None:  # noqa: N805
        return root.refusal(info.context.today(root.account.organization))  # type: ignore[return-value]

    @field(description="Readings of all its dials, newest first: those that stand, refused ones, and replaced ones of the viewer's own; for staff all.")
    @reads(history_of_meters, _pages)
    def history(root: Parent[MeterRow], info: Info, first: First, after: After = None) -> Connection[_Reading] | None:  # noqa: N805
        return info.context.loaders.answer(history_of_meters, root, *_pages(first, after), then=_page(first))

    @field(description="What was used where it stands, by months, with the meters that stood there before and after it; null where nothing was counted.")
    def consumption(root: Parent[MeterRow], info: Info, months: PastMonths = 24) -> PlaceConsumption | None:  # noqa: N805
        return info.context.loaders.answer(places_of_meters, root, since(root.account, info, months))

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
    @reads(readings_of_registers)
    def last_reading(root: Parent[RegisterRow], info: Info) -> Annotated[Reading, strawberry.lazy("schema.readings")] | None:  # noqa: N805
        return _newest(root, info)

    @field(description="The newest reading before the month that readings of today, or of the form, count for.")
    @reads(readings_of_registers, lambda form_token=None: ())
    def previous_reading(
        root: Parent[RegisterRow],  # noqa: N805
        info: Info,
        form_token: OfForm = None,
    ) -> Annotated[Reading, strawberry.lazy("schema.readings")] | None:
        return _newest(root, info, before=_month(root, info, form_token))

    @field(description="The newest reading of the month that readings of today, or of the form, count for.")
    @reads(readings_of_registers, lambda form_token=None: ())
    def current_reading(
        root: Parent[RegisterRow],  # noqa: N805
        info: Info,
        form_token: OfForm = None,
    ) -> Annotated[Reading, strawberry.lazy("schema.readings")] | None:
        return _newest(root, info, within=_month(root, info, form_token))

    @field(description="The reading of the window's month that was refused and is replaced by none yet: send another one.")
    @reads(refused_of_registers)
    def refused_reading(root: Parent[RegisterRow], info: Info) -> Annotated[Reading, strawberry.lazy("schema.readings")] | None:  # noqa: N805
        return info.context.loaders.answer(refused_of_registers, root, then=lambda rows: newest(rows or [], within=_month(root, info)))

    @field(description="Its readings, newest first: those that stand, refused ones, and replaced ones of the viewer's own; for staff all.")
    @reads(history_of_registers, _pages)
    def history(root: Parent[RegisterRow], info: Info, first: First, after: After = None) -> Connection[_Reading] | None:  # noqa: N805
        return info.context.loaders.answer(history_of_registers, root, *_pages(first, after), then=_page(first))

    @field(description="What this dial alone has counted, by months, oldest first.")
    def consumption(root: Parent[RegisterRow], info: Info, months: PastMonths = 24) -> list[ConsumptionMonth] | None:  # noqa: N805
        return info.context.loaders.answer(months_of_registers, root, since(root.meter.account, info, months), then=listed)

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, RegisterRow)
