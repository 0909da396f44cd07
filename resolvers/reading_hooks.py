"""Asking an organization's own address about sent readings: an outbox of its own, leased like letters are.

A call is written in the transaction of its reading, made outside of any, and its answer goes through resolvers/verdicts.py. Whatever
kills a worker, the lease ends and the call is made again under the same identity, by which the other side can tell.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import orjson
from tortoise.expressions import F, Q

from adapters import webhooks
from models import HookCall, Organization
from models.database import transaction
from models.meter_enums import HookState, ReviewReason, Verdict
from resolvers import verdicts
from resolvers.hook_settings import keys_of
from resolvers.readings import BEFORE, COLUMNS, FROM, ReadingRow, reading_row
from resolvers.sql import fetch
from resolvers.verdicts import Judgement

LEASE = dt.timedelta(minutes=2)
GIVE_UP_AFTER = dt.timedelta(hours=72)
PAUSES = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 480)]  # the last one again and again
_CANDIDATES, _AT_ONCE = 20, 500
_VERDICTS = {"accept": Verdict.ACCEPT, "review": Verdict.REVIEW, "refuse": Verdict.REFUSE}

Post = Callable[[str, bytes, Mapping[str, str]], Awaitable[tuple[int, bytes]]]
PublicId = Callable[[str, int], str]


class NoVerdict(Exception):
    """What came back is none; the text says why."""


@dataclass(frozen=True, slots=True)
class Caller:
    """How calls go out, and how rows are named to others."""

    post: Post  # raises OSError or NoVerdict where nothing comes back
    public_id: PublicId


async def ask(sent: Sequence[tuple[int, int, dt.datetime]]) -> None:
    """In the transaction of readings that were just sent, as (organization, reading, when): have them judged, where an address is named for it."""
    organizations = {organization for organization, _, _ in sent}
    named = Organization.filter(id__in=list(organizations), reading_hook_url__isnull=False)
    asking = {row.id for row in await named} if sent else set()
    calls = [
        HookCall(organization_id=organization, reading_id=pk, identity=f"msg_{secrets.token_hex(12)}", created_at=now, due_at=now)
        for organization, pk, now in sent
        if organization in asking
    ]
    if calls:
        await HookCall.bulk_create(calls)


async def lease(now: dt.datetime, without: Collection[int] = ()) -> HookCall | None:
    """The next call that is due, for this caller alone until its lease ends; none of the organizations in `without`."""
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    due = HookCall.filter(free, state=HookState.WAITING, due_at__lte=now)
    chosen = due.exclude(organization_id__in=list(without)) if without else due
    for pk in await chosen.order_by("due_at", "id").limit(_CANDIDATES).values_list("id", flat=True):
        if await due.filter(id=pk).update(leased_until=now + LEASE, attempts=F("attempts") + 1):
            return await HookCall.get(id=pk)
    return None


async def make(call: HookCall, caller: Caller, now: dt.datetime) -> HookState | None:
    """Make a call that the caller has leased; what has become of it, None where somebody else has it by now."""
    organization, reading = await Organization.get(id=call.organization_id), await _reading(call.reading_id)
    if not organization.reading_hook_url or reading is None or reading.state not in verdicts.UNDECIDED:
        return await _settle(call, HookState.DONE, error="not asked: there is nothing to judge any more")
    body = orjson.dumps(_body(reading, call, caller.public_id))
    headers = {"content-type": "application/json", **webhooks.signed(call.identity, now, body, keys_of(organization))}
    try:
        verdict, reason = _verdict(*await caller.post(organization.reading_hook_url, body, headers))
    except (NoVerdict, OSError) as error:
        return await _unheard(call, str(error)[:300], now)
    async with transaction():
        settled = await _settle(call, HookState.DONE)
        if settled is not None:
            await verdicts.judge(call.organization_id, [Judgement(call.reading_id, verdict, reason)], verdicts.HOOK, now, only=verdicts.UNDECIDED)
    return settled


async def give_up(organization_id: int, now: dt.datetime) -> int:
    """Of an address that does not answer: what has waited for three days goes to people at once, each without a last try. How many."""
    async with transaction():
        old = HookCall.filter(organization_id=organization_id, state=HookState.WAITING, created_at__lte=now - GIVE_UP_AFTER)
        rows = await old.order_by("id").limit(_AT_ONCE).select_for_update()
        await HookCall.filter(id__in=[row.id for row in rows]).update(state=HookState.FAILED, leased_until=None)
        reviews = [Judgement(row.reading_id, Verdict.REVIEW, ReviewReason.SILENT) for row in rows]
        if reviews:
            await verdicts.judge(organization_id, reviews, verdicts.HOOK, now, only=verdicts.UNDECIDED)
        return len(rows)


async def _settle(call: HookCall, state: HookState, **values: object) -> HookState | None:
    """Write, unless another has leased the call since: then it is that one's."""
    mine = HookCall.filter(id=call.id, attempts=call.attempts, state=HookState.WAITING)
    return state if await mine.update(state=state, leased_until=None, **{"error": "", **values}) else None


async def _unheard(call: HookCall, error: str, now: dt.datetime) -> HookState | None:
    """Once more later, for three days; then people judge."""
    last = call.created_at + GIVE_UP_AFTER
    if now < last:
        due_at = min(now + PAUSES[min(call.attempts, len(PAUSES)) - 1], last)
        return await _settle(call, HookState.WAITING, error=error, due_at=due_at)
    async with transaction():
        settled = await _settle(call, HookState.FAILED, error=error)
        if settled is not None:
            review = Judgement(call.reading_id, Verdict.REVIEW, ReviewReason.SILENT)
            await verdicts.judge(call.organization_id, [review], verdicts.HOOK, now, only=verdicts.UNDECIDED)
    return settled


async def _reading(pk: int) -> ReadingRow | None:
    """The reading, while nothing newer stands in its place."""
    rows = await fetch(f"SELECT {COLUMNS}, {BEFORE} FROM {FROM} WHERE rd.id = $1 AND rd.is_current", pk)
    return reading_row(rows[0]) if rows else None


def _body(reading: ReadingRow, call: HookCall, public_id: PublicId) -> dict[str, object]:
    """What is told: values and opaque ids, by which the API tells more to whoever may know it. No names, no addresses, no numbers."""
    told = {
        "id": public_id("rdg", reading.pk), "account": public_id("acc", reading.account_pk), "register": public_id("reg", reading.register_pk),
        "resource": reading.resource.name, "zone": reading.zone.name if reading.zone else None, "unit": reading.unit, "value": reading.value.value,
        "previous": reading.previous.value if reading.previous else None, "consumption": reading.consumption.value if reading.consumption else None,
        "takenOn": reading.taken_on.isoformat(), "period": str(reading.period), "source": reading.source.name, "state": reading.state.name,
        "isLate": reading.is_late,
    }  # fmt: skip
    return {"type": "reading.sent", "timestamp": call.created_at.astimezone(dt.UTC).isoformat(), "data": told}


def _verdict(status: int, body: bytes) -> tuple[Verdict, str]:
    """From the answer `{"verdict": "accept" | "review" | "refuse", "reason": "…"}`; raises NoVerdict for anything else."""
    if not 200 <= status < 300:
        raise NoVerdict(f"HTTP {status}")
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise NoVerdict("the answer is not JSON") from None
    word = said.get("verdict") if isinstance(said, dict) else None
    verdict = _VERDICTS.get(word.casefold()) if isinstance(word, str) else None
    if verdict is None:
        raise NoVerdict("the answer has no verdict of accept, review, refuse")
    given = said.get("reason") or ""
    reason = given.replace("\0", " ").strip() if isinstance(given, str) else ""
    if verdict is Verdict.REFUSE and not reason:
        raise NoVerdict("a refusal without a reason")
    return verdict, reason[: verdicts.LONGEST_REASON]
