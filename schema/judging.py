"""Verdicts on readings, and the queue that they are given on."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.enums import ReadingState
from models.meter_enums import Verdict
from models.period import Period
from resolvers import judging
from resolvers.judging import Judging
from resolvers.organizations import OrganizationRow
from resolvers.verdicts import Judgement
from schema import ids
from schema import verdict_enums as verdict_enums
from schema.arguments import After, First
from schema.context import Info
from schema.readings import Reading
from schema.results import Problem, Rejected
from schema.values import Connection, PageOf, checked_first

OnlyState = Annotated[ReadingState | None, strawberry.argument(description="Only those in this state; null for all that wait: IN_REVIEW, then SENT.")]
OfMonth = Annotated[Period | None, strawberry.argument(description="Only those that count for this month, `YYYY-MM`; null for all.")]


@strawberry.type
class OrganizationReadings:
    """Fields of an organization."""

    @field(
        description="Readings that were sent here and are replaced by no newer value, the newest first: for its staff in person, and for its own "
        "systems with JUDGE_READINGS or READ_READINGS; null for everybody else. What is seen of accounts and meters takes READ_ACCOUNTS."
    )
    async def readings(
        root: Parent[OrganizationRow],  # noqa: N805
        info: Info,
        first: First,
        after: After = None,
        state: OnlyState = None,
        period: OfMonth = None,
    ) -> Connection[Reading] | None:
        place = ids.after("readings to judge", after)
        rows = await judging.queue_page(info.context.signed_in, root, checked_first(first), (place[0], place[1]) if place else None, state, period)
        return PageOf("readings to judge", rows, first, lambda row: judging.place_of(row, state))  # type: ignore[return-value]


@strawberry.input(description="A verdict on one reading.")
class VerdictInput:
    reading: strawberry.ID = field(description="Which reading.")
    verdict: Verdict = field(description="What is said about it.")
    reason: str = field(default="", description="Why, for the resident, at most 300 characters; REFUSE needs one, REVIEW may have one, the others keep none.")


@strawberry.input(description="Verdicts on readings of one organization.")
class JudgeReadingsInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    verdicts: list[VerdictInput] = field(description="1 to 500 verdicts.")
    idempotency_key: str = field(description="1 to 100 characters, new for each new set of verdicts. The same key and input give the first answer again.")
    validate_only: bool = field(default=False, description="Say what would come of each, and write nothing.")


@strawberry.type(description="What came of one verdict.")
class JudgedReading:
    reading: Reading | None = field(description="The reading as it stands now; null where there is no such reading here.")
    changed: bool = field(description="Whether the verdict changed its state (with `validateOnly`: whether it would).")
    problems: list[Problem] = field(description="Why it could not be judged so; empty where it was, or stands so already. Paths start inside the verdict.")


@strawberry.type(description="Each verdict has its own outcome: a row with problems changed nothing and stopped no other.")
class JudgeReadingsDone:
    rows: list[JudgedReading] = field(description="One for each verdict, in the order of the input.")


JudgeReadingsResult = Annotated[JudgeReadingsDone | Rejected, strawberry.union("JudgeReadingsResult", description="How judging ends.")]
Verdicts = Annotated[JudgeReadingsInput, strawberry.argument(description="Whose readings, and the verdicts.")]


@strawberry.type
class JudgingMutations:
    @field(
        description="Judge readings that were sent: for the organization's staff in person, and for its own systems with JUDGE_READINGS; never by a token of "
        "a person. Each row has its own outcome, and one that cannot be judged so stops no other: UNKNOWN_READING, READING_TWICE, READING_REPLACED, "
        "READING_BILLED, READING_REFUSED, REQUIRED (a refusal without reason), TOO_LONG. Rejected as a whole, with nothing written: REQUIRED, "
        "TOO_MANY_ROWS, TOO_LONG, KEY_REUSED. Whoever sent a reading that is refused and subscribed to READINGS gets a letter."
    )
    async def judge_readings(self, info: Info, input: Verdicts) -> JudgeReadingsResult:  # noqa: A002
        rows = tuple(Judgement(ids.pk_or_0(one.reading, "rdg"), one.verdict, one.reason) for one in input.verdicts)
        wanted = Judging(input.organization_slug, rows, input.idempotency_key, input.validate_only)
        return JudgeReadingsDone(rows=await judging.judge_readings(info.context.signed_in, wanted, info.context.now))  # type: ignore[arg-type]
