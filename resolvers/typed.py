"""What people type as a reading, understood or refused: never zeroed, never guessed."""

from __future__ import annotations

import re

from models.errors import ProblemCode
from models.quantity import DIGITS, micro_units

LONGEST = 40
_SPACES = "\\s\u00a0\u2007\u2009\u202f"
_NUMBER = re.compile(rf"([0-9]+|[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+)(?:[.,]([0-9]+))?")
_MOST_WHOLE = 12  # what a quantity holds
_TAILS = {  # a unit behind the number, by the name that registers give it
    "куб.м": re.compile(r"[мm][.\s]?[3³]|куб(?:[.\s]*м|а|ов|ометр\w*)?|текше(?:\s?м\w*)?|м[.\s]*куб", re.IGNORECASE),
    "кВтч": re.compile(r"квт(?:[.*·×\s-]?ч\w*)?|квтс|kwh", re.IGNORECASE),
    "Гкал": re.compile(r"гкал|gcal", re.IGNORECASE),
}


class Unreadable(ValueError):
    def __init__(self, code: ProblemCode) -> None:
        super().__init__(code)
        self.code = code


def typed_value(text: str, integer_digits: int | None, fraction_digits: int | None, unit: str | None = None) -> int:
    """`117,5`, `00117.500`, ` 1 117 500`, `117,5 м3` -> 10^-6 of the unit. Spaces part thousands where the groups fit.

    The dial's own `unit` may stand behind the number; another one may not, for whoever wrote it meant another dial.
    Raises Unreadable with TOO_LONG, NEGATIVE, NOT_A_NUMBER, or TOO_MANY_DIGITS for more than the dial shows.
    """
    if len(text) > LONGEST:
        raise Unreadable(ProblemCode.TOO_LONG)
    bare = _without_unit(text.strip(), unit)
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


def _without_unit(text: str, unit: str | None) -> str:
    tail = _TAILS.get(unit or "")
    number = re.match(rf"[-\u2212\u2013]?[0-9.,{_SPACES}]*[0-9]", text)
    if tail is None or number is None or not tail.fullmatch(text[number.end() :].strip().rstrip(".")):
        return text
    return number[0]


def suggested(text: str, integer_digits: int, fraction_digits: int) -> str | None:
    """How the digits typed may stand on the dial: `217500` -> `217,500` where red litres were typed without a comma, `85901,27` -> `85901,2`.

    None where they fit in no way.
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    whole, fraction = re.sub(rf"[{_SPACES}]", "", match[1]), match[2] or ""
    if len(whole.lstrip("0")) > integer_digits and not fraction and fraction_digits:
        whole, fraction = whole[:-fraction_digits], whole[-fraction_digits:]
    whole, fraction = whole.lstrip("0") or "0", fraction[:fraction_digits]
    if len(whole) > integer_digits:
        return None
    return f"{whole},{fraction}" if fraction else whole
