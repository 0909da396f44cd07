"""The outermost layer: an id for the request, one log line for its answer, and a page for whatever was raised inside."""

import re
import secrets
import time
from contextlib import suppress
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters import logs, stages
from adapters.texts import DEFAULT, speaking
from schema.operations import Unavailable
from settings import Mode, settings
from web.answers import BadAddress
from web.errors import answer_to
from web.sessions import viewer

METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE")
GIVEN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Requests:
    """The line holds the route's template, never the path: ids and periods stay out of logs."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, identity = time.perf_counter(), _identity(scope)
        scope.setdefault("state", {})["request_id"] = identity
        answered: dict[str, Any] = {}
        spent, is_shown = stages.begin(), settings().mode is Mode.DEVELOPMENT  # elsewhere it would tell strangers what they have guessed

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered["status"] = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", identity.encode())]
                if is_shown and (told := stages.server_timing(spent)):
                    message["headers"].append((b"server-timing", told.encode()))
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=identity):
            try:
                await self.app(scope, receive, sending)
            except ClientDisconnect:
                pass  # before the whole question had come: nobody is there to be answered, and nothing is wrong here
            except Exception as error:
                if answered:
                    raise
                await self._recognize(Request(scope), error)
                await answer_to(Request(scope, receive), error)(scope, receive, sending)
            finally:
                self._log(scope, answered.get("status"), started, spent)

    async def _recognize(self, request: Request, error: Exception) -> None:
        """An address may be refused before anybody asked who is there: whoever is signed in stays so on the page that says it."""
        if isinstance(error, BadAddress):
            with suppress(Unavailable), speaking(request.scope["state"].get("language", DEFAULT)):
                await viewer(request)

    def _log(self, scope: Scope, status: int | None, started: float, spent: stages.Spent) -> None:
        route, seconds = getattr(scope.get("route"), "path", "-"), time.perf_counter() - started
        stages.note(route, scope["method"] if scope["method"] in METHODS else "other", status, seconds, spent)
        sql = {"statements": spent.calls[stages.SQL], "sql_ms": round(spent.seconds[stages.SQL] * 1000, 1)}
        logs.log("abonent.web").info("request", method=scope["method"], route=route, status=status, duration_ms=round(seconds * 1000, 1), **sql)


def _identity(scope: Scope) -> str:
    given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return given if GIVEN_ID.fullmatch(given) else secrets.token_urlsafe(9)
