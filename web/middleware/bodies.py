"""No request body beyond 64 KiB is read, whatever its header says; registers that are uploaded have a limit of their own."""

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LIMIT = 64 * 1024
COUNTS_ITSELF = re.compile(r"/graphql|(/o/[^/]+)?/(imports|uploads(/[^/]*)?|documents|accounts/[^/]+/documents)")  # and says so in a form of their own


class TooLarge(Exception):
    """The body is longer than any form or query of ours."""


class Bodies:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or COUNTS_ITSELF.fullmatch(scope["path"]):
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > LIMIT:
            raise TooLarge
        read = 0

        async def receiving() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LIMIT:
                raise TooLarge
            return message

        await self.app(scope, receiving, send)
