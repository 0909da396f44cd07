"""A legal payer's breakdown by recipients."""

from starlette.requests import Request
from starlette.responses import Response

from schema.operations import NotFound
from web.answers import answer, ask, cursor, month, months_to_choose
from web.pages.accounts import ours

ROWS = 50


async def why(request: Request) -> Response:
    """Why a month costs more or less than the month before and a year ago, in all and for each recipient."""
    wanted = {
        "id": request.path_params["id"],
        "period": month(request),
        "first": ROWS,
        "afterMonth": cursor(request, "month"),
        "afterYear": cursor(request, "year"),
    }
    contract = ours(request, (await ask(request, "contracts/why", **wanted)).contract)
    if contract.statement is None:
        raise NotFound
    return answer(request, "contracts/why.html", contract=contract, period=contract.statement.period)


async def contract(request: Request) -> Response:
    wanted = month(request)
    variables = {"id": request.path_params["id"], "period": wanted, "first": ROWS, "after": cursor(request)}
    page = await ask(request, "contracts/index", **variables)
    contract, staff = ours(request, page.contract), str(page.viewer.kind) == "STAFF"
    known = contract.statementPeriods or []
    shown = contract.statement.period if contract.statement else wanted or (known[0] if known else None)
    return answer(request, "contracts/index.html", contract=contract, period=shown, periods=months_to_choose(known, shown), staff=staff)
