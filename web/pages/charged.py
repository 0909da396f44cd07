"""What was charged over two years: in all and for each service, drawn and as a table, and as a file."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters.charts import Past, past
from adapters.formats import unit
from adapters.service_names import service
from adapters.texts import gettext, speaking
from web import tables
from web.answers import answer, ask
from web.pages.accounts import found, ours

FEWEST, MONTHS = 12, 24  # that a chart is wide
MOST_CHARTS = 8  # services that are drawn; all are in the table


@dataclass(frozen=True, slots=True)
class ServicePast:
    name: str
    unit: str
    chart: Past


async def charged(request: Request) -> Response:
    account = ours(request, (await ask(request, "charged/index", id=request.path_params["id"])).account)
    months = account.charged or []
    sums = [month.charged for month in months if month.charged is not None]
    least, most = min(sums, key=_minor, default=None), max(sums, key=_minor, default=None)
    total = past([(month.period, month.charged and month.charged.amount, 1) for month in months], _width(months))
    drawn = {"total": total, "services": _services(months), "least": least, "most": most}
    return answer(request, "charged/index.html", account=account, months=months[::-1], drawn=drawn)


async def file(request: Request) -> Response:
    """GET the same as a table: a row for each month and service, and one for the month in all."""
    account = ours(request, (await ask(request, "charged/index", id=request.path_params["id"])).account)
    found(account.charged)
    return await tables.handed(request, "charged", _parts(request, account.charged))


async def _parts(request: Request, months: list[Any]) -> AsyncIterator[list[Sequence[Any]]]:
    with speaking(request.scope["state"]["language"]):
        yield [[gettext("Month"), gettext("Service"), gettext("Quantity"), gettext("Unit"), gettext("Sum")]]
        for month in months:
            yield [_cells(month, service(one.service.name), one.quantity, one.amount) for one in month.services]
            yield [_cells(month, gettext("In all"), None, month.charged)]


def _services(months: list[Any]) -> list[ServicePast]:
    """How much of each service was charged for, where every line says it in one unit."""
    known: dict[tuple[str, str], dict[str, tuple[Any, str]]] = {}
    for month in months:
        for one in month.services:
            if one.quantity is not None:
                known.setdefault((one.service.name, one.quantity.unit), {})[str(month.period)] = (month.period, one.quantity.value)
    found = []
    for (name, measured), values in known.items():
        chart = past([(month.period, values.get(str(month.period), (None, None))[1], 1) for month in months], _width(months))
        if chart is not None:
            found.append(ServicePast(name, measured, chart))
    return found[:MOST_CHARTS]


def _width(months: list[Any]) -> int:
    return max(FEWEST, min(MONTHS, len(months)))


def _cells(month: Any, name: str, quantity: Any, amount: Any) -> list[Any]:
    return [f"{month.period.first_day:%m.%Y}", name, quantity, unit(quantity.unit) if quantity is not None else "", amount]


def _minor(amount: Any) -> int:
    return int(amount.amount.replace(".", ""))
