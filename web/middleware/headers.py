"""Headers that every answer carries, whatever made it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.middleware.languages import cookie_of
from web.sessions import is_secure

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
ALWAYS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
}
_ENCODED = [(name.encode(), value.encode()) for name, value in (ALWAYS | {"cache-control": "no-store"}).items()]  # names of answers are lower case
A_YEAR = "max-age=31536000; includeSubDomains"


class Headers:
    """What an answer says itself wins; an answer that says nothing about caching is personal and is not kept anywhere."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                said = {name for name, _ in headers}
                headers += [one for one in _ENCODED if one[0] not in said]
                if language := scope.get("state", {}).get("remembered_language"):
                    headers.append((b"set-cookie", cookie_of(language).encode("latin-1")))
                if is_secure() and b"strict-transport-security" not in said:
                    headers.append((b"strict-transport-security", A_YEAR.encode()))
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, sending if scope["type"] == "http" else send)
