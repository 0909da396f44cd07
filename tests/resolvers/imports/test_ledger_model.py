"""The ledger against a plain model, through whatever a supplier and its staff do in whatever order: charge, pay, pay for a contract as a whole, give
back a part or a sum of its own, recalculate, penalize, compensate, print wrong sums, send the same again, take an import back, close months and open them. After each step everything adds up.

`LEDGER_STEPS=10000` makes it long: half an hour on a slow machine.
"""

from __future__ import annotations

import asyncio
import copy
import datetime as dt
import itertools
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from models import PersonalAccount, sql
from models.database import close, connect
from models.enums import Component
from models.period import Period
from resolvers import ledger, periods
from resolvers.accounts import accounts_by_ids
from resolvers.corrections import corrections_of
from resolvers.imports import undo_import
from resolvers.integrity import check
from resolvers.movements import movements_of
from resolvers.periods import Closing
from resolvers.spans import Months
from resolvers.statements import statements_pages
from resolvers.viewer import Viewer, viewer_of_user
from tests import factories as make
from tests.databases import Template
from tests.resolvers.imports.conftest import taken, write
from tests.resolvers.imports.test_money import ACCOUNTS, BALANCES, CHARGES, PAYMENTS
from tests.resolvers.oracle import Figures, Month, derive

STEPS = int(os.environ.get("LEDGER_STEPS", "20"))  # at least
OF_ONE_LIFE = 30
MONTHS = [Period(2026, month) for month in range(5, 9)]
serial = itertools.count(1)

accounts = some.sampled_from(("1", "2"))
months = some.sampled_from(MONTHS)
services = some.sampled_from(("Вода", "Сток"))
sums = some.integers(1, 2_000_000)
signed = some.integers(-500_000, 500_000).filter(bool)
slips = some.sampled_from((0, 0, 0, 1, -1, 37))  # by how much a supplier's closing may be off


@dataclass
class Books:
    """What the supplier's own system holds."""

    charges: dict[tuple[str, Period], dict[str, tuple[int, int]]] = field(default_factory=dict)  # amount and recalculation of each service
    payments: dict[str, tuple[str, dt.date, int]] = field(default_factory=dict)  # by document: account, day, sum
    wholes: dict[str, tuple[dt.date, int]] = field(default_factory=dict)  # what was paid for the contract as a whole, by document
    besides: dict[tuple[str, Period], tuple[int, int]] = field(default_factory=dict)  # penalty, compensation
    printed: dict[tuple[str, Period], Figures] = field(default_factory=dict)

    def details(self, account: str, month: Period) -> dict[Component, int]:
        lines = self.charges.get((account, month), {}).values()
        paid = sum(amount for who, day, amount in self.payments.values() if who == account and Period.of(day) == month)
        return {Component.CHARGED: sum(a for a, _ in lines), Component.RECALCULATION: sum(r for _, r in lines), Component.PAID: paid}

    def print_month(self, account: str, month: Period, slip: int) -> Figures:
        """The month as it stands; its opening is the closing printed last before it."""
        details, (penalty, compensation) = self.details(account, month), self.besides.get((account, month), (0, 0))
        before = [figures.closing for (who, other), figures in sorted(self.printed.items(), key=lambda item: item[0][1]) if who == account and other < month]
        opening = before[-1] if before else 0
        closing = opening + details[Component.CHARGED] + details[Component.RECALCULATION] + penalty - details[Component.PAID] - compensation + slip
        charged, recalculation, paid = (details[component] for component in (Component.CHARGED, Component.RECALCULATION, Component.PAID))
        self.printed[account, month] = Figures(opening, charged, recalculation, penalty, paid, compensation, closing)
        return self.printed[account, month]


def minor(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100},{abs(amount) % 100:02}"


class Ledger(RuleBasedStateMachine):
    template: Template
    server: str | None
    folder: Path
    counted: list[int]
    corrected: list[int]  # how often a statement and a closed month said different things

    def __init__(self) -> None:
        super().__init__()
        self.books, self.past = Books(), []
        self.frozen: dict[Period, dict[str, int]] = {}
        self.seen: list[tuple[Any, ...]] = []
        self.last: Path | None = None
        self.home = self.folder / f"life{next(serial)}"
        self.home.mkdir()
        self.runner = asyncio.Runner()
        self.do(connect(self.template.copied(self.server, self.home / "abonent.db")))
        self.clerk: Viewer = self.do(self._begin())

    def do(self, work: Any) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.do(close())
        self.runner.close()

    async def _begin(self) -> Viewer:
        self.organization = await make.organization("vk")
        user = await make.user("clerk")
        await make.staff(user, self.organization)
        await taken(write(self.home / "accounts", accounts=ACCOUNTS, contracts="Номер договора;Наименование\nД1;ТОО «Берег»"))
        return await viewer_of_user(user.id, make.TODAY)

    def bring(self, **registers: str) -> None:
        """Import what the supplier sends; what there was before is remembered, for undoing."""
        self.counted[0] += 1
        self.last = write(self.home / f"sent{next(serial)}", **registers)
        outcome = self.do(taken(self.last))
        assert outcome.status == 0, [(line.code, line.params, line.row) for line in outcome.lines]
        self.past.append((outcome.run_id, self.before))

    def charges(self, account: str, month: Period) -> str:
        lines = self.books.charges.get((account, month), {})
        return CHARGES + "\n".join(f"{month};{account};{name};;;{minor(a)};{minor(r) if r else ''};" for name, (a, r) in lines.items())

    def balances(self, account: str, month: Period, slip: int = 0) -> str:
        f = self.books.print_month(account, month, slip)
        shown = (f.opening, f.charged, f.recalculation, f.penalty, f.paid, f.compensation, 0, f.closing)
        return BALANCES + f"{month};{account};" + ";".join(minor(amount or 0) for amount in shown)

    @initialize()
    def remember(self) -> None:
        self.before = copy.deepcopy(self.books)

    def change(self) -> Books:
        self.before = copy.deepcopy(self.books)
        return self.books

    @rule(account=accounts, month=months, service=services, amount=sums, slip=slips, alone=some.booleans())
    def charge(self, account: str, month: Period, service: str, amount: int, slip: int, alone: bool) -> None:
        lines = self.change().charges.setdefault((account, month), {})
        lines[service] = (amount, lines.get(service, (0, 0))[1])
        balances = {} if alone else {"balances": self.balances(account, month, slip)}
        self.bring(charges=self.charges(account, month), **balances)

    @rule(account=accounts, month=months, service=services, amount=signed, slip=slips)
    def recalculate(self, account: str, month: Period, service: str, amount: int, slip: int) -> None:
        lines = self.change().charges.setdefault((account, month), {})
        lines[service] = (lines.get(service, (100, 0))[0], amount)
        self.bring(charges=self.charges(account, month), balances=self.balances(account, month, slip))

    @rule(account=accounts, month=months, day=some.integers(1, 28), amount=sums)
    def pay(self, account: str, month: Period, day: int, amount: int) -> None:
        document = f"{next(serial)}"
        paid_on = month.first_day.replace(day=day)
        self.change().payments[document] = (account, paid_on, amount)
        self.bring(payments=PAYMENTS + f"{paid_on:%d.%m.%Y};{account};{minor(amount)};Банк;{document}")

    @precondition(lambda self: any(amount > 1 for _, _, amount in self.books.payments.values()))
    @rule(data=some.data())
    def give_back_a_part(self, data: some.DataObject) -> None:
        document = data.draw(some.sampled_from(sorted(key for key, (_, _, amount) in self.books.payments.items() if amount > 1)))
        account, paid_on, amount = self.books.payments[document]
        kept = data.draw(some.integers(1, amount - 1))
        self.change().payments[document] = (account, paid_on, kept)
        self.bring(payments=PAYMENTS + f"{paid_on:%d.%m.%Y};{account};{minor(kept)};Банк;{document}")

    @rule(account=accounts, month=months, day=some.integers(1, 28), amount=sums)
    def refund(self, account: str, month: Period, day: int, amount: int) -> None:
        document = f"{next(serial)}"
        given_on = month.first_day.replace(day=day)
        self.change().payments[document] = (account, given_on, -amount)
        self.bring(payments=PAYMENTS + f"{given_on:%d.%m.%Y};{account};{minor(-amount)};Банк;{document}")

    @rule(month=months, day=some.integers(1, 28), amount=signed)
    def pay_for_the_contract(self, month: Period, day: int, amount: int) -> None:
        """Or get a sum back."""
        self.bring_whole(f"w{next(serial)}", dt.date(month.year, month.month, day), amount)

    @precondition(lambda self: self.books.wholes)
    @rule(data=some.data(), amount=sums)
    def correct_what_was_paid_for_the_contract(self, data: some.DataObject, amount: int) -> None:
        """With the same sum nothing happens."""
        document = data.draw(some.sampled_from(sorted(self.books.wholes)))
        day, before = self.books.wholes[document]
        self.bring_whole(document, day, amount if before > 0 else -amount)

    def bring_whole(self, document: str, day: dt.date, amount: int) -> None:
        self.change().wholes[document] = (day, amount)
        self.bring(payments=PAYMENTS.replace("Лицевой счёт", "Договор") + f"{day:%d.%m.%Y};Д1;{minor(amount)};Банк;{document}")

    @rule(account=accounts, month=months, penalty=some.integers(0, 10_000), compensation=some.integers(0, 10_000), slip=slips)
    def penalize_and_compensate(self, account: str, month: Period, penalty: int, compensation: int, slip: int) -> None:
        self.change().besides[account, month] = (penalty, compensation)
        self.bring(balances=self.balances(account, month, slip))

    @precondition(lambda self: self.last is not None)
    @rule()
    def import_twice(self) -> None:
        self.counted[0] += 1
        assert self.last is not None
        before = self.do(entries())
        outcome = self.do(taken(self.last))
        assert sum(file.changed for file in outcome.files) == 0
        assert self.do(entries()) == before
        self.past.append((outcome.run_id, copy.deepcopy(self.books)))

    @precondition(lambda self: self.past)
    @rule()
    def undo(self) -> None:
        self.counted[0] += 1
        run_id, before = self.past.pop()
        self.do(undo_import(run_id, "user:1"))
        self.books, self.last = before, None

    @precondition(lambda self: self._next() is not None)
    @rule()
    def close_a_month(self) -> None:
        self.counted[0] += 1
        month = self._next()
        assert month is not None
        self.do(periods.close_period(self.clerk, Closing("vk", month, f"{next(serial)}"), make.NOW))
        self.frozen[month] = {name: amount for name, amount in self.do(movements()).items() if name <= str(month)}

    @precondition(lambda self: self.frozen)
    @rule()
    def reopen_the_last(self) -> None:
        self.counted[0] += 1
        month = max(self.frozen)
        self.do(periods.reopen_period(self.clerk, Closing("vk", month, f"{next(serial)}", "Ошибка"), make.NOW))
        kept = self.frozen.pop(month)
        before = max((other for other in MONTHS if other < month and self.do(has_statements(other))), default=None)
        if before is not None:  # it was closed along with this one, and stays so
            self.frozen.setdefault(before, {name: amount for name, amount in kept.items() if name <= str(before)})

    def _next(self) -> Period | None:
        """A month that can be closed: with statements, after those that are closed."""
        closed = max(self.frozen, default=None)
        return next((month for month in MONTHS if (closed is None or month > closed) and self.do(has_statements(month))), None)

    @invariant()
    def everything_is_whole(self) -> None:
        assert [str(problem) for problem in self.do(check()).problems] == []

    @invariant()
    def entries_are_only_appended(self) -> None:
        now = self.do(entries())
        assert now[: len(self.seen)] == self.seen
        self.seen = now

    @invariant()
    def closed_months_stand_still(self) -> None:
        now = self.do(movements())
        for month, kept in self.frozen.items():
            assert {name: amount for name, amount in now.items() if name <= str(month)} == kept

    @invariant()
    def months_and_balances_are_what_the_model_says(self) -> None:
        covered = self.do(ledger.coverage_of(self.organization.id))
        for account in ("1", "2"):
            expected = self.expected(account, covered)
            standing = self.do(months_of(account))
            assert {month: amount for month, amount in standing.items() if amount} == {month: amount for month, amount in expected.items() if amount}
            printed = [figures for (who, _), figures in self.books.printed.items() if who == account]
            balance = self.do(balance_of(account))
            assert balance == sum(expected.values()) if printed else balance in (None, sum(expected.values()))

    @invariant()
    def statements_say_what_lies_between_them_and_movements(self) -> None:
        told, moved = self.do(closings(self.clerk))
        known = {place: closed_with for place, (_, closed_with) in told.items() if closed_with is not None and moved[place] is not None}
        self.corrected[0] += sum(told[place][0] != closed_with for place, closed_with in known.items())
        assert known == {place: moved[place] for place in known}

    @invariant()
    def the_contracts_own_account_is_what_was_paid_for_it(self) -> None:
        expected = {str(month): -sum(amount for day, amount in self.books.wholes.values() if Period.of(day) == month) for month in MONTHS}
        standing = self.do(months_of_the_contract())
        assert {month: amount for month, amount in standing.items() if amount} == {month: amount for month, amount in expected.items() if amount}

    def expected(self, account: str, covered: dict[Component, set[dt.date]]) -> dict[str, int]:
        told = [
            Month(
                month.first_day, self.books.printed.get((account, month)), self.books.details(account, month),
                frozenset(component for component in Component if month.first_day in covered[component]),
            )
            for month in MONTHS
        ]  # fmt: skip
        found = {str(month): 0 for month in MONTHS}
        for month in MONTHS:
            details = self.books.details(account, month)
            found[str(month)] = details[Component.CHARGED] + details[Component.RECALCULATION] - details[Component.PAID]
        for entry in derive(told):
            found[str(Period.of(entry.period))] += entry.amount
        return found


async def entries() -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in await sql.fetch("SELECT * FROM ledger_entry ORDER BY id")]


async def movements() -> dict[str, int]:
    """What counts in each month."""
    text = "SELECT COALESCE(posted_in, period) AS month, CAST(SUM(amount) AS bigint) AS amount FROM ledger_entry GROUP BY COALESCE(posted_in, period)"
    return {str(row["month"])[:7]: row["amount"] for row in await sql.fetch(text)}


async def months_of(account: str) -> dict[str, int]:
    """What entries about each month come to."""
    pk = (await PersonalAccount.get(number=account)).id
    text = "SELECT period, CAST(SUM(amount) AS bigint) AS amount FROM ledger_entry WHERE account_id = :account GROUP BY period"
    return {str(row["period"])[:7]: row["amount"] for row in await sql.fetch(text, account=pk)}


async def months_of_the_contract() -> dict[str, int]:
    text = "SELECT period, CAST(SUM(amount) AS bigint) AS amount FROM ledger_entry WHERE contract_id IS NOT NULL GROUP BY period"
    return {str(row["period"])[:7]: row["amount"] for row in await sql.fetch(text)}


async def balance_of(account: str) -> int | None:
    return (await PersonalAccount.get(number=account)).balance


async def closings(clerk: Viewer) -> tuple[dict[tuple[int, Period], tuple[int, int | None]], dict[tuple[int, Period], int | None]]:
    """What statements end their months with, as printed and without later corrections; and what movements end all months with. None where
    the balance was first said later."""
    rows = list((await accounts_by_ids(clerk, [one.id async for one in PersonalAccount.all()])).values())
    pages = [row for page in (await statements_pages(clerk, rows, len(MONTHS), None)).values() for row in page if row.closing is not None]
    found = await corrections_of(clerk, pages)
    told = {}
    for row in pages:
        closed_with = found[row.pk].closed_with if row.pk in found and found[row.pk].later else row.closing
        told[row.account.pk, row.period] = row.closing.minor, None if closed_with is None else closed_with.minor
    moved: dict[tuple[int, Period], int | None] = {}
    for pk, movement in (await movements_of(clerk, rows, Months(MONTHS[0], MONTHS[-1]))).items():
        known = {row.period: None if row.closing is None else row.closing.minor for row in movement.months}
        for month in MONTHS:
            moved[pk, month] = known.get(month, moved.get((pk, month.previous), 0))
    return told, moved


async def has_statements(month: Period) -> bool:
    [row] = await sql.fetch("SELECT COUNT(*) AS n FROM statement WHERE period = :month", month=month.first_day)
    return bool(row["n"])


@pytest.mark.slow
def test_the_ledger_holds_whatever_comes(migrated_template: Template, server: str | None, tmp_path: Path, record_property):
    machine = type("Life", (Ledger,), {"template": migrated_template, "server": server, "folder": tmp_path, "counted": [0], "corrected": [0]})
    chosen = "LEDGER_STEPS" in os.environ
    own = settings(
        max_examples=20 if chosen else 5, stateful_step_count=OF_ONE_LIFE if chosen else 15, deadline=None, suppress_health_check=list(HealthCheck),
        print_blob=True, database=None, derandomize=not chosen,
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=own)
    while machine.counted[0] < STEPS:
        run_state_machine_as_test(machine, settings=own)
    record_property("steps", machine.counted[0])
    record_property("corrected", machine.corrected[0])
