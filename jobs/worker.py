"""Does what the timetable says is due. Any number of workers may run: a turn is taken by one of them."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Sequence

from adapters import pdf
from adapters.logs import log
from jobs.timetable import TIMETABLE, Row
from resolvers import turns

SECONDS_BETWEEN_LOOKS = 20


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def work_until(stop: asyncio.Event, rows: Sequence[Row] = TIMETABLE, clock: Callable[[], dt.datetime] = utc_now) -> None:
    """Look every few seconds, until ``stop`` is set. The database is open already; the processes that make PDF end with it."""
    try:
        while not stop.is_set():
            await do_what_is_due(clock(), rows)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), SECONDS_BETWEEN_LOOKS)
    finally:
        pdf.close()


async def do_what_is_due(now: dt.datetime, rows: Sequence[Row] = TIMETABLE) -> list[str]:
    """Do every row whose turn nobody has taken; return their names. One that fails does not keep the others from their turn."""
    done = []
    for row in rows:
        try:
            turn = await turns.take(row.name, row.due_at(now), now)
            if turn is not None:
                await _do(row, turn, now)
                done.append(row.name)
        except Exception:  # noqa: BLE001 - the database may be away for a while; the next look tries again
            log("abonent.jobs").error("job.failed", job=row.name, exc_info=True)
    return done


async def _do(row: Row, turn: int, now: dt.datetime) -> None:
    try:
        counts = await row.work(now)
    except Exception as error:
        await turns.finish(turn, type(error).__name__, utc_now())
        raise
    await turns.finish(turn, " ".join(f"{name}={count}" for name, count in counts.items()), utc_now())
    log("abonent.jobs").info("job.done", job=row.name, due_at=row.due_at(now).isoformat(), counts=counts)
