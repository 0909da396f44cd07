"""Payments of an account, newest first."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters.formats import date
from adapters.money_words import payment_state
from adapters.texts import gettext, speaking
from web import tables
from web.answers import answer, ask, cursor
from web.pages.accounts import found, ours


async def payments(request: Request) -> Response:
    page = await ask(request, "payments/index", id=request.path_params["id"], after=cursor(request))
    return answer(request, "payments/index.html", account=ours(request, page.account))


async def file(request: Request) -> Response:
    """GET all of them as a table; NotFound for whoever may not see them."""
    account = ours(request, (await ask(request, "payments/file", id=request.path_params["id"], after=None)).account)
    found(account.payments)
    return await tables.handed(request, "payments", _parts(request, account.payments))


async def _parts(request: Request, page: Any) -> AsyncIterator[list[Sequence[Any]]]:
    language = request.scope["state"]["language"]
    with speaking(language):
        yield [[gettext("Date"), gettext("Paid through"), gettext("Document"), gettext("Sum"), gettext("Fee"), gettext("State")]]
    while True:
        with speaking(language):
            yield [[date(one.paidOn), one.channel, one.document, one.amount, one.fee, payment_state(one)] for one in page.nodes]
        if not page.pageInfo.hasNextPage:
            return
        following = await ask(request, "payments/file", id=request.path_params["id"], after=page.pageInfo.endCursor)
        page = found(found(following.account).payments)
