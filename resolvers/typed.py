"""What people type as a reading, understood or refused: never zeroed, never guessed."""

from __future__ import annotations

import re

from models.errors import ProblemCode
from models.quantity import DIGITS, micro_units

LONGEST = 40
_SPACES = "\\s\u00a0\u2007\u2009\u202f"
_NUMBER = re.compile(rf"([0-9]+|[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+)(?:[.,]([0-9]+))?")
_MOST_WHOLE = 12  # what a quantity holds


class Unreadable(ValueError):
    def __init__(self, code: ProblemCode) -> None:
        super().__init__(code)
        self.code = code


def typed_value(text: str, integer_digits: int | None, fraction_digits: int | None) -> int:
    """`117,5`, `00117.500`, ` 1 117 500` -> 10^-6 of the unit. Spaces part thousands where the groups fit.

    Raises Unreadable with TOO_LONG, NEGATIVE, NOT_A_NUMBER, or TOO_MANY_DIGITS for more than the dial shows.
    """
    if len(text) > LONGEST:
        raise Unreadable(ProblemCode.TOO_LONG)
    bare = text.strip()
    negative = bare[:1] in "-\u2212\u2013" and _NUMBER.fullmatch(bare[1:].strip())
    match = _NUMBER.fullmatch(bare)
    if match is None:
        raise Unreadable(ProblemCode.NEGATIVE if negative else ProblemCode.NOT_A_NUMBER)
    whole = re.sub(rf"[{_SPACES}]", "", match[1]).lstrip("0") or "0"
    fraction = (match[2] or "").rstrip("0")
    if len(whole) > (_MOST_WHOLE if integer_digits is None else max(integer_digits, 1)):
        raise Unreadable(ProblemCode.TOO_MANY_DIGITS)
    if len(fraction) > (DIGITS if fraction_digits is None else fraction_digits):
        raise Unreadable(ProblemCode.TOO_MANY_DIGITS)
    return micro_units(f"{whole}.{fraction}" if fraction else whole)
