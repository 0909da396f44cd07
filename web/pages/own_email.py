"""Changing one's e-mail: asked for in the profile, confirmed and taken back from letters, signed in or not."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web import sessions
from web.answers import answer, ask
from web.filled import Filled
from web.forms import form
from web.human_checks import human_check, human_input, wants_new_image
from web.pages.profile import back, myself, slug

LONGEST_TOKEN = 200


async def email(request: Request) -> Response:
    """GET shows the address and what waits; POST asks for another one."""
    if request.method == "GET":
        flags = {name: name in request.query_params for name in ("sent", "changed", "kept")}
        return await _page(request, **flags)
    fields = await form(request)
    if wants_new_image(fields):
        return await _page(request, form=Filled(fields), check=await human_check(request, "PROFILE", fields))
    wanted: dict[str, Any] = {"email": fields.get("email", ""), "password": fields.get("password", ""), "organizationSlug": slug(request)}
    wanted["humanCheck"] = human_input(fields)
    result = (await ask(request, "profile/change_email", input=wanted)).changeEmail
    if result.typename == "Rejected":
        check = await human_check(request, "PROFILE", fields, result.problems)
        return await _page(request, 422, form=Filled(fields, result.problems), check=check)
    return back(request, "/profile/email?sent=1")


async def withdraw(request: Request) -> Response:
    await form(request)
    await ask(request, "profile/withdraw_email_change")
    return back(request, "/profile/email?kept=1")


async def confirm(request: Request) -> Response:
    """GET shows a letter's link with its button and spends nothing; POST confirms, by the link or by the code typed in the profile."""
    if request.method == "GET":
        return await _link(request, "profile/email_confirm.html")
    fields = await form(request, of_a_stranger=True)
    token = fields.get("token", "")[:LONGEST_TOKEN]
    wanted = {"token": token or None, "code": fields.get("code", "")[:40], "organizationSlug": slug(request)}
    result = (await ask(request, "profile/confirm_email", input=wanted)).confirmEmail
    if result.typename == "Rejected" and not token:
        return await _page(request, 422, code_form=Filled({}, result.problems))
    if result.typename == "Rejected":
        return await _link(request, "profile/email_confirm.html", token, result.problems)
    return back(request, "/profile/email/confirm?done=1" if token else "/profile/email?changed=1")


async def cancel(request: Request) -> Response:
    """GET shows what taking back means, POST does it."""
    if request.method == "GET":
        return await _link(request, "profile/email_cancel.html")
    fields = await form(request, of_a_stranger=True)
    token = fields.get("token", "")[:LONGEST_TOKEN]
    result = (await ask(request, "profile/cancel_email_change", input={"token": token, "organizationSlug": slug(request)})).cancelEmailChange
    if result.typename == "Rejected":
        return await _link(request, "profile/email_cancel.html", token, result.problems)
    return back(request, "/profile/email/cancel?done=1")


async def _page(request: Request, status: int = 200, **given: Any) -> Response:
    defaults = {"form": Filled(), "check": None, "code_form": Filled(), "sent": False, "changed": False, "kept": False}
    return answer(request, "profile/email.html", status, user=await myself(request, "profile/email"), **{**defaults, **given})


async def _link(request: Request, template: str, token: str | None = None, problems: Any = ()) -> Response:
    """The page behind a letter's link, for whoever holds it."""
    await sessions.viewer(request)
    known = token if token is not None else request.query_params.get("token", "")[:LONGEST_TOKEN]
    done = "done" in request.query_params and not problems
    change = (await ask(request, "profile/email_change", token=known)).emailChange if known else None
    status = 422 if problems else 200 if change or done else 404
    name = sessions.greet_visitor(request)
    response = answer(request, template, status, change=change, token=known, done=done, form=Filled({}, problems))
    sessions.keep_visitor(response, name)
    return response
