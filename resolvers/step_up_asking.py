"""Asking for the letter that opens the reserve: the same answer whether there is such an account, and whether the register holds an address."""

from __future__ import annotations

import datetime as dt

from adapters.counters import counters
from models.enums import StepUp
from models.errors import ProblemCode, Refused, Throttled
from resolvers import link_letters
from resolvers.access_rules import rules_of
from resolvers.gate import HumanAnswer, knock
from resolvers.link_targets import Aim, aimed
from resolvers.organizations import organization_by_slug, organization_row_of
from resolvers.viewer import Viewer

ASKED_BY_A_USER = (10, 3600)


async def request_step_up(
    viewer: Viewer, slug: str, aim: Aim, now: dt.datetime, source: str | None = None, human: HumanAnswer | None = None, today: dt.date | None = None
) -> None:
    """Raises NotFound for an organization, Refused with NOT_OFFERED, Throttled, and what a door refuses."""
    organization = await organization_by_slug(slug)
    if StepUp.EMAIL not in rules_of(organization).step_ups:
        raise Refused(ProblemCode.NOT_OFFERED)
    await knock("step_up", source, now, target=f"{organization.id} {aim.kind} {aim.text}"[:200], human=human, site=slug)
    most, seconds = ASKED_BY_A_USER
    if not await counters().count(most, seconds, "step-up of", str(viewer.user_id)):
        raise Throttled(await counters().seconds_left(most, seconds, "step-up of", str(viewer.user_id)))
    day = today or organization_row_of(organization).today(now)
    target = await aimed(organization.id, aim, day)
    await link_letters.send_step_up(organization, target, aim.key(target), day, now, viewer.actor)
