"""Files to keep: the same records as the page shows, printed. Their names say nothing personal."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters import bills, pdf
from adapters.formats import percent, period, unit
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
            gettext("Month"), "№", gettext("Account"), gettext("Recipient"), gettext("Tariff group"), gettext("Service"), gettext("Basis"),
            gettext("Quantity"), gettext("Unit"), gettext("Tariff without VAT"), gettext("VAT"), gettext("Tariff with VAT"), gettext("Sum"),
            gettext("Recalculation"),
        ]]  # fmt: skip
        shown = first.statement
        yield [_recipient(shown.period, row) for row in shown.rows.nodes]
        async for contract in others:
            yield [_recipient(shown.period, row) for row in contract.statement.rows.nodes]
        yield [*_totals(shown), *_corrections(shown)]


def _recipient(month_of: Any, row: Any) -> list[Any]:
    """A recalculation is a row of its own: its sum stands in its column, and the months of both are said."""
    charge, is_recalculation = row.charge, row.charge.basis == "RECALCULATION"
    who = [_month(month_of), str(row.position), row.account.number, row.recipientName or "", row.tariffGroup or "", service(charge.service.name)]
    said = gettext("Recalculation for %(month)s", month=period(charge.correctsPeriod)) if charge.correctsPeriod else bills.based(charge)
    vat = percent(charge.taxPercent) if charge.taxPercent is not None else ""
    return [*who, said, *_much(charge.quantity), charge.tariff, vat, charge.tariffWithTax, *_sides(charge.amount, is_recalculation)]


def _sides(amount: Any, is_recalculation: bool) -> list[Any]:
    return ["", amount] if is_recalculation else [amount, ""]


def _totals(shown: Any) -> Iterator[list[Any]]:
    """Of each service and of all, then with recalculations and with the penalty, which is in no line."""
    head, prices = [_month(shown.period), "", "", gettext("Total"), ""], ["", "", ""]
    for one in shown.totals:
        yield [*head, service(one.service.name), "", *_much(one.quantity), *prices, one.amount - one.recalculation, one.recalculation]
    blank = [*[""] * 4, *prices]
    yield [*head, *blank, shown.total - shown.recalculation, shown.recalculation]
    head[3] = gettext("Total with recalculations")
    yield [*head, *blank, shown.total, ""]
    if shown.penalty is None:
        head[3] = gettext("The supplier does not say the penalty of this month: it is in no total.")
        yield [*head, *blank, "", ""]
        return
    for name, amount in ((gettext("Penalty"), shown.penalty), (gettext("Total with penalty"), shown.totalWithPenalty)):
        head[3] = name
        yield [*head, *blank, amount, ""]


def _corrections(shown: Any) -> Iterator[list[Any]]:
    """What lies between these lines and the month's movement of funds."""
    for one in shown.correctedLater:
        yield _correction(shown, gettext("Corrected after the month was closed"), gettext("counts in %(month)s", month=period(one.period)), one.amount)
    for one in shown.correctsEarlier:
        yield _correction(shown, gettext("Correction of a closed month, counts here"), gettext("for %(month)s", month=period(one.period)), one.amount)


def _correction(shown: Any, name: str, said: str, amount: Any) -> list[Any]:
    return [_month(shown.period), "", "", name, "", "", said, *[""] * 5, amount, ""]


def _much(quantity: Any) -> list[Any]:
    return [quantity, unit(quantity.unit)] if quantity is not None else ["", ""]


def _month(month_of: Any) -> str:
    return f"{month_of.first_day:%m.%Y}"


async def printed(request: Request, template: str, name: str, **context: Any) -> Response:
    with stage(RENDER), surrounded(frame_of(request)):
        html = render(template, **context)
    with stage(PDF):
        document = await pdf.made(html)
    return Response(document, media_type="application/pdf", headers={"content-disposition": f'attachment; filename="{name}"'})
