"""Value types and the shape of lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import strawberry
from strawberry import Parent, field

from models.errors import BadRequest
from models.money import Currency
from models.quantity import decimal_text
from resolvers.charges import UnitPriceValue
from schema import ids
from schema.scalars import DecimalString

Item = TypeVar("Item")


@strawberry.interface(description="Anything that can be fetched again by its id.")
class Node:
    @field(description="Opaque and stable: keep it, compare it, never take it apart.")
    def id(self) -> strawberry.ID:
        raise NotImplementedError  # each type has its own prefix


@strawberry.type(description="An exact sum of money.")
class Money:
    amount: DecimalString = field(description="Two digits after the point; a negative balance is an overpayment.")
    currency: Currency = field(description="Its currency. Sums of different currencies are never mixed.")


@strawberry.type(description="An exact amount of something.")
class Quantity:
    value: DecimalString = field(description="With the digits that belong to it.")
    unit: str = field(description="The unit as the supplier prints it: `куб.м`, `Гкал`, `кВтч`.")


@strawberry.type(description="The price of one unit.")
class UnitPrice:
    currency: Currency = field(description="Its currency.")
    per: str | None = field(description="The unit that it is for.")
    tax_included: bool = field(description="Whether tax is in it.")

    @field(description="At least two digits after the point; some tariffs have more.")
    def amount(root: Parent[UnitPriceValue]) -> DecimalString:  # noqa: N805
        return DecimalString(decimal_text(root.micro, 2))


@strawberry.type(description="Where a page of a list ends.")
class PageInfo:
    has_next_page: bool = field(description="Whether there are more items after this page.")
    end_cursor: str | None = field(description="What to give as `after` for the next page.")


@strawberry.type(description="An item of a list with its place.")
class Edge(Generic[Item]):
    cursor: str = field(description="What to give as `after` to start behind this item.")
    node: Item = field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[Item]):
    edges: list[Edge[Item]] = field(description="The items with their places.")
    nodes: list[Item] = field(description="The items alone.")
    page_info: PageInfo = field(description="Where the page ends.")


class PageOf:
    """What a connection is resolved from: `rows` may hold one more than `first`, `key` gives a row's sort key."""

    __slots__ = ("has_next_page", "key", "kind", "nodes")

    def __init__(self, kind: str, rows: Sequence[Any], first: int, key: Callable[[Any], tuple[Any, ...]]) -> None:
        self.kind, self.key = kind, key
        self.nodes, self.has_next_page = list(rows[:first]), len(rows) > first

    @property
    def edges(self) -> list[_EdgeOf]:
        return [_EdgeOf(row, self) for row in self.nodes]

    @property
    def page_info(self) -> PageOf:
        return self

    @property
    def end_cursor(self) -> str | None:
        return self.cursor(self.nodes[-1]) if self.nodes else None

    def cursor(self, row: Any) -> str:
        return ids.cursor(self.kind, *self.key(row))


class _EdgeOf:
    __slots__ = ("node", "page")

    def __init__(self, node: Any, page: PageOf) -> None:
        self.node, self.page = node, page

    @property
    def cursor(self) -> str:
        return self.page.cursor(self.node)


def checked_first(first: int) -> int:
    if not 1 <= first <= 100:
        raise BadRequest("`first` must be between 1 and 100")
    return first
