"""No request body beyond 64 KiB is read, whatever its header says."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LIMIT = 64 * 1024
COUNTS_ITSELF = "/graphql"  # and says so in JSON


class TooLarge(Exception):
    """The body is longer than any form or query of ours."""


class Bodies:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == COUNTS_ITSELF:
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
