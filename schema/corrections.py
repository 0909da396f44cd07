"""What was corrected about closed months, as a statement tells it."""

from __future__ import annotations

import strawberry
from strawberry import Parent, field

from models.money import Money as MoneyValue
from models.period import Period
from resolvers.contract_statements import ContractStatementRow
from resolvers.corrections import CorrectionsRow, MonthCorrectionRow, contract_corrections_of, corrections_of
from resolvers.statements import StatementRow
from schema.context import Info
from schema.values import Money


@strawberry.type(description="What was corrected about a closed month, in another month: a closed month stays as it was in movements and reconciliation.")
class MonthCorrection:
    period: Period = field(description="The other month: the one that took the correction in, or the one that was corrected.")
    amount: Money = field(description="By how much it moved the balance; positive is owed.")


@strawberry.type
class StatementCorrections:
    """Fields of a statement."""

    @field(
        description="What came about this month or one before it after it had been closed, by the months that took it in. It is in the figures here, which are "
        "the supplier's newest; in movements and reconciliation it is in those months."
    )
    def corrected_later(root: Parent[StatementRow], info: Info) -> list[MonthCorrection]:  # noqa: N805
        return info.context.loaders.answer(corrections_of, root, then=_later) if root.has_late_entries else []

    @field(description="What this month took in about closed months, by the months that were corrected: movements count it here, beside the figures printed.")
    def corrects_earlier(root: Parent[StatementRow], info: Info) -> list[MonthCorrection]:  # noqa: N805
        return info.context.loaders.answer(corrections_of, root, then=_earlier) if root.has_late_entries else []

    @field(
        description="Where movements and reconciliation end this month: `closing` without what was corrected later. Null where nothing was, and where the "
        "balance was first said later."
    )
    def closed_with(root: Parent[StatementRow], info: Info) -> Money | None:  # noqa: N805
        return info.context.loaders.answer(corrections_of, root, then=_closed_with) if root.has_late_entries else None


@strawberry.type
class ContractCorrections:
    """Fields of a contract's statement."""

    @field(
        description="By how much charges, recalculations and penalty of this month were corrected after it had been closed, by the months that took it in. "
        "The lines here have it; movements and reconciliation have it in those months."
    )
    async def corrected_later(root: Parent[ContractStatementRow], info: Info) -> list[MonthCorrection]:  # noqa: N805
        return (await info.context.loaders.of(contract_corrections_of, root)).later

    @field(description="What this month took in about charges, recalculations and penalty of closed months, by the months that were corrected; no line has it.")
    async def corrects_earlier(root: Parent[ContractStatementRow], info: Info) -> list[MonthCorrection]:  # noqa: N805
        return (await info.context.loaders.of(contract_corrections_of, root)).earlier


def _later(found: CorrectionsRow) -> list[MonthCorrectionRow]:
    return found.later


def _earlier(found: CorrectionsRow) -> list[MonthCorrectionRow]:
    return found.earlier


def _closed_with(found: CorrectionsRow) -> MoneyValue | None:
    return found.closed_with
