"""Certificates that nothing is owed: made on a page of the account, printed, and verified by anybody."""

import secrets
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from schema.operations import NotFound
from settings import settings
from web.answers import answer, ask
from web.downloads import printed
from web.filled import Filled
from web.forms import form
from web.pages.accounts import ours
from web.pages.profile import back
from web.pages.receipts import LONGEST
from web.strangers import page


async def certificates(request: Request) -> Response:
    """GET lists them and offers a new one, POST makes it."""
    identity, given, problems = request.path_params["id"], dict[str, str](), []
    if request.method == "POST":
        given = await form(request)
        wanted = {"account": identity, "idempotencyKey": given.get("idempotencyKey", "")}
        result = (await ask(request, "certificates/issue", input=wanted)).issueDebtCertificate
        if result.typename != "Rejected":
            return back(request, f"/accounts/{identity}/certificates?made={result.certificate.number}")
        problems = result.problems
    account = ours(request, (await ask(request, "certificates/index", id=identity)).account)
    context = {"account": account, "made": request.query_params.get("made", ""), "key": secrets.token_urlsafe(16)}
    return answer(request, "certificates/index.html", 422 if problems else 200, form=Filled(given, problems), **context)


async def paper(request: Request) -> Response:
    """GET one as PDF."""
    account = ours(request, (await ask(request, "certificates/index", id=request.path_params["id"])).account)
    known = [one for one in account.certificates or () if one.number == request.path_params["number"]]
    if not known:
        raise NotFound
    address = _address(account.organization.slug, known[0])
    return await printed(request, "pdf/certificate.html", f"certificate-{known[0].number}.pdf", account=account, certificate=known[0], address=address)


async def check(request: Request) -> Response:
    """Number and code from the address or from the form: what stands behind them, the same 422 for every miss."""
    given: dict[str, Any] = {name: request.query_params.get(name, "").replace("\0", "")[:LONGEST] for name in ("number", "code")}
    if not any(given.values()):
        return await page(request, "certificates/check.html", form=Filled(given), certificate=None, missed=False)
    found = (await ask(request, "certificates/check", **given)).debtCertificate
    return await page(request, "certificates/check.html", 200 if found else 422, form=Filled(given), certificate=found, missed=found is None)


def _address(slug: str, row: Any) -> str:
    """Where it is verified."""
    return f"{settings().base_url}/o/{slug}/check-certificate?{urlencode({'number': row.number, 'code': row.checkCode})}"
