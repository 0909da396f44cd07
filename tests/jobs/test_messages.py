"""The catalogs: nothing left untranslated, and no Russian sentence that passes for a Kazakh one."""

import pytest
from babel.messages.catalog import Catalog

from jobs.messages import alike, collect, problems


@pytest.fixture(scope="module")
def collected() -> Catalog:
    return collect()


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_every_text_is_translated(collected: Catalog, language: str):
    assert list(problems(language, collected)) == []


def test_message_ids_are_english(collected: Catalog):
    """English is the message id itself: a Russian id would be read by everybody."""
    assert [message.id for message in collected if any("\u0400" <= letter <= "\u04ff" for letter in str(message.id))] == []


@pytest.mark.parametrize(
    ("kazakh", "russian", "found"),
    [
        ("Такого ключа нет.", "Такого ключа нет.", True),
        ("Мұндай кілт жоқ.", "Такого ключа нет.", False),
        ("Неверно", "Неверно", True),
        ("Файл", "Файл", False),  # both write it so
        ("PDF, %(month)s", "PDF, %(month)s", False),
        ("", "", False),
    ],
)
def test_russian_in_kazakh_is_found(kazakh: str, russian: str, found: bool):
    one, other = Catalog(), Catalog()
    one.add("text", kazakh)
    other.add("text", russian)
    assert [message.id for message in alike(one, other)] == ["text"] * found


def test_russian_plurals_in_kazakh_are_found():
    one, other = Catalog(), Catalog()
    one.add(("%(num)s row", "%(num)s rows"), ("%(num)s строка", "%(num)s строки"))
    other.add(("%(num)s row", "%(num)s rows"), ("%(num)s строка", "%(num)s строки", "%(num)s строк"))
    assert len(list(alike(one, other))) == 1
