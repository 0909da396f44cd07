"""The statement page and its document on SQLite against PostgreSQL, asked for in turn by one reader. ``python -m benchmarks.databases``."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

import structlog

from benchmarks.growth import SMALL, Book, in_turn
from benchmarks.statement_query import served
from jobs.console import run_long


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    url, stop = served()
    with tempfile.TemporaryDirectory(prefix="abonent-bench-") as folder:
        os.environ.update(ABONENT_DATABASE_URL=url, ABONENT_MODE="development", ABONENT_DATA_DIR=folder)
        books = [await Book.filled(one, SMALL, 1, copies=False) for one in (url, f"sqlite:///{Path(folder) / 'bench.db'}")]
        found = await in_turn(books)
    stop()
    for name, (postgres, sqlite) in found.items():
        print(f"{name:9} PostgreSQL {postgres:6.2f} ms, SQLite {sqlite:6.2f} ms: {sqlite / postgres:.2f} x")


if __name__ == "__main__":
    run_long(main())
