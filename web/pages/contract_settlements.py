"""What a legal payer owes over a contract: now, by recipients between two days, and by months; pages and tables to keep."""

from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters.formats import capital, date, day_of
from adapters.money_words import debt_age
from adapters.texts import gettext, speaking
from web import tables
from web.answers import answer, ask, cursor, refuse
from web.pages.accounts import found, ours
from web.pages.settlements import FIGURES, ROWS_AT_ONCE, Part, asked, entry_cells, entry_ends, entry_headings, movement_headings, sides
from web.typed import Typed

ROWS = 50


async def settlements(request: Request) -> Response:
    """GET what is owed now, and each recipient between two days."""
    contract, form, status = await asked(request, "contracts/settlements", Typed.day, first=ROWS, after=cursor(request))
    return answer(request, "contracts/settlements.html", status, contract=contract, form=form)


async def settlements_file(request: Request) -> Response:
    """GET all recipients as a table."""
    contract, form, _ = await asked(request, "contracts/settlements", Typed.day, first=ROWS_AT_ONCE, after=None)
    refuse(form.problems)
    found(contract.reconciliation)
    return await tables.handed(request, "settlements", _recipients(request, contract))


async def balance_file(request: Request) -> Response:
    """GET what is owed over the contract now, and how old the debt is, as a table."""
    contract = ours(request, (await ask(request, "contracts/settlements", id=request.path_params["id"], first=1)).contract)
    found(contract.settlement)
    return await tables.handed(request, "balance", _balance(request, contract))


async def _balance(request: Request, contract: Any) -> AsyncIterator[Part]:
    state, report = contract.settlement, contract.reconciliation
    with speaking(request.scope["state"]["language"]):
        yield [
            [gettext("What"), gettext("Sum")],
            [gettext("Contract"), contract.number],
            *([[gettext("Data as of"), day_of(report.asOf, contract.organization.timezone)]] if report and report.asOf else []),
            [gettext("Balance by the supplier's books"), state.balance],
            [gettext("Of it the contract itself"), state.own],
            [gettext("On its way to the supplier"), state.inTransit],
            [gettext("Balance with payments on their way"), state.due],
            *([capital(debt_age(one.age)), one.amount] for one in state.ages or ()),
            *([[gettext("Overdue by the supplier's books"), state.overdue]] if state.overdue is not None else []),
            *([[gettext("Recipients whose balance is not known, in no sum"), str(state.unknown)]] if state.unknown else []),
        ]


async def reconciliation(request: Request) -> Response:
    """GET the entries of the contract's own account between two days, page by page."""
    contract, form, status = await asked(request, "contracts/reconciliation", Typed.day, first=ROWS, after=cursor(request))
    return answer(request, "contracts/reconciliation.html", status, contract=contract, form=form, begins=cursor(request) is None)


async def reconciliation_file(request: Request) -> Response:
    """GET all of them as a table."""
    contract, form, _ = await asked(request, "contracts/reconciliation", Typed.day, first=1, after=None)
    refuse(form.problems)
    found(contract.reconciliation)
    return await tables.handed(request, "reconciliation", _entries(request, contract.reconciliation))


async def _entries(request: Request, shown: Any) -> AsyncIterator[Part]:
    language = request.scope["state"]["language"]
    with speaking(language):
        yield [entry_headings(), [date(shown.first), "", gettext("Opening balance"), "", *sides(shown.own.opening)]]
    async for page in entry_pages(request, shown.first, shown.last):
        with speaking(language):
            yield [entry_cells(entry) for entry in page]
    with speaking(language):
        yield entry_ends(shown.last, shown.own)


async def entry_pages(request: Request, first: Any, last: Any) -> AsyncIterator[list[Any]]:
    wanted = {"id": request.path_params["id"], "first": ROWS_AT_ONCE, "from": str(first), "to": str(last)}
    after = None
    while True:
        page = found(found((await ask(request, "contracts/reconciliation", **wanted, after=after)).contract).reconciliation).entries
        yield page.nodes
        if not page.pageInfo.hasNextPage:
            return
        after = page.pageInfo.endCursor


async def _recipients(request: Request, contract: Any) -> AsyncIterator[Part]:
    language, shown = request.scope["state"]["language"], contract.reconciliation
    with speaking(language):
        yield [
            [gettext("Personal account"), gettext("Recipient"), gettext("From day"), gettext("To day"), gettext("Opening balance"), gettext("Debit"),
             gettext("Credit"), gettext("Closing balance")],
        ]  # fmt: skip
    async for page in _recipient_pages(request, contract):
        yield [_turnover(one.account.number, one.recipientName, one.first, shown.last, one) for one in page]
    with speaking(language):
        named = ((gettext("The contract itself"), shown.own), (gettext("Total"), shown.total))
    yield [_turnover(name, "", shown.first, shown.last, one) for name, one in named]


async def _recipient_pages(request: Request, contract: Any) -> AsyncIterator[list[Any]]:
    """The recipients, the first page at hand; the others are asked for with the days that it settled on."""
    shown = contract.reconciliation
    wanted = {"id": request.path_params["id"], "first": ROWS_AT_ONCE, "from": str(shown.first), "to": str(shown.last)}
    page = shown.recipients
    while True:
        yield page.nodes
        if not page.pageInfo.hasNextPage:
            return
        page = found(found((await ask(request, "contracts/recipients", **wanted, after=page.pageInfo.endCursor)).contract).reconciliation).recipients


def _turnover(number: str, name: str | None, first: Any, last: Any, one: Any) -> list[Any]:
    return [number, name, date(first), date(last), one.opening, one.debit, one.credit, one.closing]


async def movements(request: Request) -> Response:
    """GET the months of a span."""
    contract, form, status = await asked(request, "contracts/movements", Typed.month)
    return answer(request, "contracts/movements.html", status, contract=contract, form=form)


async def movements_file(request: Request) -> Response:
    """GET the same as a table."""
    contract, form, _ = await asked(request, "contracts/movements", Typed.month)
    refuse(form.problems)
    found(contract.movements)
    return await tables.handed(request, "movements", _months(request, contract.movements))


async def _months(request: Request, shown: Any) -> AsyncIterator[Part]:
    with speaking(request.scope["state"]["language"]):
        headings = movement_headings()
        yield [[*headings[:2], gettext("Came with recipients"), *headings[2:]]]
        yield [_figures(f"{row.month.period.first_day:%m.%Y}", row) for row in shown.months]
        if shown.total:
            yield [_figures(gettext("Total"), shown.total)]


def _figures(name: str, row: Any) -> list[Any]:
    opening, *others = (getattr(row.month, figure) for figure in FIGURES)
    return [name, opening, row.joined, *others]
