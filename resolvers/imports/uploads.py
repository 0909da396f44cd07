"""Registers on their way over the network: known by the hash of their content, so that an interrupted one goes on where it stopped."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from tortoise.exceptions import OperationalError
from tortoise.expressions import F

from adapters import shelf
from models import ImportUpload
from models.database import transaction
from models.enums import TokenScope
from models.errors import NotFound, ProblemCode, Refused
from resolvers import audit
from resolvers.organizations import OrganizationRow, find_organization
from resolvers.viewer import Viewer
from settings import settings

P = ParamSpec("P")
R = TypeVar("R")
A_DAY = dt.timedelta(days=1)
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(slots=True)
class UploadRow:
    """`received` bytes of `size` have come."""

    pk: int
    organization_pk: int
    sha256: str
    name: str
    size: int
    received: int

    @property
    def path(self) -> Path:
        """Where it is once it is whole; nothing is ever written there."""
        return shelf.upload_path(self.organization_pk, self.sha256)

    @property
    def draft(self) -> Path:
        return draft_path(self.organization_pk, self.sha256, self.pk)

    @property
    def is_whole(self) -> bool:
        return self.received == self.size


def draft_path(organization_pk: int, sha256: str, pk: int) -> Path:
    """Of what is on its way, one for each upload: two that bring the same file do not meet."""
    return shelf.upload_path(organization_pk, f"{sha256}.{pk}.part")


def telling_room(work: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """A disk that is full is told as such, wherever it was met."""

    @wraps(work)
    async def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await work(*args, **kwargs)
        except (OSError, OperationalError) as error:
            if shelf.is_full(error):
                raise Refused(ProblemCode.NO_ROOM, ("size",)) from error
            raise

    return told


async def importing(viewer: Viewer, slug: str) -> OrganizationRow:
    """The organization, for staff and for its own system with the scope. Raises NotFound where the viewer does not work for it, Forbidden."""
    found = await find_organization(slug=slug)
    if found is None or found.pk not in viewer.organization_ids:
        raise NotFound("organization")
    viewer.require(TokenScope.IMPORT_REGISTERS)
    return found


@telling_room
async def announce(viewer: Viewer, slug: str, sha256: str, name: str, size: int, *, has_come: bool = False) -> UploadRow:
    """Say that a file will come, or has. Announced before: what has come of it so far; here already, under any name: it is whole.

    Room is kept for what the organization announced within a day, its own only: nobody takes it from others by announcing.
    Raises Refused with INVALID, UPLOAD_TOO_LARGE, NO_ROOM.
    """
    organization = await importing(viewer, slug)
    kept = shelf.safe_name(name)
    if kept is None:
        raise Refused(ProblemCode.INVALID, ("name",))
    if not SHA256.fullmatch(sha256):
        raise Refused(ProblemCode.INVALID, ("sha256",))
    limit = settings().upload_limit_mb
    if not 0 <= size <= limit * 1024 * 1024:
        raise Refused(ProblemCode.UPLOAD_TOO_LARGE, ("size",), limit=limit)
    row = await ImportUpload.filter(organization_id=organization.pk, sha256=sha256, name=kept, size=size).order_by("-id").first()
    whole = shelf.upload_path(organization.pk, sha256)
    here = whole.exists()
    if here and shelf.size_of(whole) != size:
        raise Refused(ProblemCode.INVALID, ("size",))  # a hash has one size
    if row is None:
        now = dt.datetime.now(dt.UTC)
        if not (here or has_come or shelf.has_room(size + await _expected(organization, now))):
            raise Refused(ProblemCode.NO_ROOM, ("size",))
        row = await ImportUpload.create(
            organization_id=organization.pk, sha256=sha256, name=kept, size=size, received=size if here else 0, who=viewer.actor, created_at=now
        )
    return _row(row)


async def _expected(organization: OrganizationRow, now: dt.datetime) -> int:
    """Bytes that were announced within a day and have not come yet. One statement."""
    recent = ImportUpload.filter(organization_id=organization.pk, created_at__gt=now - A_DAY, size__gt=F("received"))
    return sum([size - received for size, received in await recent.values_list("size", "received")])


async def find_upload(viewer: Viewer, slug: str, sha256: str) -> UploadRow:
    """Raises NotFound."""
    organization = await importing(viewer, slug)
    row = await newest(organization.pk, sha256)
    if row is None:
        raise NotFound("upload")
    return _row(row)


async def newest(organization_pk: int, sha256: str) -> ImportUpload | None:
    """What was said last of this file; once it is whole, the last word that is true of it."""
    if not SHA256.fullmatch(sha256):
        return None
    found = ImportUpload.filter(organization_id=organization_pk, sha256=sha256).order_by("-id")
    whole = shelf.upload_path(organization_pk, sha256)
    return await (found.filter(size=shelf.size_of(whole)) if whole.exists() else found).first()


@telling_room
async def append(viewer: Viewer, upload: UploadRow, offset: int, parts: AsyncIterator[bytes], digest: bytes | None = None) -> UploadRow:
    """Add to the file from `offset` on; `digest` is the SHA-256 of these parts. What had come before a connection broke stays.

    Raises Refused with WRONG_OFFSET, UPLOAD_TOO_LARGE, and WRONG_DIGEST, after which these parts (or the whole file) have not come.
    """
    if upload.path.exists() and upload.size == shelf.size_of(upload.path):  # somebody else has sent the rest meanwhile
        upload.received = upload.size
        return upload
    with shelf.locked(upload.draft.with_suffix(".lock")) as free:
        if not free or offset != shelf.size_of(upload.draft):
            raise Refused(ProblemCode.WRONG_OFFSET, ("offset",))
        seen = hashlib.sha256()
        try:
            await _written(upload, offset, parts, seen)
        finally:
            upload.received = shelf.size_of(upload.draft)
            await ImportUpload.filter(id=upload.pk).update(received=upload.received)
        if digest is not None and digest != seen.digest():
            await _back_to(upload, offset)
        if upload.is_whole:
            await _finish(viewer, upload, seen.hexdigest() if offset == 0 else await asyncio.to_thread(shelf.sha256_of, upload.draft))
    return upload


@telling_room
async def receive(viewer: Viewer, slug: str, name: str, parts: AsyncIterator[bytes]) -> UploadRow:
    """A file from a form, whose size and hash nobody knows before it is there."""
    organization = await importing(viewer, slug)
    if shelf.safe_name(name) is None:
        raise Refused(ProblemCode.INVALID, ("files",))
    draft = shelf.upload_path(organization.pk, f"form-{secrets.token_hex(8)}")
    limit, size, seen = settings().upload_limit_mb, 0, hashlib.sha256()
    if not shelf.has_room(0):
        raise Refused(ProblemCode.NO_ROOM, ("files",))
    try:
        async for block in _blocks(parts):
            size += len(block)
            if size > limit * 1024 * 1024:
                raise Refused(ProblemCode.UPLOAD_TOO_LARGE, ("files",), limit=limit)
            await asyncio.to_thread(_add, draft, block, seen)
        draft.touch()
        upload = await announce(viewer, slug, seen.hexdigest(), name, size, has_come=True)
        if not upload.is_whole or not upload.path.exists():
            draft.replace(upload.draft)
            await _finish(viewer, upload, upload.sha256)
    finally:
        draft.unlink(missing_ok=True)
    upload.received = size
    return upload


async def _written(upload: UploadRow, offset: int, parts: AsyncIterator[bytes], seen: hashlib._Hash) -> None:
    at = offset
    upload.draft.touch()
    async for block in _blocks(parts):
        at += len(block)
        if at > upload.size:
            await asyncio.to_thread(shelf.cut, upload.draft, offset)
            raise Refused(ProblemCode.UPLOAD_TOO_LARGE, ("size",), limit=settings().upload_limit_mb)
        await asyncio.to_thread(_add, upload.draft, block, seen)


async def _blocks(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A megabyte at a time: writing each packet would cost more than the packet. What came before the connection broke is given too."""
    held: list[bytes] = []
    length = 0
    try:
        async for part in parts:
            held.append(part)
            length += len(part)
            if length >= shelf.BLOCK:
                yield b"".join(held)
                held, length = [], 0
    except Exception:
        if held:
            yield b"".join(held)
        raise
    if held:
        yield b"".join(held)


def _add(path: Path, block: bytes, seen: hashlib._Hash) -> None:
    if not shelf.has_room(len(block)):
        raise Refused(ProblemCode.NO_ROOM, ("size",))
    shelf.append(path, block)
    seen.update(block)


async def _back_to(upload: UploadRow, offset: int) -> None:
    await asyncio.to_thread(shelf.cut, upload.draft, offset)
    await ImportUpload.filter(id=upload.pk).update(received=offset)
    raise Refused(ProblemCode.WRONG_DIGEST, ("digest",))


async def _finish(viewer: Viewer, upload: UploadRow, sha256: str) -> None:
    """The file is whole: it is what its name says and stays as it is, or it is gone."""
    if sha256 != upload.sha256:
        upload.draft.unlink(missing_ok=True)
        await ImportUpload.filter(id=upload.pk).update(received=0)
        raise Refused(ProblemCode.WRONG_DIGEST, ("sha256",))
    await asyncio.to_thread(shelf.finish, upload.draft, upload.path)
    upload.draft.with_suffix(".lock").unlink(missing_ok=True)
    async with transaction():
        await ImportUpload.filter(id=upload.pk).update(received=upload.size)
        subject = f"import_upload:{upload.pk}"
        await audit.record(viewer.actor, "import.upload", subject, organization_id=upload.organization_pk, sha256=sha256, size=upload.size)


def _row(row: ImportUpload) -> UploadRow:
    whole = shelf.upload_path(row.organization_id, row.sha256)
    here = shelf.size_of(whole if whole.exists() else draft_path(row.organization_id, row.sha256, row.id))
    return UploadRow(row.id, row.organization_id, row.sha256, row.name, row.size, min(here, row.size))
