"""For whoever watches the process: is it alive, can it do its work, what does it spend its time on."""

import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from adapters import stages
from schema import operations
from schema.operations import NotFound
from settings import Mode, settings


async def live(_: Request) -> Response:
    """200 while the process answers at all; asks nobody else."""
    return JSONResponse({"status": "live"})


async def ready(_: Request) -> Response:
    """200 when the database answers a page's own question; otherwise the error table's 503. Letters that no server takes make it no less ready."""
    await operations.run("organizations/index", None, {"after": None})
    waiting = not settings().smtp_url.get_secret_value() and settings().mode is not Mode.DEMO
    return JSONResponse({"status": "ready", "letters": "no server"} if waiting else {"status": "ready"})


async def metrics(request: Request) -> Response:
    """What this process has done since it started, as Prometheus reads it; for the bearer of ABONENT_METRICS_TOKEN alone, else there is nothing here."""
    token = settings().metrics_token.get_secret_value()
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise NotFound
    return Response(stages.metrics(), media_type=stages.TYPE)
