"""What the cabinet wrote to people and how far it came, for staff."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from schema.operations import NotFound, SignInRequired
from settings import Mode, settings
from web.answers import answer, ask, cursor
from web.forms import form
from web.sessions import viewer

STATES = ("QUEUED", "DEFERRED", "SENT", "UNCERTAIN", "FAILED")


async def letters(request: Request) -> Response:
    """GET lists them, POST sends one anew that has failed."""
    if request.method == "GET":
        return await _list(request, request.query_params.get("state", ""))
    fields = await form(request)
    state = fields.get("state", "")
    outcome = (await ask(request, "letters/retry", input={"letter": fields.get("letter", "")})).retryLetter
    if outcome.typename == "Rejected":
        return await _list(request, state, 422, outcome.problems)
    if request.headers.get("hx-request") == "true":
        return await _list(request, state)
    return RedirectResponse(f"{request.scope['root_path']}/letters{f'?state={state}' if state in STATES else ''}", 303)


async def _list(request: Request, state: str, status: int = 200, problems: Any = ()) -> Response:
    organization = request.scope["state"].get("organization")
    if organization is None:
        raise NotFound
    if await viewer(request) is None:
        raise SignInRequired
    chosen = state if state in STATES else ""
    found = (await ask(request, "letters/index", slug=organization.slug, after=cursor(request), state=chosen or None)).organization
    if found is None or found.letters is None:
        raise NotFound
    waiting = not settings().smtp_url.get_secret_value() and settings().mode is not Mode.DEMO
    return answer(request, "letters/index.html", status, letters=found.letters, states=STATES, chosen=chosen, problems=problems, waiting=waiting)
