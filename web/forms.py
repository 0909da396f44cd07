"""Forms: field names are paths inside a mutation's input (``readings.0.value``), so that a problem's path finds its field."""

import re
from typing import Any

from starlette.requests import Request

from schema.operations import SignInRequired
from web import protection
from web.sessions import viewer

MOST_FIELDS = 1000
LOST = "\ufffd"
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
TYPED = re.compile(r"readings\.[0-9]{1,3}\.(register|value)|text")  # what comes back into the form after signing in


async def form(request: Request, *, of_a_stranger: bool = False) -> dict[str, str]:
    """The fields of a POST that came from our own page; of a repeated name the last one counts.

    Raises Forged, and SignInRequired where the session has ended meanwhile: what was typed then waits behind the sign-in page.
    """
    protection.check_origin(request)
    known = await viewer(request)
    fields = await _fields(request)
    if known is None and not of_a_stranger:
        request.scope["state"]["typed"] = {name: clean(value) for name, value in fields.items() if TYPED.fullmatch(name) and value}
        raise SignInRequired
    protection.check_token(fields.pop("csrf", ""), request.scope["state"].get("csrf_subject", ""))
    return {name: clean(value) for name, value in fields.items()}


async def form_of_link(request: Request) -> dict[str, str]:
    """The fields of a POST that carries the link that allows it. No cookie speaks for the sender: whoever forges one needs the link itself.

    Raises Forged.
    """
    protection.check_origin(request)
    return {name: clean(value) for name, value in (await _fields(request)).items()}


async def fields_of_anybody(request: Request) -> dict[str, str]:
    """The fields of a POST from anywhere, a mail provider's server too: only for what the fields themselves allow and a second time changes nothing."""
    return {name: clean(value) for name, value in (await _fields(request)).items()}


async def _fields(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as sent:
        return {name: value for name, value in sent.multi_items() if isinstance(value, str)}


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


def clean(value: str) -> str:
    """What no database or GraphQL string may hold, NUL and halves of surrogate pairs, as the sign for a character that was lost.

    It leaves a mark, so that `16\\0 2` does not become 162: a number with a hole is refused beside its field.
    """
    return _UNSTORABLE.sub(LOST, value)
