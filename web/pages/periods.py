"""Months of the ledger for staff: which are closed, closing one and opening it again, each asked first on a page of its own."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from schema.operations import NotFound
from web.answers import BadAddress, answer, ask, cursor, is_month, own_slug
from web.filled import Filled
from web.forms import form
from web.sendings import new_key


async def periods(request: Request) -> Response:
    """The months that have statements, the newest first."""
    found = (await ask(request, "periods/index", slug=await own_slug(request), after=cursor(request))).organization
    if found is None or found.periods is None:
        raise NotFound
    return answer(request, "periods/index.html", periods=found.periods, done=request.query_params.get("done", ""))


async def close(request: Request) -> Response:
    """GET says what closing means, POST closes."""
    return await _verb(request, "close")


async def reopen(request: Request) -> Response:
    """GET asks for the reason, POST opens the month again."""
    return await _verb(request, "reopen")


async def _verb(request: Request, verb: str) -> Response:
    """Whether it can be done at all is asked before the form is shown: whoever is not staff finds nothing."""
    slug, period = await own_slug(request), _month(request)
    fields = {"idempotencyKey": new_key(), **(await form(request) if request.method == "POST" else {})}
    wanted: dict[str, Any] = {"organizationSlug": slug, "period": period, "idempotencyKey": fields["idempotencyKey"]}
    if verb == "reopen":
        wanted["reason"] = fields.get("reason", "") if request.method == "POST" else "-"
    else:
        wanted["despiteImports"] = fields.get("despiteImports") == "true"
    page = await ask(request, f"periods/{verb}", input=wanted | {"validateOnly": request.method == "GET"})
    result = page.closePeriod if verb == "close" else page.reopenPeriod
    problems = result.problems if result.typename == "Rejected" else []
    if request.method == "POST" and not problems:
        return RedirectResponse(f"{request.scope['root_path']}/periods?done={verb}", 303)
    shown = Filled(fields, problems)
    return answer(request, "periods/confirm.html", 422 if problems and request.method == "POST" else 200, form=shown, verb=verb, period=period)


def _month(request: Request) -> str:
    text = str(request.path_params["period"])
    if not is_month(text):
        raise BadAddress
    return text
