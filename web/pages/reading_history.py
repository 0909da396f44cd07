"""The past of an account's meters: by places of counting, by meter, and all readings as a file for spreadsheets."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters.formats import resource, source, unit, zone
from adapters.reading_words import reading_state
from adapters.texts import gettext, speaking
from schema.operations import NotFound
from web import tables
from web.answers import BadAddress, answer, ask, cursor
from web.histories import BEFORE, LONG, USUAL, histories, history
from web.pages.accounts import found, ours

PLACES = 6  # of one page


async def overview(request: Request) -> Response:
    """GET each place of counting with its months."""
    account = ours(request, (await ask(request, "readings/history", id=request.path_params["id"])).account)
    start = _start(request)
    places = histories(account)
    if start and start >= len(places):
        raise NotFound
    more = start + PLACES if start + PLACES < len(places) else None
    return answer(request, "readings/history.html", account=account, places=places[start : start + PLACES], more=more)


async def meter(request: Request) -> Response:
    """GET one meter: what was used where it stands, and its readings, page by page."""
    count = LONG if request.query_params.get("months") == str(LONG) else USUAL
    wanted = {"id": request.path_params["id"], "meter": request.path_params["meter"], "months": count + BEFORE, "after": cursor(request)}
    page = await ask(request, "readings/history_meter", **wanted)
    account, shown = ours(request, page.account), found(page.node)
    if shown.typename != "Meter" or shown.id not in [one.id for one in account.meters]:
        raise NotFound
    return answer(request, "readings/history_meter.html", account=account, meter=shown, past=history(shown.consumption, [shown], count), long=count == LONG)


async def file(request: Request) -> Response:
    """GET every reading that may be looked back at as a table."""
    page = ours(request, (await ask(request, "readings/history_file", id=request.path_params["id"], after=None)).account)
    return await tables.handed(request, "readings", _parts(request, page))


async def _parts(request: Request, page: Any) -> AsyncIterator[list[Sequence[Any]]]:
    language = request.scope["state"]["language"]
    with speaking(language):
        yield [_headings()]
    while True:
        with speaking(language):
            yield [_cells(reading) for reading in page.readingHistory.nodes] if page.readingHistory else []
        if not page.readingHistory or not page.readingHistory.pageInfo.hasNextPage:
            return
        after = page.readingHistory.pageInfo.endCursor
        page = found((await ask(request, "readings/history_file", id=request.path_params["id"], after=after)).account)


def _headings() -> list[str]:
    return [
        gettext("Date"), gettext("Month"), gettext("What is counted"), gettext("Tariff zone"), gettext("Inlet"), gettext("Place"), gettext("Meter number"),
        gettext("Reading"), gettext("Consumption"), gettext("Unit"), gettext("Source"), gettext("State"), gettext("Reason"),
        gettext("Receipt number"),
    ]  # fmt: skip


def _cells(reading: Any) -> list[Any]:
    """A row: days as 25.05.2020, readings as numbers."""
    dial = reading.register
    about = [resource(dial.meter.resource), zone(dial.zone), str(dial.meter.inlet or ""), dial.meter.place, dial.meter.serial]
    told = [unit(reading.value.unit), source(reading), reading_state(reading.state), reading.reason, reading.receiptNumber]
    return [f"{reading.takenOn:%d.%m.%Y}", f"{reading.period.first_day:%m.%Y}", *about, reading.value, reading.consumption, *told]


def _start(request: Request) -> int:
    """``?from=6``: the first place of the page; raises BadAddress."""
    text = request.query_params.get("from", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise BadAddress
    return int(text)
