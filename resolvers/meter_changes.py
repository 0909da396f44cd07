"""Meters that come and go: one put in, one taken down for another in a single act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from models.database import transaction
from models.enums import Resource
from models.errors import Forbidden, NotFound, Problem, ProblemCode, RefusedMany
from models.meter_enums import MeterEventKind
from resolvers import idempotency
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.meter_acts import Visit, day_problems, is_document_of, moved, staffed_meter, text_problems, value_set, visiting, write_event
from resolvers.meter_life import EventRow, events_by_ids
from resolvers.meter_values import AtDial, closed, keep, opened, zones_of
from resolvers.meters import meters_by_ids
from resolvers.new_meters import NewMeter, Where, place_problems, put_in, serial_problems, spec_problems
from resolvers.reading_entries import locked
from resolvers.viewer import Viewer

K, C = MeterEventKind, ProblemCode


@dataclass(frozen=True, slots=True)
class Papers:
    """What goes with an act beside its values."""

    seal: str = ""
    note: str = ""
    document_pk: int | None = None

    def values(self) -> dict[str, object]:
        return {"seal": self.seal.strip() or None, "note": self.note.strip(), "document_id": self.document_pk}

    async def problems(self, account_pk: int) -> list[Problem]:
        known = self.document_pk is None or await is_document_of(account_pk, self.document_pk)
        return text_problems(self.seal, self.note) + ([] if known else [Problem(C.INVALID, ("document",))])


@dataclass(frozen=True, slots=True)
class Installation:
    account_pk: int
    inlet: int | None
    place: str
    resource: Resource
    happened_on: dt.date
    new: NewMeter
    key: str
    papers: Papers = Papers()
    validate_only: bool = False

    @property
    def fingerprint(self) -> str:
        where = [self.account_pk, self.inlet, self.place, self.resource.value, self.happened_on]
        return idempotency.fingerprint(where, self.new.parts(), list(self.papers.values().items()))


@dataclass(frozen=True, slots=True)
class Replacement:
    meter_pk: int
    happened_on: dt.date
    closing: tuple[AtDial, ...]
    new: NewMeter
    key: str
    papers: Papers = Papers()
    validate_only: bool = False

    @property
    def fingerprint(self) -> str:
        closing = [[one.register_pk, one.value] for one in self.closing]
        return idempotency.fingerprint(self.meter_pk, self.happened_on, closing, self.new.parts(), list(self.papers.values().items()))


async def replace_meter(viewer: Viewer, act: Replacement, now: dt.datetime, today: dt.date | None = None) -> EventRow | None:
    """One act: the old one's closing values, the new one with its opening values, one event; None with `validate_only`.

    Raises NotFound, Forbidden, and Refused with paths `meter`, `happenedOn`, `closing…`, `serial`, `zones`, `integerDigits`,
    `fractionDigits`, `opening…`, `dueOn`, `seal`, `note`, `document` or `idempotencyKey`.
    """
    account = (await staffed_meter(viewer, act.meter_pk)).account

    async def work() -> int | None:
        return await _replace(await visiting(viewer, act.meter_pk, now, today), act)

    return await _once(viewer, account, "replaceMeter", act, now, work)


async def install_meter(viewer: Viewer, act: Installation, now: dt.datetime, today: dt.date | None = None) -> EventRow | None:
    """A new meter at an account. Raises as `replace_meter`, with paths `inlet` and `place` too."""
    account = (await accounts_by_ids(viewer, [act.account_pk])).get(act.account_pk)
    if account is None:
        raise NotFound("account")
    if not viewer.is_person or account.organization.pk not in viewer.organization_ids:
        raise Forbidden("staff only")

    async def work() -> int | None:
        return await _install(viewer, account, act, now, today or account.organization.today(now))

    return await _once(viewer, account, "installMeter", act, now, work)


async def _once(
    viewer: Viewer, account: AccountRow, mutation: str, act: Installation | Replacement, now: dt.datetime, work: Callable[[], Awaitable[int | None]]
) -> EventRow | None:
    """The event that the work writes, or wrote when the same key came first."""
    async with transaction():
        await locked([account])
        answer = await idempotency.first_answer(viewer.actor, mutation, act.key, act.fingerprint)
        if answer is None:
            event = await work()
            if event is None:
                return None
            answer = {"event": event}
            await idempotency.bind(viewer.actor, mutation, act.key, act.fingerprint, answer, now)
        return (await events_by_ids(viewer, [answer["event"]]))[answer["event"]]


async def _replace(visit: Visit, act: Replacement) -> int | None:
    old, on, viewer = visit.meter, act.happened_on, visit.viewer
    where = Where(old.account, old.inlet, old.place, old.resource)
    problems = [*day_problems(visit, on, ends=True), *spec_problems(act.new, on), *await act.papers.problems(old.account.pk)]
    problems = problems or await serial_problems(where, act.new.serial, on, leaving=old.pk)
    if problems:
        raise RefusedMany(problems)
    closing = closed(old, visit.histories, act.closing, on, "closing")
    opening = opened(zones_of(act.new.zones), act.new.digits, act.new.opening)
    if act.validate_only:
        return None
    before = await moved(old, K.REPLACED, on, value_set(K.REPLACED, on, None))
    await keep(old, K.REPLACED, on, closing, viewer.actor, visit.now)
    made, rows = await put_in(where, act.new, on, opening)
    new = (await meters_by_ids(viewer, [made]))[made]
    await keep(new, K.INSTALLED, on, rows, viewer.actor, visit.now)
    return await write_event(visit, K.REPLACED, on, before, other_meter_id=made, due_on=act.new.due_on, **act.papers.values())


async def _install(viewer: Viewer, account: AccountRow, act: Installation, now: dt.datetime, today: dt.date) -> int | None:
    on, where = act.happened_on, Where(account, act.inlet, act.place.strip() or None, act.resource)
    problems = [*place_problems(where), *spec_problems(act.new, on), *await act.papers.problems(account.pk)]
    problems += [Problem(C.DATE_IN_FUTURE, ("happenedOn",))] if on > today else []
    problems = problems or await serial_problems(where, act.new.serial, on)
    if problems:
        raise RefusedMany(problems)
    opening = opened(zones_of(act.new.zones), act.new.digits, act.new.opening)
    if act.validate_only:
        return None
    made, rows = await put_in(where, act.new, on, opening)
    visit = Visit(viewer, (await meters_by_ids(viewer, [made]))[made], now, today)
    await keep(visit.meter, K.INSTALLED, on, rows, viewer.actor, now)
    return await write_event(visit, K.INSTALLED, on, {}, due_on=act.new.due_on, **act.papers.values())
