"""The breakdown of an account's charges for a month."""

from starlette.requests import Request
from starlette.responses import Response

from web.answers import answer, ask, month, months_to_choose
from web.pages.accounts import ours


async def statement(request: Request) -> Response:
    wanted = month(request)
    account = ours(request, (await ask(request, "statements/index", id=request.path_params["id"], period=wanted)).account)
    known = account.statementPeriods or []
    shown = account.statement.period if account.statement else wanted or (known[0] if known else None)
    return answer(request, "statements/index.html", account=account, period=shown, periods=months_to_choose(known, shown))
