"""The line in which everything may be written: it fills the fields of the readings' form, and sends nothing."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.forms import form
from web.pages.reading_doors import Door


async def text(request: Request) -> Response:
    """POST reads the message and shows the form with what it says; the address alone leads to the form."""
    identity = request.path_params["id"]
    if request.method != "POST":
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{request.scope.get('root_path', '')}/accounts/{identity}/readings{query}", 303)
    return await Door(request, identity).read(await form(request))
