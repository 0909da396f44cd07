"""The form of one account's readings behind the link in a reminder: without a session or a cookie, and with nothing but the form."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from schema import operations
from schema.operations import NotFound
from web.answers import answer, ask
from web.forms import form_of_link
from web.pages.accounts import ours
from web.pages.reading_doors import SENT, Door

Posted = Callable[[Door, dict[str, str]], Awaitable[Response]]


async def readings(request: Request) -> Response:
    """GET shows the form, as often as one likes, and writes nothing: mail scanners open links. POST sends, and shows it again as the other page does."""
    return await _opened(request, Door.posted)


async def text(request: Request) -> Response:
    """The same form, filled from the line in which everything may be written."""
    return await _opened(request, Door.read)


async def _opened(request: Request, posted: Posted) -> Response:
    fields = await form_of_link(request) if request.method == "POST" else dict(request.query_params)
    token = fields.get("token", "")
    viewer = await operations.letter_viewer(token)
    try:
        if viewer is None:
            return _over(request)
        account = await _account(request, viewer)
    except NotFound:
        return _over(request)
    request.scope["state"]["query"] = (("token", token),)  # the other languages' links lead here again
    door = Door(request, account.id, token, viewer)
    if request.method != "POST":
        return await door.shown(sent=SENT in fields)
    return await posted(door, fields)


async def _account(request: Request, viewer: Any) -> Any:
    """The link's account, if it belongs to the organization that the address names; raises NotFound."""
    [found] = (await ask(request, "readings/linked", as_viewer=viewer)).accounts.nodes or [None]
    return ours(request, found)


def _over(request: Request) -> Response:
    """The same for a link that is over, of another organization, or none at all."""
    request.scope["state"]["query"] = (("token", ""),)
    return answer(request, "readings/over.html", 422 if request.headers.get("hx-request") == "true" else 404)
