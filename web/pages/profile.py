"""A person's own pages: data, password, where one is signed in, tokens, letters and consents."""

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from schema.operations import NotFound, SignInRequired
from web import sessions
from web.answers import answer, ask, cursor
from web.filled import Filled
from web.forms import form, rows
from web.human_checks import human_check, human_input, wants_new_image

TOPICS = ("BILL", "READINGS", "NEWS")
SCOPES = ("READ_ACCOUNTS", "READ_READINGS", "READ_MONEY", "SUBMIT_READINGS")
DATA = ("name", "phone", "taxNumber", "language", "login")


async def profile(request: Request) -> Response:
    return answer(request, "profile/index.html", user=await myself(request, "profile/index"))


async def data(request: Request) -> Response:
    """GET shows the form, POST saves it."""
    user = await myself(request, "profile/data")
    known = {"name": user.name or "", "phone": user.phone or "", "taxNumber": user.taxNumber or "", "language": user.language or request.state.language}
    if request.method == "GET":
        return answer(request, "profile/data.html", user=user, form=Filled(known), saved="saved" in request.query_params, check=None)
    fields = await form(request)
    if wants_new_image(fields):
        check = await human_check(request, "PROFILE", fields)
        return answer(request, "profile/data.html", user=user, form=Filled(fields), saved=False, check=check)
    changes = {name: fields[name] for name in DATA if name in fields} | {"humanCheck": human_input(fields)}
    result = (await ask(request, "profile/update", input=changes)).updateProfile
    if result.typename == "Rejected":
        check = await human_check(request, "PROFILE", fields, result.problems)
        return answer(request, "profile/data.html", 422, user=user, form=Filled(fields, result.problems), saved=False, check=check)
    request.state.remembered_language = result.user.language  # chosen last, here: a cookie of earlier days gives way
    return back(request, "/profile/data?saved=1")


async def password(request: Request) -> Response:
    """GET shows the form; POST changes the password, and hands the browser its session's new token."""
    user = await myself(request, "profile/email")
    if request.method == "GET":
        return answer(request, "profile/password.html", user=user, form=Filled(), saved="saved" in request.query_params, check=None)
    fields = await form(request)
    if wants_new_image(fields):
        check = await human_check(request, "PROFILE", fields)
        return answer(request, "profile/password.html", user=user, form=Filled(), saved=False, check=check)
    wanted: dict[str, Any] = {name: fields.get(name, "") for name in ("currentPassword", "password", "repeat")}
    wanted |= {"organizationSlug": slug(request), "humanCheck": human_input(fields)}
    result = (await ask(request, "profile/change_password", input=wanted)).changePassword
    if result.typename == "Rejected":
        check = await human_check(request, "PROFILE", fields, result.problems)
        return answer(request, "profile/password.html", 422, user=user, form=Filled({}, result.problems), saved=False, check=check)
    response = back(request, "/profile/password?saved=1")
    if result.token is not None:
        sessions.remember(response, result.token, result.expiresAt, keep=result.remembered)
    return response


async def places(request: Request) -> Response:
    """GET lists where one is signed in; POST signs out one place, or all others."""
    if request.method == "POST":
        fields = await form(request)
        if fields.get("others") == "true":
            await ask(request, "profile/end_other_sessions")
        else:
            await ask(request, "profile/end_session", input={"session": fields.get("session", "")})
        return back(request, "/profile/sessions?ended=1")
    return answer(request, "profile/sessions.html", user=await myself(request, "profile/sessions"), ended="ended" in request.query_params)


async def tokens(request: Request) -> Response:
    """GET lists the tokens; POST makes one, and shows its text in the very answer: nowhere else does it exist."""
    made, typed, problems, status = None, {"days": "90"}, [], 200
    if request.method == "POST":
        typed = await form(request)
        chosen = [scope for scope in SCOPES if typed.get(f"scopes.{scope}") == "true"]
        days = int(typed["days"]) if typed.get("days", "").isdigit() and len(typed["days"]) < 6 else None
        wanted = {"label": typed.get("label", ""), "scopes": chosen, "days": days, "idempotencyKey": typed.get("idempotencyKey", "")}
        result = (await ask(request, "profile/create_token", input=wanted)).createToken
        if result.typename == "Rejected":
            problems, status = result.problems, 422
        else:
            made, typed = result, {"days": "90"}
    user = await myself(request, "profile/tokens")
    flags = {"revoked": "revoked" in request.query_params, "scopes": SCOPES, "key": secrets.token_urlsafe(16)}
    return answer(request, "profile/tokens.html", status, user=user, made=made, form=Filled(typed, problems), **flags)


async def revoke(request: Request) -> Response:
    await ask(request, "profile/revoke_token", input={"token": (await form(request)).get("token", "")})
    return back(request, "/profile/tokens?revoked=1")


async def subscriptions(request: Request) -> Response:
    """GET shows what is mailed; POST sets it. Accounts come by the page: those not shown stay as they are."""
    problems: Any = []
    if request.method == "POST":
        fields = await form(request)
        single = [
            {"account": row.get("account", ""), "topics": [topic for topic in TOPICS if row.get(topic) == "true"]} for row in rows(fields, "accounts").values()
        ]
        wanted = {"everywhere": [topic for topic in TOPICS if fields.get(f"everywhere.{topic}") == "true"], "accounts": single}
        result = (await ask(request, "profile/set_subscriptions", input=wanted)).setSubscriptions
        if result.typename != "Rejected":
            return back(request, "/profile/subscriptions?saved=1")
        problems = result.problems
    page = await ask(request, "profile/subscriptions", after=cursor(request))
    user = found_user(page)
    flags = {name: name in request.query_params for name in ("saved", "withdrawn")}
    ticked = Filled(_ticked(user.subscriptions, page.accounts.nodes), problems)
    status = 422 if problems else 200
    return answer(request, "profile/subscriptions.html", status, user=user, accounts=page.accounts, topics=TOPICS, form=ticked, **flags)


async def consent(request: Request) -> Response:
    """GET says what withdrawing means, POST withdraws."""
    identity = request.path_params["id"]
    if request.method == "POST":
        await form(request)
        await ask(request, "profile/withdraw_consent", input={"consent": identity})
        return back(request, "/profile/subscriptions?withdrawn=1")
    page = await ask(request, "profile/subscriptions", after=None)
    standing = [one for one in found_user(page).consents if one.id == identity and one.withdrawnAt is None]
    if not standing:
        raise NotFound
    return answer(request, "profile/consent.html", consent=standing[0])


async def myself(request: Request, operation: str) -> Any:
    """The signed-in user, as this page's document has it; raises SignInRequired."""
    return found_user(await ask(request, operation))


def found_user(page: Any) -> Any:
    if page.viewer is None or page.viewer.user is None:
        raise SignInRequired
    return page.viewer.user


def back(request: Request, path: str) -> RedirectResponse:
    """After a POST: a page that can be loaded again without doing anything again."""
    return RedirectResponse(f"{request.scope['root_path']}{path}", 303)


def slug(request: Request) -> str | None:
    organization = request.scope["state"].get("organization")
    return organization.slug if organization is not None else None


def _ticked(known: list[Any], accounts: list[Any]) -> dict[str, str]:
    """What is subscribed to, by the names of the form's fields."""
    places = {account.id: f"accounts.{index}" for index, account in enumerate(accounts)}
    wanted = {(places.get(one.account.id) if one.account else "everywhere", one.topic) for one in known}
    return {f"{place}.{topic}": "true" for place, topic in wanted if place}


async def accounts(request: Request) -> Response:
    flags = {name: name in request.query_params for name in ("accepted", "gone")}
    return answer(request, "profile/accounts.html", user=await myself(request, "profile/accounts"), **flags)


async def unlink(request: Request) -> Response:
    """GET says what unlinking means, POST does it."""
    identity = request.path_params["id"]
    if request.method == "POST":
        await form(request)
        await ask(request, "profile/unlink", input={"membership": identity})
        return back(request, "/profile/accounts?gone=1")
    row = (await ask(request, "members/membership", id=identity)).node
    if row is None or row.typename != "Membership" or not row.isMine or not (row.account or row.contract):
        raise NotFound
    of = row.account or row.contract
    others = [one for one in of.members or [] if not one.isMine]
    is_last = bool(others) and not any("MANAGE_MEMBERS" in one.rights for one in others)
    return answer(request, "profile/unlink.html", membership=row, of=of, is_last=is_last)


async def delete(request: Request) -> Response:
    """GET explains what goes and what stays, POST deletes; afterwards the same address says that it is done."""
    if request.method == "GET" and "done" in request.query_params and await sessions.viewer(request) is None:
        return answer(request, "profile/delete.html", user=None)
    problems: Any = []
    fields: dict[str, str] = {}
    if request.method == "POST":
        fields = await form(request)
    if fields and not wants_new_image(fields):
        wanted = {"password": fields.get("password", ""), "organizationSlug": slug(request), "humanCheck": human_input(fields)}
        result = (await ask(request, "profile/delete_user", input=wanted)).deleteUser
        if result.typename != "Rejected":
            response = back(request, "/profile/delete?done=1")
            sessions.forget(response)
            response.headers["clear-site-data"] = '"cache", "storage"'
            return response
        problems = result.problems
    page = await ask(request, "profile/delete")
    user, staff = found_user(page), page.viewer.organization
    check = await human_check(request, "PROFILE", fields, problems)
    return answer(request, "profile/delete.html", 422 if problems else 200, user=user, staff=staff, form=Filled({}, problems), check=check)
