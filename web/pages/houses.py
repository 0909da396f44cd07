"""The house-wide meters of a house, for staff: entering and correcting them. Residents see them on the page of readings."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters.texts import speaking
from schema.operations import Forbidden
from web.answers import answer, ask
from web.filled import Filled
from web.forms import form
from web.pages.accounts import found, ours
from web.pages.profile import back
from web.sendings import new_key
from web.typed import Typed


async def house(request: Request) -> Response:
    """GET lists the meters with one form, chosen by `?meter=` or `?reading=`; POST records what the form says."""
    shown = await _house(request)
    problems: Any = []
    fields = {name: value for name, value in request.query_params.items() if name in ("meter", "reading", "done")}
    if request.method == "POST":
        fields = await form(request)
        with speaking(request.scope["state"]["language"]):
            typed = Typed(fields)
            given = _reading(typed) if fields.get("reading") else _meter(shown, typed)
        problems = typed.problems or await _recorded(request, fields, given)
        if not problems:
            return back(request, f"/houses/{shown.id}?done=1")
    elif fields.get("meter"):
        fields |= _known(found(next((one for one in shown.meters if one.id == fields["meter"]), None)))
    reading = next((one for one in shown.meters or [] if one.id == fields.get("reading")), None)
    context = {"house": shown, "reading": reading, "done": "done" in fields, "key": fields.get("idempotencyKey") or new_key()}
    return answer(request, "houses/index.html", 422 if problems else 200, form=Filled(fields, problems), **context)


async def _recorded(request: Request, fields: dict[str, str], given: dict[str, Any]) -> Any:
    """What is wrong with it; nothing where it was recorded."""
    if fields.get("reading"):
        result = (await ask(request, "houses/read", input=given)).recordHouseReading
    else:
        result = (await ask(request, "houses/save", input=given)).saveHouseMeter
    return result.problems if result.typename == "Rejected" else []


def _reading(typed: Typed) -> dict[str, Any]:
    fields = typed.fields
    return {
        "meter": fields["reading"], "value": fields.get("value", ""), "takenOn": typed.day("takenOn"), "passedZero": fields.get("passedZero") == "true",
        "idempotencyKey": fields.get("idempotencyKey", ""),
    }  # fmt: skip


def _meter(shown: Any, typed: Typed) -> dict[str, Any]:
    fields = typed.fields
    return {
        "house": shown.id, "meter": fields.get("meter") or None, "resource": fields.get("resource", ""), "serial": fields.get("serial", ""),
        "place": fields.get("place", ""), "verificationDueOn": typed.day("verificationDueOn", required=False),
        "removedOn": typed.day("removedOn", required=False), "idempotencyKey": fields.get("idempotencyKey", ""),
    }  # fmt: skip


def _known(meter: Any) -> dict[str, str]:
    days = {name: f"{day:%d.%m.%Y}" if day else "" for name, day in (("verificationDueOn", meter.verificationDueOn), ("removedOn", meter.removedOn))}
    return {"resource": str(meter.resource), "serial": meter.serial, "place": meter.place or "", **days}


async def _house(request: Request) -> Any:
    shown = found((await ask(request, "houses/index", id=request.path_params["id"])).node)
    if shown.typename != "House":
        found(None)
    if ours(request, shown).organization.accessRules is None:
        raise Forbidden
    return shown
