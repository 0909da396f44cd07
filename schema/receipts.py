"""Receipts of readings, as anybody may check them who holds number and code."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.enums import ReadingState, Resource, TariffZone
from resolvers import receipts
from resolvers.accounts import AccountRow
from schema.context import Info
from schema.organizations import Organization
from schema.readings import Reading
from schema.values import Quantity

Number = Annotated[str, strawberry.argument(description="The receipt's number: `26-11-7K3Q9M2X`; hyphens, blanks and small letters do not matter.")]
SheetNumber = Annotated[str, strawberry.argument(description="The number of one of its receipts.")]
Code = Annotated[str, strawberry.argument(description="The check code beside it, eight letters and digits.")]


@strawberry.type(description="What stands behind a receipt. Public for whoever has number and code: it shows no account, no name and no address.")
class PublicReceipt:
    number: str = field(description="Its number.")
    organization: Organization = field(description="Who took the reading.")
    submitted_at: dt.datetime = field(description="When it was taken.")
    taken_on: dt.date = field(description="The day that the meter was read.")
    resource: Resource = field(description="What the meter measures.")
    zone: TariffZone | None = field(description="The tariff zone of the dial.")
    masked_serial: str | None = field(description="The meter's factory number, all but its end hidden.")
    display: str = field(description="The value as the dial shows it.")
    value: Quantity = field(description="The value.")
    state: ReadingState = field(description="How far it has come by now.")


@strawberry.type
class AccountReceipts:
    """Fields of an account."""

    @field(description="The readings of the sending that a receipt belongs to, replaced ones too, in their order; empty for a receipt of another account.")
    async def receipt_sheet(root: Parent[AccountRow], info: Info, number: SheetNumber) -> list[Reading] | None:  # noqa: N805
        return await info.context.loaders.of(receipts.sheets, root, number) or []


@strawberry.type
class ReceiptQueries:
    @field(
        description="What stands behind a receipt; null for a wrong number, a wrong code and a receipt without code alike. Public. "
        "Many checks from one source give THROTTLED for a while."
    )
    async def reading_receipt(self, info: Info, number: Number, code: Code) -> PublicReceipt | None:
        return await receipts.check(number, code, info.context.source)  # type: ignore[return-value]
