"""The trail of who did what: codes and ids, never names, addresses or numbers of documents."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from models import AuditRecord

COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class Record:
    """One row of several that are written at once."""

    subject: str
    organization_id: int | None
    details: dict[str, Any]


async def record(actor: str, action: str, subject: str, *, organization_id: int | None = None, **details: Any) -> None:
    """Write one row, in the transaction of what it tells of. ``actor`` is "user:12", "token:3", "job" or ``COMMAND_LINE``."""
    now = dt.datetime.now(dt.UTC)
    await AuditRecord.create(organization_id=organization_id, at=now, actor=actor, action=action, subject=subject, details=details)


async def record_many(actor: str, action: str, records: Iterable[Record]) -> None:
    """The same for many subjects, in one statement."""
    now = dt.datetime.now(dt.UTC)
    rows = [AuditRecord(organization_id=one.organization_id, at=now, actor=actor, action=action, subject=one.subject, details=one.details) for one in records]
    if rows:
        await AuditRecord.bulk_create(rows)
