"""Meters and their registers, as far as a viewer's accounts have them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.enums import MeterState, OverduePolicy, Resource, Right, TariffZone
from models.errors import Problem, ProblemCode
from models.sql import day
from resolvers import scope
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.sql import Row, among, fetch, members
from resolvers.viewer import Viewer

UNITS = {
    Resource.COLD_WATER: "куб.м",
    Resource.HOT_WATER: "куб.м",
    Resource.SEWERAGE: "куб.м",
    Resource.GAS: "куб.м",
    Resource.HEATING: "Гкал",
    Resource.ELECTRICITY: "кВтч",
    Resource.OTHER: "",
}


@dataclass(slots=True, eq=False)
class RegisterRow:
    pk: int
    meter: MeterRow
    zone: TariffZone | None
    integer_digits: int | None
    fraction_digits: int | None

    @property
    def unit(self) -> str:
        return UNITS[self.meter.resource]


@dataclass(slots=True, eq=False)
class MeterRow:
    pk: int
    account: AccountRow
    inlet: int | None
    place: str | None
    resource: Resource
    serial: str | None
    installed_on: dt.date | None
    removed_on: dt.date | None
    verification_due_on: dt.date | None
    register_state: MeterState
    registers: list[RegisterRow] = field(default_factory=list)
    successor: MeterRow | None = None  # what stands in its place, where that is one meter alone

    @property
    def state(self) -> MeterState:
        return MeterState.REMOVED if self.removed_on else self.register_state

    @property
    def place_key(self) -> tuple[int, int | None, Resource]:
        """Where in the pipes it stands: two of one key at one time are two meters, one after the other may be a replacement."""
        return self.account.pk, self.inlet, self.resource

    def is_overdue(self, today: dt.date) -> bool:
        return self.verification_due_on is not None and self.verification_due_on < today

    def is_due_soon(self, today: dt.date) -> bool:
        """Whether its verification expires within the days that the organization gives notice, and has not expired yet."""
        notice = dt.timedelta(days=self.account.organization.verification_notice_days)
        return self.verification_due_on is not None and today <= self.verification_due_on <= today + notice

    def refusal(self, today: dt.date) -> Problem | None:
        """Why readings of this meter are not taken at all."""
        if self.state is not MeterState.INSTALLED:
            return Problem(ProblemCode.METER_REMOVED, params=self._successor()) if self.state is MeterState.REMOVED else Problem(ProblemCode.METER_FAULTY)
        if not (self.serial or "").strip():
            return Problem(ProblemCode.METER_WITHOUT_SERIAL)
        if self.is_overdue(today) and self.account.organization.overdue_policy is OverduePolicy.REFUSE:
            return Problem(ProblemCode.VERIFICATION_OVERDUE, params={"due": self.verification_due_on})
        return None

    def _successor(self) -> dict[str, object]:
        known = self.successor
        return {"successor": known.serial, "since": known.installed_on} if known is not None and known.serial else {}


_RESOURCES, _STATES, _ZONES = members(Resource), members(MeterState), members(TariffZone)
_COLUMNS = """m.id, m.account_id, m.inlet, m.place, m.resource, m.serial, m.installed_on, m.removed_on, m.verification_due_on,
    m.register_state, r.id AS register_id, r.zone, r.integer_digits, r.fraction_digits"""
_FROM = "meter m LEFT JOIN meter_register r ON r.meter_id = m.id"
_STANDS = "m.withdrawn_at IS NULL"
_BY_RESOURCE = " ".join(f"WHEN '{resource.value}' THEN {place}" for place, resource in enumerate(Resource))
_ORDER = f"m.inlet NULLS FIRST, CASE m.resource {_BY_RESOURCE} END, m.installed_on NULLS FIRST, m.id, r.id"


async def meters_of(viewer: Viewer, accounts: Sequence[AccountRow]) -> dict[int, list[MeterRow]]:
    """Each account's meters with their registers, those that still stand first. One statement."""
    by_pk = {account.pk: account for account in accounts}
    rows = await fetch(f"SELECT {_COLUMNS} FROM {_FROM} WHERE {among('m.account_id', 1)} AND {_STANDS} ORDER BY {_ORDER}", list(by_pk))
    found: dict[int, list[MeterRow]] = {}
    for meter in _succeeded(_meters(rows, by_pk)):
        if _is_seen(meter):
            found.setdefault(meter.account.pk, []).append(meter)
    for meters in found.values():
        meters.sort(key=lambda meter: meter.state is MeterState.REMOVED)
    return found


async def meters_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, MeterRow]:
    wanted = set(ids)
    meters = await _where(viewer, f"m.account_id IN (SELECT account_id FROM meter x WHERE {among('x.id', 1)})", ids)
    return {meter.pk: meter for meter in meters if meter.pk in wanted}


async def registers_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, RegisterRow]:
    mine = f"SELECT y.account_id FROM meter_register x JOIN meter y ON y.id = x.meter_id WHERE {among('x.id', 1)}"
    wanted = set(ids)
    meters = await _where(viewer, f"m.account_id IN ({mine})", ids)
    return {register.pk: register for meter in meters for register in meter.registers if register.pk in wanted}


async def _where(viewer: Viewer, condition: str, ids: Sequence[int]) -> list[MeterRow]:
    """The condition takes all meters of an account or none: a removed one is told by what stands in its place."""
    text = f"""SELECT {_COLUMNS} FROM {_FROM} JOIN personal_account a ON a.id = m.account_id
        WHERE {condition} AND {_STANDS} AND {scope.accounts_sql(viewer)} ORDER BY {_ORDER}"""
    rows = await fetch(text, list(ids))
    accounts = await accounts_by_ids(viewer, sorted({row["account_id"] for row in rows}))
    meters = _meters([row for row in rows if row["account_id"] in accounts], accounts)
    return [meter for meter in _succeeded(meters) if _is_seen(meter)]


def _is_seen(meter: MeterRow) -> bool:
    """A former owner sees the meters of his days, not what was installed after them; a later one not what was removed before."""
    return meter.account.access.sees(meter.installed_on or dt.date.min, meter.removed_on or dt.date.max, Right(0))


def _succeeded(meters: list[MeterRow]) -> list[MeterRow]:
    """Say of each removed meter what was put in its place since; where several could be meant, none is."""
    standing = [meter for meter in meters if meter.state is not MeterState.REMOVED and meter.installed_on is not None]
    for meter in meters:
        if meter.removed_on is None:
            continue
        there = [one for one in standing if one.place_key == meter.place_key and (one.installed_on or dt.date.min) >= meter.removed_on]
        meter.successor = there[0] if len(there) == 1 and _is_seen(there[0]) else None
    return meters


def _meters(rows: Sequence[Row], accounts: dict[int, AccountRow]) -> list[MeterRow]:
    found: dict[int, MeterRow] = {}
    for row in rows:
        meter = found.get(row["id"])
        if meter is None:
            meter = found[row["id"]] = _meter(row, accounts[row["account_id"]])
        if row["register_id"] is not None:
            zone = _ZONES[row["zone"]] if row["zone"] else None
            meter.registers.append(RegisterRow(row["register_id"], meter, zone, row["integer_digits"], row["fraction_digits"]))
    return list(found.values())


def _meter(row: Row, account: AccountRow) -> MeterRow:
    return MeterRow(
        pk=row["id"],
        account=account,
        inlet=row["inlet"],
        place=row["place"],
        resource=_RESOURCES[row["resource"]],
        serial=row["serial"],
        installed_on=day(row["installed_on"]),
        removed_on=day(row["removed_on"]),
        verification_due_on=day(row["verification_due_on"]),
        register_state=_STATES[row["register_state"]],
    )
