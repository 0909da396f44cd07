"""The text of a bill's payment QR (ГОСТ Р 56042-2014), `ST00012|Name=…|PersAcc=…|Sum=12351`: read as bills in the wild have it, written as the
standard says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LONGEST = 4000  # no QR holds more
_HEADER = re.compile(r"ST0001[123](.)", re.DOTALL)
_SEPARATORS = "|#;:^_~{}!$%&()*+,/@"  # in the order of choice
_ACCOUNT = ("persacc", "personalaccount")  # never PersonalAcc: that is the supplier's bank account
_ENCODINGS = {"1": "cp1251", "2": "utf-8", "3": "koi8-r"}
_SUM = re.compile(r"(\d{1,18})(?:[.,]00)?", re.ASCII)
_PERIODS = (re.compile(r"(?P<m>\d\d)\.?(?P<y>20\d\d)", re.ASCII), re.compile(r"(?P<y>20\d\d)(?P<m>\d\d)(?:00)?", re.ASCII))
_MONTHS = ("январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь")


class NotAPaymentQr(ValueError):
    """Not such a text, or one that contradicts itself."""


@dataclass(frozen=True, slots=True)
class PaymentQr:
    """`account` is the payer's at the supplier, `amount` in minor units, `period` as `2024-01`; None where the bill does not say it."""

    values: dict[str, str]  # by their keys in small letters
    account: str | None
    amount: int | None
    period: str | None


def read(text: str | bytes) -> PaymentQr:
    """Raises NotAPaymentQr.

    The separator is whatever follows the header. What follows a separator and is no `Key=` belongs to the value before; empty values are
    left out; bytes are read in the encoding that they are in, whatever the header says. Check digits are nobody's business here.
    """
    values = _values(_decoded(text) if isinstance(text, bytes) else text)
    account = next((values[key] for key in _ACCOUNT if key in values), None)
    amount = _SUM.fullmatch(values["sum"]) if "sum" in values else None
    if "sum" in values and amount is None:
        raise NotAPaymentQr
    return PaymentQr(values, account, int(amount[1]) if amount else None, _period(values.get("paymperiod", "")))


MANDATORY = ("Name", "PersonalAcc", "BankName", "BIC", "CorrespAcc")
_LONGEST = {"Name": 160, "BankName": 45, "Purpose": 160, "PersAcc": 160}
_BYTES = 300  # of the mandatory part


def written(values: Mapping[str, str]) -> str:
    """The text, in UTF-8: the mandatory keys in the standard's order, then the others in theirs. What is empty is left out.

    The separator is the first that no value holds. Names are cut to the standard's lengths: a bank goes by the numbers. Raises ValueError where
    a mandatory value is missing, or every separator is in use.
    """
    told = {key: value[: _LONGEST.get(key, len(value))].strip() for key, value in values.items() if value.strip()}
    if missing := [key for key in MANDATORY if key not in told]:
        raise ValueError(f"a payment QR names {', '.join(missing)}")
    separator = next((sign for sign in _SEPARATORS if not any(sign in value for value in told.values())), None)
    if separator is None:
        raise ValueError("every separator stands in a value")
    while len(_joined(told, MANDATORY, separator).encode()) > _BYTES and len(told["Name"]) > 1:
        told["Name"] = told["Name"][:-1]
    keys = (*MANDATORY, *(key for key in told if key not in MANDATORY))
    return f"ST00012{separator}{_joined(told, keys, separator)}"


def _joined(values: Mapping[str, str], keys: Sequence[str], separator: str) -> str:
    return separator.join(f"{key}={values[key]}" for key in keys)


def looks_like_one(text: str) -> bool:
    return text.lstrip("\ufeff \r\n\t").upper().startswith("ST0001")


def _values(text: str) -> dict[str, str]:
    plain = text.strip("\ufeff \r\n\t")
    header = _HEADER.match(plain)
    if len(plain) > LONGEST or "\0" in plain or header is None or header[1] not in _SEPARATORS:
        raise NotAPaymentQr
    found: dict[str, str] = {}
    last = ""
    for part in plain[header.end() :].split(header[1]):
        key, equals, value = part.partition("=")
        if equals and key.strip().isascii() and key.strip().isalpha():
            last = key.strip().casefold()
            if last in found:
                raise NotAPaymentQr
            found[last] = value.strip()
        elif last and part:
            found[last] += header[1] + part
    return {key: value for key, value in found.items() if value}


def _period(text: str) -> str | None:
    word, _, year = text.casefold().partition(" ")
    if word in _MONTHS and year.isdigit():
        return f"{year}-{_MONTHS.index(word) + 1:02d}"
    match = next(filter(None, (pattern.fullmatch(text) for pattern in _PERIODS)), None)
    return f"{match['y']}-{match['m']}" if match and 1 <= int(match["m"]) <= 12 else None


def _decoded(data: bytes) -> str:
    if len(data) > LONGEST * 4:
        raise NotAPaymentQr
    for encoding in ("utf-8", _ENCODINGS.get(chr(data[6]) if len(data) > 6 else "", "cp1251")):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotAPaymentQr
