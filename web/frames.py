"""What surrounds every page: organization, language, who is signed in. Templates see it as ``here``."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request

from adapters.colours import OWN
from web import protection
from web.assets import static

PRODUCT = "Abonent"
HTMX = json.dumps({
    "responseHandling": [
        {"code": "204", "swap": False}, {"code": "[23]..", "swap": True}, {"code": "422", "swap": True},
        {"code": "...", "swap": False, "error": True},
    ],
    "includeIndicatorStyles": False, "allowEval": False, "allowScriptTags": False, "historyCacheSize": 0, "refreshOnHistoryMiss": True,
    "selfRequestsOnly": True, "timeout": 30000,
}, separators=(",", ":"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """`base` is what stands before every path of this organization, ``""`` or ``/o/<slug>``."""

    language: str
    base: str
    path: str
    query: tuple[tuple[str, str], ...]
    organization: Any
    languages: tuple[str, ...]
    signed_in: bool
    csrf_subject: str
    htmx: str = HTMX

    @property
    def title(self) -> str:
        return self.organization.name if self.organization else PRODUCT

    @property
    def contacts(self) -> str:
        return self.organization.contacts if self.organization else ""

    @property
    def timezone(self) -> str:
        return self.organization.timezone if self.organization else "UTC"

    @property
    def today(self) -> dt.date:
        """Where the organization is."""
        return dt.datetime.now(ZoneInfo(self.timezone)).date()

    @property
    def theme(self) -> str:
        """Address of the stylesheet with the organization's colour, empty where it is our own."""
        accent = (self.organization.accent if self.organization else OWN).lower()
        return "" if accent == OWN else f"{self.base}/theme.css?{quote(accent.lstrip('#'))}"

    @property
    def csrf(self) -> str:
        return protection.token(self.csrf_subject)

    @property
    def language_links(self) -> list[tuple[str, str]]:
        """This page in the other languages of the organization."""
        kept = [pair for pair in self.query if pair[0] != "lang"]
        return [(code, f"{self.path}?{urlencode([*kept, ('lang', code)])}") for code in self.languages if code != self.language]

    def static(self, name: str) -> str:
        return static(name)


def frame_of(request: Request) -> Frame:
    """The frame as the middleware found it, so far as it came: an error may happen before the organization is known."""
    state = request.scope.get("state", {})
    return Frame(
        language=state.get("language", "ru"),
        base=request.scope.get("root_path", ""),
        path=quote(request.scope["path"]),
        query=state.get("query") or tuple(request.query_params.multi_items()),
        organization=state.get("organization"),
        languages=tuple(state.get("languages", ())),
        signed_in=state.get("viewer") is not None,
        csrf_subject=state.get("csrf_subject", ""),
    )
