"""The verbs over runs: start one from uploads, let it pass, drop it, ask for it to be undone. Workers do the work (jobs/taking.py)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.expressions import Q

from adapters import shelf
from adapters.texts import LANGUAGES
from models import ImportProfile, ImportRun, ImportUpload
from models.database import connection, is_sqlite, transaction
from models.enums import ImportSource, ImportState, TokenScope
from models.errors import NotFound, Problem, ProblemCode, Refused, RefusedMany
from resolvers import audit, idempotency
from resolvers.imports.runs import RunRow, runs_by_ids
from resolvers.imports.uploads import importing, newest, telling_room
from resolvers.organizations import OrganizationRow
from resolvers.viewer import Viewer, ViewerKind

MUTATION = "startImport"
MOST_FILES = 200
LONGEST_RUN = dt.timedelta(hours=12)  # a command line that was killed leaves its run running; nobody takes it up
_OVER = (ImportState.FAILED, ImportState.UNDONE, ImportState.DISCARDED)  # what came of these may be sent again


@dataclass(frozen=True, slots=True)
class Start:
    """`uploads` are SHA-256 of files that have come, in hexadecimal; `key` may be left out by whoever relies on the hashes."""

    slug: str
    uploads: tuple[str, ...]
    preview: bool = False
    language: str = ""
    key: str | None = None
    validate_only: bool = False

    @property
    def fingerprint(self) -> str:
        return idempotency.fingerprint(self.slug, sorted(self.uploads), self.preview, self.language)


@telling_room
async def start_import(viewer: Viewer, start: Start, now: dt.datetime) -> RunRow | None:
    """The run that waits for a worker, None with `validate_only`. The same files once more give the run
    that has them already, unless anything was imported, undone or set otherwise since.

    Raises NotFound, Forbidden, RefusedMany with REQUIRED, TOO_MANY_ROWS, UNKNOWN_UPLOAD, UPLOAD_INCOMPLETE, DUPLICATE_ROW at `uploads`,
    INVALID at `language`, KEY_REUSED.
    """
    organization = await importing(viewer, start.slug)
    if start.language and start.language not in LANGUAGES:
        raise Refused(ProblemCode.INVALID, ("language",))
    async with transaction():
        await _lock(organization)
        if start.key is not None:
            known = await idempotency.first_answer(viewer.actor, MUTATION, start.key, start.fingerprint)
            if known is not None:
                return await _run(viewer, known)
        uploads = await _uploads(organization, start.uploads)
        if start.validate_only:
            return None
        pk = await _standing(uploads, start) or await _made(viewer, organization, uploads, start, now)
        if start.key is not None:
            await idempotency.bind(viewer.actor, MUTATION, start.key, start.fingerprint, pk, now)
        return await _run(viewer, pk)


async def approve_import(viewer: Viewer, run_pk: int) -> RunRow:
    """Take a run that was only looked at or is held. Approved already: as it is.

    What a threshold would hold waits for a person: no token lets it pass. Raises NotFound, Refused with WRONG_STATE, FILES_GONE, PERSON_NEEDED.
    """
    run = await _run(viewer, run_pk)
    if run.approved_by is not None and run.state in (ImportState.WAITING, ImportState.RUNNING, ImportState.DONE):
        return run
    if not is_approvable(run):
        raise Refused(ProblemCode.FILES_GONE if run.state in (ImportState.PREVIEWED, ImportState.HELD) else ProblemCode.WRONG_STATE, ("run",))
    if not viewer.is_person and (run.state is ImportState.HELD or (run.summary or {}).get("held")):
        raise Refused(ProblemCode.PERSON_NEEDED, ("run",))
    async with transaction():
        waiting = {"state": ImportState.WAITING.value, "preview": False, "approved_by": viewer.actor, "finished_at": None, "error": ""}
        if not await _open(run_pk, ImportState.PREVIEWED, ImportState.HELD).update(**waiting):
            raise Refused(ProblemCode.WRONG_STATE, ("run",))
        await _record(viewer, run, "import.approve")
    return await _run(viewer, run_pk)


def is_approvable(run: RunRow) -> bool:
    open_now = run.state in (ImportState.PREVIEWED, ImportState.HELD)
    return open_now and run.folder is not None and shelf.files_of(run.folder).exists()


async def discard_import(viewer: Viewer, run_pk: int) -> RunRow:
    """Drop a run of which nothing was written, with its files; a token only what it has sent itself.

    Raises NotFound, Refused with WRONG_STATE, PERSON_NEEDED.
    """
    run = await _run(viewer, run_pk)
    if run.state is ImportState.DISCARDED:
        return run
    if not viewer.is_person and run.actor != viewer.actor:
        raise Refused(ProblemCode.PERSON_NEEDED, ("run",))
    async with transaction():
        kept = run.folder if run.source is ImportSource.FOLDER else None  # these go back to where they came from
        dropped = {"state": ImportState.DISCARDED.value, "finished_at": dt.datetime.now(dt.UTC), "folder": kept}
        if not await _open(run_pk, ImportState.PREVIEWED, ImportState.HELD, ImportState.WAITING).update(**dropped):
            raise Refused(ProblemCode.WRONG_STATE, ("run",))
        await _record(viewer, run, "import.discard")
    if kept is None:
        shelf.remove(run.folder)
    return await _run(viewer, run_pk)


async def ask_undo(viewer: Viewer, run_pk: int) -> RunRow:
    """Let a worker undo a run that is done, which writes the audit row of it. Raises NotFound, Refused with WRONG_STATE."""
    run = await _run(viewer, run_pk)
    if run.undone_by is not None:
        return run
    if not await _open(run_pk, ImportState.DONE).filter(undone_by=None).update(undone_by=viewer.actor, error=""):
        raise Refused(ProblemCode.WRONG_STATE, ("run",))
    return await _run(viewer, run_pk)


async def _lock(organization: OrganizationRow) -> None:
    """One starter at a time, so that the same files sent twice at once make one run; SQLite's transactions wait for each other anyway."""
    if not is_sqlite():
        await connection().execute_query("SELECT id FROM organization WHERE id = $1 FOR UPDATE", [organization.pk])


async def _run(viewer: Viewer, pk: int) -> RunRow:
    found = (await runs_by_ids(viewer, [pk])).get(pk)
    if found is None:
        if viewer.organization_ids:
            viewer.require(TokenScope.IMPORT_REGISTERS)
        raise NotFound("import")
    return found


async def _uploads(organization: OrganizationRow, hashes: Sequence[str]) -> list[ImportUpload]:
    """The newest upload of each hash, all of them whole."""
    if not hashes:
        raise Refused(ProblemCode.REQUIRED, ("uploads",))
    if len(hashes) > MOST_FILES:
        raise Refused(ProblemCode.TOO_MANY_ROWS, ("uploads",), limit=MOST_FILES)
    found: dict[str, ImportUpload] = {}
    wrong: list[Problem] = []
    for index, sha256 in enumerate(hashes):
        row = await newest(organization.pk, sha256)
        if code := _unusable(row):
            wrong.append(Problem(code, ("uploads", str(index))))
        elif row and found.setdefault(row.name.casefold(), row) is not row:
            wrong.append(Problem(ProblemCode.DUPLICATE_ROW, ("uploads", str(index))))
    if wrong:
        raise RefusedMany(wrong)
    return list(found.values())


def _unusable(row: ImportUpload | None) -> ProblemCode | None:
    if row is None:
        return ProblemCode.UNKNOWN_UPLOAD
    whole = shelf.upload_path(row.organization_id, row.sha256)
    return None if whole.exists() and shelf.size_of(whole) == row.size else ProblemCode.UPLOAD_INCOMPLETE


async def _standing(uploads: Sequence[ImportUpload], start: Start) -> int | None:
    """The run that has exactly these files, where taking them again would come to the same: nothing came or was taken back since."""
    [run_pk, *others] = {row.run_id for row in uploads}
    if run_pk is None or others:
        return None
    run = await ImportRun.get_or_none(id=run_pk)
    if run is None or run.state in {state.value for state in _OVER} or await ImportUpload.filter(run_id=run_pk).count() != len(uploads):
        return None
    if run.preview and not start.preview:
        return None  # looked at by then, to be taken now
    return None if await _is_overtaken(run) else run_pk


async def _is_overtaken(run: ImportRun) -> bool:
    """Whether another run writes after this one, or an undo or another profile has changed what these files come to."""
    alive = dt.datetime.now(dt.UTC) - LONGEST_RUN
    unfinished = Q(state=ImportState.WAITING.value) | Q(state=ImportState.RUNNING.value, started_at__gt=alive)
    ahead = (unfinished & Q(preview=False)) | Q(undone_by__not_isnull=True, undone_at=None)
    if run.finished_at is None:
        ahead &= Q(id__gt=run.id)  # they are taken in this order
    else:
        written = Q(state__in=[ImportState.DONE.value, ImportState.UNDONE.value], finished_at__gte=run.finished_at) & ~Q(id=run.id)
        ahead |= written | Q(undone_at__gte=run.finished_at)
    if await ImportRun.filter(ahead, organization_id=run.organization_id).exists():
        return True
    if run.state == ImportState.WAITING.value:
        return False  # it will be read by the profile of then
    return await ImportProfile.filter(organization_id=run.organization_id, saved_at__gte=run.started_at).exists()


async def _made(viewer: Viewer, organization: OrganizationRow, uploads: Sequence[ImportUpload], start: Start, now: dt.datetime) -> int:
    source = ImportSource.PAGE if viewer.kind is ViewerKind.STAFF and viewer.session_id is not None else ImportSource.UPLOAD
    folder = shelf.new_folder(source.value)
    shelf.seal(folder, {row.name: row.sha256 for row in uploads})
    for row in uploads:
        shelf.put(shelf.upload_path(organization.pk, row.sha256), folder, row.name)
    run = await ImportRun.create(
        organization_id=organization.pk, started_at=now, state=ImportState.WAITING.value, who=viewer.actor, source=source,
        preview=start.preview, folder=folder, language=start.language,
    )  # fmt: skip
    await ImportUpload.filter(id__in=[row.id for row in uploads]).update(run_id=run.id)
    subject = f"import_run:{run.id}"
    await audit.record(viewer.actor, "import.start", subject, organization_id=organization.pk, files=len(uploads), preview=start.preview)
    return int(run.id)


def _open(run_pk: int, *states: ImportState):  # type: ignore[no-untyped-def]
    """The run if it is in one of these states now: whoever changes it first has changed it."""
    return ImportRun.filter(id=run_pk, state__in=[state.value for state in states])


async def _record(viewer: Viewer, run: RunRow, action: str) -> None:
    await audit.record(viewer.actor, action, f"import_run:{run.pk}", organization_id=run.organization.pk)
