"""Where a supplier's registers of a month contradict each other, for staff: on a page and as a file to send to the supplier."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters.formats import resource
from adapters.money_words import register_difference
from adapters.texts import gettext, speaking
from schema.operations import NotFound
from web import tables
from web.answers import BadAddress, answer, ask, cursor, month, months_to_choose, own_slug


async def differences(request: Request) -> Response:
    """A month's differences, page by page; of the newest month where none is named."""
    slug, wanted = await own_slug(request), month(request)
    found = (await ask(request, "differences/months", slug=slug)).organization
    if found is None or found.periods is None:
        raise NotFound
    known = [one.period for one in found.periods.nodes]
    if not known:
        return answer(request, "differences/index.html", periods=[], period=None, rows=None)
    period = wanted or str(known[0])
    rows = (await ask(request, "differences/index", slug=slug, period=period, after=cursor(request))).organization.registerDifferences
    return answer(request, "differences/index.html", periods=months_to_choose(known, period), period=period, rows=rows)


async def file(request: Request) -> Response:
    """GET all of them as a table."""
    slug, period = await own_slug(request), month(request)
    if period is None:
        raise BadAddress
    page = (await ask(request, "differences/index", slug=slug, period=period, after=None)).organization
    if page is None or page.registerDifferences is None:
        raise NotFound
    return await tables.handed(request, f"differences-{period}", _parts(request, slug, period, page.registerDifferences))


async def _parts(request: Request, slug: str, period: str, page: Any) -> AsyncIterator[list[Sequence[Any]]]:
    language = request.scope["state"]["language"]
    with speaking(language):
        yield [[
            gettext("Account"), gettext("What differs"), gettext("What is counted"), gettext("Printed"), gettext("By other figures"),
            gettext("Difference"),
        ]]  # fmt: skip
    while True:
        with speaking(language):
            yield [_cells(one) for one in page.nodes]
        if not page.pageInfo.hasNextPage:
            return
        page = (await ask(request, "differences/index", slug=slug, period=period, after=page.pageInfo.endCursor)).organization.registerDifferences


def _cells(one: Any) -> list[Any]:
    figures = [one.printed, one.found, one.amount] if one.billed is None else [one.billed, one.measured, one.excess]
    return [one.account.number if one.account else "", register_difference(one.kind), resource(one.resource) if one.resource else "", *figures]
