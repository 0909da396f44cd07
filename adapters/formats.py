"""Sums, quantities, dates and months as people read them in the current language. Exact decimals in, text out; never a float."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_datetime, get_timezone

from adapters.service_names import service
from adapters.texts import gettext, language

NBSP = "\u00a0"
MINUS = "\u2212"
SYMBOLS = {"KZT": "₸", "RUB": "₽"}
UNITS = {
    **dict.fromkeys(("куб.м", "куб.м.", "куб м", "м3", "m3"), "м³"),
    **dict.fromkeys(("кв.м", "кв.м.", "кв м", "м2", "m2"), "м²"),
    **dict.fromkeys(("кВтч", "кВт.ч", "кВт*ч", "кВт·ч"), "кВт·ч"),
}
LATIN_UNITS = {"м³": "m³", "м²": "m²", "кВт·ч": "kWh", "Гкал": "Gcal"}
# Kazakh puts the year first; "г." after a Russian year is for legal acts.
LONG_DATE = {"ru": "d MMMM y", "kk": "y 'ж.' d MMMM", "en": "d MMMM y"}
SHORT_DATE = {"ru": "dd.MM.y", "kk": "dd.MM.y", "en": "d MMM y"}
MONTH = {"ru": "LLLL y", "kk": "y 'ж.' MMMM", "en": "LLLL y"}


def number(text: str, *, digits: int = 0) -> str:
    """``-1234.5`` as ``−1 234,5``, with at least ``digits`` digits after the point."""
    whole, _, fraction = text.lstrip("-").partition(".")
    fraction = fraction.ljust(digits, "0")
    separator, point = (",", ".") if language() == "en" else (NBSP, ",")
    grouped = f"{int(whole):,}".replace(",", separator)
    sign = MINUS if text.startswith("-") else ""
    return f"{sign}{grouped}{point}{fraction}" if fraction else f"{sign}{grouped}"


def money(sum_: Any) -> str:
    """``1 234,50 ₸``; a dash where the sum is unknown."""
    return "—" if sum_ is None else f"{number(sum_.amount, digits=2)}{NBSP}{symbol(sum_.currency)}"


def amount_alone(sum_: Any) -> str:
    """The sum without its sign: the words beside it say whether it is owed or overpaid."""
    return "—" if sum_ is None else f"{number(sum_.amount.lstrip('-'), digits=2)}{NBSP}{symbol(sum_.currency)}"


def signed_money(sum_: Any) -> str:
    """With its sign always shown: ``+0,01 ₸``."""
    return f"+{money(sum_)}" if not sum_.amount.startswith("-") else money(sum_)


def total(quantities: Sequence[Any]) -> str:
    """The exact sum of quantities, each unit for itself: ``1,692 м³``."""
    sums: dict[str, Decimal] = {}
    for amount in quantities:
        sums[amount.unit] = sums.get(amount.unit, Decimal(0)) + Decimal(amount.value)
    return ", ".join(f"{number(f'{value:f}')}{NBSP}{unit(name)}".strip() for name, value in sums.items()) or "—"


def quantity(amount: Any) -> str:
    """``1,043 м³``; a dash where unknown."""
    return "—" if amount is None else f"{quantity_alone(amount)}{NBSP}{unit(amount.unit)}".strip()


def signed_quantity(amount: Any) -> str:
    """With its sign always shown: ``+1,043 м³``."""
    return quantity(amount) if amount.value.startswith("-") else f"+{quantity(amount)}"


def quantity_alone(amount: Any) -> str:
    """Without its unit, which stands in the heading. Litres are written out wherever there are any, so that columns line up."""
    if amount is None:
        return "—"
    return number(amount.value, digits=3 if "." in amount.value and is_cubic_metres(amount.unit) else 0)


def price(tariff: Any) -> str:
    """A unit price, ``66,46``: its currency and unit stand in the heading."""
    return "—" if tariff is None else number(tariff.amount, digits=2)


def plain_number(text: str | None) -> str:
    """An exact decimal; a dash where unknown."""
    return "—" if text is None else number(text)


def percent(text: str | None) -> str:
    return "—" if text is None else f"{number(str(text))}{NBSP}%"


def symbol(currency: Any) -> str:
    return SYMBOLS.get(str(currency), str(currency))


def is_cubic_metres(name: str | None) -> bool:
    return UNITS.get(name or "", name) == "м³"


def unit(name: str | None) -> str:
    """A unit by its usual sign: registers write ``куб.м``."""
    known = UNITS.get(name or "", name or "")
    return LATIN_UNITS.get(known, known) if language() == "en" else known


def date(day: dt.date | None) -> str:
    """``25.05.2020``, for tables."""
    return "—" if day is None else format_date(day, SHORT_DATE[language()], locale=language())


def day_of(instant: dt.datetime | None, timezone: str = "UTC") -> str:
    """``25.05.2020``, the day that it was where the organization is."""
    return "—" if instant is None else date(instant.astimezone(get_timezone(timezone)).date())


def long_date(day: dt.date | None) -> str:
    """``25 мая 2020``."""
    return "—" if day is None else format_date(day, LONG_DATE[language()], locale=language())


def day_and_month(day: dt.date | None) -> str:
    """``25 мая``, where the year goes without saying."""
    return "—" if day is None else format_date(day, "d MMMM", locale=language())


def moment(instant: dt.datetime | None, timezone: str = "UTC") -> str:
    """``25 мая 2020, 14:05`` on the clock of the organization."""
    if instant is None:
        return "—"
    return format_datetime(instant, f"{LONG_DATE[language()]}, HH:mm", tzinfo=get_timezone(timezone), locale=language())


def period(month: Any) -> str:
    """``май 2020``."""
    return _month_words(str(month), language())


@lru_cache(4096)
def _month_words(month: str, said_in: str) -> str:
    """Some ten years of months in three languages: a picker of 120 months took a tenth of its page's time."""
    return format_date(first_day(month), MONTH[said_in], locale=said_in)


def short_month(month: Any) -> str:
    """``май``, for the axis of a chart: cut to three letters, as calendars do."""
    return str(format_date(first_day(month), "LLL", locale=language())).rstrip(".")[:4]


def first_day(month: Any) -> dt.date:
    """The first day of a period, given as the value or as its text ``2020-05``."""
    return dt.date.fromisoformat(f"{month}-01")


def day_after(month: Any) -> dt.date:
    """The first day of the next period."""
    first = first_day(month)
    return dt.date(first.year + first.month // 12, first.month % 12 + 1, 1)


def capital(text: str) -> str:
    """First letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


def resource(code: str | None) -> str:
    """What a meter counts."""
    return word(code, {
        "COLD_WATER": lambda: gettext("Cold water"), "HOT_WATER": lambda: gettext("Hot water"), "SEWERAGE": lambda: gettext("Sewerage"),
        "HEATING": lambda: gettext("Heating"), "ELECTRICITY": lambda: gettext("Electricity"), "GAS": lambda: gettext("Gas"),
        "OTHER": lambda: gettext("Other"),
    })  # fmt: skip


def source(reading: Any) -> str:
    """Where a reading came from, in words; the supplier's own label where it is none of the usual ones."""
    if reading.sourceLabel == "Ссылка из письма":  # resolvers/reading_entries.py
        return gettext("Link in a letter")
    return word(reading.source, {
        "CABINET": lambda: gettext("Personal cabinet"), "SITE": lambda: gettext("Website"), "PHONE": lambda: gettext("Phone"),
        "INSPECTOR": lambda: gettext("Inspector"), "INSTALLATION": lambda: gettext("Installation"), "REMOVAL": lambda: gettext("Removal"),
        "PARTNER": lambda: gettext("Partner"), "STAFF": lambda: gettext("Supplier's staff"),
    }, reading.sourceLabel or "—")  # fmt: skip


def meter_state(code: str | None) -> str:
    return word(code, {"INSTALLED": lambda: gettext("Installed"), "REMOVED": lambda: gettext("Removed"), "FAULTY": lambda: gettext("Faulty")})


def meter_event(code: str | None) -> str:
    """What happened to a meter."""
    return word(code, {
        "INSTALLED": lambda: gettext("Installation"), "COMMISSIONED": lambda: gettext("Commissioning"), "SEALED": lambda: gettext("Sealing"),
        "UNSEALED": lambda: gettext("Seal taken off"), "VERIFIED": lambda: gettext("Being verified"), "REPLACED": lambda: gettext("Replacement"),
        "ROLLED_OVER": lambda: gettext("Passing zero"), "REMOVED": lambda: gettext("Removal"), "BROKEN": lambda: gettext("Fault"),
        "REPAIRED": lambda: gettext("Repair"),
    })  # fmt: skip


def document_kind(code: str | None) -> str:
    """What a file shows."""
    return word(code, {
        "HEAT_PRINTOUT": lambda: gettext("Print-out of the heat meter"), "ACT": lambda: gettext("Act"),
        "CERTIFICATE": lambda: gettext("Certificate of verification"), "PHOTO": lambda: gettext("Photo of the meter"),
        "OTHER": lambda: gettext("Another paper"),
    })  # fmt: skip


def zone(code: str | None) -> str:
    return word(code, {"DAY": lambda: gettext("day"), "NIGHT": lambda: gettext("night"), "PEAK": lambda: gettext("peak")}, "")


def basis(code: str | None) -> str:
    """By what a line was charged; nothing where it goes without saying: by a meter's reading, by the area, or by an unknown rule."""
    return word(code, {
        "AVERAGE": lambda: gettext("by average consumption"), "NORM": lambda: gettext("by norm"), "COMMUNAL": lambda: gettext("for the whole house"),
        "RECALCULATION": lambda: gettext("recalculation"),
    }, "")  # fmt: skip


def ownership(code: str | None) -> str:
    return word(code, {"PRIVATE": lambda: gettext("private"), "MUNICIPAL": lambda: gettext("municipal")})


def scope(code: str | None) -> str:
    """What a token may do."""
    return word(code, {
        "READ_ACCOUNTS": lambda: gettext("see accounts and meters"), "READ_READINGS": lambda: gettext("see readings"),
        "READ_MONEY": lambda: gettext("see charges, payments and balances"), "SUBMIT_READINGS": lambda: gettext("send readings"),
        "JUDGE_READINGS": lambda: gettext("judge readings"), "IMPORT_REGISTERS": lambda: gettext("send the supplier's registers"),
    })  # fmt: skip


def right(code: str | None) -> str:
    """What a member may do."""
    return word(code, {
        "SEE_MONEY": lambda: gettext("see charges and payments"), "SEND_READINGS": lambda: gettext("send readings"), "PAY": lambda: gettext("pay"),
        "TICKETS": lambda: gettext("write to the supplier"), "MANAGE_MEMBERS": lambda: gettext("decide who has access"),
    })  # fmt: skip


def factor(code: str | None) -> str:
    """What proved an account."""
    return word(code, {
        "SURNAME": lambda: gettext("surname"), "FLAT": lambda: gettext("flat"), "LAST_PAYMENT": lambda: gettext("last payment"),
        "TAX_NUMBER": lambda: gettext("IIN or BIN"), "BILL_CODE": lambda: gettext("code from the bill"),
    })  # fmt: skip


def attribute(code: str | None) -> str:
    """What of an account was reported as wrong."""
    return word(code, {
        "HOLDER_NAME": lambda: gettext("Holder"), "ADDRESS": lambda: gettext("Address"), "RESIDENTS": lambda: gettext("Residents"),
        "AREA": lambda: gettext("Area"), "IRRIGATED_AREA": lambda: gettext("Irrigated area"), "OWNERSHIP": lambda: gettext("Ownership"),
        "TARIFF_GROUP": lambda: gettext("Tariff group"), "METER": lambda: gettext("Meter"),
    })  # fmt: skip


def report_state(code: str | None) -> str:
    """How far a report has come."""
    return word(code, {"OPEN": lambda: gettext("being looked at"), "SETTLED": lambda: gettext("will be corrected"), "DECLINED": lambda: gettext("stays")})


def topic(code: str | None) -> str:
    """What is mailed."""
    return word(code, {
        "BILL": lambda: gettext("The month's bill"), "READINGS": lambda: gettext("Reminders about readings and verification"),
        "NEWS": lambda: gettext("News and outages"),
    })  # fmt: skip


def word(code: Any, words: dict[str, Callable[[], str]], otherwise: str = "—") -> str:
    known = words.get(str(code).rpartition(".")[2].upper()) if code is not None else None
    return known() if known else otherwise


FILTERS: dict[str, Callable[..., Any]] = {
    "money": money, "amount_alone": amount_alone, "quantity": quantity, "quantity_alone": quantity_alone, "price": price, "percent": percent,
    "symbol": symbol, "unit": unit, "date": date, "day_of": day_of, "long_date": long_date, "day_and_month": day_and_month, "moment": moment, "period": period,
    "short_month": short_month, "capital": capital, "service": service, "resource": resource, "source": source, "meter_state": meter_state,
    "ownership": ownership, "zone": zone, "basis": basis, "number": number, "plain_number": plain_number, "total": total, "signed_money": signed_money,
    "signed_quantity": signed_quantity, "attribute": attribute, "meter_event": meter_event, "document_kind": document_kind,
    "report_state": report_state, "right": right, "factor": factor, "scope": scope, "topic": topic, "first_day": first_day, "day_after": day_after,
}  # fmt: skip
