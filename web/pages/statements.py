"""The breakdown of an account's charges for a month."""

from starlette.requests import Request
from starlette.responses import Response

from schema.operations import NotFound
from web.answers import BadAddress, answer, ask, month, months_to_choose
from web.pages.accounts import ours


async def statement(request: Request) -> Response:
    wanted = month(request)
    page = await ask(request, "statements/index", id=request.path_params["id"], period=wanted)
    account = ours(request, page.account)
    known = account.statementPeriods or []
    shown = account.statement.period if account.statement else wanted or (known[0] if known else None)
    return answer(request, "statements/index.html", account=account, period=shown, periods=months_to_choose(known, shown))


async def why(request: Request) -> Response:
    """Why a month costs more or less than the month before and a year ago."""
    account = ours(request, (await ask(request, "statements/why", id=request.path_params["id"], period=month(request))).account)
    if account.statement is None:
        raise NotFound
    return answer(request, "statements/why.html", account=account, period=account.statement.period)


async def versions(request: Request) -> Response:
    """What a month's statement said before."""
    wanted = month(request)
    if wanted is None:
        raise BadAddress
    account = ours(request, (await ask(request, "statements/versions", id=request.path_params["id"], period=wanted)).account)
    if not account.statementVersions:
        raise NotFound
    return answer(request, "statements/versions.html", account=account, period=wanted)
