"""The statement page and its document with ten times the accounts, months and organizations, on PostgreSQL: both should take the same time.

``python -m benchmarks.growth``. Two databases of one server: 200 accounts of one organization with 12 months each, and 2,000 of ten organizations with 120.
One reader asks for the same month of one account in either, in turn, so that whatever else the machine does falls on both alike.
"""

from __future__ import annotations

import logging
import os
import statistics
import tempfile
import time
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx2
import structlog

from benchmarks.books import CLONED, copied
from benchmarks.long_history import SERVICES, household
from benchmarks.statement_query import DOCUMENT, PERIOD, served, session_of
from jobs.console import run_long
from models import database
from resolvers.tokens import create_token
from schema import ids, operations
from tests import factories as make

SMALL, TIMES_MORE, COPIES = 12, 10, 200
ROUNDS, TIMES = 20, 20


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    url, stop = served()
    large = url.replace("/bench", "/large", 1)
    admin = await asyncpg.connect(url)
    await admin.execute("CREATE DATABASE large")
    await admin.close()
    os.environ.update(ABONENT_DATABASE_URL=url, ABONENT_MODE="development", ABONENT_DATA_DIR=tempfile.mkdtemp())
    books = [await Book.filled(url, SMALL, 1), await Book.filled(large, SMALL * TIMES_MORE, TIMES_MORE)]
    found = await in_turn(books)
    stop()
    for name, (small, more) in found.items():
        print(f"{name:9} {small:6.2f} ms; with {TIMES_MORE} times the accounts, months and organizations {more:6.2f} ms: {more / small:.2f} x")


async def in_turn(books: list[Book]) -> dict[str, list[float]]:
    """The median milliseconds of each, by what was asked for."""
    operations.load()
    for _ in range(ROUNDS):
        for book in books:
            await book.measure()
    await database.close()
    return {name: [statistics.median(book.times[name]) * 1000 for book in books] for name in books[0].times}


class Book:
    """One database, who reads it, and how long each reading took."""

    def __init__(self, url: str, account: int, cookie: str, token: str) -> None:
        self.url, self.account, self.cookie, self.token = url, account, cookie, token
        self.times: dict[str, list[float]] = {"page": [], "document": []}

    @classmethod
    async def filled(cls, url: str, months: int, organizations: int, *, copies: bool = True) -> Book:
        await database.migrate(url)
        await database.connect(url)
        account = await _household("vodokanal", months)
        for number in range(1, organizations):
            await _household(f"vodokanal-{number}", months)
        owner = await make.user("owner")
        await make.member(owner, account)
        token = await create_token(user_login="owner")
        cookie = await session_of(account)
        await database.close()
        if copies:
            await _copied(url)
        return cls(url, account.id, cookie, token)

    async def measure(self) -> None:
        from web.app import create_app

        await database.connect(self.url)
        ids.forget()
        await ids.load()
        pk, text = ids.encode("acc", self.account), DOCUMENT.read_text(encoding="utf-8")
        client = httpx2.AsyncClient(transport=httpx2.ASGITransport(create_app()), base_url="http://127.0.0.1")

        async def page() -> None:
            answer = await client.get(f"/o/vodokanal/accounts/{pk}/statement?period={PERIOD}", headers={"cookie": f"abonent={self.cookie}"})
            assert answer.status_code == 200, answer.text[:300]

        async def document() -> None:
            answer = await operations.answer(text, {"id": pk, "period": PERIOD}, await operations.bearer_viewer(self.token))
            assert answer.data is not None, answer.errors

        for name, run in (("page", page), ("document", document)):
            for _ in range(TIMES // 2):  # connections and what they prepare
                await run()
            begun = time.perf_counter()
            for _ in range(TIMES):
                await run()
            self.times[name].append((time.perf_counter() - begun) / TIMES)


async def _household(slug: str, months: int) -> Any:
    org = await make.organization(slug)
    return await household(org, "02015213", [await make.service(org, f"Услуга {number}") for number in range(SERVICES)], months)


async def _copied(url: str) -> None:
    """Every account that there is, COPIES times in all, each copy with all of its rows."""
    connection = await asyncpg.connect(url)
    await copied(connection, (*CLONED, "ledger_entry"), 1, COPIES - 1)
    await connection.execute("VACUUM ANALYZE")
    rows = await connection.fetchval("SELECT COUNT(*) FROM charge")
    print(f"{urlsplit(url).path.lstrip('/')}: {await connection.fetchval('SELECT COUNT(*) FROM personal_account'):,} accounts, {rows:,} charges")
    await connection.close()


if __name__ == "__main__":
    run_long(main())
