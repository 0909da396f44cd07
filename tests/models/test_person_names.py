"""Names that stand in letters to others: names, and nothing that a mail program makes a link of."""

import pytest

from models.errors import ProblemCode, Refused
from models.person_names import checked_name, told_name

GOOD = ["Айгүл Серікқызы", "Иванов А. Б.", "Иванов А.Б.", "ТОО «Берег-2000»", "О'Коннор", "ИП Ким, кв. 5", "Smith & Co.", "", "ЖШС «Су» №3"]
BAD = [
    "Долг: https://evil.example/pay", "evil.example", "WWW.evil", "пишите a@b.kz", "банк.рф", "evil\u2024example", "evil\uff0eexample", "evil\u3002example",
    "звоните +7 (701) 765-43-21", "87017654321", "\u202eabc", "a\u200bb", "a\x07b", "\ue000", "//evil.example", "ftp://x",
]  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_name_is_taken_and_told(name: str):
    assert checked_name(f" {name}\t") == told_name(name) == name


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_name_is_refused_and_not_told(name: str):
    with pytest.raises(Refused) as caught:
        checked_name(name)
    assert [(one.code, one.path) for one in caught.value.problems] == [(ProblemCode.INVALID_NAME, ("name",))]
    assert told_name(name) in ("", "abc", "ab")


def test_a_long_name_is_cut_for_others():
    assert (len(checked_name("Я" * 300)), told_name("Я" * 61)) == (300, "Я" * 59 + "…")
    with pytest.raises(Refused):
        checked_name("Я" * 301)
    assert told_name("Я\r\nBcc: x") == "Я Bcc: x"
