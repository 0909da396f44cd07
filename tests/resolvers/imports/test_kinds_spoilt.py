"""Registers of housing and energy with broken rows: exactly those are refused, with what hangs on them.

The generator breaks only water's rows. Here cells of the other kinds are broken, and what an import must say is computed from the rows that
are left, an account at a time, without the import's own SQL.
"""

import csv
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from models import Organization
from tests.resolvers.imports.conftest import Said, assert_whole, contents, said, taken

ACCOUNT, SHARE = "Лицевой счёт", 0.03
Break = tuple[str, Callable[[dict[str, str]], object]]


@dataclass(slots=True)
class Row:
    """One row as it was written first; `code` is why it is refused, empty where it is taken."""

    line: int
    cells: dict[str, str]
    code: str = ""

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def money(self, column: str) -> int:
        return int(self.cells.get(column, "0").replace(",", ""))


def put(column: str, value: str) -> Callable[[dict[str, str]], object]:
    return lambda cells: cells.__setitem__(column, value)


def cut(cells: dict[str, str]) -> None:
    for column in list(cells)[4:]:
        del cells[column]


STRANGE: Break = ("unknown_account", put(ACCOUNT, "99999999"))
SHORT: Break = ("too_few_columns", cut)
BREAK: dict[str, list[Break]] = {
    "accounts": [("account_number_missing", put(ACCOUNT, "")), ("not_a_number", put("Площадь", "сорок")), SHORT],
    "charges": [STRANGE, SHORT, ("not_a_number", put("Сумма", "1О,00")), ("missing", put("Услуга", ""))],
    "balances": [STRANGE, SHORT, ("not_a_number", put("Остаток на конец", "12-50"))],
    "payments": [STRANGE, SHORT, ("not_a_number", put("Сумма", "1 2З4,5O")), ("zero", put("Сумма", "0,00"))],
}


class Spoilt:
    """The registers of a folder, some of their rows broken, written to another folder."""

    def __init__(self, folder: Path, target: Path, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - any rows will do
        self.rows: dict[str, list[Row]] = {}
        self.lost: set[str] = set()
        self.thinned: set[tuple[str, str]] = set()  # accounts and months of which one line of balances is broken: a second one is not
        target.mkdir()
        for name in sorted((path.stem for path in folder.glob("*.csv")), key=lambda name: (name != "accounts", name)):
            with (folder / f"{name}.csv").open(encoding="cp1251", newline="") as file:
                self.rows[name] = [Row(line, cells) for line, cells in enumerate(csv.DictReader(file, delimiter=";"), 2)]
            with (target / f"{name}.csv").open("w", encoding="cp1251", newline="") as file:
                writer = csv.writer(file, delimiter=";")
                writer.writerow(self.rows[name][0].cells)
                writer.writerows(self._broken(name, row) for row in self.rows[name])

    def _broken(self, name: str, row: Row) -> list[str]:
        cells, number = dict(row.cells), row[ACCOUNT]
        if number in self.lost:
            row.code = "unknown_account"
        elif name in BREAK and self.chance.random() < SHARE and self._may_be_broken(name, row):
            row.code, broken = self.chance.choice(BREAK[name])
            broken(cells)
            if name == "accounts":
                self.lost.add(number)
        return list(cells.values())

    def _may_be_broken(self, name: str, row: Row) -> bool:
        """Not of the first account, so that services come in their usual order, and of balances by service one line a month."""
        if row[ACCOUNT] == self.rows["accounts"][0][ACCOUNT]:
            return False
        if name == "balances":
            key = (row[ACCOUNT], row["Период"])
            if key in self.thinned:
                return False
            self.thinned.add(key)
        return True

    def taken(self, name: str) -> Iterator[Row]:
        return (row for row in self.rows[name] if not row.code)

    def expected(self) -> Said:
        refused = [(name, str(row.line), "refused", row.code) for name, rows in self.rows.items() for row in rows if row.code]
        return sorted([*refused, *(("balances", str(line), "warning", code) for line, code in Books(self).doubts())])


class Books:
    """What the rows that are left add up to, by account, month and part: a service, or "" where balances are one per account."""

    def __init__(self, spoilt: Spoilt) -> None:
        self.by_service = "Услуга" in spoilt.rows["balances"][0].cells
        self.parts = list(dict.fromkeys(self.part(row) for row in spoilt.rows["balances"]))
        self.months = sorted({row["Период"] for row in spoilt.rows["balances"]})
        self.charged: Counter[tuple[str, str, str]] = Counter()
        self.payments: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self.printed: defaultdict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
        for row in spoilt.taken("charges"):
            self.charged[row[ACCOUNT], row["Период"], self.part(row)] += row.money("Сумма")
        for row in spoilt.taken("payments"):
            _, month, year = row["Дата"].split(".")
            self.payments[row[ACCOUNT], f"{year}-{month}"].append(row.money("Сумма"))
        for row in spoilt.taken("balances"):
            self.printed[row[ACCOUNT], row["Период"]][self.part(row)] = row
        self.accounts = [row[ACCOUNT] for row in spoilt.taken("accounts")]

    def part(self, row: Row) -> str:
        return row["Услуга"] if self.by_service else ""

    def doubts(self) -> Iterator[tuple[int, str]]:
        for account in self.accounts:
            balances: dict[str, int] | None = None  # unknown until something was printed
            for month in self.months:
                lines = self.printed[account, month]
                moved = self.moved(account, month)
                for part, row in lines.items():
                    if found := doubt(row, None if balances is None else balances[part], moved[part]):
                        yield row.line, found
                if lines:  # a service that has no line stands at nothing
                    balances = {part: lines[part].money("Остаток на конец") if part in lines else 0 for part in self.parts}
                elif balances is not None:
                    balances = {part: balance + sum(moved[part]) for part, balance in balances.items()}

    def moved(self, account: str, month: str) -> dict[str, tuple[int, int]]:
        """What was charged and (less than nothing) paid by the rows that were taken. Payments go to services in turn, as much as each says it was paid."""
        paid = self.payments[account, month]
        lines = {part: row.money("Оплачено") for part, row in self.printed[account, month].items()} if self.by_service else {}
        left = sum(paid) - sum(share for share in lines.values() if share < 0)
        shares = {} if self.by_service else {"": sum(paid)}
        for part, share in lines.items():
            shares[part] = min(share, left) if paid else 0
            left -= max(0, shares[part])
        return {part: (self.charged[account, month, part], -shares.get(part, 0)) for part in self.parts}


def doubt(row: Row, before: int | None, moved: tuple[int, int]) -> str:
    """The first thing that is wrong with a row of balances."""
    opening, closing = row.money("Остаток на начало"), row.money("Остаток на конец")
    movement = row.money("Начислено") - row.money("Оплачено")
    if opening + movement + row.money("Перерасчёт") + row.money("Пеня") != closing:
        return "arithmetic"
    if before is not None and before != opening:
        return "chain"
    return "detail" if sum(moved) != movement else ""


@pytest.mark.seeds("seed")
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("kind", ["housing", "energy"])
async def test_broken_rows_are_refused_with_what_hangs_on_them(
    organization: Organization, registers: Callable[..., Path], tmp_path: Path, kind: str, seed: int
):
    spoilt = Spoilt(registers("--kind", kind, "--drift", accounts=60, months=8), tmp_path / "spoilt", seed)
    expected = spoilt.expected()
    assert {code for _, _, _, code in expected} >= {"unknown_account", "not_a_number", "zero", "too_few_columns", "missing", "detail", "chain"}
    outcome = await taken(tmp_path / "spoilt")
    assert said(outcome) == expected
    assert outcome.status == 1
    for file in outcome.files:
        assert file.refused == sum(name == file.name and severity == "refused" for name, _, severity, _ in expected)
        assert file.rows == file.taken + file.refused == len(spoilt.rows[file.name])
    await assert_whole()
    before = await contents()
    again = await taken(tmp_path / "spoilt")
    assert said(again) == expected
    assert {file.changed for file in again.files} == {0}
    assert await contents() == before
