"""Kazakh IIN (person) and BIN (company): twelve digits of which the last checks the others."""

from __future__ import annotations

_FIRST_PASS = tuple(range(1, 12))
_SECOND_PASS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)


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
