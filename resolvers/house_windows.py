"""Houses whose reading window is not their organization's: both days, or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models import House
from models.database import transaction
from models.errors import NotFound, ProblemCode, Refused
from models.search import search_key
from resolvers import audit
from resolvers.access_rules import is_staff
from resolvers.accounts import HouseRow
from resolvers.organizations import OrganizationRow, organizations_by_ids
from resolvers.reading_rules import DAYS, refuse_beyond
from resolvers.sql import Row, escaped, fetch
from resolvers.viewer import Viewer
from resolvers.windows import ReadingWindow

MOST_WORDS = 5


@dataclass(slots=True, eq=False)
class HouseWindowRow:
    house: HouseRow
    organization: OrganizationRow
    first_day: int | None
    last_day: int | None
    search: str

    def window(self, today: dt.date) -> ReadingWindow:
        first, last = self.organization.window_days
        return self.organization.window_rules((self.first_day or first, self.last_day or last)).window(today)


async def house_windows_page(
    viewer: Viewer, organization: OrganizationRow, first: int, after: tuple[str, int] | None, search: str | None
) -> list[HouseWindowRow]:
    """Without words the houses that have days of their own, with words all that match; by address, one more than `first` if there are more."""
    if not is_staff(viewer, organization.pk):
        return []
    parameters: list[object] = [organization.pk, *(after or ("", 0))]
    where = ["h.organization_id = $1", "(h.search, h.id) > ($2, $3)"]
    words = [search_key(word) or word for word in (search or "").split()[:MOST_WORDS]]
    for word in words:
        parameters.append(f"%{escaped(word)}%")
        where.append(f"h.search LIKE ${len(parameters)} ESCAPE '!'")
    if not words:
        where.append("(h.window_first_day IS NOT NULL OR h.window_last_day IS NOT NULL)")
    text = f"SELECT h.* FROM house h WHERE {' AND '.join(where)} ORDER BY h.search, h.id LIMIT {int(first) + 1}"
    return [_row(row, organization) for row in await fetch(text, *parameters)]


async def house_window(viewer: Viewer, house_pk: int) -> HouseWindowRow:
    """One house of an organization that the viewer works for, in person; NotFound for any other."""
    rows = await fetch("SELECT h.* FROM house h WHERE h.id = $1", house_pk)
    if not rows or not is_staff(viewer, rows[0]["organization_id"]):
        raise NotFound("house")
    organizations: Sequence[OrganizationRow] = list((await organizations_by_ids([rows[0]["organization_id"]])).values())
    return _row(rows[0], organizations[0])


async def set_house_window(viewer: Viewer, house_pk: int, first_day: int | None, last_day: int | None) -> HouseWindowRow:
    """Both days, or neither: then the organization's hold. Raises NotFound, and Refused with REQUIRED or OUT_OF_RANGE at `firstDay`, `lastDay`."""
    had = await house_window(viewer, house_pk)
    days = {"firstDay": first_day, "lastDay": last_day}
    if (first_day is None) is not (last_day is None):
        raise Refused(ProblemCode.REQUIRED, (next(path for path, day in days.items() if day is None),))
    refuse_beyond({path: (day, DAYS) for path, day in days.items() if day is not None})
    async with transaction():
        await House.filter(id=house_pk).update(window_first_day=first_day, window_last_day=last_day)
        before, after = [had.first_day, had.last_day], [first_day, last_day]
        await audit.record(viewer.actor, "house.window", f"house:{house_pk}", organization_id=had.organization.pk, before=before, after=after)
    return await house_window(viewer, house_pk)


def _row(row: Row, organization: OrganizationRow) -> HouseWindowRow:
    house = HouseRow(row["id"], row["locality"], row["street"], row["number"], organization.pk)
    return HouseWindowRow(house, organization, row["window_first_day"], row["window_last_day"], row["search"])
