"""The web process, put together: a composition root."""

import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from adapters import counters, pdf, rendering
from models import database
from schema import operations
from settings import Mode, settings
from web.assets import assets
from web.errors import answer_to
from web.middleware.bodies import Bodies
from web.middleware.compression import Compression
from web.middleware.headers import Headers
from web.middleware.languages import Languages
from web.middleware.organizations import Organizations
from web.middleware.requests import Requests
from web.routes import routes

# Outermost first. Starlette's own layers never see an error: Requests answers whatever is raised within it.
LAYERS = (Compression, Headers, Requests, Bodies, Organizations, Languages)
COLLECT_AFTER = (20_000, 10, 10)  # new objects: one answer makes thousands that go by themselves, and Python would look at them after each 700


class Damaged(Exception):
    """The database lacks guards without which money could be changed unnoticed."""


def create_app() -> Starlette:
    """The application; its lifespan opens the database and closes it."""
    rendering.environment()
    assets()
    app = Starlette(routes=routes(), middleware=[Middleware(layer) for layer in LAYERS], exception_handlers={HTTPException: _raised}, lifespan=_lifespan)
    app.router.redirect_slashes = False  # each page has one address
    return app


@asynccontextmanager
async def _lifespan(_: Starlette) -> AsyncIterator[None]:
    await database.connect(settings().database)
    try:
        if missing := await database.missing_guards():
            raise Damaged(f"the database lacks {', '.join(missing)}; `abonent migrate` puts them back")
        await operations.start()
        if settings().mode is not Mode.DEVELOPMENT:
            rendering.settle(compiled=settings().mode is Mode.PRODUCTION)
        with nullcontext() if settings().mode is Mode.DEVELOPMENT else settled():
            yield
    finally:
        pdf.close()
        await counters.close()
        await database.close()


@contextmanager
def settled() -> Iterator[None]:
    """What the process has loaded stays until its end: the garbage collector need not walk through it again and again while answers wait."""
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


async def _raised(request: Request, error: Exception) -> Response:
    return answer_to(request, error)
