"""Tariffs of an organization, for anybody: those in force, and all that there were."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters.formats import date, percent, unit
from adapters.service_names import service
from adapters.texts import gettext, speaking
from web import tables
from web.answers import ask, cursor, refuse, slug_of
from web.filled import Filled
from web.pages.accounts import found
from web.strangers import page
from web.typed import Typed


async def tariffs(request: Request) -> Response:
    """GET those of a day, of today without one, or with ``?all`` of all days."""
    typed, variables = _asked(request)
    shown = found((await ask(request, "tariffs/index", **variables, after=cursor(request))).organization)
    on = variables["on"]
    context = {"tariffs": shown.tariffs, "currency": shown.currency, "on": on, "is_all": variables["all"], "day": dt.date.fromisoformat(on) if on else None}
    return await page(request, "tariffs/index.html", 422 if typed.problems else 200, form=Filled({"on": on or typed.fields["on"]}, typed.problems), **context)


async def file(request: Request) -> Response:
    """GET the same as a table."""
    typed, variables = _asked(request)
    refuse(typed.problems)
    first = found((await ask(request, "tariffs/index", **variables, after=None)).organization).tariffs
    return await tables.handed(request, "tariffs", _parts(request, variables, first))


def _asked(request: Request) -> tuple[Typed, dict[str, Any]]:
    typed = Typed({"on": request.query_params.get("on", "").replace("\0", "")[:40]})
    return typed, {"slug": slug_of(request), "on": typed.day("on", required=False), "all": "all" in request.query_params}


async def _parts(request: Request, variables: dict[str, Any], rows: Any) -> AsyncIterator[list[Sequence[Any]]]:
    language = request.scope["state"]["language"]
    with speaking(language):
        yield [[
            gettext("Service"), gettext("Tariff group"), gettext("In force from"), gettext("In force until"), gettext("Tariff without VAT"),
            gettext("VAT"), gettext("Tariff with VAT"), gettext("Unit"), gettext("Document"),
        ]]  # fmt: skip
    while True:
        with speaking(language):
            yield [_cells(one) for one in rows.nodes]
        if not rows.pageInfo.hasNextPage:
            return
        rows = found((await ask(request, "tariffs/index", **variables, after=rows.pageInfo.endCursor)).organization).tariffs


def _cells(one: Any) -> list[Any]:
    known = one.price or one.priceWithTax
    ends = [date(one.validFrom), date(one.untilOn) if one.untilOn else ""]
    prices = [one.price, percent(one.taxPercent), one.priceWithTax]
    return [service(one.service.name), one.tariffGroup, *ends, *prices, unit(known.per), one.document]
