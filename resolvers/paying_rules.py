"""How an organization is paid: by which day, what its payments pay first, and on which weekdays its registers come."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from models import AllocationChoice, Organization
from models.allocation import AllocationRule
from models.database import transaction
from models.errors import ProblemCode, Refused
from resolvers import audit, closings
from resolvers.access_rules import staffed
from resolvers.allocations import DEFAULT
from resolvers.organizations import organization_by_slug, organization_row_of
from resolvers.reading_rules import refuse_beyond
from resolvers.viewer import Viewer

NO_DAY = 0  # takes the day to pay by away


@dataclass(frozen=True, slots=True)
class PayingRules:
    """`allocation` is the rule that was chosen last; it holds for payments from `allocation_from` on, None is always."""

    due_day: int | None
    update_days: str
    allocation: AllocationRule
    allocation_from: dt.date | None


@dataclass(frozen=True, slots=True)
class WantedPaying:
    """What is to change; None stays as it is. Without `allocation_from` another rule holds from tomorrow on."""

    due_day: int | None = None
    update_days: str | None = None
    allocation: AllocationRule | None = None
    allocation_from: dt.date | None = None


async def paying_rules_of(organization_id: int) -> PayingRules:
    organization = await Organization.get(id=organization_id)
    last = await AllocationChoice.filter(organization_id=organization_id).order_by("-valid_from").first()
    rule, since = (last.rule, last.valid_from) if last is not None else (DEFAULT, None)
    return PayingRules(organization.payment_due_day, organization.update_days, rule, since)


async def set_paying_rules_in_person(viewer: Viewer, slug: str, wanted: WantedPaying, now: dt.datetime, *, validate_only: bool = False) -> PayingRules:
    """The same for an organization's staff. Raises NotFound for anybody else."""
    await staffed(viewer, slug)
    return await set_paying_rules(slug, wanted, now, actor=viewer.actor, validate_only=validate_only)


async def set_paying_rules(slug: str, wanted: WantedPaying, now: dt.datetime, *, actor: str = audit.COMMAND_LINE, validate_only: bool = False) -> PayingRules:
    """The rules as they are then; with `validate_only` as they are.

    Raises NotFound, and Refused with OUT_OF_RANGE at `dueDay`, INVALID at `updateDays`, DAY_IN_CLOSED_MONTH at `allocationFrom`.
    """
    columns = _columns(wanted)
    async with transaction():
        organization = await organization_by_slug(slug)
        had = await paying_rules_of(organization.id)
        chosen = await _chosen(organization, wanted, had, now)
        if not validate_only:
            if columns:
                await Organization.filter(id=organization.id).update(**columns)
            if chosen is not None:
                await AllocationChoice.filter(organization_id=organization.id, valid_from__gte=chosen).delete()
                await AllocationChoice.create(organization_id=organization.id, valid_from=chosen, rule=wanted.allocation)
            await _note(actor, organization, had)
        return await paying_rules_of(organization.id)


async def _chosen(organization: Organization, wanted: WantedPaying, had: PayingRules, now: dt.datetime) -> dt.date | None:
    """The first day of another rule. What payments of closed months were spent on stays."""
    if wanted.allocation is None or (wanted.allocation is had.allocation and wanted.allocation_from in (None, had.allocation_from)):
        return None
    tomorrow = organization_row_of(organization).today(now) + dt.timedelta(days=1)
    chosen = wanted.allocation_from or tomorrow
    closed = (await closings.boundary_of(organization.id)).period
    if closed is not None and chosen <= closed.last_day:
        raise Refused(ProblemCode.DAY_IN_CLOSED_MONTH, ("allocationFrom",), period=closed)
    return chosen


def _columns(wanted: WantedPaying) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if wanted.due_day is not None:
        refuse_beyond({"dueDay": (wanted.due_day, (NO_DAY, 31))})
        found["payment_due_day"] = wanted.due_day or None
    if wanted.update_days is not None:
        found["update_days"] = _weekdays(wanted.update_days)
    return found


async def _note(actor: str, organization: Organization, had: PayingRules) -> None:
    has = await paying_rules_of(organization.id)
    if has != had:
        before, after = ({name: str(value) if isinstance(value, dt.date) else value for name, value in asdict(one).items()} for one in (had, has))
        subject = f"organization:{organization.id}"
        await audit.record(actor, "organization.paying", subject, organization_id=organization.id, before=before, after=after)


def _weekdays(text: str) -> str:
    """`4, 1` -> `1 4`."""
    days = text.replace(",", " ").split()
    if any(day not in "1234567" or len(day) > 1 for day in days):
        raise Refused(ProblemCode.INVALID, ("updateDays",))
    return " ".join(sorted(set(days)))
