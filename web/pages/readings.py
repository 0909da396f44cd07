"""Readings: the table with the manuals' columns, and sending as a fragment. Values typed are never lost."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.answers import answer, ask
from web.forms import form
from web.pages.accounts import ours
from web.sendings import Form, Sending

SENT = "sent"


async def readings(request: Request) -> Response:
    """GET shows the table; POST sends, and shows it again with what is refused or asked (422), or with receipts."""
    identity = request.path_params["id"]
    if request.method == "GET":
        account, query = await _account(request, identity), dict(request.query_params)
        return answer(request, "readings/index.html", account=account, form=Form.of(account, sent=SENT in query).with_typed(query))
    sending = Sending(await form(request))
    result = (await ask(request, "readings/submit", input=sending.input(identity))).submitReadings
    if result.typename == "SubmitReadingsDone":
        return await _done(request, identity)
    account = await _account(request, identity)
    return answer(request, "readings/index.html", 422, account=account, form=Form.after(account, sending, result))


async def _account(request: Request, identity: str) -> Any:
    return ours(request, (await ask(request, "readings/index", id=identity)).account)


async def _done(request: Request, identity: str) -> Response:
    """A browser without JavaScript is sent to the page, so that reloading sends nothing again."""
    if request.headers.get("hx-request") != "true":
        return RedirectResponse(f"{request.url.path}?{SENT}=1", 303)
    account = await _account(request, identity)
    return answer(request, "readings/index.html", account=account, form=Form.of(account, sent=True))
