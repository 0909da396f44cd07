"""Ages of a debt: the parts add up to it, whatever came in which order."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from models.period import Period
from resolvers.ageing import Age, age, aged, layers

MONTHS = st.integers(0, 40).map(Period(2023, 1).plus)
DEBITS = st.lists(st.tuples(MONTHS, st.integers(-(10**12), 10**12)), max_size=30)


def due_on(month: Period) -> dt.date:
    return month.next.first_day.replace(day=25)


@given(DEBITS, st.integers(-(10**13), 10**13), st.dates(dt.date(2022, 1, 1), dt.date(2028, 1, 1)))
def test_the_parts_are_the_debt(debits: list[tuple[Period, int]], balance: int, today: dt.date):
    parts = layers(debits, balance)
    assert sum(amount for _, amount in parts) == max(balance, 0)
    assert all(amount > 0 for _, amount in parts)
    assert sum(aged(parts, due_on, today).values()) == max(balance, 0)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=24), st.integers(0, 10**10))
def test_payments_extinguish_the_oldest_debt_first(bills: list[int], paid: int):
    """Beside the plain way to say it: pay bill after bill until the money is gone."""
    debits = [(Period(2024, 1).plus(place), amount) for place, amount in enumerate(bills)]
    left, expected = paid, []
    for month, amount in debits:
        used = min(left, amount)
        left -= used
        expected.append((month, amount - used))
    found = layers(debits, sum(bills) - paid)
    assert sorted(found) == [(month, amount) for month, amount in expected if amount]


def test_a_debt_that_no_entry_explains_is_of_unknown_age():
    assert layers([(Period(2024, 1), 300)], 500) == [(Period(2024, 1), 300), (None, 200)]
    assert aged([(None, 200)], due_on, dt.date(2024, 5, 1))[Age.UNKNOWN] == 200


def test_the_day_to_pay_by_belongs_to_the_payer():
    day = dt.date(2026, 1, 25)
    ends = [age(day, day + dt.timedelta(days=late)) for late in (0, 1, 30, 31, 90, 91, 180, 181, 365, 366)]
    assert ends == [
        Age.NOT_DUE, Age.TO_30, Age.TO_30, Age.TO_90, Age.TO_90, Age.TO_180, Age.TO_180, Age.TO_365, Age.TO_365, Age.OVER_365,
    ]  # fmt: skip
