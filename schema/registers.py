"""What cannot go through a document: bytes of registers on their way in, result files on their way out. The same rules as everywhere."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from adapters import shelf
from adapters.texts import LANGUAGES, speaking
from models.errors import NotFound, Refused
from resolvers import audit
from resolvers.imports.result import as_csv, as_xlsx
from resolvers.imports.runs import RunRow, runs_by_ids
from resolvers.imports.uploads import UploadRow, announce, append, find_upload, importing, receive
from resolvers.viewer import Viewer
from schema import ids
from schema.problems import sentence
from settings import settings

__all__ = ["Refused", "Result", "UploadRow", "announce", "append", "find_upload", "importing", "limit_bytes", "problems_of", "receive", "result"]

CSV, XLSX = "csv", "xlsx"


@dataclass(frozen=True, slots=True)
class Result:
    """A file to hand out: its parts, or a file that is to be deleted afterwards."""

    name: str
    parts: AsyncIterator[bytes] | None = None
    path: Path | None = None


def limit_bytes() -> int:
    return settings().upload_limit_mb * 1024 * 1024


def problems_of(refused: Refused, language: str) -> list[dict[str, object]]:
    """As a mutation's `Rejected` says them."""
    with speaking(language):
        return [{"path": list(one.path), "code": one.code.name, "message": sentence(one)} for one in refused.problems]


async def result(viewer: Viewer, slug: str, run_id: str, kind: str, language: str | None) -> Result:
    """What was said of the rows of a run. Raises NotFound."""
    known = ids.decode(run_id)
    run = (await runs_by_ids(viewer, [known[1]])).get(known[1]) if known is not None and known[0] == "imp" else None
    if run is None or run.organization.slug != slug or kind not in (CSV, XLSX):
        raise NotFound("import")
    await audit.record(viewer.actor, "import.download", f"import_run:{run.pk}", organization_id=run.organization.pk, kind=kind)
    spoken = language if language in LANGUAGES else run.spoken
    name = f"{re.sub(r'[^a-z0-9-]', '', slug)}-import-{run.pk}.{kind}"
    if kind == CSV:
        return Result(name, parts=as_csv(run.pk, spoken))
    return Result(name, path=await _workbook(run, spoken))


async def _workbook(run: RunRow, language: str) -> Path:
    folder = shelf.data() / "tmp"
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(suffix=".xlsx", dir=folder, delete=False) as file:
        target = Path(file.name)
    try:
        await as_xlsx(run.pk, language, run.summary, target)
    except BaseException:
        await asyncio.to_thread(target.unlink, missing_ok=True)
        raise
    return target
