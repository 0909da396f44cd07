"""Meters of the demo that its registers have none of: gas, three tariff zones, heat, and a whole house's. Staff of each company enter them, as at the pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from models import PersonalAccount, Premises, User
from models.enums import Resource
from models.period import Period
from resolvers.house_acts import HouseMeterGiven, HouseReadingGiven, record_house_reading, save_house_meter
from resolvers.meter_changes import Installation, install_meter
from resolvers.meter_values import AtZone, zones_of
from resolvers.new_meters import NewMeter
from resolvers.viewer import viewer_of_user

VERIFIED_FOR = 48  # months


@dataclass(frozen=True, slots=True)
class Entered:
    """`values` are those of a flat's dials when it was put in, or what a house's meter showed in the last months."""

    staff: str
    account: str
    resource: Resource
    place: str
    serial: str
    values: tuple[str, ...]
    digits: tuple[int, int] = (5, 3)


FLATS = (
    Entered("domoved", "60000021", Resource.GAS, "кухня", "G4-0381172", ("1204,6",)),
    Entered("domoved", "60000021", Resource.ELECTRICITY, "щиток", "CE208-44160", ("3120", "1504,2", "640"), (6, 1)),
    Entered("teplotech", "0007000002", Resource.HEATING, "коридор", "TH550-90217", ("18,204",)),
)
HOUSES = (
    Entered("domoved", "60000021", Resource.COLD_WATER, "подвал", "ВСХН-50-7731", ("41802", "42155", "42490")),
    Entered("teplotech", "0007000002", Resource.HEATING, "тепловой узел", "ВКТ-9-20418", ("2804,118", "2851,903", "2930,476")),
)


async def enter_meters(until: Period, now: dt.datetime) -> None:
    """Enter them as of the month `until`, the last that the registers tell of. Harmless to repeat: each act has its key."""
    for one in FLATS:
        await _in_a_flat(one, until, now)
    for one in HOUSES:
        await _in_a_house(one, until, now)


async def _in_a_flat(one: Entered, until: Period, now: dt.datetime) -> None:
    viewer = await viewer_of_user((await User.get(login=one.staff)).id, now.date())
    account = await PersonalAccount.get(number=one.account, organization_id__in=viewer.organization_ids)
    opening = tuple(AtZone(zone, value) for zone, value in zip(zones_of(len(one.values)), one.values, strict=True))
    new = NewMeter(one.serial, len(opening), one.digits, opening, until.plus(VERIFIED_FOR).first_day)
    await install_meter(viewer, Installation(account.id, None, one.place, one.resource, until.first_day, new, f"demo-{one.serial}"), now)


async def _in_a_house(one: Entered, until: Period, now: dt.datetime) -> None:
    viewer = await viewer_of_user((await User.get(login=one.staff)).id, now.date())
    account = await PersonalAccount.get(number=one.account, organization_id__in=viewer.organization_ids)
    house = (await Premises.get(id=account.premises_id)).house_id
    due = until.plus(VERIFIED_FOR).first_day
    meter = await save_house_meter(viewer, HouseMeterGiven(house, None, one.resource, one.serial, one.place, f"demo-{one.serial}", due), now)
    assert meter is not None
    for ago, value in zip(reversed(range(len(one.values))), one.values, strict=True):
        day = until.plus(-ago).first_day + dt.timedelta(days=19)
        await record_house_reading(viewer, HouseReadingGiven(meter.pk, value, day, f"demo-{one.serial}-{ago}"), now)
