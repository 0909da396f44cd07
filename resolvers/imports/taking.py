"""What the process that takes a run does, and what those that watch over it know: jobs/taking.py starts them."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from pathlib import Path

from adapters import shelf
from models import ImportRun, Organization
from models.database import transaction
from models.enums import ImportSource, ImportState
from models.errors import Refused
from resolvers import audit
from resolvers.imports.busy import ImportBusy
from resolvers.imports.outcome import Progress
from resolvers.imports.run import run_import
from resolvers.imports.troubles import STANDS
from resolvers.sql import fetch
from resolvers.viewer import TOKEN

SECONDS_BETWEEN_NOTES = 0.5
_UNFINISHED = f"'{ImportState.WAITING.value}', '{ImportState.RUNNING.value}'"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run that somebody has to take, or to undo."""

    pk: int
    organization_pk: int
    state: ImportState
    undo: bool

    @property
    def lock(self) -> Path:
        return shelf.desk(self.pk) / "lock"


async def waiting() -> list[Waiting]:
    """The oldest first. One statement over two indexes: asked every other second."""
    rows = await fetch(
        f"""SELECT r.id, r.organization_id, r.state, 0 AS undo FROM import_run r WHERE r.state IN ({_UNFINISHED}) AND r.folder IS NOT NULL
        UNION ALL SELECT r.id, r.organization_id, r.state, 1 FROM import_run r
        WHERE r.undone_by IS NOT NULL AND r.undone_at IS NULL AND r.state = '{ImportState.DONE.value}' ORDER BY 1 LIMIT 50"""
    )
    return [Waiting(row["id"], row["organization_id"], ImportState(row["state"]), bool(row["undo"])) for row in rows]


async def take(run_pk: int, progress: Progress | None = None) -> bool:
    """Take the run, or undo it where that was asked. False where another process is at it, or nothing waits any more.

    Raises what run_import and undo_import raise; Refused of an undo is kept with the run instead.
    """
    with shelf.locked(shelf.desk(run_pk) / "lock") as mine:
        run = await ImportRun.get_or_none(id=run_pk).select_related("organization") if mine else None
        if run is None:
            return False
        if run.state == ImportState.DONE.value and run.undone_by is not None and run.undone_at is None:
            await _undo(run, progress or noting(run_pk))
        elif run.state == ImportState.WAITING.value and run.folder is not None:
            try:
                await _import(run, run.organization, progress or noting(run_pk))
            except ImportBusy:  # somebody else writes: this one waits on
                await ImportRun.filter(id=run_pk, state=ImportState.FAILED.value).update(state=ImportState.WAITING.value, finished_at=None, error="")
                raise
        else:
            return False
        (shelf.desk(run_pk) / "progress.json").unlink(missing_ok=True)
        return True


async def give_up(run_pk: int, error: str) -> None:
    """A run whose process has died: nothing of it was written. A run that has ended meanwhile stays as it ended."""
    now = dt.datetime.now(dt.UTC)
    async with transaction():
        unfinished = ImportRun.filter(id=run_pk, state__in=[ImportState.WAITING.value, ImportState.RUNNING.value])
        if await unfinished.update(state=ImportState.FAILED.value, finished_at=now, error=error):
            run = await ImportRun.get(id=run_pk)
            await audit.record("job", "import.fail", f"import_run:{run_pk}", organization_id=run.organization_id, error=error)


async def give_up_undoing(run_pk: int, error: str) -> None:
    """The run stays done, and says why it could not be undone."""
    await ImportRun.filter(id=run_pk, undone_at=None).update(undone_by=None, error=error)


async def put_back(run_pk: int) -> None:
    """A run whose process we have stopped ourselves: the next worker takes it from the beginning."""
    await ImportRun.filter(id=run_pk, state=ImportState.RUNNING.value).update(state=ImportState.WAITING.value)


def noting(run_pk: int) -> Progress:
    """What writes down how far a run has come, a few times a second at most."""
    path, last = shelf.desk(run_pk) / "progress.json", [("", 0.0)]

    def note(stage: str, done: int, total: int) -> None:
        stage_before, at = last[0]
        if stage != stage_before or time.monotonic() - at > SECONDS_BETWEEN_NOTES:
            last[0] = (stage, time.monotonic())
            shelf.write_json(path, {"stage": stage, "done": done, "total": total})

    return note


async def _import(run: ImportRun, organization: Organization, progress: Progress) -> None:
    await run_import(
        organization.slug,
        [shelf.files_of(str(run.folder))],
        preview=run.preview,
        who=run.who,
        source=ImportSource(run.source),
        approved=run.approved_by is not None and not run.approved_by.startswith(TOKEN),  # no token passes a threshold
        progress=progress,
        run_id=run.id,
    )


async def _undo(run: ImportRun, progress: Progress) -> None:
    from resolvers.imports.undo import undo_import

    try:
        await undo_import(run.id, str(run.undone_by), progress=progress)
    except Refused as refused:
        await give_up_undoing(run.id, f"{STANDS} {refused.problems[0].params.get('runs', '')}"[:300].strip())
