"""Files to keep: the same records as the page shows, printed. Their names say nothing personal."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters import pdf
from adapters.rendering import render, surrounded
from schema.operations import NotFound
from web.answers import ask, month
from web.frames import frame_of
from web.pages import look_up
from web.pages.accounts import found, ours

ROWS_AT_ONCE = 100
MOST_ROWS = 20_000


async def statement_pdf(request: Request) -> Response:
    """GET the statement of an account as PDF; NotFound where there is none for the month."""
    account = ours(request, (await ask(request, "statements/index", id=request.path_params["id"], period=month(request))).account)
    found(account.statement)
    return await printed(request, "pdf/statement.html", f"statement-{account.statement.period}.pdf", account=account)


async def looked_up_pdf(request: Request) -> Response:
    """GET the same for an account that a stranger has found, without names."""
    account = found(await look_up.found(request))
    found(account.statement)
    return await printed(request, "pdf/statement.html", f"statement-{account.statement.period}.pdf", account=account, nameless=True)


async def contract_pdf(request: Request) -> Response:
    """GET the breakdown by recipients as PDF, all of its rows."""
    wanted = {"id": request.path_params["id"], "period": month(request), "first": ROWS_AT_ONCE, "after": None}
    contract = ours(request, (await ask(request, "contracts/index", **wanted)).contract)
    page = found(contract.statement).rows
    rows = list(page.nodes)
    while page.pageInfo.hasNextPage:
        if len(rows) >= MOST_ROWS:
            raise pdf.Overloaded
        wanted |= {"period": str(contract.statement.period), "after": page.pageInfo.endCursor}
        following = found((await ask(request, "contracts/index", **wanted)).contract)
        page = found(following.statement).rows
        rows += page.nodes
    if not rows:
        raise NotFound
    return await printed(request, "pdf/contract.html", f"recipients-{contract.statement.period}.pdf", contract=contract, rows=rows)


async def printed(request: Request, template: str, name: str, **context: Any) -> Response:
    with surrounded(frame_of(request)):
        html = render(template, **context)
    return Response(await pdf.made(html), media_type="application/pdf", headers={"content-disposition": f'attachment; filename="{name}"'})
