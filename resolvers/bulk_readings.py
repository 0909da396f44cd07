"""Readings of many accounts at once: a verdict for each row, and everything that can be taken in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from models.database import transaction
from models.enums import Right, TokenScope
from models.errors import Path, Problem, ProblemCode, Refused
from resolvers import audit, bulk_answers, idempotency
from resolvers.accounts import AccountRow, accounts_named
from resolvers.bulk_answers import Outcome, RowVerdict
from resolvers.bulk_rows import BulkRow, named_dial, path_of
from resolvers.reading_checks import Understood, missing, strange
from resolvers.reading_desk import Desk, closed, read_row
from resolvers.reading_entries import Entry, against, billed, desks, entries, history_of, locked, sent, written
from resolvers.readings import ReadingRow
from resolvers.viewer import Viewer

MUTATION = "submitReadingsBulk"
MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Bulk:
    slug: str
    rows: tuple[BulkRow, ...]
    key: str
    validate_only: bool = False

    @property
    def fingerprint(self) -> str:
        return idempotency.fingerprint(self.slug, [row.parts for row in self.rows])


@dataclass(slots=True, eq=False)
class _Sheet:
    """The rows while they are judged: each is wrong, or asked about, or understood."""

    rows: Sequence[BulkRow]
    problems: dict[int, list[Problem]] = field(default_factory=dict)
    asked: dict[int, list[Problem]] = field(default_factory=dict)
    good: dict[int, tuple[Desk, Understood]] = field(default_factory=dict)
    given: dict[int, set[int]] = field(default_factory=dict)  # by account, the dials that rows are for, good or not

    def refuse(self, index: int, problem: Problem) -> None:
        self.good.pop(index, None)
        self.problems.setdefault(index, []).append(problem)

    def of(self, desk: Desk) -> dict[int, Understood]:
        return {index: row for index, (own, row) in self.good.items() if own is desk}

    @property
    def open(self) -> list[int]:
        """The rows that nothing stands against."""
        return [index for index in self.good if index not in self.asked]


async def submit_bulk(viewer: Viewer, bulk: Bulk, now: dt.datetime, today: dt.date | None = None) -> list[RowVerdict]:
    """A verdict for each row, in their order. With `validate_only` nothing is written, and rows that would be taken have no reading.

    The rules are those of `submit_readings`. Raises Forbidden without the scope, Refused with paths `rows` or `idempotencyKey`.
    """
    viewer.require(TokenScope.SUBMIT_READINGS)
    if not bulk.rows:
        raise Refused(ProblemCode.REQUIRED, ("rows",))
    if len(bulk.rows) > MOST_ROWS:
        raise Refused(ProblemCode.TOO_MANY_ROWS, ("rows",), limit=MOST_ROWS)
    return await idempotency.looking_again(lambda: _attempt(viewer, bulk, now, today))


async def _attempt(viewer: Viewer, bulk: Bulk, now: dt.datetime, today: dt.date | None) -> list[RowVerdict]:
    ids = [row.account_pk for row in bulk.rows if row.account_pk is not None]
    accounts = await accounts_named(viewer, bulk.slug, ids, [row.account_number for row in bulk.rows if row.account_number is not None])
    if bulk.validate_only:
        sheet, found = await _judged(viewer, bulk, accounts, now, today)
        return _verdicts(sheet, found, ())
    async with transaction():
        await locked(accounts)
        answer = await idempotency.first_answer(viewer.actor, MUTATION, bulk.key, bulk.fingerprint)
        if answer is not None:
            return await bulk_answers.unpacked(answer)
        sheet, found = await _judged(viewer, bulk, accounts, now, today)
        readings = await written(list(found.values()))
        verdicts = _verdicts(sheet, found, readings)
        if readings:
            await idempotency.bind(viewer.actor, MUTATION, bulk.key, bulk.fingerprint, bulk_answers.packed(verdicts), now)
            await audit.record_many(viewer.actor, "readings.submit", _records(bulk, found, readings))
        return verdicts


async def _judged(viewer: Viewer, bulk: Bulk, accounts: Sequence[AccountRow], now: dt.datetime, today: dt.date | None) -> tuple[_Sheet, dict[int, Entry]]:
    """What is wrong with each row or asked about it, and what is to be written for the others."""
    sheet = _Sheet(bulk.rows)
    known = await desks(viewer, [account for account in accounts if account.access.may(Right.SEND_READINGS)], now, today)
    _read(sheet, _desk_of_rows(sheet, accounts, known))
    history = await history_of(known.values())
    for index, (desk, row) in list(sheet.good.items()):
        if problem := against(desk, row, history):
            sheet.refuse(index, problem)
    for desk in known.values():
        _ask(sheet, desk, sent(desk, history))
    found = dict(zip(sheet.open, await entries([sheet.good[index] for index in sheet.open]), strict=True))
    for index, entry in list(found.items()):
        if problem := billed(entry):
            sheet.refuse(index, problem)
            del found[index]
    return sheet, found


def _desk_of_rows(sheet: _Sheet, accounts: Sequence[AccountRow], known: Mapping[int, Desk]) -> dict[int, Desk]:
    """Where each row is judged; rows of accounts that are none for the viewer are refused, whether they exist or not."""
    by_pk, by_number = {account.pk: account for account in accounts}, {account.number: account for account in accounts}
    found: dict[int, Desk] = {}
    for index, row in enumerate(sheet.rows):
        if row.account_pk is None and row.account_number is None:
            sheet.refuse(index, Problem(ProblemCode.REQUIRED, path_of(index, "account")))
            continue
        account = by_pk.get(row.account_pk) if row.account_pk is not None else by_number.get(row.account_number or "")
        column = "account" if row.account_pk is not None else "accountNumber"
        if account is None or row.account_number not in (None, account.number):
            sheet.refuse(index, Problem(ProblemCode.UNKNOWN_ACCOUNT, path_of(index, column)))
        elif account.pk not in known:
            sheet.refuse(index, Problem(ProblemCode.MAY_NOT_SEND, path_of(index, column)))
        elif known[account.pk].intake is None:
            sheet.refuse(index, closed(known[account.pk], path_of(index)))
        else:
            found[index] = known[account.pk]
    return found


def _read(sheet: _Sheet, rows: Mapping[int, Desk]) -> None:
    """The values of the rows that have a dial. Of several different values for one dial none is chosen."""
    dials: dict[int, list[int]] = {}
    for index, desk in rows.items():
        named = named_dial(desk, sheet.rows[index], path_of(index))
        if isinstance(named, Problem):
            sheet.refuse(index, named)
        else:
            dials.setdefault(named, []).append(index)
    for dial, indexes in dials.items():
        sheet.given.setdefault(rows[indexes[0]].account.pk, set()).add(dial)
        differ = len({(sheet.rows[index].value.strip(), sheet.rows[index].taken_on) for index in indexes}) > 1
        seen: set[int] = {dial} if differ else set()
        for index in indexes:
            _read_one(sheet, rows[index], index, dial, seen)


def _read_one(sheet: _Sheet, desk: Desk, index: int, dial: int, seen: set[int]) -> None:
    row, path = sheet.rows[index], path_of(index)
    assert desk.intake is not None
    if not row.value.strip():
        sheet.refuse(index, Problem(ProblemCode.REQUIRED, (*path, "value")))
        return
    found = read_row(desk, desk.intake, path, row.typed(dial), seen)
    if isinstance(found, Problem):
        sheet.refuse(index, row.placed(found))
    else:
        seen.add(dial)
        sheet.good[index] = (desk, found)


def _ask(sheet: _Sheet, desk: Desk, sent: set[int]) -> None:
    """The questions about the account's rows that they do not confirm, beside each row that one concerns."""
    rows = sheet.of(desk)
    by_path: dict[Path, int] = {row.path: index for index, row in rows.items()}
    confirmed = {((*path_of(index), "value"), code) for index in rows for code in sheet.rows[index].confirmed}
    for problem in strange(list(rows.values()), confirmed):
        sheet.asked.setdefault(by_path[problem.path[:2]], []).append(problem)
    for index in rows:
        if ProblemCode.SOME_METERS_MISSING not in sheet.rows[index].confirmed:
            for problem in missing(sheet.given[desk.account.pk] | sent, desk.meters, desk.today, path_of(index)):
                sheet.asked.setdefault(index, []).append(problem)


def _verdicts(sheet: _Sheet, found: Mapping[int, Entry], readings: Sequence[ReadingRow]) -> list[RowVerdict]:
    taken = dict(zip(found, readings, strict=True)) if readings else {}
    verdicts = []
    for index in range(len(sheet.rows)):
        if index in sheet.problems:
            verdicts.append(RowVerdict(index, Outcome.REJECTED, None, sheet.problems[index]))
        elif index in sheet.asked:
            verdicts.append(RowVerdict(index, Outcome.CONFIRMATION_REQUIRED, None, sheet.asked[index]))
        else:
            verdicts.append(RowVerdict(index, Outcome.DONE, taken.get(index)))
    return verdicts


def _records(bulk: Bulk, found: Mapping[int, Entry], readings: Sequence[ReadingRow]) -> Iterable[audit.Record]:
    """One row of the trail for each account."""
    by_account: dict[int, list[tuple[int, Entry, ReadingRow]]] = {}
    for (index, entry), reading in zip(found.items(), readings, strict=True):
        by_account.setdefault(entry.desk.account.pk, []).append((index, entry, reading))
    for pk, rows in by_account.items():
        confirmed = sorted({code.value for index, _, _ in rows for code in bulk.rows[index].confirmed})
        details = {"readings": [reading.pk for _, _, reading in rows], "confirmed": confirmed}
        yield audit.Record(f"account:{pk}", rows[0][1].desk.account.organization.pk, details)
