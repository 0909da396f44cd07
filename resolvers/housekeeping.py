"""Forgetting what has served its time. Each returns its counts; ``now`` is an instant in UTC."""

import datetime as dt

from models import IdempotencyKey, JobRun, Session

KEYS_KEPT = dt.timedelta(hours=48)  # promised are 24
TURNS_KEPT = dt.timedelta(days=90)


async def forget_sessions(now: dt.datetime) -> dict[str, int]:
    """Delete the sessions that have expired."""
    return {"sessions": await Session.filter(expires_at__lt=now).delete()}


async def forget_keys(now: dt.datetime) -> dict[str, int]:
    """Delete idempotency keys past what the contract promises, and old turns of periodic work."""
    keys = await IdempotencyKey.filter(created_at__lt=now - KEYS_KEPT).delete()
    return {"keys": keys, "turns": await JobRun.filter(due_at__lt=now - TURNS_KEPT).delete()}
