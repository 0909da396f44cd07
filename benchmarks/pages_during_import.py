"""The statement page while a big import runs beside it, against the same page before: how much later its 50th and 95th percentile come.

The page is asked for over HTTP by one reader who asks again at once; the import is a process of its own with a low priority, as the worker
starts it.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2

from benchmarks.import_rows import ROOT, registers
from benchmarks.statement_query import PERIOD, filled, served, session_of
from models import Organization, database
from schema import ids, operations

ACCOUNTS = 20_000
SECONDS_BEFORE = 8


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="abonent-bench-") as name:
        folder = Path(name)
        files = registers(folder, ACCOUNTS, 1)
        postgres, stop = served()
        for kind, url in (("SQLite", f"sqlite:///{folder / 'bench.db'}"), ("PostgreSQL", postgres)):
            before, during, seconds = await measured(url, folder / kind, files)
            shares = ", ".join(f"p{place} {cut(during, place) / cut(before, place):.2f} x ({cut(before, place):.1f} ms before)" for place in (50, 95))
            print(f"{kind}: the page during an import of {seconds:.0f} s: {shares}, slowest {max(during):.0f} ms, {len(during):,} asked for")
        stop()


def cut(times: list[float], place: int) -> float:
    return statistics.quantiles(times, n=100)[place - 1]


async def measured(url: str, data: Path, files: Path) -> tuple[list[float], list[float], float]:
    """Milliseconds of each page before and during, and seconds of the import."""
    await database.migrate(url)
    await database.connect(url)
    account, _ = await filled()
    await Organization.create(slug="bench", name="Bench", currency="KZT", timezone="Asia/Almaty")
    await operations.start()
    address, headers = f"/o/vodokanal/accounts/{ids.encode('acc', account.id)}/statement?period={PERIOD}", {"cookie": f"abonent={await session_of(account)}"}
    await database.close()
    port = free_port()
    settings = {**os.environ, "ABONENT_DATABASE_URL": url, "ABONENT_DATA_DIR": str(data), "ABONENT_BASE_URL": f"http://127.0.0.1:{port}"}
    server = started("serve", "--port", str(port), env=settings)
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
            await answering(client)
            until = time.perf_counter() + SECONDS_BEFORE
            before = await asked(client, address, lambda: time.perf_counter() < until)
            begun = time.perf_counter()
            work = started("import", "bench", str(files), env=settings, before=("nice", "-n", "10"))
            during = await asked(client, address, lambda: work.poll() is None)
            assert work.wait() == 0
            return before[20:], during, time.perf_counter() - begun
    finally:
        server.terminate()
        server.wait()


def started(*command: str, env: dict[str, str], before: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*before, sys.executable, "-m", "jobs.cli", *command], env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def answering(client: httpx2.AsyncClient) -> None:
    for _ in range(200):
        try:
            await client.get("/health/live")
            return
        except httpx2.ConnectError:
            await asyncio.sleep(0.1)


async def asked(client: httpx2.AsyncClient, address: str, go_on) -> list[float]:
    times = []
    while go_on():
        started = time.perf_counter()
        answer = await client.get(address)
        assert answer.status_code == 200, answer.text[:300]
        times.append(1000 * (time.perf_counter() - started))
    return times


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    asyncio.run(main())
