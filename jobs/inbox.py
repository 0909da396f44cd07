"""The watched folder: `<data>/inbox/<slug>/`. What is dropped there is imported once it is whole, and moved out with its result.

All files of a folder make one run. They are whole when neither size nor time has changed for some seconds and none has the name of a
file that is still being written (`.part`, `.tmp`, …). Whoever wants it sooner, or file by file, leaves `charges.csv.done` beside
`charges.csv`: then exactly the files with such a mark are taken, at once.
"""

import asyncio
import contextlib
import datetime as dt
import shutil
import time
from pathlib import Path

from adapters import shelf
from adapters.logs import log
from models import ImportRun, Organization
from models.database import transaction
from models.enums import ImportSource, ImportState
from resolvers import audit
from resolvers.imports.result import write_result
from settings import settings

LOOKS = 4  # of the worker's looks for one of ours
QUIET_SECONDS = 10
UNFINISHED = (".part", ".tmp", ".partial", ".crdownload", ".filepart", "~")
DONE = ".done"
PREFIX = "folder-"
_OVER = (ImportState.DONE, ImportState.FAILED, ImportState.UNDONE, ImportState.DISCARDED)
WHO = "folder"
_seen: dict[Path, tuple[int, int, float]] = {}  # size, time of change, and since when both have been so by our own clock


def inbox() -> Path:
    return shelf.data() / "inbox"


async def look() -> None:
    """Take what is whole, move out what is over. One process at a time; without an inbox this costs one look at the disk."""
    if not inbox().is_dir() and not _left():
        return
    with shelf.locked(shelf.data() / "imports" / "inbox.lock") as mine:
        if mine:
            for folder in sorted(inbox().iterdir()) if inbox().is_dir() else ():
                if folder.is_dir() and (files := whole(folder, time.monotonic())):
                    await receive(folder.name, files)
            for name in _left():
                await _settle(name)


def whole(folder: Path, now: float) -> list[Path]:
    """The files of a folder that may be taken now, all or none."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")]
    marked = [path for path in files if path.with_name(path.name + DONE) in files]
    if marked:
        return marked
    if any(path.name.casefold().endswith((*UNFINISHED, DONE)) for path in files):
        return []
    noisy = [path for path in files if not _is_quiet(path, now)]  # each is looked at, whatever the others are
    return [] if noisy else files


def _is_quiet(path: Path, now: float) -> bool:
    """Whether nobody has written for some seconds, whatever the file's own time says: copies often keep that of the original."""
    state = path.stat()
    size, changed, since = _seen.get(path, (-1, 0, now))
    if (size, changed) != (state.st_size, state.st_mtime_ns):
        since = now
    _seen[path] = (state.st_size, state.st_mtime_ns, since)
    return now - since >= QUIET_SECONDS


async def receive(slug: str, files: list[Path]) -> int | None:
    """Move the files to where no second look finds them, then make their run. None where there is no such organization."""
    organization = await Organization.get_or_none(slug=slug)
    if organization is None:
        log("abonent.jobs").warning("inbox.unknown_organization", slug=slug)
        return None
    folder = shelf.new_folder(PREFIX.rstrip("-"))
    (shelf.data() / folder / "slug").write_text(slug, encoding="utf-8")
    for file in files:
        await asyncio.to_thread(shutil.move, file, shelf.files_of(folder) / file.name)
        file.with_name(file.name + DONE).unlink(missing_ok=True)
        _seen.pop(file, None)
    return await _run(organization, folder)


async def _run(organization: Organization, folder: str) -> int:
    async with transaction():
        now = dt.datetime.now(dt.UTC)
        run = await ImportRun.create(
            organization_id=organization.id, started_at=now, state=ImportState.WAITING.value, who=WHO, source=ImportSource.FOLDER, folder=folder
        )
        await audit.record(WHO, "import.start", f"import_run:{run.id}", organization_id=organization.id)
    log("abonent.jobs").info("inbox.received", run=run.id)
    return int(run.id)


def _left() -> list[str]:
    """Folders of ours that have not been moved back yet."""
    return [f"imports/{path.name}" for path in sorted((shelf.data() / "imports").glob(f"{PREFIX}*"))]


async def _settle(folder: str) -> None:
    """A folder without run: we died before it was made. One whose run is over goes to `taken` or `refused`, with the result beside it."""
    run = await ImportRun.get_or_none(folder=folder).select_related("organization")
    if run is None:
        await _orphan(folder)
        return
    if run.state not in {state.value for state in _OVER}:
        return
    kept = "taken" if run.state in (ImportState.DONE.value, ImportState.UNDONE.value) else "refused"
    target = inbox() / run.organization.slug / kept / str(run.id)
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(shelf.files_of(folder).iterdir()):
        await asyncio.to_thread(shutil.move, file, target / file.name)
    language = run.language or run.organization.languages.partition(",")[0].strip()
    await write_result(run.id, language, run.summary, target / "result.csv")
    await ImportRun.filter(id=run.id).update(folder=None)
    shelf.remove(folder)


async def _orphan(folder: str) -> None:
    with contextlib.suppress(OSError):
        slug = (shelf.data() / folder / "slug").read_text(encoding="utf-8")
        if any(shelf.files_of(folder).iterdir()) and (organization := await Organization.get_or_none(slug=slug)):
            await _run(organization, folder)
            return
    shelf.remove(folder)


def make_inbox(slug: str) -> Path:
    """The folder of an organization, made where it is missing."""
    path = settings().data_dir.resolve() / "inbox" / slug
    path.mkdir(parents=True, exist_ok=True)
    return path
