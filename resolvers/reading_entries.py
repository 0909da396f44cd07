"""Rows of any number of accounts at once, judged by what stands already and written: the number of statements does not depend on theirs.

Whoever writes holds `locked` accounts within a transaction; an IntegrityError means that somebody was quicker after all: look again.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from models import Reading
from models.enums import ReadingSource, ReadingState
from models.errors import Problem, ProblemCode
from models.meter_enums import LatePolicy, ReviewReason
from resolvers import reading_hooks, receipts
from resolvers.account_locks import lock_accounts
from resolvers.accounts import AccountRow
from resolvers.meters import MeterRow, meters_of
from resolvers.reading_checks import Understood, contradiction, histories, without_replaced
from resolvers.reading_desk import Desk
from resolvers.reading_forms import read
from resolvers.readings import BEFORE, COLUMNS, FROM, ReadingRow, reading_row
from resolvers.sql import among, fetch
from resolvers.viewer import Viewer, ViewerKind
from resolvers.windows import OpenedForm

_LABELS = {ReadingSource.CABINET: "Личный кабинет", ReadingSource.PARTNER: "Партнёр", ReadingSource.STAFF: "Сотрудник"}
_BY_LETTER = "Ссылка из письма"
_JUDGED_BY_HOOK = (ReadingSource.CABINET, ReadingSource.PARTNER)  # what staff enter they have judged themselves


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A row that was understood, and whose account it is for; `standing` is the reading that it would replace."""

    desk: Desk
    row: Understood
    standing: Reading | None = None

    @property
    def repeats(self) -> bool:
        """Whether the same value stands already: its receipt is the answer."""
        if self.standing is None or self.standing.value != self.row.micro or self.standing.state is ReadingState.REFUSED:
            return False
        return self.desk.by_resident or bool(self.standing.receipt)


async def locked(accounts: Iterable[AccountRow]) -> None:
    """One sender at a time for each account, in one order for everybody."""
    await lock_accounts(account.pk for account in accounts)


async def desks(viewer: Viewer, accounts: Sequence[AccountRow], now: dt.datetime, today: dt.date | None, form_token: str | None = None) -> dict[int, Desk]:
    """What each account's rows are judged by; `form_token` is of the form that they were typed in. One statement."""
    meters = await meters_of(viewer, accounts)
    return {account.pk: _desk(viewer, account, meters.get(account.pk, []), now, today, read(form_token, account.pk)) for account in accounts}


def _desk(viewer: Viewer, account: AccountRow, meters: list[MeterRow], now: dt.datetime, day: dt.date | None, form: OpenedForm | None) -> Desk:
    source = ReadingSource.CABINET
    if account.organization.pk in viewer.organization_ids:
        source = ReadingSource.PARTNER if viewer.kind is ViewerKind.PARTNER else ReadingSource.STAFF
    today = day or account.organization.today(now)
    return Desk(viewer, account, meters, source, today, account.window(today), now, form)


async def history_of(desks: Iterable[Desk]) -> dict[int, list[ReadingRow]]:
    """All readings that stand of all dials of the accounts. One statement."""
    return await histories([register for desk in desks for register in desk.registers.values()])


def against(desk: Desk, row: Understood, history: dict[int, list[ReadingRow]]) -> Problem | None:
    """Lay the row beside the dial's history, without what it would replace; what contradicts it."""
    of_dial = history.get(row.register.pk, ())
    standing = without_replaced(of_dial, row.taken_on, row.period, by_resident=desk.by_resident, source=desk.source)
    row.history = [one for one in standing if one.taken_on <= row.taken_on]
    return contradiction(row, standing)


def sent(desk: Desk, history: dict[int, list[ReadingRow]]) -> set[int]:
    """The account's dials that have a value for the month."""
    return {pk for pk in desk.registers if any(one.period == desk.period and not one.is_opening for one in history.get(pk, ()))}


async def entries(rows: Sequence[tuple[Desk, Understood]]) -> list[Entry]:
    """Each row with what it would replace: a resident's of the month, else the same day's of the same source. One statement."""
    found: dict[tuple[object, ...], Reading] = {}
    registers, days, months = _listed(rows)
    mine = Q(Q(by_resident=True, period__in=months), Q(by_resident=False, taken_on__in=days), join_type="OR")
    for one in await Reading.filter(mine, register_id__in=registers, is_current=True) if rows else ():
        found[(one.register_id, one.period) if one.by_resident else (one.register_id, one.taken_on, one.source)] = one
    return [Entry(desk, row, found.get(_place(desk, row))) for desk, row in rows]


def _listed(rows: Sequence[tuple[Desk, Understood]]) -> tuple[list[int], list[dt.date], list[dt.date]]:
    """The dials, days and months of the rows, each once."""
    dials, days, months = {row.register.pk for _, row in rows}, {row.taken_on for _, row in rows}, {row.period.first_day for _, row in rows}
    return sorted(dials), sorted(days), sorted(months)


def _place(desk: Desk, row: Understood) -> tuple[object, ...]:
    return (row.register.pk, row.period.first_day) if desk.by_resident else (row.register.pk, row.taken_on, desk.source)


def billed(entry: Entry) -> Problem | None:
    """A reading that a bill stands on is not replaced."""
    if entry.standing is None or entry.repeats or entry.standing.state is not ReadingState.BILLED:
        return None
    return Problem(ProblemCode.CHANGED_MEANWHILE, (*entry.row.path, "value"))


async def written(entries: Sequence[Entry]) -> list[ReadingRow]:
    """The readings, in the order of the entries: those that stand with the same value, else new ones that replace them.

    Some statements, however many there are. What residents and partners send is judged by the organization's own address, where it names one.
    """
    await _replace([entry.standing for entry in entries if entry.standing is not None and not entry.repeats])
    made = {index: _made(entry) for index, entry in enumerate(entries) if not entry.repeats}
    if made:
        await Reading.bulk_create(made.values())
    known = dict(await Reading.filter(receipt__in=[one.receipt for one in made.values()]).values_list("receipt", "id")) if made else {}
    asked = [(entry.desk, known[made[index].receipt]) for index, entry in enumerate(entries) if index in made and entry.desk.source in _JUDGED_BY_HOOK]
    await reading_hooks.ask([(desk.account.organization.pk, pk, desk.now) for desk, pk in asked])
    return await taken([known[made[index].receipt] if index in made else _standing(entry) for index, entry in enumerate(entries)])


async def _replace(standing: Sequence[Reading]) -> None:
    """What was refused stays so, and is only no longer the present one; what was billed, refused or accepted after all meanwhile is not replaced."""
    refused = [one.id for one in standing if one.state is ReadingState.REFUSED]
    others = [one.id for one in standing if one.state is not ReadingState.REFUSED]
    present = Reading.filter(is_current=True)
    done = await present.filter(id__in=refused, state=ReadingState.REFUSED).update(is_current=False) if refused else 0
    replaceable = present.filter(id__in=others).exclude(state__in=[ReadingState.BILLED, ReadingState.REFUSED])
    done += await replaceable.update(is_current=False, state=ReadingState.SUPERSEDED) if others else 0
    if done != len(standing):
        raise IntegrityError("a reading was replaced or judged meanwhile")


def _standing(entry: Entry) -> int:
    assert entry.standing is not None
    return int(entry.standing.id)


def _made(entry: Entry) -> Reading:
    desk, row = entry.desk, entry.row
    reason = _review_reason(desk, row)
    return Reading(
        organization_id=desk.account.organization.pk,
        account_id=desk.account.pk,
        register_id=row.register.pk,
        value=row.micro,
        taken_on=row.taken_on,
        period=row.period.first_day,
        source=desk.source,
        source_label=_BY_LETTER if desk.viewer.is_letter else _LABELS[desk.source],
        state=ReadingState.IN_REVIEW if reason else ReadingState.SENT,
        reason=reason.value if reason else "",
        is_late=desk.is_late,
        by_resident=desk.by_resident,
        submitted_at=desk.now,
        user_id=desk.viewer.sender_id,
        receipt=_receipt_number(desk.today),
        check_code=receipts.new_check_code(),
    )


def _review_reason(desk: Desk, row: Understood) -> ReviewReason | None:
    """Why somebody is to look at it first. That it is late is kept beside it."""
    if row.is_lower:
        return ReviewReason.LOWER
    return ReviewReason.LATE if desk.is_late and desk.window.late_policy is LatePolicy.REVIEW else None


async def taken(ids: Sequence[int]) -> list[ReadingRow]:
    """The readings of these ids, in their order. One statement."""
    text = f"SELECT {COLUMNS}, {BEFORE} FROM {FROM} WHERE {among('rd.id', 1)}"
    found = {row["id"]: reading_row(row) for row in await fetch(text, list(ids))}
    return [found[pk] for pk in ids]


def _receipt_number(today: dt.date) -> str:
    """26-11-7K3Q9M2X: year, month and 40 random bits."""
    return f"{today:%y-%m}-" + "".join(secrets.choice(receipts.LETTERS) for _ in range(8))
