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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.panel import Panel
from rich.table import Table

from jobs.commands.registers import take
from jobs.console import Stop, err, opened, progress
from jobs.demo_meters import enter_meters
from jobs.newcomer import Newcomer, find_newcomer
from jobs.serving import refuse_a_busy_port
from models import Organization, database
from models.enums import AccountKind
from models.errors import ProblemCode, Refused
from models.period import Period
from resolvers.access_rules import Wanted, set_rules
from resolvers.organizations import create_organization
from resolvers.paying_rules import WantedPaying, set_paying_rules
from resolvers.users import create_user, grant_membership
from settings import settings

Serve = Callable[[str, int, Callable[[int], object]], Awaitable[None]]

TIMEZONE, MONTHS = "Asia/Almaty", 14
PASSWORD = "chistaya-voda"  # noqa: S105 - printed for everybody to use
GENERATOR = Path(__file__).parent.parent / "samples" / "make_registers.py"


@dataclass(frozen=True, slots=True)
class Company:
    """An organization of the demo; `flags` are the generator's."""

    slug: str
    name: str
    kind: str
    currency: str
    timezone: str
    accounts: int
    flags: tuple[str, ...] = ()
    accent: str | None = None
    proofs: tuple[str, ...] = ("surname", "last_payment")
    look_up: str = "off"


@dataclass(frozen=True, slots=True)
class Person:
    """`accounts` by organization. The generator decides who owes and who has overpaid."""

    name: str
    what: str
    accounts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kind: AccountKind = AccountKind.INDIVIDUAL
    contract: str | None = None
    employer: str | None = None

    @property
    def alias(self) -> str:
        """Another login, at the first company."""
        numbers = self.accounts.get(COMPANIES[0].slug, ())
        return numbers[0] if numbers else f"vk{self.contract}" if self.contract else ""


COMPANIES = (
    Company("vodokanal", "Водоканал", "water", "KZT", TIMEZONE, 2000, ("--events",), look_up="on"),
    Company("dom", "Дом и двор", "housing", "RUB", "Asia/Yekaterinburg", 300, ("--drift",), "#7a4a16", ("surname", "flat"), "proof"),
    Company("teplo", "Теплосбыт", "energy", "RUB", "Asia/Yekaterinburg", 300, ("--drift",), "#a3361f", ("last_payment", "bill_code")),
)
PEOPLE = {
    "aigul": Person("Айгүл", "a flat with two meters", {"vodokanal": ("02000147",)}),
    "marat": Person("Марат", "three accounts: owes, overpaid, four meters", {"vodokanal": ("02000014", "02000042", "02000126")}),
    "olga": Person("Ольга", "an account at each of the three companies", {"vodokanal": ("02000154",), "dom": ("60000021",), "teplo": ("0007000002",)}),
    "firma": Person("ТОО «Предприятие 2279»", "a legal payer, several recipients", kind=AccountKind.LEGAL, contract="2279"),
    "operator": Person("Оператор", "staff of Водоканал: sees every account", employer="vodokanal"),
    "domoved": Person("Диспетчер", "staff of Дом и двор", employer="dom"),
    "teplotech": Person("Бухгалтер", "staff of Теплосбыт", employer="teplo"),
}


class Demo:
    """The demo in ``folder``, served on ``port`` of this machine."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.notes_file = folder / "demo.json"
        self.registers = folder / "registers"
        self.newcomer: Newcomer | None = None

    async def run(self, serve: Serve, *, fresh: bool) -> None:
        """Make what is missing, then serve until interrupted."""
        refuse_a_busy_port("127.0.0.1", self.port, f"Choose another: make demo PORT={self.port + 1}")
        self._take_the_folder(fresh=fresh)
        await self._migrate()  # every time: a newer release may have new migrations
        await self._once("written", self._generate)
        for company in COMPANIES:
            await self._once(f"imported {company.slug}", self._import, company)
        await self._once("ruled", self._rule)
        await self._once("invited", self._people)
        await self._once("metered", self._meters)
        await self._find_newcomer()
        await serve("127.0.0.1", self.port, lambda port: err.print(self._invitation(port)))

    async def _once(self, name: str, step: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        if name not in self._notes():
            await step(*arguments)
            self._note(name)

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
            for company in COMPANIES:
                await _unless_taken(create_organization(company.slug, company.name, company.currency, company.timezone))
                if company.accent:
                    await Organization.filter(slug=company.slug).update(accent=company.accent)

    async def _generate(self) -> None:
        """Write the registers as a billing system would; the water utility's with months by average, replaced meters and recalculations."""
        until, accounts = str(self._notes()["until"]), sum(company.accounts for company in COMPANIES)
        with progress() as bars:
            bars.add_task(f"Writing the registers of {accounts} accounts, {MONTHS} months up to {until}", total=None)
            running = [
                await asyncio.create_subprocess_exec(
                    sys.executable, str(GENERATOR), "--kind", company.kind, "--accounts", str(company.accounts), "--months", str(MONTHS),
                    "--until", until, *company.flags, "--out", str(self.registers / company.slug),
                )
                for company in COMPANIES
            ]  # fmt: skip
            if any([await process.wait() for process in running]):
                raise Stop("The registers could not be written.")

    async def _rule(self) -> None:
        """Each company lets people in by other proofs, so that all can be tried; all bills are to be paid by the 25th."""
        async with opened():
            for company in COMPANIES:
                rules = Wanted(company.proofs, ("email", "staff", "bill_code"), company.look_up, "last_payment", ("number",))
                await set_rules(company.slug, rules)
                await set_paying_rules(company.slug, WantedPaying(25, "1 4"), dt.datetime.now(dt.UTC))

    async def _import(self, company: Company) -> None:
        outcome = await take(company.slug, [self.registers / company.slug])
        if outcome.status:
            raise Stop(f"The registers of {company.name} could not all be taken: {len(outcome.lines)} lines were refused.")

    async def _people(self) -> None:
        async with opened():
            with progress() as bars:
                for login in bars.track(PEOPLE, description="Inviting people"):
                    await self._invite(login)

    async def _invite(self, login: str) -> None:
        person = PEOPLE[login]
        await _unless_taken(create_user(login, f"{login}@example.kz", PASSWORD, person.employer, name=person.name, kind=person.kind))
        for slug, numbers in person.accounts.items():
            for number in numbers:
                await grant_membership(login, slug, number)
        if person.contract is not None:
            await grant_membership(login, COMPANIES[0].slug, contract=person.contract)

    async def _meters(self) -> None:
        async with opened():
            await enter_meters(Period.parse(str(self._notes()["until"])), dt.datetime.now(dt.UTC))

    async def _find_newcomer(self) -> None:
        taken = {number for person in PEOPLE.values() for number in person.accounts.get(COMPANIES[0].slug, ())}
        async with opened():
            self.newcomer = await find_newcomer(COMPANIES[0].slug, taken)

    def _invitation(self, port: int) -> Panel:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("login", "or", "who"):
            table.add_column(heading)
        for login, person in PEOPLE.items():
            table.add_row(login, person.alias, person.what)
        grid = Table.grid()
        for company in COMPANIES:
            grid.add_row(f"[bold]http://127.0.0.1:{port}/o/{company.slug}/[/bold]  {company.name}")
        grid.add_row("")
        grid.add_row(table)
        if self.newcomer is not None:
            one = self.newcomer
            grid.add_row(f"\nor come as somebody new: register at [bold]/o/{COMPANIES[0].slug}/register[/bold], read your letters at [bold]/mailbox[/bold],")
            grid.add_row(f"and link account [bold]{one.number}[/bold]: {one.surname}, {one.address}; last paid {one.paid_amount} on {one.paid_on}")
        grid.add_row(f"\npassword of all: [bold]{PASSWORD}[/bold]     Ctrl+C ends it, FRESH=1 starts over")
        return Panel(grid, title="The demo is ready", expand=False, padding=(1, 2))

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
