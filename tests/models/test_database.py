"""Migrations and what the database itself refuses, on whichever database the suite runs."""

import asyncio
import datetime as dt
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from tortoise.exceptions import DBConnectionError, IntegrityError, TransactionManagementError

from models import LedgerEntry, Organization, PersonalAccount, Reading, Statement
from models import database as db
from models.accounts import Membership
from models.guards import _CURRENT
from models.meters import Meter, MeterRegister
from models.snapshots import snapshot

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
OCTOBER = dt.date(2026, 10, 1)


@pytest.fixture
async def account(database: str) -> PersonalAccount:
    organization = await Organization.create(slug="vodokanal", name="Водоканал", currency="KZT", timezone="Asia/Almaty")
    return await PersonalAccount.create(organization=organization, number="02015213")


async def posted(account: PersonalAccount, key: str = "opening", **values: object) -> LedgerEntry:
    values = {"kind": "opening", "amount": -64106, "period": OCTOBER, "business_date": OCTOBER, "posted_at": NOW, "account_id": account.id} | values
    return await LedgerEntry.create(organization_id=account.organization_id, key=key, **values)


async def test_migrating_again_changes_nothing(database_url: str):
    assert await db.migrate(database_url) == 0


async def test_two_migrations_at_once_leave_one_schema(empty_database_url: str):
    steps = await asyncio.gather(*(asyncio.to_thread(lambda: asyncio.run(db.migrate(empty_database_url))) for _ in range(2)))
    assert min(steps) == 0
    assert sum(steps) > 0
    await db.connect(empty_database_url)
    assert await db.missing_guards() == []
    await db.close()


async def test_models_and_migrations_agree(database_url: str):
    """`makemigrations` would have nothing to write."""
    from tortoise.migrations.autodetector import MigrationAutodetector

    await db.connect(database_url)
    detector = MigrationAutodetector(__import__("tortoise").Tortoise.apps, db.configuration(database_url)["apps"])
    assert await detector.changes() == []
    await db.close()


async def test_steps_are_what_tortoise_itself_would_take(database: str):
    """Models are drawn only where a step looks at them (models/migrating.py): the statements are the same. 0003 has steps of most kinds."""
    from tortoise.migrations.executor import MigrationExecutor

    from models.migrating import Executor

    executors = [kind(db.connection(), db.TORTOISE["apps"]) for kind in (MigrationExecutor, Executor)]
    theirs, ours = [await each.collect_sql("models", "0003") for each in executors]
    assert ours == theirs
    assert len(ours) > 100


async def test_every_foreign_key_is_indexed(database: str):
    """A foreign key without an index makes every look-up and every delete a scan. Both databases leave that to us."""
    uncovered = []
    for model in __import__("tortoise").Tortoise.apps["models"].values():
        firsts = {index.fields[0] if hasattr(index, "fields") else index[0] for index in model._meta.indexes}
        firsts |= {group[0] for group in model._meta.unique_together} | {f"{group[0]}_id" for group in model._meta.unique_together}
        uncovered += [f"{model.__name__}.{name}" for name in model._meta.fk_fields if f"{name}_id" not in firsts]
    assert uncovered == []


async def test_every_index_of_the_models_stands(database: str, database_kind: str):
    """SQLite makes a table anew where a field changes, and its indexes are gone with the old one."""
    for model in __import__("tortoise").Tortoise.apps["models"].values():
        table = model._meta.db_table
        if database_kind == "sqlite":
            names = [row["name"] for row in await db.connection().execute_query_dict(f"PRAGMA index_list({table})")]
            standing = {tuple(row["name"] for row in await db.connection().execute_query_dict(f"PRAGMA index_info({name})")) for name in names}
        else:
            query = f"""SELECT ARRAY(SELECT a.attname FROM unnest(i.indkey) WITH ORDINALITY k(n, place)
                JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n ORDER BY k.place) AS columns FROM pg_index i
                WHERE i.indrelid = '{table}'::regclass"""
            standing = {tuple(row["columns"]) for row in await db.connection().execute_query_dict(query)}
        for index in model._meta.indexes:
            assert tuple(index) in standing, f"{table}: {index}"


async def test_indexes_name_real_columns(database: str):
    """SQLite takes an unknown quoted name for a text, and silently indexes a constant."""
    for model in __import__("tortoise").Tortoise.apps["models"].values():
        columns = set(model._meta.fields_db_projection.values())
        for index in model._meta.indexes:
            assert set(index) <= columns, f"{model.__name__}: {index}"


@pytest.mark.parametrize("change", [lambda e: LedgerEntry.filter(id=e.id).update(amount=1), lambda e: LedgerEntry.filter(id=e.id).delete()])
async def test_ledger_entries_cannot_change(account: PersonalAccount, change: Callable[[LedgerEntry], Awaitable[object]]):
    entry = await posted(account)
    with pytest.raises(IntegrityError, match="appended, never changed"):
        await change(entry)
    assert (await LedgerEntry.get(id=entry.id)).amount == -64106


async def test_posting_twice_is_refused(account: PersonalAccount):
    await posted(account)
    with pytest.raises(IntegrityError):
        await posted(account)


async def test_an_entry_is_reversed_once(account: PersonalAccount):
    entry = await posted(account)
    await posted(account, "opening~1", amount=64106, reverses=entry)
    with pytest.raises(IntegrityError):
        await posted(account, "opening~2", amount=64106, reverses=entry)


async def test_an_owner_is_one_account_or_one_contract(account: PersonalAccount):
    with pytest.raises(IntegrityError):
        await posted(account, "nobody's", account_id=None)


async def test_one_version_is_current(account: PersonalAccount):
    values = {"organization_id": account.organization_id, "account": account, "period": OCTOBER, "as_of": NOW}
    await Statement.create(version=1, is_current=False, **values)
    await Statement.create(version=2, **values)
    with pytest.raises(IntegrityError):
        await Statement.create(version=3, **values)


async def test_a_resident_has_one_current_reading_a_month(account: PersonalAccount):
    meter = await Meter.create(organization_id=account.organization_id, account=account, resource="cold_water", serial="1")
    register = await MeterRegister.create(meter=meter)
    values = {"organization_id": account.organization_id, "account": account, "register": register, "period": OCTOBER, "source": "cabinet", "state": "sent"}
    await Reading.create(value=1, taken_on=dt.date(2026, 10, 20), by_resident=True, **values)
    with pytest.raises(IntegrityError):
        await Reading.create(value=2, taken_on=dt.date(2026, 10, 21), by_resident=True, **values)


async def test_lost_guards_are_named(database: str):
    await db.connection().execute_script(f"DROP INDEX {next(iter(_CURRENT))}")
    assert await db.missing_guards() == [next(iter(_CURRENT))]


async def test_data_and_guards_survive_a_rebuilt_table(account: PersonalAccount, database: str):
    """The next migration may rebuild tables (SQLite): entries stay, and the triggers are there again."""
    await posted(account)
    if db.is_sqlite():
        await db.connection().execute_script(
            "PRAGMA foreign_keys = OFF; CREATE TABLE copy AS SELECT * FROM ledger_entry; DROP TABLE ledger_entry; ALTER TABLE copy RENAME TO ledger_entry"
        )
    else:
        await db.connection().execute_script("DROP TRIGGER ledger_entry_no_update ON ledger_entry; DROP TRIGGER ledger_entry_no_delete ON ledger_entry")
    assert "ledger_entry_no_update" in await db.missing_guards()
    await db.close()
    await db.migrate(database)
    await db.connect(database)
    assert await db.missing_guards() == []
    assert await LedgerEntry.all().count() == 1
    with pytest.raises(IntegrityError, match="appended"):
        await LedgerEntry.all().delete()


async def test_two_processes_on_one_sqlite_file_lose_nothing(account: PersonalAccount, database: str, tmp_path: Path):
    """Read-modify-write from two connections: BEGIN IMMEDIATE makes one wait, where plain BEGIN would fail half of them."""
    if not db.is_sqlite():
        pytest.skip("about the SQLite engine")
    import sys

    script = (
        "import asyncio, sys\n"
        "from models import PersonalAccount, database\n"
        "async def main():\n"
        "    await database.connect(sys.argv[1])\n"
        "    for _ in range(50):\n"
        "        async with database.transaction():\n"
        "            account = await PersonalAccount.first()\n"
        "            await PersonalAccount.filter(id=account.id).update(balance=(account.balance or 0) + 1)\n"
        "    await database.close()\n"
        "asyncio.run(main())\n"
    )
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", script, database, cwd=Path(__file__).parents[2]) for _ in range(3)]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    assert (await PersonalAccount.get(id=account.id)).balance == 150


async def test_a_membership_names_one_target(account: PersonalAccount):
    from models import User

    user = await User.create(login="aigul", login_key="aigul", email="a@example.kz", email_key="a@example.kz", password_hash="x")
    values = {"organization_id": account.organization_id, "user": user, "rights": 31, "proof": "staff"}
    await Membership.create(account=account, **values)
    with pytest.raises(IntegrityError):
        await Membership.create(account=account, **values)
    with pytest.raises(IntegrityError):
        await Membership.create(**values)


@pytest.mark.parametrize("content", [b"not a db\n" * 2000, b"SQLite format 3\0" + b"\xff" * 5000])
async def test_a_file_that_is_no_database_is_told_at_once(tmp_path: Path, content: bytes):
    file = tmp_path / "broken.db"
    file.write_bytes(content)
    async with asyncio.timeout(20):
        with pytest.raises(DBConnectionError, match=r"broken\.db"):
            await db.migrate(f"sqlite:///{file}")
    assert file.read_bytes() == content


async def test_a_transaction_that_cannot_open_its_file_leaves_no_lock_behind(tmp_path: Path):
    (tmp_path / "broken.db").write_bytes(b"not a db\n" * 2000)
    await db.connect(f"sqlite:///{tmp_path / 'broken.db'}")
    async with asyncio.timeout(20):
        for _ in range(2):
            with pytest.raises(DBConnectionError):
                async with db.transaction():
                    pass
    await db.close()


async def test_a_step_that_has_not_run_is_told(database: str):
    """`serve` and every command refuse a database that is behind the release."""
    await db.connection().execute_query("DELETE FROM tortoise_migrations")
    assert (await db.missing_guards())[0] == "migration 0001_initial"


async def test_readers_do_not_wait_behind_a_writer_who_waits(account: PersonalAccount, database: str, database_kind: str):
    """Another process writes for a while (an import): here somebody wants to write too, and everybody else still reads."""
    if database_kind != "sqlite":
        pytest.skip("about the SQLite engine")
    other = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = [asyncio.create_task(_named(account)), asyncio.create_task(_renamed(account))]
    for _ in range(20):
        await asyncio.wait_for(Organization.get(id=account.organization_id), 1)
    assert not any(task.done() for task in waiting)
    other.execute("ROLLBACK")
    other.close()
    await asyncio.wait_for(asyncio.gather(*waiting), 5)
    db.connection().patience = 0.1
    with closing(sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)) as again:
        again.execute("BEGIN IMMEDIATE")
        with pytest.raises(TransactionManagementError, match="locked"):
            await _renamed(account)
    await _renamed(account)  # the connection was given back


async def _renamed(account: PersonalAccount) -> None:
    async with db.transaction():
        await Organization.filter(id=account.organization_id).update(name="В")


async def _named(account: PersonalAccount) -> None:
    await Organization.filter(id=account.organization_id).update(name="Б")


async def test_what_is_written_beside_a_snapshot_stays(database: str):
    """The worker checks the books and sends letters in one process: neither may undo the other."""
    begun, written = asyncio.Event(), asyncio.Event()

    async def look() -> int:
        async with snapshot():
            before = await Organization.all().count()
            begun.set()
            await written.wait()
            assert await Organization.all().count() == before == 0  # as of one moment
            return await Organization.all().count()

    looking = asyncio.create_task(look())
    await begun.wait()
    values = {"name": "Водоканал", "currency": "KZT", "timezone": "Asia/Almaty"}
    await Organization.create(slug="vodokanal", **values)
    async with db.transaction():
        await Organization.create(slug="teplo", **values)
    written.set()
    assert await looking == 0
    assert await Organization.all().count() == 2
