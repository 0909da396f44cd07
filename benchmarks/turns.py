"""Answers that begin in turn against answers that all begin at once: the product with and without web/middleware/turns.py, over HTTP, one core each.

``python -m benchmarks.turns [ROUNDS]``. Of a year's history and of the statement page: answers a second while 32 callers ask without pause, and, where
32 ask in the same moment, when the middle one and the last one have their answer. Short windows in turn; each is compared with its neighbour, and
the middle of these ratios is told, since a shared machine is faster now and slower then.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from typing import Any

from benchmarks.node_peers import CALLERS, body, fired, installed, running
from benchmarks.statement_load import commands, prepared, questions

ROUNDS, SECONDS = 20, 1
BASELINE, TURNS = "all at once", "in turn"


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with installed() as (url, folder):
        identity, token, cookie = asyncio.run(prepared(url))
        product = commands(url, folder, token)["product"]
        crowd = ([*product[0][:-1], "crowd"], *product[1:])
        with running({BASELINE: crowd, TURNS: product}) as ports:
            known = questions(identity, token, cookie)
            headers = known["document, this product"][2]
            asked = {"history": ("/graphql", headers, body(identity)), "page": known["page, this product"][1:]}
            for what, (path, *rest) in asked.items():
                found: dict[str, list[dict[str, float]]] = {name: [] for name in ports}
                for number in range(rounds + 1):
                    for name, port in ports.items():
                        told = fired(folder, f"http://127.0.0.1:{port}{path}", *rest, SECONDS)
                        told |= asyncio.run(burst(port, path, *rest))
                        if number:  # the first one warms up
                            found[name].append(told)
                tell(what, found)


def tell(what: str, found: dict[str, list[dict[str, float]]]) -> None:
    for name, windows in found.items():
        parts = []
        for key, unit in (("rate", "a second"), ("p99", "ms p99"), ("middle", "ms middle of 32 at once"), ("last", "ms last")):
            ratio = statistics.median(one[key] / other[key] for one, other in zip(windows, found[BASELINE], strict=True))
            parts.append(f"{statistics.median(one[key] for one in windows):6.0f} {unit} ({ratio:.2f} x)")
        print(f"{what}, {name:12} {'   '.join(parts)}")


async def burst(port: int, path: str, headers: dict[str, str], content: bytes | None) -> dict[str, float]:
    """Milliseconds until the middle one and the last one of all callers have their whole answer, who ask in the same moment."""
    lines = [f"{'GET' if content is None else 'POST'} {path} HTTP/1.1", "host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    question = "\r\n".join([*lines, f"content-length: {len(content or b'')}", "", ""]).encode() + (content or b"")
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CALLERS)]
    started = time.perf_counter()
    for _, writer in connections:
        writer.write(question)
    took = sorted(await asyncio.gather(*(answered(reader, started) for reader, _ in connections)))
    for _, writer in connections:
        writer.close()
    return {"middle": statistics.median(took) * 1000, "last": took[-1] * 1000}


async def answered(reader: Any, started: float) -> float:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert head.startswith(b"http/1.1 200"), head
    await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
