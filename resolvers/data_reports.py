"""Something shown of an account is wrong, as a resident says: a request to staff, who settle or decline it with an answer by letter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters import formats
from models import DataReport, Organization, User
from models.database import transaction
from models.enums import ReportState
from models.errors import NotFound, ProblemCode, Refused
from models.quantity import Quantity
from models.reported import ReportedAttribute
from resolvers import audit, idempotency, letters
from resolvers.accounts import AccountRow
from resolvers.meters import meters_by_ids
from resolvers.organizations import OrganizationRow
from resolvers.senders import sent_by
from resolvers.sql import Row, among, fetch, ids, instant
from resolvers.viewer import Viewer

LONGEST = 1000
MOST_OPEN = 20  # of one person at one account


@dataclass(frozen=True, slots=True)
class ReportRow:
    pk: int
    organization_pk: int
    account_pk: int
    attribute: ReportedAttribute
    shown: str
    message: str
    state: ReportState
    answer: str | None
    created_at: dt.datetime | None
    settled_at: dt.datetime | None
    reporter: str | None


@dataclass(frozen=True, slots=True)
class Mistake:
    attribute: ReportedAttribute
    meter_pk: int | None
    message: str
    key: str


async def report(viewer: Viewer, account: AccountRow, mistake: Mistake, now: dt.datetime, *, validate_only: bool = False) -> ReportRow | None:
    """Raises Refused with REQUIRED or TOO_LONG at ``message``, TOO_MANY_ROWS, KEY_REUSED, and NotFound for a meter that is none of the account's."""
    message = mistake.message.strip()
    if not message:
        raise Refused(ProblemCode.REQUIRED, ("message",))
    if len(message) > LONGEST:
        raise Refused(ProblemCode.TOO_LONG, ("message",), limit=LONGEST)
    shown = (await shown_of(viewer, account, mistake.attribute, mistake.meter_pk))[:300]
    wanted = idempotency.fingerprint(account.pk, mistake.attribute, mistake.meter_pk, message)
    first = await idempotency.first_answer(viewer.actor, "reportMistake", mistake.key, wanted)
    if first is None:
        if await DataReport.filter(account_id=account.pk, user_id=viewer.user_id, state=ReportState.OPEN).count() >= MOST_OPEN:
            raise Refused(ProblemCode.TOO_MANY_ROWS, (), limit=MOST_OPEN)
        if validate_only:
            return None
        async with transaction():
            made = await DataReport.create(
                organization_id=account.organization.pk, account_id=account.pk, user_id=viewer.user_id, attribute=mistake.attribute.value,
                shown=shown, message=message, created_at=now,
            )  # fmt: skip
            first = {"report": made.id}
            await idempotency.bind(viewer.actor, "reportMistake", mistake.key, wanted, first, now)
            await audit.record(viewer.actor, "report.make", f"report:{made.id}", organization_id=account.organization.pk, account=account.pk)
    return (await reports_by_ids(viewer, [first["report"]])).get(first["report"])


async def shown_of(viewer: Viewer, account: AccountRow, attribute: ReportedAttribute, meter_pk: int | None) -> str:
    """What the account page shows of it now, in the viewer's language."""
    if attribute is ReportedAttribute.METER:
        meter = (await meters_by_ids(viewer, [meter_pk])).get(meter_pk) if meter_pk is not None else None
        if meter is None or meter.account.pk != account.pk:
            raise NotFound("meter")
        parts = [formats.resource(meter.resource.name), f"№ {meter.serial}" if meter.serial else "", meter.place or ""]
        due = formats.date(meter.verification_due_on) if meter.verification_due_on else ""
        return ", ".join(part for part in (*parts, formats.meter_state(meter.state.name), due) if part)
    facts = account.facts
    known = {
        ReportedAttribute.HOLDER_NAME: facts.holder_name if facts else None,
        ReportedAttribute.ADDRESS: account.address,
        ReportedAttribute.RESIDENTS: str(facts.residents) if facts and facts.residents is not None else None,
        ReportedAttribute.AREA: formats.quantity(Quantity(facts.area, "м²")) if facts and facts.area is not None else None,
        ReportedAttribute.IRRIGATED_AREA: formats.quantity(Quantity(facts.irrigated_area, "м²")) if facts and facts.irrigated_area is not None else None,
        ReportedAttribute.OWNERSHIP: formats.ownership(facts.ownership.name) if facts and facts.ownership else None,
        ReportedAttribute.TARIFF_GROUP: facts.tariff_group if facts else None,
    }
    return known.get(attribute) or "—"


_SELECT = """SELECT r.*, COALESCE(NULLIF(u.name, ''), u.email) AS reporter FROM data_report r LEFT JOIN user_account u ON u.id = r.user_id"""


async def reports_by_ids(viewer: Viewer, wanted: Sequence[int]) -> dict[int, ReportRow]:
    """One's own, and those of the organizations that one works for. One statement."""
    rows = await fetch(f"{_SELECT} WHERE {among('r.id', 1)} AND {_visible(viewer)}", list(wanted))
    return {row["id"]: _row(row) for row in rows}


async def account_reports(viewer: Viewer, accounts: Sequence[AccountRow]) -> dict[int, list[ReportRow]]:
    """Of each account, the newest first: one's own; all of them for staff. One statement."""
    found: dict[int, list[ReportRow]] = {account.pk: [] for account in accounts}
    for row in await fetch(f"{_SELECT} WHERE {among('r.account_id', 1)} AND {_visible(viewer)} ORDER BY r.id DESC LIMIT 500", ids(accounts)):
        found[row["account_id"]].append(_row(row))
    return found


async def reports_page(viewer: Viewer, organization: OrganizationRow, first: int, after: int | None, *, is_open: bool) -> list[ReportRow]:
    """Of one organization, the newest first, one more than `first` if there are more. For its staff."""
    if organization.pk not in viewer.organization_ids:
        return []
    where = f"r.organization_id = $1 AND r.state {'=' if is_open else '<>'} 'open' AND r.id < $2"
    rows = await fetch(f"{_SELECT} WHERE {where} ORDER BY r.id DESC LIMIT {int(first) + 1}", organization.pk, after or 2**62)
    return [_row(row) for row in rows]


async def settle(viewer: Viewer, pk: int, outcome: ReportState, answer: str, now: dt.datetime, *, language: str) -> ReportRow:
    """For the organization's staff. Raises NotFound, Refused with REQUIRED or TOO_LONG at ``answer``, INVALID at ``state``, ALREADY_ANSWERED."""
    row = await DataReport.get_or_none(id=pk)
    if row is None or row.organization_id not in viewer.organization_ids:
        raise NotFound("report")
    if not answer.strip():
        raise Refused(ProblemCode.REQUIRED, ("answer",))
    if len(answer.strip()) > LONGEST:
        raise Refused(ProblemCode.TOO_LONG, ("answer",), limit=LONGEST)
    if outcome is ReportState.OPEN:
        raise Refused(ProblemCode.INVALID, ("state",))
    of = await Organization.get(id=row.organization_id)
    async with transaction():
        values = {"state": outcome, "answer": answer.strip(), "settled_at": now, "settled_by": viewer.actor}
        if not await DataReport.filter(id=pk, state=ReportState.OPEN).update(**values):
            raise Refused(ProblemCode.ALREADY_ANSWERED)
        user = await User.get_or_none(id=row.user_id) if row.user_id is not None else None
        if user is not None:
            told: dict[str, Any] = {"answer": answer.strip(), "settled": outcome is ReportState.SETTLED}
            await letters.queue("report_answered", user.email, user.language or language, now, path="/", user_id=user.id, **await sent_by(of.slug), **told)
        await audit.record(viewer.actor, f"report.{outcome.value}", f"report:{pk}", organization_id=row.organization_id)
    return (await reports_by_ids(viewer, [pk]))[pk]


def _visible(viewer: Viewer) -> str:
    mine = f"r.user_id = {int(viewer.user_id)}" if viewer.user_id is not None and viewer.is_person else "1 = 0"
    staff = ", ".join(str(int(one)) for one in sorted(viewer.organization_ids)) if viewer.is_person else ""
    return f"({mine}{f' OR r.organization_id IN ({staff})' if staff else ''})"


def _row(row: Row) -> ReportRow:
    return ReportRow(
        pk=row["id"],
        organization_pk=row["organization_id"],
        account_pk=row["account_id"],
        attribute=ReportedAttribute(row["attribute"]),
        shown=row["shown"],
        message=row["message"],
        state=ReportState(row["state"]),
        answer=row["answer"] or None,
        created_at=instant(row["created_at"]),
        settled_at=instant(row["settled_at"]),
        reporter=row["reporter"],
    )
