"""Readings."""

from __future__ import annotations

import datetime as dt

import strawberry
from strawberry import Parent, field

from models.enums import ReadingSource, ReadingState
from models.errors import NotFound
from resolvers.meters import registers_by_ids
from resolvers.readings import ReadingRow
from schema import ids
from schema.context import Info
from schema.meters import MeterRegister
from schema.values import Node, Quantity


@strawberry.type(description="What a register showed on a day.")
class Reading(Node):
    value: Quantity = field(description="The value.")
    display: str = field(description="The value as the dial shows it: `00125.120`.")
    taken_on: dt.date = field(description="The day that it was read.")
    submitted_at: dt.datetime | None = field(description="When it was sent; null for what the supplier's register brought.")
    source: ReadingSource = field(description="How it came.")
    source_label: str | None = field(description="How it came, in the supplier's words: «Личный кабинет».")
    state: ReadingState = field(description="How far it has come.")
    receipt_number: str | None = field(description="The number of its receipt, where it was sent here.")
    previous: Quantity | None = field(description="The value before it.")
    consumption: Quantity | None = field(description="What was used since then, across a rollover of the dial too.")

    @field(description="Opaque and stable.")
    def id(root: Parent[ReadingRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("rdg", root.pk))

    @field(description="The dial.")
    async def register(root: Parent[ReadingRow], info: Info) -> MeterRegister:  # noqa: N805
        found = await info.context.loaders.by_id(registers_by_ids, root.register_pk)
        if found is None:
            raise NotFound
        return found

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, ReadingRow)
