"""The demo's letters: everybody's, for whoever tries it. The page exists in demo mode only (web/routes.py)."""

import asyncio

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from adapters import letter_folder
from schema.operations import NotFound
from web.answers import answer

# A letter's own styles stand in its tags; nothing else of it may do anything, and it is of no origin.
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups"


async def mailbox(request: Request) -> Response:
    """What came last, first."""
    return answer(request, "mailbox/index.html", letters=await asyncio.to_thread(letter_folder.newest))


async def letter(request: Request) -> Response:
    """One letter's text, with its links."""
    return answer(request, "mailbox/letter.html", letter=await _filed(request))


async def html(request: Request) -> Response:
    """Its other half, as a mail program shows it."""
    found = await _filed(request)
    return HTMLResponse(found.html, headers={"content-security-policy": LETTER_POLICY})


async def file(request: Request) -> Response:
    """The file, for a mail program."""
    found = await _filed(request)
    path = letter_folder.path_of(found.name)
    if path is None:
        raise NotFound
    return FileResponse(path, media_type="message/rfc822", filename=f"{found.name}.eml")


async def _filed(request: Request) -> letter_folder.Filed:
    found = await asyncio.to_thread(letter_folder.filed, request.path_params["name"])
    if found is None:
        raise NotFound
    return found
