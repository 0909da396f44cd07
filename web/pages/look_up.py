"""Find my account number without registration, and for a quarter of an hour its charges, without names."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from schema import operations
from schema.operations import NotFound
from web import sessions
from web.answers import answer, ask, month, months_to_choose, slug_of
from web.filled import Filled
from web.forms import form
from web.human_checks import human_check, human_input, wants_new_image
from web.pages.accounts import ours

DOOR = "LOOK_UP"
PROOFS = ("surname", "paidOn", "paidAmount", "taxNumber", "code")
PLACE = ("street", "house", "flat", "flatPrefix")


async def look_up(request: Request) -> Response:
    """GET shows the form, or what was found before; POST looks, and answers with the number or the form again (422)."""
    rules = (await ask(request, "look_up/rules", slug=slug_of(request))).organization.lookUp
    if request.method == "GET":
        return _page(request, rules, Filled(dict(request.query_params)))
    fields = await form(request, of_a_stranger=True)
    if wants_new_image(fields):
        return _page(request, rules, Filled(fields), check=await human_check(request, DOOR, fields))
    result = (await ask(request, "look_up/find", input=_input(request, fields))).findAccount
    if result.typename == "Rejected":
        check = await human_check(request, DOOR, fields, result.problems)
        return _page(request, rules, Filled(fields, result.problems), status=422, check=check)
    response = _page(request, rules, Filled(), numbers=result.numbers)
    sessions.show_for_a_while(response, result.token)
    return response


async def streets(request: Request) -> Response:
    """A fragment: streets to choose from while one is typed."""
    typed = request.query_params.get("street", "").replace("\0", "")[:160]
    found = (await ask(request, "look_up/streets", slug=slug_of(request), search=typed)).organization.lookUp.streets
    return answer(request, "look_up/streets.html", streets=found)


async def statement(request: Request) -> Response:
    """The charges of a month of an account that was found; whose view is over is sent to look again."""
    page = await found(request)
    if page is None:
        return RedirectResponse(f"{request.scope['root_path']}/look-up", 303)
    known = page.statementPeriods or []
    shown = page.statement.period if page.statement else month(request) or (known[0] if known else None)
    return answer(request, "look_up/statement.html", account=page, period=shown, periods=months_to_choose(known, shown))


async def found(request: Request) -> Any:
    """The account as this browser's view shows it, None where there is no view or it is over."""
    viewer = await operations.bearer_viewer(request.cookies.get(sessions.cookie_name(sessions.VIEW)))
    if viewer is None or viewer.kind != "visitor":
        return None
    number = request.query_params.get("number", "")
    try:
        page = await ask(request, "look_up/statement", as_viewer=viewer, slug=slug_of(request), number=number, period=month(request))
    except NotFound:
        return None
    return ours(request, page.account)


def _input(request: Request, fields: dict[str, str]) -> dict[str, Any]:
    proofs = {name: fields[f"proofs.{name}"] for name in PROOFS if fields.get(f"proofs.{name}")}
    return {"organizationSlug": slug_of(request), **{name: fields.get(name, "") for name in PLACE}, "proofs": proofs, "humanCheck": human_input(fields)}


def _page(request: Request, rules: Any, filled: Filled, status: int = 200, numbers: Any = (), check: Any = None) -> Response:
    name = sessions.greet_visitor(request)
    response = answer(request, "look_up/index.html", status, rules=rules, form=filled, numbers=numbers, check=check)
    sessions.keep_visitor(response, name)
    return response
