"""A month's statement as a table to keep: everything that its page has in tables, one below the other."""

from collections.abc import AsyncIterator, Iterator, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters import bills
from adapters.formats import date, day_after, day_and_month, first_day, moment, money, ownership, percent, period, resource, unit, zone
from adapters.service_names import service
from adapters.texts import gettext, speaking
from web import tables
from web.answers import ask, month
from web.pages.accounts import found, ours

Row = Sequence[Any]
BEFORE_SUM = 8  # columns between a name and its sum
MONEY = ("opening", "charged", "recalculation", "penalty", "paid", "compensation", "closing")


async def file(request: Request) -> Response:
    """GET a month's lines, balances and volumes; NotFound where there is no statement."""
    account = ours(request, (await ask(request, "statements/index", id=request.path_params["id"], period=month(request))).account)
    found(account.statement)
    return await tables.handed(request, f"statement-{account.statement.period}", _parts(request, account))


async def _parts(request: Request, account: Any) -> AsyncIterator[list[Row]]:
    shown = account.statement
    with speaking(request.scope["state"]["language"]):
        yield [*_invoice(shown), *_balance(shown)]
        yield [[_called(charge), "", "", _corrected(charge), *[""] * 5, charge.amount] for charge in shown.recalculations]
        yield list(_corrections(shown))
        yield [*_by_service(shown), *_volumes(shown), *_head(account)]


def _invoice(shown: Any) -> Iterator[Row]:
    printed = bills.columns(shown.charges)
    more = {
        gettext("Shortfall, days"): printed.shortfall and "shortfallDays", gettext("Shortfall, sum"): printed.shortfall and "shortfallAmount",
        gettext("Within the social norm"): printed.social_norm and "socialNormAmount", gettext("Paid last month"): printed.paid and "paid",
    }  # fmt: skip
    yield [
        gettext("Service"), gettext("Supplier"), gettext("Tariff zone"), gettext("Basis"), gettext("Quantity"), gettext("Unit"),
        gettext("Tariff without VAT"), gettext("VAT"), gettext("Tariff with VAT"), gettext("Sum"), gettext("Recalculation"),
        *(name for name, column in more.items() if column),
    ]  # fmt: skip
    for line in bills.lines(shown.charges):
        yield [*_line(line), *(_cell(getattr(line.charge, column)) for column in more.values() if column)]


def _line(line: bills.Line) -> Row:
    charge = line.charge
    name = {"group": gettext("%(service)s, in all", service=_called(charge)), "inner": f"— {_called(charge)}"}
    based = _differs(line) if line.parts is not None else bills.based(charge)
    told = [charge.supplier.name if charge.supplier else "", zone(charge.zone), based]
    unit_of = unit(charge.quantity.unit) if charge.quantity is not None else ""
    prices = [charge.tariff, percent(charge.taxPercent) if charge.taxPercent is not None else "", charge.tariffWithTax]
    return [name.get(line.kind, _called(charge)), *told, charge.quantity, unit_of, *prices, charge.amount, charge.recalculation]


def _differs(group: bills.Line) -> str:
    said = {"parts": money(group.parts), "printed": money(group.charge.amount)}
    return gettext("the parts come to %(parts)s, the supplier prints %(printed)s", **said)


def _cell(value: Any) -> Any:
    """Days come as their exact text: a number in a table too."""
    return SimpleNamespace(value=value) if isinstance(value, str) else value


def _balance(shown: Any) -> Iterator[Row]:
    names = {
        "opening": gettext("Opening balance"), "charged": gettext("Charged"), "recalculation": gettext("Recalculation"), "penalty": gettext("Penalty"),
        "paid": gettext("Paid"), "compensation": gettext("Compensation"), "closing": gettext("Closing balance"),
    }  # fmt: skip
    rows = [_sum(name, getattr(shown, figure), _derived(shown, figure)) for figure, name in names.items() if getattr(shown, figure) is not None]
    yield from rows[:-1]
    yield from (_sum(_difference(one), one.amount) for one in shown.differences if one.reason == "ARITHMETIC")
    yield from rows[-1:]
    if shown.compensationNote is not None and shown.compensationNote.minor:
        yield _sum(f"* {gettext('compensation for the state of emergency, in no sum')}", shown.compensationNote)
    if bills.has_month_total(shown):
        yield _sum(gettext("For the month"), shown.forMonth, bills.month_total_of(shown))
    yield from (_sum(_difference(one), one.amount, gettext("in no sum of this month")) for one in shown.differences if one.reason != "ARITHMETIC")


def _sum(name: str, amount: Any, said: str = "") -> Row:
    return [name, "", "", said, *[""] * (BEFORE_SUM - 3), amount]


def _derived(one: Any, figure: str) -> str:
    return gettext("the supplier does not print what was paid: it follows from the other sums") if figure == "paid" and "PAID" in one.derived else ""


def _difference(one: Any) -> str:
    """What the supplier's own figures contradict each other by, as the page calls it."""
    said = {
        "CHAIN": gettext("Difference in the supplier's data: opening balance"), "DETAIL": gettext("Difference in the supplier's data: details"),
    }.get(one.reason, gettext("Difference in the supplier's data"))  # fmt: skip
    return f"{said}, {_called(one)}" if one.service else said


def _corrected(charge: Any) -> str:
    """What the sum of recalculations is made of: which month each corrects, where that is known."""
    of = gettext("for %(month)s", month=period(charge.correctsPeriod)) if charge.correctsPeriod else ""
    return f"{gettext('Recalculation')} {of}".rstrip()


def _corrections(shown: Any) -> Iterator[Row]:
    """What lies between this statement and its month's movement of funds."""
    for one in shown.correctedLater:
        yield _sum(gettext("Corrected after the month was closed"), one.amount, gettext("counts in %(month)s", month=period(one.period)))
    if shown.closedWith is not None:
        yield _sum(gettext("Closing balance in the movement of funds"), shown.closedWith)
    for one in shown.correctsEarlier:
        yield _sum(gettext("Correction of a closed month, counts here"), one.amount, gettext("for %(month)s", month=period(one.period)))


def _by_service(shown: Any) -> Iterator[Row]:
    """The balance of each service, where the supplier keeps them so."""
    if not shown.lines:
        return
    due = [gettext("Due on %(day)s", day=day_and_month(day(shown.period))) for day in (first_day, day_after)]
    said = [gettext("Charged"), gettext("Recalculation"), gettext("Penalty"), gettext("Paid"), gettext("Compensation")]
    yield from ([], [gettext("Balance of each service")], [gettext("Service"), due[0], *said, due[1], gettext("Note")])
    for one, name in (*((line, _called(line)) for line in shown.lines), (shown, gettext("Total"))):
        yield [name, *(getattr(one, figure) for figure in MONEY), _derived(one, "paid")]


def _volumes(shown: Any) -> Iterator[Row]:
    """From which reading to which, and what sewerage was charged by."""
    sewerage = [charge for charge in shown.charges if charge.service.resource == "SEWERAGE" and charge.quantity is not None]
    if not shown.volumes and not sewerage:
        return
    yield from ([], [gettext("Volumes")])
    yield [
        gettext("Service"), gettext("Tariff zone"), gettext("Inlet"), gettext("Place"), gettext("Meter"), gettext("From day"),
        gettext("Reading at the start"), gettext("To day"), gettext("Reading at the end"), gettext("Volume"), gettext("Unit"),
    ]  # fmt: skip
    for one in shown.volumes:
        where = [str(one.inlet or ""), one.place or "", one.serial or ""]
        days = [date(one.fromOn), one.fromValue, date(one.toOn), one.toValue]
        yield [resource(one.resource), zone(one.zone), *where, *days, one.volume, unit(one.volume.unit)]
    totals: dict[str, Decimal] = {}
    for one in shown.volumes:
        totals[one.volume.unit] = totals.get(one.volume.unit, Decimal(0)) + Decimal(one.volume.value)
    named = [(gettext("Total by meters"), SimpleNamespace(value=f"{value:f}", unit=measured)) for measured, value in totals.items()]
    for name, much in (*named, *((_called(charge), charge.quantity) for charge in sewerage)):
        yield [name, *[""] * BEFORE_SUM, much, unit(much.unit)]


def _head(account: Any) -> Iterator[Row]:
    """The account as it was in that month."""
    shown, head = account.statement, account.statement.head
    yield from ([], [gettext("The account in %(month)s", month=period(shown.period))], [gettext("Personal account"), account.number])
    told = {
        gettext("Holder"): head.holderName, gettext("Address"): head.address, gettext("Residents"): head.residents, gettext("Area"): head.area,
        gettext("Irrigated area"): head.irrigatedArea, gettext("Ownership"): head.ownership and ownership(head.ownership),
        gettext("Branch"): head.branch, gettext("Tariff group"): head.tariffGroup, gettext("Contract"): head.contractNumber,
        gettext("Data of"): moment(shown.asOf, account.organization.timezone),
    }  # fmt: skip
    for name, value in told.items():
        if value is not None and value != "":
            yield [name, str(value) if isinstance(value, int) else value, *([unit(value.unit)] if hasattr(value, "unit") else [])]


def _called(one: Any) -> str:
    return service(one.service.name)
