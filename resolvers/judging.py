"""Giving verdicts as an organization's staff or as its system, and the queue of readings that they are given on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.database import transaction
from models.enums import ReadingState, TokenScope
from models.errors import Forbidden, NotFound, Problem, ProblemCode, Refused
from models.period import Period
from resolvers import idempotency, verdicts
from resolvers.access_rules import is_staff
from resolvers.organizations import OrganizationRow, organization_by_slug
from resolvers.readings import BEFORE, COLUMNS, FROM, ReadingRow, reading_row
from resolvers.sql import among, fetch
from resolvers.verdicts import Judgement, Outcome
from resolvers.viewer import Viewer, ViewerKind

MUTATION = "judgeReadings"
MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Judging:
    slug: str
    rows: tuple[Judgement, ...]
    key: str
    validate_only: bool = False

    @property
    def fingerprint(self) -> str:
        return idempotency.fingerprint(self.slug, [[row.reading_pk, row.verdict.value, row.reason] for row in self.rows])


@dataclass(slots=True, eq=False)
class JudgedRow:
    """`reading` is as it stands after the verdict; None where there is none."""

    reading: ReadingRow | None
    changed: bool
    problems: list[Problem]


def may_judge(viewer: Viewer | None, organization_id: int) -> bool:
    """Staff in person, and the organization's own systems with the scope; nobody by a token of his own."""
    return is_staff(viewer, organization_id) or _is_system(viewer, organization_id, TokenScope.JUDGE_READINGS)


def may_see_queue(viewer: Viewer | None, organization_id: int) -> bool:
    """Whoever judges or reads readings there, and may know of accounts at all."""
    reads = may_judge(viewer, organization_id) or _is_system(viewer, organization_id, TokenScope.READ_READINGS)
    return reads and viewer is not None and viewer.has(TokenScope.READ_ACCOUNTS)


def _is_system(viewer: Viewer | None, organization_id: int, scope: TokenScope) -> bool:
    return viewer is not None and viewer.kind is ViewerKind.PARTNER and organization_id in viewer.organization_ids and viewer.has(scope)


async def judge_readings(viewer: Viewer, judging: Judging, now: dt.datetime) -> list[JudgedRow]:
    """One row for each verdict, in their order; a row that cannot be judged so tells why and stops no other.

    Raises NotFound for an organization that is not the viewer's, Forbidden without the scope, and Refused: REQUIRED or TOO_MANY_ROWS at
    `verdicts`, REQUIRED, TOO_LONG or KEY_REUSED at `idempotencyKey`.
    """
    organization = await organization_by_slug(judging.slug)
    if organization.id not in viewer.organization_ids:
        raise NotFound("organization")
    if not may_judge(viewer, organization.id):
        raise Forbidden(MUTATION)
    if not judging.rows:
        raise Refused(ProblemCode.REQUIRED, ("verdicts",))
    if len(judging.rows) > MOST_ROWS:
        raise Refused(ProblemCode.TOO_MANY_ROWS, ("verdicts",), limit=MOST_ROWS)
    return await _judged(await idempotency.looking_again(lambda: _answer(viewer, organization.id, judging, now)), organization.id)


async def _answer(viewer: Viewer, organization_id: int, judging: Judging, now: dt.datetime) -> list[Any]:
    """What the key keeps of each outcome: of this sending, or of the first one with the key."""
    async with transaction():
        answer: list[Any] | None = await idempotency.first_answer(viewer.actor, MUTATION, judging.key, judging.fingerprint)
        if answer is None:
            outcomes = await verdicts.judge(organization_id, judging.rows, viewer.actor, now, dry=judging.validate_only)
            answer = [_kept(one) for one in outcomes]
            if not judging.validate_only:
                await idempotency.bind(viewer.actor, MUTATION, judging.key, judging.fingerprint, answer, now)
        return answer


async def queue_page(
    viewer: Viewer, organization: OrganizationRow, first: int, after: tuple[int, int] | None, state: ReadingState | None, period: Period | None
) -> list[ReadingRow]:
    """Readings that were sent here and have been replaced by none, one more than `first` if there are more.

    Without a state those that wait for a verdict: the suspicious ones first, then the others; newest first. One statement.
    """
    if not may_see_queue(viewer, organization.pk):
        return []
    states = [state] if state is not None else [ReadingState.IN_REVIEW, ReadingState.SENT]
    parameters: list[object] = [organization.pk]
    where = "rd.organization_id = $1 AND rd.is_current AND rd.submitted_at IS NOT NULL"
    if period is not None:
        parameters.append(period.first_day)
        where += f" AND rd.period = ${len(parameters)}"
    parts = []
    for rank, one in enumerate(states):
        beyond = f" AND rd.id < {int(after[1])}" if after is not None and after[0] == rank else ""
        if after is None or after[0] <= rank:
            chosen = f"SELECT rd.id AS pk, {rank} AS rank FROM reading rd WHERE {where} AND rd.state = '{one.value}'{beyond}"
            parts.append(f"SELECT * FROM ({chosen} ORDER BY rd.id DESC LIMIT {int(first) + 1}) part_{rank}")
    text = f"SELECT {COLUMNS}, {BEFORE} FROM ({' UNION ALL '.join(parts)}) page JOIN reading rd ON rd.id = page.pk"
    joined = FROM.removeprefix("reading rd")
    rows = await fetch(f"{text}{joined} ORDER BY page.rank, rd.id DESC LIMIT {int(first) + 1}", *parameters) if parts else []
    return [reading_row(row) for row in rows]


def place_of(row: ReadingRow, state: ReadingState | None) -> tuple[int, int]:
    """Where a row stands in the queue, for its cursor."""
    return (1 if state is None and row.state is ReadingState.SENT else 0), row.pk


def _kept(one: Outcome) -> list[Any]:
    """What an idempotency key keeps of an outcome."""
    problem = one.problem
    return [one.reading_pk, one.changed, [problem.code.value, list(problem.path), problem.params] if problem else None]


async def _judged(answer: Sequence[Sequence[Any]], organization_id: int) -> list[JudgedRow]:
    text = f"SELECT {COLUMNS}, {BEFORE} FROM {FROM} WHERE {among('rd.id', 1)} AND rd.organization_id = $2 AND rd.submitted_at IS NOT NULL"
    known: Mapping[int, ReadingRow] = {row["id"]: reading_row(row) for row in await fetch(text, [pk for pk, _, _ in answer], organization_id)}
    found = []
    for pk, changed, problem in answer:
        said = [Problem(ProblemCode(problem[0]), tuple(problem[1]), problem[2])] if problem else []
        found.append(JudgedRow(known.get(pk), changed, said))
    return found
