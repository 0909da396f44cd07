"""Mistakes that residents report, and what the staff answer."""

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters import formats
from schema.operations import NotFound, SignInRequired
from web.answers import answer, ask, cursor
from web.filled import Filled
from web.forms import form
from web.pages.accounts import ours
from web.pages.profile import back, slug
from web.sessions import viewer

ATTRIBUTES = {
    "HOLDER_NAME": lambda account: account.holderName,
    "ADDRESS": lambda account: account.address,
    "RESIDENTS": lambda account: account.residents,
    "AREA": lambda account: account.area and formats.quantity(account.area),
    "IRRIGATED_AREA": lambda account: account.irrigatedArea and formats.quantity(account.irrigatedArea),
    "OWNERSHIP": lambda account: account.ownership and formats.ownership(account.ownership),
    "TARIFF_GROUP": lambda account: account.tariffGroup,
}


async def report(request: Request) -> Response:
    """GET shows what is shown and asks what is right, POST sends it to the staff."""
    identity, given, problems = request.path_params["id"], dict(request.query_params), []
    if request.method == "POST":
        given = await form(request)
        wanted = {name: given.get(name, "") for name in ("attribute", "message", "idempotencyKey")} | {"account": identity, "meter": given.get("meter") or None}
        result = (await ask(request, "reports/report", input=wanted)).reportMistake
        if result.typename != "Rejected":
            return back(request, f"/accounts/{identity}?reported=1")
        problems = result.problems
    account = ours(request, (await ask(request, "reports/new", id=identity)).account)
    what, meter = given.get("attribute") or given.get("what", ""), given.get("meter", "")
    key = given.get("idempotencyKey") or secrets.token_urlsafe(16)
    context = {"account": account, "attribute": what, "meter": meter, "key": key, "shown": _shown(account, what, meter)}
    return answer(request, "reports/new.html", 422 if problems else 200, form=Filled(given, problems), **context)


async def reports(request: Request) -> Response:
    """GET lists what residents reported, for staff; POST answers one."""
    problems: Any = []
    given: dict[str, str] = {}
    if request.method == "POST":
        given = await form(request)
        wanted = {name: given.get(name, "") for name in ("report", "answer")} | {"state": "DECLINED" if given.get("state") == "DECLINED" else "SETTLED"}
        result = (await ask(request, "reports/settle", input=wanted)).settleReport
        if result.typename != "Rejected":
            return back(request, "/reports?done=1")
        problems = result.problems
    if await viewer(request) is None:
        raise SignInRequired
    is_open = "answered" not in request.query_params
    found = (await ask(request, "reports/index", slug=slug(request) or "", after=cursor(request), isOpen=is_open)).organization
    if found is None or found.dataReports is None:
        raise NotFound
    context = {"is_open": is_open, "done": "done" in request.query_params, "chosen": given.get("report")}
    return answer(request, "reports/index.html", 422 if problems else 200, reports=found.dataReports, form=Filled(given, problems), **context)


def _shown(account: Any, what: str, meter: str) -> str:
    if what == "METER":
        one = next((one for one in account.meters if one.id == meter), None)
        if one is None:
            raise NotFound
        parts = [formats.resource(one.resource), f"№ {one.serial}" if one.serial else "", one.place or "", formats.meter_state(one.state)]
        return ", ".join(part for part in [*parts, formats.date(one.verificationDueOn) if one.verificationDueOn else ""] if part)
    if what not in ATTRIBUTES:
        raise NotFound
    return str(ATTRIBUTES[what](account) or "—")
