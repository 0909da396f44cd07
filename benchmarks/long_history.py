"""The statement page of an account with one month of history, and with 120: the same page should take the same time, on both databases.

Both are asked for in turn by one reader, in process, so that whatever else the machine does falls on both alike.
"""

from __future__ import annotations

import logging
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
import structlog

from benchmarks.statement_query import PERIOD, served, session_of
from jobs.console import run_long
from models import database
from models.enums import EntryKind, Resource
from models.period import Period
from schema import ids, operations
from tests import factories as make

MONTHS, SERVICES, ROUNDS = (1, 120), 8, 200


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    postgres, stop = served()
    with tempfile.TemporaryDirectory(prefix="abonent-bench-") as name:
        for kind, url in (("SQLite", f"sqlite:///{Path(name) / 'bench.db'}"), ("PostgreSQL", postgres)):
            short, long = await measured(url, name)
            print(f"{kind}: statement page with {MONTHS[1]} months of history {long / short:.2f} x the one with {MONTHS[0]} ({short:.1f} ms)")
            await database.close()
    stop()


async def measured(url: str, data: str) -> tuple[float, float]:
    """The median milliseconds of either."""
    os.environ.update(ABONENT_DATABASE_URL=url, ABONENT_MODE="development", ABONENT_DATA_DIR=data)
    from web.app import create_app

    await database.migrate(url)
    await database.connect(url)
    accounts = await filled()
    await operations.start()
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(create_app()), base_url="http://127.0.0.1")
    headers = {"cookie": f"abonent={await session_of(accounts[0])}"}
    addresses = [f"/o/vodokanal/accounts/{ids.encode('acc', account.id)}/statement?period={PERIOD}" for account in accounts]
    times: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for place, address in enumerate(addresses):
            begun = time.perf_counter()
            answer = await client.get(address, headers=headers)
            times[place].append((time.perf_counter() - begun) * 1000)
            assert answer.status_code == 200, answer.text[:300]
    short, long = (statistics.median(one[20:]) for one in times)
    return short, long


async def filled() -> list[Any]:
    org, owner = await make.organization(), await make.user("owner")
    services = [await make.service(org, f"Услуга {number}") for number in range(SERVICES)]
    found = []
    for months in MONTHS:
        account = await household(org, f"{months:08}", services, months)
        await make.member(owner, account)
        found.append(account)
    return found


async def household(org: Any, number: str, services: Sequence[Any], months: int) -> Any:
    """An account with two meters, and readings, charges, their entries and a statement for each of so many months up to PERIOD."""
    account = await make.account(org, number, balance=0)
    dials = [await make.meter(account, resource) for resource in (Resource.COLD_WATER, Resource.HOT_WATER)]
    for back in range(months):
        period = str(Period.parse(PERIOD).plus(-back))
        for dial in dials:
            await make.reading(dial, str(1000 - back), f"{period}-20")
        for place, service in enumerate(services):
            charge = await make.charge(account, period, 1000, service=service, position=place)
            await make.entry(account, EntryKind.CHARGE, 1000, f"{period}-20", charge=charge)
        await make.statement(account, period)
    return account


if __name__ == "__main__":
    run_long(main())
