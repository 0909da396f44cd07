"""An organization's rules of readings: its window, what becomes of late ones and of meters overdue, how early people are reminded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models import Organization
from models.database import transaction
from models.enums import OverduePolicy
from models.errors import Problem, ProblemCode, RefusedMany
from models.meter_enums import LatePolicy
from resolvers import audit
from resolvers.organizations import organization_by_slug

DAYS = (1, 31)
LIMITS = {  # of the organization's columns: what they may be, both inclusive
    "window_first_day": DAYS,
    "window_last_day": DAYS,
    "form_grace_minutes": (0, 24 * 60),
    "verification_notice_days": (0, 365),
}
PATHS = {
    "window_first_day": "firstDay",
    "window_last_day": "lastDay",
    "form_grace_minutes": "formGraceMinutes",
    "verification_notice_days": "verificationNoticeDays",
}


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """By the names of the organization's columns."""

    window_first_day: int
    window_last_day: int
    late_policy: LatePolicy
    form_grace_minutes: int
    overdue_policy: OverduePolicy
    verification_notice_days: int


@dataclass(frozen=True, slots=True)
class WantedRules:
    """What is to change; None stays as it is."""

    window_first_day: int | None = None
    window_last_day: int | None = None
    late_policy: LatePolicy | None = None
    form_grace_minutes: int | None = None
    overdue_policy: OverduePolicy | None = None
    verification_notice_days: int | None = None

    @property
    def given(self) -> dict[str, int | LatePolicy | OverduePolicy]:
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in values.items() if value is not None}


def reading_rules_of(organization: Organization) -> ReadingRules:
    return ReadingRules(**{name: getattr(organization, name) for name in ReadingRules.__dataclass_fields__})


async def reading_rules_by_ids(ids: Sequence[int]) -> dict[int, ReadingRules]:
    return {one.id: reading_rules_of(one) for one in await Organization.filter(id__in=list(ids))}


async def set_reading_rules(slug: str, wanted: WantedRules, *, actor: str = audit.COMMAND_LINE, validate_only: bool = False) -> ReadingRules:
    """The rules as they are then; with `validate_only` as they would be.

    Raises NotFound, and RefusedMany with OUT_OF_RANGE at `firstDay`, `lastDay`, `formGraceMinutes` or `verificationNoticeDays`.
    """
    given = wanted.given
    refuse_beyond({PATHS[name]: (given[name], LIMITS[name]) for name in PATHS if name in given})
    async with transaction():
        organization = await organization_by_slug(slug)
        had = reading_rules_of(organization)
        if validate_only:
            return replace(had, **given)  # type: ignore[arg-type]
        changed = {name: value for name, value in given.items() if value != getattr(had, name)}
        if changed:
            await Organization.filter(id=organization.id).update(**changed)
            before = {name: getattr(had, name) for name in changed}
            await audit.record(actor, "organization.readings", f"organization:{organization.id}", organization_id=organization.id, before=before, after=changed)
        return reading_rules_of(await organization_by_slug(slug))


def refuse_beyond(numbers: Mapping[str, tuple[object, tuple[int, int]]]) -> None:
    """Raises RefusedMany with OUT_OF_RANGE at each path whose number is outside of its limits."""
    wrong = [
        Problem(ProblemCode.OUT_OF_RANGE, (path,), {"least": least, "most": most})
        for path, (number, (least, most)) in numbers.items()
        if not isinstance(number, int) or not least <= number <= most
    ]
    if wrong:
        raise RefusedMany(wrong)
