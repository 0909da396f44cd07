"""For whoever watches the process: is it alive, can it do its work."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from schema import operations
from settings import Mode, settings


async def live(_: Request) -> Response:
    """200 while the process answers at all; asks nobody else."""
    return JSONResponse({"status": "live"})


async def ready(_: Request) -> Response:
    """200 when the database answers a page's own question; otherwise the error table's 503. Letters that no server takes make it no less ready."""
    await operations.run("organizations/index", None, {"after": None})
    waiting = not settings().smtp_url.get_secret_value() and settings().mode is not Mode.DEMO
    return JSONResponse({"status": "ready", "letters": "no server"} if waiting else {"status": "ready"})
