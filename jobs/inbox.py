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
from collections.abc import AsyncIterator
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
_told: dict[str, str] = {}  # what went wrong with a folder last time
_seen: dict[Path, tuple[int, int, float]] = {}  # size, time of change, and since when both have been so by our own clock


def inbox() -> Path:
    return shelf.data() / "inbox"


async def look() -> None:
    """Take what is whole, move out what is over. One process at a time; without an inbox this costs one look at the disk.

    Folders belong to strangers, who may put anything there: what goes wrong in one of them stops neither the others nor the imports.
    """
    if not inbox().is_dir() and not _left():
        return
    async with _apart("inbox"):
        with shelf.locked(shelf.data() / "imports" / "inbox.lock") as mine:
            if mine:
                await _look_at_each()


async def _look_at_each() -> None:
    for folder in sorted(inbox().iterdir()) if inbox().is_dir() else ():
        async with _apart(f"inbox/{folder.name}"):
            if folder.is_dir() and (files := whole(folder, time.monotonic())):
                await receive(folder.name, files)
    for name in _left():
        async with _apart(name):
            await _settle(name)


@contextlib.asynccontextmanager
async def _apart(where: str) -> AsyncIterator[None]:
    """What goes wrong with one folder is said once, and tried again at the next look."""
    try:
        yield
        _told.pop(where, None)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is about this folder
        if _told.get(where) != str(error):
            log("abonent.jobs").error("inbox.stuck", where=where.encode("utf-8", "replace").decode(), exc_info=True)
        _told[where] = str(error)


def whole(folder: Path, now: float) -> list[Path]:
    """The files of a folder that may be taken now, all or none."""
    files = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".") and shelf.is_plain(path)]
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
    organization = await Organization.get_or_none(slug=slug) if slug.isascii() else None
    if organization is None:
        log("abonent.jobs").warning("inbox.unknown_organization", slug=slug.encode("utf-8", "replace").decode())
        return None
    folder = shelf.new_folder(PREFIX.rstrip("-"))
    (shelf.data() / folder / "slug").write_text(slug, encoding="utf-8")
    try:
        await asyncio.to_thread(_move_in, files, shelf.files_of(folder))
    except OSError:
        shelf.remove(folder)
        raise
    for file in files:
        with contextlib.suppress(OSError):  # a mark that cannot be removed stays, and marks nothing
            file.with_name(file.name + DONE).unlink(missing_ok=True)
        _seen.pop(file, None)
    if not any(shelf.files_of(folder).iterdir()):
        shelf.remove(folder)
        return None
    return await _run(organization, folder)


def _move_in(files: list[Path], target: Path) -> None:
    """All of them or none. A file that has become a link or a folder meanwhile is left out, and gone."""
    moved: list[tuple[Path, Path]] = []
    try:
        for file in files:
            place = shelf.free(target, shelf.readable_name(file.name))
            shelf.move(file, place)
            moved.append((file, place))
    except OSError:
        for file, place in moved:
            with contextlib.suppress(OSError):
                shelf.move(place, file)
        raise
    for path in target.iterdir():
        if not shelf.is_plain(path):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


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
    if shelf.files_of(folder).exists():
        language = run.language or run.organization.languages.partition(",")[0].strip()
        draft = shelf.data() / folder / "result.csv"
        await write_result(run.id, language, run.summary, draft)
        draft.replace(shelf.free(shelf.files_of(folder), draft.name))
        await asyncio.to_thread(shelf.hand_back, shelf.files_of(folder), inbox() / run.organization.slug, kept, str(run.id))
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
