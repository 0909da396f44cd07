"""Where a supplier's registers of a month contradict each other, for its staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry import Parent, field

from models.enums import RegisterDifference, Resource
from models.quantity import Quantity as QuantityValue
from resolvers.accounts import accounts_by_ids
from resolvers.organizations import OrganizationRow
from resolvers.register_differences import PAST_ALL, RegisterDifferenceRow, differences_page, place_of
from schema import ids
from schema.arguments import After, First, TheMonth
from schema.context import Info
from schema.values import Connection, Money, PageOf, Quantity, checked_first

if TYPE_CHECKING:
    from schema.accounts import Account

_KIND = "register differences"


@strawberry.type(description="One contradiction between a supplier's registers of a month.")
class RegistersDiffer:
    kind: RegisterDifference = field(description="Which registers, and how.")
    resource: Resource | None = field(description="What was measured, of a VOLUME.")
    amount: Money | None = field(description="By how much: what is printed less what was found; null of a VOLUME.")

    @field(description="The account.")
    async def account(root: Parent[RegisterDifferenceRow], info: Info) -> Annotated[Account, strawberry.lazy("schema.accounts")] | None:  # noqa: N805
        return await info.context.loaders.by_id(accounts_by_ids, root.account_pk)

    @field(description="The month's figure as printed: of ARITHMETIC the closing balance, of CHAIN the opening one; null of a VOLUME.")
    def printed(root: Parent[RegisterDifferenceRow]) -> Money | None:  # noqa: N805
        return _unless_volume(root.printed)

    @field(
        description="What the other register comes to: of ARITHMETIC the closing balance by the row's own figures, of CHAIN the closing balance before it; "
        "null of a VOLUME."
    )
    def found(root: Parent[RegisterDifferenceRow]) -> Money | None:  # noqa: N805
        return _unless_volume(root.found)

    @field(description="What was billed, of a VOLUME.")
    def billed(root: Parent[RegisterDifferenceRow]) -> Quantity | None:  # noqa: N805
        return root.printed if isinstance(root.printed, QuantityValue) else None  # type: ignore[return-value]

    @field(description="What the readings come to, of a VOLUME.")
    def measured(root: Parent[RegisterDifferenceRow]) -> Quantity | None:  # noqa: N805
        return root.found if isinstance(root.found, QuantityValue) else None  # type: ignore[return-value]

    @field(description="By how much, of a VOLUME: what was billed less what the readings come to.")
    def excess(root: Parent[RegisterDifferenceRow]) -> Quantity | None:  # noqa: N805
        billed, measured = root.printed, root.found
        if not isinstance(billed, QuantityValue) or not isinstance(measured, QuantityValue):
            return None
        return QuantityValue(billed.micro - measured.micro, billed.unit)  # type: ignore[return-value]


def _unless_volume(value: Any) -> Any:
    return None if isinstance(value, QuantityValue) else value


class _PartOf(PageOf):
    """A page that may end before it is full, where too many accounts without differences lay on the way."""

    __slots__ = ("_resume",)

    def __init__(self, rows: list[RegisterDifferenceRow], first: int, resume: int) -> None:
        super().__init__(_KIND, rows, first, place_of)
        self._resume = resume if len(rows) <= first else 0
        self.has_next_page = self.has_next_page or resume > 0

    @property
    def end_cursor(self) -> str | None:
        return ids.cursor(_KIND, self._resume, PAST_ALL) if self._resume else super().end_cursor


@strawberry.type
class OrganizationDifferences:
    """Fields of an organization."""

    @field(
        description="Where its registers of a month contradict each other, in the order of accounts; null for whoever is not its staff, in person. A page may "
        "have fewer rows than asked for, or none, and still have a next one."
    )
    async def register_differences(
        root: Parent[OrganizationRow],  # noqa: N805
        info: Info,
        period: TheMonth,
        first: First,
        after: After = None,
    ) -> Connection[RegistersDiffer] | None:
        place = ids.after(_KIND, after)
        rows, resume = await differences_page(root, period, checked_first(first), (place[0], place[1]) if place else None)
        return _PartOf(rows, first, resume)  # type: ignore[return-value]
