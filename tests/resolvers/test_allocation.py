"""What payments were spent on: the parts are the payment, whatever came in which order, and what was spread once stays."""

import datetime as dt
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from models.allocation import AllocationRule
from models.enums import EntryKind
from models.period import Period
from resolvers.allocation import ADVANCE, UNSPLIT, Move, PaidFor, Place, as_stated, played, share

JUNE, JULY = Period(2026, 6), Period(2026, 7)
WATER, DRAIN, HEAT = (Place(PaidFor.SERVICE, service) for service in (1, 2, 3))
PLACES = st.sampled_from((WATER, DRAIN, HEAT, Place(PaidFor.PENALTY), UNSPLIT))
DAYS = st.integers(0, 200).map(lambda count: dt.date(2026, 1, 1) + dt.timedelta(days=count))
SUMS = st.integers(1, 10**9)
BY_RULE = (AllocationRule.OLDEST_FIRST, AllocationRule.PRO_RATA)
RULES = st.sampled_from(AllocationRule)


def move(kind: EntryKind, place: Place, amount: int, day: dt.date, payment: int | None = None, month: Period | None = None) -> Move:
    return Move(day, month or Period.of(day), kind, place, amount, payment)


charges = st.builds(move, st.just(EntryKind.CHARGE), PLACES, SUMS, DAYS)
lowered = st.builds(move, st.just(EntryKind.RECALCULATION), PLACES, SUMS.map(lambda amount: -amount), DAYS)
unsplit = st.builds(move, st.just(EntryKind.PAYMENT), st.just(UNSPLIT), SUMS.map(lambda amount: -amount), DAYS, st.integers(1, 10**6))
split = st.builds(move, st.just(EntryKind.PAYMENT), PLACES, SUMS.map(lambda amount: -amount), DAYS, st.integers(1, 10**6))


@st.composite
def histories(draw: st.DrawFn, payments: st.SearchStrategy[Move] = split) -> list[Move]:
    """Entries of any kind, and of some payments what takes them back on a later day."""
    found = draw(st.lists(st.one_of(charges, lowered, payments), max_size=25))
    for one in [one for one in found if one.payment is not None and draw(st.booleans())]:
        later = one.day + dt.timedelta(days=draw(st.integers(1, 60)))
        found.append(Move(later, one.month, one.kind, one.place, draw(st.integers(1, -one.amount)), one.payment))
    return found


@st.composite
def splits(draw: st.DrawFn) -> list[Move]:
    """Histories in which registers split some payments with parts below zero, and give some of those back whole on a later day."""
    found = draw(histories())
    for number in range(draw(st.integers(0, 3))):
        day, payment = draw(DAYS), 10**7 + number
        places = draw(st.lists(PLACES, min_size=2, max_size=4, unique=True))
        parts = [move(EntryKind.PAYMENT, place, draw(st.integers(-(10**6), 10**6).filter(bool)), day, payment) for place in places]
        later = draw(st.sampled_from((None, day + dt.timedelta(days=9))))
        found += parts + [Move(later, one.month, one.kind, one.place, -one.amount, payment) for one in parts if later]
    return found


def always(rule: AllocationRule):
    return lambda _day: rule


@given(histories(), RULES, RULES, DAYS)
def test_the_parts_are_the_payment_and_the_places_are_the_balance(moves: list[Move], first: AllocationRule, then: AllocationRule, changed_on: dt.date):
    books = played(moves, lambda day: first if day < changed_on else then)
    paid: dict[int, int] = defaultdict(int)
    for one in moves:
        if one.payment is not None:
            paid[one.payment] -= one.amount
    assert {payment: sum(books.spent(payment).values()) for payment in paid} == paid
    assert all(amount > 0 for payment in paid for amount in books.spent(payment).values())
    assert sum(books.balances().values()) == sum(one.amount for one in moves)
    assert all(amount > 0 for amount in books.debts.values())


@given(splits(), RULES)
def test_parts_below_zero_are_parts_too(moves: list[Move], rule: AllocationRule):
    books = played(moves, always(rule))
    paid: dict[int, int] = defaultdict(int)
    for one in moves:
        if one.payment is not None:
            paid[one.payment] -= one.amount
    assert {payment: sum(books.spent(payment).values()) for payment in paid} == paid
    assert sum(books.balances().values()) == sum(one.amount for one in moves)
    assert all(amount > 0 for amount in books.debts.values())


def test_a_part_below_zero_is_told_beside_the_others():
    parts = [Move(AUGUST, Period(2026, 8), EntryKind.PAYMENT, place, amount, 1) for place, amount in ((WATER, -1000), (DRAIN, -700), (HEAT, 500))]
    books = played([*TWO_MONTHS, *parts], always(AllocationRule.REGISTER))
    assert books.spent(1) == {(JUNE, WATER): 1000, (JUNE, DRAIN): 700, (Period(2026, 8), HEAT): -500}
    assert books.balances()[HEAT] == 500


@given(histories(unsplit), st.sampled_from(BY_RULE))
def test_nothing_is_an_advance_while_anything_is_owed(moves: list[Move], rule: AllocationRule):
    books = played(moves, always(rule))
    assert not (books.debts and any(money.amount for money in books.free))
    assert not any(books.bound.values())


@given(st.lists(st.one_of(charges, lowered, split), max_size=25), RULES, DAYS)
def test_what_was_spread_once_stays(moves: list[Move], rule: AllocationRule, day: dt.date):
    """What comes later finds places for advances and changes nothing else."""
    before, after = played([one for one in moves if one.day <= day], always(rule)), played(moves, always(rule))
    for payment, parts in before.parts.items():
        assert all(after.parts[payment][part] >= amount for part, amount in parts.items())


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=9), st.integers(0, 10**10))
def test_shares_are_exact_and_never_more_than_owed(owed: list[int], amount: int):
    found = share(amount, owed)
    assert sum(found) == min(amount, sum(owed))
    assert all(0 <= part <= one for part, one in zip(found, owed, strict=True))
    if amount < sum(owed):
        assert all(abs(part * sum(owed) - amount * one) < sum(owed) for part, one in zip(found, owed, strict=True)), "within a minor unit of the proportion"


def test_of_equal_remainders_the_earlier_one_gets_the_odd_unit():
    assert share(100, [100, 100, 100]) == [34, 33, 33]
    assert share(2, [1, 1, 1]) == [1, 1, 0]


def charged(*lines: tuple[Period, Place, int]) -> list[Move]:
    return [move(EntryKind.CHARGE, place, amount, month.last_day, month=month) for month, place, amount in lines]


def paid(amount: int, day: dt.date, payment: int = 1, place: Place = UNSPLIT) -> Move:
    return move(EntryKind.PAYMENT, place, -amount, day, payment)


TWO_MONTHS = charged((JUNE, WATER, 3000), (JUNE, DRAIN, 1000), (JULY, WATER, 3000), (JULY, DRAIN, 5000))
AUGUST = dt.date(2026, 8, 10)


def test_the_oldest_month_is_paid_first_its_services_in_proportion():
    books = played([*TWO_MONTHS, paid(4400, AUGUST)], always(AllocationRule.OLDEST_FIRST))
    assert books.spent(1) == {(JUNE, WATER): 3000, (JUNE, DRAIN): 1000, (JULY, WATER): 150, (JULY, DRAIN): 250}
    assert books.balances() == {WATER: 2850, DRAIN: 4750}


def test_in_proportion_to_all_that_is_owed_for_each_service():
    books = played([*TWO_MONTHS, paid(4000, AUGUST)], always(AllocationRule.PRO_RATA))
    assert books.spent(1) == {(JUNE, WATER): 2000, (JUNE, DRAIN): 1000, (JULY, DRAIN): 1000}
    assert books.balances() == {WATER: 4000, DRAIN: 4000}


def test_what_no_register_splits_stays_whole_where_registers_decide():
    books = played([*TWO_MONTHS, paid(4000, AUGUST), paid(500, AUGUST, 2, DRAIN)], always(AllocationRule.REGISTER))
    assert (books.spent(1), books.spent(2)) == ({(None, UNSPLIT): 4000}, {(JUNE, DRAIN): 500})
    assert books.balances() == {WATER: 6000, DRAIN: 5500, UNSPLIT: -4000}


def test_an_advance_pays_what_is_charged_next():
    early = paid(5000, dt.date(2026, 6, 5))
    books = played([early], always(AllocationRule.OLDEST_FIRST))
    assert (books.spent(1), books.balances()) == ({(None, ADVANCE): 5000}, {ADVANCE: -5000})
    books = played([early, *TWO_MONTHS], always(AllocationRule.OLDEST_FIRST))
    assert books.spent(1) == {(JUNE, WATER): 3000, (JUNE, DRAIN): 1000, (JULY, WATER): 375, (JULY, DRAIN): 625}


def test_a_payment_that_is_taken_back_gives_its_places_up():
    back = Move(dt.date(2026, 8, 20), Period(2026, 8), EntryKind.PAYMENT, UNSPLIT, 4400, 1)
    books = played([*TWO_MONTHS, paid(4400, AUGUST), back], always(AllocationRule.OLDEST_FIRST))
    assert (books.spent(1), books.balances()) == ({}, {WATER: 6000, DRAIN: 6000})


def test_a_rule_holds_from_its_day_on():
    september = dt.date(2026, 9, 10)
    moves = [*TWO_MONTHS, paid(4000, AUGUST), paid(800, september, 2)]
    books = played(moves, lambda day: AllocationRule.PRO_RATA if day < september else AllocationRule.OLDEST_FIRST)
    assert books.spent(1) == {(JUNE, WATER): 2000, (JUNE, DRAIN): 1000, (JULY, DRAIN): 1000}
    assert books.spent(2) == {(JUNE, WATER): 800}


def test_the_bill_that_says_what_was_paid_for_each_line_wins():
    moves = [*TWO_MONTHS, paid(1000, AUGUST, 1), paid(2000, dt.date(2026, 8, 12), 2)]
    said = {Period(2026, 8): {WATER: 600, DRAIN: 2400}}
    books = played(as_stated(moves, said), always(AllocationRule.OLDEST_FIRST))
    assert books.spent(1) == {(JUNE, WATER): 600, (JUNE, DRAIN): 400}
    assert books.spent(2) == {(JUNE, DRAIN): 600, (JULY, DRAIN): 1400}
    assert as_stated(moves, {Period(2026, 8): {WATER: 600, DRAIN: 2399}}) == moves, "what does not come to what was paid decides nothing"


@given(st.lists(unsplit, max_size=6), st.dictionaries(PLACES, st.integers(0, 10**9), max_size=4))
def test_what_bills_state_keeps_every_payment(payments: list[Move], lines: dict[Place, int]):
    month = Period(2026, 3)
    moves = [Move(one.day, month, one.kind, one.place, one.amount, one.payment) for one in payments]
    sums: dict[int | None, int] = defaultdict(int)
    for one in moves:
        sums[one.payment] += one.amount
    short = -sum(one.amount for one in moves) - sum(lines.values())
    stated = {**lines, HEAT: lines.get(HEAT, 0) + short} if short > 0 else lines
    found: dict[int | None, int] = defaultdict(int)
    for one in as_stated(moves, {month: stated}):
        found[one.payment] += one.amount
    assert found == sums
