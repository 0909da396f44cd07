"""What resolvers/derivation.py says in SQL for many accounts at once, said in Python for one: tests hold the two against each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from models.enums import Component, DifferenceReason, EntryKind


@dataclass(frozen=True, slots=True)
class Figures:
    """A statement as printed, minor units; None is unknown."""

    opening: int | None
    charged: int | None
    recalculation: int | None
    penalty: int | None
    paid: int | None
    compensation: int | None
    closing: int | None


@dataclass(frozen=True, slots=True)
class Month:
    """`details` are the sums of charges, recalculations and payments (positive); `covered` says of which there is a register."""

    period: dt.date
    figures: Figures | None
    details: dict[Component, int]
    covered: frozenset[Component]
    source: int | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """An entry that no charge and no payment stands behind. `source` is the import file of its statement."""

    kind: EntryKind
    amount: int
    period: dt.date
    reason: DifferenceReason | None = None
    source: int | None = None


def derive(months: Iterable[Month], balance: int = 0, anchored: bool = False) -> Iterator[Derived]:
    """The entries beside those of charges and payments, for one account's months in order.

    `balance` is the sum of the entries before; `anchored` says whether a printed opening or closing is among their reasons. Once a
    closing is printed, the sum of all entries up to its month equals it exactly: differences see to that, each under its reason.
    """
    for month in months:
        for entry in _of_month(month, balance, anchored):
            balance += entry.amount
            if entry.amount:
                yield entry
        balance += _detailed(month)
        anchored = anchored or (month.figures is not None and (month.figures.opening is not None or month.figures.closing is not None))


def _of_month(month: Month, balance: int, anchored: bool) -> Iterator[Derived]:
    figures = month.figures
    if figures is None:
        return
    first = _opening(month, figures, balance, anchored)
    if first is not None:
        yield first
        balance += first.amount
    detail, movement = 0, _detailed(month)
    for component in Component:
        amount = _sign(component) * (_effective(month, figures, component) - month.details.get(component, 0))
        if component in month.covered:
            detail += amount
        else:
            yield Derived(component.kind, amount, month.period, source=month.source)
        movement += amount
    yield Derived(EntryKind.PENALTY, figures.penalty or 0, month.period, source=month.source)
    yield Derived(EntryKind.COMPENSATION, -(figures.compensation or 0), month.period, source=month.source)
    yield Derived(EntryKind.SUPPLIER_DIFFERENCE, detail, month.period, DifferenceReason.DETAIL, month.source)
    if figures.closing is not None:
        rest = figures.closing - (balance + movement + (figures.penalty or 0) - (figures.compensation or 0))
        yield Derived(EntryKind.SUPPLIER_DIFFERENCE, rest, month.period, DifferenceReason.ARITHMETIC, month.source)


def _sign(component: Component) -> int:
    """What is paid lowers the debt."""
    return -1 if component is Component.PAID else 1


def _opening(month: Month, figures: Figures, balance: int, anchored: bool) -> Derived | None:
    """The first printed opening is where the account begins; a later one that is not the sum so far is a break of the chain."""
    opening = figures.opening
    if opening is None and not anchored and figures.closing is not None:
        opening = figures.closing - _movement(month, figures)  # not printed, but the closing says it
    if opening is None:
        return None
    if anchored:
        return Derived(EntryKind.SUPPLIER_DIFFERENCE, opening - balance, month.period, DifferenceReason.CHAIN, month.source)
    return Derived(EntryKind.OPENING, opening - balance, month.period, source=month.source)


def _effective(month: Month, figures: Figures, component: Component) -> int:
    """What the statement says of a component; where it says nothing, its details speak."""
    printed: int | None = getattr(figures, component.value)
    return month.details.get(component, 0) if printed is None else printed


def _movement(month: Month, figures: Figures) -> int:
    parts = sum(_sign(component) * _effective(month, figures, component) for component in Component)
    return parts + (figures.penalty or 0) - (figures.compensation or 0)


def _detailed(month: Month) -> int:
    return sum(_sign(component) * month.details.get(component, 0) for component in Component)
