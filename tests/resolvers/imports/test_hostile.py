"""Registers that somebody or something spoiled: any bytes at all are answered, and the books stay whole."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from adapters.files import FileRefused, open_register
from models import Organization
from resolvers.imports import run_import, sentence
from tests.resolvers.imports.conftest import TODAY, assert_whole, taken

HEADINGS = "Дата;Лицевой счёт;Сумма\n".encode()
CELLS = ["", "0", "-1", "1e9", "9" * 13, "99999999999,99", "99999999999999", "01.01.1900", "2026-13", "=1+1", "'; DROP TABLE charge; --", "\\", "\"\"", "a" * 500,
         "\u202e", "é", "2026-10", "31.12.2025", "хол.", "Акт снятия", "02000000", "0,001", "1 000", ":now", "%s", "{0}"]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(some.binary(max_size=300) | some.binary(max_size=300).map(lambda tail: HEADINGS + tail))
def test_any_bytes_are_a_register_or_a_refusal(tmp_path: Path, content: bytes):
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    try:
        for row in open_register("any", path).rows():
            assert row.code is None or row.params is not None
    except FileRefused:
        return


def noise(content: bytes, dice: random.Random) -> bytes:
    noisy = bytearray(content)
    for _ in range(dice.randrange(1, 40)):
        noisy[dice.randrange(len(noisy))] = dice.randrange(256)
    return bytes(noisy)


def lost_doubled_and_out_of_order(content: bytes, dice: random.Random) -> bytes:
    head, *body = content.split(b"\r\n")
    return b"\r\n".join([head, *dice.choices(body[:-1], k=len(body)), b""])


def without_a_column(content: bytes, dice: random.Random) -> bytes:
    lines = content.split(b"\r\n")
    place = dice.randrange(lines[0].count(b";") + 1)
    return b"\r\n".join(b";".join(cell for n, cell in enumerate(line.split(b";")) if n != place) for line in lines)


def strange_cells(content: bytes, dice: random.Random) -> bytes:
    lines = content.split(b"\r\n")
    for _ in range(30):
        n = dice.randrange(1, len(lines) - 1)
        cells = lines[n].split(b";")
        cells[dice.randrange(len(cells))] = dice.choice(CELLS).encode("cp1251", "replace")
        lines[n] = b";".join(cells)
    return b"\r\n".join(lines)


def cut_off(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content))]


def an_open_quote(content: bytes, dice: random.Random) -> bytes:
    lines = content.split(b"\r\n")
    n = dice.randrange(1, len(lines) - 1)
    lines[n] = lines[n].replace(b";", b';"', 1)
    return b"\r\n".join(lines)


ROUNDS = range(8)
WAYS = (noise, lost_doubled_and_out_of_order, without_a_column, strange_cells, cut_off, an_open_quote)


@pytest.mark.slow
async def test_spoiled_registers_never_spoil_the_books(database: str, database_kind: str, registers: Callable[..., Path], tmp_path: Path):
    """Each round imports a good folder, spoils it, and imports it again over the first and into an empty organization."""
    good = registers("--events", "--drift", "--dirty", "4", accounts=40, months=3)
    for round_ in ROUNDS if database_kind == "sqlite" else ROUNDS[:3]:  # a second database is asked about its SQL, not about chance
        dice = random.Random(round_)  # noqa: S311 - the same ways each time
        folder = tmp_path / str(round_)
        shutil.copytree(good, folder)
        for path in sorted(folder.glob("*.csv")):
            if dice.random() < 0.6:
                path.write_bytes(dice.choice(WAYS)(path.read_bytes(), dice))
        for slug, first in ((f"over-{round_}", good), (f"empty-{round_}", folder)):
            await Organization.create(slug=slug, name="В", currency="KZT", timezone="Asia/Almaty")
            await run_import(slug, [first], today=TODAY, approved=True)
            outcome = await run_import(slug, [folder], today=TODAY, approved=True)
            assert all(sentence(line) for line in outcome.lines)
            again = await run_import(slug, [folder], today=TODAY, approved=True)
            assert [(line.file, line.line, line.code) for line in again.lines] == [(line.file, line.line, line.code) for line in outcome.lines]
            assert sum(file.changed for file in again.files) == 0
        await assert_whole()


async def test_others_may_write_while_files_are_read(organization: Organization, registers: Callable[..., Path], database: str, database_kind: str):
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL has no single writer")
    waited = []

    def write(stage: str, done: int, total: int) -> None:
        if stage != "ledger":
            other = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None, timeout=0)
            other.execute("BEGIN IMMEDIATE")
            other.execute("COMMIT")
            other.close()
            waited.append(stage)

    await taken(registers(), progress=write)
    assert {"charges", "readings", "payments"} <= set(waited)
