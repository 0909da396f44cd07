"""Databases for tests: made, copied from a template, dropped."""

import asyncio
import itertools
import os
import shutil
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from tortoise.apps import Apps

ENOUGH_MEMORY = 2 * 1024**3
Fill = Callable[[str], Awaitable[Any]]
serial = itertools.count(1)


@dataclass(frozen=True)
class Template:
    """A database that nobody has open, to be copied; the data folder that belongs to it; and what filling it gave."""

    url: str
    folder: Path | None = None
    given: Any = None

    def copied(self, server: str | None, file: Path) -> str:
        """Address of a copy: on the server, or that file."""
        if server:
            return created(server, template=urlsplit(self.url).path[1:])
        shutil.copyfile(self.url.removeprefix("sqlite:///"), file)
        return f"sqlite:///{file}"


def created(server: str, template: str = "template0") -> str:
    """Make a database on the server and give its address."""
    name = f"abonent_test_{os.getpid()}_{next(serial)}"
    told(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def dropped(server: str, url: str) -> None:
    told(server, f'DROP DATABASE IF EXISTS "{urlsplit(url).path[1:]}" WITH (FORCE)')


class _Line:
    """A connection to a server, in a loop and thread of its own: it is held as long as the process, since each test makes and drops a database."""

    def __init__(self, server: str) -> None:
        import asyncpg

        self._thread = ThreadPoolExecutor(1)
        self._loop = asyncio.new_event_loop()
        self._connection = self._run(asyncpg.connect(server))

    def tell(self, statement: str) -> None:
        self._run(self._connection.execute(statement))

    def close(self) -> None:
        self._run(self._connection.close())
        self._loop.close()
        self._thread.shutdown()

    def _run(self, work: Awaitable[Any]) -> Any:
        return self._thread.submit(self._loop.run_until_complete, work).result()


lines: dict[str, _Line] = {}


def told(server: str, statement: str) -> None:
    """Have the server do something."""
    if server not in lines:
        lines[server] = _Line(server)
    lines[server].tell(statement)


def hang_up() -> None:
    while lines:
        lines.popitem()[1].close()


def keep_models(patch: pytest.MonkeyPatch) -> None:
    """Let Tortoise work out what it asks of each model once for databases of one kind: it does so at each opening, for 60 ms, and gets the same."""
    worked_out = Apps._build_initial_querysets
    kept: list[Any] = []

    def build(apps: Apps) -> None:
        found = [(model, model._meta.db.query_class, model._meta.db.executor_class) for of in apps.apps.values() for model in of.values()]
        if found != kept:
            kept.clear()
            worked_out(apps)
            kept.extend(found)

    patch.setattr(Apps, "_build_initial_querysets", build)


def roomy_memory() -> str | None:
    """A folder in memory, where a database of 400 files is copied in 20 ms instead of 500; None where it is small, as in containers."""
    memory = Path("/dev/shm")  # noqa: S108 - the name within it is random
    return str(memory) if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ENOUGH_MEMORY else None


def run_apart(work: Awaitable[Any]) -> Any:
    """Run a coroutine in a loop and thread of its own, whatever loop the test has."""

    async def waited() -> Any:
        return await work

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, waited()).result()
