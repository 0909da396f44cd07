"""The picker's choices are of the language that is spoken, whatever was asked before, and one of them is chosen."""

from adapters.month_picker import month_options
from adapters.texts import speaking
from models.period import Period


def test_choices_are_in_the_present_language_and_one_is_chosen():
    months = [Period(2026, 10), "2026-09"]
    for language, words in (("ru", "Октябрь 2026"), ("kk", "2026 ж. қазан"), ("ru", "Октябрь 2026")):
        with speaking(language):
            assert str(month_options(months, Period(2026, 10))).splitlines()[0] == f'<option value="2026-10" selected>{words}</option>'
    with speaking("en"):
        assert str(month_options(months, None)).count("selected") == 0
