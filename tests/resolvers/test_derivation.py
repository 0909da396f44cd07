"""Posting in SQL, many accounts at once, says what the oracle says of each."""

import datetime as dt
import random
from collections import defaultdict
from typing import Any

import pytest

from models import Charge, ImportFile, ImportRun, Organization, Payment, PersonalAccount, Service, Statement, StatementLine, sql
from models.database import transaction
from models.enums import ChargeBasis, Component
from resolvers import ledger
from resolvers.integrity import check
from tests.resolvers.oracle import Figures, Month, derive

MONTHS = [dt.date(2026, n, 1) for n in range(1, 6)]
NOW = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
NAMES = Figures.__slots__
COVERED = {Component.CHARGED: set(MONTHS[1:]), Component.RECALCULATION: {MONTHS[2]}, Component.PAID: set(MONTHS[:3])}


class World:
    """Random statements, charges and payments of some accounts; `rows` is what the oracle is told."""

    def __init__(self, organization: Organization, services: list[Service], dice: random.Random) -> None:
        self.organization, self.services, self.dice = organization, services, dice
        self.printed: dict[tuple[int, dt.date], Figures] = {}
        self.details: dict[tuple[int, dt.date], dict[Component, int]] = defaultdict(lambda: dict.fromkeys(Component, 0))

    def sum(self) -> int:
        return self.dice.choice((0, self.dice.randrange(-500, 5_000)))

    def figures(self) -> Figures:
        unknown = (lambda: None) if self.dice.random() < 0.3 else self.sum
        return Figures(self.dice.choice((None, self.sum())), *(self.dice.choice((self.sum(), unknown())) for _ in range(5)), self.sum())

    async def account(self, number: int) -> int:
        account = await PersonalAccount.create(organization_id=self.organization.id, number=f"{number:04}")
        for month in MONTHS:
            await self.money(account.id, month)
            if self.dice.random() < 0.8:
                printed = self.figures()
                self.printed[account.id, month] = printed
                await self.statement(account.id, month, printed)
        return account.id

    async def money(self, account_id: int, month: dt.date) -> None:
        own = {"organization_id": self.organization.id, "account_id": account_id, "period": month}
        for n in range(self.dice.randrange(0, 3)):
            basis, amount = self.dice.choice((ChargeBasis.NORM, ChargeBasis.RECALCULATION)), self.sum()
            await Charge.create(**own, service=self.dice.choice(self.services), key=f"{n}", amount=amount, basis=basis)
            self.details[account_id, month][Component.RECALCULATION if basis is ChargeBasis.RECALCULATION else Component.CHARGED] += amount
        for n in range(self.dice.randrange(0, 3)):
            amount = self.dice.randrange(1, 3_000)
            await Payment.create(**own, amount=amount, paid_on=month, key=f"{month}{n}")
            self.details[account_id, month][Component.PAID] += amount

    async def statement(self, account_id: int, month: dt.date, printed: Figures, **more: object) -> Statement:
        own = {"organization_id": self.organization.id, "account_id": account_id, "period": month}
        return await Statement.create(**own, **{name: getattr(printed, name) for name in NAMES}, as_of=NOW, **more)

    async def month_in_parts(self, account_id: int, month: dt.date) -> dict[int, int]:
        """A month with lines, as a whole, or not printed at all; gives the closings by part."""
        await self.money(account_id, month)
        if self.dice.random() < 0.15:
            printed = self.figures()
            await self.statement(account_id, month, printed)
            return {0: printed.closing or 0}
        lines = {service.id: self.figures() for service in self.services if self.dice.random() < 0.8}
        if lines:
            printed = Figures(*(sum(getattr(line, name) or 0 for line in lines.values()) for name in NAMES))
            statement = await self.statement(account_id, month, printed, by_service=True)
            for service_id, line in lines.items():
                values = {name: getattr(line, name) for name in NAMES}
                await StatementLine.create(organization=self.organization, statement=statement, service_id=service_id, **values)
        return {service_id: line.closing or 0 for service_id, line in lines.items()}

    def expected(self, account_id: int) -> list[tuple[str, int, dt.date, str | None]]:
        months = [
            Month(month, self.printed.get((account_id, month)), self.details[account_id, month], frozenset(c for c in Component if month in COVERED[c]))
            for month in MONTHS
            if (account_id, month) in self.printed or (account_id, month) in self.details
        ]
        return sorted((e.kind.value, e.amount, e.period, e.reason.value if e.reason else None) for e in derive(months))


_SUM = "SELECT CAST(SUM(amount) AS bigint) AS amount FROM ledger_entry WHERE account_id = :account AND period <= :month"


@pytest.fixture
async def organization(database: str) -> Organization:
    made = await Organization.create(slug="vk", name="Водоканал", currency="KZT", timezone="Asia/Almaty")
    run = await ImportRun.create(organization=made, started_at=NOW, who="test", state="done")
    for component, months in COVERED.items():
        said = " ".join(f"{month:%Y-%m}" for month in months)
        await ImportFile.create(run=run, name="", kind="charges", sha256="", encoding="", covers=component.value, months=said, first_period=min(months))
    return made


@pytest.mark.parametrize("seed", range(4))
async def test_sql_derives_what_the_oracle_derives(organization: Organization, seed: int):
    services = [await Service.create(organization=organization, name=name) for name in ("Вода", "Канализация")]
    world = World(organization, services, random.Random(seed))  # noqa: S311
    accounts = [await world.account(number) for number in range(25)]
    await restated(organization, dict.fromkeys(accounts, MONTHS[0]))
    for account in accounts:
        assert await derived(account) == world.expected(account)
    before = await live()
    await restated(organization, {account: world.dice.choice(MONTHS) for account in accounts})
    assert await live() == before, "posting from any month on changes nothing where nothing changed"


@pytest.mark.parametrize("seed", range(4))
async def test_parts_stand_where_their_lines_say(organization: Organization, seed: int):
    """Balances by service: entries of a service come to its printed closing, those of the account to the sum of its lines."""
    dice = random.Random(seed)  # noqa: S311
    services = [await Service.create(organization=organization, name=name) for name in ("ГВС", "Отопление", "Свет")]
    world = World(organization, services, dice)
    accounts = [await PersonalAccount.create(organization_id=organization.id, number=f"{number:04}") for number in range(20)]
    closings = {(account.id, month): await world.month_in_parts(account.id, month) for account in accounts for month in MONTHS}
    reckoned = await restated(organization, {account.id: MONTHS[0] for account in accounts})
    for (account_id, month), parts in closings.items():
        if parts:
            [row] = await sql.fetch(_SUM, account=account_id, month=month)
            assert row["amount"] == sum(parts.values())
    for row in reckoned:
        if parts := closings[row["account_id"], sql.day(row["period"])]:
            assert row["balance_after"] == parts.get(row["part"], 0)
    assert {p.code for p in (await check()).problems} <= {"statement_versions", "bare_charges", "movements", "openings", "controls", "lines"}
    before = await live()
    await restated(organization, {account.id: dice.choice(MONTHS) for account in accounts})
    assert await live() == before


async def test_payments_are_shared_out_as_the_lines_say(organization: Organization):
    services = [await Service.create(organization=organization, name=name) for name in ("ГВС", "Отопление")]
    account = await PersonalAccount.create(organization_id=organization.id, number="1")
    for n, amount in enumerate((300, 500, 50)):
        await Payment.create(organization=organization, account=account, amount=amount, paid_on=MONTHS[0], period=MONTHS[0], key=f"{n}")
    statement = await Statement.create(organization=organization, account=account, period=MONTHS[0], as_of=NOW, by_service=True)
    for service, paid in zip(services, (400, 400), strict=True):
        figures = {"opening": 1000, "charged": 0, "paid": paid, "closing": 1000 - paid}
        await StatementLine.create(organization=organization, statement=statement, service=service, **figures)
    await restated(organization, {account.id: MONTHS[0]})
    entries = await sql.fetch(
        "SELECT amount, service_id, payment_id FROM ledger_entry WHERE kind = 'payment' ORDER BY payment_id, service_id IS NULL, service_id"
    )
    first, second = services
    shared = [(row["amount"], row["service_id"]) for row in entries]
    assert shared == [(-300, first.id), (-50, first.id), (-400, second.id), (-50, None), (-50, first.id)], "the smallest of a day first"
    [difference] = await sql.fetch("SELECT amount, service_id FROM ledger_entry WHERE kind = 'supplier_difference'")
    assert (difference["amount"], difference["service_id"]) == (50, None), "what no line counts as paid"


async def restated(organization: Organization, touched: dict[int, dt.date]) -> list[dict[str, Any]]:
    """Post, and give what was reckoned on the way."""
    async with transaction():
        await ledger.touch()
        await sql.load("ledger_touched", ["account_id", "period"], list(touched.items()))
        nothing = {component: set() for component in Component}
        await ledger.restate(organization.id, NOW, nothing, COVERED, lambda done, total: None)
        return await sql.fetch("SELECT account_id, part, period, balance_after FROM reckoned")


async def derived(account_id: int) -> list[tuple[str, int, dt.date, str | None]]:
    rows = await sql.fetch(
        "SELECT kind, amount, period, reason FROM ledger_entry WHERE account_id = :account AND charge_id IS NULL AND payment_id IS NULL", account=account_id
    )
    return sorted((row["kind"], row["amount"], sql.day(row["period"]), row["reason"]) for row in rows)


async def live() -> list[tuple[object, ...]]:
    rows = await sql.fetch("SELECT id, account_id, key, amount, service_id FROM ledger_entry ORDER BY id")
    return [tuple(row.values()) for row in rows]
