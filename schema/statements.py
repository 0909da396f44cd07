"""Statements of accounts."""

from __future__ import annotations

import datetime as dt
from operator import attrgetter

import strawberry
from strawberry import Parent, field

from models.enums import DifferenceReason, Ownership, Resource, StatementFigure, StatementState, TariffZone
from models.period import Period
from models.quantity import Quantity as QuantityValue
from resolvers.charges import ChargeRow
from resolvers.facts import Facts
from resolvers.statement_lines import lines_of
from resolvers.statements import StatementRow, charges_of, differences_of
from resolvers.volumes import volumes_of
from schema.bills import StatementBill
from schema.changes import MonthsBack, StatementChange, compared
from schema.charges import Charge, Service
from schema.context import Info
from schema.corrections import StatementCorrections
from schema.loaders import listed, reads
from schema.values import Money, Quantity

AREA = "м²"


@strawberry.type(description="An account as it was in a statement's month.")
class StatementHead:
    holder_name: str | None = field(description="The holder.")
    address: str | None = field(description="The address.")
    residents: int | None = field(description="Registered residents.")
    area: Quantity | None = field(description="The area of the premises.")
    irrigated_area: Quantity | None = field(description="The irrigated area.")
    tariff_group: str | None = field(description="The tariff group.")
    contract_number: str | None = field(description="The number of the contract.")
    ownership: Ownership | None = field(description="Whose property the premises are.")
    branch: str | None = field(description="The branch of the organization that keeps the account.")


class Told:
    """What the facts say under the attribute's name."""

    def __set_name__(self, _: type, name: str) -> None:
        self._name = name

    def __get__(self, head: HeadOf, _: type) -> object:
        return None if head._facts is None else getattr(head._facts, self._name)


class HeadOf:
    """A head is resolved from an account's address and branch and its facts of the month, which may be unknown."""

    __slots__ = ("_facts", "address", "branch")

    def __init__(self, facts: Facts | None, address: str | None, branch: str | None) -> None:
        self._facts, self.address, self.branch = facts, address, branch

    holder_name, residents, tariff_group, contract_number, ownership = Told(), Told(), Told(), Told(), Told()

    @property
    def area(self) -> QuantityValue | None:
        return _area(self._facts.area if self._facts is not None else None)

    @property
    def irrigated_area(self) -> QuantityValue | None:
        return _area(self._facts.irrigated_area if self._facts is not None else None)


def _area(micro: int | None) -> QuantityValue | None:
    return None if micro is None else QuantityValue(micro, AREA)


@strawberry.type(description="What one dial counted in a statement's month.")
class Volume:
    resource: Resource = field(description="What was measured.")
    inlet: int | None = field(description="The inlet of the meter.")
    place: str | None = field(description="Where the meter stands.")
    serial: str | None = field(description="The meter's factory number.")
    zone: TariffZone | None = field(description="The tariff zone.")
    from_on: dt.date = field(description="The day of the reading that the month starts from.")
    from_value: Quantity = field(description="That reading.")
    to_on: dt.date = field(description="The day of the last reading.")
    to_value: Quantity = field(description="That reading.")
    volume: Quantity = field(description="The difference, across a rollover too.")


@strawberry.type(description="By how much the supplier's printed figures and their details differ; it is part of the balance.")
class SupplierDifference:
    reason: DifferenceReason = field(description="Which figures differ.")
    service: Service | None = field(description="The service whose line differs, where balances are kept by service.")
    amount: Money = field(description="By how much.")


@strawberry.type(description="The balance of one service within a statement. A figure that the supplier does not say is null, never zero.")
class StatementLine:
    service: Service = field(description="The service.")
    opening: Money | None = field(description="What was due for it at the start; negative is overpaid.")
    charged: Money | None = field(description="Charges of the month, without recalculation and penalty.")
    recalculation: Money | None = field(description="Corrections of other months.")
    penalty: Money | None = field(description="The penalty.")
    paid: Money | None = field(description="What was paid for it.")
    compensation: Money | None = field(description="A compensation that lowers the balance.")
    closing: Money | None = field(description="What is due for it at the end; negative is overpaid.")
    derived: list[StatementFigure] = field(description="Figures that the supplier does not print and the others imply.")


@strawberry.type(description="One account and month as the supplier printed it. A figure that the supplier does not say is null, never zero.")
class Statement(StatementBill, StatementCorrections):
    period: Period = field(description="The month.")
    state: StatementState = field(description="Whether figures may still change.")
    version: int = field(description="Counts from 1; other figures make a new version.")
    as_of: dt.datetime = field(description="When these figures came.")
    opening: Money | None = field(description="What was due at the start; negative is overpaid.")
    charged: Money | None = field(description="Charges of the month, without recalculation and penalty.")
    recalculation: Money | None = field(description="Corrections of other months.")
    penalty: Money | None = field(description="The penalty.")
    paid: Money | None = field(description="What was paid.")
    compensation: Money | None = field(description="A compensation that lowers the balance.")
    compensation_note: Money | None = field(description="A compensation that is printed and in no sum.")
    closing: Money | None = field(description="What is due at the end; negative is overpaid.")
    derived: list[StatementFigure] = field(description="Figures that the supplier does not print and the others imply: `paid`, where no register says it.")
    due_on: dt.date | None = field(description="The day to pay by.")
    for_month: Money | None = field(
        description="What the month itself came to: charged, recalculation and penalty less compensation, without what was due before and what was paid. "
        "A figure that the supplier does not say is not in it; null where `charged` is."
    )

    @field(description="The same as `closing`: what is to be paid; negative is overpaid.")
    def to_pay(root: Parent[StatementRow]) -> Money | None:  # noqa: N805
        return root.closing  # type: ignore[return-value]

    @field(description="The account as it was in this month.")
    def head(root: Parent[StatementRow]) -> StatementHead:  # noqa: N805
        return HeadOf(root.head, root.account.address, root.account.branch)  # type: ignore[return-value]

    @field(description="What each dial counted: from which reading to which.")
    @reads(volumes_of)
    def volumes(root: Parent[StatementRow], info: Info) -> list[Volume]:  # noqa: N805
        return info.context.loaders.answer(volumes_of, root, then=listed)

    @field(description="The balance of each service, where the supplier keeps them so; the statement's own figures are their sums. Empty where it does not.")
    @reads(lines_of, of=attrgetter("by_service"))
    def lines(root: Parent[StatementRow], info: Info) -> list[StatementLine]:  # noqa: N805
        return info.context.loaders.answer(lines_of, root, then=listed) if root.by_service else []

    @field(
        description="The lines as printed, their recalculation beside them; recalculations as charges of their own are not among them, nor are groups, "
        "which come as `parent` of their parts."
    )
    @reads(charges_of)
    def charges(root: Parent[StatementRow], info: Info) -> list[Charge]:  # noqa: N805
        return info.context.loaders.answer(charges_of, root, then=_lines)

    @field(description="The recalculations posted in this month, as charges of their own.")
    @reads(charges_of)
    def recalculations(root: Parent[StatementRow], info: Info) -> list[Charge]:  # noqa: N805
        return info.context.loaders.answer(charges_of, root, then=_recalculations)

    @field(
        description="Why it is so much: the charges beside those of an earlier month, and the reasons for the difference. Null where nothing was charged "
        "in that month, or the viewer may not see it."
    )
    async def compared(root: Parent[StatementRow], info: Info, months: MonthsBack = 1) -> StatementChange | None:  # noqa: N805
        return await compared(root, info, months)  # type: ignore[return-value]

    @field(description="Differences between the supplier's own figures, at most one for each reason (and service, where balances are kept so).")
    @reads(differences_of, of=attrgetter("has_differences"))
    def differences(root: Parent[StatementRow], info: Info) -> list[SupplierDifference]:  # noqa: N805
        return info.context.loaders.answer(differences_of, root, then=listed) if root.has_differences else []


def _lines(found: list[ChargeRow] | None) -> list[ChargeRow]:
    return [row for row in found or () if not row.is_recalculation]


def _recalculations(found: list[ChargeRow] | None) -> list[ChargeRow]:
    return [row for row in found or () if row.is_recalculation]
