"""Bills by e-mail: mailings of a month for staff, and one's own bill to one's own address."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.errors import NotFound
from models.mail_enums import BillMailing, MailingState
from models.period import Period
from resolvers import mailed_bills, mailings
from resolvers.accounts import accounts_by_ids
from resolvers.organizations import OrganizationRow
from schema import ids
from schema.arguments import After, First
from schema.context import Info
from schema.enums import described
from schema.results import Rejected
from schema.values import Connection, PageOf, checked_first

described(
    MailingState,
    "How far a mailing has come.",
    {
        MailingState.RUNNING: "Letters are being queued",
        MailingState.PAUSED: "Staff stopped it: nothing more is queued, and what waits is not sent",
        MailingState.FINISHED: "Every subscriber has been dealt with; letters may still wait to be sent",
    },
)
described(
    BillMailing,
    "When bills go to whoever asked for them by e-mail.",
    {
        BillMailing.WHEN_IMPORTED: "As soon as the statements of a month come",
        BillMailing.WHEN_CLOSED: "After staff close the month",
        BillMailing.BY_HAND: "When staff start it",
    },
)


@strawberry.type(description="The bills of one month by e-mail, to whoever asked for them: one letter for each person and account, never two.")
class Mailing:
    period: Period = field(description="The month.")
    state: MailingState = field(description="How far it has come.")
    subscribers: int = field(description="How many people had asked for bills when it began.")
    seen: int = field(description="How many of them have been dealt with.")
    waiting: int = field(description="Letters that wait to be sent.")
    sent: int = field(description="Letters that the mail server took.")
    failed: int = field(description="Letters that did not leave, those that nobody wanted any more among them.")
    uncertain: int = field(description="Letters of which it was never heard whether the server took them.")
    started_at: dt.datetime = field(description="When it began, or began anew.")
    started_by: str | None = field(description="Who started it; null where it started by itself.")
    finished_at: dt.datetime | None = field(description="When the last letter was queued.")


@strawberry.type
class OrganizationMailings:
    """Fields of an organization."""

    @field(description="Mailings of bills, the newest month first; null for whoever is not its staff, in person.")
    async def mailings(root: Parent[OrganizationRow], first: First, after: After = None) -> Connection[Mailing] | None:  # noqa: N805
        place = ids.after("mailings", after)
        rows = await mailings.mailings_page(root, checked_first(first), Period.parse(place[0]).first_day if place else None)
        return PageOf("mailings", rows, first, lambda row: (str(row.period),))  # type: ignore[return-value]

    @field(description="When its bills go by e-mail; null for whoever is not its staff, in person.")
    async def bill_mailing(root: Parent[OrganizationRow]) -> BillMailing | None:  # noqa: N805
        return await mailings.mode_of(root)


@strawberry.input(description="Which month's bills to send.")
class StartMailingInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    period: Period = field(description="A month that is final and has statements.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.input(description="Which mailing to stop for a while.")
class PauseMailingInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    period: Period = field(description="Its month.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.input(description="When an organization's bills go by e-mail.")
class SetBillMailingInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    bill_mailing: BillMailing = field(description="When.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.input(description="Which bill to send to one's own address.")
class MailBillInput:
    account: strawberry.ID = field(description="The account.")
    period: Period = field(description="A month with a statement.")
    idempotency_key: str = field(description="1 to 100 characters, new for each letter.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.type(description="The mailing runs; with `validateOnly`, it could.")
class StartMailingDone:
    mailing: Mailing | None = field(description="As it stands; null where `validateOnly` found none yet.")


@strawberry.type(description="The mailing is stopped until it is started again; with `validateOnly`, it could be.")
class PauseMailingDone:
    mailing: Mailing | None = field(description="As it stands.")


@strawberry.type(description="It holds from now on; with `validateOnly`, it would.")
class SetBillMailingDone:
    bill_mailing: BillMailing = field(description="When bills go.")


@strawberry.type(description="The bill is on its way; with `validateOnly`, it would be.")
class MailBillDone:
    recipient: str = field(description="To which address, all but the first letter hidden: `a•••@example.kz`.")


StartMailingResult = Annotated[StartMailingDone | Rejected, strawberry.union("StartMailingResult", description="How starting a mailing ends.")]
PauseMailingResult = Annotated[PauseMailingDone | Rejected, strawberry.union("PauseMailingResult", description="How stopping a mailing ends.")]
SetBillMailingResult = Annotated[SetBillMailingDone | Rejected, strawberry.union("SetBillMailingResult", description="How it ends.")]
MailBillResult = Annotated[MailBillDone | Rejected, strawberry.union("MailBillResult", description="How sending a bill ends.")]
StartArgument = Annotated[StartMailingInput, strawberry.argument(description="Whose, and which month.")]
PauseArgument = Annotated[PauseMailingInput, strawberry.argument(description="Whose, and which month.")]
ModeArgument = Annotated[SetBillMailingInput, strawberry.argument(description="Whose, and when.")]
BillArgument = Annotated[MailBillInput, strawberry.argument(description="Whose bill, and which month.")]


@strawberry.type
class MailingMutations:
    @field(
        description="Send the bills of a month to whoever asked for them, as the organization's staff in person; a paused one goes on, and one that is over "
        "looks for who has no letter yet. Nobody gets a month's letter twice. Codes: MONTH_WITHOUT_STATEMENTS."
    )
    async def start_mailing(self, info: Info, input: StartArgument) -> StartMailingResult:  # noqa: A002
        context = info.context
        row = await mailings.start(context.person, input.organization_slug, input.period, context.now, validate_only=input.validate_only)
        return StartMailingDone(mailing=row)  # type: ignore[arg-type]

    @field(
        description="Stop a mailing until it is started again, as the organization's staff in person. Letters that a worker has in its hands may still go. "
        "Codes: MAILING_OVER."
    )
    async def pause_mailing(self, info: Info, input: PauseArgument) -> PauseMailingResult:  # noqa: A002
        row = await mailings.pause(info.context.person, input.organization_slug, input.period, validate_only=input.validate_only)
        return PauseMailingDone(mailing=row)  # type: ignore[arg-type]

    @field(description="Say when bills go by e-mail, as the organization's staff in person.")
    async def set_bill_mailing(self, info: Info, input: ModeArgument) -> SetBillMailingResult:  # noqa: A002
        mode = await mailings.set_mode(info.context.person, input.organization_slug, input.bill_mailing, validate_only=input.validate_only)
        return SetBillMailingDone(bill_mailing=mode)

    @field(
        description="Send a month's bill as PDF to one's own address, in person, with the right to see money: five in an hour. "
        "Codes: MONTH_WITHOUT_STATEMENTS, ASKED_TOO_OFTEN, REQUIRED, TOO_LONG, KEY_REUSED."
    )
    async def mail_bill(self, info: Info, input: BillArgument) -> MailBillResult:  # noqa: A002
        viewer, pk = info.context.person, ids.pk_of(input.account, "acc")
        account = (await accounts_by_ids(viewer, [pk])).get(pk)
        if account is None:
            raise NotFound("account")
        sent_to = await mailed_bills.mail_bill(
            viewer, account, input.period, input.idempotency_key, info.context.now, validate_only=input.validate_only
        )  # fmt: skip
        return MailBillDone(recipient=sent_to)
