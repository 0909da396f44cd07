"""The chooser, for whoever comes without naming an organization."""

from starlette.requests import Request
from starlette.responses import Response

from web.answers import answer, ask, cursor


async def chooser(request: Request) -> Response:
    page = await ask(request, "organizations/index", after=cursor(request))
    return answer(request, "organizations/index.html", page=page)
