"""Files that residents and staff have sent about an account: the print-outs of heat meters, acts, certificates. One place for all of them."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters import document_files
from models.enums import Right, TokenScope
from models.errors import NotFound
from models.meter_enums import DocumentKind
from models.period import Period
from models.sql import day
from resolvers import audit
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.sql import Row, among, fetch, instant
from resolvers.viewer import Viewer


@dataclass(slots=True, eq=False)
class DocumentRow:
    pk: int
    account_pk: int
    organization_pk: int
    meter_pk: int | None
    kind: DocumentKind
    period: Period | None
    name: str
    media_type: str
    size: int
    stored_as: str
    by_staff: bool
    uploaded_at: dt.datetime

    @property
    def path(self) -> Path:
        return document_files.path_of(self.organization_pk, self.stored_as)


_SELECT = """SELECT d.id, d.account_id, d.organization_id, d.meter_id, d.kind, d.period, d.name, d.media_type, d.size, d.stored_as, d.uploaded_at,
    EXISTS (SELECT 1 FROM staff_role s WHERE s.user_id = d.user_id AND s.organization_id = d.organization_id) AS by_staff FROM document d"""


def sees_documents(viewer: Viewer | None, account: AccountRow) -> bool:
    """Staff, and members who may send readings today; a token with the scopes for both."""
    return viewer is not None and viewer.has(TokenScope.READ_READINGS) and account.access.may(Right.SEND_READINGS)


async def documents_pages(viewer: Viewer, accounts: Sequence[AccountRow], first: int, after: int | None, period: Period | None) -> dict[int, list[DocumentRow]]:
    """Newest first, of each account one more than `first` if there are more, as far as they came in a member's own days. One statement."""
    allowed = [account for account in accounts if sees_documents(viewer, account)]
    whole = [account.pk for account in allowed if not _limits(account)]
    seen = [among("d.account_id", 1), *(f"(d.account_id = {int(account.pk)} AND ({_limits(account)}))" for account in allowed if _limits(account))]
    where = [f"({' OR '.join(seen)})"]
    parameters: list[object] = [whole]
    if period is not None:
        parameters.append(period.first_day)
        where.append(f"d.period = ${len(parameters)}")
    if after is not None:
        parameters.append(after)
        where.append(f"d.id < ${len(parameters)}")
    place = "ROW_NUMBER() OVER (PARTITION BY d.account_id ORDER BY d.id DESC) AS place"
    ranked = f"{_SELECT.replace(' FROM document d', f', {place} FROM document d')} WHERE {' AND '.join(where)}"
    found: dict[int, list[DocumentRow]] = {}
    for row in await fetch(f"SELECT * FROM ({ranked}) r WHERE place <= {int(first) + 1} ORDER BY place", *parameters):
        found.setdefault(row["account_id"], []).append(_row(row))
    return found


async def documents_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, DocumentRow]:
    """Those of `ids` that the viewer may see."""
    rows = [_row(row) for row in await fetch(f"{_SELECT} WHERE {among('d.id', 1)}", list(ids))]
    accounts = await accounts_by_ids(viewer, sorted({row.account_pk for row in rows}))
    return {row.pk: row for row in rows if row.account_pk in accounts and _is_seen(viewer, accounts[row.account_pk], row)}


async def opened_document(viewer: Viewer, organization_pk: int, pk: int) -> DocumentRow:
    """The file, for handing it out; that staff looked into somebody's paper is written down. Raises NotFound."""
    row = (await documents_by_ids(viewer, [pk])).get(pk)
    if row is None or row.organization_pk != organization_pk or not row.path.is_file():
        raise NotFound("document")
    if row.organization_pk in viewer.organization_ids:
        await audit.record(viewer.actor, "document.open", f"document:{row.pk}", organization_id=row.organization_pk)
    return row


def _is_seen(viewer: Viewer, account: AccountRow, row: DocumentRow) -> bool:
    on = account.organization.today(row.uploaded_at)
    return sees_documents(viewer, account) and account.access.sees(on, on, Right.SEND_READINGS)


def _limits(account: AccountRow) -> str:
    """The instants between which files came in a member's own days, as SQL; empty where all days are."""
    zone = zoneinfo.ZoneInfo(account.organization.timezone)

    def at(day: dt.date) -> str:
        return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC).strftime("'%Y-%m-%d %H:%M:%S+00:00'")

    parts = []
    for span in account.access.spans:
        if Right.SEND_READINGS not in span.rights:
            continue
        if span.from_on is None and span.until_on is None:
            return ""
        since = f"d.uploaded_at >= {at(span.from_on)}" if span.from_on is not None else ""
        until = f"d.uploaded_at < {at(span.until_on + dt.timedelta(days=1))}" if span.until_on is not None else ""
        parts.append(f"({' AND '.join(part for part in (since, until) if part)})")
    return " OR ".join(parts)


def _row(row: Row) -> DocumentRow:
    came, month = instant(row["uploaded_at"]), day(row["period"])
    assert came is not None
    return DocumentRow(
        pk=row["id"],
        account_pk=row["account_id"],
        organization_pk=row["organization_id"],
        meter_pk=row["meter_id"],
        kind=DocumentKind(row["kind"]),
        period=Period.of(month) if month is not None else None,
        name=row["name"],
        media_type=row["media_type"],
        size=row["size"],
        stored_as=row["stored_as"],
        by_staff=bool(row["by_staff"]),
        uploaded_at=came,
    )
