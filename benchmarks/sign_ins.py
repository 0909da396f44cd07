"""Fifty sign-ins at once, and a login under attack, against a page that a neighbour reads meanwhile: how much later it comes, what memory it takes.

The page is asked for over HTTP by one reader who asks again at once, first alone and then beside. Ratios hold; milliseconds are of this machine.
Goals stand beside the figures; with `--strict` it ends with 1 where one is missed, which means something on a quiet machine only.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx2

from adapters import passwords
from benchmarks.pages_during_import import answering, asked, cut, free_port, started
from benchmarks.statement_query import PERIOD, filled, served, session_of
from models import User, database
from schema import ids, operations

AT_ONCE, SECONDS = 50, 15
MOST_TIMES, MOST_MEGABYTES = 2, 300  # goals: p95 of the page beside to idle, and memory more
PASSWORD = "chistaya voda"
SIGN_IN = """mutation ($login: String!, $password: String!) {
  signIn(input: {login: $login, password: $password}) { __typename ... on Rejected { problems { code } } } }"""
ATTACKERS = 10_000


async def main() -> bool:
    """Whether all goals are met."""
    met = True
    with tempfile.TemporaryDirectory(prefix="abonent-bench-") as name:
        postgres, stop = served()
        for kind, url in (("SQLite", f"sqlite:///{Path(name) / 'bench.db'}"), ("PostgreSQL", postgres)):
            met &= await measured(kind, url, Path(name) / kind)
        stop()
    return met


async def measured(kind: str, url: str, data: Path) -> bool:
    await database.migrate(url)
    await database.connect(url)
    account, _ = await filled()
    await operations.start()
    address, headers = f"/o/vodokanal/accounts/{ids.encode('acc', account.id)}/statement?period={PERIOD}", {"cookie": f"abonent={await session_of(account)}"}
    kept = await passwords.hashed(PASSWORD)
    for number in range(AT_ONCE):
        await User.create(
            login=f"user{number}", login_key=f"user{number}", email=f"u{number}@example.com", email_key=f"u{number}@example.com", password_hash=kept
        )
    await database.close()
    port = free_port()
    trusted = {"ABONENT_TRUSTED_PROXIES": "127.0.0.1"}  # so that attackers have addresses of their own
    settings = {**os.environ, "ABONENT_DATABASE_URL": url, "ABONENT_DATA_DIR": str(data), "ABONENT_BASE_URL": f"http://127.0.0.1:{port}", **trusted}
    server = started("serve", "--port", str(port), env=settings)
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as reader:
            await answering(reader)
            await asked(reader, address, until(2))
            idle, memory = await asked(reader, address, until(8)), resident(server.pid)
            beside, answers, peak = await together(reader, address, port, server.pid)
            shares = ", ".join(f"p{place} {cut(beside, place) / cut(idle, place):.2f} x ({cut(idle, place):.1f} ms idle)" for place in (50, 95))
            print(f"{kind}: the page beside {AT_ONCE} sign-ins at once: {shares}; {peak - memory:.0f} MB more; {answers}")
            print(f"{kind}: goals: p95 at most {MOST_TIMES} x, {MOST_MEGABYTES} MB more; load of the machine {os.getloadavg()[0]:.1f}")
            print(f"{kind}: {await attacked(port)}")
            return cut(beside, 95) <= MOST_TIMES * cut(idle, 95) and peak - memory <= MOST_MEGABYTES
    finally:
        server.terminate()
        server.wait()


async def together(reader: httpx2.AsyncClient, address: str, port: int, pid: int) -> tuple[list[float], str, float]:
    """Milliseconds of each page, how the sign-ins went, and the most memory seen."""
    took, peaks, go_on = [], [0.0], until(SECONDS)

    async def one(client: httpx2.AsyncClient, number: int) -> None:
        while go_on():
            begun = time.perf_counter()
            assert await signed(client, f"user{number}", PASSWORD, f"192.0.2.{number}") == "SignInDone"
            took.append(time.perf_counter() - begun)
            peaks.append(resident(pid))

    async with clients(port) as client:
        pages, *_ = await asyncio.gather(asked(reader, address, go_on), *(one(client, number) for number in range(AT_ONCE)))
    return pages, f"{len(took) / SECONDS:.1f} sign-ins a second, each {statistics.median(took):.1f} s", max(peaks)


async def attacked(port: int) -> str:
    """Wrong passwords at one login from many addresses, then its owner from a new one and from an old one."""
    found: dict[str, int] = {}
    async with clients(port) as client:
        assert await signed(client, "user0", PASSWORD, "203.0.113.1") == "SignInDone"
        waiting = asyncio.Semaphore(AT_ONCE)

        async def miss(number: int) -> None:
            async with waiting:
                code = await signed(client, "user0", "wrong", f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
                found[code] = found.get(code, 0) + 1

        begun = time.perf_counter()
        await asyncio.gather(*(miss(number) for number in random.sample(range(2**24), ATTACKERS)))
        seconds = time.perf_counter() - begun
        old, new = [await signed(client, "user0", PASSWORD, source) for source in ("203.0.113.1", "203.0.113.2")]
    return f"{ATTACKERS:,} misses in {seconds:.0f} s: {found}; then the owner, where he signed in before: {old}, elsewhere: {new}"


async def signed(client: httpx2.AsyncClient, login: str, password: str, source: str) -> str:
    answer = (
        await client.post("/graphql", json={"query": SIGN_IN, "variables": {"login": login, "password": password}}, headers={"x-forwarded-for": source})
    ).json()
    if answer.get("errors"):
        return str(answer["errors"][0]["extensions"]["code"])
    result = answer["data"]["signIn"]
    return str(result["problems"][0]["code"] if "problems" in result else result["__typename"])


def clients(port: int) -> httpx2.AsyncClient:
    limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=120)


def until(seconds: float):
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() < end


def resident(pid: int) -> float:
    """Megabytes of memory that the process has now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


if __name__ == "__main__":
    assert sys.platform == "linux", "memory is read from /proc"
    met = asyncio.run(main())
    sys.exit(1 if "--strict" in sys.argv and not met else 0)
