"""Payments of an account, newest first."""

from starlette.requests import Request
from starlette.responses import Response

from web.answers import answer, ask, cursor
from web.pages.accounts import ours


async def payments(request: Request) -> Response:
    page = await ask(request, "payments/index", id=request.path_params["id"], after=cursor(request))
    return answer(request, "payments/index.html", account=ours(request, page.account))
