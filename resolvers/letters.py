"""The outbox: a letter is a row, written in the transaction of what it tells of."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from tortoise.exceptions import IntegrityError

from models import Letter, MailedSecret
from models.database import transaction


async def queue(
    template: str,
    recipient: str,
    language: str,
    now: dt.datetime,
    *,
    base: str = "",
    path: str = "",
    secret: MailedSecret | None = None,
    user_id: int | None = None,
    organization_id: int | None = None,
    occasion: str | None = None,
    **context: Any,
) -> Letter | None:
    """Queue a letter of ``templates/mail/<template>/`` to one address; None where the ``occasion`` has its letter already.

    The templates see ``context`` (JSON, nothing secret), ``base_url``, ``base`` (``/o/<slug>`` or nothing), ``link`` (the address of
    ``path`` under both, with the secret's token behind it) and ``code``.
    """
    values = {"base": base, "path": path, **context}
    try:
        async with transaction():
            return await Letter.create(
                organization_id=organization_id,
                user_id=user_id,
                secret=secret,
                recipient=recipient,
                template=template,
                language=language,
                context=values,
                identity=secrets.token_hex(16),
                occasion=occasion,
                queued_at=now,
                due_at=now,
            )
    except IntegrityError:
        if occasion is None:
            raise
        return None
