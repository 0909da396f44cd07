"""An organization's rules of who is let in, and what its staff change of them."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.enums import Factor, LookUp, StepUp
from resolvers.access_rules import Rules, Wanted, rules_by_ids, set_rules, staffed
from resolvers.link_targets import step_up_target
from resolvers.organizations import OrganizationRow
from schema import access_enums as access_enums
from schema.addresses import AccountCandidate
from schema.context import Info
from schema.results import Rejected

Token = Annotated[str, strawberry.argument(description="What the link of a step-up's letter ends with.")]


@strawberry.type(description="What an organization asks for before it links an account: all of the proofs together.")
class LinkRules:
    proofs: list[Factor] = field(description="For an account; empty where only staff link, by giving a code.")
    step_ups: list[StepUp] = field(description="What opens further tries where strangers have used up the day's.")

    @field(description="For a contract.")
    def contract_proofs(root: Parent[Rules]) -> list[Factor]:  # noqa: N805
        return list(root.for_contracts)


@strawberry.type(description="Whom an organization lets in.")
class AccessRules:
    proofs: list[Factor] = field(description="What is asked for before an account is linked, all together; empty where only staff link.")
    step_ups: list[StepUp] = field(description="What opens further tries where strangers have used up the day's.")
    look_up: LookUp = field(description="Whether strangers may find an account by address and surname.")
    look_up_proof: Factor = field(description="The further proof that looking up asks for where it is PROOF.")
    asks_for_bill_codes: bool = field(description="Whether anything asks for the code on a bill: else printing one is of no use.")

    @field(description="What recovering a password asks beside the letter's link: `tax_number`, `number`.")
    def recovery_asks(root: Parent[Rules]) -> list[str]:  # noqa: N805
        return list(root.recovery_asks)


@strawberry.type
class OrganizationAccess:
    """Fields of an organization."""

    @field(description="What it asks for before it links an account.")
    async def link_rules(root: Parent[OrganizationRow], info: Info) -> LinkRules:  # noqa: N805
        return (await rules_by_ids([root.pk]))[root.pk]  # type: ignore[return-value]

    @field(description="Its rules of access; null for those who are not its staff.")
    async def access_rules(root: Parent[OrganizationRow]) -> AccessRules | None:  # noqa: N805
        return (await rules_by_ids([root.pk]))[root.pk]  # type: ignore[return-value]

    @field(description="Which account or contract the link of a step-up's letter is for; null for a link that is used or too old.")
    async def step_up_target(root: Parent[OrganizationRow], info: Info, token: Token) -> AccountCandidate | None:  # noqa: N805
        return await step_up_target(info.context.person, root.pk, token, info.context.now)  # type: ignore[return-value]


@strawberry.input(description="Whom an organization lets in.")
class SetAccessRulesInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    proofs: list[Factor] = field(description="What is asked for together before an account is linked; empty where only staff link.")
    step_ups: list[StepUp] = field(description="What opens further tries where strangers have used up the day's.")
    look_up: LookUp = field(description="Whether strangers may find an account by address and surname.")
    look_up_proof: Factor = field(default=Factor.LAST_PAYMENT, description="The further proof where looking up is PROOF.")
    recovery_asks: list[str] = field(default_factory=list, description="`tax_number`, `number`.")


@strawberry.type(description="The rules hold from now on.")
class SetAccessRulesDone:
    rules: AccessRules = field(description="The rules.")


SetAccessRulesResult = Annotated[SetAccessRulesDone | Rejected, strawberry.union("SetAccessRulesResult", description="How changing the rules ends.")]
RulesArgument = Annotated[SetAccessRulesInput, strawberry.argument(description="Whose rules, and which.")]


@strawberry.type
class AccessMutations:
    @field(description="Say whom an organization lets in, for its staff in person. Codes: INVALID, STEP_UP_NEEDED at `stepUps`.")
    async def set_access_rules(self, info: Info, input: RulesArgument) -> SetAccessRulesResult:  # noqa: A002
        viewer = info.context.person
        await staffed(viewer, input.organization_slug)
        wanted = Wanted(
            proofs=tuple(input.proofs),
            step_ups=tuple(input.step_ups),
            look_up=input.look_up,
            look_up_proof=input.look_up_proof,
            recovery_asks=tuple(input.recovery_asks),
        )
        return SetAccessRulesDone(rules=await set_rules(input.organization_slug, wanted, actor=viewer.actor))  # type: ignore[arg-type]
