"""Whose turn it is to do periodic work: a row unique by name and due time, inserted by whichever process comes first."""

import datetime as dt

from tortoise.exceptions import IntegrityError

from models import JobRun
from models.database import transaction

ABANDONED_AFTER = dt.timedelta(hours=1)  # then whoever took the turn has died, and another takes it


async def take(name: str, due_at: dt.datetime, now: dt.datetime) -> int | None:
    """Take the turn and return its id, or None where another process has it or has done it."""
    try:
        async with transaction():
            return (await JobRun.create(name=name, due_at=due_at, started_at=now)).id
    except IntegrityError:
        dead = JobRun.filter(name=name, due_at=due_at, finished_at=None, started_at__lt=now - ABANDONED_AFTER)
        taken = await JobRun.get_or_none(name=name, due_at=due_at) if await dead.update(started_at=now) else None
        return taken.id if taken else None


async def finish(turn: int, outcome: str, now: dt.datetime) -> None:
    """Say how it ended: counts, or the type of the error."""
    await JobRun.filter(id=turn).update(finished_at=now, outcome=outcome[:300])
