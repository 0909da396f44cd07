"""The cookies of a signed-in browser and of a visitor. The session itself is a row on the server."""

import datetime as dt
import secrets
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from adapters.stages import SESSION, stage
from adapters.texts import speak
from schema import operations
from settings import Mode, settings

UNKNOWN: Any = object()
VIEW, VIEW_SECONDS = "-view", 15 * 60
LONGEST_BACK = 1000


def is_secure() -> bool:
    return settings().mode is Mode.PRODUCTION


def cookie_name(kind: str = "") -> str:
    """``__Host-`` binds a cookie to https and to this host alone; demo and development have no https."""
    return f"{'__Host-' if is_secure() else ''}abonent{kind}"


async def viewer(request: Request) -> Any:
    """Who is asking, None for a stranger; asked once per request."""
    state = request.scope["state"]
    if "viewer" not in state:
        token = request.cookies.get(cookie_name())
        with stage(SESSION):
            state["viewer"] = await operations.session_viewer(token) if token else None
        state["csrf_subject"] = token if state["viewer"] else request.cookies.get(cookie_name("-visitor"), "")
        state["expired"] = bool(token) and state["viewer"] is None
        wished = getattr(state["viewer"], "language", None)
        if state.get("language_open") and wished in state.get("languages", ()):
            state["language"] = wished
            speak(str(wished))
    return state["viewer"]


def remember(response: Response, token: str, expires_at: dt.datetime, *, keep: bool) -> None:
    """Hand the session to the browser: until it is closed, or as long as the session lives."""
    _set(response, cookie_name(), token, max_age=int((expires_at - dt.datetime.now(dt.UTC)).total_seconds()) if keep else None)
    forget(response, "-visitor")


def forget(response: Response, kind: str = "") -> None:
    response.delete_cookie(cookie_name(kind), path="/", secure=is_secure(), httponly=True, samesite="lax")


def greet_visitor(request: Request) -> str | None:
    """Give a browser without session something that a form's token can be bound to; what it is called, or None where it has one."""
    state = request.scope["state"]
    if state.get("csrf_subject"):
        return None
    state["csrf_subject"] = secrets.token_urlsafe(24)
    return str(state["csrf_subject"])


def keep_visitor(response: Response, name: str | None) -> None:
    if name is not None:
        _set(response, cookie_name("-visitor"), name, max_age=None)


def show_for_a_while(response: Response, view: str) -> None:
    """Keep what a look-up opened; the token itself ends when it must."""
    _set(response, cookie_name(VIEW), view, max_age=VIEW_SECONDS)


def to_sign_in(request: Request) -> Response:
    """Send a stranger to the sign-in page, which remembers where he was; htmx is told to move the whole page."""
    base = request.scope.get("root_path", "")
    typed = urlencode(request.scope["state"].get("typed") or {})
    back, query = request.url.path, typed if request.method == "POST" else request.url.query
    if query and len(back) + len(query) < LONGEST_BACK:
        back += f"?{query}"
    expired = request.scope["state"].get("expired")
    url = f"{base}/sign-in?" + urlencode({"next": local(back, base), **({"expired": "1"} if expired else {})})
    if request.headers.get("hx-request") == "true":
        return Response(status_code=200, headers={"hx-redirect": url})
    return RedirectResponse(url, status_code=303)


def local(address: str, base: str) -> str:
    """The address if it is a path of this organization's pages, else its home: never another site."""
    odd = len(address) > LONGEST_BACK or not address.isprintable() or "\\" in address
    inside = address.startswith(f"{base}/") and not address.startswith("//")  # two slashes name another host, three do so to a browser
    if odd or not inside or address.startswith((f"{base}/sign-in", f"{base}/sign-out")):
        return f"{base}/"
    return address


def _set(response: Response, name: str, value: str, *, max_age: int | None) -> None:
    response.set_cookie(name, value, max_age=max_age, path="/", secure=is_secure(), httponly=True, samesite="lax")
