"""For staff: the day to pay by, what payments pay first, and on which weekdays registers come."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from adapters.texts import gettext, speaking
from schema.operations import NotFound
from web.answers import answer, ask, own_slug
from web.filled import Filled
from web.forms import form
from web.typed import Said, Typed

RULES = ("OLDEST_FIRST", "PRO_RATA", "REGISTER")
WEEKDAYS = range(1, 8)


async def paying_rules(request: Request) -> Response:
    """GET shows the rules, POST sets them; what cannot be is 422."""
    slug = await own_slug(request)
    rules = (await ask(request, "paying_rules/index", slug=slug)).organization.payingRules
    if rules is None:
        raise NotFound
    if request.method == "GET":
        return answer(request, "paying_rules/index.html", form=Filled(_values(rules)), saved="saved" in request.query_params, since=rules.allocationFrom)
    fields = await form(request)
    with speaking(request.scope["state"]["language"]):
        wanted, problems = _read(fields)
    result = (await ask(request, "paying_rules/set", input={"organizationSlug": slug, "validateOnly": bool(problems), **wanted})).setPayingRules
    problems = [*problems, *(result.problems if result.typename == "Rejected" else ())]
    if problems:
        return answer(request, "paying_rules/index.html", 422, form=Filled(fields, problems), saved=False, since=rules.allocationFrom)
    return RedirectResponse(f"{request.url.path}?saved=1", 303)


def _values(rules: Any) -> dict[str, str]:
    """The fields as they stand now."""
    days = {f"weekday{day}": "true" for day in rules.updateDays}
    return {"dueDay": str(rules.dueDay or ""), "allocation": str(rules.allocation), **days}  # a day is typed for another rule alone


def _read(fields: dict[str, str]) -> tuple[dict[str, Any], list[Any]]:
    """The input, and what cannot be read of it: an empty day takes the day to pay by away."""
    typed = Typed(fields)
    wanted: dict[str, Any] = {
        "dueDay": typed.count("dueDay", 0),
        "updateDays": [day for day in WEEKDAYS if fields.get(f"weekday{day}") == "true"],
        "allocationFrom": typed.day("allocationFrom", required=False),
    }
    problems: list[Any] = list(typed.problems)
    if fields.get("allocation") in RULES:
        wanted["allocation"] = fields["allocation"]
    else:
        problems.append(Said(("allocation",), gettext("This is not of the right form.")))
    return wanted, problems
