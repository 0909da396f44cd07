"""Kazakh IIN (person) and BIN (company), Russian INN: numbers whose last digits check the others."""

from __future__ import annotations

_FIRST_PASS = tuple(range(1, 12))
_SECOND_PASS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_INN = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)  # each check digit is weighed by as many of its end as stand before it


def is_tax_number(text: str) -> bool:
    """Whether `text` is an IIN or BIN by its check digit (decrees 565/2003 and 406/2007).

    The date inside is not checked: since 2013 it may differ from the real one. Twelve zeros pass the sum, and are none.
    """
    if len(text) != 12 or not (text.isascii() and text.isdigit()) or text == "0" * 12:
        return False
    digits = [int(c) for c in text]
    for weights in (_FIRST_PASS, _SECOND_PASS):
        remainder = sum(d * w for d, w in zip(digits, weights, strict=False)) % 11
        if remainder < 10:
            return remainder == digits[11]
    return False  # such a number is never issued


def is_inn(text: str) -> bool:
    """Whether `text` is a Russian INN by its check digits: ten digits of a company, twelve of a person."""
    if len(text) not in (10, 12) or not (text.isascii() and text.isdigit()) or not text.strip("0"):
        return False
    digits = [int(c) for c in text]
    checked = (9,) if len(digits) == 10 else (10, 11)
    return all(sum(d * w for d, w in zip(digits, _INN[-place:], strict=False)) % 11 % 10 == digits[place] for place in checked)
