"""Readings."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Parent, field

from adapters.reading_words import reading_reason
from models.enums import ReadingSource, ReadingState
from models.errors import NotFound
from models.meter_enums import Judge
from models.period import Period
from resolvers import verdicts
from resolvers.accounts import accounts_by_ids
from resolvers.meters import registers_by_ids
from resolvers.readings import ReadingRow
from schema import ids
from schema import verdict_enums as verdict_enums
from schema.context import Info
from schema.meters import MeterRegister
from schema.values import Node, Quantity

if TYPE_CHECKING:
    from schema.accounts import Account


@strawberry.type(description="What a register showed on a day.")
class Reading(Node):
    value: Quantity = field(description="The value.")
    display: str = field(description="The value as the dial shows it: `00125.120`.")
    taken_on: dt.date = field(description="The day that it was read.")
    period: Period = field(description="The month that it counts for.")
    submitted_at: dt.datetime | None = field(description="When it was sent; null for what the supplier's register brought.")
    source: ReadingSource = field(description="How it came.")
    source_label: str | None = field(description="How it came, in the supplier's words: «Личный кабинет».")
    state: ReadingState = field(description="How far it has come.")
    is_late: bool = field(description="Whether a resident sent it while no window was open.")
    receipt_number: str | None = field(description="The number of its receipt, where it was sent here.")
    check_code: str | None = field(
        description="With the receipt's number it lets anybody verify the receipt; null for what was sent before receipts had codes."
    )
    decided_at: dt.datetime | None = field(description="When its present state was decided; null where nobody has decided yet.")
    previous: Quantity | None = field(description="The value before it; null without READ_READINGS or JUDGE_READINGS.")
    consumption: Quantity | None = field(description="What was used since then, across a rollover of the dial too; null as `previous` is.")

    @field(description="Opaque and stable.")
    def id(root: Parent[ReadingRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("rdg", root.pk))

    @field(description="Why it is in review or refused, for people.")
    def reason(root: Parent[ReadingRow]) -> str | None:  # noqa: N805
        if root.state not in (ReadingState.IN_REVIEW, ReadingState.REFUSED):
            return None
        return reading_reason(root.reason) or None

    @field(description="Who decided its present state.")
    def decided_by(root: Parent[ReadingRow]) -> Judge | None:  # noqa: N805
        return verdicts.judge_of(root.decided_by)

    @field(description="The account, while the viewer may see it.")
    async def account(root: Parent[ReadingRow], info: Info) -> Annotated[Account, strawberry.lazy("schema.accounts")] | None:  # noqa: N805
        return await info.context.loaders.by_id(accounts_by_ids, root.account_pk)

    @field(description="The dial.")
    async def register(root: Parent[ReadingRow], info: Info) -> MeterRegister:  # noqa: N805
        found = await info.context.loaders.by_id(registers_by_ids, root.register_pk)
        if found is None:
            raise NotFound
        return found

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, ReadingRow)
