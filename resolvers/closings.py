"""Which months of an organization are closed. What is about a closed month is posted in the first open one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from models import sql
from models.period import Period

_NEVER = dt.date(1900, 1, 1)  # before any month of a register


@dataclass(frozen=True, slots=True)
class Boundary:
    """First days of the last closed month and of the first open one; of a day before all months where none is closed."""

    closed: dt.date
    open: dt.date
    ever: bool  # whether a month was closed once

    @property
    def period(self) -> Period | None:
        """The last closed month."""
        return None if self.closed == _NEVER else Period.of(self.closed)


async def boundary_of(organization_id: int) -> Boundary:
    """In the transaction that posts: nobody closes a month meanwhile (`periods.close_period` waits for imports)."""
    standing = "MAX(CASE WHEN reopened_at IS NULL THEN period END) AS period"
    text = f"SELECT COUNT(*) AS n, {standing} FROM period_closing WHERE organization_id = :organization"
    [row] = await sql.fetch(text, organization=organization_id)
    closed = sql.day(row["period"])
    return Boundary(_NEVER, _NEVER, row["n"] > 0) if closed is None else Boundary(closed, Period.of(closed).next.first_day, ever=True)
