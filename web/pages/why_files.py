"""«Почему столько?» as a table to keep: each line, or each recipient of a contract, and the total, beside both earlier months."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters.formats import unit, zone
from adapters.service_names import service
from adapters.texts import gettext, speaking
from schema.operations import NotFound
from web import tables
from web.answers import ask, month
from web.pages.accounts import ours

CAUSES: dict[str, Callable[[], str]] = {
    "VOLUME": lambda: gettext("Because of the volume"), "BASIS": lambda: gettext("Because the volume was found in another way"),
    "TARIFF": lambda: gettext("Because of the tariff"), "TAX": lambda: gettext("Because of VAT"),
    "SERVICE": lambda: gettext("In one of the months only"), "RECALCULATION": lambda: gettext("Recalculation"),
    "OTHER": lambda: gettext("Rounding and the rest"),
}  # fmt: skip
ROWS_AT_ONCE = 100
Rows = list[Sequence[Any]]


async def of_account(request: Request) -> Response:
    """GET every line of a month; NotFound where there is no earlier month to compare with."""
    account = ours(request, (await ask(request, "statements/why", id=request.path_params["id"], period=month(request))).account)
    shown = account.statement
    if shown is None or not (shown.lastMonth or shown.yearAgo):
        raise NotFound
    return await tables.handed(request, f"why-{shown.period}", _lines(request, shown))


async def of_contract(request: Request) -> Response:
    """GET every recipient of a contract's month; NotFound likewise."""
    contract = ours(request, (await _page(request, month(request))).contract)
    shown = contract.statement
    if shown is None or not (shown.lastMonth or shown.yearAgo):
        raise NotFound
    return await tables.handed(request, f"why-{shown.period}", _recipients(request, shown))


async def _lines(request: Request, shown: Any) -> AsyncIterator[Rows]:
    with speaking(request.scope["state"]["language"]):
        told = [gettext("Service"), gettext("Supplier"), gettext("Tariff zone"), gettext("Tier")]
        reckoned = [gettext("Unit"), gettext("Volume before"), gettext("Volume now"), gettext("Tariff before"), gettext("Tariff now")]
        yield [[*_months(), *told, *reckoned, *_headings()]]
        for change in (shown.lastMonth, shown.yearAgo):
            if change is not None:
                months = [_month(shown.period), _month(change.period)]
                yield [[*months, *_told(one), *_reckoned(one.then, one.now), *_figures(one)] for one in change.lines]
                yield [[*months, gettext("In all"), *[""] * 8, *_figures(change)]]


async def _recipients(request: Request, shown: Any) -> AsyncIterator[Rows]:
    language = request.scope["state"]["language"]
    with speaking(language):
        yield [[*_months(), gettext("Account"), gettext("Recipient"), *_headings()]]
    for name, cursor in (("lastMonth", "afterMonth"), ("yearAgo", "afterYear")):
        change = getattr(shown, name)
        months = [_month(shown.period), _month(change.period)] if change is not None else []
        while change is not None:
            yield [[*months, one.account.number, one.recipientName or "", *_figures(one)] for one in change.recipients.nodes]
            ends = change.recipients.pageInfo
            if not ends.hasNextPage:
                break
            following = (await _page(request, str(shown.period), **{cursor: ends.endCursor})).contract
            change = getattr(following.statement, name) if following is not None and following.statement is not None else None
        if months:
            with speaking(language):
                yield [[*months, gettext("In all"), "", *_figures(getattr(shown, name))]]


async def _page(request: Request, period: str | None, **after: str) -> Any:
    wanted: dict[str, Any] = {"id": request.path_params["id"], "period": period, "first": ROWS_AT_ONCE, **after}
    return await ask(request, "contracts/why", **wanted)


def _months() -> list[str]:
    return [gettext("Month"), gettext("Compared with the month")]


def _headings() -> list[str]:
    sums = [gettext("Charged with recalculations before"), gettext("Charged with recalculations now"), gettext("Difference")]
    return [*sums, *(said() for said in CAUSES.values())]


def _figures(one: Any) -> list[Any]:
    """The sums and what their difference is made of, a column for each cause."""
    parts = {str(part.cause).rpartition(".")[2]: part.amount for part in one.parts}
    return [one.amountThen, one.amountNow, one.difference, *(parts.get(cause, "") for cause in CAUSES)]


def _told(one: Any) -> list[str]:
    return [service(one.service.name), one.supplier.name if one.supplier else "", zone(one.zone), str(one.tier or "")]


def _reckoned(then: Any, now: Any) -> list[Any]:
    """What the sums were reckoned from, where the bills say it."""
    volumes, tariffs = ([getattr(charge, name) if charge is not None else None for charge in (then, now)] for name in ("quantity", "tariffWithTax"))
    measured = next((one.unit for one in reversed(volumes) if one is not None), None)
    return [unit(measured) if measured else "", *volumes, *tariffs]


def _month(period: Any) -> str:
    return f"{period.first_day:%m.%Y}"
