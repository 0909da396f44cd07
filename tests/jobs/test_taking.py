"""Imports that wait are taken once, by processes of their own, whoever dies on the way."""

import asyncio
import contextlib
import os
import shutil
import signal
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters import shelf
from jobs import inbox, taking
from jobs.taking import next_of, take_next
from models import AuditRecord, ImportRun, Organization, PersonalAccount
from models.database import connection
from models.enums import ImportSource, ImportState
from resolvers.imports import ImportBusy
from resolvers.imports import run as imports_run
from resolvers.imports import taking as work
from resolvers.imports.troubles import BROKEN, INTERRUPTED
from tests import commands
from tests import factories as make

ACCOUNTS = "Лицевой счёт;Фамилия\r\n1;А\r\n2;Б\r\n;В\r\n".encode()


async def a_waiting_run(organization, data: bytes = ACCOUNTS, **given) -> ImportRun:
    folder = shelf.new_folder("upload")
    (shelf.files_of(folder) / "accounts.csv").write_bytes(data)
    values = {"state": "waiting", "who": "token:1", "source": ImportSource.UPLOAD, "folder": folder, "started_at": make.NOW, "approved_by": "user:1"}
    return await ImportRun.create(organization=organization, **{**values, **given})


@pytest.fixture
async def organization(database):
    return await make.organization()


async def state_of(run: ImportRun) -> ImportState:
    return ImportState((await ImportRun.get(id=run.id)).state)


async def test_a_run_is_taken_in_a_process_of_its_own(organization):
    run = await a_waiting_run(organization)
    assert await take_next(asyncio.Event()) == 0
    assert await state_of(run) is ImportState.DONE
    assert await PersonalAccount.all().count() == 2
    assert await take_next(asyncio.Event()) == taking.SECONDS_BETWEEN_LOOKS, "nothing is left to do"


async def test_of_many_takers_one_takes_it(organization):
    run = await a_waiting_run(organization)
    with contextlib.ExitStack() as takers:
        children = [takers.enter_context(commands.started("jobs.cli", "imports", "take", str(run.id))) for _ in range(4)]
        assert [child.wait(60) for child in children] == [0, 0, 0, 0]
    assert await state_of(run) is ImportState.DONE
    assert await AuditRecord.filter(action="import").count() == 1


async def test_a_run_whose_process_died_is_failed_by_the_next_worker(organization):
    run = await a_waiting_run(organization, state="running")
    with shelf.locked(shelf.desk(run.id) / "lock") as mine:
        assert mine
        await take_next(asyncio.Event())
        assert await state_of(run) is ImportState.RUNNING, "somebody is at it"
    await take_next(asyncio.Event())
    found = await ImportRun.get(id=run.id)
    assert (found.state, found.error) == ("failed", INTERRUPTED)


async def test_a_process_that_is_killed_leaves_nothing(organization, monkeypatch: pytest.MonkeyPatch):
    """kill -9 at any moment: the run is failed or done, never half done, and the next one goes on."""
    rows = b"".join(b"%d;x\r\n" % number for number in range(30_000))
    data = "Лицевой счёт;Фамилия\r\n".encode() + rows
    started: list[asyncio.subprocess.Process] = []
    original = asyncio.create_subprocess_exec

    async def remembered(*command, **options):
        started.append(await original(*command, **options))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", remembered)
    for wait in (0.3, 1.2, 2.0):
        run = await a_waiting_run(organization, data)
        at_work = asyncio.create_task(take_next(asyncio.Event()))
        await asyncio.sleep(wait)
        if started[-1].returncode is None:
            os.kill(started[-1].pid, signal.SIGKILL)
        await at_work
        state = await state_of(run)
        assert state in (ImportState.FAILED, ImportState.DONE)
        assert await PersonalAccount.all().count() in ((0,) if state is ImportState.FAILED else (30_000,))
        if state is ImportState.DONE:
            break
    last = await a_waiting_run(organization)
    while await state_of(last) is ImportState.WAITING:
        await take_next(asyncio.Event())
    assert await state_of(last) is ImportState.DONE


async def test_a_worker_that_is_stopped_puts_the_run_back(organization):
    run = await a_waiting_run(organization, b"".join([ACCOUNTS, *(b"%d;x\r\n" % number for number in range(10, 60_000))]))
    stop = asyncio.Event()
    at_work = asyncio.create_task(take_next(stop))
    while await state_of(run) is not ImportState.RUNNING:  # noqa: ASYNC110 - another process changes it
        await asyncio.sleep(0.02)
    stop.set()
    await asyncio.wait_for(at_work, 15)
    assert await state_of(run) in (ImportState.WAITING, ImportState.DONE)
    await take_next(asyncio.Event())
    assert await state_of(run) is ImportState.DONE


async def test_a_run_that_breaks_is_failed_with_a_word(organization, monkeypatch: pytest.MonkeyPatch):
    run = await a_waiting_run(organization)
    monkeypatch.setenv("ABONENT_DATABASE_URL", "sqlite:////nowhere/at/all.db")  # for the child alone: the settings are read already
    await take_next(asyncio.Event())
    found = await ImportRun.get(id=run.id)
    assert (found.state, found.error) == ("failed", BROKEN)


async def test_a_database_that_is_held_by_another_import_is_waited_for(organization, database_kind: str, monkeypatch: pytest.MonkeyPatch):
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL waits as long as it takes")
    run = await a_waiting_run(organization)
    monkeypatch.setattr(imports_run, "SECONDS_TO_WAIT", 0.2)
    with contextlib.closing(sqlite3.connect(f"{connection().filename}.importing", isolation_level=None)) as another:
        another.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ImportBusy):
            await work.take(run.id)
        assert await state_of(run) is ImportState.WAITING
    assert await work.take(run.id)
    assert await state_of(run) is ImportState.DONE


def test_one_organization_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made = [work.Waiting(1, 1, ImportState.WAITING, False), work.Waiting(2, 1, ImportState.WAITING, False), work.Waiting(3, 2, ImportState.WAITING, False)]
    with shelf.locked(made[0].lock):
        assert next_of(made) is made[2]
    assert next_of(made) is made[0]


@pytest.fixture
def dropped(organization) -> Path:
    folder = inbox.make_inbox("vodokanal")
    inbox._seen.clear()
    return folder


async def settled() -> None:
    """Everything that is whole is taken and moved out."""
    await inbox.look()
    await take_next(asyncio.Event())
    await inbox.look()


async def test_what_is_dropped_is_taken_once_it_is_whole(dropped: Path, monkeypatch: pytest.MonkeyPatch):
    clock = [1000.0]
    monkeypatch.setattr(inbox.time, "monotonic", lambda: clock[0])
    (dropped / "accounts.csv").write_bytes(ACCOUNTS[:20])
    await inbox.look()
    clock[0] += 60
    (dropped / "accounts.csv").write_bytes(ACCOUNTS)  # it has grown
    await inbox.look()
    assert await ImportRun.all().count() == 0
    clock[0] += 60
    (dropped / "charges.csv.part").write_bytes(b"x")
    await inbox.look()
    assert await ImportRun.all().count() == 0, "somebody still writes"
    (dropped / "charges.csv.part").unlink()
    await settled()
    [run] = await ImportRun.all()
    assert (run.state, run.source, run.folder) == ("done", ImportSource.FOLDER, None)
    taken = dropped / "taken" / str(run.id)
    assert sorted(path.name for path in taken.iterdir()) == ["accounts.csv", "result.csv"]
    assert "account_number_missing" in (taken / "result.csv").read_text(encoding="utf-8")
    clock[0] += 60
    await settled()
    assert await ImportRun.all().count() == 1, "never twice"


async def test_a_mark_says_that_a_file_is_whole(dropped: Path):
    for name in ("accounts.csv", "other.csv"):
        (dropped / name).write_bytes(ACCOUNTS)
    (dropped / "accounts.csv.done").touch()
    await settled()
    [run] = await ImportRun.all()
    assert sorted(path.name for path in dropped.iterdir()) == ["other.csv", "taken"]
    assert (dropped / "taken" / str(run.id) / "accounts.csv").exists()


async def test_one_inbox_stops_no_other_and_no_imports(dropped: Path, monkeypatch: pytest.MonkeyPatch):
    await make.organization("teplo")
    other = inbox.make_inbox("teplo")
    waits = await a_waiting_run(await Organization.get(slug="teplo"))
    (dropped / "taken").write_bytes(b"a file, not a folder")
    for folder in (dropped, other):
        (folder / "accounts.csv").write_bytes(ACCOUNTS)
        (folder / "accounts.csv.done").touch()
    said: list[str] = []
    monkeypatch.setattr(inbox, "log", lambda name: SimpleNamespace(error=lambda event, **_: said.append(event), info=lambda *_, **__: None))
    for _ in range(3):
        await settled()
    assert await state_of(waits) is ImportState.DONE
    runs = {run.organization_id: run for run in await ImportRun.filter(source=ImportSource.FOLDER)}
    assert {run.state for run in runs.values()} == {"done"}
    assert len(list((other / "taken").rglob("result.csv"))) == 1
    await inbox.look()
    assert said == ["inbox.stuck"], "once"
    (dropped / "taken").unlink()
    await inbox.look()
    assert len(list((dropped / "taken").rglob("accounts.csv"))) == 1, "healed by itself"


async def test_an_inbox_that_cannot_be_listed_stops_no_imports(dropped: Path, organization, monkeypatch: pytest.MonkeyPatch):
    waits = await a_waiting_run(organization)

    async def away() -> None:
        raise PermissionError("inbox")

    monkeypatch.setattr(inbox, "_look_at_each", away)
    await settled()
    assert await state_of(waits) is ImportState.DONE


async def test_a_file_that_cannot_be_moved_leaves_the_others_where_they_are(dropped: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("a.csv", "b.csv"):
        (dropped / name).write_bytes(ACCOUNTS)
        (dropped / f"{name}.done").touch()
    original = shelf.move

    def stuck(file: Path, target: Path) -> None:
        if file.name == "b.csv":
            raise PermissionError(file)
        original(file, target)

    monkeypatch.setattr(shelf, "move", stuck)
    await inbox.look()
    await inbox.look()
    assert await ImportRun.all().count() == 0
    assert {path.name for path in dropped.iterdir()} >= {"a.csv", "b.csv"}
    monkeypatch.setattr(shelf, "move", original)
    await settled()
    assert await ImportRun.all().count() == 1


async def test_links_are_neither_read_nor_written_through(dropped: Path, tmp_path: Path):
    secret, victim = tmp_path / "secret.csv", tmp_path / "victim.txt"
    secret.write_bytes(ACCOUNTS)
    victim.write_bytes(b"mine")
    (dropped / "link.csv").symlink_to(secret)
    (dropped / "link.csv.done").touch()
    await settled()
    assert await ImportRun.all().count() == 0
    (dropped / "link.csv").unlink()
    (dropped / "link.csv.done").unlink()
    for number in range(1, 20):
        trap = dropped / "taken" / str(number)
        trap.mkdir(parents=True)
        (trap / "result.csv").symlink_to(victim)
    (dropped / "accounts.csv").write_bytes(ACCOUNTS)
    (dropped / "accounts.csv.done").touch()
    await settled()
    [run] = await ImportRun.all()
    assert run.state == "done"
    assert victim.read_bytes() == b"mine"
    [back] = (dropped / "taken").glob(f"{run.id}-*")
    assert {path.name for path in back.iterdir()} == {"accounts.csv", "result.csv"}
    shutil.rmtree(dropped / "taken")
    (dropped / "taken").symlink_to(tmp_path)
    (dropped / "accounts.csv").write_bytes(ACCOUNTS)
    (dropped / "accounts.csv.done").touch()
    await settled()
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir() and path.name.isdigit()) == []


async def test_a_name_in_an_older_encoding_is_read(dropped: Path):
    name = os.fsdecode("Начисления.csv".encode("cp1251"))
    (dropped / name).write_bytes(ACCOUNTS)
    (dropped / f"{name}.done").touch()
    await settled()
    [run] = await ImportRun.all()
    assert run.state == "done"
    assert [path.name for path in (dropped / "taken" / str(run.id)).glob("Н*")] == ["Начисления.csv"]


async def test_what_cannot_be_taken_goes_to_the_refused(dropped: Path):
    (dropped / "notes.csv").write_bytes(b"nothing;known\r\n1;2\r\n")
    (dropped / "notes.csv.done").touch()
    await settled()
    [run] = await ImportRun.all()
    assert run.state == "failed"
    assert "unknown_headings" in (dropped / "refused" / str(run.id) / "result.csv").read_text(encoding="utf-8")


async def test_a_watcher_that_died_between_moving_and_noting_loses_nothing(dropped: Path):
    folder = shelf.new_folder("folder")
    (shelf.data() / folder / "slug").write_text("vodokanal", encoding="utf-8")
    (shelf.files_of(folder) / "accounts.csv").write_bytes(ACCOUNTS)
    await settled()
    [run] = await ImportRun.all()
    assert run.state == "done"
    assert await PersonalAccount.all().count() == 2
    assert not list((shelf.data() / "imports").glob("folder-*"))


async def test_several_watchers_take_it_once(dropped: Path):
    (dropped / "accounts.csv").write_bytes(ACCOUNTS)
    (dropped / "accounts.csv.done").touch()
    await asyncio.gather(*(inbox.look() for _ in range(5)))
    assert await ImportRun.all().count() == 1
