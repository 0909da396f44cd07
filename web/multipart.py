"""Forms with files, read part by part as they come: nothing is held in memory and nothing is written that nobody asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from web.answers import BadAddress
from web.forms import clean

LONGEST_FIELD = 4096
MOST_PARTS = 300


@dataclass(slots=True)
class Part:
    """One field. `body` must be read, or at least begun, before the next part is asked for."""

    name: str
    filename: str | None
    body: AsyncIterator[bytes]

    async def text(self) -> str:
        """A short field's value; BadAddress for one that is none."""
        held = b""
        async for piece in self.body:
            held += piece
            if len(held) > LONGEST_FIELD:
                raise BadAddress
        return clean(held.decode("utf-8", "replace"))


async def parts(request: Request) -> AsyncIterator[Part]:
    """The parts in their order; BadAddress for what is no such form."""
    reader = _Reader(request)
    for _ in range(MOST_PARTS):
        part = await reader.next_part()
        if part is None:
            return
        yield part
        async for _ in part.body:  # what the caller has not read
            pass
    raise BadAddress


async def drained(request: Request) -> None:
    """Read the rest and forget it, so that the browser sees our answer instead of a broken connection."""
    with suppress(RuntimeError):  # all of it has come and was read
        async for _ in request.stream():
            pass


class _Reader:
    """Turns the parser's calls into a queue that is read as packets come."""

    def __init__(self, request: Request) -> None:
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise BadAddress
        self._stream = request.stream()
        self._events: deque[tuple[str, bytes]] = deque()
        calls: Any = {name: self._call(name) for name in ("on_header_end", "on_headers_finished", "on_part_end", "on_end")}
        calls |= {name: self._call_with_data(name) for name in ("on_header_field", "on_header_value", "on_part_data")}
        try:
            self._parser = MultipartParser(options[b"boundary"], calls)
        except (FormParserError, ValueError):  # longer than any browser makes one
            raise BadAddress from None

    async def next_part(self) -> Part | None:
        headers: dict[bytes, bytes] = {}
        field = value = b""
        while (event := await self._next()) is not None:
            name, data = event
            if name == "on_header_field":
                field += data
            elif name == "on_header_value":
                value += data
            elif name == "on_header_end":
                headers[field.lower()] = value
                field = value = b""
            elif name == "on_headers_finished":
                return self._part(headers)
            elif name == "on_end":
                return None
        raise BadAddress  # cut off before its end

    def _part(self, headers: dict[bytes, bytes]) -> Part:
        _, options = parse_options_header(headers.get(b"content-disposition", b""))
        filename = options.get(b"filename")
        named = None if filename is None else filename.decode("utf-8", "replace")
        return Part(options.get(b"name", b"").decode("utf-8", "replace"), named, self._body())

    async def _body(self) -> AsyncIterator[bytes]:
        while (event := await self._next()) is not None:
            name, data = event
            if name == "on_part_data":
                yield data
            elif name == "on_part_end":
                return
        raise BadAddress

    async def _next(self) -> tuple[str, bytes] | None:
        while not self._events:
            packet = await anext(self._stream, None)
            if packet is None:
                return None
            try:
                self._parser.write(packet)
            except FormParserError:
                raise BadAddress from None
        return self._events.popleft()

    def _call(self, name: str) -> Any:
        return lambda: self._events.append((name, b""))

    def _call_with_data(self, name: str) -> Any:
        return lambda data, start, end: self._events.append((name, data[start:end]))
