"""Verdicts on rows, and how they are kept for whoever asks again with the same key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from models.enums import ReadingState
from models.errors import DialName, Problem, ProblemCode
from models.period import Period
from models.quantity import Quantity
from resolvers.reading_entries import taken
from resolvers.readings import ReadingRow


class Outcome(StrEnum):
    DONE = "done"
    CONFIRMATION_REQUIRED = "confirmation_required"
    REJECTED = "rejected"


@dataclass(slots=True, eq=False)
class RowVerdict:
    """What became of a row: a reading where it was taken, else what is wrong or asked."""

    row: int
    outcome: Outcome
    reading: ReadingRow | None = None
    problems: list[Problem] = field(default_factory=list)


def packed(verdicts: Sequence[RowVerdict]) -> list[Any]:
    """As JSON holds it; of readings the id and the state that they had."""
    return [
        [one.outcome.value, [one.reading.pk, one.reading.state.value] if one.reading else None, [_packed_problem(problem) for problem in one.problems]]
        for one in verdicts
    ]


async def unpacked(answer: Sequence[Any]) -> list[RowVerdict]:
    """The first answer: the same receipts, in the state that they had then. One statement."""
    readings = {row.pk: row for row in await taken(list(dict.fromkeys(reading[0] for _, reading, _ in answer if reading)))}
    verdicts = []
    for index, (outcome, kept, problems) in enumerate(answer):
        reading = None
        if kept:
            reading = readings[kept[0]]
            reading.state = ReadingState(kept[1])
        verdicts.append(RowVerdict(index, Outcome(outcome), reading, [_unpacked_problem(one) for one in problems]))
    return verdicts


def _packed_problem(problem: Problem) -> list[Any]:
    return [problem.code.value, list(problem.path), {name: _packed(value) for name, value in problem.params.items()}]


def _unpacked_problem(kept: Sequence[Any]) -> Problem:
    code, path, params = kept
    return Problem(ProblemCode(code), tuple(path), {name: _unpacked(value) for name, value in params.items()})


def _packed(value: Any) -> Any:
    if isinstance(value, Quantity):
        return {"micro": value.micro, "unit": value.unit, "digits": value.digits}
    if isinstance(value, Period):
        return {"month": str(value)}
    if isinstance(value, dt.date):
        return {"day": value.isoformat()}
    if isinstance(value, DialName):
        return {"resource": value.resource, "zone": value.zone, "serial": value.serial}
    return [_packed(one) for one in value] if isinstance(value, list | tuple) else value


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict) and "month" in value:
        return Period.parse(value["month"])
    if isinstance(value, dict) and "resource" in value:
        return DialName(**value)
    if isinstance(value, dict):
        return dt.date.fromisoformat(value["day"]) if "day" in value else Quantity(**value)
    return [_unpacked(one) for one in value] if isinstance(value, list) else value
