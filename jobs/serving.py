"""The long-running processes: serving HTTP, and doing periodic work."""

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn

from adapters import pdf
from jobs.console import Stop, opened
from jobs.taking import take_until
from jobs.worker import do_what_is_due, utc_now, work_until
from settings import Mode, settings

SECONDS_TO_FINISH = 10
REQUESTS_AT_ONCE = 500  # above it uvicorn answers 503 at once instead of letting everybody wait


def refuse_a_busy_port(host: str, port: int, advice: str) -> None:
    """Raise Stop with a sentence where something listens there already."""
    with contextlib.closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else "may not be used here" if error.errno == errno.EACCES else f"fails: {error}"
            raise Stop(f"Port {port} on {host} {why}. {advice}") from None


async def serve(application: Any, host: str, port: int, started: Callable[[int], object] | None = None) -> None:
    """Serve until SIGINT or SIGTERM; ``started`` is told the port once requests are answered. In demo mode the periodic work runs beside."""
    refuse_a_busy_port(host, port, "Choose another with --port.")
    server = _Server(
        uvicorn.Config(
            application,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            http="h11",  # httptools, which "auto" may find, takes headers without end
            server_header=False,
            proxy_headers=bool(settings().trusted_proxies),
            forwarded_allow_ips=settings().trusted_proxies or None,  # nobody else is believed about whom he speaks for
            limit_concurrency=REQUESTS_AT_ONCE,
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
        )
    )
    server.beside = asyncio.create_task(_beside(server, started))
    await server.serve()
    server.beside.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await server.beside


async def work(*, once: bool = False) -> None:
    """Do periodic work and send letters until SIGINT or SIGTERM, or only what is due now."""
    from jobs.broker import send_due, send_until

    async with opened():
        if once:
            await do_what_is_due(utc_now())
            await send_due(utc_now())
            pdf.close()
            return
        stop = asyncio.Event()
        for which in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(which, stop.set)
        await asyncio.gather(work_until(stop), take_until(stop), send_until(stop))


class _Server(uvicorn.Server):
    """Ends with 0 when told to end: uvicorn would raise the signal once more and look killed."""

    beside: asyncio.Task[None]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.beside.cancel()  # before the application closes the database: an import at work is stopped and put back
        with contextlib.suppress(asyncio.CancelledError):
            await self.beside
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        for which in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(which, self.handle_exit, which, None)
        yield


async def _beside(server: uvicorn.Server, started: Callable[[int], object] | None) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn has a flag to look at, no event to wait for
        await asyncio.sleep(0.05)
    if started is not None:
        started(server.servers[0].sockets[0].getsockname()[1])
    if settings().mode is Mode.DEMO:
        from jobs.broker import send_until

        never = asyncio.Event()
        await asyncio.gather(work_until(never), take_until(never), send_until(never))  # the application has the database open
