"""How old a debt is. Payments extinguish the oldest debt first, so that what is left is what came last (ADR 30)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from enum import StrEnum

from models.period import Period


class Age(StrEnum):
    """How long ago a debt was to be paid, in days."""

    NOT_DUE = "not_due"
    TO_30 = "to_30"
    TO_90 = "to_90"
    TO_180 = "to_180"
    TO_365 = "to_365"
    OVER_365 = "over_365"
    UNKNOWN = "unknown"


_LIMITS = ((0, Age.NOT_DUE), (30, Age.TO_30), (90, Age.TO_90), (180, Age.TO_180), (365, Age.TO_365))
Layer = tuple[Period | None, int]  # a month and what of it is still owed; None where no entry says of which month


def layers(debits: Iterable[tuple[Period, int]], balance: int) -> list[Layer]:
    """What the balance is made of, the newest month first; the sums add up to it exactly. Nothing where nothing is owed."""
    left, found = balance, list[Layer]()
    for month, amount in sorted(debits, reverse=True):
        if left <= 0:
            break
        if amount > 0:
            found.append((month, min(amount, left)))
            left -= amount
    if left > 0:
        found.append((None, left))
    return found


def aged(parts: Iterable[Layer], due_on: Callable[[Period], dt.date], today: dt.date) -> dict[Age, int]:
    """The sums by age, every age in its place."""
    found = dict.fromkeys(Age, 0)
    for month, amount in parts:
        found[age(due_on(month), today) if month is not None else Age.UNKNOWN] += amount
    return found


def age(due_on: dt.date, today: dt.date) -> Age:
    """Of a debt that is to be paid by `due_on`, that day included."""
    late = (today - due_on).days
    return next((one for limit, one in _LIMITS if late <= limit), Age.OVER_365)
