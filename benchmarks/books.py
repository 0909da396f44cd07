"""`abonent check` over growing books on PostgreSQL: seconds and peak memory of its process at a size, and at four times that; and how fast the ledger
takes entries, by COPY into the table itself as the named baseline against an import's whole way to it.

``python -m benchmarks.books [ACCOUNTS]``: 1,000,000 take hours and tens of gigabytes, so it is 20,000 unless told. A few hundred accounts are imported
for a year from generated registers; of the rest, what registers bring is copied row by row, and their entries are posted by the product itself.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import asyncpg

from benchmarks.import_rows import ROOT, registers
from benchmarks.statement_query import served
from models import LedgerEntry, Organization, PersonalAccount, database, sql
from models.database import transaction
from resolvers import integrity, ledger
from resolvers.imports import run_import

ACCOUNTS, IMPORTED, MONTHS = 20_000, 500, 12
CLONED = ("contract", "personal_account", "account_facts", "meter", "meter_register", "reading", "statement", "statement_line", "charge", "payment")
SPAN = 10_000_000  # between the ids of a row and of its copy
AT_ONCE = 20_000  # accounts of a posting


def main() -> None:
    if sys.argv[1:2] == ["--check"]:
        print(json.dumps(asyncio.run(checked(sys.argv[2]))))
        return
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else ACCOUNTS
    url, stop = served()
    try:
        with tempfile.TemporaryDirectory(prefix="abonent-bench-") as name:
            entries, seconds = asyncio.run(imported(url, registers(Path(name), IMPORTED, MONTHS)))
        few = max(1, accounts // 4 // IMPORTED)
        asyncio.run(grown(url, 1, few - 1))
        small = once(url)
        posted = asyncio.run(grown(url, few, max(few + 1, accounts // IMPORTED) - 1))
        large = once(url)
        tell(small, large)
        bare = asyncio.run(copy_alone(url))
        print(f"Ledger: {bare:,.0f} bare entries a second by COPY. Derived, compared and posted: {posted:,.0f}, {bare / posted:.1f} x as long; ", end="")
        print(f"by a whole import of registers: {entries / seconds:,.0f}, {bare / (entries / seconds):.0f} x")
    finally:
        stop()


def tell(small: dict[str, float], large: dict[str, float]) -> None:
    times = large["accounts"] / small["accounts"]
    print(
        f"abonent check, PostgreSQL: {small['accounts']:,.0f} accounts, {small['entries']:,.0f} entries: {small['seconds']:.1f} s, "
        f"{small['megabytes']:.0f} MB; "
        f"{large['accounts']:,.0f} accounts, {large['entries']:,.0f} entries: {large['seconds']:.1f} s, {large['megabytes']:.0f} MB. "
        f"{times:.1f} x the accounts: {large['seconds'] / small['seconds']:.2f} x the time, {large['megabytes'] / small['megabytes']:.2f} x the memory"
    )


def once(url: str) -> dict[str, float]:
    """In a process of its own, so that its memory is its own."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.books", "--check", url], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


async def checked(url: str) -> dict[str, float]:
    await database.connect(url)
    begun = time.perf_counter()
    report = await integrity.check()
    seconds = time.perf_counter() - begun
    await database.close()
    assert report.whole, [str(problem) for problem in report.problems]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "megabytes": peak, "accounts": report.counts["personal_account"], "entries": report.counts["ledger_entry"]}


async def imported(url: str, files: Path) -> tuple[int, float]:
    """How many entries it posted, in which time."""
    await database.migrate(url)
    await database.connect(url)
    await Organization.create(slug="bench", name="Bench", currency="KZT", timezone="Asia/Almaty")
    begun = time.perf_counter()
    await run_import("bench", [files])
    seconds = time.perf_counter() - begun
    await database.close()
    connection = await asyncpg.connect(url)
    entries: int = await connection.fetchval("SELECT COUNT(*) FROM ledger_entry")
    await connection.close()
    return entries, seconds


async def grown(url: str, first: int, last: int) -> float:
    """Copies number `first` to `last` of what registers brought, and their entries; entries posted a second."""
    await cloned(url, first, last)
    await database.connect(url)
    organization = await Organization.get(slug="bench")
    pks = await PersonalAccount.filter(id__gt=first * SPAN, id__lt=(last + 1) * SPAN).order_by("id").values_list("id", flat=True)
    before, begun = await LedgerEntry.all().count(), time.perf_counter()
    for place in range(0, len(pks), AT_ONCE):
        async with transaction():
            part = pks[place : place + AT_ONCE]
            await ledger.touch()
            text = "INSERT INTO ledger_touched (account_id, period) SELECT id, :month FROM personal_account WHERE id BETWEEN :low AND :high"
            await sql.execute(text, month=ledger.BEGINNING, low=part[0], high=part[-1])
            coverage = await ledger.coverage_of(organization.id)
            await ledger.restate(organization.id, dt.datetime.now(dt.UTC), coverage, coverage, lambda _done, _of: None)
    seconds = time.perf_counter() - begun
    posted = await LedgerEntry.all().count() - before
    await database.close()
    return posted / seconds if posted else 0.0


async def cloned(url: str, first: int, last: int) -> None:
    connection = await asyncpg.connect(url)
    await copied(connection, CLONED, first, last)
    await connection.execute("UPDATE personal_account SET balance = 0 WHERE id >= $1 AND id < $2", first * SPAN, (last + 1) * SPAN)
    await connection.execute("ANALYZE")
    await connection.close()


async def copied(connection: asyncpg.Connection, tables: Iterable[str], first: int, last: int) -> None:
    """Copies number `first` to `last` of each table's own rows. Guards and references are not looked at."""
    await connection.execute("SET session_replication_role = replica")
    for table in tables:
        columns = await _columns(connection, table)
        text = f"""INSERT INTO {table} ({", ".join(columns)}) SELECT {", ".join(columns.values())} FROM {table} t
            CROSS JOIN generate_series({first}, {last}) copy WHERE t.id <= {SPAN}"""
        await connection.execute(text)


async def _columns(connection: asyncpg.Connection, table: str) -> dict[str, str]:
    """Each column, and what it is in a copy: ids move on, and texts that must be the only ones get the copy's number."""
    known = await connection.fetch("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position", table)
    foreign = {
        row["name"]: row["target"]
        for row in await connection.fetch(
            "SELECT a.attname AS name, c.confrelid::regclass::text AS target FROM pg_constraint c JOIN pg_attribute a "
            "ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] WHERE c.contype = 'f' AND c.conrelid = $1::text::regclass",
            table,
        )
    }
    unique = {
        row["name"]
        for row in await connection.fetch(
            "SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) "
            "WHERE i.indisunique AND i.indrelid = $1::text::regclass",
            table,
        )
    }
    found = {}
    for row in known:
        name, is_text = row["column_name"], row["data_type"].startswith("character")
        if name == "import_file_id":  # files stand for the rows that they brought
            found[f'"{name}"'] = "NULL"
            continue
        moves = name == "id" or foreign.get(name) in CLONED
        found[f'"{name}"'] = f't."{name}" + copy::bigint * {SPAN}' if moves else f"t.\"{name}\" || '~' || copy" if is_text and name in unique else f't."{name}"'
    return found


async def copy_alone(url: str) -> float:
    """Entries a second that PostgreSQL takes by COPY when nothing is derived, judged or guarded: rows of one account, into the ledger itself."""
    connection = await asyncpg.connect(url)
    await connection.execute("SET session_replication_role = replica")
    known = await connection.fetchrow("SELECT * FROM ledger_entry WHERE id <= $1 LIMIT 1", SPAN)
    assert known is not None
    names = [name for name in known.keys() if name != "id"]  # noqa: SIM118 - a record, not a dict
    rows = [tuple(f"bare {number}" if name == "key" else known[name] for name in names) for number in range(100_000)]
    begun = time.perf_counter()
    await connection.copy_records_to_table("ledger_entry", records=rows, columns=names)
    seconds = time.perf_counter() - begun
    await connection.close()
    return len(rows) / seconds


if __name__ == "__main__":
    main()
