"""``abonent demo``: everything to try it with, made through the product's own doors, in a folder of its own.

What is done is noted in ``demo.json``, so that running it again starts at once, and after an interruption goes on where it stopped:
each step may be repeated harmlessly.
"""

import asyncio
import datetime as dt
import json
import os
import shutil
import sys
import zoneinfo
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from rich.panel import Panel
from rich.table import Table

from jobs.commands.registers import take
from jobs.console import Stop, err, opened, progress
from jobs.serving import refuse_a_busy_port
from models import database
from models.enums import AccountKind
from models.errors import ProblemCode, Refused
from resolvers.organizations import create_organization
from resolvers.users import create_user, grant_membership
from settings import settings

Serve = Callable[[str, int, Callable[[int], object]], Awaitable[None]]

SLUG, NAME, TIMEZONE = "vodokanal", "Водоканал", "Asia/Almaty"
ACCOUNTS, MONTHS = 2000, 14
PASSWORD = "chistaya-voda"  # noqa: S105 - printed for everybody to use
GENERATOR = Path(__file__).parent.parent / "samples" / "make_registers.py"
# login: (name, kind, account numbers, contract, staff, what to see). The generator decides who owes and who has overpaid.
PEOPLE: dict[str, tuple[str, AccountKind, tuple[str, ...], str | None, str | None, str]] = {
    "aigul": ("Айгүл", AccountKind.INDIVIDUAL, ("02000147",), None, None, "a flat with two meters"),
    "marat": ("Марат", AccountKind.INDIVIDUAL, ("02000014", "02000042", "02000126"), None, None, "three accounts: owes, overpaid, four meters"),
    "firma": ("ТОО «Предприятие 2279»", AccountKind.LEGAL, (), "2279", None, "a legal payer, several recipients"),
    "operator": ("Оператор", AccountKind.INDIVIDUAL, (), None, SLUG, "staff: sees every account"),
}


class Demo:
    """The demo in ``folder``, served on ``port`` of this machine."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.notes_file = folder / "demo.json"
        self.registers = folder / "registers"

    async def run(self, serve: Serve, *, fresh: bool) -> None:
        """Make what is missing, then serve until interrupted."""
        refuse_a_busy_port("127.0.0.1", self.port, f"Choose another: make demo PORT={self.port + 1}")
        self._take_the_folder(fresh=fresh)
        for name, step in {"migrated": self._migrate, "generated": self._generate, "imported": self._import, "people": self._people}.items():
            if name == "migrated" or name not in self._notes():  # a newer release may have new migrations
                await step()
                self._note(name)
        await serve("127.0.0.1", self.port, lambda port: err.print(self._invitation(port)))

    def _take_the_folder(self, *, fresh: bool) -> None:
        """Make the folder the demo's, and the settings name it; only a folder that the demo has made itself is ever emptied."""
        if self.folder.exists() and any(self.folder.iterdir()) and not self.notes_file.exists():
            raise Stop(f"{self.folder} holds something else. Choose another folder: make demo DATA=data/another", status=2)
        if fresh and self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in [name for name in os.environ if name.startswith("ABONENT_")]:
            del os.environ[name]  # the demo is the same whatever the shell holds
        os.environ["ABONENT_MODE"] = "demo"
        os.environ["ABONENT_DATA_DIR"] = str(self.folder)
        os.environ["ABONENT_DATABASE_URL"] = f"sqlite:///{self.folder / 'abonent.db'}"
        os.environ["ABONENT_BASE_URL"] = f"http://127.0.0.1:{self.port}"
        settings.cache_clear()
        if not self.notes_file.exists():
            self._write_notes({"until": _last_month(dt.datetime.now(zoneinfo.ZoneInfo(TIMEZONE)).date())})

    async def _migrate(self) -> None:
        await database.migrate(settings().database)
        async with opened():
            await _unless_taken(create_organization(SLUG, NAME, "KZT", TIMEZONE))

    async def _generate(self) -> None:
        """Write the registers as a billing system would, with months by average, replaced meters and recalculations."""
        until = str(self._notes()["until"])
        with progress() as bars:
            bars.add_task(f"Writing the registers of {ACCOUNTS} accounts, {MONTHS} months up to {until}", total=None)
            running = await asyncio.create_subprocess_exec(
                sys.executable, str(GENERATOR), "--kind", "water", "--accounts", str(ACCOUNTS), "--months", str(MONTHS),
                "--until", until, "--events", "--out", str(self.registers),
            )  # fmt: skip
            if await running.wait():
                raise Stop("The registers could not be written.")

    async def _import(self) -> None:
        outcome = await take(SLUG, [self.registers])
        if outcome.status:
            raise Stop(f"The demo's registers could not all be taken: {len(outcome.lines)} lines were refused.")

    async def _people(self) -> None:
        async with opened():
            with progress() as bars:
                for login in bars.track(PEOPLE, description="Inviting people"):
                    await self._invite(login)

    async def _invite(self, login: str) -> None:
        name, kind, numbers, contract, employer, _ = PEOPLE[login]
        await _unless_taken(create_user(login, f"{login}@example.kz", PASSWORD, employer, name=name, kind=kind))
        for number in numbers:
            await grant_membership(login, SLUG, number)
        if contract is not None:
            await grant_membership(login, SLUG, contract=contract)

    def _invitation(self, port: int) -> Panel:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("login", "or", "who"):
            table.add_column(heading)
        for login, (_, _, numbers, contract, _, what) in PEOPLE.items():
            table.add_row(login, numbers[0] if numbers else f"vk{contract}" if contract else "", what)
        grid = Table.grid()
        grid.add_row(f"[bold]http://127.0.0.1:{port}/o/{SLUG}/[/bold]\n")
        grid.add_row(table)
        grid.add_row(f"\npassword of all: [bold]{PASSWORD}[/bold]     Ctrl+C ends it, FRESH=1 starts over")
        return Panel(grid, title=f"{NAME}: the demo is ready", expand=False, padding=(1, 2))

    def _notes(self) -> dict[str, Any]:
        return dict(json.loads(self.notes_file.read_text(encoding="utf-8")))

    def _note(self, step: str) -> None:
        self._write_notes({**self._notes(), step: True})

    def _write_notes(self, notes: dict[str, Any]) -> None:
        draft = self.notes_file.with_suffix(".draft")
        draft.write_text(json.dumps(notes, indent=1), encoding="utf-8")
        draft.replace(self.notes_file)


async def _unless_taken(making: Awaitable[object]) -> None:
    """Make it, or find that it stands already: the demo was interrupted after making it."""
    try:
        await making
    except Refused as error:
        if error.problems[0].code is not ProblemCode.TAKEN:
            raise


def _last_month(today: dt.date) -> str:
    return f"{today.replace(day=1) - dt.timedelta(days=1):%Y-%m}"
