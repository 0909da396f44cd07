"""Who has access to an account or a contract: members, invitations, and accepting one."""

import datetime as dt
import secrets
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from schema.operations import NotFound
from web import sessions
from web.answers import answer, ask
from web.filled import Filled
from web.forms import form
from web.pages.accounts import found, ours
from web.pages.profile import back

RIGHTS = ("SEE_MONEY", "SEND_READINGS", "PAY", "TICKETS", "MANAGE_MEMBERS")
PRESETS = {"reader": (), "sender": ("SEND_READINGS",), "tenant": ("SEE_MONEY", "SEND_READINGS", "PAY", "TICKETS"), "owner": RIGHTS}
LONGEST_TOKEN = 200


async def of_account(request: Request) -> Response:
    return await _members(request, "account")


async def of_contract(request: Request) -> Response:
    return await _members(request, "contract")


async def member(request: Request) -> Response:
    """GET shows what somebody may do, POST changes it."""
    row, of, kind = await _member(request)
    path = f"/{kind}s/{of.id}/members"
    given = {f"rights.{right}": "true" for right in row.rights} | {"untilOn": row.untilOn.isoformat() if row.untilOn else ""}
    shown, problems, typed = [right for right in RIGHTS if right in of.may or right in row.rights], [], given
    if request.method == "POST":
        typed = await form(request)
        wanted = {"membership": row.id, "rights": _rights(typed), "untilOn": _day(typed)}
        result = (await ask(request, "members/change", input=wanted)).changeMember
        if result.typename != "Rejected":
            return back(request, f"{path}?saved=1")
        problems = result.problems
    status = 422 if problems else 200
    filled = Filled(typed, problems)
    return answer(request, "members/member.html", status, member=row, of=of, contract=kind == "contract", back=path, shown=shown, form=filled)


async def revoke(request: Request) -> Response:
    """GET asks, POST shows somebody out."""
    row, of, kind = await _member(request)
    path, problems = f"/{kind}s/{of.id}/members", []
    if request.method == "POST":
        await form(request)
        result = (await ask(request, "members/revoke", input={"membership": row.id})).revokeMember
        if result.typename != "Rejected":
            return back(request, f"{path}?gone=1")
        problems = result.problems
    status = 422 if problems else 200
    return answer(request, "members/revoke.html", status, member=row, of=of, contract=kind == "contract", back=path, form=Filled({}, problems))


async def revoke_invitation(request: Request) -> Response:
    fields = await form(request)
    await ask(request, "members/revoke_invitation", input={"invitation": request.path_params["id"]})
    base = request.scope["root_path"]
    return back(request, sessions.local(base + fields.get("back", ""), base).removeprefix(base))


async def invitation(request: Request) -> Response:
    """GET shows what a letter's link offers, and spends nothing; POST accepts it as whoever is signed in."""
    token, problems = request.query_params.get("token", "")[:LONGEST_TOKEN], []
    if request.method == "POST":
        token = (await form(request)).get("token", "")[:LONGEST_TOKEN]
        result = (await ask(request, "members/accept", input={"token": token})).acceptInvitation
        if result.typename != "Rejected":
            return back(request, "/profile/accounts?accepted=1")
        problems = result.problems
    page = await ask(request, "members/offer", token=token)
    user = page.viewer.user if page.viewer is not None else None
    way = f"{request.scope['root_path']}/invitation?token={quote(token)}"
    status = 404 if page.invitation is None else 422 if problems else 200
    return answer(request, "members/offer.html", status, offer=page.invitation, user=user, token=token, next=way, form=Filled({}, problems))


async def _members(request: Request, kind: str) -> Response:
    identity, typed, problems = request.path_params["id"], {}, []
    path = f"/{kind}s/{identity}/members"
    if request.method == "POST":
        typed = await form(request)
        wanted = {"of": identity, "email": typed.get("email", ""), "rights": _rights(typed), "untilOn": _day(typed)}
        wanted |= {"idempotencyKey": typed.get("idempotencyKey", "")}
        result = (await ask(request, "members/invite", input=wanted)).inviteMember
        if result.typename != "Rejected":
            return back(request, f"{path}?sent=1")
        problems = result.problems
    of = ours(request, getattr(await ask(request, f"members/{kind}", id=identity), kind))
    if of.members is None:
        raise NotFound
    preset = PRESETS.get(request.query_params.get("as", ""), PRESETS["tenant"])
    filled = Filled(typed or {f"rights.{right}": "true" for right in preset}, problems)
    flags = {name: name in request.query_params for name in ("sent", "saved", "gone")}
    key = typed.get("idempotencyKey") or secrets.token_urlsafe(16)
    status = 422 if problems else 200
    return answer(request, "members/index.html", status, of=of, contract=kind == "contract", back=path, form=filled, key=key, **flags)


async def _member(request: Request) -> tuple[Any, Any, str]:
    """Somebody else's membership, what it is of, and which kind that is; NotFound where its members are not the viewer's to manage."""
    row = found((await ask(request, "members/membership", id=request.path_params["id"])).node)
    if row.typename != "Membership" or row.isMine:
        raise NotFound
    kind = "account" if row.account is not None else "contract"
    return row, ours(request, getattr(row, kind)), kind


def _rights(fields: dict[str, str]) -> list[str]:
    return [right for right in RIGHTS if fields.get(f"rights.{right}") == "true"]


def _day(fields: dict[str, str]) -> str | None:
    """A day as the browser's field gives it; one that is none counts as gone by, so that it is refused beside its field."""
    text = fields.get("untilOn", "").strip()
    try:
        return dt.date.fromisoformat(text).isoformat() if text else None
    except ValueError:
        return dt.date(1, 1, 1).isoformat()
