"""Sending readings: the input and its outcomes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.errors import ProblemCode
from resolvers.reading_checks import Understood
from resolvers.readings import ReadingRow
from schema.meters import MeterRegister
from schema.readings import Reading
from schema.results import Problem, Rejected
from schema.values import Quantity


@strawberry.input(description="The value of one dial.")
class ReadingInput:
    register: strawberry.ID = field(description="The dial.")
    value: str = field(description="As typed: `117,5`, `00117.500`, ` 1 117 500`. Empty means that this one was not filled in.")
    taken_on: dt.date | None = field(default=None, description="The day that it was read; today when omitted.")


@strawberry.input(description="A question that the person has answered with yes: exactly what was asked.")
class ConfirmationInput:
    path: list[str] = field(description="The path of the problem.")
    code: ProblemCode = field(description="The code of the problem.")


@strawberry.input(description="Readings of one account.")
class SubmitReadingsInput:
    account: strawberry.ID = field(description="The account.")
    readings: list[ReadingInput] = field(description="1 to 100 dials of it.")
    idempotency_key: str = field(description="1 to 100 characters, new for each new form. The same key and input give the first answer again.")
    confirmed: list[ConfirmationInput] = field(default_factory=list, description="What was asked and is confirmed.")
    form_token: str | None = field(
        default=None, description="Of the form that was filled in (Account.readingForm). One that is none, or too old, is worth as much as none."
    )
    validate_only: bool = field(default=False, description="Run all checks and write nothing; Done then says what was understood and holds no receipts.")


@strawberry.type(description="The proof of a sending.")
class ReadingReceipt:
    @field(description="Its number, to tell the organization.")
    def number(root: Parent[ReadingRow]) -> str:  # noqa: N805
        return root.receipt_number or ""

    @field(description="What was sent.")
    def reading(root: Parent[ReadingRow]) -> Reading:  # noqa: N805
        return root  # type: ignore[return-value]


@strawberry.type(description="What a typed value was understood as.")
class UnderstoodReading:
    register: MeterRegister = field(description="The dial.")
    value: Quantity = field(description="The value.")
    display: str = field(description="The value as the dial shows it: `00125.120`.")
    previous: Quantity | None = field(description="The value before it; null without READ_READINGS.")
    previous_on: dt.date | None = field(description="The day of the value before it; null without READ_READINGS.")
    consumption: Quantity | None = field(description="What was used since then; null without READ_READINGS.")

    @field(description="Where in the input it is.")
    def path(root: Parent[Understood]) -> list[str]:  # noqa: N805
        return list(root.path)


@strawberry.type(description="The readings were taken; with `validateOnly`, they would be.")
class SubmitReadingsDone:
    receipts: list[ReadingReceipt] = field(description="One for each reading, in the order of the input; none with `validateOnly`.")
    understood: list[UnderstoodReading] = field(description="With `validateOnly`: what the values were read as.")


@strawberry.type(description="The readings can be taken once these questions are answered; nothing was written.")
class ConfirmationRequired:
    problems: list[Problem] = field(description="The questions. To answer with yes, send each path and code in `confirmed`.")
    understood: list[UnderstoodReading] = field(description="What the values were read as.")


SubmitReadingsResult = Annotated[
    SubmitReadingsDone | ConfirmationRequired | Rejected, strawberry.union("SubmitReadingsResult", description="How a sending of readings ends.")
]
