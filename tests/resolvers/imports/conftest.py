"""Registers as the generator writes them, an organization to take them, and ways to look at what came of it."""

import csv
import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models import Organization
from models.database import connection
from resolvers.imports import ImportOutcome, run_import
from resolvers.integrity import check

ROOT = Path(__file__).parents[3]
FIGURES = ROOT / "samples" / "figures"
TODAY = dt.date(2026, 11, 20)
KEPT = (
    "house", "premises", "contract", "personal_account", "account_facts", "service", "supplier", "tariff", "meter", "meter_register", "reading",
    "charge", "payment", "statement", "statement_line", "ledger_entry",
)  # fmt: skip
Said = list[tuple[str, str, str, str]]


@pytest.fixture
async def organization(database: str) -> Organization:
    return await Organization.create(slug="vk", name="Водоканал", currency="KZT", timezone="Asia/Almaty")


@pytest.fixture(scope="session")
def registers(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make a folder of registers: `registers("--events", accounts=60)`. The same arguments give the same folder."""
    made: dict[tuple[Any, ...], Path] = {}

    def make(*flags: str, accounts: int = 60, months: int = 4) -> Path:
        key = (flags, accounts, months)
        if key not in made:
            made[key] = tmp_path_factory.mktemp("registers") / "made"
            command = [sys.executable, ROOT / "samples/make_registers.py", "--accounts", accounts, "--months", months, "--until", "2026-10"]
            subprocess.run([*map(str, command), *flags, "--out", str(made[key])], check=True)
        return made[key]

    return make


def expected(folder: Path) -> Said:
    """What the generator says that a correct import says."""
    with folder.with_name(folder.name + ".expected.csv").open(encoding="utf-8") as file:
        _, *lines = csv.reader(file, delimiter=";")
        return sorted((line[0], line[1], line[2], line[3]) for line in lines)


def said(outcome: ImportOutcome) -> Said:
    return sorted((line.file, str(line.line), line.severity.value, line.code) for line in outcome.lines)


async def taken(*paths: Path, **options: Any) -> ImportOutcome:
    options.setdefault("today", TODAY)
    options.setdefault("approved", True)  # small registers move totals far
    return await run_import("vk", list(paths), **options)


async def rows(query: str) -> list[dict[str, Any]]:
    return list(await connection().execute_query_dict(query))


async def contents() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of what registers bring, without what a second run may not know: nothing is left out but the rows' order."""
    return {table: sorted((tuple(row.values()) for row in await rows(f"SELECT * FROM {table}")), key=repr) for table in KEPT}


async def assert_whole() -> None:
    assert [str(problem) for problem in (await check()).problems] == []


def write(folder: Path, **files: str) -> Path:
    """Write files of a few rows: headings and rows as text, one per line."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        lines = [line.strip() for line in text.strip().splitlines()]
        (folder / f"{name}.csv").write_bytes("".join(f"{line}\r\n" for line in lines).encode("cp1251"))
    return folder
