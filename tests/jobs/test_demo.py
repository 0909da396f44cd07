"""The demo: made once through the product's own doors, started at once again, resumed where it was interrupted."""

import json
import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from adapters import passwords
from jobs import demo
from jobs.console import Stop
from models import HouseReading, LoginAlias, Membership, Meter, PersonalAccount, User
from models.database import close, connect
from models.enums import Resource
from resolvers.passwords import check_password


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A part of the accounts and three months tell as much as the whole; the variables that the demo sets are put back afterwards."""
    monkeypatch.setattr(demo, "COMPANIES", tuple(replace(company, accounts=360 if company.kind == "water" else 10) for company in demo.COMPANIES))
    monkeypatch.setattr(demo, "MONTHS", 3)
    for name in ("MODE", "DATA_DIR", "DATABASE_URL", "BASE_URL"):
        monkeypatch.setenv(f"ABONENT_{name}", "put back")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "demo folder"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """Stands for serving: counts its starts and keeps what was printed."""

    starts = 0

    async def __call__(self, host: str, port: int, started: Callable[[int], object]) -> None:
        self.starts += 1
        started(port)


async def test_it_is_made_once_and_people_can_come_in(folder: Path, port: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    server = Server()
    await demo.Demo(folder, port).run(server, fresh=False)
    shown = capsys.readouterr().err
    assert f"http://127.0.0.1:{port}/o/vodokanal/" in shown
    assert demo.PASSWORD in shown

    await connect(f"sqlite:///{folder / 'abonent.db'}")
    assert await PersonalAccount.all().count() == 380
    assert await Membership.filter(user__login="olga").values_list("organization__slug", flat=True) == ["vodokanal", "dom", "teplo"]
    assert await User.filter(login__in=["operator", "domoved", "teplotech"]).count() == 3
    assert await passwords.matches((await User.get(login="aigul")).password_hash, demo.PASSWORD)
    assert sorted(await LoginAlias.all().values_list("alias", flat=True)) == [
        "0007000002", "02000014", "02000042", "02000126", "02000147", "02000154", "60000021", "vk2279",
    ]  # fmt: skip
    assert await Membership.filter(contract_id__isnull=False).count() == 1
    assert sorted(await Meter.filter(resource__in=[Resource.GAS, Resource.HEATING]).values_list("serial", flat=True)) == ["G4-0381172", "TH550-90217"]
    assert await HouseReading.all().count() == 6
    await close()

    monkeypatch.setattr(demo.Demo, "_import", None)  # not called again
    await demo.Demo(folder, port).run(server, fresh=False)
    assert server.starts == 2


async def test_it_goes_on_where_it_was_interrupted(folder: Path, port: int, monkeypatch: pytest.MonkeyPatch):
    async def interrupted(self: demo.Demo, login: str) -> None:
        await invite(self, login)
        raise KeyboardInterrupt

    invite, server = demo.Demo._invite, Server()
    monkeypatch.setattr(demo.Demo, "_invite", interrupted)
    with pytest.raises(KeyboardInterrupt):
        await demo.Demo(folder, port).run(server, fresh=False)
    assert server.starts == 0
    monkeypatch.setattr(demo.Demo, "_invite", invite)
    await demo.Demo(folder, port).run(server, fresh=False)
    assert server.starts == 1
    assert json.loads((folder / "demo.json").read_text())["invited"]


async def test_fresh_starts_over_but_never_empties_a_strangers_folder(folder: Path, port: int, monkeypatch: pytest.MonkeyPatch):
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(Stop, match="holds something else"):
        await demo.Demo(folder, port).run(Server(), fresh=True)
    assert (folder / "thesis.txt").exists()
    (folder / "demo.json").write_text("{}")
    demo.Demo(folder, port)._take_the_folder(fresh=True)
    assert [file.name for file in folder.iterdir()] == ["demo.json"]
    assert os.environ["ABONENT_MODE"] == "demo"


async def test_a_busy_port_is_told_before_anything_is_made(folder: Path, port: int):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(Stop, match=f"make demo PORT={port + 1}"):
            await demo.Demo(folder, port).run(Server(), fresh=False)
    assert not folder.exists()


def test_the_demos_password_keeps_the_rules():
    for login in demo.PEOPLE:
        check_password(demo.PASSWORD, login, f"{login}@example.kz")
