"""The last hour of a reading window: 2,000 residents send within a minute, each a cold and a hot value, as the page's own form does.

On PostgreSQL with one web process and then with two, on SQLite with two. Every third resident's phone sends the same form twice at once, as
phones do on a poor line. Afterwards the database is asked: each value stands once, nothing is missing, no answer was an error. The baseline
is the same form sent by one resident after the other, with nobody else there: ratios hold, milliseconds are of this machine.

Goals stand beside the figures; with `--strict` it ends with 1 where one is missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import itertools
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.pages_during_import import answering, cut, free_port, started
from benchmarks.statement_query import served
from models import AccountFacts, Membership, Meter, MeterRegister, Organization, PersonalAccount, Reading, Session, User, database
from models.enums import Proof, ReadingSource, ReadingState, Resource, Right
from models.period import Period
from models.quantity import MICRO
from resolvers.tokens import new_text
from schema import ids
from settings import settings
from web.protection import token

RESIDENTS, ALONE, SECONDS = 2_000, 60, 60
MOST_SPREAD = 10  # goal: p99 at most that many times p50
NOW = dt.datetime.now(dt.UTC)
MONTH = Period.of(NOW.date())


@dataclass
class Sender:
    """One resident's browser: its session, and the account with its two dials."""

    account: int
    registers: tuple[int, int]
    session: str


@dataclass
class Rush:
    milliseconds: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)


async def main() -> bool:
    met = True
    with tempfile.TemporaryDirectory(prefix="abonent-bench-") as name:
        for kind, processes in (("PostgreSQL", 1), ("PostgreSQL", 2), ("SQLite", 2)):
            postgres, stop = served() if kind == "PostgreSQL" else ("", lambda: None)
            folder = Path(name) / f"{kind}{processes}"
            folder.mkdir()
            met &= await measured(kind, processes, postgres or f"sqlite:///{folder / 'bench.db'}", folder)
            stop()
    return met


async def measured(kind: str, processes: int, url: str, folder: Path) -> bool:
    await database.migrate(url)
    await database.connect(url)
    senders = await peopled(RESIDENTS + ALONE)
    await ids.load()
    await database.close()
    ports = [free_port() for _ in range(processes)]
    environment = {**os.environ, "ABONENT_DATABASE_URL": url, "ABONENT_DATA_DIR": str(folder), "ABONENT_TRUSTED_PROXIES": "127.0.0.1"}
    servers = [started("serve", "--port", str(port), env={**environment, "ABONENT_BASE_URL": f"http://127.0.0.1:{port}"}) for port in ports]
    try:
        async with contextlib.AsyncExitStack() as stack:
            limits = httpx2.Limits(max_connections=400, max_keepalive_connections=400, keepalive_expiry=2)  # before the server closes them
            clients = [await stack.enter_async_context(httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120, limits=limits)) for port in ports]
            for client in clients:
                await answering(client)
            alone = await one_by_one(clients, senders[:ALONE])
            rush = await all_at_once(clients, senders[ALONE:])
    finally:
        for server in servers:
            server.terminate()
            server.wait()
    return await said(kind, processes, url, alone, rush)


async def said(kind: str, processes: int, url: str, alone: Rush, rush: Rush) -> bool:
    await database.connect(url)
    stored = await Reading.filter(source=ReadingSource.CABINET).count()
    standing = await Reading.filter(source=ReadingSource.CABINET, is_current=True).count()
    await database.close()
    wanted = 2 * (RESIDENTS + ALONE)
    p50, p99, base = cut(rush.milliseconds, 50), cut(rush.milliseconds, 99), cut(alone.milliseconds, 50)
    sent = len(rush.milliseconds)
    print(f"{kind}, {processes} web process{'es' * (processes > 1)}: {sent:,} forms of {RESIDENTS:,} residents in {SECONDS} s; answers {dict(rush.answers)}")
    print(f"  p50 {p50 / base:.2f} x of one resident alone ({base:.1f} ms), p99 {p99 / p50:.1f} x p50 (goal {MOST_SPREAD} x); load {os.getloadavg()[0]:.1f}")
    print(f"  stored {stored:,} and standing {standing:,} of {wanted:,} values")
    return p99 <= MOST_SPREAD * p50 and stored == standing == wanted and set(rush.answers) == {"200"}


async def one_by_one(clients: list[httpx2.AsyncClient], senders: list[Sender]) -> Rush:
    rush = Rush()
    for sender, client in zip(senders, itertools.cycle(clients), strict=False):
        await sent(client, sender, form_of(sender), rush)
    rush.milliseconds = rush.milliseconds[10:]  # what comes first also compiles templates
    return rush


async def all_at_once(clients: list[httpx2.AsyncClient], senders: list[Sender]) -> Rush:
    """Each at a moment of his own within the minute, whatever the others wait for."""
    rush, chosen = Rush(), random.Random(7)  # noqa: S311 - moments, no secrets

    async def one(number: int, sender: Sender) -> None:
        await asyncio.sleep(chosen.random() * SECONDS)
        form = form_of(sender)
        doors = [clients[(number + twice) % len(clients)] for twice in range(2 if number % 3 == 0 else 1)]
        await asyncio.gather(*(sent(client, sender, form, rush) for client in doors))

    await asyncio.gather(*(one(number, sender) for number, sender in enumerate(senders)))
    return rush


async def sent(client: httpx2.AsyncClient, sender: Sender, form: dict[str, str], rush: Rush) -> None:
    address = f"/o/vodokanal/accounts/{ids.encode('acc', sender.account)}/readings"
    headers = {"cookie": f"abonent={sender.session}", "hx-request": "true", "hx-target": "readings", "x-forwarded-for": source_of(sender)}
    begun = time.perf_counter()
    answer = await client.post(address, data=form, headers=headers)
    rush.milliseconds.append(1000 * (time.perf_counter() - begun))
    rush.answers[str(answer.status_code)] += 1


def form_of(sender: Sender) -> dict[str, str]:
    rows = {f"readings.{place}.register": ids.encode("reg", pk) for place, pk in enumerate(sender.registers)}
    values = {"readings.0.value": "120,500", "readings.1.value": "98,250"}
    return {"csrf": token(sender.session), "idempotencyKey": f"key {sender.account}", **rows, **values}


def source_of(sender: Sender) -> str:
    return f"10.0.{sender.account // 250}.{sender.account % 250 + 1}"


async def peopled(count: int) -> list[Sender]:
    """Residents with an account, two meters and their readings of three months, and a browser that is signed in."""
    of = await Organization.create(slug="vodokanal", name="Водоканал", currency="KZT", timezone="UTC")
    own: dict[str, Any] = {"organization_id": of.id}
    await PersonalAccount.bulk_create([PersonalAccount(number=f"{number:08d}", **own) for number in range(count)], batch_size=500)
    accounts = [row.id for row in await PersonalAccount.all().order_by("number")]
    await AccountFacts.bulk_create([AccountFacts(account_id=pk, valid_from=dt.date(1900, 1, 1), surname="Ким", **own) for pk in accounts], batch_size=500)
    names = [f"user{number}" for number in range(count)]
    people = [User(login=name, login_key=name, email=f"{name}@example.com", email_key=f"{name}@example.com", password_hash="-") for name in names]
    await User.bulk_create(people, batch_size=500)
    users = [row.id for row in await User.all().order_by("id")]
    memberships = [Membership(user_id=user, account_id=pk, rights=Right.owner(), proof=Proof.STAFF, **own) for user, pk in zip(users, accounts, strict=True)]
    await Membership.bulk_create(memberships, batch_size=500)
    sessions = [new_text() for _ in names]
    times = {"created_at": NOW, "last_used_at": NOW, "expires_at": NOW + dt.timedelta(days=1)}
    rows = [Session(user_id=user, token_hash=hashlib.sha256(text.encode()).hexdigest(), **times) for user, text in zip(users, sessions, strict=True)]
    await Session.bulk_create(rows, batch_size=500)
    dials = [await dials_of(accounts, resource, own) for resource in (Resource.COLD_WATER, Resource.HOT_WATER)]
    return [Sender(pk, (cold, hot), text) for pk, cold, hot, text in zip(accounts, *dials, sessions, strict=True)]


async def dials_of(accounts: list[int], resource: Resource, own: dict[str, Any]) -> list[int]:
    values: dict[str, Any] = {"inlet": 1, "resource": resource, "installed_on": dt.date(2024, 1, 10), **own}
    await Meter.bulk_create([Meter(account_id=pk, serial=f"{resource.value[0]}{pk}", **values) for pk in accounts], batch_size=500)
    meters = [row.id for row in await Meter.filter(resource=resource).order_by("account_id")]
    await MeterRegister.bulk_create([MeterRegister(meter_id=pk, integer_digits=5, fraction_digits=3) for pk in meters], batch_size=500)
    dials = [row.id for row in await MeterRegister.filter(meter_id__gte=meters[0], meter_id__lte=meters[-1]).order_by("meter_id")]
    start = 100 if resource is Resource.COLD_WATER else 80
    for back in (3, 2, 1):
        month = MONTH.plus(-back)
        said: dict[str, Any] = {"taken_on": month.last_day, "period": month.first_day, "source": ReadingSource.OTHER, "state": ReadingState.ACCEPTED, **own}
        made = [Reading(account_id=at, register_id=dial, value=(start + 5 * (4 - back)) * MICRO, **said) for at, dial in zip(accounts, dials, strict=True)]
        await Reading.bulk_create(made, batch_size=500)
    return dials


if __name__ == "__main__":
    os.environ.setdefault("ABONENT_SECRET", "of-this-benchmark-alone-and-of-the-servers-that-it-starts")
    settings.cache_clear()
    met = asyncio.run(main())
    sys.exit(1 if "--strict" in sys.argv and not met else 0)
