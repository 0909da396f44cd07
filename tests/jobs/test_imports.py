"""``abonent imports``: every verb says in a sentence what it did, or why not."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from adapters import shelf
from models import AuditRecord, ImportRun, PersonalAccount
from models.database import connection
from resolvers.imports import ImportBusy, run_import, undo_import
from resolvers.imports.troubles import STANDS
from tests import factories as make
from tests.test_cli import abonent, peopled

__all__ = ["peopled"]
ACCOUNTS = "Лицевой счёт;Фамилия\n1001;{}\n"


async def imported(tmp_path: Path, surname: str, **options) -> int:
    (tmp_path / "accounts.csv").write_text(ACCOUNTS.format(surname), encoding="utf-8")
    return (await run_import("vodokanal", [tmp_path / "accounts.csv"], **{"approved": True, **options})).run_id


async def kept(**given) -> ImportRun:
    """A run whose files are kept, as the network brings them."""
    from resolvers.organizations import organization_by_slug

    folder = shelf.new_folder("upload")
    (shelf.files_of(folder) / "accounts.csv").write_text(ACCOUNTS.format("А"), encoding="utf-8")
    organization = (await organization_by_slug("vodokanal")).pk
    return await ImportRun.create(organization_id=organization, who="token:1", source="upload", folder=folder, started_at=make.NOW, **given)


def told(*arguments: object, status: int = 1) -> str:
    return " ".join(abonent("imports", *map(str, arguments), status=status).stderr.split())


async def test_undo_names_what_stands_on_it_and_what_was_undone(peopled: str, tmp_path: Path):
    runs = [await imported(tmp_path, surname) for surname in "АБВ"]
    assert told("undo", runs[0]).endswith(f"Undo first: {runs[2]}, {runs[1]}.")
    abonent("imports", "undo", str(runs[2]))
    assert told("undo", runs[2]) == f"Import {runs[2]} was undone already."
    await ImportRun.filter(id=runs[0]).update(error=f"{STANDS} {runs[1]}")
    shown = abonent("imports", "show", str(runs[0]), "--language", "en").stdout
    assert f"Later imports stand on this one and must be undone first: {runs[1]}." in shown
    looked = await imported(tmp_path, "Г", preview=True)
    assert "only one that is done" in told("undo", looked)


async def test_what_is_posted_in_a_later_month_is_said(peopled: str, tmp_path: Path):
    """Whoever sends October again must not look for it in October."""
    run = await imported(tmp_path, "А")
    month = {"period": "2026-10", "posted_later": {"period": "2026-11", "entries": 2, "amount": 5401}}
    await ImportRun.filter(id=run).update(summary={"months": [month]})
    assert "2026-10 is closed: 2 entries of 54.01 in all are posted in 2026-11" in abonent("imports", "show", str(run)).stdout


async def test_a_held_run_is_approved_where_its_files_are(peopled: str, tmp_path: Path):
    run = await kept(state="held")
    abonent("imports", "approve", str(run.id))
    found = await ImportRun.get(id=run.id)
    assert (found.state, found.approved_by) == ("done", "command line")
    assert await PersonalAccount.filter(number="1001").exists()
    assert await AuditRecord.filter(action="import.approve", subject=f"import_run:{run.id}", actor="command line").count() == 1
    here = await imported(tmp_path, "Б", preview=True)
    assert told("approve", here) == f"The files of run {here} are not kept: import them again with `abonent import vodokanal … --approve`."
    await ImportRun.filter(id=run.id).update(state="undone", undone_by="user:1", undone_at=make.NOW)
    assert "only one that was looked at or is held" in told("approve", run.id)


async def test_what_began_meanwhile_keeps_its_files(peopled: str):
    run = await kept(state="waiting")
    abonent("imports", "discard", str(run.id))
    assert ((await ImportRun.get(id=run.id)).state, (shelf.data() / str(run.folder)).exists()) == ("dropped", False)
    begun = await kept(state="running")
    assert "is running: only one of which nothing was written" in told("discard", begun.id)
    assert shelf.files_of(str(begun.folder)).exists()


async def test_an_undo_that_cannot_wait_any_longer_says_so(peopled: str, database: str, database_kind: str, tmp_path: Path):
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL waits for the other write and then goes on")
    run = await imported(tmp_path, "А")
    connection().patience = 0.1
    with contextlib.closing(sqlite3.connect(connection().filename, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ImportBusy):
            await undo_import(run, "command line")
    assert (await ImportRun.get(id=run)).state == "done"
