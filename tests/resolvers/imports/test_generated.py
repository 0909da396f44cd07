"""The generator's registers: exactly the expected lines, and the same again changes nothing."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from models import AuditRecord, ImportFile, ImportProblem, ImportRun, Organization
from resolvers.imports import run_import
from tests.resolvers.imports.conftest import TODAY, assert_whole, contents, expected, rows, said, taken

ALL = ("--events", "--drift", "--dirty", "4")


@pytest.mark.parametrize(
    "flags",
    [
        (),
        ("--events",),
        ("--drift",),
        ("--dirty", "5"),
        ALL,
        (*ALL, "--utf8", "--seed", "7"),
        (*ALL, "--seed", "11"),
        (*ALL, "--seed", "23"),
        (*ALL, "--whole"),
    ],
    ids=" ".join,
)
async def test_each_row_is_taken_doubted_or_refused_as_it_should_be(organization: Organization, registers: Callable[..., Path], flags: tuple[str, ...]):
    folder = registers(*flags, accounts=130)
    outcome = await taken(folder)
    assert said(outcome) == expected(folder)
    assert outcome.refused_files == []
    assert outcome.status == (1 if any(severity == "refused" for _, _, severity, _ in expected(folder)) else 0)
    for file in outcome.files:
        assert file.rows == file.taken + file.refused
        assert file.changed == file.taken
    await assert_whole()


async def test_the_same_files_again_change_nothing_and_say_the_same(organization: Organization, registers: Callable[..., Path]):
    folder = registers(*ALL)
    first = await taken(folder)
    before = await contents()
    second = await taken(folder)
    assert await contents() == before
    assert said(second) == said(first)
    assert {file.changed for file in second.files} == {0}


async def test_files_may_come_one_by_one_in_any_order(organization: Organization, registers: Callable[..., Path]):
    """Names and order of arguments do not matter within a run; run by run, the money registers may come in any order."""
    folder = registers(*ALL)
    shuffled = sorted(folder.glob("*.csv"))
    random.Random(3).shuffle(shuffled)  # noqa: S311 - any order will do
    outcome = await taken(*shuffled)
    assert said(outcome) == expected(folder)
    before = await contents()
    for path in (folder / f"{name}.csv" for name in ("payments", "balances", "charges", "readings", "meters", "accounts", "contracts", "tariffs")):
        again = await taken(path)
        assert said(again) == [line for line in expected(folder) if line[0] == path.stem]
    assert await contents() == before


async def test_registers_split_over_files_say_and_leave_the_same(organization: Organization, registers: Callable[..., Path], tmp_path: Path):
    folder = registers("--events", "--drift")
    whole = await taken(folder)
    ledger = "SELECT account_id, kind, amount, period, reason FROM ledger_entry WHERE organization_id = {} ORDER BY 1, 2, 3, 4, 5"
    for path in folder.glob("*.csv"):
        headings, *lines = path.read_bytes().split(b"\r\n")[:-1]
        for part in range(3):
            cut = lines[part * len(lines) // 3 : (part + 1) * len(lines) // 3]
            (tmp_path / f"{path.stem}-{part}.csv").write_bytes(b"\r\n".join([headings, *cut, b""]))
    other = await Organization.create(slug="other", name="Другой", currency="KZT", timezone="Asia/Almaty")
    split = await run_import("other", [tmp_path], today=TODAY)
    assert sum(file.taken for file in split.files) == sum(file.taken for file in whole.files)
    assert sorted(line.code for line in split.lines) == sorted(line.code for line in whole.lines)
    mine, theirs = await rows(ledger.format(organization.id)), await rows(ledger.format(other.id))
    assert [tuple(row.values())[1:] for row in mine] == [tuple(row.values())[1:] for row in theirs]
    await assert_whole()


async def test_registers_that_arrive_separately_end_where_a_whole_folder_ends(organization: Organization, registers: Callable[..., Path]):
    folder = registers(*ALL)
    lines = []
    for name in ("tariffs", "contracts", "accounts", "meters", "readings", "balances", "payments", "charges"):
        outcome = await taken(folder / f"{name}.csv")
        lines += [line for line in said(outcome) if line[0] != "balances"]
        await assert_whole()
    assert sorted(lines) == [line for line in expected(folder) if line[0] != "balances"]
    assert said(await taken(folder / "balances.csv")) == [line for line in expected(folder) if line[0] == "balances"]
    live = await rows(
        """SELECT kind, COUNT(*) AS n, SUM(amount) AS amount FROM ledger_entry e WHERE reverses_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = e.id) GROUP BY kind ORDER BY kind"""
    )
    await Organization.create(slug="other", name="Другой", currency="KZT", timezone="Asia/Almaty")
    await run_import("other", [folder], today=None)
    whole = await rows(
        f"""SELECT kind, COUNT(*) AS n, SUM(amount) AS amount FROM ledger_entry e WHERE organization_id <> {organization.id}
        GROUP BY kind ORDER BY kind"""
    )
    assert live == whole
    await assert_whole()


async def test_a_preview_says_the_same_and_writes_nothing(organization: Organization, registers: Callable[..., Path]):
    folder = registers(*ALL)
    outcome = await taken(folder, preview=True)
    assert outcome.preview
    assert said(outcome) == expected(folder)
    assert not any((await contents()).values())
    [run] = await ImportRun.all()
    assert (run.state, run.summary["rows"], await ImportFile.all().count()) == ("preview", sum(file.rows for file in outcome.files), 8)
    assert await ImportProblem.all().count() == len(outcome.lines)
    assert said(await taken(folder, run_id=run.id)) == expected(folder), "the run that was previewed may be taken"
    assert [run.state for run in await ImportRun.all()] == ["done"]
    before = await contents()
    assert said(await taken(folder, preview=True)) == expected(folder)
    assert await contents() == before


async def test_the_run_is_kept_with_its_files_and_problems(organization: Organization, registers: Callable[..., Path]):
    folder = registers(*ALL)
    outcome = await taken(folder, who="user:1")
    [run] = await ImportRun.all()
    assert (run.state, run.who) == ("done", "user:1")
    assert await ImportFile.all().count() == 8
    assert await ImportProblem.all().count() == len(outcome.lines)
    [record] = await AuditRecord.all()
    assert (record.actor, record.action, record.subject) == ("user:1", "import", f"import_run:{run.id}")
    assert record.details["refused"] == sum(file.refused for file in outcome.files)
    payments = await ImportFile.get(kind="payments")
    assert (payments.covers, str(payments.first_period), str(payments.last_period)) == ("paid", "2026-07-01", "2026-10-01")
    assert payments.months == "2026-07 2026-08 2026-09 2026-10"


async def test_two_organizations_do_not_see_each_other(organization: Organization, registers: Callable[..., Path]):
    folder = registers(*ALL)
    await taken(folder)
    before = await rows("SELECT id, balance FROM personal_account ORDER BY id")
    await Organization.create(slug="other", name="Другой", currency="KZT", timezone="Asia/Almaty")
    assert said(await run_import("other", [folder])) == expected(folder)
    after = await rows(f"SELECT id, balance FROM personal_account WHERE organization_id = {organization.id} ORDER BY id")
    assert after == before
    await assert_whole()
