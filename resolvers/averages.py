"""How many months in a row a service was charged by average: a supplier may do so for some months only, and whoever pays wants to see it coming."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from models.enums import ChargeBasis
from models.period import Period
from resolvers.charges import POSTED, ChargeRow
from resolvers.sql import among, fetch, known_day, literal
from resolvers.viewer import Viewer

_Line = tuple[int, int, int | None, str | None]  # account, service, supplier, zone


async def averages_of(viewer: Viewer, charges: Sequence[ChargeRow]) -> dict[int, int]:
    """Counted up to and with each charge's month; left out where the books do not say what was before the first of these months, and of charges
    by anything else. Whoever sees a charge sees what it was reckoned from, even of months before his own. One statement."""
    asked = [row for row in charges if row.basis is ChargeBasis.AVERAGE and not row.is_group]
    if not asked:
        return {}
    known = await _months(asked)
    found = {}
    for row in asked:
        months, at, count = known.get(_line(row), {}), row.period, 0
        while months.get(at.first_day):
            count, at = count + 1, at.plus(-1)
        if count and at.first_day in months:
            found[row.pk] = count
    return found


async def _months(charges: Sequence[ChargeRow]) -> dict[_Line, dict[dt.date, bool]]:
    """The months in which each of these lines was charged, and whether by average."""
    last = max(row.period for row in charges).first_day
    services = ", ".join(str(int(pk)) for pk in sorted({row.service.pk for row in charges}))
    text = f"""
        SELECT ch.account_id, ch.service_id, ch.supplier_id, ch.zone, ch.period, MAX(CASE WHEN ch.basis = '{ChargeBasis.AVERAGE.value}' THEN 1 ELSE 0 END) AS so
        FROM charge ch WHERE {among("ch.account_id", 1)} AND ch.service_id IN ({services}) AND ch.period <= {literal(last)} AND ch.is_current AND {POSTED}
          AND ch.basis <> '{ChargeBasis.RECALCULATION.value}'
        GROUP BY ch.account_id, ch.service_id, ch.supplier_id, ch.zone, ch.period"""
    found: dict[_Line, dict[dt.date, bool]] = {}
    for row in await fetch(text, sorted({row.account_pk for row in charges})):
        line = (row["account_id"], row["service_id"], row["supplier_id"], row["zone"])
        found.setdefault(line, {})[Period.of(known_day(row["period"])).first_day] = bool(row["so"])
    return found


def _line(row: ChargeRow) -> _Line:
    return row.account_pk, row.service.pk, row.supplier.pk if row.supplier else None, row.zone.value if row.zone else None
