"""Every entry of every recipient of a contract between two days: a page, tables to keep, and the act to sign."""

from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters import pdf
from adapters.formats import date
from adapters.texts import gettext, speaking
from web import tables
from web.answers import answer, ask, cursor, refuse
from web.downloads import MOST_ROWS, printed
from web.pages.accounts import found
from web.pages.contract_settlements import entry_pages
from web.pages.settlements import ROWS_AT_ONCE, Part, asked, entry_cells, entry_ends, entry_headings, sides
from web.typed import Typed

ROWS, ENTRIES = 5, 20  # of a page
AT_ONCE = 50  # of both in a table or an act
AROUND = 4  # lines of a recipient besides its entries
MOST_LINES = 1_500  # of recipients in an act, so that it is made in time; the table has all


async def entries(request: Request) -> Response:
    """GET the recipients with their entries, some at a time."""
    contract, form, status = await asked(request, "contracts/entries", Typed.day, first=ROWS, entries=ENTRIES, after=cursor(request))
    return answer(request, "contracts/entries.html", status, contract=contract, form=form)


async def file(request: Request) -> Response:
    """GET all of them as a table, streamed, the contract's own entries last."""
    contract, form, _ = await asked(request, "contracts/settlements", Typed.day, first=1, after=None)
    refuse(form.problems)
    found(contract.reconciliation)
    return await tables.handed(request, "entries", _rows(request, contract))


async def act(request: Request) -> Response:
    """GET the act of reconciliation as PDF, for both sides to sign: every recipient's turnover and entries, and the contract's own entries."""
    contract, form, _ = await asked(request, "contracts/settlements", Typed.day, first=1, after=None)
    refuse(form.problems)
    shown, rows, told, count = found(contract.reconciliation), list[Any](), list[Any](), 0
    async for one in _recipients(request, shown):
        rows.append(one)
        if count <= MOST_LINES:
            told.append((one, [entry async for page in _pages(request, one, shown.last) for entry in page]))
            count += len(told[-1][1]) + AROUND
        _bearable(rows)
    own = [entry async for page in entry_pages(request, shown.first, shown.last) for entry in page]
    _bearable([*rows, *own])
    name, left_out = f"reconciliation-{shown.first}-{shown.last}.pdf", count > MOST_LINES
    told = [] if left_out else told
    return await printed(
        request, "pdf/contract_reconciliation.html", name, contract=contract, rows=rows, entries=own, recipients=told, left_out=left_out
    )  # fmt: skip


def _bearable(rows: list[Any]) -> None:
    if len(rows) > MOST_ROWS:
        raise pdf.Overloaded


async def _rows(request: Request, contract: Any) -> AsyncIterator[Part]:
    language, shown = request.scope["state"]["language"], contract.reconciliation
    with speaking(language):
        yield [[gettext("Personal account"), gettext("Recipient"), *entry_headings()]]
    async for one in _recipients(request, shown):
        who = [one.account.number, one.recipientName or ""]
        with speaking(language):
            yield [[*who, *_opening(one.first, one)]]
        async for page in _pages(request, one, shown.last):
            with speaking(language):
                yield [[*who, *entry_cells(entry)] for entry in page]
        with speaking(language):
            yield [[*who, *row] for row in entry_ends(shown.last, one)]
    with speaking(language):
        who = [gettext("The contract itself"), ""]
        yield [[*who, *_opening(shown.first, shown.own)]]
    async for page in entry_pages(request, shown.first, shown.last):
        with speaking(language):
            yield [[*who, *entry_cells(entry)] for entry in page]
    with speaking(language):
        total = [gettext("Total"), ""]
        yield [[*who, *row] for row in entry_ends(shown.last, shown.own)]
        yield [[*total, *_opening(shown.first, shown.total)], *([*total, *row] for row in entry_ends(shown.last, shown.total))]


def _opening(first: Any, sums: Any) -> list[Any]:
    return [date(first), "", gettext("Opening balance"), "", *sides(sums.opening)]


async def _recipients(request: Request, shown: Any) -> AsyncIterator[Any]:
    """All of them with the first of their entries, asked for with the days that the reconciliation settled on."""
    wanted = {"id": request.path_params["id"], "first": AT_ONCE, "entries": AT_ONCE, "from": str(shown.first), "to": str(shown.last)}
    after = None
    while True:
        page = found(found((await ask(request, "contracts/entries", **wanted, after=after)).contract).reconciliation).recipients
        for one in page.nodes:
            yield one
        if not page.pageInfo.hasNextPage:
            return
        after = page.pageInfo.endCursor


async def _pages(request: Request, one: Any, last: Any) -> AsyncIterator[list[Any]]:
    """The entries of a recipient: the first are at hand, others are those of its account."""
    page, wanted = one.entries, {"id": one.account.id, "first": ROWS_AT_ONCE, "from": str(one.first), "to": str(last)}
    while True:
        yield page.nodes
        if not page.pageInfo.hasNextPage:
            return
        asked_for = await ask(request, "settlements/reconciliation", **wanted, after=page.pageInfo.endCursor)
        page = found(found(asked_for.account).reconciliation).entries
