"""Exact decimals as integers of 10^-6: quantities, readings, unit prices, percents. Never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MICRO = 1_000_000
DIGITS = 6

_TEXT = re.compile(r"(-?)([0-9]{1,12})(?:[.,]([0-9]{1,6}))?")


def micro_units(text: str) -> int:
    """`1,043` -> 1043000; ValueError where the text is no decimal of at most 12 + 6 digits."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError(f"not a decimal: {text!r}")
    sign, whole, fraction = match.groups()
    micro = int(whole) * MICRO + int((fraction or "").ljust(DIGITS, "0"))
    return -micro if sign else micro


def decimal_text(micro: int, digits: int = 0) -> str:
    """The exact decimal with at least `digits` digits after the point and no needless zeros: `1.043`, `59.34`."""
    if micro < 0:
        return "-" + decimal_text(-micro, digits)
    whole, fraction = divmod(micro, MICRO)
    if not fraction:
        return f"{whole}.{'0' * digits}" if digits else str(whole)
    tail = ("%06d" % fraction).rstrip("0")  # noqa: UP031 - faster by a third
    return f"{whole}.{tail}" if len(tail) >= digits else f"{whole}.{tail.ljust(digits, '0')}"


@dataclass(slots=True, unsafe_hash=True)  # never changed, as models/money.py says
class Quantity:
    """`micro` millionths of `unit` (куб.м, Гкал, кВтч, …), shown with at least `digits` digits."""

    micro: Final[int]
    unit: Final[str]
    digits: Final[int] = 0

    @property
    def value(self) -> str:
        return decimal_text(self.micro, self.digits)
