"""Money: an exact number of minor units (tiyn, kopecks) of one currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_TEXT = re.compile(r"(-?)([0-9]{1,15})(?:[.,]([0-9]{1,2}))?")


class Currency(StrEnum):
    KZT = "KZT"
    RUB = "RUB"


def half_up(numerator: int, denominator: int) -> int:
    """Divide two integers (denominator > 0), rounding halves away from zero, as cash desks do."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


@dataclass(slots=True, unsafe_hash=True)  # never changed: Final lets the type checker say so, where `frozen` would make each three times as dear
class Money:
    """`minor` hundredths of `currency`; positive is owed to the supplier, negative is overpaid."""

    minor: Final[int]
    currency: Final[Currency]

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    @property
    def amount(self) -> str:
        """The exact decimal text with two digits: `-460.21`."""
        return "%d.%02d" % divmod(self.minor, 100) if self.minor >= 0 else "-%d.%02d" % divmod(-self.minor, 100)  # noqa: UP031 - two thirds of the time

    @classmethod
    def parse(cls, amount: str, currency: Currency) -> Money:
        """Read what `amount` printed; ValueError on anything else."""
        return cls(minor_units(amount), currency)

    @classmethod
    def or_none(cls, minor: int | None, currency: Currency) -> Money | None:
        """Of a column that may be empty."""
        return None if minor is None else cls(minor, currency)

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise ValueError(f"cannot mix {self.currency} with {other.currency}")
        return other.minor


def minor_units(text: str) -> int:
    """`-641,06` -> -64106; ValueError where the text is no amount with at most two digits after the point."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError(f"not an amount: {text!r}")
    sign, whole, fraction = match.groups()
    minor = int(whole) * 100 + int((fraction or "").ljust(2, "0"))
    return -minor if sign else minor
