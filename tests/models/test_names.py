"""When a typed name is the register's."""

import unicodedata

import pytest

from models.names import company_key, name_key

SAME = [
    ("Иванов", "ИВАНОВ"), ("иванов ", "Иванов"), ("Семёнов", "Семенов"), ("СЕМЁНОВ", "семенов"), (unicodedata.normalize("NFD", "Семёнов"), "Семенов"),
    (unicodedata.normalize("NFD", "Цой"), "Цой"), ("Иванова-Петрова", "Иванова - Петрова"), ("Иванова Петрова", "Иванова–Петрова"),
    ("Иванова-\u00adПетрова", "ИВАНОВА-ПЕТРОВА"), ("Қасымов", "Касымов"), ("Әбішева", "Абишева"), ("Ғабдуллин", "Габдуллин"), ("Өтеген", "Отеген"),
    ("Ұлы", "Улы"), ("Үмбетов", "Умбетов"), ("Жаңабаев", "Жанабаев"), ("Аһметов", "Ахметов"), ("Жүніс", "Жунис"), ("Жүнiс", "Жүніс"), ("ЖҮНIС", "Жүніс"),
    ("KOT", "КОТ"), ("Иванoв", "Иванов"), ("ИBAHOB", "ИВАНОВ"), ("Coxa", "Соха"), ("О'Коннор", "О’Коннор"), ("ОʼКоннор", "ОКоннор"),
    ("Ким\u00a0", "Ким"), ("Ｋim", "Kim"), ("Müller", "müller"), ("Ы", "ы"), ("\u200bКим", "Ким"),
]  # fmt: skip
DIFFERENT = [
    ("Иванов", "Иванова"), ("Иванов", "Ивано"), ("Иванов", "Ivanov"), ("Ким", "Kim"), ("Ким", "Кимм"), ("Иванова-Петрова", "Иванова"),
    ("Иванова-Петрова", "Петрова"), ("Иванова-Петрова", "ИвановаПетрова"), ("Шевченко", "Щевченко"), ("Юсупов", "Йусупов"), ("Цой", "Чой"),
    ("Михайлов", "Михаилов"), ("Быков", "Буков"), ("Кот", "Ком"), ("Лебедева", "Лебедев а"), ("Рак", "Pak1"), ("Мельник", "Мелник"), ("Müller", "Muller"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_looks_the_same_is_the_same(one: str, other: str):
    assert name_key(one) == name_key(other) != ""


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_is_another_name_stays_another(one: str, other: str):
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize("text", ["", " ", "-", "—", "«»", "'", "\u200b", "...", "_", "\u0301"])
def test_what_holds_no_letter_has_no_key(text: str):
    assert name_key(text) == ""


@pytest.mark.parametrize("typed", ["ТОО «Берег»", 'тоо "берег"', "Берег", "ТОО Берег", "БЕРЕГ ТОО", "ТОО „Берег“", "ЖШС «Берег»"])
def test_a_company_is_known_without_its_form_and_quotes(typed: str):
    assert company_key(typed) == company_key("ТОО «Берег»") == "берег"


@pytest.mark.parametrize(("one", "other"), [("ТОО «Берег»", "ТОО «Берег-2»"), ("Школа № 3", "Школа № 13"), ("ТОО «Берег»", "ТОО")])
def test_another_company_stays_another(one: str, other: str):
    assert company_key(one) != company_key(other)
