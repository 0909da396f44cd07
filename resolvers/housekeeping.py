"""Forgetting what has served its time. Each returns its counts; ``now`` is an instant in UTC."""

import asyncio
import datetime as dt
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from adapters import document_files
from models import AccountCode, ApiToken, Document, IdempotencyKey, JobRun, Letter, MailedSecret, ProofBudget, Registration, Session, SpentChallenge
from models.enums import LetterState
from models.mail_enums import LetterTrouble
from resolvers.outbox import PAUSED_UNTIL, WAITING
from resolvers.outgoing import HIDDEN, masked

KEYS_KEPT = dt.timedelta(hours=48)  # promised are 24
TURNS_KEPT = dt.timedelta(days=90)
CONFIRMED_KEPT = dt.timedelta(days=30)
LINKS_KEPT = dt.timedelta(days=1)
BUDGETS_KEPT = dt.timedelta(days=7)
TOKENS_KEPT = dt.timedelta(days=30)
BODIES_KEPT, LETTERS_KEPT = dt.timedelta(days=30), dt.timedelta(days=365)
FILES_WAIT = dt.timedelta(days=1)
BATCH = 500


async def forget_sessions(now: dt.datetime) -> dict[str, int]:
    """Delete the sessions that have expired."""
    return {"sessions": await Session.filter(expires_at__lt=now).delete()}


async def forget_keys(now: dt.datetime) -> dict[str, int]:
    """Delete idempotency keys past what the contract promises, and old turns of periodic work."""
    keys = await IdempotencyKey.filter(created_at__lt=now - KEYS_KEPT).delete()
    return {"keys": keys, "turns": await JobRun.filter(due_at__lt=now - TURNS_KEPT).delete()}


async def forget_registrations(now: dt.datetime) -> dict[str, int]:
    """Delete registrations that nobody confirmed in time, and what is left of confirmed ones."""
    unconfirmed = await _deleted(Registration.filter(confirmed_at=None, expires_at__lt=now))
    return {"unconfirmed": unconfirmed, "confirmed": await _deleted(Registration.filter(confirmed_at__lt=now - CONFIRMED_KEPT))}


async def forget_secrets(now: dt.datetime) -> dict[str, int]:
    """Delete what letters carried and codes that prove, once they are over; human checks that were used; counts of misses."""
    return {
        "links": await _deleted(MailedSecret.filter(expires_at__lt=now - LINKS_KEPT)),
        "codes": await AccountCode.filter(expires_at__lt=now).delete(),
        "challenges": await SpentChallenge.filter(expires_at__lt=now).delete(),
        "budgets": await ProofBudget.filter(day__lt=(now - BUDGETS_KEPT).date()).delete(),
    }


async def forget_tokens(now: dt.datetime) -> dict[str, int]:
    """Delete tokens that were revoked or have run out some time ago."""
    over = Q(revoked_at__lt=now - TOKENS_KEPT) | Q(expires_at__lt=now - TOKENS_KEPT)
    return {"tokens": await ApiToken.filter(over).delete()}


async def forget_letters(now: dt.datetime) -> dict[str, int]:
    """Give up what waited for a month, empty what is older than that, and delete what is older than a year."""
    deleted = await Letter.filter(queued_at__lt=now - LETTERS_KEPT).delete()
    old = Letter.filter(queued_at__lt=now - BODIES_KEPT, due_at__lt=PAUSED_UNTIL)  # a paused mailing may go on
    failed = {"state": LetterState.FAILED, "error": LetterTrouble.NO_SERVER.value, "leased_until": None}
    given_up = await old.filter(state__in=WAITING).update(**failed)
    emptied = 0
    while rows := await old.exclude(recipient__contains=HIDDEN).order_by("id").limit(BATCH):
        for row in rows:
            row.context, row.recipient = {}, masked(row.recipient)
        emptied += await Letter.bulk_update(rows, ["context", "recipient"])
    return {"deleted": deleted, "given_up": given_up, "emptied": emptied}


async def forget_files(now: dt.datetime) -> dict[str, int]:
    """Delete files that came and became part of nothing within a day, and those whose row was never written."""
    before = (now - FILES_WAIT).timestamp()
    incoming = await asyncio.to_thread(document_files.forget_incoming, before)
    kept = await asyncio.to_thread(lambda: list(document_files.kept_before(before)))
    strays = 0
    for first in range(0, len(kept), BATCH):
        part = kept[first : first + BATCH]
        known = {row.stored_as for row in await Document.filter(stored_as__in=[name for _, name in part])}
        for organization, name in part:
            if name not in known:
                await asyncio.to_thread(document_files.discard, organization, name)
                strays += 1
    return {"incoming": incoming, "strays": strays}


async def _deleted(rows: QuerySet[Any]) -> int:
    """Delete, and say how many: where others hang on a row, SQLite counts them too."""
    count = await rows.count()
    await rows.delete()
    return count
