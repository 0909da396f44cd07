"""Files of imports are kept for some days and forgotten then; what was said of their rows stays."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from pathlib import Path

from adapters import shelf
from models import ImportRun, ImportUpload
from models.enums import ImportSource, ImportState
from resolvers.imports.uploads import draft_path
from settings import settings

A_DAY = dt.timedelta(days=1)
_UNFINISHED = [ImportState.WAITING.value, ImportState.RUNNING.value]


async def forget_import_files(now: dt.datetime) -> dict[str, int]:
    """Delete uploads and runs' files that are older than the settings say. Files of the watched folder go back there instead."""
    limit = now - dt.timedelta(days=settings().import_files_days)
    runs = 0
    old = ImportRun.filter(folder__isnull=False, started_at__lt=limit).exclude(state__in=_UNFINISHED).exclude(source=ImportSource.FOLDER)
    for pk, folder in await old.values_list("id", "folder"):
        await asyncio.to_thread(shelf.remove, folder)
        await asyncio.to_thread(shutil.rmtree, shelf.desk(pk), ignore_errors=True)
        runs += await ImportRun.filter(id=pk).update(folder=None)
    uploads = await _forget_uploads(limit)
    known = {str(folder) for folder in await ImportRun.filter(folder__isnull=False).values_list("folder", flat=True)}
    return {"runs": runs, "uploads": uploads, "strays": await asyncio.to_thread(_forget_strays, known, limit, now)}


async def _forget_uploads(limit: dt.datetime) -> int:
    """A file goes when the last upload that speaks of it does, what came of one that is not whole with its own."""
    old = await ImportUpload.filter(created_at__lt=limit).values_list("id", "organization_id", "sha256")
    await ImportUpload.filter(id__in=[pk for pk, *_ in old]).delete()
    for pk, organization_id, sha256 in old:
        draft = draft_path(organization_id, sha256, pk)
        for path in (draft, draft.with_suffix(".lock")):
            path.unlink(missing_ok=True)
    for organization_id, sha256 in {(owner, name) for _, owner, name in old}:
        if not await ImportUpload.exists(organization_id=organization_id, sha256=sha256):
            shelf.upload_path(organization_id, sha256).unlink(missing_ok=True)
    return len(old)


def _forget_strays(known: set[str], limit: dt.datetime, now: dt.datetime) -> int:
    """What a process left behind that died: folders without run, drafts of uploads and of result files."""
    strays = [path for path in (shelf.data() / "imports").glob("*-*") if f"imports/{path.name}" not in known and _older(path, limit)]
    drafts = [path for pattern in ("uploads/*/form-*", "tmp/*") for path in shelf.data().glob(pattern) if _older(path, now - A_DAY)]
    strays = [path for path in strays if not path.name.startswith(f"{ImportSource.FOLDER.value}-")]
    for path in (*strays, *drafts):
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    return len(strays) + len(drafts)


def _older(path: Path, limit: dt.datetime) -> bool:
    try:
        return path.stat().st_mtime < limit.timestamp()
    except FileNotFoundError:
        return False
