"""Every problem has a sentence in every language, with its numbers."""

import datetime as dt
from string import Formatter

import pytest

from adapters.texts import LANGUAGES, speaking, translations
from models.errors import DialName, Problem, ProblemCode
from models.money import Currency, Money
from models.period import Period
from models.quantity import Quantity
from schema.problems import MEANINGS, SENTENCES, WITHOUT_FORMER, sentence

VALUE = Quantity(117_500_000, "куб.м", 3)
PARAMS = {
    "limit": 100, "years": 10, "debt": Money(100, Currency.KZT), "example": "117,5", "integer": 5, "fraction": 3, "first": dt.date(2026, 11, 1), "last": dt.date(2026, 11, 30), "due": dt.date(2026, 11, 1),
    "opens": dt.date(2026, 11, 1), "closes": dt.date(2026, 11, 25), "value": VALUE, "previous": VALUE, "consumption": VALUE, "usual": VALUE, "cold": VALUE,
    "hot": VALUE, "meters": [DialName("COLD_WATER", None, "31883369"), DialName("ELECTRICITY", "NIGHT", None)], "runs": "12", "problem": "register.1: ?",
    "piece": "«Красина 3»", "former": Period(2026, 11), "month": Period(2026, 12), "closed": dt.date(2026, 11, 25), "least": 0, "most": 60,
    "day": dt.date(2026, 11, 1), "next": VALUE, "period": Period(2026, 11),
}  # fmt: skip


def test_no_code_is_without_words():
    assert set(SENTENCES) == set(MEANINGS) == set(ProblemCode)
    assert not [field for text in SENTENCES.values() for _, field, _, _ in Formatter().parse(text) if field]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ProblemCode)
def test_a_sentence_in_every_language(code, language):
    with speaking(language):
        text = sentence(Problem(code, (), PARAMS))
    assert "%" not in text
    assert "None" not in text
    if language != "en" and code is not ProblemCode.WRONG_PROFILE:  # its words come with it
        assert translations(language).gettext(SENTENCES[code]) != SENTENCES[code]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", WITHOUT_FORMER)
def test_who_may_not_read_readings_is_told_no_former_ones(code, language):
    former = {"previous": "11", "usual": "22", "consumption": "33", "cold": "44", "hot": "55"}
    with speaking(language):
        text = sentence(Problem(code, (), {**PARAMS, **former}), discreet=True)
    assert not [value for value in former.values() if value in text.replace("117", "")]
    assert language == "en" or translations(language).gettext(WITHOUT_FORMER[code]) != WITHOUT_FORMER[code]


def test_the_manuals_words():
    with speaking("ru"):
        assert sentence(Problem(ProblemCode.METER_REMOVED)) == "Невозможно передать показания на не работающий прибор учета!"
        assert sentence(Problem(ProblemCode.METER_WITHOUT_SERIAL)) == "Показания на водомер без заводского номера не передаются!"


def test_numbers_are_written_as_the_language_does():
    with speaking("ru"):
        assert "117,500\u00a0м³" in sentence(Problem(ProblemCode.SAME_AS_BEFORE, (), PARAMS))
        assert "01.11.2026" in sentence(Problem(ProblemCode.WINDOW_CLOSED, (), PARAMS))
    with speaking("en"):
        assert "117.500\u00a0m³" in sentence(Problem(ProblemCode.SAME_AS_BEFORE, (), PARAMS))


def test_meters_without_a_value_are_named_as_people_tell_them_apart():
    with speaking("ru"):
        said = sentence(Problem(ProblemCode.SOME_METERS_MISSING, (), PARAMS))
    assert said == "Не заполнены: Холодная вода, № 31883369; Электроэнергия, ночь. Передать только остальные?"
