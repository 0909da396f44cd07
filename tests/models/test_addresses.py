"""Streets and numbers as people write them."""

import pytest

from models.addresses import number_key, street_key

SAME_STREET = [
    ("Абая", "ул. Абая"), ("Абая", "АБАЯ улица"), ("Абая", "Абая көшесі"), ("Қабанбай батыр", "Кабанбай батыра"[:-1]), ("пр. Назарбаева", "проспект Назарбаева"),
    ("8 марта", "8 Марта"), ("Ленина", "Лeнинa"), ("мкр. Жетысу-2", "Жетысу 2 мкр"), ("Алёшина", "Алешина"),
]  # fmt: skip
OTHER_STREET = [("Абая", "Абылая"), ("Ленина", "Ленинская"), ("Жетысу-2", "Жетысу-3"), ("Абая", ""), ("1 мая", "11 мая"), ("Абая", "ул.")]
SAME_NUMBER = [("12а", "12 А"), ("12А", "12A"), ("3/1", "3 / 1"), ("7", "д. 7"), ("7", "дом 7"), ("5", "кв.5"), ("5", "пәтер 5")]
OTHER_NUMBER = [("3-1", "31"), ("3/1", "31"), ("12", "12а"), ("1", "11"), ("7", "")]


@pytest.mark.parametrize(("one", "other"), SAME_STREET)
def test_the_same_street(one: str, other: str):
    assert street_key(one) == street_key(other) != ""


@pytest.mark.parametrize(("one", "other"), OTHER_STREET)
def test_another_street(one: str, other: str):
    assert street_key(one) != street_key(other)


@pytest.mark.parametrize(("one", "other"), SAME_NUMBER)
def test_the_same_number(one: str, other: str):
    assert number_key(one) == number_key(other) != ""


@pytest.mark.parametrize(("one", "other"), OTHER_NUMBER)
def test_another_number(one: str, other: str):
    assert number_key(one) != number_key(other)
