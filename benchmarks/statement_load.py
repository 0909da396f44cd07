"""The statement page and its document over HTTP against PostgreSQL, 32 callers, each server on one core: this product, the same with operations not
compiled, and by hand with asyncpg and orjson, or the page's own template; the document also by hand within the product's layers.

``python -m benchmarks.statement_load [SECONDS]``. As benchmarks/node_peers.py, which has the servers of others: rounds in turn, each server warmed up
beside its window, medians. Where all callers wait, processor time alone counts, and that statements run beside each other helps nobody.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.node_peers import HERE, PYTHON, fired, installed, running, tell
from benchmarks.statement_query import DOCUMENT, PERIOD, filled, session_of
from models import database
from schema import ids

ROUNDS, SECONDS = 5, 3
JSON_BY_HAND, PAGE_BY_HAND = "document, by hand", "page, by hand"


def main() -> None:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with installed() as (url, folder):
        identity, token, cookie = asyncio.run(prepared(url))
        with running(commands(url, folder, token)) as ports:
            asked = {name: (f"http://127.0.0.1:{ports[server]}{path}", *rest) for name, (server, path, *rest) in questions(identity, token, cookie).items()}
            found: dict[str, list[dict[str, float]]] = {name: [] for name in asked}
            for _ in range(ROUNDS):
                for name, question in asked.items():
                    fired(folder, *question, 1)
                    found[name].append(fired(folder, *question, seconds))
        for kind, baseline in (("document", JSON_BY_HAND), ("page", PAGE_BY_HAND)):
            tell({name: windows for name, windows in found.items() if name.startswith(kind)}, baseline)


async def prepared(url: str) -> tuple[str, str, str]:
    await database.migrate(url)
    await database.connect(url)
    account, token = await filled()
    await ids.load()
    identity, session = ids.encode("acc", account.id), await session_of(account)
    await database.close()
    return identity, token, session


def commands(url: str, folder: Path, token: str) -> dict[str, tuple[list[str], dict[str, str], Path]]:
    ours = {"ABONENT_DATABASE_URL": url, "ABONENT_MODE": "demo", "ABONENT_DATA_DIR": str(folder.parent), "PEER_TOKEN": token}
    off = ours | {"ABONENT_COMPILED_OPERATIONS": "off"}
    made = {"straight": ("straight", ours), "product": ("product", ours), "interpreted": ("product", off), "page": ("page", ours)}
    python = [PYTHON, "-m", "benchmarks.peer_app"]
    return {name: ([*python, kind], values, HERE.parent) for name, (kind, values) in made.items()}


def questions(identity: str, token: str, cookie: str) -> dict[str, tuple[str, str, dict[str, str], bytes | None]]:
    """By name: which server, where, headers and content."""
    asked: dict[str, Any] = {"query": DOCUMENT.read_text(encoding="utf-8"), "variables": {"id": identity, "period": PERIOD}}
    content, headers = json.dumps(asked).encode(), {"authorization": f"Bearer {token}", "content-type": "application/json"}
    session = {"cookie": f"abonent={cookie}"}
    return {
        JSON_BY_HAND: ("straight", "/statement", headers, content),
        "document, this product": ("product", "/graphql", headers, content),
        "document, by hand within": ("page", "/graphql", headers, content),
        "document, interpreted": ("interpreted", "/graphql", headers, content),
        PAGE_BY_HAND: ("page", f"/o/vodokanal/straight/{identity}?period={PERIOD}", session, None),
        "page, this product": ("product", f"/o/vodokanal/accounts/{identity}/statement?period={PERIOD}", session, None),
        "page, interpreted": ("interpreted", f"/o/vodokanal/accounts/{identity}/statement?period={PERIOD}", session, None),
    }


if __name__ == "__main__":
    main()
