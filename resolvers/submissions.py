"""Taking readings: one transaction that checks everything, writes all or nothing, and gives a receipt for each."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.exceptions import IntegrityError

from models import Reading
from models.database import connection, is_sqlite, transaction
from models.enums import ReadingSource, ReadingState, Right, TokenScope
from models.errors import Forbidden, NeedsConfirmation, NotFound, Path, ProblemCode, Refused, RefusedMany
from resolvers import audit, idempotency
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.meters import meters_of
from resolvers.reading_checks import Understood, contradiction, histories, questions, without_replaced
from resolvers.reading_desk import Desk, Typed, understood
from resolvers.readings import COLUMNS, FROM, ReadingRow, reading_row
from resolvers.sql import among, fetch
from resolvers.viewer import Viewer, ViewerKind

MUTATION = "submitReadings"
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: told apart on paper and on the telephone
_LABELS = {ReadingSource.CABINET: "Личный кабинет", ReadingSource.PARTNER: "Партнёр", ReadingSource.STAFF: "Сотрудник"}


@dataclass(frozen=True, slots=True)
class Submission:
    """`confirmed` holds path and code of each question that the person has answered with yes."""

    account_pk: int
    rows: tuple[Typed, ...]
    key: str
    confirmed: frozenset[tuple[Path, ProblemCode]] = frozenset()
    validate_only: bool = False

    @property
    def fingerprint(self) -> str:
        rows = [[row.register_pk, row.value, row.taken_on] for row in self.rows]
        return idempotency.fingerprint(self.account_pk, rows, sorted([list(path), code.value] for path, code in self.confirmed))


async def submit_readings(viewer: Viewer, submission: Submission, now: dt.datetime, today: dt.date | None = None) -> list[ReadingRow]:
    """The readings as they were taken, in the order of the input; none of them with `validate_only`, which writes nothing.

    Raises NotFound for an account that does not exist for the viewer, Forbidden without the right, RefusedMany with paths
    `readings`, `readings.<row>.register`, `.value`, `.takenOn` or `idempotencyKey`, and NeedsConfirmation with the questions.
    """
    for attempt in range(3):
        try:
            return await _attempt(viewer, submission, now, today)
        except IntegrityError:  # another tab was quicker, or two receipts drew one number: look again
            if attempt == 2:
                raise
    raise AssertionError


async def _attempt(viewer: Viewer, submission: Submission, now: dt.datetime, today: dt.date | None) -> list[ReadingRow]:
    viewer.require(TokenScope.SUBMIT_READINGS)
    account = (await accounts_by_ids(viewer, [submission.account_pk])).get(submission.account_pk)
    if account is None:
        raise NotFound("account")
    if not account.access.may(Right.SEND_READINGS):
        raise Forbidden("sendReadings")
    async with transaction():
        await _lock(account)
        answer = await idempotency.first_answer(viewer.actor, MUTATION, submission.key, submission.fingerprint)
        if answer is not None:
            return await _again(answer)
        desk = await _desk(viewer, account, now, today or account.organization.today(now))
        rows = await _checked(desk, submission)
        if submission.validate_only:
            return []
        ids = [await _write(desk, row) for row in rows]
        taken = await _rows(ids)
        states = [[row.pk, row.state.value] for row in taken]
        await idempotency.bind(viewer.actor, MUTATION, submission.key, submission.fingerprint, states, now)
        await _record(desk, submission, ids)
        return taken


async def _lock(account: AccountRow) -> None:
    """One sender at a time for each account; SQLite's transactions already wait for each other."""
    if not is_sqlite():
        await connection().execute_query("SELECT id FROM personal_account WHERE id = $1 FOR UPDATE", [account.pk])


async def _again(answer: list[list[object]]) -> list[ReadingRow]:
    """The first answer: the same receipts, in the state that they had then."""
    rows = await _rows([int(str(pk)) for pk, _ in answer])
    for row, (_, state) in zip(rows, answer, strict=True):
        row.state = ReadingState(str(state))
    return rows


async def _desk(viewer: Viewer, account: AccountRow, now: dt.datetime, today: dt.date) -> Desk:
    meters = (await meters_of(viewer, [account])).get(account.pk, [])
    source = ReadingSource.CABINET
    if account.organization.pk in viewer.organization_ids:
        source = ReadingSource.PARTNER if viewer.kind is ViewerKind.PARTNER else ReadingSource.STAFF
    return Desk(viewer, account, meters, source, today, account.window(today), now)


async def _checked(desk: Desk, submission: Submission) -> list[Understood]:
    rows = understood(desk, submission.rows)
    history = await histories(desk.registers.values())
    wrong = []
    for row in rows:
        of_dial = history.get(row.register.pk, ())
        standing = without_replaced(of_dial, row.taken_on, row.period, by_resident=desk.by_resident, source=desk.source)
        row.history = [one for one in standing if one.taken_on <= row.taken_on]
        wrong += [problem for problem in (contradiction(row, standing, desk.today),) if problem]
    if wrong:
        raise RefusedMany(wrong)
    sent = {pk for pk, readings in history.items() if any(one.period == desk.window.period for one in readings)}
    asked = questions(rows, desk.meters, sent, desk.today, submission.confirmed)
    if asked:
        raise NeedsConfirmation(asked, rows)
    return rows


async def _write(desk: Desk, row: Understood) -> int:
    """The id of the reading: of the same value that already stands, else of a new one that replaces it."""
    standing = await _standing(desk, row)
    if standing is not None:
        if standing.value == row.micro and (desk.by_resident or standing.receipt):
            return standing.id
        if standing.state is ReadingState.BILLED:
            raise Refused(ProblemCode.CHANGED_MEANWHILE, (*row.path, "value"))
        replaced = await Reading.filter(id=standing.id, is_current=True).update(is_current=False, state=ReadingState.SUPERSEDED)
        if not replaced:
            raise IntegrityError("the reading was replaced meanwhile")
    made = await Reading.create(
        organization_id=desk.account.organization.pk,
        account_id=desk.account.pk,
        register_id=row.register.pk,
        value=row.micro,
        taken_on=row.taken_on,
        period=row.period.first_day,
        source=desk.source,
        source_label=_LABELS[desk.source],
        state=ReadingState.IN_REVIEW if row.is_lower else ReadingState.SENT,
        by_resident=desk.by_resident,
        submitted_at=desk.now,
        user_id=desk.viewer.user_id,
        receipt=_receipt_number(desk.today),
    )
    return int(made.id)


async def _standing(desk: Desk, row: Understood) -> Reading | None:
    """The reading that this one would replace: a resident's of the month, else the same day's of the same source."""
    if desk.by_resident:
        return await Reading.get_or_none(register_id=row.register.pk, period=row.period.first_day, by_resident=True, is_current=True)
    return await Reading.get_or_none(register_id=row.register.pk, taken_on=row.taken_on, source=desk.source, by_resident=False, is_current=True)


async def _rows(ids: Sequence[int]) -> list[ReadingRow]:
    text = f"""SELECT {COLUMNS}, (SELECT x.value FROM reading x WHERE x.register_id = rd.register_id AND x.is_current AND
        (x.taken_on < rd.taken_on OR (x.taken_on = rd.taken_on AND x.id < rd.id)) ORDER BY x.taken_on DESC, x.id DESC LIMIT 1) AS previous
        FROM {FROM} WHERE {among("rd.id", 1)}"""
    found = {row["id"]: reading_row(row) for row in await fetch(text, list(ids))}
    return [found[pk] for pk in ids]


async def _record(desk: Desk, submission: Submission, ids: Sequence[int]) -> None:
    await audit.record(
        desk.viewer.actor,
        "readings.submit",
        f"account:{desk.account.pk}",
        organization_id=desk.account.organization.pk,
        readings=list(ids),
        confirmed=sorted({code.value for _, code in submission.confirmed}),
    )


def _receipt_number(today: dt.date) -> str:
    """26-11-7K3Q9M2X: year, month and 40 random bits."""
    return f"{today:%y-%m}-" + "".join(secrets.choice(_LETTERS) for _ in range(8))
