"""For staff: when and how readings are taken, and houses with a window of their own."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from adapters.texts import gettext
from schema.operations import NotFound
from web.answers import answer, ask, cursor, own_slug
from web.filled import Filled
from web.forms import form
from web.typed import Said

NUMBERS = ("firstDay", "lastDay", "formGraceMinutes", "verificationNoticeDays")
CHOICES = {"latePolicy": ("REFUSE", "REVIEW", "NEXT_MONTH"), "overduePolicy": ("ACCEPT", "REFUSE")}
NO_NUMBER = -1  # out of every range: what was typed is refused beside its field


async def reading_rules(request: Request) -> Response:
    """GET shows the rules and finds houses, POST sets the rules; what cannot be is 422."""
    slug = await own_slug(request)
    search = request.query_params.get("search", "")[:100].replace("\0", "").strip()
    organization = (await ask(request, "reading_rules/index", slug=slug, search=search or None, after=cursor(request))).organization
    if organization.readingRules is None:
        raise NotFound
    shown = {"organization": organization, "search": search}
    if request.method == "GET":
        return answer(request, "reading_rules/index.html", form=Filled(_values(organization.readingRules)), saved="saved" in request.query_params, **shown)
    fields = await form(request)
    unknown = [Said((name,), gettext("This is not of the right form.")) for name, known in CHOICES.items() if fields.get(name, known[0]) not in known]
    wanted = {"organizationSlug": slug, "validateOnly": bool(unknown), **_input(fields)}
    result = (await ask(request, "reading_rules/set", input=wanted)).setReadingRules
    problems = [*(result.problems if result.typename == "Rejected" else ()), *unknown]
    if problems:
        return answer(request, "reading_rules/index.html", 422, form=Filled(fields, problems), saved=False, **shown)
    return RedirectResponse(f"{request.url.path}?saved=1", 303)


async def house(request: Request) -> Response:
    """One house: GET shows its days, POST sets both or takes them away."""
    identity = request.path_params["id"]
    organization = (await ask(request, "reading_rules/house", slug=await own_slug(request), id=identity)).organization
    if organization.houseWindow is None:
        raise NotFound
    shown = {"one": organization.houseWindow, "rules": organization.readingRules}
    if request.method == "GET":
        own = Filled(_values(organization.houseWindow))
        return answer(request, "reading_rules/house.html", form=own, saved="saved" in request.query_params, **shown)
    fields = await form(request)
    days = {} if fields.get("clear") else {name: _number(fields.get(name, "")) for name in ("firstDay", "lastDay")}
    result = (await ask(request, "reading_rules/set_house", input={"house": identity, **days})).setHouseWindow
    if result.typename == "Rejected":
        return answer(request, "reading_rules/house.html", 422, form=Filled(fields, result.problems), saved=False, **shown)
    return RedirectResponse(f"{request.url.path}?saved=1", 303)


def _values(shown: Any) -> dict[str, str]:
    """The fields as they stand now."""
    values = {name: getattr(shown, name, None) for name in (*NUMBERS, *CHOICES)}
    return {name: str(value) for name, value in values.items() if value is not None}


def _input(fields: dict[str, str]) -> dict[str, Any]:
    chosen = {name: fields[name] for name, known in CHOICES.items() if fields.get(name) in known}
    return chosen | {name: _number(fields[name]) for name in NUMBERS if name in fields}


def _number(text: str) -> int:
    typed = text.strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 6 else NO_NUMBER
