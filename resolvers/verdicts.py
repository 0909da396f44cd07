"""Verdicts on readings that were sent: the one place that says which are possible, and what each leaves behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from models import AuditRecord, Reading
from models.database import transaction
from models.enums import ReadingState
from models.errors import Problem, ProblemCode
from models.meter_enums import Judge, Verdict
from resolvers import refusal_letters
from resolvers.account_locks import lock_accounts_of_readings
from resolvers.late_readings import stand_again
from resolvers.readings import CLOSES, COUNTS, OPENS
from resolvers.sql import among, fetch

S = ReadingState
HOOK, IMPORT = "hook", "import"  # what `decided_by` says where nobody in person decided
LONGEST_REASON = 300
BECOMES = {Verdict.ACCEPT: S.ACCEPTED, Verdict.REFUSE: S.REFUSED, Verdict.REVIEW: S.IN_REVIEW, Verdict.BILL: S.BILLED}
POSSIBLE: dict[ReadingState, frozenset[ReadingState]] = {  # from a state to others; what is billed or replaced stays so
    S.SENT: frozenset({S.IN_REVIEW, S.ACCEPTED, S.REFUSED, S.BILLED}),
    S.IN_REVIEW: frozenset({S.ACCEPTED, S.REFUSED, S.BILLED}),
    S.ACCEPTED: frozenset({S.IN_REVIEW, S.REFUSED, S.BILLED}),
    S.REFUSED: frozenset({S.IN_REVIEW, S.ACCEPTED}),
    S.BILLED: frozenset(),
    S.SUPERSEDED: frozenset(),
}
UNDECIDED: frozenset[ReadingState] = frozenset({S.SENT, S.IN_REVIEW})
_WHY_NOT = {S.BILLED: ProblemCode.READING_BILLED, S.SUPERSEDED: ProblemCode.READING_REPLACED, S.REFUSED: ProblemCode.READING_REFUSED}


@dataclass(frozen=True, slots=True)
class Judgement:
    """One verdict; `reading_pk` is 0 for an id that names nothing."""

    reading_pk: int
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one verdict. The same one twice is harmless: then nothing has changed."""

    reading_pk: int
    changed: bool = False
    problem: Problem | None = None


def judge_of(decided_by: str | None) -> Judge | None:
    """Who an actor is, for people: never by name."""
    if decided_by is None:
        return None
    known = {HOOK: Judge.HOOK, IMPORT: Judge.IMPORT}
    return known.get(decided_by) or (Judge.PARTNER if decided_by.startswith("token:") else Judge.STAFF)


async def judge(
    organization_id: int,
    judgements: Sequence[Judgement],
    actor: str,
    now: dt.datetime,
    *,
    only: Collection[ReadingState] = tuple(ReadingState),
    dry: bool = False,
) -> list[Outcome]:
    """One outcome for each, in their order; with `dry` what would come of it, and nothing is written.

    Rows that cannot be judged so keep none of the others from it. Readings in other states than `only` are left as they are. However many
    there are, it takes the same few statements.
    """
    ids = [one.reading_pk for one in judgements]
    async with transaction():
        await lock_accounts_of_readings(ids, organization_id)  # before the readings: whoever sends takes them in this order
        wanted = Reading.filter(id__in=ids, organization_id=organization_id, submitted_at__isnull=False)
        rows = {row.id: row for row in await wanted.order_by("id").select_for_update()}
        replaced, outcomes, seen = await _replaced(rows.values()), [], set[int]()
        for one in judgements:
            outcomes.append(_outcome(rows.get(one.reading_pk), one, only, seen, replaced))
            seen.add(one.reading_pk)
        if not dry:
            chosen = [(rows[done.reading_pk], one) for done, one in zip(outcomes, judgements, strict=True) if done.changed]
            await _write(organization_id, chosen, actor, now)
        return outcomes


# Whoever sent it: what opens or closes a dial is no value of the month, and one that stood there before has not replaced it.
_NEWER = f"""SELECT r.id FROM reading r WHERE {{chosen}} AND EXISTS (SELECT 1 FROM reading rd WHERE rd.register_id = r.register_id AND rd.period = r.period
    AND rd.id > r.id AND {COUNTS} AND rd.source NOT IN ('{OPENS}', '{CLOSES}'))"""


async def _replaced(rows: Iterable[Reading]) -> set[int]:
    """Of refused readings those in whose place a newer one stands for the month."""
    refused = [row.id for row in rows if row.state is S.REFUSED]
    return {row["id"] for row in await fetch(_NEWER.format(chosen=among("r.id", 1)), refused)} if refused else set()


def _outcome(row: Reading | None, one: Judgement, only: Collection[ReadingState], seen: Collection[int], replaced: Collection[int]) -> Outcome:
    if row is None:
        return Outcome(one.reading_pk, problem=Problem(ProblemCode.UNKNOWN_READING, ("reading",)))
    wrong = _wrong(row, one, seen)
    becomes = BECOMES[one.verdict]
    if wrong is None and (row.state is becomes or row.state not in only):
        return Outcome(row.id)
    if wrong is None and row.id in replaced:
        wrong = Problem(ProblemCode.READING_REPLACED, ("reading",))
    if wrong is None and becomes not in POSSIBLE[row.state]:
        wrong = Problem(_WHY_NOT[row.state], ("reading",))
    return Outcome(row.id, changed=wrong is None, problem=wrong)


def _wrong(row: Reading, one: Judgement, seen: Collection[int]) -> Problem | None:
    """What stands against the verdict, whatever state the reading is in."""
    reason = one.reason.strip()
    if row.id in seen:
        return Problem(ProblemCode.READING_TWICE, ("reading",))
    if one.verdict is Verdict.REFUSE and not reason:
        return Problem(ProblemCode.REQUIRED, ("reason",))
    if len(reason) > LONGEST_REASON:
        return Problem(ProblemCode.TOO_LONG, ("reason",), {"limit": LONGEST_REASON})
    return None if row.is_current else Problem(ProblemCode.READING_REPLACED, ("reading",))


async def _write(organization_id: int, chosen: Sequence[tuple[Reading, Judgement]], actor: str, now: dt.datetime) -> None:
    if not chosen:
        return
    trail = []
    for row, one in chosen:
        details = {"before": row.state.value, "after": BECOMES[one.verdict].value}
        trail.append(AuditRecord(organization_id=organization_id, at=now, actor=actor, action="reading.judge", subject=f"reading:{row.id}", details=details))
        row.state = BECOMES[one.verdict]
        row.reason = one.reason.strip() if one.verdict in (Verdict.REFUSE, Verdict.REVIEW) else ""
    rows = [row for row, _ in chosen]
    await Reading.bulk_update(rows, ["state", "reason"])
    await Reading.filter(id__in=[row.id for row in rows]).update(decided_at=now, decided_by=actor)
    await AuditRecord.bulk_create(trail)
    await stand_again([row for row in rows if row.state is S.REFUSED], actor, now)
    await refusal_letters.queue([row.id for row in rows if row.state is S.REFUSED], now)
