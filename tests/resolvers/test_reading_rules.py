"""The small rules of readings: what people type, windows, dials."""

import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.enums import MeterState, OverduePolicy, Resource, TariffZone
from models.errors import DialName, ProblemCode
from models.period import Period
from models.quantity import MICRO
from resolvers.meters import MeterRow, RegisterRow
from resolvers.reading_checks import missing
from resolvers.readings import consumed, dial
from resolvers.typed import Unreadable, suggested, typed_value
from resolvers.windows import reading_window


@pytest.mark.parametrize(
    ("text", "micro"),
    [("117,5", 117_500_000), ("00117.500", 117_500_000), (" 117 ", 117_000_000), ("1 117,5", 1_117_500_000), (" 12\u00a0345.678", 12_345_678_000),
     ("12\u202f345", 12_345_000_000), ("0", 0), ("00000", 0), ("0,001", 1000), ("99999.999", 99_999_999_000), ("117,500000", 117_500_000), ("\t5\n", 5_000_000)],
)  # fmt: skip
def test_typed_values_are_understood(text, micro):
    assert typed_value(text, 5, 3) == micro


@pytest.mark.parametrize(
    ("text", "code"),
    [("", ProblemCode.NOT_A_NUMBER), ("12 34", ProblemCode.NOT_A_NUMBER), ("1 2345", ProblemCode.NOT_A_NUMBER), ("117.5.0", ProblemCode.NOT_A_NUMBER),
     (",5", ProblemCode.NOT_A_NUMBER), ("5.", ProblemCode.NOT_A_NUMBER), ("+5", ProblemCode.NOT_A_NUMBER), ("5-", ProblemCode.NOT_A_NUMBER), ("½", ProblemCode.NOT_A_NUMBER),
     ("１２", ProblemCode.NOT_A_NUMBER), ("0x1f", ProblemCode.NOT_A_NUMBER), ("Infinity", ProblemCode.NOT_A_NUMBER), ("NaN", ProblemCode.NOT_A_NUMBER), ("-", ProblemCode.NOT_A_NUMBER),
     ("-0,5", ProblemCode.NEGATIVE), ("100000", ProblemCode.TOO_MANY_DIGITS), ("1,0001", ProblemCode.TOO_MANY_DIGITS)],
)  # fmt: skip
def test_unclear_is_an_error(text, code):
    with pytest.raises(Unreadable) as caught:
        typed_value(text, 5, 3)
    assert caught.value.code is code


@pytest.mark.parametrize(
    ("text", "unit"),
    [("117,5 м3", "куб.м"), ("117,5м³", "куб.м"), ("117.5 куб.м.", "куб.м"), ("117,5 кубов", "куб.м"), ("117,5 m3", "куб.м"), ("117,5 кВт·ч", "кВтч"),
     ("117,5 квт*ч", "кВтч"), ("117,5 kWh", "кВтч"), ("117,5 Гкал", "Гкал")],
)  # fmt: skip
def test_the_dials_own_unit_may_stand_behind(text, unit):
    assert typed_value(text, 5, 3, unit) == 117_500_000


@pytest.mark.parametrize(
    ("text", "unit"), [("117 кВтч", "куб.м"), ("117 м3", "кВтч"), ("117 м", "куб.м"), ("117 3м3", "куб.м"), ("м3", "куб.м"), ("117 м3", None)]
)
def test_another_unit_is_an_error(text, unit):
    with pytest.raises(Unreadable) as caught:
        typed_value(text, 5, 3, unit)
    assert caught.value.code is ProblemCode.NOT_A_NUMBER


@pytest.mark.parametrize(
    ("text", "integer", "fraction", "shown"),
    [("217500", 5, 3, "217,500"), ("217 500", 5, 3, "217,500"), ("00217500", 5, 3, "217,500"), ("85901,27", 6, 1, "85901,2"), ("85901,2", 5, 0, "85901"),
     ("123456789", 5, 3, None), ("123456", 5, 0, None), ("1234567,5", 5, 3, None), ("сто", 5, 3, None)],
)  # fmt: skip
def test_what_may_have_been_meant_is_shown(text, integer, fraction, shown):
    assert suggested(text, integer, fraction) == shown


@given(some.text(max_size=50), some.none() | some.integers(1, 8), some.none() | some.integers(0, 4))
def test_whatever_is_typed_fits_the_dial_or_is_refused(text, integer, fraction):
    try:
        micro = typed_value(text, integer, fraction)
    except Unreadable:
        return
    assert 0 <= micro < 10 ** (12 if integer is None else integer) * MICRO
    assert any(letter in "0123456789" for letter in text)


@given(some.integers(0, 99_999_999), some.integers(0, 3))
def test_what_the_dial_shows_is_understood_again(thousandths, places):
    micro = thousandths * 1000
    assert typed_value(dial(micro, 5, 3), 5, 3) == micro


def test_dials():
    assert dial(125_120_000, 5, 3) == "00125.120"
    assert dial(145_554_000, 8, 3) == "00000145.554"
    assert dial(125_120_000, None, None) == "125.12"
    assert dial(125_000_000, 5, 0) == "00125"


def test_consumption_runs_over_the_rollover():
    assert consumed(99_999_000_000, 1_000_000, 5) == 2_000_000
    assert consumed(5, 5, 5) == 0
    assert consumed(9, 5, None) is None


@pytest.mark.parametrize(
    ("days", "today", "expected"),
    [
        ((1, 31), "2026-11-20", ("2026-11", "2026-11-01", "2026-11-30", True, 11)),
        ((1, 31), "2026-02-28", ("2026-02", "2026-02-01", "2026-02-28", True, 1)),
        ((10, 25), "2026-11-09", ("2026-11", "2026-11-10", "2026-11-25", False, None)),
        ((10, 25), "2026-11-10", ("2026-11", "2026-11-10", "2026-11-25", True, 16)),
        ((10, 25), "2026-11-25", ("2026-11", "2026-11-10", "2026-11-25", True, 1)),
        ((10, 25), "2026-11-26", ("2026-11", "2026-11-10", "2026-11-25", False, None)),
        ((25, 5), "2026-11-26", ("2026-11", "2026-11-25", "2026-12-05", True, 10)),
        ((25, 5), "2026-12-03", ("2026-11", "2026-11-25", "2026-12-05", True, 3)),
        ((25, 5), "2026-12-06", ("2026-12", "2026-12-25", "2027-01-05", False, None)),
    ],
)
def test_windows(days, today, expected):
    window = reading_window(*days, dt.date.fromisoformat(today))
    period, opens, closes, is_open, left = expected
    assert window.period == Period.parse(period)
    assert (window.opens_on.isoformat(), window.closes_on.isoformat(), window.is_open, window.days_left) == (opens, closes, is_open, left)


def test_only_the_dials_without_a_value_are_named_and_a_whole_meter_by_itself():
    account = SimpleNamespace(organization=SimpleNamespace(overdue_policy=OverduePolicy.ACCEPT))
    meter = MeterRow(1, account, None, None, Resource.ELECTRICITY, "55", None, None, None, MeterState.INSTALLED)  # type: ignore[arg-type]
    meter.registers = [RegisterRow(1, meter, TariffZone.DAY, 5, 1), RegisterRow(2, meter, TariffZone.NIGHT, 5, 1)]
    today = dt.date(2026, 11, 20)
    assert missing({1, 2}, [meter], today) == []
    assert [one.params["meters"] for one in missing({1}, [meter], today)] == [[DialName("ELECTRICITY", "NIGHT", "55")]]
    assert [one.params["meters"] for one in missing({9}, [meter], today)] == [[DialName("ELECTRICITY", None, "55")]]
