"""The life of a meter: its page for everybody who sees it, and the forms by which staff record what happens."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters.texts import speaking
from schema.operations import Forbidden
from web.answers import answer, ask
from web.filled import Filled
from web.forms import form
from web.meter_forms import KINDS, acted, installed, replaced
from web.pages.accounts import found, ours
from web.pages.profile import back
from web.sendings import new_key


async def meter(request: Request) -> Response:
    """GET what is known of a meter and what happened to it; staff see what they may record."""
    shown = await _meter(request)
    query = request.query_params
    return answer(request, "meters/index.html", meter=shown, staff=is_staff(shown.account), kinds=KINDS, done="done" in query, withdrawn="withdrawn" in query)


async def record(request: Request) -> Response:
    """GET the form of one kind of event, POST records it."""
    shown, fields = await _staffed(request), dict(request.query_params)
    problems: Any = []
    if request.method == "POST":
        fields = await form(request)
        with speaking(request.scope["state"]["language"]):
            given, problems = acted(shown, fields)
        if not problems:
            result = (await ask(request, "meters/record", input=given)).recordMeterEvent
            if result.typename != "Rejected":
                return back(request, f"/meters/{shown.id}?done=1")
            problems = result.problems
    kind = fields.get("kind") if fields.get("kind") in KINDS else "VERIFIED"
    context = {"meter": shown, "kind": kind, "wants": KINDS[str(kind)], "key": fields.get("idempotencyKey") or new_key()}
    return answer(request, "meters/record.html", 422 if problems else 200, form=Filled(fields, problems), **context)


async def replace(request: Request) -> Response:
    """GET the form of a replacement, POST records it."""
    shown, fields = await _staffed(request), {}
    problems: Any = []
    if request.method == "POST":
        fields = await form(request)
        with speaking(request.scope["state"]["language"]):
            given, problems, names = replaced(shown, fields)
        if not problems:
            result = (await ask(request, "meters/replace", input=given)).replaceMeter
            if result.typename != "Rejected":
                return back(request, f"/meters/{shown.id}?done=1")
            problems = names(result.problems)
    key = fields.get("idempotencyKey") or new_key()
    return answer(request, "meters/replace.html", 422 if problems else 200, meter=shown, form=Filled(fields, problems), key=key)


async def install(request: Request) -> Response:
    """GET the form of a new meter at an account, POST records it."""
    account, fields = ours(request, (await ask(request, "meters/account", id=request.path_params["id"])).account), {}
    _only_staff(account)
    problems: Any = []
    if request.method == "POST":
        fields = await form(request)
        with speaking(request.scope["state"]["language"]):
            given, problems, names = installed(account, fields)
        if not problems:
            result = (await ask(request, "meters/install", input=given)).installMeter
            if result.typename != "Rejected":
                return back(request, f"/meters/{result.event.meter.id}?done=1")
            problems = names(result.problems)
    key = fields.get("idempotencyKey") or new_key()
    return answer(request, "meters/install.html", 422 if problems else 200, account=account, form=Filled(fields, problems), key=key)


async def withdraw(request: Request) -> Response:
    """GET asks, POST withdraws an event that was a mistake."""
    shown = await _staffed(request)
    event = found(next((one for one in shown.events or [] if one.id == request.path_params["event"]), None))
    problems: Any = []
    if request.method == "POST":
        await form(request)
        result = (await ask(request, "meters/withdraw", input={"event": event.id})).withdrawMeterEvent
        if result.typename != "Rejected":
            own = event.kind == "INSTALLED"  # the meter went with it
            return back(request, f"/accounts/{shown.account.id}" if own else f"/meters/{_left(shown, event)}?withdrawn=1")
        problems = result.problems
    return answer(request, "meters/withdraw.html", 422 if problems else 200, meter=shown, event=event, problems=problems)


def is_staff(account: Any) -> bool:
    """Whether the viewer works for the account's organization: only then are its rules of access shown."""
    return account.organization.accessRules is not None


def _left(shown: Any, event: Any) -> str:
    """The meter that is there after the event was withdrawn."""
    return str(event.meter.id if event.meter else shown.id)


def _only_staff(account: Any) -> None:
    if not is_staff(account):
        raise Forbidden


async def _meter(request: Request) -> Any:
    shown = found((await ask(request, "meters/index", id=request.path_params["id"])).node)
    if shown.typename != "Meter":
        found(None)
    ours(request, shown.account)
    return shown


async def _staffed(request: Request) -> Any:
    shown = await _meter(request)
    _only_staff(shown.account)
    return shown
