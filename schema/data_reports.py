"""Reports that something shown of an account is wrong, and deleting oneself."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Parent, field

from adapters.texts import language
from models.enums import ReportState
from models.errors import NotFound
from models.reported import ReportedAttribute
from resolvers import data_reports, deletion
from resolvers.accounts import accounts_by_ids
from resolvers.data_reports import Mistake, ReportRow
from schema import ids
from schema.context import Info
from schema.human_checks import HumanCheckInput
from schema.results import Rejected
from schema.values import Node

if TYPE_CHECKING:
    from schema.accounts import Account


@strawberry.type(description="That something shown of an account is wrong, as a person says.")
class DataReport(Node):
    attribute: ReportedAttribute = field(description="What is wrong.")
    shown: str = field(description="What was shown then, in the person's language.")
    message: str = field(description="What would be right.")
    state: ReportState = field(description="How far it has come.")
    answer: str | None = field(description="What the staff say.")
    created_at: dt.datetime = field(description="When it was made.")
    settled_at: dt.datetime | None = field(description="When it was answered.")
    reporter: str | None = field(description="Who made it: the name, else the e-mail; null where the person is gone.")

    @field(description="Opaque and stable.")
    def id(root: Parent[ReportRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("rep", root.pk))

    @field(description="Of which account, while the viewer may see it.")
    async def account(root: Parent[ReportRow], info: Info) -> Annotated[Account, strawberry.lazy("schema.accounts")] | None:  # noqa: N805
        return await info.context.loaders.by_id(accounts_by_ids, root.account_pk)

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, ReportRow)


@strawberry.input(description="What is wrong, and what would be right.")
class ReportMistakeInput:
    account: strawberry.ID = field(description="The account.")
    attribute: ReportedAttribute = field(description="What is wrong.")
    message: str = field(description="What would be right, at most 1000 characters.")
    idempotency_key: str = field(description="1 to 100 characters, new for each new form.")
    meter: strawberry.ID | None = field(default=None, description="Which meter, for METER.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.input(description="The answer to a report.")
class SettleReportInput:
    report: strawberry.ID = field(description="Which.")
    state: ReportState = field(description="SETTLED or DECLINED.")
    answer: str = field(description="What to tell the person, at most 1000 characters.")


@strawberry.input(description="The password of whoever wants to go.")
class DeleteUserInput:
    password: str = field(description="The present password.")
    organization_slug: str | None = field(default=None, description="On whose pages this happens: its name stands in the last letter.")
    human_check: HumanCheckInput | None = field(default=None, description="The answer to a human check, where one was asked for.")


@strawberry.type(description="The staff will look at it.")
class ReportMistakeDone:
    report: DataReport | None = field(description="The report; null with `validateOnly`.")


@strawberry.type(description="The person is told.")
class SettleReportDone:
    report: DataReport = field(description="The report.")


@strawberry.type(description="The user is deleted; a last letter is on its way.")
class DeleteUserDone:
    done: bool = field(description="Always true.")


ReportMistakeResult = Annotated[ReportMistakeDone | Rejected, strawberry.union("ReportMistakeResult", description="How it ends.")]
SettleReportResult = Annotated[SettleReportDone | Rejected, strawberry.union("SettleReportResult", description="How it ends.")]
DeleteUserResult = Annotated[DeleteUserDone | Rejected, strawberry.union("DeleteUserResult", description="How it ends.")]

TheMistake = Annotated[ReportMistakeInput, strawberry.argument(description="What is wrong.")]
TheAnswer = Annotated[SettleReportInput, strawberry.argument(description="The answer.")]
Leaving = Annotated[DeleteUserInput, strawberry.argument(description="The password.")]


@strawberry.type
class ReportMutations:
    @field(description="Report that something shown of an account is wrong. Codes: REQUIRED, TOO_LONG, TOO_MANY_ROWS, KEY_REUSED.")
    async def report_mistake(self, info: Info, input: TheMistake) -> ReportMistakeResult:  # noqa: A002
        viewer = info.context.person
        pk = ids.pk_of(input.account, "acc")
        account = (await accounts_by_ids(viewer, [pk])).get(pk)
        if account is None:
            raise NotFound("account")
        meter = ids.pk_of(input.meter, "mtr") if input.meter is not None else None
        mistake = Mistake(input.attribute, meter, input.message, input.idempotency_key)
        row = await data_reports.report(viewer, account, mistake, info.context.now, validate_only=input.validate_only)
        return ReportMistakeDone(report=row)  # type: ignore[arg-type]

    @field(description="Answer a report, as the organization's staff. Codes: REQUIRED, TOO_LONG, INVALID, ALREADY_ANSWERED.")
    async def settle_report(self, info: Info, input: TheAnswer) -> SettleReportResult:  # noqa: A002
        viewer, pk = info.context.person, ids.pk_of(input.report, "rep")
        row = await data_reports.settle(viewer, pk, input.state, input.answer, info.context.now, language=language())
        return SettleReportDone(report=row)  # type: ignore[arg-type]

    @field(
        description="Delete oneself: sessions, logins, links to accounts, tokens and consents go; what was sent and paid stays with the "
        "organizations. Codes: WRONG_PASSWORD, HUMAN_CHECK_NEEDED, WRONG_HUMAN_CHECK."
    )
    async def delete_user(self, info: Info, input: Leaving) -> DeleteUserResult:  # noqa: A002
        context, human = info.context, input.human_check.answer() if input.human_check else None
        await deletion.delete_user(context.person, input.password, context.source, context.now, slug=input.organization_slug, language=language(), human=human)
        return DeleteUserDone(done=True)
