"""Registering, and confirming it by the letter's link or code."""

import uuid
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from web.answers import ask
from web.filled import Filled
from web.forms import form
from web.human_checks import human_check, human_input, wants_new_image
from web.pages.sessions import sign_in_page
from web.sessions import local
from web.strangers import page, slug

KINDS = ("individual", "legal", "short")
FIELDS = {
    "individual": ("accountNumber", "login", "taxNumber", "phone"),
    "legal": ("name", "taxNumber", "contractNumber", "login", "phone"),
    "short": (),
}
LONGEST_TOKEN = 200
ALWAYS = ("email", "password", "repeat")


async def register(request: Request) -> Response:
    """GET shows the form, of the ``?kind=``; POST registers and says where the letter went, or shows it again with 422."""
    if request.method == "GET":
        given = {name: request.query_params.get(name, "").replace("\0", "")[:40] for name in ("kind", "accountNumber")}
        return await _form(request, {**given, "invitation": _brought(request)})
    fields = await form(request, of_a_stranger=True)
    if wants_new_image(fields):
        return await _form(request, fields)
    result = (await ask(request, "registration/register", input=_input(request, fields))).registerUser
    if result.typename == "Rejected":
        return await _form(request, fields, result.problems, 422)
    return await page(request, "registration/sent.html", email=result.email, login=result.login, registration=result.registration)


async def check(request: Request) -> Response:
    """POST by htmx alone: the form for another kind of person with all that was typed, or which login results."""
    fields = await form(request, of_a_stranger=True)
    return await _form(request, fields)


async def confirm(request: Request) -> Response:
    """GET with a link's token shows the button, which spends it; without one, where the code is typed. POST confirms."""
    if request.method == "GET":
        return await _confirm_page(request, 200, {"token": request.query_params.get("token", "")})
    fields = await form(request, of_a_stranger=True)
    if wants_new_image(fields):
        return await _confirm_page(request, 200, fields)
    given = {name: fields.get(name, "") for name in ("token", "email", "code")}
    result = (await ask(request, "registration/confirm", input={**given, "humanCheck": human_input(fields)})).confirmRegistration
    if result.typename == "Rejected":
        return await _confirm_page(request, 422, fields, result.problems)
    back = f"/invitation?{urlencode({'token': result.invitation})}" if result.invitation else "/"
    return await sign_in_page(request, back, login=result.login, confirmed="again" if result.already else "now", login_taken=result.loginTaken)


async def resend(request: Request) -> Response:
    """POST has the letter sent again: the same answer for every address."""
    if request.method == "GET":
        return await _resend_page(request, 200, {})
    fields = await form(request, of_a_stranger=True)
    if wants_new_image(fields):
        return await _resend_page(request, 200, fields)
    given: dict[str, Any] = {"email": fields.get("email", "")[:254], "registration": fields.get("registration", "")[:100]}
    given |= {"organizationSlug": slug(request), "language": request.state.language}
    result = (await ask(request, "registration/resend", input={**given, "humanCheck": human_input(fields)})).resendConfirmation
    if result.typename == "Rejected":
        return await _resend_page(request, 422, fields, result.problems)
    return await page(request, "registration/resend.html", form=Filled(fields), sent=True, check=None)


async def _confirm_page(request: Request, status: int, fields: dict[str, str], problems: Any = ()) -> Response:
    """A link that is over is what the whole page is about, no problem of a field."""
    token = fields.get("token", "")
    found = (await ask(request, "registration/pending", token=token)).pendingRegistration if token else None
    shown = Filled(fields, [problem for problem in problems if list(problem.path) != ["token"]])
    check = await human_check(request, "CONFIRM", fields, problems)
    return await page(request, "registration/confirm.html", status, form=shown, token=token, found=found, check=check)


async def _resend_page(request: Request, status: int, fields: dict[str, str], problems: Any = ()) -> Response:
    check = await human_check(request, "RESEND", fields, problems)
    return await page(request, "registration/resend.html", status, form=Filled(fields, problems), sent=False, check=check)


async def _form(request: Request, fields: dict[str, str], problems: Any = (), status: int = 200) -> Response:
    kind = _kind(fields)
    typed: dict[str, Any] = {name: fields.get(name, "")[:40] if name in FIELDS[kind] else "" for name in ("login", "accountNumber", "contractNumber")}
    found = await ask(request, "registration/index", slug=slug(request), language=request.state.language, **typed)
    values = {**fields, "idempotencyKey": str(uuid.uuid4()) if any(one.code == "KEY_REUSED" for one in problems) else _key(fields)}
    invitation = fields.get("invitation", "")[:LONGEST_TOKEN]
    request.state.query = (("kind", kind), *((("invitation", invitation),) if invitation else ()))  # links to other languages keep both
    live = {
        "hx-post": f"{request.scope['root_path']}/register/check", "hx-trigger": "change", "hx-target": "#login_result", "hx-swap": "outerHTML",
        "hx-params": "csrf,kind,login,accountNumber,contractNumber",
    }  # fmt: skip
    check = await human_check(request, "REGISTER", fields, problems)
    shown = {"kind": kind, "invitation": invitation, "check": check, "live": live, "result": found.loginPreview, "agreement": found.agreement}
    return await page(request, "registration/index.html", status, form=Filled(values, problems), **shown)


def _input(request: Request, fields: dict[str, str]) -> dict[str, Any]:
    """The mutation's input: only what this kind of form has, whatever is sent besides."""
    kind = _kind(fields)
    typed = {name: fields.get(name, "")[:400] for name in (*ALWAYS, *FIELDS[kind])}
    return {
        **typed,
        "kind": "LEGAL" if kind == "legal" else "INDIVIDUAL",
        "organizationSlug": slug(request),
        "language": request.state.language,
        "agreementVersion": fields.get("version", "")[:32] if fields.get("agreementVersion") == "true" else "",
        "invitation": fields.get("invitation", "")[:LONGEST_TOKEN],
        "billByEmail": fields.get("billByEmail") == "true",
        "idempotencyKey": _key(fields),
        "humanCheck": human_input(fields),
    }


def _brought(request: Request) -> str:
    """The token of an invitation that one comes from, or was going to when asked to sign in."""
    given = request.query_params.get("invitation", "")
    if not given:
        way = urlsplit(local(request.query_params.get("next", ""), request.scope["root_path"]))
        given = parse_qs(way.query).get("token", [""])[0] if way.path == f"{request.scope['root_path']}/invitation" else ""
    return given.replace("\0", "")[:LONGEST_TOKEN]


def _kind(fields: dict[str, str]) -> str:
    return fields["kind"] if fields.get("kind") in KINDS else KINDS[0]


def _key(fields: dict[str, str]) -> str:
    return fields.get("idempotencyKey", "")[:100] or str(uuid.uuid4())
