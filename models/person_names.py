"""What people may call themselves: their names stand in letters and on pages for others, so that none may pass for an address or a message."""

import re
import unicodedata

from models.errors import ProblemCode, Refused

LONGEST = 300
LONGEST_IN_LETTERS = 60
# What programs make links of: addresses of sites and mailboxes, telephone numbers.
_LINKED = re.compile(r"://|www\.|@|\w\.[^\W\d_]{2}|(?:\d[\s().+-]*){9}", re.IGNORECASE)
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


def checked_name(text: str) -> str:
    """The name in one line; Refused with TOO_LONG or INVALID_NAME at ``name``."""
    name = " ".join(text.split())
    if len(name) > LONGEST:
        raise Refused(ProblemCode.TOO_LONG, ("name",), limit=LONGEST)
    if name != _seen(name) or _is_linked(name):
        raise Refused(ProblemCode.INVALID_NAME, ("name",))
    return name


def told_name(text: str) -> str:
    """The name as others are told it, however it came to be kept: short, and empty where it could pass for an address."""
    name = _seen(" ".join(text.split()))
    if _is_linked(name):
        return ""
    return name if len(name) <= LONGEST_IN_LETTERS else name[: LONGEST_IN_LETTERS - 1].rstrip() + "…"


def _seen(text: str) -> str:
    """Without what cannot be seen or turns the direction of writing."""
    return "".join(letter for letter in text if unicodedata.category(letter) not in _UNSEEN)


def _is_linked(name: str) -> bool:
    return _LINKED.search(unicodedata.normalize("NFKC", name).replace("\u3002", ".")) is not None
