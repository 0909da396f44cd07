"""The trail of who did what: codes and ids, never names, addresses or numbers of documents."""

import datetime as dt
from typing import Any

from models import AuditRecord

COMMAND_LINE = "command line"


async def record(actor: str, action: str, subject: str, *, organization_id: int | None = None, **details: Any) -> None:
    """Write one row, in the transaction of what it tells of. ``actor`` is "user:12", "token:3", "job" or ``COMMAND_LINE``."""
    now = dt.datetime.now(dt.UTC)
    await AuditRecord.create(organization_id=organization_id, at=now, actor=actor, action=action, subject=subject, details=details)
