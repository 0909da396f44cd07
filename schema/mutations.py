"""The verbs."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import field

from resolvers.imports.starting import Start, approve_import, ask_undo, discard_import, start_import
from resolvers.reading_desk import Typed
from resolvers.sessions import sign_in, sign_out
from resolvers.submissions import Submission, check_readings, submit_readings
from schema import ids, import_profiles
from schema.access import AccessMutations
from schema.bills import BankMutations
from schema.certificates import CertificateMutations
from schema.context import Info
from schema.data_reports import ReportMutations
from schema.documents import DocumentMutations
from schema.hooks import HookMutations
from schema.house_meters import HouseMutations
from schema.human_checks import answer_of
from schema.import_profiles import SaveImportProfileInput, SaveImportProfileResult
from schema.imports import (
    ApproveImportDone,
    ApproveImportResult,
    DiscardImportDone,
    DiscardImportResult,
    ImportRunInput,
    StartImportDone,
    StartImportInput,
    StartImportResult,
    UndoImportDone,
    UndoImportResult,
)
from schema.judging import JudgingMutations
from schema.letters import LetterMutations
from schema.linking import LinkMutations
from schema.look_up import LookUpMutations
from schema.mailings import MailingMutations
from schema.memberships import MemberMutations
from schema.meter_acts import MeterMutations
from schema.paying_rules import PayingMutations
from schema.periods import PeriodMutations
from schema.printed_codes import PrintedCodeMutations
from schema.profile import ProfileMutations
from schema.reading_bulk import BulkMutations
from schema.reading_rules import ReadingRulesMutations
from schema.reading_texts import TextMutations
from schema.recovery import RecoveryMutations
from schema.registration import RegistrationMutations
from schema.results import Rejected
from schema.submissions import SubmitReadingsDone, SubmitReadingsInput, SubmitReadingsResult
from schema.unsubscribing import UnsubscribeMutations
from schema.viewers import SignInDone, SignInInput, SignOutDone

SignInResult = Annotated[SignInDone | Rejected, strawberry.union("SignInResult", description="How a sign-in ends.")]


SignInArgument = Annotated[SignInInput, strawberry.argument(description="Who, and on whose pages.")]
ReadingsArgument = Annotated[SubmitReadingsInput, strawberry.argument(description="The account, its readings, and what is confirmed.")]

StartArgument = Annotated[StartImportInput, strawberry.argument(description="The files, and how to take them.")]
ProfileArgument = Annotated[SaveImportProfileInput, strawberry.argument(description="Whose profile, and its text.")]
RunArgument = Annotated[ImportRunInput, strawberry.argument(description="The run.")]


@strawberry.type(description="The verbs.")
class Mutation(
    AccessMutations,
    BankMutations,
    HookMutations,
    JudgingMutations,
    BulkMutations,
    CertificateMutations,
    DocumentMutations,
    HouseMutations,
    LetterMutations,
    LinkMutations,
    LookUpMutations,
    MailingMutations,
    MemberMutations,
    MeterMutations,
    PayingMutations,
    PeriodMutations,
    PrintedCodeMutations,
    ProfileMutations,
    ReadingRulesMutations,
    RecoveryMutations,
    RegistrationMutations,
    ReportMutations,
    TextMutations,
    UnsubscribeMutations,
):
    @field(
        description="Sign in. Codes: WRONG_LOGIN_OR_PASSWORD, NOT_CONFIRMED (the right password of a registration that waits), HUMAN_CHECK_NEEDED, "
        "WRONG_HUMAN_CHECK. A flood from one source gives THROTTLED for a while."
    )
    async def sign_in(self, info: Info, input: SignInArgument) -> SignInResult:  # noqa: A002
        context = info.context
        return await sign_in(  # type: ignore[return-value]
            input.login,
            input.password,
            slug=input.organization_slug,
            remember=input.remember,
            source=context.source,
            now=context.now,
            device=context.device,
            human=answer_of(input.human_check),
        )

    @field(description="End the session that asks.")
    async def sign_out(self, info: Info) -> SignOutDone:
        return SignOutDone(done=await sign_out(info.context.signed_in))

    @field(
        description="Send readings of one account. Codes: REQUIRED, TOO_LONG, TOO_MANY_ROWS, NOT_A_NUMBER, NEGATIVE, TOO_MANY_DIGITS, "
        "DATE_IN_FUTURE, DATE_OUTSIDE_PERIOD, ABOVE_NEXT_READING, UNKNOWN_METER, METER_REMOVED, METER_FAULTY, METER_WITHOUT_SERIAL, VERIFICATION_OVERDUE, "
        "WINDOW_CLOSED, DUPLICATE_ROW, KEY_REUSED, CHANGED_MEANWHILE. Asked back: LOWER_THAN_BEFORE, MUCH_MORE_THAN_USUAL, SAME_AS_BEFORE, "
        "HOT_COLD_SWAPPED, SOME_METERS_MISSING, and of a form whose window closed meanwhile SENT_LATE, OTHER_MONTH. "
        "A meter's own problem has the path of `register`."
    )
    async def submit_readings(self, info: Info, input: ReadingsArgument) -> SubmitReadingsResult:  # noqa: A002
        submission = Submission(
            account_pk=ids.pk_or_0(input.account, "acc"),
            rows=tuple(Typed(ids.pk_or_0(row.register, "reg") or None, row.value, row.taken_on) for row in input.readings),
            key=input.idempotency_key,
            confirmed=frozenset((tuple(one.path), one.code) for one in input.confirmed),
            form_token=input.form_token,
        )
        if input.validate_only:
            understood = await check_readings(info.context.signed_in, submission, info.context.now, info.context.fixed_today)
            return SubmitReadingsDone(receipts=[], understood=understood)  # type: ignore[arg-type]
        receipts = await submit_readings(info.context.signed_in, submission, info.context.now, info.context.fixed_today)
        return SubmitReadingsDone(receipts=receipts, understood=[])  # type: ignore[arg-type]

    @field(
        description="Import files that were sent to /o/<slug>/uploads; a worker takes them. Codes: REQUIRED, TOO_MANY_ROWS, UNKNOWN_UPLOAD, "
        "UPLOAD_INCOMPLETE, DUPLICATE_ROW (two files of one name), INVALID, KEY_REUSED."
    )
    async def start_import(self, info: Info, input: StartArgument) -> StartImportResult:  # noqa: A002
        start = Start(
            slug=input.organization_slug,
            uploads=tuple(input.uploads),
            preview=input.preview,
            language=input.language or "",
            key=input.idempotency_key,
            validate_only=input.validate_only,
        )
        return StartImportDone(run=await start_import(info.context.signed_in, start, info.context.now))  # type: ignore[arg-type]

    @field(description="Take a run that was only looked at or, by a person and no token, one that is held. Codes: WRONG_STATE, FILES_GONE, PERSON_NEEDED.")
    async def approve_import(self, info: Info, input: RunArgument) -> ApproveImportResult:  # noqa: A002
        return ApproveImportDone(run=await approve_import(info.context.signed_in, ids.pk_or_0(input.run, "imp")))  # type: ignore[arg-type]

    @field(description="Drop a run of which nothing was written. Codes: WRONG_STATE.")
    async def discard_import(self, info: Info, input: RunArgument) -> DiscardImportResult:  # noqa: A002
        return DiscardImportDone(run=await discard_import(info.context.signed_in, ids.pk_or_0(input.run, "imp")))  # type: ignore[arg-type]

    @field(description="Undo a run as if it had not been; a worker does it, by reversals where money is concerned. Codes: WRONG_STATE.")
    async def undo_import(self, info: Info, input: RunArgument) -> UndoImportResult:  # noqa: A002
        return UndoImportDone(run=await ask_undo(info.context.signed_in, ids.pk_or_0(input.run, "imp")))  # type: ignore[arg-type]

    @field(description="Keep how an organization's own registers are to be read. Codes: WRONG_PROFILE, at `text` and the key.")
    async def save_import_profile(self, info: Info, input: ProfileArgument) -> SaveImportProfileResult:  # noqa: A002
        viewer = info.context.signed_in
        return await import_profiles.save(viewer, input.organization_slug, input.text, validate_only=input.validate_only)
