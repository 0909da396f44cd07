"""Entries of the ledger, ages of debts, differences between registers and weekdays, in words that people read."""

from collections.abc import Callable, Sequence
from typing import Any

from babel.dates import get_day_names

from adapters.formats import amount_alone, date, period, word, zone
from adapters.service_names import service
from adapters.texts import gettext, language


def entry_kind(code: str | None) -> str:
    """What an entry of the ledger is."""
    return word(code, {
        "OPENING": lambda: gettext("Opening balance"), "CHARGE": lambda: gettext("Charge"), "RECALCULATION": lambda: gettext("Recalculation"),
        "PENALTY": lambda: gettext("Penalty"), "COMPENSATION": lambda: gettext("Compensation"), "PAYMENT": lambda: gettext("Payment"),
        "REFUND": lambda: gettext("Money given back"), "SUPPLIER_DIFFERENCE": lambda: gettext("Difference in the supplier's data"),
    })  # fmt: skip


def entry_details(entry: Any) -> str:
    """What else is known of it: the service with its zone, tier and supplier, so that no two lines of a bill look alike, the month that it
    corrects, the day of paying where the entry stands on another, the document, and whether it was taken back."""
    known = [
        service(entry.service.name) if entry.service else "",
        zone(entry.zone),
        gettext("tier %(number)s", number=entry.tier) if entry.tier else "",
        entry.supplier.name if entry.supplier else "",
        gettext("for %(month)s", month=period(entry.correctsPeriod)) if entry.correctsPeriod else "",
        gettext("paid on %(day)s", day=date(entry.paidOn)) if entry.paidOn else "",
        entry.channel or "",
        entry.document or "",
        gettext("taken back") if entry.isReversed else gettext("takes an entry back") if entry.isReversal else "",
    ]
    return ", ".join(part for part in known if part)


def payment_state(payment: Any) -> str:
    """Whether the supplier has counted a payment, or gave it back."""
    if payment.amount.minor < 0:
        return gettext("money given back")
    return word(payment.state, {"IN_TRANSIT": lambda: gettext("on its way"), "RECEIVED": lambda: gettext("counted"), "REFUNDED": lambda: gettext("returned")})


def paid_for(one: Any) -> str:
    """What a part of a payment went to, or a part of the balance is owed for; other suppliers are named."""
    name = service(one.service.name) if one.service else ""
    said = word(one.kind, {
        "SERVICE": lambda: name, "PENALTY": lambda: gettext("Penalty"), "REFUND": lambda: gettext("Money given back"),
        "UNSPLIT": lambda: gettext("not split by service"), "ADVANCE": lambda: gettext("advance, %(service)s", service=name) if name else gettext("advance"),
    })  # fmt: skip
    return f"{said}, {one.supplier.name}" if one.supplier else said


def payment_spent(payment: Any) -> str:
    """``Холодная вода, май 2026: 500,00 ₸ + аванс: 20,00 ₸``; nothing where nobody knows what a payment went to."""
    places = ((f"{paid_for(one)}, {period(one.period)}" if one.period else paid_for(one), one.amount) for one in payment.allocations or ())
    return " + ".join(f"{place}: {amount_alone(amount)}" for place, amount in places)


def allocation_rule(code: str | None) -> str:
    """How payments were spread over services; nothing where the supplier keeps balances of services itself."""
    return word(code, {
        "OLDEST_FIRST": lambda: gettext("Payments pay the oldest month first, its services in proportion."),
        "PRO_RATA": lambda: gettext("Payments pay all services in proportion to what is owed for each."),
        "REGISTER": lambda: gettext("Payments count for the services that the supplier's registers name."),
    }, otherwise="")  # fmt: skip


def debt_age(code: str | None) -> str:
    """How long ago a debt was to be paid."""
    return word(code, {
        "NOT_DUE": lambda: gettext("the day to pay by has not passed"), "TO_30": lambda: gettext("up to 30 days overdue"),
        "TO_90": lambda: gettext("31 to 90 days overdue"), "TO_180": lambda: gettext("91 to 180 days overdue"),
        "TO_365": lambda: gettext("181 to 365 days overdue"), "OVER_365": lambda: gettext("more than a year overdue"),
        "UNKNOWN": lambda: gettext("since when is not known"),
    })  # fmt: skip


def register_difference(code: str | None) -> str:
    """Which registers of a month contradict each other, and how."""
    return word(code, {
        "ARITHMETIC": lambda: gettext("The row does not add up: closing balance"), "CHAIN": lambda: gettext("The opening is not the former closing"),
        "CHARGES": lambda: gettext("Charged: the balances and the charges differ"),
        "RECALCULATIONS": lambda: gettext("Recalculated: the balances and the charges differ"),
        "PAYMENTS": lambda: gettext("Paid: the balances and the payments differ"),
        "VOLUME": lambda: gettext("Billed by readings, and the readings say otherwise"),
    })  # fmt: skip


def weekdays(days: Sequence[int]) -> str:
    """``понедельник, четверг``; 1 is Monday."""
    names = get_day_names("wide", locale=language(), context="stand-alone")
    return ", ".join(names[day - 1] for day in days if 1 <= day <= 7)


FILTERS: dict[str, Callable[..., Any]] = {
    "entry_kind": entry_kind, "entry_details": entry_details, "debt_age": debt_age, "paid_for": paid_for, "allocation_rule": allocation_rule,
    "weekdays": weekdays, "register_difference": register_difference,
}  # fmt: skip
