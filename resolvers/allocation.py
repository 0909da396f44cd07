"""What a payment was spent on: an account's entries played in the order of their days. No database, no clock.

Debts stand by month and place: a service and its supplier, penalties, what no register splits. Money that a register has split goes where it
says. The rest is spread by the organization's rule over what is owed on that day, never more than that; what is left is an advance, and pays
what is charged next. So what was spread once stays, whatever comes later: only an advance finds its place, and only a payment that is taken
back gives its places up.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from models.allocation import AllocationRule
from models.enums import EntryKind
from models.period import Period


class PaidFor(StrEnum):
    """What money went to."""

    SERVICE = "service"
    PENALTY = "penalty"
    REFUND = "refund"
    UNSPLIT = "unsplit"
    ADVANCE = "advance"


class Place(NamedTuple):
    """What a sum is owed for."""

    kind: PaidFor
    service: int = 0
    supplier: int = 0


UNSPLIT, ADVANCE = Place(PaidFor.UNSPLIT), Place(PaidFor.ADVANCE)
Debt = tuple[Period, Place]
Part = tuple[Period | None, Place]  # without a month where nothing is owed there yet
RuleOn = Callable[[dt.date], AllocationRule]


@dataclass(frozen=True, slots=True)
class Move:
    """Entries of one day, month and place in one sum, positive where it adds to the debt; `payment` is the one that they are of."""

    day: dt.date
    month: Period
    kind: EntryKind
    place: Place
    amount: int
    payment: int | None = None

    @property
    def is_paid(self) -> bool:
        return self.kind is EntryKind.PAYMENT


@dataclass(slots=True)
class _Money:
    """What a credit has left; `payment` is None where it came of something else."""

    payment: int | None
    amount: int


@dataclass(slots=True)
class Books:
    """`parts` of each payment come to the payment; debts less what is at hand come to the balance."""

    parts: dict[int, dict[Part, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    debts: dict[Debt, int] = field(default_factory=dict)
    free: list[_Money] = field(default_factory=list)  # an advance for whatever comes
    bound: dict[Place, list[_Money]] = field(default_factory=lambda: defaultdict(list))  # an advance for one place

    def spent(self, payment: int) -> dict[Part, int]:
        """What a payment went to, its advances too; the sums add up to it."""
        found = {part: amount for part, amount in self.parts[payment].items() if amount} if payment in self.parts else {}
        for place, waiting in [(ADVANCE, self.free), *self.bound.items()]:
            for money in waiting:
                if money.payment == payment and money.amount:
                    found[None, place] = found.get((None, place), 0) + money.amount
        return found

    def balances(self) -> dict[Place, int]:
        """What is owed for each place; advances are below zero."""
        found: dict[Place, int] = {}
        for (_, place), amount in self.debts.items():
            found[place] = found.get(place, 0) + amount
        for place, waiting in [(ADVANCE, self.free), *self.bound.items()]:
            found[place] = found.get(place, 0) - sum(money.amount for money in waiting)
        return {place: amount for place, amount in sorted(found.items()) if amount}


def played(moves: Iterable[Move], rule_on: RuleOn) -> Books:
    """On each day debts are made first, then lowered, then paid: what is charged on the day of a payment is paid by it."""
    books = Books()
    for day, group in groupby(sorted(moves, key=_order), key=lambda move: move.day):
        rule = rule_on(day)
        for move in group:
            _play(books, move, rule)
        _spread(books, rule)
    return books


def share(amount: int, owed: Sequence[int]) -> list[int]:
    """`amount` in proportion to what is owed, all of it where it suffices: largest remainder first, of equal ones the earlier."""
    whole = sum(owed)
    if amount >= whole:
        return list(owed)
    found = [amount * one // whole for one in owed]
    by_remainder = sorted(range(len(owed)), key=lambda place: (-(amount * owed[place] % whole), place))
    for place in by_remainder[: amount - sum(found)]:
        found[place] += 1
    return found


def as_stated(moves: Sequence[Move], stated: Mapping[Period, Mapping[Place, int]]) -> list[Move]:
    """Payments of months whose bill says what was paid for each line, where that comes to what was paid: laid end to end, like the lines."""
    unsplit: dict[Period, list[Move]] = defaultdict(list)
    others: list[Move] = []
    for move in moves:
        (unsplit[move.month] if move.is_paid and move.place == UNSPLIT else others).append(move)
    for month, payments in unsplit.items():
        lines = stated.get(month, {})
        fits = lines and min(lines.values()) >= 0 and all(one.amount < 0 for one in payments)
        others += _laid(payments, lines) if fits and sum(lines.values()) == -sum(one.amount for one in payments) else payments
    return others


def _laid(payments: Sequence[Move], lines: Mapping[Place, int]) -> list[Move]:
    found, left = [], {place: amount for place, amount in sorted(lines.items()) if amount}
    for payment in sorted(payments, key=_order):
        rest = -payment.amount
        while rest:
            place = next(iter(left))
            used = min(rest, left[place])
            found.append(replace(payment, place=place, amount=-used))
            rest -= used
            left[place] -= used
            if not left[place]:
                del left[place]
    return found


def _order(move: Move) -> tuple[object, ...]:
    return move.day, move.is_paid, move.amount < 0, move.month, move.place, move.payment or 0


def _play(books: Books, move: Move, rule: AllocationRule) -> None:
    by_register = rule is AllocationRule.REGISTER
    if move.amount > 0 and move.payment is not None:
        _take_back(books, move)
    elif move.amount > 0:
        _owe(books, (move.month, move.place), move.amount)
    elif move.is_paid and move.place == UNSPLIT and not by_register:
        books.free.append(_Money(move.payment, -move.amount))
        _spread(books, rule)
    else:
        rest = books.bound[move.place] if move.is_paid or by_register else books.free
        _lower(books, move, _Money(move.payment, -move.amount), rest)


def _owe(books: Books, debt: Debt, amount: int) -> None:
    """A debt that an advance for its place pays at once."""
    books.debts[debt] = books.debts.get(debt, 0) + amount
    waiting = books.bound[debt[1]]
    while waiting and debt in books.debts:
        _pay(books, debt, waiting[0], books.debts[debt])
        if not waiting[0].amount:
            waiting.pop(0)


def _lower(books: Books, move: Move, money: _Money, rest: list[_Money]) -> None:
    """What is owed for the place: the oldest first, and what is no payment its own month before it. What is too much joins `rest`."""
    mine = sorted(debt for debt in books.debts if debt[1] == move.place)
    if not move.is_paid:
        mine.sort(key=lambda debt: debt[0] != move.month)
    for debt in mine:
        _pay(books, debt, money, books.debts[debt])
    if money.amount:
        rest.append(money)


def _spread(books: Books, rule: AllocationRule) -> None:
    """Free money over debts, the oldest money first."""
    if rule is AllocationRule.REGISTER:
        return
    while books.free and books.debts:
        money = books.free[0]
        for debt, amount in _chosen(books.debts, money.amount, rule):
            _pay(books, debt, money, amount)
        if not money.amount:
            books.free.pop(0)


def _chosen(debts: Mapping[Debt, int], amount: int, rule: AllocationRule) -> list[tuple[Debt, int]]:
    """Which debts to pay now, and how much of each: those of the oldest month, or of every place its oldest."""
    if rule is AllocationRule.OLDEST_FIRST:
        oldest = min(month for month, _ in debts)
        chosen = sorted(debt for debt in debts if debt[0] == oldest)
        return list(zip(chosen, share(amount, [debts[debt] for debt in chosen]), strict=True))
    owed: dict[Place, list[Debt]] = defaultdict(list)
    for debt in sorted(debts):
        owed[debt[1]].append(debt)
    places = sorted(owed)
    found = []
    for place, part in zip(places, share(amount, [sum(debts[debt] for debt in owed[place]) for place in places]), strict=True):
        left = part
        for debt in owed[place]:
            used = min(left, debts[debt])
            found.append((debt, used))
            left -= used
    return found


def _pay(books: Books, debt: Debt, money: _Money, most: int) -> None:
    used = min(money.amount, most, books.debts[debt])
    if not used:
        return
    money.amount -= used
    books.debts[debt] -= used
    if not books.debts[debt]:
        del books.debts[debt]
    if money.payment is not None:
        books.parts[money.payment][debt] += used


def _take_back(books: Books, move: Move) -> None:
    """A payment that was taken back gives up its advance, then its places, the last first; what it paid is owed again.

    A register may split a payment with a part below zero: what it has not paid so far is a part below zero here too, and owed.
    """
    assert move.payment is not None
    left = move.amount
    for waiting in (books.free, *books.bound.values()):
        for money in waiting:
            if money.payment == move.payment:
                used = min(left, money.amount)
                money.amount -= used
                left -= used
        waiting[:] = [money for money in waiting if money.amount]
    parts = books.parts[move.payment]
    for part in reversed(list(parts)):
        used = min(left, max(parts[part], 0))
        parts[part] -= used
        left -= used
        month, place = part
        if used and month is not None:
            _owe(books, (month, place), used)
    if left:
        parts[move.month, move.place] -= left
        _owe(books, (move.month, move.place), left)
