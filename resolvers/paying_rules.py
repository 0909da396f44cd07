"""By which day an organization's bills are to be paid, and on which weekdays its registers come."""

from __future__ import annotations

from dataclasses import dataclass

from models import Organization
from models.database import transaction
from models.errors import ProblemCode, Refused
from resolvers import audit
from resolvers.organizations import organization_by_slug
from resolvers.reading_rules import refuse_beyond

NO_DAY = 0  # takes the day to pay by away


@dataclass(frozen=True, slots=True)
class PayingRules:
    due_day: int | None
    update_days: str


async def set_paying_rules(slug: str, due_day: int | None, update_days: str | None, *, actor: str = audit.COMMAND_LINE) -> PayingRules:
    """The rules as they are then; None stays as it is.

    Raises NotFound, and Refused with OUT_OF_RANGE at ``dueDay`` or INVALID at ``updateDays``.
    """
    if due_day is not None:
        refuse_beyond({"dueDay": (due_day, (NO_DAY, 31))})
    async with transaction():
        organization = await organization_by_slug(slug)
        had = {"payment_due_day": organization.payment_due_day, "update_days": organization.update_days}
        wanted = {
            "payment_due_day": had["payment_due_day"] if due_day is None else due_day or None,
            "update_days": had["update_days"] if update_days is None else _weekdays(update_days),
        }
        if wanted != had:
            await Organization.filter(id=organization.id).update(**wanted)
            await audit.record(actor, "organization.paying", f"organization:{organization.id}", organization_id=organization.id, before=had, after=wanted)
    return PayingRules(wanted["payment_due_day"], wanted["update_days"])  # type: ignore[arg-type]


def _weekdays(text: str) -> str:
    """`4, 1` -> `1 4`."""
    days = text.replace(",", " ").split()
    if any(day not in "1234567" or len(day) > 1 for day in days):
        raise Refused(ProblemCode.INVALID, ("updateDays",))
    return " ".join(sorted(set(days)))
