"""Which organization is meant: by the host's name, or by ``/o/<slug>/…``, which is taken off so that routes are declared once."""

import ipaddress
import re
import time
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from schema import operations
from settings import Mode, settings
from web.errors import UnknownHost, UnknownOrganization

SLUG = re.compile(r"/o/([a-z0-9][a-z0-9-]{0,62})(/.*)?", re.DOTALL)
WITHOUT = ("/static/", "/health/", "/graphql")
REMEMBERED_SECONDS = 30
MOST_REMEMBERED = 1000


class Organizations:
    """Sets ``state["organization"]`` (None: the chooser) and the ``root_path`` that stands before every path."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.known: dict[tuple[str, str], tuple[float, Any]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(WITHOUT):
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        host = Headers(scope=scope).get("host", "")
        state["organization"] = None if is_own(host) else await self._by_host(host)
        if match := SLUG.fullmatch(scope["path"]):
            if match[2] is None:
                await RedirectResponse(f"{scope['path']}/", 308)(scope, receive, send)
                return
            state["organization"] = await self._found("slug", match[1])
            scope["root_path"] = f"/o/{match[1]}"
            if state["organization"] is None:
                raise UnknownOrganization
        await self.app(scope, receive, send)

    async def _by_host(self, host: str) -> Any:
        organization = await self._found("host", _name(host))
        if organization is None:
            raise UnknownHost
        return organization

    async def _found(self, by: str, value: str) -> Any:
        """The organization, remembered for half a minute: every page needs it, and it hardly ever changes."""
        until, organization = self.known.get((by, value), (0.0, None))
        if until < time.monotonic():
            if by == "slug":
                organization = (await operations.run("organizations/frame", None, {"slug": value})).organization
            else:
                organization = (await operations.run("organizations/by_host", None, {"host": value})).organizationByHost
            if len(self.known) >= MOST_REMEMBERED:
                self.known.clear()
            self.known[(by, value)] = (time.monotonic() + REMEMBERED_SECONDS, organization)
        return organization


def is_own(host: str) -> bool:
    """Whether a Host header names this installation itself; demo and development also answer to this machine's own addresses."""
    base, name = urlsplit(settings().base_url), _name(host)
    default = 443 if base.scheme == "https" else 80
    if name and (name, _port(host) or default) == (base.hostname, base.port or default):
        return True
    if settings().mode is Mode.PRODUCTION:
        return False
    try:
        return name == "localhost" or bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def _port(host: str) -> int | None:
    try:
        return urlsplit(f"//{host}").port
    except ValueError:
        return None


def _name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()[:253]
    except ValueError:
        return ""
