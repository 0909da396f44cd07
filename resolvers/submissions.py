"""Taking the readings of one account: one transaction that checks everything, writes all or nothing, and gives a receipt for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.database import transaction
from models.enums import ReadingState, Right, TokenScope
from models.errors import Forbidden, NeedsConfirmation, NotFound, Path, ProblemCode, RefusedMany
from resolvers import audit, idempotency
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.reading_checks import Understood, questions
from resolvers.reading_desk import Desk, Typed, understood, window_question
from resolvers.reading_entries import against, billed, desks, entries, history_of, locked, sent, taken, written
from resolvers.readings import ReadingRow
from resolvers.viewer import Viewer

MUTATION = "submitReadings"


@dataclass(frozen=True, slots=True)
class Submission:
    """`confirmed` holds path and code of each question that the person has answered with yes."""

    account_pk: int
    rows: tuple[Typed, ...]
    key: str
    confirmed: frozenset[tuple[Path, ProblemCode]] = frozenset()
    form_token: str | None = None  # no part of what is sent: the same form may be shown again

    @property
    def fingerprint(self) -> str:
        rows = [[row.register_pk, row.value, row.taken_on] for row in self.rows]
        return idempotency.fingerprint(self.account_pk, rows, sorted([list(path), code.value] for path, code in self.confirmed))


async def submit_readings(viewer: Viewer, submission: Submission, now: dt.datetime, today: dt.date | None = None) -> list[ReadingRow]:
    """The readings as they were taken, in the order of the input.

    Raises NotFound for an account that does not exist for the viewer, Forbidden without the right, RefusedMany with paths
    `readings`, `readings.<row>.register`, `.value`, `.takenOn` or `idempotencyKey`, and NeedsConfirmation with the questions.
    """
    return await idempotency.looking_again(lambda: _attempt(viewer, submission, now, today))


async def check_readings(viewer: Viewer, submission: Submission, now: dt.datetime, today: dt.date | None = None) -> list[Understood]:
    """What the values would be taken as. Writes nothing, and raises what `submit_readings` would raise, but for the key."""
    account = await account_to_send_for(viewer, submission.account_pk)
    return await _checked((await desks(viewer, [account], now, today, submission.form_token))[account.pk], submission)


async def account_to_send_for(viewer: Viewer, account_pk: int) -> AccountRow:
    """The account; raises NotFound where it does not exist for the viewer, Forbidden without the right."""
    viewer.require(TokenScope.SUBMIT_READINGS)
    account = (await accounts_by_ids(viewer, [account_pk])).get(account_pk)
    if account is None:
        raise NotFound("account")
    if not account.access.may(Right.SEND_READINGS):
        raise Forbidden("sendReadings")
    return account


async def _attempt(viewer: Viewer, submission: Submission, now: dt.datetime, today: dt.date | None) -> list[ReadingRow]:
    account = await account_to_send_for(viewer, submission.account_pk)
    async with transaction():
        await locked([account])
        answer = await idempotency.first_answer(viewer.actor, MUTATION, submission.key, submission.fingerprint)
        if answer is not None:
            return await _again(answer)
        desk = (await desks(viewer, [account], now, today, submission.form_token))[account.pk]
        rows = await _checked(desk, submission)
        return await _write(desk, rows, submission)


async def _again(answer: list[list[object]]) -> list[ReadingRow]:
    """The first answer: the same receipts, in the state that they had then."""
    rows = await taken([int(str(pk)) for pk, _ in answer])
    for row, (_, state) in zip(rows, answer, strict=True):
        row.state = ReadingState(str(state))
    return rows


async def _checked(desk: Desk, submission: Submission) -> list[Understood]:
    rows = understood(desk, submission.rows)
    history = await history_of([desk])
    wrong = [problem for row in rows if (problem := against(desk, row, history))]
    if wrong:
        raise RefusedMany(wrong)
    moved = window_question(desk)
    asked = [moved] if moved and (moved.path, moved.code) not in submission.confirmed else []
    asked += questions(rows, desk.meters, sent(desk, history), desk.today, submission.confirmed)
    if asked:
        raise NeedsConfirmation(asked, rows)
    return rows


async def _write(desk: Desk, rows: Sequence[Understood], submission: Submission) -> list[ReadingRow]:
    found = await entries([(desk, row) for row in rows])
    wrong = [problem for entry in found if (problem := billed(entry))]
    if wrong:
        raise RefusedMany(wrong)
    readings = await written(found)
    states = [[row.pk, row.state.value] for row in readings]
    await idempotency.bind(desk.viewer.actor, MUTATION, submission.key, submission.fingerprint, states, desk.now)
    await _record(desk, submission, [row.pk for row in readings])
    return readings


async def _record(desk: Desk, submission: Submission, ids: Sequence[int]) -> None:
    await audit.record(
        desk.viewer.actor,
        "readings.submit",
        f"account:{desk.account.pk}",
        organization_id=desk.account.organization.pk,
        readings=list(ids),
        confirmed=sorted({code.value for _, code in submission.confirmed}),
    )
