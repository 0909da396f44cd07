"""Former versions of statements."""

from __future__ import annotations

import datetime as dt

import strawberry
from strawberry import Parent, field

from resolvers.charges import ChargeRow
from resolvers.statement_versions import VersionRow
from schema.charges import Charge
from schema.values import Money


@strawberry.type(description="What a statement said at one time: other figures made a new version.")
class StatementVersion:
    version: int = field(description="Counts from 1.")
    as_of: dt.datetime = field(description="When these figures came.")
    until: dt.datetime | None = field(description="When the next version came; null of the one that stands.")

    @field(description="What was due at the start.")
    def opening(root: Parent[VersionRow]) -> Money | None:  # noqa: N805
        return root.figures["opening"]  # type: ignore[return-value]

    @field(description="Charges of the month.")
    def charged(root: Parent[VersionRow]) -> Money | None:  # noqa: N805
        return root.figures["charged"]  # type: ignore[return-value]

    @field(description="Corrections of other months.")
    def recalculation(root: Parent[VersionRow]) -> Money | None:  # noqa: N805
        return root.figures["recalculation"]  # type: ignore[return-value]

    @field(description="The penalty.")
    def penalty(root: Parent[VersionRow]) -> Money | None:  # noqa: N805
        return root.figures["penalty"]  # type: ignore[return-value]

    @field(description="What was paid.")
    def paid(root: Parent[VersionRow]) -> Money | None:  # noqa: N805
        return root.figures["paid"]  # type: ignore[return-value]

    @field(description="A compensation that lowers the balance.")
    def compensation(root: Parent[VersionRow]) -> Money | None:  # noqa: N805
        return root.figures["compensation"]  # type: ignore[return-value]

    @field(description="What was due at the end.")
    def closing(root: Parent[VersionRow]) -> Money | None:  # noqa: N805
        return root.figures["closing"]  # type: ignore[return-value]

    @field(description="The lines as they stood then, recalculations included.")
    def charges(root: Parent[VersionRow]) -> list[Charge]:  # noqa: N805
        lines: list[ChargeRow] = root.charges
        return lines  # type: ignore[return-value]
