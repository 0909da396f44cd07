"""The breakdown of an account's charges for a month."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters import bills
from adapters.formats import basis, percent, period, unit, zone
from adapters.service_names import service
from adapters.texts import gettext, speaking
from schema.operations import NotFound
from web import tables
from web.answers import BadAddress, answer, ask, month, months_to_choose
from web.pages.accounts import found, ours


async def statement(request: Request) -> Response:
    wanted = month(request)
    page = await ask(request, "statements/index", id=request.path_params["id"], period=wanted)
    account = ours(request, page.account)
    known = account.statementPeriods or []
    shown = account.statement.period if account.statement else wanted or (known[0] if known else None)
    return answer(request, "statements/index.html", account=account, period=shown, periods=months_to_choose(known, shown))


async def file(request: Request) -> Response:
    """GET a month's lines and what its balance is made of as a table; NotFound where there is no statement."""
    account = ours(request, (await ask(request, "statements/index", id=request.path_params["id"], period=month(request))).account)
    found(account.statement)
    return await tables.handed(request, f"statement-{account.statement.period}", _parts(request, account.statement))


async def _parts(request: Request, shown: Any) -> AsyncIterator[list[Sequence[Any]]]:
    with speaking(request.scope["state"]["language"]):
        yield [[
            gettext("Service"), gettext("Supplier"), gettext("Tariff zone"), gettext("Basis"), gettext("Quantity"), gettext("Unit"),
            gettext("Tariff without VAT"), gettext("VAT"), gettext("Tariff with VAT"), gettext("Sum"), gettext("Recalculation"),
        ]]  # fmt: skip
        yield [_line(line) for line in bills.lines(shown.charges)]
        names = {
            "opening": gettext("Opening balance"), "charged": gettext("Charged"), "recalculation": gettext("Recalculation"), "penalty": gettext("Penalty"),
            "paid": gettext("Paid"), "compensation": gettext("Compensation"), "closing": gettext("Closing balance"),
        }  # fmt: skip
        sums = [[name, *[""] * 8, getattr(shown, figure)] for figure, name in names.items() if getattr(shown, figure) is not None]
        unexplained = [_difference(one) for one in shown.differences if one.reason == "ARITHMETIC"]
        yield [*sums[:-1], *unexplained, *sums[-1:]]
        yield [[service(charge.service.name), "", "", _corrected(charge), *[""] * 5, charge.amount] for charge in shown.recalculations]


def _difference(one: Any) -> list[Any]:
    """What the supplier's own figures of the month lack to its closing balance."""
    return [gettext("Difference in the supplier's data"), *[""] * 8, one.amount]


def _corrected(charge: Any) -> str:
    """What the sum of recalculations is made of: which month each corrects, where that is known."""
    of = gettext("for %(month)s", month=period(charge.correctsPeriod)) if charge.correctsPeriod else ""
    return f"{gettext('Recalculation')} {of}".rstrip()


def _line(line: bills.Line) -> list[Any]:
    charge = line.charge
    name = {"group": gettext("%(service)s, in all", service=service(charge.service.name)), "inner": f"— {service(charge.service.name)}"}
    told = [charge.supplier.name if charge.supplier else "", zone(charge.zone), basis(charge.basis)]
    unit_of = unit(charge.quantity.unit) if charge.quantity is not None else ""
    prices = [charge.tariff, percent(charge.taxPercent), charge.tariffWithTax]
    return [name.get(line.kind, service(charge.service.name)), *told, charge.quantity, unit_of, *prices, charge.amount, charge.recalculation]


async def why(request: Request) -> Response:
    """Why a month costs more or less than the month before and a year ago."""
    account = ours(request, (await ask(request, "statements/why", id=request.path_params["id"], period=month(request))).account)
    if account.statement is None:
        raise NotFound
    return answer(request, "statements/why.html", account=account, period=account.statement.period)


async def versions(request: Request) -> Response:
    """What a month's statement said before."""
    wanted = month(request)
    if wanted is None:
        raise BadAddress
    account = ours(request, (await ask(request, "statements/versions", id=request.path_params["id"], period=wanted)).account)
    if not account.statementVersions:
        raise NotFound
    return answer(request, "statements/versions.html", account=account, period=wanted)
