"""Bills by e-mail, for staff: when they go, how far they have come, starting and pausing."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from adapters.texts import gettext
from schema.operations import NotFound
from web.answers import answer, ask, cursor, is_month, own_slug
from web.filled import Filled
from web.forms import form
from web.typed import Said

MODES = ("WHEN_IMPORTED", "WHEN_CLOSED", "BY_HAND")
DONE = ("start", "pause", "mode")


async def mailings(request: Request) -> Response:
    """The mailings, the newest month first; the list comes anew by itself while letters are on their way."""
    return await _page(request)


async def start(request: Request) -> Response:
    """POST begins a month's mailing, or lets it go on."""
    return await _verb(request, "start")


async def pause(request: Request) -> Response:
    """POST stops it for a while."""
    return await _verb(request, "pause")


async def mode(request: Request) -> Response:
    """POST says when bills go."""
    fields = await form(request)
    chosen = fields.get("billMailing", "")
    if chosen not in MODES:
        return await _page(request, Filled(fields, [Said(("billMailing",), gettext("Please choose one."))]))
    await ask(request, "mailings/mode", input={"organizationSlug": await own_slug(request), "billMailing": chosen})
    return _done(request, "mode")


async def _verb(request: Request, verb: str) -> Response:
    slug, fields = await own_slug(request), await form(request)
    period = fields.get("period", "")
    if not is_month(period):
        return await _page(request, Filled(fields, [Said(("period",), gettext("Please choose one."))]))
    page = await ask(request, f"mailings/{verb}", input={"organizationSlug": slug, "period": period})
    result = page.startMailing if verb == "start" else page.pauseMailing
    if result.typename == "Rejected":
        return await _page(request, Filled(fields, result.problems))
    return _done(request, verb)


def _done(request: Request, what: str) -> Response:
    return RedirectResponse(f"{request.scope['root_path']}/mailings?done={what}", 303)


async def _page(request: Request, shown: Filled | None = None) -> Response:
    found = (await ask(request, "mailings/index", slug=await own_slug(request), after=cursor(request))).organization
    if found is None or found.mailings is None:
        raise NotFound
    done = request.query_params.get("done", "")
    context: dict[str, Any] = {"mailings": found.mailings, "mode": found.billMailing, "months": [one.period for one in found.periods.nodes]}
    context["runs"] = any(one.state == "RUNNING" or (one.waiting and one.state != "PAUSED") for one in found.mailings.nodes)
    return answer(request, "mailings/index.html", 422 if shown else 200, form=shown or Filled(), done=done if done in DONE else "", **context)
