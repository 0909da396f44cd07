"""A meter that is put in: what is asked of it, and its rows, which the register that brings it later finds again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from models import Meter, MeterRegister
from models.enums import Resource, TariffZone
from models.errors import Problem, ProblemCode
from resolvers.accounts import AccountRow
from resolvers.meter_values import AtZone, zones_of

C = ProblemCode
LONGEST_SERIAL, LONGEST_PLACE, MOST_ZONES, MOST_INLET = 40, 80, 3, 32_000
MOST_INTEGER, MOST_FRACTION = 9, 6


@dataclass(frozen=True, slots=True)
class NewMeter:
    """What is put in. Digits are those before and after the point."""

    serial: str
    zones: int
    digits: tuple[int, int]
    opening: tuple[AtZone, ...]
    due_on: dt.date | None = None

    def parts(self) -> list[object]:
        return [self.serial, self.zones, list(self.digits), [[one.zone, one.value] for one in self.opening], self.due_on]


@dataclass(frozen=True, slots=True)
class Where:
    account: AccountRow
    inlet: int | None
    place: str | None
    resource: Resource


def place_problems(where: Where) -> list[Problem]:
    found = [] if where.inlet is None or 0 < where.inlet <= MOST_INLET else [Problem(C.INVALID, ("inlet",))]
    too_long = len(where.place or "") > LONGEST_PLACE
    return found + ([Problem(C.TOO_LONG, ("place",), {"limit": LONGEST_PLACE})] if too_long else [])


def spec_problems(new: NewMeter, on: dt.date) -> list[Problem]:
    serial = new.serial.strip()
    integer, fraction = new.digits
    wrong = {
        ("serial", C.REQUIRED): not serial,
        ("serial", C.TOO_LONG): len(serial) > LONGEST_SERIAL,
        ("serial", C.INVALID): not serial.isprintable(),  # signs that nobody sees make two numbers look the same
        ("zones", C.INVALID): not 1 <= new.zones <= MOST_ZONES,
        ("integerDigits", C.INVALID): not 1 <= integer <= MOST_INTEGER,
        ("fractionDigits", C.INVALID): not 0 <= fraction <= MOST_FRACTION,
        ("dueOn", C.INVALID): new.due_on is not None and new.due_on <= on,
    }
    return [Problem(code, (name,), {"limit": LONGEST_SERIAL}) for (name, code), is_so in wrong.items() if is_so]


async def serial_problems(where: Where, serial: str, on: dt.date, leaving: int | None = None) -> list[Problem]:
    """The same serial may stand again on the same inlet after a repair, on another day: registers tell such meters by that day.

    While it stands it is nowhere else on the account, whatever inlet is named or none.
    """
    same = Meter.filter(account_id=where.account.pk, resource=where.resource, serial=serial.strip(), withdrawn_at=None)
    taken = await same.filter(installed_on=on, inlet=where.inlet).exists() or await same.filter(removed_on=None).exclude(id=leaving or 0).exists()
    return [Problem(C.TAKEN, ("serial",))] if taken else []


async def put_in(where: Where, new: NewMeter, on: dt.date, opening: Mapping[TariffZone | None, int]) -> tuple[int, list[tuple[int, int]]]:
    """The new meter, and its dials with their opening values."""
    made = await Meter.create(
        organization_id=where.account.organization.pk, account_id=where.account.pk, inlet=where.inlet, place=where.place, resource=where.resource,
        serial=new.serial.strip(), installed_on=on, verification_due_on=new.due_on,
    )  # fmt: skip
    rows = []
    for zone in zones_of(new.zones):
        dial = await MeterRegister.create(meter_id=made.id, zone=zone, integer_digits=new.digits[0], fraction_digits=new.digits[1])
        rows.append((int(dial.id), opening[zone]))
    return int(made.id), rows
