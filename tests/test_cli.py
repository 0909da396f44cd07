"""The command line, in processes of its own: what it prints, what it writes, how it ends."""

import contextlib
import csv
import json
import re
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from jobs.commands import registers as registers_command
from resolvers import integrity, register_differences
from resolvers.organizations import create_organization
from resolvers.users import create_user
from tests import commands

ROOT = Path(__file__).parent.parent
PASSWORD = "chistaya-voda"
ORGANIZATION = ("organization", "create", "--slug", "vodokanal", "--name", "Водоканал", "--currency", "KZT", "--timezone", "Asia/Almaty")
AIGUL = ("user", "create", "--login", "aigul", "--email", "aigul@example.kz", "--password", PASSWORD)


def abonent(*arguments: str, status: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command with the environment of the test; whatever happens, nobody sees a traceback."""
    done = commands.run("jobs.cli", *arguments, **variables)
    assert "Traceback" not in done.stderr
    assert done.returncode == status, done.stderr
    return done


def cold(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as its user types it; `abonent` saves the imports."""
    return subprocess.run([sys.executable, "-m", "jobs.cli", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.fixture
async def peopled(database: str) -> str:
    """An organization and one user of it."""
    await create_organization("vodokanal", "Водоканал", "KZT", "Asia/Almaty")
    await create_user("aigul", "aigul@example.kz", PASSWORD)
    return database


def test_without_arguments_it_explains_itself():
    shown = abonent(status=2).stdout
    for command in ("migrate", "serve", "worker", "import", "organization", "user", "membership", "token", "check", "mail", "demo"):
        assert command in shown


def test_the_command_that_is_started_from_imports_is_the_same(database_url: str):
    for arguments in ((), ("check",), ("user", "frob")):
        done, quick = cold(*arguments), commands.run("jobs.cli", *arguments)
        assert (done.returncode, done.stdout, done.stderr) == (quick.returncode, quick.stdout, quick.stderr)


def test_it_serves_and_ends_when_told(database_url: str):
    with subprocess.Popen([sys.executable, "-m", "jobs.cli", "serve", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        server.terminate()
        assert server.wait(15) == 0
    assert line.startswith("Serving on http://127.0.0.1:")


def test_headers_without_end_are_refused(served: str):
    """Nobody fills the server's memory with a request that never begins: it ends the connection and does not wait for more."""
    address = urlsplit(served)
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=10) as stranger:
        with contextlib.suppress(ConnectionError):  # it need not take them all
            stranger.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: %s\r\n" % (number, b"a" * 1000) for number in range(300)))
        with contextlib.suppress(ConnectionError):
            assert stranger.recv(100).partition(b"\r\n")[0] in (b"HTTP/1.1 400 Bad Request", b"")


def test_migrate_makes_the_database_and_is_harmless_again(empty_database_url: str):
    assert "steps run" in abonent("migrate", ABONENT_DATABASE_URL=empty_database_url).stdout
    assert "up to date" in abonent("migrate", ABONENT_DATABASE_URL=empty_database_url).stdout


def test_an_operator_sets_up_people_and_a_token(database_url: str):
    abonent(*ORGANIZATION)
    abonent(*AIGUL, "--staff", "vodokanal")
    text = abonent("token", "create", "--user", "aigul", "--scope", "read_accounts", "--scope", "read_money").stdout
    assert text.startswith("abn_")
    assert len(text.split()) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("user", "create", "--login", "vk123", "--email", "a@b.kz", "--password", PASSWORD), 1, "Login is not valid"),
        (("user", "create", "--login", "marat", "--email", "a@b.kz", "--password", "password"), 1, "Password is one that people try first"),
        (("user", "create", "--login", "marat", "--email", "aigul@example.kz", "--password", PASSWORD), 1, "Email is already taken"),
        (("user", "create", "--login", "marat", "--email", "a@b.kz", "--password", PASSWORD, "--staff", "x"), 1, "There is no organization x"),
        (("membership", "grant", "aigul", "vodokanal", "02000007"), 1, "There is no account 02000007"),
        (("membership", "grant", "aigul", "vodokanal"), 2, "Name either an account number or --contract"),
        (("token", "create"), 2, "Name either --user or --organization"),
        (("token", "create", "--user", "aigul", "--scope", "all"), 1, "Scope is not valid: read_accounts"),
        (("import", "vodokanal", "/nowhere"), 2, "does not exist"),
        (("serve", "--port", "seventy"), 2, "--port"),
    ],
)
def test_a_mistake_is_one_sentence(peopled: str, arguments: tuple[str, ...], status: int, told: str):
    assert told in " ".join(abonent(*arguments, status=status).stderr.split())


def test_a_missing_or_unreachable_database_is_told(tmp_path: Path):
    assert "abonent migrate" in abonent(*ORGANIZATION, status=1, ABONENT_DATABASE_URL=f"sqlite:///{tmp_path / 'no.db'}").stderr
    assert not (tmp_path / "no.db").exists()
    assert "cannot be used" in abonent(*ORGANIZATION, status=1, ABONENT_DATABASE_URL="postgres://u:p@127.0.0.1:1/x").stderr


def test_a_database_without_its_guards_is_not_touched(database_url: str, database_kind: str):
    if database_kind == "sqlite":
        with contextlib.closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as file:
            file.execute("DROP TRIGGER ledger_entry_no_update")
        assert "ledger_entry_no_update" in abonent(*ORGANIZATION, status=1).stderr
        assert "ledger_entry_no_update" in abonent("check", status=1).stderr
        abonent("migrate")
        abonent("check")


async def test_damage_is_told_before_anything_is_asked_of_damaged_books(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    async def damaged() -> integrity.CheckReport:
        return integrity.CheckReport([integrity.Damage("file", "page", 1, (7,))])

    async def broken() -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(integrity, "check", damaged)
    monkeypatch.setattr(register_differences, "last_months", broken)
    assert await registers_command.check() == 1
    assert "The database file is damaged: 1" in capsys.readouterr().err


def test_wrong_settings_are_told_by_name(database_url: str):
    told = abonent("migrate", status=2, ABONENT_MODE="production", ABONENT_SECRET="short").stderr
    assert "ABONENT_SECRET must be at least 32 characters" in told


def test_the_worker_does_what_is_due_once(database_url: str):
    """Between the two runs a full hour may strike, and then hourly work is due again: no job's turn is taken twice, that is the law."""
    first, second = ([json.loads(line) for line in abonent("worker", "--once").stderr.splitlines()] for _ in range(2))
    assert {line["job"] for line in first} >= {"forget_sessions", "forget_keys"}
    assert not {(line["job"], line["due_at"]) for line in first} & {(line["job"], line["due_at"]) for line in second}
    assert len(second) < len(first)


@pytest.fixture
def registers(tmp_path: Path) -> Path:
    """Registers of forty accounts, some of whose rows are broken."""
    folder = tmp_path / "registers"
    generator = [sys.executable, "samples/make_registers.py", "--accounts", "40", "--months", "2", "--dirty", "5", "--out", str(folder)]
    subprocess.run(generator, cwd=ROOT, check=True)
    return folder


def test_an_import_tells_every_row_and_a_preview_writes_nothing(peopled: str, registers: Path, tmp_path: Path):
    said = tmp_path / "said.csv"
    for mode in (("--preview",), ()):
        abonent("import", "vodokanal", str(registers), *mode, "--result", str(said), status=1)
        with said.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file, delimiter=";"))
        assert lines[0] == ["file", "line", "severity", "code", "message", "column", "row"]
        expected = (tmp_path / "registers.expected.csv").read_text(encoding="utf-8").splitlines()
        assert sorted(";".join(line[:4]) for line in lines[1:]) == sorted(expected[1:])
        sources = {path.stem: path.read_bytes().decode("cp1251").splitlines() for path in registers.glob("*.csv")}
        refused = [line for line in lines[1:] if line[2] == "refused"]
        assert [line[6] for line in refused] == [sources[line[0]][int(line[1]) - 1] for line in refused], "the row as it came"
        number = abonent("membership", "grant", "aigul", "vodokanal", "02000007", status=1 if mode else 0)
        assert ("There is no account" in number.stderr) == bool(mode)
    told = abonent("check").stdout
    assert "whole" in told
    assert re.search(r"vodokanal, \d{4}-\d\d: the supplier's registers contradict each other \(.*volume \d+.*/o/vodokanal/differences", told)


def test_the_result_may_lie_among_the_registers_and_overwrites_none(peopled: str, tmp_path: Path):
    folder, said = tmp_path / "in", tmp_path / "in" / "said.csv"
    folder.mkdir()
    (folder / "accounts.csv").write_text("Лицевой счёт;Фамилия\n1;А\n;Б\n", encoding="utf-8")
    for paths in ([folder], [folder], [folder / "accounts.csv", said]):
        abonent("import", "vodokanal", *map(str, paths), "--result", str(said), status=1)
        assert [line.split(";")[:2] for line in said.read_text(encoding="utf-8").splitlines()] == [["file", "line"], ["accounts", "3"]]
    before = (folder / "accounts.csv").read_bytes()
    for path in (folder, folder / "accounts.csv"):
        done = abonent("import", "vodokanal", str(path), "--result", str(folder / "accounts.csv"), status=2)
        assert "--result would overwrite it" in done.stderr
    assert (folder / "accounts.csv").read_bytes() == before


def test_a_result_has_its_headings_whatever_happens(peopled: str, tmp_path: Path):
    (tmp_path / "in").mkdir()
    abonent("import", "nobody", str(tmp_path / "in"), "--result", str(tmp_path / "said.csv"), status=1)
    assert (tmp_path / "said.csv").read_text(encoding="utf-8").split() == ["file;line;severity;code;message;column;row"]


def test_an_import_without_anything_to_take_fails(peopled: str, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    abonent("import", "vodokanal", str(tmp_path / "empty"), status=2)
    assert "There is no organization nobody" in abonent("import", "nobody", str(tmp_path / "empty"), status=1).stderr
