"""Every version of readings that somebody may look back at: those that stand, those that were refused, and those that were replaced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from models.enums import ReadingState, Right, TokenScope
from resolvers import scope
from resolvers.accounts import AccountRow
from resolvers.columns import Asked, names
from resolvers.meters import MeterRow, RegisterRow
from resolvers.readings import BY_ATTRIBUTE, COLUMNS, COUNTS, FROM, ReadingRow, previous, reading_row
from resolvers.sql import among, fetch, listed
from resolvers.viewer import Viewer

Place = tuple[dt.date, int]  # day and row of a cursor


async def history_of_accounts(
    viewer: Viewer, accounts: Sequence[AccountRow], first: int, after: Place | None, *, asked: Asked = None
) -> dict[int, list[ReadingRow]]:
    """Newest first, of each account one more than `first` if there are more. One statement."""
    return await _pages(viewer, accounts, "account_id", [account.pk for account in accounts], first, after, asked)


async def history_of_meters(viewer: Viewer, meters: Sequence[MeterRow], first: int, after: Place | None, *, asked: Asked = None) -> dict[int, list[ReadingRow]]:
    """The same of all dials of each meter."""
    accounts = {meter.account.pk: meter.account for meter in meters}
    return await _pages(viewer, list(accounts.values()), "meter_id", [meter.pk for meter in meters], first, after, asked)


async def history_of_registers(
    viewer: Viewer, registers: Sequence[RegisterRow], first: int, after: Place | None, *, asked: Asked = None
) -> dict[int, list[ReadingRow]]:
    """The same of each dial."""
    accounts = {register.meter.account.pk: register.meter.account for register in registers}
    return await _pages(viewer, list(accounts.values()), "register_id", [register.pk for register in registers], first, after, asked)


_STANDS = f"CASE WHEN {COUNTS} THEN 1 ELSE 0 END"
_PREVIOUS = f"CASE WHEN {COUNTS} THEN {previous('rd.value', f'rd.register_id, {_STANDS}')} END AS previous"


async def _pages(
    viewer: Viewer, accounts: Sequence[AccountRow], of: str, ids: list[int], first: int, after: Place | None, asked: Asked
) -> dict[int, list[ReadingRow]]:
    if not viewer.has(TokenScope.READ_READINGS):
        return {}
    mine, visible = scope.seen(accounts, Right(0), 1, account="rd.account_id", day="rd.taken_on")
    further = "AND (taken_on, id) < ($3, $4)" if after else ""
    columns, before = _chosen(asked)
    shown = ", ".join([*dict.fromkeys([of, *names(columns)]), *(["previous"] if before else [])])
    text = f"""
        SELECT {shown} FROM (
            SELECT told.*, ROW_NUMBER() OVER (PARTITION BY {of} ORDER BY taken_on DESC, id DESC) AS position
            FROM (SELECT {columns}, mr.meter_id, rd.user_id, rd.organization_id, {_STANDS} AS stands{before} FROM {FROM} WHERE {visible}) told
            WHERE {among(of, 2)} AND {_told(viewer)} {further}
        ) ranked WHERE position <= {int(first) + 1} ORDER BY position"""
    found: dict[int, list[ReadingRow]] = {}
    for row in await fetch(text, mine, ids, *(after or ())):
        found.setdefault(row[of], []).append(reading_row(row))
    return found


def _chosen(asked: Asked) -> tuple[str, str]:
    """The columns, and the value before, which is sought where somebody wants it."""
    if asked is not None and not asked & {"previous", "consumption"}:
        return BY_ATTRIBUTE.text(asked), ""
    return COLUMNS, f", {_PREVIOUS}"


def _told(viewer: Viewer) -> str:
    """Who works for the organization sees all versions; others what stands or was refused, and what they themselves have replaced."""
    own = f" OR user_id IN ({listed([viewer.user_id])})" if viewer.user_id is not None else ""
    return f"(stands = 1 OR state = '{ReadingState.REFUSED.value}'{own} OR {scope.whole_sql(viewer, 'told')})"
