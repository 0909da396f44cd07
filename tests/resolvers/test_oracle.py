"""The arithmetic between what a supplier prints and what its details say."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as some

from models.enums import Component, DifferenceReason, EntryKind
from tests.resolvers.oracle import Derived, Figures, Month, derive

MAY = dt.date(2020, 5, 1)
EVERYTHING = frozenset(Component)


def month(figures: Figures | None, charged: int = 0, recalculation: int = 0, paid: int = 0, covered=EVERYTHING, period: dt.date = MAY) -> Month:
    details = {Component.CHARGED: charged, Component.RECALCULATION: recalculation, Component.PAID: paid}
    return Month(period, figures, details, covered)


def short(entries) -> list[tuple[str, int, str | None]]:
    return [(entry.kind.value, entry.amount, entry.reason and entry.reason.value) for entry in entries]


def test_the_printed_screen_of_may_2020():
    printed = Figures(-64_106, 18_084, 0, 0, 0, 0, -46_021)
    assert short(derive([month(printed, charged=18_084)])) == [("opening", -64_106, None), ("supplier_difference", 1, "arithmetic")]


def test_a_statement_that_says_nothing_of_its_opening_begins_where_its_closing_says():
    """The printed screen of October 2014: lines come to 1.09 more than the total."""
    printed = Figures(None, 318_350, None, 1_153, None, None, 688_937)
    assert short(derive([month(printed, charged=318_459)])) == [
        ("opening", 688_937 - 318_350 - 1_153, None),
        ("penalty", 1_153, None),
        ("supplier_difference", -109, "detail"),
    ]


def test_what_no_register_details_posts_from_the_statement():
    printed = Figures(100, 50, -5, 3, 40, 8, 100)
    assert short(derive([month(printed, covered=frozenset())])) == [
        ("opening", 100, None),
        ("charge", 50, None),
        ("recalculation", -5, None),
        ("payment", -40, None),
        ("penalty", 3, None),
        ("compensation", -8, None),
    ]


def test_a_broken_chain_is_named_once():
    first, second = Figures(0, 10, 0, 0, 0, 0, 10), Figures(11, 5, 0, 0, 0, 0, 16)
    months = [month(first, charged=10), month(second, charged=5, period=dt.date(2020, 6, 1))]
    assert list(derive(months)) == [Derived(EntryKind.SUPPLIER_DIFFERENCE, 1, dt.date(2020, 6, 1), DifferenceReason.CHAIN)]


def test_details_before_the_first_statement_belong_to_its_opening():
    months = [month(None, charged=30), month(Figures(100, 0, 0, 0, 0, 0, 100), period=dt.date(2020, 6, 1))]
    assert short(derive(months)) == [("opening", 70, None)]


minor = some.integers(-(10**9), 10**9)
perhaps = some.none() | minor
figures = some.builds(Figures, perhaps, perhaps, perhaps, perhaps, perhaps, perhaps, perhaps)
months_of_an_account = some.lists(
    some.tuples(some.none() | figures, minor, minor, some.integers(0, 10**9), some.frozensets(some.sampled_from(Component))), max_size=6
)


@given(months_of_an_account)
def test_entries_always_come_to_the_printed_closing(drawn):
    months = [
        Month(dt.date(2020, n + 1, 1), printed, {Component.CHARGED: c, Component.RECALCULATION: r, Component.PAID: p}, covered)
        for n, (printed, c, r, p, covered) in enumerate(drawn)
    ]
    entries = list(derive(months))
    balance = 0
    for m in months:
        own = [entry for entry in entries if entry.period == m.period]
        begin = balance + sum(e.amount for e in own if e.kind is EntryKind.OPENING or e.reason is DifferenceReason.CHAIN)
        balance += sum(entry.amount for entry in own) + sum((-amount if component is Component.PAID else amount) for component, amount in m.details.items())
        if m.figures and m.figures.opening is not None:
            assert begin == m.figures.opening
        if m.figures and m.figures.closing is not None:
            assert balance == m.figures.closing
        named = [(entry.kind, entry.reason) for entry in own]
        assert len(named) == len(set(named)), "at most one entry of a kind and reason in a month"
        assert all(entry.amount for entry in own)


@given(months_of_an_account, some.integers(0, 6))
def test_a_later_month_can_be_derived_from_the_sum_before_it(drawn, cut: int):
    """Posting starts at the earliest month that changed: what it finds there does not depend on where it starts."""
    months = [
        Month(dt.date(2020, n + 1, 1), printed, {Component.CHARGED: c, Component.RECALCULATION: r, Component.PAID: p}, covered)
        for n, (printed, c, r, p, covered) in enumerate(drawn)
    ]
    entries = list(derive(months))
    early, late = months[:cut], months[cut:]
    balance = sum(e.amount for e in entries if e.period.month <= cut) + sum(-a if c is Component.PAID else a for m in early for c, a in m.details.items())
    anchored = any(m.figures and (m.figures.opening is not None or m.figures.closing is not None) for m in early)
    assert list(derive(late, balance, anchored)) == [entry for entry in entries if entry.period.month > cut]
