"""One query over HTTP against PostgreSQL, 32 callers, each server on one core: this product, straight asyncpg with orjson, graphql-yoga, mercurius with JIT.

``python -m benchmarks.node_peers [SECONDS]``. Needs node and npm, which install benchmarks/peers/ into a temporary folder. Servers answer in turn, round
by round, each warmed up beside its window; what counts is the ratio of the medians to the straight handler's. All give the same JSON, or nothing is measured.
With two cores the callers and PostgreSQL share the other one: where that is the limit, all look alike.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.statement_query import filled, served
from models import database
from schema import ids

HERE = Path(__file__).parent
QUERY = (HERE / "peers" / "history.graphql").read_text(encoding="utf-8")
CALLERS, ROUNDS, SECONDS = 32, 5, 5
SERVER, OTHERS = "0", "1"  # cores
PYTHON = os.environ.get("PEER_PYTHON", sys.executable)  # what runs the servers in Python: another build or version, say
STRAIGHT = "straight asyncpg + orjson"


def main() -> None:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with installed() as (url, folder):
        pk, identity, token = asyncio.run(prepared(url))
        servers = {name: started for name, started in commands(url, folder, pk).items() if started}
        with running(servers) as ports:
            agree(ports, identity, token)
            found = {name: [] for name in ports}
            for _ in range(ROUNDS):
                for name, port in ports.items():
                    cannon(folder, port, identity, token, 1)
                    found[name].append(cannon(folder, port, identity, token, seconds))
        tell(found)


@contextmanager
def installed() -> Iterator[tuple[str, Path]]:
    """PostgreSQL's address, and a folder with what npm has installed for benchmarks/peers/."""
    url, stop = served()
    try:
        with tempfile.TemporaryDirectory(prefix="abonent-bench-") as place:
            folder = Path(place) / "peers"
            shutil.copytree(HERE / "peers", folder)
            subprocess.run(["npm", "install", "--silent"], cwd=folder, check=True)
            yield url, folder
    finally:
        stop()


def tell(found: dict[str, list[dict[str, float]]], baseline: str = STRAIGHT) -> None:
    base = statistics.median(one["rate"] for one in found[baseline])
    for name, windows in found.items():
        rate, p50, p99 = (statistics.median(one[key] for one in windows) for key in ("rate", "p50", "p99"))
        print(f"{name:28} {rate:7.0f} a second   {rate / base:5.2f} x   p50 {p50:5.0f} ms, p99 {p99:5.0f} ms ({p99 / p50:.1f} x)")


async def prepared(url: str) -> tuple[int, str, str]:
    await database.migrate(url)
    await database.connect(url)
    account, token = await filled()
    await ids.load()
    identity = ids.encode("acc", account.id)
    await database.close()
    return account.id, identity, token


def commands(url: str, folder: Path, pk: int) -> dict[str, tuple[list[str], dict[str, str], Path]]:
    parts = urlsplit(url)
    peer = {
        "PEER_HOST": parse_qs(parts.query)["host"][0], "PEER_USER": parts.username or "", "PEER_DATABASE": parts.path.lstrip("/"), "PEER_ACCOUNT": str(pk),
        "NODE_ENV": "production",
    }  # fmt: skip
    ours = {"ABONENT_DATABASE_URL": url, "ABONENT_MODE": "demo", "ABONENT_DATA_DIR": str(folder.parent)}
    python = [PYTHON, "-m", "benchmarks.peer_app"]
    return {
        STRAIGHT: ([*python, "straight"], ours, HERE.parent),
        "this product": ([*python, "product"], ours, HERE.parent),
        "graphql-yoga + pg": (["node", "yoga.mjs"], peer, folder),
        "mercurius JIT + pg": (["node", "mercurius.mjs"], peer, folder),
    }


@contextmanager
def running(servers: dict[str, tuple[list[str], dict[str, str], Path]]) -> Iterator[dict[str, int]]:
    started, ports = [], {}
    try:
        for name, (command, variables, folder) in servers.items():
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                ports[name] = probe.getsockname()[1]
            environment = {**os.environ, **variables, "PEER_PORT": str(ports[name])}
            process = subprocess.Popen(
                ["taskset", "-c", SERVER, *command], cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=sys.stderr
            )  # fmt: skip
            started.append(process)
            until = time.monotonic() + 60
            while time.monotonic() < until and process.poll() is None:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", ports[name])) == 0:
                        break
                time.sleep(0.1)
        yield ports
    finally:
        for process in started:
            process.kill()
            process.wait()


def agree(ports: dict[str, int], identity: str, token: str) -> None:
    answers = {name: asked(port, identity, token) for name, port in ports.items()}
    first = answers[STRAIGHT]
    for name, answer in answers.items():
        assert answer == first, f"{name} gives something else:\n{json.dumps(answer, ensure_ascii=False)[:1500]}\n{json.dumps(first, ensure_ascii=False)[:1500]}"


def asked(port: int, identity: str, token: str) -> Any:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", body(identity), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.loads(answer.read())["data"]


def body(identity: str) -> bytes:
    return json.dumps({"query": QUERY, "variables": {"id": identity}}).encode()


def cannon(folder: Path, port: int, identity: str, token: str, seconds: int) -> dict[str, float]:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    return fired(folder, f"http://127.0.0.1:{port}/graphql", headers, body(identity), seconds)


def fired(folder: Path, address: str, headers: dict[str, str], content: bytes | None, seconds: int) -> dict[str, float]:
    """Answers a second and milliseconds of an address that all callers ask without pause: POST with content, else GET."""
    file = folder / "body.json"
    file.write_bytes(content or b"")
    method = ["-m", "POST", "-i", file.name] if content is not None else ["-m", "GET"]
    named = [part for name, value in headers.items() for part in ("-H", f"{name}={value}")]
    command = [
        "taskset", "-c", OTHERS, "node_modules/.bin/autocannon", "-c", str(CALLERS), "-d", str(seconds), *method, "-j", "--no-progress", *named, address,
    ]  # fmt: skip
    told = json.loads(subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
    assert told["non2xx"] == 0 and told["errors"] == 0, told  # noqa: PT018
    return {"rate": told["requests"]["average"], "p50": told["latency"]["p50"], "p99": told["latency"]["p99"]}


if __name__ == "__main__":
    main()
