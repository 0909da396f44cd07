"""A small real HTTP or HTTPS server on this machine, whose answers a test writes byte by byte."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Answer = Callable[["Call", asyncio.StreamWriter], Awaitable[None]]


class Call:
    """A request as it came."""

    def __init__(self, head: bytes, body: bytes) -> None:
        first, *lines = head.decode().split("\r\n")
        self.method, self.path, _ = first.split(" ")
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        self.body = body


class Server:
    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.port = 0

    def url(self, scheme: str = "http", host: str = "127.0.0.1", path: str = "/judge") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


@asynccontextmanager
async def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Answers every call by `answer`, until the block ends."""
    server = Server()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).removesuffix(b"\r\n\r\n")
            call = Call(head, b"")
            call.body = await reader.readexactly(int(call.headers.get("content-length", 0)))
            server.calls.append(call)
            await answer(call, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


def saying(body: bytes, status: str = "200 OK", *headers: str) -> Answer:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers]

    async def answer(_: Call, writer: asyncio.StreamWriter) -> None:
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        await writer.drain()

    return answer


async def dropping(_: Call, writer: asyncio.StreamWriter) -> None:
    """Takes the request and hangs up: the answer is lost."""
    writer.transport.abort()


async def endless(_: Call, writer: asyncio.StreamWriter) -> None:
    """Says more than anybody wants to hear."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(1000):
        writer.write(b"x" * 65536)
        await writer.drain()


async def silent(_: Call, __: asyncio.StreamWriter) -> None:
    """Never answers."""
    await asyncio.sleep(30)


async def dripping(_: Call, writer: asyncio.StreamWriter) -> None:
    """A byte now and then, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n")
    for _ in range(1000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def garbage(_: Call, writer: asyncio.StreamWriter) -> None:
    """No HTTP at all."""
    writer.write(b"\x00\xff\xfe nonsense\r\n\r\n")
    await writer.drain()
