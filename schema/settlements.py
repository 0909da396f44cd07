"""The state of settlements of an account, its movement of funds, its reconciliation and its certificates."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.allocation import AllocationRule
from models.period import Period
from resolvers import spans
from resolvers.accounts import AccountRow
from resolvers.ageing import Age
from resolvers.allocation import PaidFor
from resolvers.certificates import certificates_of
from resolvers.movements import movements_of
from resolvers.reconciliation import reconciliations_of
from resolvers.settlements import settlements_of
from schema import money_enums as money_enums
from schema.certificates import DebtCertificate
from schema.charges import Service, Supplier
from schema.context import Info
from schema.loaders import listed, reads
from schema.movements import Movements
from schema.reconciliation import Reconciliation
from schema.values import Money

FromMonth = Annotated[Period | None, strawberry.argument(name="from", description="The first month; null for a year of months.")]
ToMonth = Annotated[Period | None, strawberry.argument(name="to", description="The last month; null for the present one. At most ten years from the first.")]
FromDay = Annotated[dt.date | None, strawberry.argument(name="from", description="The first day; null for the first of January before `to`.")]
ToDay = Annotated[dt.date | None, strawberry.argument(name="to", description="The last day; null for today. At most ten years from the first.")]


@strawberry.type(description="What is owed for one service.")
class ServiceBalance:
    kind: PaidFor = field(description="What it is owed for, where it is no service.")
    service: Service | None = field(description="The service; null for what nobody has split, for penalties and for an advance.")
    supplier: Supplier | None = field(description="Whom it is owed to; null means the organization itself, or that the register does not say.")
    balance: Money | None = field(description="What is due for it; negative is overpaid. Null where the supplier does not say.")


@strawberry.type(description="A part of the debt, by how long ago it was to be paid.")
class DebtAge:
    age: Age = field(description="How long ago.")
    amount: Money = field(description="How much.")


@strawberry.type(description="What is owed now, and since when. Payments extinguish the oldest debt first.")
class Settlement:
    as_of: dt.datetime | None = field(description="When the balance was last written.")
    data_as_of: dt.datetime | None = field(description="When the supplier's last register came, about whomever.")
    update_days: list[int] = field(description="On which weekdays they usually come, 1 is Monday; empty where the supplier has not said.")
    balance: Money | None = field(description="What is due by the supplier's books; negative is overpaid. Null when unknown.")
    in_transit: Money = field(description="Paid, and not yet known to the supplier.")
    due: Money | None = field(description="What is due with these payments counted.")
    services: list[ServiceBalance] = field(
        description="What is due for each service: as the supplier keeps it, else after payments were spread by the organization's rule. The sums add up to "
        "the balance; empty where nothing is owed for a service, or no entry names one."
    )
    allocation: AllocationRule | None = field(description="The rule by which payments were spread for `services`; null where the supplier keeps them itself.")
    ages: list[DebtAge] | None = field(description="The balance by age, its sums adding up to it; empty where nothing is owed, null without a day to pay by.")
    overdue: Money | None = field(description="What of the balance is past its day; null without a day to pay by.")
    next_due_on: dt.date | None = field(description="The next day to pay by.")
    overdue_then: Money | None = field(description="What will be overdue the day after it if nothing more is paid. Penalties are the supplier's to count.")


@strawberry.type
class AccountSettlements:
    """Fields of an account."""

    @field(description="What is owed now, by service and by age.")
    async def settlement(root: Parent[AccountRow], info: Info) -> Settlement | None:  # noqa: N805
        return await info.context.loaders.of(settlements_of, root, info.context.today(root.organization))

    @field(description="What each month began with, what moved and what it ended with: months in which the viewer sees money, those without entries left out.")
    async def movements(root: Parent[AccountRow], info: Info, first: FromMonth = None, last: ToMonth = None) -> Movements | None:  # noqa: N805
        span = spans.months(first, last, info.context.today(root.organization))
        return await info.context.loaders.of(movements_of, root, span)

    @field(description="Every entry between two days; null where the viewer sees none of these days, or nothing is known of them.")
    async def reconciliation(root: Parent[AccountRow], info: Info, first: FromDay = None, last: ToDay = None) -> Reconciliation | None:  # noqa: N805
        span = spans.days(first, last, info.context.today(root.organization))
        return await info.context.loaders.of(reconciliations_of, root, span)

    @field(description="Certificates that nothing was owed, the newest first, at most 20.")
    @reads(certificates_of)
    def certificates(root: Parent[AccountRow], info: Info) -> list[DebtCertificate] | None:  # noqa: N805
        return info.context.loaders.answer(certificates_of, root, then=listed)
