"""What the supplier's register says of an account from a day on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.enums import Ownership
from resolvers.sql import Row, among, fetch, known_day, rows_within, told_rows


@dataclass(slots=True, eq=False)
class Facts:
    """Areas are 10^-6 square metres; None is unknown."""

    valid_from: dt.date
    holder_name: str | None
    residents: int | None
    area: int | None
    irrigated_area: int | None
    tariff_group: str | None
    contract_pk: int | None
    contract_number: str | None
    ownership: Ownership | None


class History:
    """All facts of an account, oldest first. Told as JSON they are read when somebody asks: most readers of an account do not."""

    __slots__ = ("_rows", "_told")

    def __init__(self, rows: Sequence[Facts] | None = (), told: str | None = None) -> None:
        self._rows, self._told = rows, told

    @property
    def rows(self) -> Sequence[Facts]:
        if self._rows is None:
            self._rows = [_facts(row) for row in sorted(told_rows(list(_COLUMNS), self._told), key=_valid_from)]
        return self._rows


_COLUMNS = {
    name: f"f.{name}"
    for name in ("account_id", "valid_from", "surname", "name", "patronymic", "residents", "area", "irrigated_area", "tariff_group", "contract_id", "ownership")
} | {"contract_number": "fc.number"}
_FROM = "account_facts f LEFT JOIN contract fc ON fc.id = f.contract_id"


async def facts_of(account_ids: Sequence[int]) -> dict[int, list[Facts]]:
    """All facts of each account, oldest first. One statement."""
    columns = ", ".join(f"{column} AS {name}" for name, column in _COLUMNS.items())
    text = f"SELECT {columns} FROM {_FROM} WHERE {among('f.account_id', 1)} ORDER BY f.account_id, f.valid_from"
    found: dict[int, list[Facts]] = {}
    for row in await fetch(text, list(account_ids)):
        found.setdefault(row["account_id"], []).append(_facts(row))
    return found


def facts_within(account: str) -> str:
    """The same as a column of the account whose id is `account`, for `History(None, …)`. Where few accounts are looked at: it is made for each that is."""
    return rows_within(list(_COLUMNS.values()), f"{_FROM} WHERE f.account_id = {account}")


def _valid_from(row: Row) -> str:
    return str(row["valid_from"])


def present_facts(facts: Sequence[Facts], day: dt.date) -> Facts | None:
    """Those in force on `day`: the last with `valid_from` up to it, else the first."""
    known = [one for one in facts if one.valid_from <= day]
    return known[-1] if known else facts[0] if facts else None


def _facts(row: Row) -> Facts:
    return Facts(
        valid_from=known_day(row["valid_from"]),
        holder_name=" ".join(part for part in (row["surname"], row["name"], row["patronymic"]) if part) or None,
        residents=row["residents"],
        area=row["area"],
        irrigated_area=row["irrigated_area"],
        tariff_group=row["tariff_group"] or None,
        contract_pk=row["contract_id"],
        contract_number=row["contract_number"],
        ownership=Ownership(row["ownership"]) if row["ownership"] else None,
    )
