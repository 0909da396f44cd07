"""Scalars: strict on the way in, exact on the way out. What is out of range is refused here, never by a database.

All of them are strings. There is no Float, and no bare Decimal: both take values that money must never have.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from models.period import Period
from models.quantity import decimal_text, micro_units

DecimalString = NewType("DecimalString", str)
AccountNumber = NewType("AccountNumber", str)
Percent = NewType("Percent", int)  # hundredths of a percent

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[^\s\x00-\x1f\x7f\ud800-\udfff]([^\x00-\x1f\x7f\ud800-\udfff]{0,38}[^\s\x00-\x1f\x7f\ud800-\udfff])?")


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"{what} is a string.")
    return value


def _parse_period(value: Any) -> Period:
    try:
        return Period.parse(_text(value, "Period"))
    except ValueError:
        raise GraphQLError("Period is a month written YYYY-MM, between 1990-01 and 2199-12.") from None


def _parse_date(value: Any) -> dt.date:
    text = _text(value, "Date")
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        found = dt.date.fromisoformat(text)
        Period.parse(text[:7])
    except ValueError:
        raise GraphQLError("Date is a day written YYYY-MM-DD, between 1990 and 2199.") from None
    return found


def _parse_instant(value: Any) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(_text(value, "DateTime"))
        Period.parse(str(Period.of(found.date())))
    except ValueError:
        raise GraphQLError("DateTime is an instant written as in RFC 3339, with its offset.") from None
    if found.tzinfo is None:
        raise GraphQLError("DateTime needs an offset such as Z or +05:00.")
    return found.astimezone(dt.UTC)


def _parse_decimal(value: Any) -> str:
    try:
        micro_units(_text(value, "DecimalString"))
    except ValueError:
        raise GraphQLError("DecimalString is a decimal with at most 12 digits before the point and 6 after it.") from None
    return str(value).replace(",", ".")


def _parse_number(value: Any) -> str:
    text = _text(value, "AccountNumber")
    if not _NUMBER.fullmatch(text):
        raise GraphQLError("AccountNumber has 1 to 40 printable characters.")
    return text


def _parse_percent(value: Any) -> int:
    try:
        micro = micro_units(_text(value, "Percent"))
        if micro % 10_000 or not 0 <= micro <= 1_000_000_000:
            raise ValueError
    except ValueError:
        raise GraphQLError("Percent is a decimal between 0 and 1000 with at most 2 digits after the point.") from None
    return micro // 10_000


def _instant_text(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _percent_text(value: int) -> str:
    return decimal_text(value * 10_000)


SCALARS: dict[object, ScalarDefinition] = {
    Period: strawberry.scalar(name="Period", description="A month: `2026-10`.", serialize=str, parse_value=_parse_period),
    dt.date: strawberry.scalar(name="Date", description="A day: `2026-10-31`.", serialize=dt.date.isoformat, parse_value=_parse_date),
    dt.datetime: strawberry.scalar(
        name="DateTime",
        description="An instant as in RFC 3339; answers are in UTC: `2026-10-31T09:15:00Z`.",
        serialize=_instant_text,
        parse_value=_parse_instant,
    ),
    DecimalString: strawberry.scalar(
        name="DecimalString", description="An exact decimal number: `-460.21`. Never a float.", serialize=str, parse_value=_parse_decimal
    ),
    AccountNumber: strawberry.scalar(
        name="AccountNumber", description="The number of an account within its organization: `02015213`.", serialize=str, parse_value=_parse_number
    ),
    Percent: strawberry.scalar(name="Percent", description="A percentage as a decimal: `12`, `12.5`.", serialize=_percent_text, parse_value=_parse_percent),
}
