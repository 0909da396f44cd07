"""Forgotten name or password."""

from starlette.requests import Request
from starlette.responses import Response

from web.answers import ask
from web.filled import Filled
from web.forms import form
from web.pages.sessions import sign_in_page
from web.strangers import page, slug


async def recover(request: Request) -> Response:
    """POST has the letter sent: the same answer for every login and e-mail."""
    if request.method == "GET":
        return await page(request, "recovery/index.html", form=Filled(), sent=False)
    fields = await form(request, of_a_stranger=True)
    given = {"loginOrEmail": fields.get("loginOrEmail", "")[:254], "organizationSlug": slug(request), "language": request.state.language}
    result = (await ask(request, "recovery/request", input=given)).requestRecovery
    if result.typename == "Rejected":
        return await page(request, "recovery/index.html", 422, form=Filled(fields, result.problems), sent=False)
    return await page(request, "recovery/index.html", form=Filled(fields), sent=True)


async def new_password(request: Request) -> Response:
    """GET with the link's token shows the form and spends nothing; POST sets the password and shows the way in."""
    fields = await form(request, of_a_stranger=True) if request.method == "POST" else dict(request.query_params)
    token, problems = fields.get("token", ""), []
    if request.method == "POST":
        given = {name: fields.get(name, "") for name in ("token", "password", "repeat", "taxNumber", "number")}
        result = (await ask(request, "recovery/recover", input=given)).recoverPassword
        if result.typename != "Rejected":
            return await sign_in_page(request, login=result.login, recovered=True)
        problems = [problem for problem in result.problems if list(problem.path) != ["token"]]
    found = (await ask(request, "recovery/form", token=token)).recoveryForm
    status = 422 if request.method == "POST" else 200
    return await page(request, "recovery/new.html", status, form=Filled(fields, problems), token=token, found=found)
