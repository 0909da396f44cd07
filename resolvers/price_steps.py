"""Why a line costs more or less than another month's: the difference in steps that add up to it exactly. No database, no clock.

The steps go one after the other, as one would reckon at a kitchen table: the other month's sum, then with this month's volume at
the old price, then at the new price before tax, then with the new tax. What the printed sums differ by beyond that (rounding, a sum
lowered for days of shortfall) is a step of its own, and never hidden in another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.enums import ChargeBasis
from models.money import half_up
from models.quantity import MICRO

_MINOR = 10_000  # of the 10^-6 of a currency in its minor unit
_PERCENT = 10_000  # a percent is written in hundredths


class ChangeCause(StrEnum):
    """Why a sum differs, in the order in which it is told."""

    VOLUME = "volume"
    BASIS = "basis"
    TARIFF = "tariff"
    TAX = "tax"
    SERVICE = "service"
    RECALCULATION = "recalculation"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a line was reckoned from: 10^-6 of the unit, 10^-6 of the currency, hundredths of a percent, minor units. None is not known."""

    amount: int
    quantity: int | None
    net: int | None
    gross: int | None
    tax: int | None
    basis: ChargeBasis

    @property
    def price(self) -> int | None:
        """The price that the sum follows from: with tax where it is printed."""
        return self.gross if self.gross is not None else self.net


def steps(then: Reckoned | None, now: Reckoned | None) -> Counter[ChangeCause]:
    """Minor units by cause, zeros left out; they add up to the difference of the two sums, of which one may be missing."""
    found: Counter[ChangeCause] = Counter()
    if then is None or now is None:
        found[ChangeCause.SERVICE] = (now.amount if now else 0) - (then.amount if then else 0)
    else:
        found.update(_reckoned(then, now))
    return _told(found)


def added(parts: list[Counter[ChangeCause]]) -> Counter[ChangeCause]:
    """The steps of several lines together, which may take each other away."""
    found: Counter[ChangeCause] = Counter()
    for one in parts:
        found.update(one)
    return _told(found)


def _told(found: Mapping[ChangeCause, int]) -> Counter[ChangeCause]:
    return Counter({cause: found[cause] for cause in ChangeCause if found.get(cause)})


def _reckoned(then: Reckoned, now: Reckoned) -> dict[ChangeCause, int]:
    difference = now.amount - then.amount
    volume = ChangeCause.VOLUME if now.basis is then.basis else ChangeCause.BASIS
    if (then.gross is None) is not (now.gross is None) or then.price is None or now.price is None:
        return {ChangeCause.OTHER: difference}  # a price with tax beside one without it would pass the tax off as the tariff
    if then.quantity is None or now.quantity is None:
        return {volume if then.price == now.price else ChangeCause.OTHER: difference}
    untaxed = _untaxed(then, now)
    before, with_volume = _sum(then.quantity, then.price), _sum(now.quantity, then.price)
    with_tariff, with_tax = _sum(now.quantity, untaxed), _sum(now.quantity, now.price)
    found = {volume: with_volume - before, ChangeCause.TARIFF: with_tariff - with_volume, ChangeCause.TAX: with_tax - with_tariff}
    return {**found, ChangeCause.OTHER: difference - sum(found.values())}


def _untaxed(then: Reckoned, now: Reckoned) -> int:
    """This month's price under the other month's tax; where taxes are not known the whole change of the price is the tariff's."""
    assert now.price is not None
    if now.net is None or now.gross is None or then.tax is None or now.tax is None or then.tax == now.tax:
        return now.price
    return half_up(now.net * (_PERCENT + then.tax), _PERCENT * _MINOR) * _MINOR


def _sum(quantity: int, price: int) -> int:
    """10^-6 × 10^-6, rounded to minor units."""
    return half_up(quantity * price, MICRO * _MINOR)
