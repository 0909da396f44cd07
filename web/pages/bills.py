"""Bills as PDF: one, or several accounts in a file, on A4 or A5; without personal data where that is asked for."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.answers import BadAddress, answer, ask, is_month, month
from web.downloads import printed
from web.filled import Filled
from web.forms import form
from web.pages.accounts import found, ours
from web.sendings import new_key

SIZES = ("a4", "a5")
MOST_ACCOUNTS = 30  # of one file


async def one(request: Request) -> Response:
    """GET the bill of an account: ``?period=2026-10&size=a5&redacted=1``; NotFound where there is no statement."""
    [account] = await _accounts(request, [request.path_params["id"]])
    return await _file(request, [account], f"bill-{account.statement.period}.pdf")


async def several(request: Request) -> Response:
    """GET bills of accounts, ``?account=…&account=…``, in one file, in their order; NotFound where one of them has no statement: none is left out."""
    wanted = list(dict.fromkeys(request.query_params.getlist("account")))
    if not 1 <= len(wanted) <= MOST_ACCOUNTS:
        raise BadAddress
    return await _file(request, await _accounts(request, wanted), "bills.pdf")


async def mail(request: Request) -> Response:
    """GET says to which address the bill of a month would go, POST sends it there; both say why it cannot."""
    identity, fields = request.path_params["id"], {"idempotencyKey": new_key(), **(await form(request) if request.method == "POST" else request.query_params)}
    period = fields.get("period", "")
    if not is_month(period):
        raise BadAddress
    account = ours(request, (await ask(request, "bills/address", id=identity)).account)
    shown = {"account": account, "period": period, "done": False}
    if request.method == "GET" and "done" in request.query_params:
        return answer(request, "bills/mail.html", **shown | {"done": True}, form=Filled())
    wanted = {"account": identity, "period": period, "idempotencyKey": fields["idempotencyKey"], "validateOnly": request.method == "GET"}
    result = (await ask(request, "bills/mail", input=wanted)).mailBill
    if result.typename == "Rejected":
        return answer(request, "bills/mail.html", 422, form=Filled(fields, result.problems), **shown)
    if request.method == "POST":
        return RedirectResponse(f"{request.url.path}?period={period}&done=1", 303)
    return answer(request, "bills/mail.html", form=Filled(fields), recipient=result.recipient, **shown)


async def _accounts(request: Request, wanted: list[str]) -> list[Any]:
    accounts = (await ask(request, "bills/index", ids=wanted, period=month(request))).accountsByIds
    for account in accounts:
        found(ours(request, account).statement)
    return list(accounts)


async def _file(request: Request, accounts: list[Any], name: str) -> Response:
    size = request.query_params.get("size", "a4").casefold()
    redacted = request.query_params.get("redacted", "0")
    if size not in SIZES or redacted not in ("0", "1"):  # `redacted=true` must not give names away
        raise BadAddress
    return await printed(request, "pdf/bill.html", name, accounts=accounts, size=size, redacted=redacted == "1")
