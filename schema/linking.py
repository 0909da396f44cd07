"""Linking an account or a contract by proof, and what an organization asks for."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import strawberry
from strawberry import field

from models.errors import ProblemCode, Refused
from resolvers import account_codes
from resolvers.accounts import accounts_by_ids
from resolvers.contracts import contracts_by_ids
from resolvers.link_targets import Aim, aim_at
from resolvers.linking import Link, link
from resolvers.step_up_asking import request_step_up
from resolvers.viewer import Viewer, viewer_of_user
from schema import ids
from schema.accounts import Account
from schema.context import Context, Info
from schema.contracts import Contract
from schema.human_checks import HumanCheckInput, answer_of
from schema.proofs import ProofsInput
from schema.results import Rejected


@strawberry.input(description="Which account or contract, and what proves it. Exactly one of `number`, `candidate` and `contractNumber` is given.")
class LinkAccountInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    number: str | None = field(default=None, description="The account's number, or the text of a bill's payment QR code.")
    candidate: strawberry.ID | None = field(default=None, description="An account chosen from the lists of streets, houses and flats.")
    contract_number: str | None = field(default=None, description="A contract's number.")
    proofs: ProofsInput = field(default_factory=ProofsInput, description="What proves it.")
    step_up: str | None = field(default=None, description="A letter's link token or code, or a bill's: opens further tries. A code of staff links by itself.")
    human_check: HumanCheckInput | None = field(default=None, description="Where a refusal asked for it.")
    idempotency_key: str = field(description="The same key with the same input links once.")


@strawberry.type(description="It is linked: the present holders were told by letter.")
class LinkAccountDone:
    account: Account | None = field(description="The account; null for a contract.")
    contract: Contract | None = field(description="The contract; null for an account.")
    login: str | None = field(description="What signs in at this organization's pages from now on; null where somebody else linked it first.")


@strawberry.input(description="Whose register's address gets a letter. Exactly one of `number`, `candidate` and `contractNumber` is given.")
class RequestStepUpInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    number: str | None = field(default=None, description="The account's number, or the text of a bill's payment QR code.")
    candidate: strawberry.ID | None = field(default=None, description="An account chosen from the lists of streets, houses and flats.")
    contract_number: str | None = field(default=None, description="A contract's number.")
    human_check: HumanCheckInput | None = field(default=None, description="Where a refusal asked for it.")


@strawberry.type(
    description="If there is such an account and its register holds an e-mail, a letter goes there, three a day at most. The answer is always this one."
)
class RequestStepUpDone:
    hours: int = field(description="How long the letter's link and code are good.")


@strawberry.input(description="For which account or contract: exactly one.")
class IssueAccountCodeInput:
    account: strawberry.ID | None = field(default=None, description="The account.")
    contract: strawberry.ID | None = field(default=None, description="The contract.")


@strawberry.type(description="A code for one account or contract.")
class IssueAccountCodeDone:
    code: str = field(description="`ABCD-EFGH-JKLM`. Shown once.")
    expires_at: dt.datetime = field(description="Until when it is good, once.")


LinkAccountResult = Annotated[LinkAccountDone | Rejected, strawberry.union("LinkAccountResult", description="How linking ends.")]
RequestStepUpResult = Annotated[RequestStepUpDone | Rejected, strawberry.union("RequestStepUpResult", description="How asking for a letter ends.")]
IssueAccountCodeResult = Annotated[IssueAccountCodeDone | Rejected, strawberry.union("IssueAccountCodeResult", description="How giving a code ends.")]
LinkArgument = Annotated[LinkAccountInput, strawberry.argument(description="What to link, and what proves it.")]
StepUpArgument = Annotated[RequestStepUpInput, strawberry.argument(description="For which account or contract.")]
CodeArgument = Annotated[IssueAccountCodeInput, strawberry.argument(description="For which account or contract.")]


@strawberry.type
class LinkMutations:
    @field(
        description="Link an account or contract to the person who asks, by all that the organization asks for together. Every miss is NOT_PROVED, at no "
        "field, whether the account exists or not. Codes: REQUIRED, TOO_LONG, INVALID_DATE, DATE_IN_FUTURE, INVALID_AMOUNT, INVALID_TAX_NUMBER, NOT_A_BILL "
        "beside fields; NOT_PROVED, NO_TRIES_LEFT, WRONG_CODE at `stepUp`, ALREADY_LINKED, NOT_OFFERED, KEY_REUSED, HUMAN_CHECK_NEEDED, WRONG_HUMAN_CHECK."
    )
    async def link_account(self, info: Info, input: LinkArgument) -> LinkAccountResult:  # noqa: A002
        context = info.context
        asked = Link(input.organization_slug, _aim(input), input.proofs.given(), input.step_up or "", input.idempotency_key, answer_of(input.human_check))
        linked = await link(context.person, asked, context.now, context.source, context.fixed_today)
        owner = await _of_today(context)
        return LinkAccountDone(
            account=(await accounts_by_ids(owner, [linked.account_id])).get(linked.account_id) if linked.account_id else None,  # type: ignore[arg-type]
            contract=(await contracts_by_ids(owner, [linked.contract_id])).get(linked.contract_id) if linked.contract_id else None,  # type: ignore[arg-type]
            login=linked.login,
        )

    @field(
        description="Send a letter with a link and a code to the address that the register holds, so that its owner can link although strangers have used up "
        "the day's tries. Codes: REQUIRED, TOO_LONG, NOT_A_BILL, NOT_OFFERED, HUMAN_CHECK_NEEDED, WRONG_HUMAN_CHECK."
    )
    async def request_step_up(self, info: Info, input: StepUpArgument) -> RequestStepUpResult:  # noqa: A002
        context = info.context
        human = answer_of(input.human_check)
        await request_step_up(context.person, input.organization_slug, _aim(input), context.now, context.source, human, context.fixed_today)
        return RequestStepUpDone(hours=24)

    @field(
        description="Give a code that links one account or contract once, by itself where the rules let staff do so: for staff in person, who have seen "
        "papers. Former ones that staff gave are worth nothing then. Codes: REQUIRED at `account`."
    )
    async def issue_account_code(self, info: Info, input: CodeArgument) -> IssueAccountCodeResult:  # noqa: A002
        if (input.account is None) == (input.contract is None):
            raise Refused(ProblemCode.REQUIRED, ("account",))
        kind, pk = ("account", ids.pk_or_0(input.account, "acc")) if input.account is not None else ("contract", ids.pk_or_0(input.contract or "", "con"))
        issued = await account_codes.issue(info.context.person, kind, pk, info.context.now)
        return IssueAccountCodeDone(code=issued.code, expires_at=issued.expires_at)


def _aim(given: Any) -> Aim:
    """Raises Refused with REQUIRED, TOO_LONG, NOT_A_BILL; an id that is none aims at nothing."""
    chosen = [one for one in (given.number, given.candidate, given.contract_number) if one is not None]
    if len(chosen) != 1:
        raise Refused(ProblemCode.REQUIRED, ("number",))
    if given.candidate is None:
        return aim_at(given.number, given.contract_number)
    known = ids.decode(given.candidate)
    if known is not None and known[0] == "cnc":
        return Aim("payer", str(known[1]))
    return Aim("candidate", str(known[1]) if known is not None and known[0] == "cnd" else "")


async def _of_today(context: Context) -> Viewer:
    """Who asks, with the rights that he has now."""
    viewer = context.person
    assert viewer.user_id is not None
    return await viewer_of_user(viewer.user_id, viewer.today, session_id=viewer.session_id)
