"""Which passwords may be chosen: 8 to 128 characters, exactly as typed, and not one that everybody tries first."""

from functools import cache
from pathlib import Path

from models.errors import ProblemCode, Refused

SHORTEST, LONGEST = 8, 128
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "0123456789", "1234567890",
         "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujmikolp", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik")  # fmt: skip


def check_password(password: str, *names: str) -> None:
    """Raise Refused with PASSWORD_TOO_SHORT, TOO_LONG or PASSWORD_TOO_COMMON; ``names`` are the person's own login and e-mail."""
    if len(password) < SHORTEST:
        raise Refused(ProblemCode.PASSWORD_TOO_SHORT, ("password",), limit=SHORTEST)
    if len(password) > LONGEST:
        raise Refused(ProblemCode.TOO_LONG, ("password",), limit=LONGEST)
    if _is_common(password.casefold(), {part for name in names for part in (name.casefold(), name.casefold().partition("@")[0])}):
        raise Refused(ProblemCode.PASSWORD_TOO_COMMON, ("password",))


def _is_common(folded: str, own: set[str]) -> bool:
    word = folded.strip("0123456789!?.@#$*_-")  # "password123!" is "password"
    if folded in _common() or word in _common() or folded in own:
        return True
    unit = next(length for length in range(1, len(folded) + 1) if folded[:length] * (len(folded) // length) == folded)
    if len(folded[:unit]) <= 4 and unit < len(folded):  # aaaaaaaa, abcabcabc, 12341234
        return True
    return any(folded in row * 2 or folded in row[::-1] * 2 for row in _ROWS)


@cache
def _common() -> frozenset[str]:
    lines = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split()
    return frozenset(line for line in lines if not line.startswith("#"))
