"""Regular expressions that a profile brings: tried on every row, so their time grows with the text and with nothing else.

RE2 runs them, which has no backtracking. No look at a pattern tells whether Python's own engine would ever come back from it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

LONGEST_PATTERN = 200
LONGEST_MATCHED = 200  # characters of a cell or a name that a pattern is tried on, and of what it finds
MOST_MEMORY = 1 << 15  # bytes: about 1,400 steps, of which `\pL` alone takes 1,200; a cell then takes 3 ms at worst
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = MOST_MEMORY


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with a pattern, if anything."""
    if len(pattern) > LONGEST_PATTERN:
        return "pattern_too_costly"
    try:
        compiled = _compiled(pattern)
    except re2.error as error:
        return "pattern_too_costly" if "too large" in str(error) else "not_a_pattern"
    except ValueError:  # half of a character
        return "not_a_pattern"
    return None if compiled.groups else "pattern_without_group"


def matched(pattern: str, text: str) -> str | None:
    """What the pattern's groups hold, joined by a dash; None where it does not match, or finds more than any cell of ours."""
    whole = text[:LONGEST_MATCHED].encode("utf-8", "replace").decode()  # names of files may hold what is no character
    found = _compiled(pattern).search(whole)
    joined = "-".join(group for group in found.groups() if group is not None) if found else None
    return joined if joined is None or len(joined) <= LONGEST_MATCHED else None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    return re2.compile(pattern, _OPTIONS)
