"""A mailing of bills from its start to the last answer of an SMTP server on this machine, by one worker; against the same letters without documents.

``python -m benchmarks.mailing [BILLS]``: 10,000 take a while, so it is 300 unless told. Both runs queue in the same way and send over the same wire; the
baseline's letters have their words but no bill to make. Says too how long queueing alone takes, and how long an urgent letter waits amid the mailing.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from adapters import pdf
from adapters.smtp import ServerMail
from benchmarks.statement_query import served
from jobs import papers
from jobs.broker import send_with
from models import ImportRun, Letter, Mailing, Subscription, database
from models.enums import ImportState, LetterState, Topic
from resolvers import bill_mail, letters
from resolvers.letters import Made, Wanted
from schema import operations
from tests import factories as make
from tests.jobs.offices import Office

BILLS = 300
BEFORE = dt.timedelta(days=1)


async def without_document(_wanted: Wanted, _row: Letter, _now: dt.datetime) -> Made:
    return Made((), {"number": "1", "month": "-", "sum": "1", "due": "", "standing": "owed"})


async def main() -> None:
    bills = int(sys.argv[1]) if len(sys.argv) > 1 else BILLS
    postgres, stop = served()
    with tempfile.TemporaryDirectory(prefix="abonent-bench-") as name:
        for kind, url in (("SQLite", f"sqlite:///{Path(name) / 'bench.db'}"), ("PostgreSQL", postgres)):
            await database.migrate(url)
            await database.connect(url)
            await filled(bills)
            await operations.start()
            await pdf.made("<p>The processes are there.</p>")
            queueing, bare, urgent = await mailed(bills, without_document)
            before = peak()
            _, full, urgent_full = await mailed(bills, papers.made)
            print(
                f"{kind}, {bills:,} bills: queued in {queueing:.2f} s; without documents {bills / bare:.0f} a second; "
                f"with them {bills / full:.1f} a second, {full / bare:.1f} x as long ({full:.0f} s); "
                f"an urgent letter amid them took {urgent:.2f} s and {urgent_full:.2f} s; "
                f"the process, its mail server and what that keeps included, grew from {before:,.0f} MB to {peak():,.0f}"
            )
            await database.close()
    pdf.close()
    stop()


def peak() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def filled(bills: int) -> None:
    org, now = await make.organization(payment_due_day=25), dt.datetime.now(dt.UTC)
    water = await make.service(org)
    for number in range(bills):
        account, user = await make.account(org, f"{number:08}"), await make.user(f"user{number}")
        await make.member(user, account)
        await make.statement(account, "2026-10", as_of=now)
        await make.charge(account, "2026-10", 18084, service=water)
        await Subscription.create(user=user, topic=Topic.BILL, created_at=now - BEFORE)
    await ImportRun.create(organization=org, started_at=now - BEFORE, finished_at=now - BEFORE, state=ImportState.DONE, who="command line")


async def mailed(bills: int, maker: letters.Maker) -> tuple[float, float, float]:
    """Seconds of queueing, of all of it, and of a letter that came when half had gone."""
    await Letter.all().delete()
    await Mailing.all().delete()
    stopping = asyncio.Event()
    with Office(whole=False) as office:
        begun = time.perf_counter()
        assert (await bill_mail.mail_bills(dt.datetime.now(dt.UTC)))["letters"] == bills
        queueing = time.perf_counter() - begun
        worker = asyncio.create_task(send_with(ServerMail(office.url), stopping, maker=maker))
        await reached(lambda: len(office.taken) >= bills // 2)
        asked = time.perf_counter()
        await letters.queue("trial", "urgent@example.kz", "ru", dt.datetime.now(dt.UTC))
        await reached(lambda: "urgent@example.kz" in office.recipients)
        waited = time.perf_counter() - asked
        await reached(lambda: len(office.taken) > bills)
        seconds = time.perf_counter() - begun
        stopping.set()
        await worker
    assert len(office.ids()) == bills + 1
    assert await Letter.filter(state=LetterState.SENT).count() == bills + 1
    return queueing, seconds, waited


async def reached(what: Callable[[], bool]) -> None:
    while not what():  # noqa: ASYNC110 - a server in another thread has no event to wait for
        await asyncio.sleep(0.005)


if __name__ == "__main__":
    asyncio.run(main())
