"""Readings: the table with the manuals' columns, and sending as a fragment. Values typed are never lost."""

from starlette.requests import Request
from starlette.responses import Response

from web.forms import form
from web.pages.reading_doors import SENT, Door


async def readings(request: Request) -> Response:
    """GET shows the table; POST sends, and shows it again with what is refused or asked (422), or with receipts."""
    door = Door(request, request.path_params["id"])
    if request.method == "GET":
        return await door.shown(sent=SENT in request.query_params)
    return await door.posted(await form(request))
