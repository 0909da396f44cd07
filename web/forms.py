"""Forms: field names are paths inside a mutation's input (``readings.0.value``), so that a problem's path finds its field."""

import re
from typing import Any

from starlette.requests import Request

from schema.operations import SignInRequired
from web import protection
from web.sessions import viewer

MOST_FIELDS = 1000
TYPED = re.compile(r"readings\.[0-9]{1,3}\.(register|value)")  # what comes back into the form after signing in


async def form(request: Request, *, of_a_stranger: bool = False) -> dict[str, str]:
    """The fields of a POST that came from our own page; of a repeated name the last one counts.

    Raises Forged, and SignInRequired where the session has ended meanwhile: what was typed then waits behind the sign-in page.
    """
    protection.check_origin(request)
    known = await viewer(request)
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as sent:
        fields = {name: value for name, value in sent.multi_items() if isinstance(value, str)}
    if known is None and not of_a_stranger:
        request.scope["state"]["typed"] = {name: _clean(value) for name, value in fields.items() if TYPED.fullmatch(name) and value}
        raise SignInRequired
    protection.check_token(fields.pop("csrf", ""), request.scope["state"].get("csrf_subject", ""))
    return {name: _clean(value) for name, value in fields.items()}


def rows(fields: dict[str, str], name: str) -> dict[int, dict[str, str]]:
    """``readings.2.value`` and its neighbours as ``{2: {"value": …}}``, in order; other names and silly numbers are passed over."""
    found: dict[int, dict[str, str]] = {}
    for key, value in fields.items():
        parts = key.split(".")
        if len(parts) == 3 and parts[0] == name and parts[1].isascii() and parts[1].isdigit() and len(parts[1]) <= 3:
            found.setdefault(int(parts[1]), {})[parts[2]] = value
    return dict(sorted(found.items()))


def path_text(path: Any) -> str:
    """A problem's path as the name of its field."""
    return ".".join(str(part) for part in path)


def _clean(value: str) -> str:
    """Without what no database or GraphQL string may hold: NUL and halves of surrogate pairs."""
    return value.replace("\0", "").encode("utf-8", "ignore").decode()
