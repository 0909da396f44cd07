"""Taking files that residents and staff send about an account.

A file comes first (`receive`) and gets a name that only its sender can use, then becomes part of an account (`attach`). What is no
PDF, JPEG or PNG through and through is refused as it comes.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from adapters import document_files, file_contents, shelf
from models import Document, MeterEvent
from models.database import transaction
from models.enums import Right, TokenScope
from models.errors import Forbidden, NotFound, Problem, ProblemCode, Refused, RefusedMany
from models.meter_enums import DocumentKind
from models.period import Period
from resolvers import audit, idempotency
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.documents import DocumentRow, documents_by_ids
from resolvers.meter_acts import staffed_meter
from resolvers.meters import meters_by_ids
from resolvers.reading_entries import locked
from resolvers.viewer import Viewer

LIMIT_MB = 10
MOST_WAITING = 20  # files of one sender that came and are part of nothing yet
MOST_A_DAY = 30  # of one account, from those who are not its staff
MONTHS_BACK = 12  # for which a print-out may still be sent
MUTATION = "attachDocument"
C = ProblemCode
_at_once = asyncio.Semaphore(1)


@dataclass(frozen=True, slots=True)
class Attachment:
    """`upload` is what `receive` gave for the file. Without a period a print-out is for the month of the reading window."""

    account_pk: int
    upload: str
    kind: DocumentKind
    key: str
    period: Period | None = None
    meter_pk: int | None = None
    event_pk: int | None = None
    validate_only: bool = False


async def receive(viewer: Viewer, name: str, parts: AsyncIterator[bytes]) -> str:
    """Take a file from its sender; what names it from now on, for a day and for this sender alone.

    Raises Forbidden, and Refused with UPLOAD_TOO_LARGE, NO_ROOM, TOO_MANY_ROWS, REQUIRED (an empty file) or WRONG_FILE at `file`.
    """
    if viewer.is_guest:
        raise Forbidden("a look-up sends nothing, a letter's link readings alone")
    viewer.require(TokenScope.SUBMIT_READINGS)
    if not shelf.has_room(2 * LIMIT_MB * 1024 * 1024):
        raise Refused(C.NO_ROOM, ("file",))
    if await asyncio.to_thread(document_files.waiting_of, viewer.actor) >= MOST_WAITING:
        raise Refused(C.TOO_MANY_ROWS, ("file",), limit=MOST_WAITING)
    data = await _read(parts)
    try:
        async with _at_once:
            content = await asyncio.to_thread(file_contents.taken, data)
    except file_contents.NotTaken:
        raise Refused(C.WRONG_FILE, ("file",)) from None
    return await _wait(viewer, name, content)


async def _read(parts: AsyncIterator[bytes]) -> bytes:
    held, size = [], 0
    async for part in parts:
        size += len(part)
        if size > LIMIT_MB * 1024 * 1024:
            raise Refused(C.UPLOAD_TOO_LARGE, ("file",), limit=LIMIT_MB)
        held.append(part)
    if not size:
        raise Refused(C.REQUIRED, ("file",))
    return b"".join(held)


async def _wait(viewer: Viewer, name: str, content: file_contents.Content) -> str:
    made = document_files.new_name()
    known = {
        "whose": viewer.actor, "name": file_contents.shown_name(name, content.media_type), "media_type": content.media_type, "size": len(content.data),
        "sha256": hashlib.sha256(content.data).hexdigest(),
    }  # fmt: skip
    try:
        await asyncio.to_thread(document_files.wait, made, content.data, known)
    except OSError as error:
        if shelf.is_full(error):
            raise Refused(C.NO_ROOM, ("file",)) from error
        raise
    return made


async def attach(viewer: Viewer, given: Attachment, now: dt.datetime, today: dt.date | None = None) -> DocumentRow | None:
    """Make a file that came part of an account. The same file for the same purpose again is the one that is there.

    Raises NotFound, Forbidden, and Refused with paths `upload`, `period`, `meter`, `event` or `idempotencyKey`. None with `validate_only`.
    """
    account = await _sending(viewer, given.account_pk)
    known = document_files.note_of(given.upload)
    if known is None or known.get("whose") != viewer.actor:
        raise Refused(C.UNKNOWN_UPLOAD, ("upload",))
    period = await _checked(viewer, account, given, today or account.organization.today(now))
    first_day = period.first_day if period else None
    print_ = idempotency.fingerprint(account.pk, known["sha256"], given.kind.value, first_day, given.meter_pk, given.event_pk)
    async with transaction():
        await locked([account])
        answer = await idempotency.first_answer(viewer.actor, MUTATION, given.key, print_)
        if answer is None:
            pk = await _there(account, given, known, first_day)
            if given.validate_only:
                return None
            answer = {"document": pk or await _write(viewer, account, given, known, first_day, now)}
            if given.event_pk is not None:
                await MeterEvent.filter(id=given.event_pk).update(document_id=answer["document"])
            await idempotency.bind(viewer.actor, MUTATION, given.key, print_, answer, now)
    document_files.drop(given.upload)
    return (await documents_by_ids(viewer, [answer["document"]])).get(answer["document"])


async def _sending(viewer: Viewer, pk: int) -> AccountRow:
    viewer.require(TokenScope.SUBMIT_READINGS)
    account = (await accounts_by_ids(viewer, [pk])).get(pk)
    if account is None:
        raise NotFound("account")
    if not account.access.may(Right.SEND_READINGS):
        raise Forbidden("sendReadings")
    return account


async def _checked(viewer: Viewer, account: AccountRow, given: Attachment, today: dt.date) -> Period | None:
    """The month that the file is for. Raises RefusedMany, NotFound, Forbidden."""
    month, is_printout = account.window(today).period, given.kind is DocumentKind.HEAT_PRINTOUT
    problems = []
    if given.period is not None and not is_printout:
        problems.append(Problem(C.INVALID, ("period",)))
    elif given.period is not None and not month.plus(-MONTHS_BACK) <= given.period <= month:
        problems.append(Problem(C.DATE_OUTSIDE_PERIOD, ("period",), {"first": month.plus(-MONTHS_BACK).first_day, "last": month.last_day}))
    if given.meter_pk is not None:
        meter = (await meters_by_ids(viewer, [given.meter_pk])).get(given.meter_pk)
        problems += [Problem(C.UNKNOWN_METER, ("meter",))] if meter is None or meter.account.pk != account.pk else []
    if given.event_pk is not None and not await _is_event_of(viewer, account, given.event_pk):
        problems.append(Problem(C.INVALID, ("event",)))
    if problems:
        raise RefusedMany(problems)
    return (given.period or month) if is_printout else None


async def _is_event_of(viewer: Viewer, account: AccountRow, pk: int) -> bool:
    """Whether staff may put a file to this event of a meter of the account. Raises NotFound, and Forbidden for everybody else."""
    event = await MeterEvent.get_or_none(id=pk)
    meter = await staffed_meter(viewer, event.meter_id if event is not None else 0)
    return event is not None and meter.account.pk == account.pk and event.withdrawn_at is None


async def _there(account: AccountRow, given: Attachment, known: dict[str, Any], month: dt.date | None) -> int | None:
    """The row of the same file for the same purpose."""
    same = Document.filter(account_id=account.pk, sha256=known["sha256"], kind=given.kind, period=month, meter_id=given.meter_pk)
    found = await same.order_by("id").first()
    return int(found.id) if found is not None else None


async def _write(viewer: Viewer, account: AccountRow, given: Attachment, known: dict[str, Any], month: dt.date | None, now: dt.datetime) -> int:
    organization, by_staff = account.organization.pk, account.organization.pk in viewer.organization_ids
    if not by_staff and await Document.filter(account_id=account.pk, uploaded_at__gt=now - dt.timedelta(days=1)).count() >= MOST_A_DAY:
        raise Refused(C.TOO_MANY_ROWS, ("upload",), limit=MOST_A_DAY)
    kept = document_files.new_name()
    try:
        await asyncio.to_thread(document_files.keep, given.upload, organization, kept)
    except FileNotFoundError:
        raise Refused(C.UNKNOWN_UPLOAD, ("upload",)) from None
    values = {name: known[name] for name in ("name", "media_type", "size", "sha256")}
    row = await Document.create(
        organization_id=organization, account_id=account.pk, meter_id=given.meter_pk, kind=given.kind, period=month, stored_as=kept,
        user_id=viewer.user_id, uploaded_by=viewer.actor, uploaded_at=now, **values,
    )  # fmt: skip
    await audit.record(viewer.actor, "document.attach", f"document:{row.id}", organization_id=organization, account=account.pk, kind=given.kind.value)
    return int(row.id)
