"""An import that dies leaves the old or the new state of each file; two at once do not mix."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from models import Organization
from resolvers.imports import run_import
from tests.resolvers.imports.conftest import ROOT, TODAY, assert_whole, expected, rows, said

pytestmark = pytest.mark.slow
FLAGS = ("--events", "--drift", "--dirty", "4")
PROGRAM = f"""
import asyncio, datetime, os, signal, sys
from pathlib import Path
from models import database
from resolvers.imports import run_import

slug, folder, fatal = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
calls = 0

def progress(stage, done, total):
    global calls
    calls += 1
    if calls == fatal:
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    await database.connect(os.environ["ABONENT_DATABASE_URL"])
    print("ready", flush=True)
    sys.stdin.readline()
    outcome = await run_import(slug, [folder], progress=progress, today=datetime.date({TODAY.year}, {TODAY.month}, {TODAY.day}))
    await database.close()
    sys.exit(outcome.status)

asyncio.run(main())
"""
TABLES = ("tariff", "contract", "personal_account", "account_facts", "meter", "reading", "charge", "payment", "statement", "ledger_entry")
KILLS = int(os.environ.get("KILLS", "4"))  # at moments that chance chooses: KILLS=100 takes minutes


def start(slug: str, folder: Path, fatal: int = 0) -> subprocess.Popen[str]:
    """An import in a process of its own, at the point where it has opened the database. It dies by itself at step `fatal`."""
    command = [sys.executable, "-c", PROGRAM, slug, str(folder), str(fatal)]
    process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def ended(process: subprocess.Popen[str]) -> int:
    """Wait for it and give its exit code; negative where a signal ended it."""
    with process:
        process.communicate(timeout=60)
    return process.returncode


async def counts(slug: str) -> list[int]:
    organization = await Organization.get(slug=slug)
    where = f"WHERE organization_id = {organization.id}"
    return [(await rows(f"SELECT COUNT(*) AS n FROM {table} {where}"))[0]["n"] for table in TABLES]


async def organize(slug: str) -> str:
    await Organization.create(slug=slug, name="Водоканал", currency="KZT", timezone="Asia/Almaty")
    return slug


async def test_killed_at_any_moment_it_leaves_nothing_or_all_and_can_be_repeated(database: str, registers: Callable[..., Path]):
    folder = registers(*FLAGS)
    await run_import(await organize("whole"), [folder], today=TODAY)
    whole = await counts("whole")
    dice = random.Random(5)  # noqa: S311 - moments, not secrets
    for number, step in enumerate((2, 5, 8, 9, *(0 for _ in range(KILLS)))):
        slug = await organize(f"killed-{number}")
        process = start(slug, folder, step)
        go(process)
        if not step:
            time.sleep(dice.uniform(0.02, 0.6))  # noqa: ASYNC251 - nothing else runs in this loop
            process.kill()
        code = ended(process)
        assert code < 0 or not step
        assert await counts(slug) in ([0] * len(whole), whole)
        await assert_whole()
        assert said(await run_import(slug, [folder], today=TODAY)) == expected(folder)
        assert await counts(slug) == whole
    await assert_whole()


async def test_two_imports_at_once_end_as_one(database: str, registers: Callable[..., Path]):
    folder = registers(*FLAGS)
    await run_import(await organize("alone"), [folder], today=TODAY)
    slug = await organize("both")
    processes = [start(slug, folder), start(slug, folder)]
    for process in processes:
        go(process)
    assert [ended(process) for process in processes] == [1, 1]
    assert await counts(slug) == await counts("alone")
    await assert_whole()
