"""Why a line costs more: steps that add up to the difference, whatever the two lines are."""

from hypothesis import given
from hypothesis import strategies as some

from models.enums import ChargeBasis
from resolvers.price_steps import ChangeCause, Reckoned, added, steps

C, B = ChangeCause, ChargeBasis
MICRO = 10**6

LINES = some.none() | some.builds(
    Reckoned,
    amount=some.integers(-(10**9), 10**9),
    quantity=some.none() | some.integers(-(10**12), 10**12),
    net=some.none() | some.integers(0, 10**12),
    gross=some.none() | some.integers(0, 10**12),
    tax=some.none() | some.sampled_from([0, 1000, 1200, 1600, 2000]),
    basis=some.sampled_from(ChargeBasis),
)


def line(amount: int, quantity: int, net: int, gross: int, tax: int = 1200, basis: ChargeBasis = B.READING) -> Reckoned:
    """Of whole units and minor units of the currency."""
    return Reckoned(amount, quantity * MICRO, net * 10_000, gross * 10_000, tax, basis)


@given(LINES, LINES)
def test_the_steps_add_up_exactly(then, now):
    found = steps(then, now)
    assert sum(found.values()) == (now.amount if now else 0) - (then.amount if then else 0)
    assert 0 not in found.values()


@given(some.lists(some.tuples(LINES, LINES), max_size=8))
def test_so_do_those_of_many_lines(pairs):
    total = sum((now.amount if now else 0) - (then.amount if then else 0) for then, now in pairs)
    assert sum(added([steps(then, now) for then, now in pairs]).values()) == total


def test_more_water_at_a_new_price_under_a_new_tax():
    """5 m³ at 50.00 + 12 % became 7 m³ at 60.00 + 16 %."""
    then, now = line(28_000, 5, 5_000, 5_600), line(48_720, 7, 6_000, 6_960, tax=1600)
    assert steps(then, now) == {C.VOLUME: 2 * 5_600, C.TARIFF: 7 * (6_720 - 5_600), C.TAX: 7 * (6_960 - 6_720)}


def test_by_norm_instead_of_a_reading_is_the_basis():
    assert steps(line(28_000, 5, 5_000, 5_600), line(50_400, 9, 5_000, 5_600, basis=B.NORM)) == {C.BASIS: 4 * 5_600}


def test_a_line_that_came_or_went():
    assert steps(None, line(100, 1, 89, 100)) == {C.SERVICE: 100}
    assert steps(line(100, 1, 89, 100), None) == {C.SERVICE: -100}
    assert steps(None, None) == {}


def test_what_the_printed_sum_differs_by_is_not_hidden():
    assert steps(line(28_000, 5, 5_000, 5_600), line(28_001, 5, 5_000, 5_600)) == {C.OTHER: 1}
    assert steps(line(28_000, 5, 5_000, 5_600), line(28_000, 5, 5_000, 5_600)) == {}


def test_where_nothing_is_known_nothing_is_claimed():
    assert steps(Reckoned(100, None, None, None, None, B.FIXED), Reckoned(150, None, None, None, None, B.FIXED)) == {C.OTHER: 50}
    flat = Reckoned(100, None, None, 10 * MICRO, None, B.FIXED)
    assert steps(flat, Reckoned(150, None, None, 10 * MICRO, None, B.FIXED)) == {C.VOLUME: 50}


def test_a_price_with_tax_is_not_held_against_one_without():
    net = Reckoned(25_000, 5 * MICRO, 50 * MICRO, None, None, B.READING)
    assert steps(net, line(28_000, 5, 5_000, 5_600)) == {C.OTHER: 3_000}
