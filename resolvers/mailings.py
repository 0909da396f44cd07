"""Mailings of bills as an organization's staff see and steer them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.queryset import QuerySet

from models import Letter, Mailing, Organization
from models.database import transaction
from models.enums import LetterState, StatementState
from models.errors import ProblemCode, Refused
from models.mail_enums import BillMailing, MailingState
from models.period import Period
from resolvers import audit, bill_mail
from resolvers.access_rules import staffed
from resolvers.imports.runs import actor_names
from resolvers.organizations import OrganizationRow
from resolvers.outbox import PAUSED_UNTIL, WAITING
from resolvers.sql import among, fetch, known_day
from resolvers.viewer import Viewer


@dataclass(slots=True, eq=False)
class MailingRow:
    """`subscribers` when it began, `seen` of them so far, and its letters by how far they came."""

    pk: int
    period: Period
    state: MailingState
    subscribers: int
    seen: int
    started_at: dt.datetime
    started_by: str | None  # None: by itself
    finished_at: dt.datetime | None
    waiting: int = 0
    sent: int = 0
    failed: int = 0
    uncertain: int = 0


async def mailings_page(organization: OrganizationRow, first: int, after: dt.date | None) -> list[MailingRow]:
    """The newest month first, one more than `first` if there are more. Three statements."""
    found = Mailing.filter(organization_id=organization.pk)
    if after is not None:
        found = found.filter(period__lt=after)
    return await _rows(await found.order_by("-period").limit(first + 1))


async def mode_of(organization: OrganizationRow) -> BillMailing:
    return (await Organization.get(id=organization.pk).only("id", "bill_mailing")).bill_mailing


async def set_mode(viewer: Viewer, slug: str, mode: BillMailing, *, validate_only: bool = False) -> BillMailing:
    """When bills go by e-mail, as the organization's staff; raises NotFound."""
    organization = await staffed(viewer, slug)
    if not validate_only:
        async with transaction():
            await Organization.filter(id=organization.id).update(bill_mailing=mode)
            await audit.record(viewer.actor, "mailing.mode", f"organization:{organization.id}", organization_id=organization.id, mode=mode)
    return mode


async def start(viewer: Viewer, slug: str, period: Period, now: dt.datetime, *, validate_only: bool = False) -> MailingRow | None:
    """Begin a month's mailing, or go on with one that is paused; one that is over looks once more for who has no letter yet.

    As staff in person. Raises NotFound, and Refused with MONTH_WITHOUT_STATEMENTS at `period`.
    """
    organization = await staffed(viewer, slug)
    text = "SELECT 1 FROM statement st WHERE st.organization_id = $1 AND st.period = $2 AND st.is_current AND st.state = $3 LIMIT 1"
    if not await fetch(text, organization.id, period.first_day, StatementState.CLOSED.value):
        raise Refused(ProblemCode.MONTH_WITHOUT_STATEMENTS, ("period",), period=period)
    if not validate_only:
        async with transaction():
            if not await _go_on(organization.id, period, now):
                await bill_mail.begin(organization.id, period, viewer.actor, now)
            await _record(viewer, "mailing.start", organization, period)
    return await _row(organization.id, period)


async def pause(viewer: Viewer, slug: str, period: Period, *, validate_only: bool = False) -> MailingRow | None:
    """Put a mailing's letters no further, and send none that waits but what a worker has in its hands. As staff in person.

    Raises NotFound, and Refused with MAILING_OVER at `period` where it neither runs nor has letters that wait.
    """
    organization = await staffed(viewer, slug)
    async with transaction():
        mailing = await _locked(organization.id, period)
        if mailing is None or (mailing.state is MailingState.FINISHED and not await _waiting(mailing).exists()):
            raise Refused(ProblemCode.MAILING_OVER, ("period",), period=period)
        if not validate_only:
            await Mailing.filter(id=mailing.id).update(state=MailingState.PAUSED)
            await _waiting(mailing).update(due_at=PAUSED_UNTIL)
            await _record(viewer, "mailing.pause", organization, period)
    return await _row(organization.id, period)


async def _go_on(organization_id: int, period: Period, now: dt.datetime) -> bool:
    """In the caller's transaction; whether there was one that is not over."""
    mailing = await _locked(organization_id, period)
    if mailing is None or mailing.state is MailingState.FINISHED:
        return False
    await Mailing.filter(id=mailing.id).update(state=MailingState.RUNNING)
    await _waiting(mailing).filter(due_at=PAUSED_UNTIL).update(due_at=now, queued_at=now)  # the days after which a letter is given up count from here
    return True


async def _locked(organization_id: int, period: Period) -> Mailing | None:
    return await Mailing.filter(organization_id=organization_id, period=period.first_day).select_for_update().first()


def _waiting(mailing: Mailing) -> QuerySet[Letter]:
    return Letter.filter(mailing_id=mailing.id, state__in=WAITING)


async def _row(organization_id: int, period: Period) -> MailingRow | None:
    found = await _rows(await Mailing.filter(organization_id=organization_id, period=period.first_day))
    return found[0] if found else None


async def _rows(mailings: Sequence[Mailing]) -> list[MailingRow]:
    names = await actor_names({one.started_by for one in mailings})
    rows = {one.id: _of(one, names) for one in mailings}
    text = f"SELECT l.mailing_id, l.state, COUNT(*) AS n FROM letter l WHERE {among('l.mailing_id', 1)} GROUP BY l.mailing_id, l.state"
    for found in await fetch(text, list(rows)):
        name = {LetterState.SENT: "sent", LetterState.FAILED: "failed", LetterState.UNCERTAIN: "uncertain"}.get(LetterState(found["state"]), "waiting")
        setattr(rows[found["mailing_id"]], name, getattr(rows[found["mailing_id"]], name) + found["n"])
    return list(rows.values())


def _of(one: Mailing, names: dict[str, str]) -> MailingRow:
    by = None if one.started_by == bill_mail.TIMETABLE else names.get(one.started_by, one.started_by)
    return MailingRow(one.id, Period.of(known_day(one.period)), one.state, one.subscribers, one.seen, one.started_at, by, one.finished_at)


async def _record(viewer: Viewer, action: str, organization: Organization, period: Period) -> None:
    await audit.record(viewer.actor, action, f"organization:{organization.id}", organization_id=organization.id, period=str(period))
