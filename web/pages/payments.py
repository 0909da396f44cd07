"""Payments of an account, and of a contract as a whole, newest first."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters.formats import date
from adapters.money_words import payment_spent, payment_state
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
    return await tables.handed(request, "payments", _parts(request, account.payments, "payments/file"))


async def of_contract(request: Request) -> Response:
    page = await ask(request, "contracts/payments", id=request.path_params["id"], after=cursor(request))
    return answer(request, "contracts/payments.html", contract=ours(request, page.contract))


async def file_of_contract(request: Request) -> Response:
    """GET all of them as a table; NotFound for whoever may not see them."""
    contract = ours(request, (await ask(request, "contracts/payments_file", id=request.path_params["id"], after=None)).contract)
    found(contract.payments)
    return await tables.handed(request, "payments", _parts(request, contract.payments, "contracts/payments_file"))


async def _parts(request: Request, page: Any, operation: str) -> AsyncIterator[list[Sequence[Any]]]:
    """The rest is asked for by the same operation. What a payment went to is known of accounts alone."""
    language, splits = request.scope["state"]["language"], operation == "payments/file"
    with speaking(language):
        headings = [gettext("Date"), gettext("Paid through"), gettext("Document"), gettext("Sum"), gettext("Fee"), gettext("State")]
        yield [[*headings, gettext("What the payment went to")] if splits else headings]
    while True:
        with speaking(language):
            yield [[*_cells(one), *([payment_spent(one)] if splits else [])] for one in page.nodes]
        if not page.pageInfo.hasNextPage:
            return
        following = await ask(request, operation, id=request.path_params["id"], after=page.pageInfo.endCursor)
        page = found(found(following.account if splits else following.contract).payments)


def _cells(one: Any) -> list[Any]:
    return [date(one.paidOn), one.channel, one.document, one.amount, one.fee, payment_state(one)]
