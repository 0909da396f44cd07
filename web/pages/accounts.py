"""One account, as the supplier's register has it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from schema.operations import NotFound
from web.answers import answer, ask


async def account(request: Request) -> Response:
    page = await ask(request, "accounts/index", id=request.path_params["id"])
    account, staff = ours(request, page.account), str(page.viewer.kind) == "STAFF"
    return answer(request, "accounts/index.html", account=account, staff=staff, reported="reported" in request.query_params)


def ours(request: Request, record: Any) -> Any:
    """The account or contract, if it belongs to the organization that the address names; NotFound otherwise."""
    organization = request.scope["state"].get("organization")
    if organization is None or found(record).organization.slug != organization.slug:
        raise NotFound
    return record


def found(record: Any) -> Any:
    """The record; NotFound where there is none for this viewer, whether foreign or unknown."""
    if record is None:
        raise NotFound
    return record
