"""Columns of a row that become values when somebody asks."""

from __future__ import annotations

from typing import Protocol

from models.money import Currency, Money
from resolvers.sql import Row


class Priced(Protocol):
    _row: Row
    _currency: Currency


class Sum:
    """The column of the attribute's name, in minor units or null."""

    __slots__ = ("_column",)

    def __set_name__(self, _: type, name: str) -> None:
        self._column = name

    def __get__(self, row: Priced, _: type) -> Money | None:
        minor = row._row[self._column]
        return None if minor is None else Money(minor, row._currency)
