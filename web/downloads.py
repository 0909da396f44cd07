"""Files to keep: the same records as the page shows, printed. Their names say nothing personal."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters import pdf
from adapters.formats import percent, unit
from adapters.rendering import render, surrounded
from adapters.service_names import service
from adapters.stages import PDF, RENDER, stage
from adapters.texts import gettext, speaking
from schema import breakdowns
from web import tables
from web.answers import ask, month
from web.frames import frame_of
from web.pages import look_up
from web.pages.accounts import found, ours

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
    contract, rows = None, []
    async for page in breakdown(request):
        contract = contract or ours(request, page)
        rows += page.statement.rows.nodes
        if len(rows) > MOST_ROWS:
            raise pdf.Overloaded
    return await printed(request, "pdf/contract.html", f"recipients-{found(contract).statement.period}.pdf", contract=contract, rows=rows)


async def contract_file(request: Request) -> Response:
    """GET the same as a table."""
    pages = breakdown(request)
    first = ours(request, await anext(pages))
    return await tables.handed(request, f"recipients-{first.statement.period}", _recipients(request, first, pages))


def breakdown(request: Request) -> AsyncIterator[Any]:
    """The contract of the address, as often as its rows take pages; raises NotFound."""
    return breakdowns.pages(lambda wanted: ask(request, breakdowns.DOCUMENT, **wanted), request.path_params["id"], month(request))


async def _recipients(request: Request, first: Any, others: AsyncIterator[Any]) -> AsyncIterator[list[Sequence[Any]]]:
    with speaking(request.scope["state"]["language"]):
        yield [[
            "№", gettext("Account"), gettext("Recipient"), gettext("Tariff group"), gettext("Service"), gettext("Quantity"), gettext("Unit"),
            gettext("Tariff without VAT"), gettext("VAT"), gettext("Tariff with VAT"), gettext("Sum"),
        ]]  # fmt: skip
        yield [_recipient(row) for row in first.statement.rows.nodes]
        async for contract in others:
            yield [_recipient(row) for row in contract.statement.rows.nodes]


def _recipient(row: Any) -> list[Any]:
    charge = row.charge
    quantity = [charge.quantity, unit(charge.quantity.unit)] if charge.quantity is not None else ["", ""]
    who = [str(row.position), row.account.number, row.recipientName or "", row.tariffGroup or ""]
    return [*who, service(charge.service.name), *quantity, charge.tariff, percent(charge.taxPercent), charge.tariffWithTax, charge.amount]


async def printed(request: Request, template: str, name: str, **context: Any) -> Response:
    with stage(RENDER), surrounded(frame_of(request)):
        html = render(template, **context)
    with stage(PDF):
        document = await pdf.made(html)
    return Response(document, media_type="application/pdf", headers={"content-disposition": f'attachment; filename="{name}"'})
