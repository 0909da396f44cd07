"""Consumption of all dials of an account over ten years of monthly readings against one year: one statement each, on SQLite and PostgreSQL.

Each round runs both in turn, so that a noisy machine is noisy for both; what counts is the ratio of the medians, and what a month costs.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.statement_query import served
from models import Reading, database
from models.enums import ReadingSource, ReadingState, Resource
from models.period import Period
from models.quantity import MICRO
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.consumption import places_of
from resolvers.viewer import Viewer, viewer_of_user
from tests import factories as make
from tests.counting import counted

NEWEST, YEARS, ROUNDS, TIMES = Period(2026, 10), 10, 9, 10


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        await measured("SQLite", f"sqlite:///{folder}/bench.db")
    url, stop = served()
    await measured("PostgreSQL", url)
    stop()


async def measured(name: str, url: str) -> None:
    await database.migrate(url)
    await database.connect(url)
    viewer, short, long = await filled()
    print(f"{name}: four dials, a reading a month")
    first = None
    for label, account, since in (
        ("1 year of 1", short, NEWEST.plus(-11)), ("1 year of 10", long, NEWEST.plus(-11)), ("10 years", long, NEWEST.plus(1 - 12 * YEARS)),
    ):  # fmt: skip
        seconds, months, statements = await timed(viewer, account, since)
        first = first or seconds
        print(f"  {label:13} {months:4} months, {statements} statement {seconds * 1000:7.2f} ms  {seconds / first:5.2f} x")
    await database.close()


async def filled() -> tuple[Viewer, AccountRow, AccountRow]:
    """Somebody who sees an account of one year and one of ten, each with a reading before them."""
    org, owner = await make.organization(), await make.user("owner")
    found = []
    for months in (12, 12 * YEARS):
        account = await make.account(org)
        await make.member(owner, account)
        for dial in [await make.meter(account, resource, inlet=inlet) for inlet in (1, 2) for resource in (Resource.COLD_WATER, Resource.HOT_WATER)]:
            await Reading.bulk_create([reading(org, account, dial, back) for back in range(months, -1, -1)])
        found.append(account.id)
    viewer = await viewer_of_user(owner.id, make.TODAY)
    accounts = await accounts_by_ids(viewer, found)
    return viewer, accounts[found[0]], accounts[found[1]]


def reading(org: Any, account: Any, dial: Any, back: int) -> Reading:
    """Of so many months ago, two less a month."""
    month = NEWEST.plus(-back).first_day
    return Reading(
        organization=org, account=account, register=dial, value=(1000 - 2 * back) * MICRO, taken_on=month.replace(day=20), period=month,
        source=ReadingSource.CABINET, state=ReadingState.ACCEPTED,
    )  # fmt: skip


async def timed(viewer: Viewer, account: AccountRow, since: Period) -> tuple[float, int, int]:
    """The median of a run, how many months it gives, and in how many statements."""
    with counted() as statements:
        found = await places_of(viewer, [account], since)
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(TIMES):
            await places_of(viewer, [account], since)
        times.append((time.perf_counter() - started) / TIMES)
    return statistics.median(times), sum(len(place.months) for place in found[account.pk]), len(statements)


if __name__ == "__main__":
    asyncio.run(main())
