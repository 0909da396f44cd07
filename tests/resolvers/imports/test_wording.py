"""Every code that an import can give has a sentence, in every language."""

import re

import pytest

from adapters.texts import speaking
from models.enums import Severity
from resolvers.imports.outcome import Line
from resolvers.imports.titles import TITLES
from resolvers.imports.wording import SENTENCES, sentence


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
@pytest.mark.parametrize("code", SENTENCES)
def test_sentences_are_whole_without_any_numbers(code: str, language: str):
    with speaking(language):
        said = sentence(Line("charges", 2, Severity.REFUSED, code))
    assert said
    assert "%" not in said.replace("—", "")
    assert (re.search("[а-яё]", said) is None) == (language == "en")


@pytest.mark.parametrize("code", SENTENCES)
def test_a_title_has_no_place_for_numbers_that_nobody_gives_it(code: str):
    """«В реестре — счетов из —» told nobody anything."""
    assert "%(" not in TITLES.get(code, SENTENCES[code])


def test_numbers_are_written_as_the_language_writes_them():
    line = Line("balances", 2, Severity.WARNING, "chain", {"printed": "1846.14", "computed": "-460.21"})
    said = {}
    for language in ("ru", "kk", "en"):
        with speaking(language):
            said[language] = sentence(line)
    assert said["ru"] == "Остаток на начало 1846,14, а прошлый остаток на конец -460,21."
    assert "1846,14" in said["kk"]
    assert said["en"] == "The opening balance is 1846.14, the closing balance before it -460.21."


def test_a_code_of_another_release_is_shown_as_it_is():
    assert sentence(Line("charges", 2, Severity.REFUSED, "of_another_release")) == "of_another_release"
