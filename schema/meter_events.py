"""The life of a meter: what happened to it, as staff recorded it and as registers say."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Parent, field

from models.meter_enums import MeterEventKind
from resolvers.documents import documents_by_ids
from resolvers.meter_life import EventRow
from resolvers.meters import meters_by_ids
from schema import ids
from schema import meter_enums as meter_enums
from schema.context import Info
from schema.documents import Document
from schema.readings import Reading

if TYPE_CHECKING:
    from schema.meters import Meter


@strawberry.type(description="Something that happened to a meter.")
class MeterEvent:
    kind: MeterEventKind = field(description="What happened.")
    happened_on: dt.date = field(description="On which day.")
    due_on: dt.date | None = field(description="The last day on which the verification holds: its own, or the new meter's.")
    seal: str | None = field(description="The number of the seal.")
    note: str | None = field(description="What staff noted; residents see it too.")
    values: list[Reading] = field(description="The readings that go with it: closing, opening, the first behind zero.")
    from_register: bool = field(description="Whether a register says so and nobody recorded it here; it has no id then.")
    recorded_at: dt.datetime | None = field(description="When it was recorded.")
    withdrawn_at: dt.datetime | None = field(description="When it was withdrawn as a mistake; such events are shown to staff alone.")

    @field(description="Opaque and stable; null for what a register says.")
    def id(root: Parent[EventRow]) -> strawberry.ID | None:  # noqa: N805
        return strawberry.ID(ids.encode("evt", root.pk)) if root.pk is not None else None

    @field(description="The meter; of a replacement the one that was taken down, null where the viewer does not see it.")
    async def meter(root: Parent[EventRow], info: Info) -> Annotated[Meter, strawberry.lazy("schema.meters")] | None:  # noqa: N805
        return await info.context.loaders.by_id(meters_by_ids, root.meter_pk or 0)

    @field(description="Of a replacement, the meter that was put in.")
    async def other_meter(root: Parent[EventRow], info: Info) -> Annotated[Meter, strawberry.lazy("schema.meters")] | None:  # noqa: N805
        return await info.context.loaders.by_id(meters_by_ids, root.other_meter_pk) if root.other_meter_pk is not None else None

    @field(description="The file that shows it, for whoever may see the account's files.")
    async def document(root: Parent[EventRow], info: Info) -> Document | None:  # noqa: N805
        return await info.context.loaders.by_id(documents_by_ids, root.document_pk) if root.document_pk is not None else None

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, EventRow)
