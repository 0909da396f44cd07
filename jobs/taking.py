"""Takes imports that wait, one at a time, each in a process of its own: pages stay quick, and a crash is nobody else's.

Any number of workers may do so: whoever takes a run holds its lock, and lets go of it by dying.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from adapters import shelf
from adapters.logs import log
from jobs import inbox
from models.enums import ImportState
from resolvers.imports import taking
from resolvers.imports.taking import Waiting
from resolvers.imports.troubles import BROKEN, INTERRUPTED

ROOT = Path(__file__).parent.parent
SECONDS_BETWEEN_LOOKS = 1.5
SECONDS_TO_END = 10
BUSY = 75  # the exit code of a child that found the database held by somebody else: it is tried again later
SECONDS_WHEN_BUSY = 10


async def take_until(stop: asyncio.Event) -> None:
    """Look every other second, until ``stop`` is set. The database is open already."""
    looks = 0
    while not stop.is_set():
        pause = SECONDS_BETWEEN_LOOKS
        try:
            if looks % inbox.LOOKS == 0:
                await inbox.look()
            looks += 1
            pause = await take_next(stop)
        except Exception:  # noqa: BLE001 - the database may be away for a while; the next look tries again
            log("abonent.jobs").error("imports.look_failed", exc_info=True)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


async def take_next(stop: asyncio.Event) -> float:
    """Take the oldest run that waits, if any; give how many seconds to wait before looking again."""
    found = await taking.waiting()
    for run in found:
        if run.state is ImportState.RUNNING and not shelf.is_held(run.lock):
            await taking.give_up(run.pk, INTERRUPTED)
    chosen = next_of(found)
    if chosen is None:
        return SECONDS_BETWEEN_LOOKS
    status = await _taken(chosen, stop)
    if status == BUSY:
        return SECONDS_WHEN_BUSY
    if status != 0:
        await _broken(chosen)
    return 0


def next_of(found: Sequence[Waiting]) -> Waiting | None:
    """The oldest that nobody is at, of an organization that nobody is at: its runs are taken one after another."""
    at_work = {run.organization_pk for run in found if shelf.is_held(run.lock)}
    return next((run for run in found if run.organization_pk not in at_work and (run.undo or run.state is ImportState.WAITING)), None)


async def _taken(run: Waiting, stop: asyncio.Event) -> int:
    """Its exit code; 0 also where we were told to stop and have put it back."""
    command = (sys.executable, "-m", "jobs.cli", "imports", "take", str(run.pk))
    child = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL, start_new_session=True)
    ended, told = asyncio.ensure_future(child.wait()), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            return ended.result()
    finally:
        told.cancel()
        if not ended.done():  # told to stop, or cancelled
            await _end(child, ended, run)
    return 0


async def _end(child: asyncio.subprocess.Process, ended: "asyncio.Future[int]", run: Waiting) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(asyncio.shield(ended), SECONDS_TO_END)
        except TimeoutError:
            child.kill()
            await ended
    await taking.put_back(run.pk)


async def _broken(run: Waiting) -> None:
    log("abonent.jobs").error("import.broken", run=run.pk, undo=run.undo)
    if run.undo:
        await taking.give_up_undoing(run.pk, BROKEN)
    else:
        await taking.give_up(run.pk, BROKEN)
