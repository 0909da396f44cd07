"""How an organization is paid, for its staff: the day to pay by, what payments pay first, and when its registers come."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.allocation import AllocationRule
from resolvers.organizations import OrganizationRow
from resolvers.paying_rules import PayingRules as RulesRow
from resolvers.paying_rules import WantedPaying, paying_rules_of, set_paying_rules_in_person
from schema import money_enums as money_enums
from schema.context import Info
from schema.results import Rejected


@strawberry.type(description="How an organization is paid.")
class PayingRules:
    due_day: int | None = field(description="The day of the next month to pay by, 31 is the last one of shorter months too; null where none is named.")
    allocation: AllocationRule = field(description="What payments pay first that no register has split: the rule that was chosen last.")
    allocation_from: dt.date | None = field(description="The first day whose payments it is for, which may be ahead; null where it has always been.")

    @field(description="The weekdays on which its registers usually come, 1 is Monday.")
    def update_days(root: Parent[RulesRow]) -> list[int]:  # noqa: N805
        return [int(day) for day in root.update_days.split()]


@strawberry.type
class OrganizationPaying:
    """Fields of an organization."""

    @field(description="How it is paid; null for those who are not its staff, in person.")
    async def paying_rules(root: Parent[OrganizationRow]) -> PayingRules | None:  # noqa: N805
        return await paying_rules_of(root.pk)  # type: ignore[return-value]


@strawberry.input(description="How an organization is paid; what is left out stays as it is.")
class SetPayingRulesInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    due_day: int | None = field(default=None, description="The day of the next month to pay by, 1–31; 0 takes it away.")
    update_days: list[int] | None = field(default=None, description="The weekdays on which its registers usually come, 1 is Monday; empty: unsaid.")
    allocation: AllocationRule | None = field(default=None, description="What payments pay first that no register has split.")
    allocation_from: dt.date | None = field(
        default=None, description="The first day whose payments another rule is for, after the last closed month; null is tomorrow. Later choices fall away."
    )
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.type(description="The rules hold from now on; with `validateOnly`, as they stand.")
class SetPayingRulesDone:
    rules: PayingRules = field(description="The rules.")


SetPayingRulesResult = Annotated[SetPayingRulesDone | Rejected, strawberry.union("SetPayingRulesResult", description="How changing the rules ends.")]
PayingArgument = Annotated[SetPayingRulesInput, strawberry.argument(description="Whose rules, and which.")]


@strawberry.type
class PayingMutations:
    @field(description="Say how an organization is paid, as its staff in person. Codes: OUT_OF_RANGE, INVALID, DAY_IN_CLOSED_MONTH.")
    async def set_paying_rules(self, info: Info, input: PayingArgument) -> SetPayingRulesResult:  # noqa: A002
        days = None if input.update_days is None else " ".join(map(str, input.update_days))
        wanted = WantedPaying(input.due_day, days, input.allocation, input.allocation_from)
        rules = await set_paying_rules_in_person(info.context.person, input.organization_slug, wanted, info.context.now, validate_only=input.validate_only)
        return SetPayingRulesDone(rules=rules)  # type: ignore[arg-type]
