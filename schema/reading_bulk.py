"""Sending readings of many accounts at once."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.enums import Resource, TariffZone
from models.errors import ProblemCode
from resolvers.bulk_answers import Outcome, RowVerdict
from resolvers.bulk_readings import Bulk, submit_bulk
from resolvers.bulk_rows import BulkRow
from schema import ids
from schema.context import Info
from schema.enums import described
from schema.results import Problem, Rejected
from schema.scalars import AccountNumber
from schema.submissions import ReadingReceipt

described(
    Outcome,
    "What became of a row.",
    {
        Outcome.DONE: "It was taken; with `validateOnly`, it would be",
        Outcome.CONFIRMATION_REQUIRED: "It can be taken once its questions are answered",
        Outcome.REJECTED: "It cannot be taken",
    },
    name="BulkOutcome",
)


@strawberry.input(description="The value of one dial of one account. The account by `account` or `accountNumber`, the dial by `register` or `serial`.")
class BulkRowInput:
    value: str = field(description="As `ReadingInput.value`.")
    account: strawberry.ID | None = field(default=None, description="The account.")
    account_number: AccountNumber | None = field(default=None, description="Its number at the organization.")
    register: strawberry.ID | None = field(default=None, description="The dial.")
    serial: str | None = field(default=None, description="The factory number of its meter; of several with this number those that stand are meant.")
    resource: Resource | None = field(default=None, description="With `serial`: what the meter measures.")
    zone: TariffZone | None = field(default=None, description="With `serial`: which of its dials.")
    inlet: int | None = field(default=None, description="With `serial`: the inlet that it stands on.")
    taken_on: dt.date | None = field(default=None, description="The day that it was read; today when omitted.")
    confirmed: list[ProblemCode] = field(default_factory=list, description="The codes of this row's questions that are answered with yes.")


@strawberry.input(description="Readings of many accounts of one organization.")
class SubmitReadingsBulkInput:
    organization_slug: str = field(description="The organization.")
    rows: list[BulkRowInput] = field(description="1 to 500.")
    idempotency_key: str = field(description="1 to 100 characters, new for each new batch. The same key and input give the first answer again.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing; rows that would be taken have no receipt then.")


@strawberry.type(description="What became of one row of a batch.")
class BulkVerdict:
    row: int = field(description="The row, counted from 0 as in the input.")
    outcome: Outcome = field(description="What became of it.")
    problems: list[Problem] = field(description="What is wrong with it or asked about it, with paths like `rows.0.value`.")

    @field(description="The proof, where it was taken.")
    def receipt(root: Parent[RowVerdict]) -> ReadingReceipt | None:  # noqa: N805
        return root.reading  # type: ignore[return-value]


@strawberry.type(description="Every row was judged, and what could be taken was taken.")
class SubmitReadingsBulkDone:
    verdicts: list[BulkVerdict] = field(description="One for each row, in the order of the input.")


SubmitReadingsBulkResult = Annotated[
    SubmitReadingsBulkDone | Rejected, strawberry.union("SubmitReadingsBulkResult", description="How a batch ends; Rejected where no row was looked at.")
]
BulkArgument = Annotated[SubmitReadingsBulkInput, strawberry.argument(description="The organization, and up to 500 rows.")]


@strawberry.type
class BulkMutations:
    """Of many accounts."""

    @field(
        description="Send up to 500 readings of many accounts; each row has its own verdict, and a bad one stops no other. Codes of the batch: REQUIRED, "
        "TOO_MANY_ROWS, TOO_LONG, KEY_REUSED. Codes of a row: those of `submitReadings`, UNKNOWN_ACCOUNT, MAY_NOT_SEND, SEVERAL_METERS; DUPLICATE_ROW for "
        "every row of a dial where their values or days differ, and for those that repeat a row which is taken. Windows bind residents, not staff and "
        "partners. The key is bound once a row was taken."
    )
    async def submit_readings_bulk(self, info: Info, input: BulkArgument) -> SubmitReadingsBulkResult:  # noqa: A002
        bulk = Bulk(input.organization_slug, tuple(_row(row) for row in input.rows), input.idempotency_key, input.validate_only)
        verdicts = await submit_bulk(info.context.signed_in, bulk, info.context.now, info.context.fixed_today)
        return SubmitReadingsBulkDone(verdicts=verdicts)  # type: ignore[arg-type]


def _row(row: BulkRowInput) -> BulkRow:
    return BulkRow(
        value=row.value,
        account_pk=ids.pk_or_0(row.account, "acc") if row.account is not None else None,
        account_number=row.account_number,
        register_pk=ids.pk_or_0(row.register, "reg") if row.register is not None else None,
        serial=row.serial,
        resource=row.resource,
        zone=row.zone,
        inlet=row.inlet,
        taken_on=row.taken_on,
        confirmed=frozenset(row.confirmed),
    )
