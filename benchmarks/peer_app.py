"""What benchmarks/node_peers.py and statement_load.py start: the product itself (``product``), the same answer by hand with asyncpg and orjson
(``straight``), or the product whose page and GraphQL's answer are read by hand within its layers (``page``)."""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks import straight
from benchmarks.straight import decimal, money, much
from schema import ids
from settings import settings
from web.app import create_app

STATEMENTS = "SELECT period, charged, closing FROM statement WHERE account_id = $1 AND is_current ORDER BY period DESC LIMIT 12"
CHARGES = """
    SELECT ch.period, ch.unit, ch.quantity, ch.price, ch.amount, s.name FROM charge ch JOIN service s ON s.id = ch.service_id
    WHERE ch.account_id = $1 AND ch.period = ANY($2::date[]) AND ch.is_current AND ch.basis <> 'recalculation' ORDER BY ch.position, ch.id"""
READINGS = """
    SELECT * FROM (SELECT register_id, taken_on, value, ROW_NUMBER() OVER (PARTITION BY register_id ORDER BY taken_on DESC, id DESC) AS place
        FROM reading WHERE register_id = ANY($1::bigint[]) AND is_current) r WHERE place <= 12 ORDER BY place"""


def by_hand() -> Starlette:
    held: dict[str, Any] = {}

    @asynccontextmanager
    async def lifespan(_: Starlette) -> Any:
        from models import database
        from web.app import settled

        await database.connect(settings().database)
        await ids.load()
        held["pool"] = await straight.pool(settings().database)
        with settled():
            yield

    async def answer(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        token = request.headers["authorization"].removeprefix("Bearer ")
        return Response(orjson.dumps({"data": await history(held["pool"], token, asked["variables"]["id"])}), media_type="application/json")

    async def statement(request: Request) -> Response:
        asked = orjson.loads(await request.body())["variables"]
        token = request.headers["authorization"].removeprefix("Bearer ")
        data = await straight.statement(held["pool"], token, asked["id"], asked["period"])
        return Response(orjson.dumps({"data": data}), media_type="application/json")

    routes = [Route("/graphql", answer, methods=["POST"]), Route("/statement", statement, methods=["POST"])]
    return Starlette(routes=routes, lifespan=lifespan)


def page_by_hand() -> Starlette:
    """The product with one page more, whose data are read by hand: the same layers and the same template around them. So is what GraphQL answers."""
    from benchmarks.statement_query import straight_page

    application = create_app()
    held: dict[str, Any] = {}

    async def ready() -> dict[str, Any]:
        if not held:
            pool = await straight.pool(settings().database)
            held.update(pool=pool, page=straight_page(pool, os.environ["PEER_TOKEN"]))
        return held

    async def page(request: Request) -> Response:
        made: Response = await (await ready())["page"](request)
        return made

    async def document(request: Request) -> Response:
        asked = orjson.loads(await request.body())["variables"]
        token = request.headers["authorization"].removeprefix("Bearer ")
        data = await straight.statement((await ready())["pool"], token, asked["id"], asked["period"])
        return Response(orjson.dumps({"data": data}), media_type="application/json")

    application.router.routes[:0] = [Route("/straight/{id}", page), Route("/graphql", document, methods=["POST"])]
    return application


async def history(pool: Any, token: str, identity: str) -> dict[str, Any]:
    known = ids.decode(identity)
    assert known is not None
    pk = known[1]
    async with pool.acquire() as db:
        owner = await db.fetchrow(straight.TOKEN, hashlib.sha256(token.encode()).hexdigest())
        grants = await db.fetch(straight.GRANTS, owner["user_id"])
        assert any(grant["account_id"] == pk for grant in grants)
        account = await db.fetchrow(straight.ACCOUNT, pk)
        statements = await db.fetch(STATEMENTS, pk)
        charges = await db.fetch(CHARGES, pk, [one["period"] for one in statements])
        meters = await db.fetch(straight.METERS, pk)
        readings = await db.fetch(READINGS, [one["register_id"] for one in meters])
    currency = account["currency"]
    return {"account": {
        "number": account["number"], "address": straight.address(account),
        "statements": {"nodes": [{
            "period": f"{one['period']:%Y-%m}", "charged": money(one["charged"], currency), "closing": money(one["closing"], currency),
            "charges": [{
                "service": {"name": ch["name"]}, "unit": ch["unit"], "quantity": much(ch["quantity"], ch["unit"]),
                "tariff": {"amount": decimal(ch["price"], 2), "currency": currency}, "amount": money(ch["amount"], currency),
            } for ch in charges if ch["period"] == one["period"]],
        } for one in statements]},
        "meters": [{
            "serial": one["serial"], "resource": one["resource"].upper(),
            "registers": [{"history": {"nodes": [
                {"takenOn": rd["taken_on"].isoformat(), "value": much(rd["value"], "куб.м", one["fraction_digits"])}
                for rd in readings if rd["register_id"] == one["register_id"]
            ]}}],
        } for one in meters],
    }}  # fmt: skip


def main() -> None:
    from adapters import logs

    logs.configure("WARNING")
    application = {"straight": by_hand, "page": page_by_hand, "product": create_app}[sys.argv[1]]()
    uvicorn.run(application, host="127.0.0.1", port=int(os.environ["PEER_PORT"]), log_config=None, access_log=False)


if __name__ == "__main__":
    main()
