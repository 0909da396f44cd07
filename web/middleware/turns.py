"""No answer is begun while those that are under way have something to do: where many ask at once, few are half made at a time."""

import asyncio
from collections import deque
from time import perf_counter

from starlette.types import ASGIApp, Receive, Scope, Send

from adapters.stages import WAIT, stage

AT_ONCE = 2  # one may work while the other waits for its statement
IDLE = 40e-6  # seconds between two turns of the loop: less, and nobody did anything in the one between
PATIENCE = 0.02  # seconds without a beginning or an end after which one is begun whatever the clock says
AT_ANY_TIME = ("/static/", "/health/")


class Turns:
    """In order of coming. Everybody begins at once as long as the processor has time: while all wait for the database, a mail server or a slow
    reader, the next ones begin, without limit. While it has none, an answer that begins would only make the others' rows and texts leave the
    processor's cache, and all would be ready later.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._under_way = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._turned = self._moved = 0.0  # when the loop was looked at, when somebody began or ended
        self._is_looking = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(AT_ANY_TIME):
            await self.app(scope, receive, send)
            return
        if self._under_way >= AT_ONCE:  # as it is while anybody waits: whoever ends lets the next one begin
            with stage(WAIT):
                await self._turn()
        else:
            self._under_way += 1
            self._moved = perf_counter()
        try:
            await self.app(scope, receive, send)
        finally:
            self._end()

    async def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        mine = loop.create_future()
        self._waiting.append(mine)
        if not self._is_looking:
            self._is_looking, self._turned = True, perf_counter()
            loop.call_soon(self._look, loop)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._end()
            raise

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Once in each turn of the loop, while somebody waits."""
        now = perf_counter()
        if now - self._turned < IDLE or now - self._moved > PATIENCE:
            self._begin()
        self._is_looking = bool(self._waiting)
        if self._is_looking:
            self._turned = perf_counter()
            loop.call_soon(self._look, loop)

    def _begin(self) -> None:
        while self._waiting:
            one = self._waiting.popleft()
            if not one.done():
                self._under_way += 1
                self._moved = perf_counter()
                one.set_result(None)
                return

    def _end(self) -> None:
        self._under_way -= 1
        self._moved = perf_counter()
        if self._under_way < AT_ONCE:
            self._begin()
