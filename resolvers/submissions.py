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
from models.errors import Forbidden, NeedsConfirmation, NotFound, Path, Problem, ProblemCode, Refused, RefusedMany
from models.period import Period
from resolvers import audit, idempotency
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.meters import MeterRow, RegisterRow, meters_of
from resolvers.reading_checks import Understood, contradiction, histories, questions, without_replaced
from resolvers.readings import COLUMNS, FROM, ReadingRow, reading_row
from resolvers.sql import among, fetch
from resolvers.typed import Unreadable, typed_value
from resolvers.viewer import Viewer, ViewerKind
from resolvers.windows import ReadingWindow

MUTATION = "submitReadings"
MOST_ROWS = 100
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: told apart on paper and on the telephone
_LABELS = {ReadingSource.CABINET: "Личный кабинет", ReadingSource.PARTNER: "Партнёр", ReadingSource.STAFF: "Сотрудник"}


@dataclass(frozen=True, slots=True)
class Typed:
    """A row as it came: `register_pk` is None for an id that names nothing."""

    register_pk: int | None
    value: str
    taken_on: dt.date | None = None


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


@dataclass(slots=True, eq=False)
class _Desk:
    """What one submission is judged by."""

    viewer: Viewer
    account: AccountRow
    meters: list[MeterRow]
    source: ReadingSource
    today: dt.date
    window: ReadingWindow
    now: dt.datetime

    @property
    def by_resident(self) -> bool:
        return self.source is ReadingSource.CABINET

    @property
    def registers(self) -> dict[int, RegisterRow]:
        return {register.pk: register for meter in self.meters for register in meter.registers}


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


async def _desk(viewer: Viewer, account: AccountRow, now: dt.datetime, today: dt.date) -> _Desk:
    meters = (await meters_of(viewer, [account])).get(account.pk, [])
    source = ReadingSource.CABINET
    if account.organization.pk in viewer.organization_ids:
        source = ReadingSource.PARTNER if viewer.kind is ViewerKind.PARTNER else ReadingSource.STAFF
    return _Desk(viewer, account, meters, source, today, account.window(today), now)


async def _checked(desk: _Desk, submission: Submission) -> list[Understood]:
    rows = _understood(desk, submission.rows)
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


def _understood(desk: _Desk, typed: Sequence[Typed]) -> list[Understood]:
    """Every row that has a value. Raises RefusedMany with all that is wrong."""
    if len(typed) > MOST_ROWS:
        raise Refused(ProblemCode.TOO_MANY_ROWS, ("readings",), limit=MOST_ROWS)
    filled = [(("readings", str(index)), row) for index, row in enumerate(typed) if row.value.strip()]
    if not filled:
        raise Refused(ProblemCode.REQUIRED, ("readings", "0", "value") if typed else ("readings",))
    if desk.by_resident and not desk.window.is_open:
        raise Refused(ProblemCode.WINDOW_CLOSED, ("readings",), opens=desk.window.opens_on, closes=desk.window.closes_on)
    problems: list[Problem] = []
    rows: list[Understood] = []
    for path, row in filled:
        seen = {one.register.pk for one in rows}
        found = _row(desk, path, row, seen)
        (rows if isinstance(found, Understood) else problems).append(found)  # type: ignore[arg-type]
    if problems:
        raise RefusedMany(problems)
    return rows


def _row(desk: _Desk, path: Path, row: Typed, seen: set[int]) -> Understood | Problem:
    register = desk.registers.get(row.register_pk) if row.register_pk is not None else None
    if register is None:
        return Problem(ProblemCode.UNKNOWN_METER, (*path, "register"))
    if register.pk in seen:
        return Problem(ProblemCode.DUPLICATE_ROW, (*path, "register"))
    refusal = register.meter.refusal(desk.today)
    if refusal is not None:
        return Problem(refusal.code, (*path, "register"), refusal.params)
    try:
        micro = typed_value(row.value, register.integer_digits, register.fraction_digits)
    except Unreadable as unreadable:
        return Problem(unreadable.code, (*path, "value"), _dial_params(register))
    day = row.taken_on or desk.today
    wrong = _day_problem(desk, register.meter, day)
    if wrong is not None:
        return Problem(wrong.code, (*path, "takenOn"), wrong.params)
    period = desk.window.period if desk.by_resident else Period.of(day)
    return Understood(path, register, micro, day, period)


def _day_problem(desk: _Desk, meter: MeterRow, day: dt.date) -> Problem | None:
    """Residents read within the window's month; staff and partners may bring the month before too."""
    if day > desk.today:
        return Problem(ProblemCode.DATE_IN_FUTURE)
    period = desk.window.period if desk.by_resident else desk.window.period.previous
    first = max(period.first_day, meter.installed_on or period.first_day)
    last = min(desk.today, max(desk.window.closes_on, desk.window.period.last_day))
    if not first <= day <= last:
        return Problem(ProblemCode.DATE_OUTSIDE_PERIOD, params={"first": first, "last": last})
    return None


def _dial_params(register: RegisterRow) -> dict[str, object]:
    integer, fraction = register.integer_digits or 5, register.fraction_digits if register.fraction_digits is not None else 3
    return {"integer": integer, "fraction": fraction, "example": f"117,{'5' * min(fraction, 1)}".rstrip(",")}


async def _write(desk: _Desk, row: Understood) -> int:
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


async def _standing(desk: _Desk, row: Understood) -> Reading | None:
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


async def _record(desk: _Desk, submission: Submission, ids: Sequence[int]) -> None:
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
