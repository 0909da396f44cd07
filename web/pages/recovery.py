"""Forgotten name or password."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.answers import ask
from web.filled import Filled
from web.forms import form
from web.human_checks import human_check, human_input, wants_new_image
from web.pages.sessions import sign_in_page
from web.strangers import page, slug


async def recover(request: Request) -> Response:
    """POST has the letter sent: the same answer for every login and e-mail."""
    if request.method == "GET":
        return await _ask_page(request, 200, {})
    fields = await form(request, of_a_stranger=True)
    if wants_new_image(fields):
        return await _ask_page(request, 200, fields)
    given = {"loginOrEmail": fields.get("loginOrEmail", "")[:254], "organizationSlug": slug(request), "language": request.state.language}
    result = (await ask(request, "recovery/request", input={**given, "humanCheck": human_input(fields)})).requestRecovery
    if result.typename == "Rejected":
        return await _ask_page(request, 422, fields, result.problems)
    return await page(request, "recovery/index.html", form=Filled(fields), sent=True, check=None)


async def new_password(request: Request) -> Response:
    """GET with the link's token shows the form and spends nothing; POST sets the password and shows the way in."""
    if request.method == "GET":
        return await _new_page(request, 200, dict(request.query_params))
    fields = await form(request, of_a_stranger=True)
    if wants_new_image(fields):
        return await _new_page(request, 200, fields)
    given = {name: fields.get(name, "") for name in ("token", "password", "repeat", "taxNumber", "number")}
    result = (await ask(request, "recovery/recover", input={**given, "humanCheck": human_input(fields)})).recoverPassword
    if result.typename == "Rejected":
        return await _new_page(request, 422, fields, result.problems)
    return await sign_in_page(request, login=result.login, recovered=True)


async def _ask_page(request: Request, status: int, fields: dict[str, str], problems: Any = ()) -> Response:
    check = await human_check(request, "RECOVER", fields, problems)
    return await page(request, "recovery/index.html", status, form=Filled(fields, problems), sent=False, check=check)


async def _new_page(request: Request, status: int, fields: dict[str, str], problems: Any = ()) -> Response:
    """A link that is over is what the whole page is about, no problem of a field."""
    token = fields.get("token", "")
    found = (await ask(request, "recovery/form", token=token)).recoveryForm
    shown = Filled(fields, [problem for problem in problems if list(problem.path) != ["token"]])
    check = await human_check(request, "RECOVER", fields, problems)
    return await page(request, "recovery/new.html", status, form=shown, token=token, found=found, check=check)
