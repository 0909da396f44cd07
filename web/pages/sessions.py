"""Signing in and out."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from web import sessions
from web.answers import answer, ask
from web.filled import Filled
from web.forms import form
from web.human_checks import human_check, human_input, wants_new_image

LONGEST_LOGIN, LONGEST_PASSWORD = 254, 128
NOTHING: Mapping[str, str] = {}


async def sign_in(request: Request) -> Response:
    """GET shows the form; POST signs in and returns to where one was, or shows the form again with 422."""
    base = request.scope["root_path"]
    if request.method == "POST":
        return await _signed_in(request, base)
    back = sessions.local(request.query_params.get("next", ""), base)
    if await sessions.viewer(request) is not None:
        return RedirectResponse(back, 303)
    flags: dict[str, Any] = {"expired": "expired" in request.query_params, "gone": "gone" in request.query_params}
    return await _page(request, 200, next=back, **flags)


async def sign_out(request: Request) -> Response:
    """End the session on the server, whatever becomes of the cookie."""
    await form(request, of_a_stranger=True)  # one that has ended already is no reason to be asked in
    if await sessions.viewer(request) is not None:
        await ask(request, "sessions/sign_out")
    response = RedirectResponse(f"{request.scope['root_path']}/sign-in?gone=1", 303)
    sessions.forget(response)
    response.headers["clear-site-data"] = '"cache", "storage"'
    return response


async def _signed_in(request: Request, base: str) -> Response:
    fields = await form(request, of_a_stranger=True)
    back, keep = sessions.local(fields.get("next", ""), base), fields.get("remember") == "true"
    login, password = fields.get("login", "").strip()[:LONGEST_LOGIN], fields.get("password", "")
    organization = request.state.organization  # None at the chooser's own form: free logins and e-mails still sign in
    if wants_new_image(fields):
        return await _page(request, 200, fields, next=back, login=login, remember=keep)
    chosen = {"login": login, "password": password, "organizationSlug": organization and organization.slug, "remember": keep, "humanCheck": human_input(fields)}
    result = (await ask(request, "sessions/sign_in", input=chosen)).signIn
    if result.typename == "Rejected":
        request.state.query = (("next", back),)  # links to other languages keep where one was going
        unconfirmed = next((problem.registration for problem in result.problems if problem.registration), None)
        return await _page(request, 422, fields, next=back, login=login, remember=keep, problems=result.problems, unconfirmed=unconfirmed)
    response = moved(request, back)
    sessions.remember(response, result.token, result.expiresAt, keep=keep)
    return response


async def sign_in_page(request: Request, back: str = "/", **context: Any) -> HTMLResponse:
    """The form where another page ends: with the login filled in, and what has happened; `back` is where one goes on to."""
    return await _page(request, 200, next=request.scope["root_path"] + back, **context)


def moved(request: Request, address: str) -> Response:
    """To another page; htmx is told to move the whole of it."""
    if request.headers.get("hx-request") == "true":
        return Response(status_code=200, headers={"hx-redirect": address})
    return RedirectResponse(address, 303)


async def _page(request: Request, status: int, fields: Mapping[str, str] = NOTHING, **context: Any) -> HTMLResponse:
    problems = context.get("problems", [])
    check = await human_check(request, "SIGN_IN", fields, problems)
    name = sessions.greet_visitor(request)
    nothing = ("expired", "gone", "confirmed", "login_taken", "recovered", "unconfirmed")
    defaults = {"login": "", "remember": False, "problems": [], **dict.fromkeys(nothing, False)}
    response = answer(request, "sessions/sign_in.html", status, form=Filled({}, problems), check=check, **{**defaults, **context})
    sessions.keep_visitor(response, name)
    return response
