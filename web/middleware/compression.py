"""Pages are compressed on the way out; static files come compressed already."""

import gzip

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.assets import best_encoding

SMALLEST = 300  # bytes: below, the headers weigh more than what is saved
BROTLI, GZIP = 5, 6  # what a page costs in milliseconds, not tens of them
KINDS = ("text/html", "text/css", "text/plain", "application/json", "application/graphql-response+json")


class Compression:
    """Only answers that come in one piece: all of ours do."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        encoding = best_encoding(Headers(scope=scope).get("accept-encoding", "")) if scope["type"] == "http" else "identity"
        if encoding == "identity":
            await self.app(scope, receive, send)
            return
        held: list[Message] = []

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and _worth_it(message):
                held.append(message)
            elif held:
                start = held.pop()
                await send(start if message.get("more_body") else _compressed(start, message, encoding))
                await send(message)
            else:
                await send(message)

        await self.app(scope, receive, sending)


def _worth_it(start: Message) -> bool:
    headers = MutableHeaders(scope=start)
    kind = headers.get("content-type", "").partition(";")[0]
    return kind in KINDS and "content-encoding" not in headers and int(headers.get("content-length", "0")) >= SMALLEST


def _compressed(start: Message, body: Message, encoding: str) -> Message:
    """The start that says how the body, changed in place, is compressed."""
    packed = brotli.compress(body["body"], quality=BROTLI) if encoding == "br" else gzip.compress(body["body"], GZIP, mtime=0)
    body["body"] = packed
    headers = MutableHeaders(scope=start)
    headers["content-encoding"] = encoding
    headers["content-length"] = str(len(packed))
    headers.add_vary_header("Accept-Encoding")
    return start
