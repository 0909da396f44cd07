"""What was charged month by month."""

from __future__ import annotations

import strawberry
from strawberry import Parent, field

from models.errors import BadRequest
from models.period import Period
from resolvers.accounts import AccountRow
from resolvers.charged import charged_of
from schema.arguments import Months
from schema.charges import Service
from schema.context import Info
from schema.values import Money, Quantity

MOST_MONTHS = 60


@strawberry.type(description="What was charged for one service in a month, recalculations apart.")
class ServiceCharged:
    service: Service = field(description="The service.")
    amount: Money = field(description="The sum of its lines.")
    quantity: Quantity | None = field(description="How much; null where its lines do not say, or say it in several units.")


@strawberry.type(description="What was charged in one month.")
class MonthCharged:
    period: Period = field(description="The month.")
    charged: Money | None = field(description="In all, recalculations apart, as its statement says; null where the supplier does not say it.")
    services: list[ServiceCharged] = field(description="For each service, in the order of the bill; empty where no lines are known.")


@strawberry.type
class AccountCharged:
    """Fields of an account."""

    @field(description="What was charged in the last months that have a statement, oldest first.")
    async def charged(root: Parent[AccountRow], info: Info, months: Months = 24) -> list[MonthCharged] | None:  # noqa: N805
        if not 1 <= months <= MOST_MONTHS:
            raise BadRequest(f"`months` must be between 1 and {MOST_MONTHS}")
        return await info.context.loaders.of(charged_of, root, months) or []
