"""For whoever watches the process: is it alive, can it do its work."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from schema import operations


async def live(_: Request) -> Response:
    """200 while the process answers at all; asks nobody else."""
    return JSONResponse({"status": "live"})


async def ready(_: Request) -> Response:
    """200 when the database answers a page's own question; otherwise the error table's 503."""
    await operations.run("organizations/index", None, {"after": None})
    return JSONResponse({"status": "ready"})
