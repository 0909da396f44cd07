"""Telephone numbers as they are kept: `+77011234567`, whatever blanks and signs they were typed with."""

from __future__ import annotations

import re

from models.errors import ProblemCode, Refused

_SIGNS = str.maketrans("", "", " \u00a0\u202f\t()-‐‑–—.")
_WHOLE = re.compile(r"\+[1-9][0-9]{7,14}")  # E.164
_AT_HOME = re.compile(r"\+7[0-9]{10}")


def checked_phone(text: str) -> str:
    """The number with its country code; raises Refused with INVALID_PHONE at ``phone``. `8 701 123-45-67` is a number of this country."""
    digits = text.translate(_SIGNS)
    if len(digits) == 11 and digits[0] in "78":
        digits = f"+7{digits[1:]}"
    if not _WHOLE.fullmatch(digits) or (digits.startswith("+7") and not _AT_HOME.fullmatch(digits)):
        raise Refused(ProblemCode.INVALID_PHONE, ("phone",))
    return digits
