"""A bill to one's own address, asked for on its page: a letter of its own each time, a few in an hour."""

from __future__ import annotations

import datetime as dt

from adapters import texts
from models import Letter, User
from models.database import transaction
from models.enums import Right
from models.errors import Forbidden, ProblemCode, Refused
from models.period import Period
from resolvers import audit, idempotency, letters
from resolvers.accounts import AccountRow
from resolvers.letters import Wanted
from resolvers.outgoing import masked
from resolvers.statements import statements_of
from resolvers.viewer import Viewer

MUTATION = "mailBill"
MOST, WITHIN = 5, dt.timedelta(hours=1)


async def mail_bill(viewer: Viewer, account: AccountRow, period: Period, key: str, now: dt.datetime, *, validate_only: bool = False) -> str:
    """The viewer's own address, masked, to which the bill goes.

    Raises Forbidden without the right to see money, Refused with MONTH_WITHOUT_STATEMENTS at `period`, ASKED_TOO_OFTEN, or what is wrong with
    the key.
    """
    if not account.access.may(Right.SEE_MONEY):
        raise Forbidden("seeMoney")
    wanted = idempotency.fingerprint(account.pk, str(period))

    async def attempt() -> str:
        async with transaction():
            user = await User.select_for_update().get(id=viewer.user_id)  # who asks twice at once is counted twice
            if await idempotency.first_answer(viewer.actor, MUTATION, key, wanted) is not None:
                return masked(user.email)
            await _check(viewer, account, period, now)
            if not validate_only:
                await _queue(user, account, period, now)
                await idempotency.bind(viewer.actor, MUTATION, key, wanted, [str(period)], now)
                await audit.record(viewer.actor, "bill.mail", f"account:{account.pk}", organization_id=account.organization.pk, period=str(period))
        return masked(user.email)

    return await idempotency.looking_again(attempt)


async def _check(viewer: Viewer, account: AccountRow, period: Period, now: dt.datetime) -> None:
    if not await statements_of(viewer, [account], period):
        raise Refused(ProblemCode.MONTH_WITHOUT_STATEMENTS, ("period",), period=period)
    if await Letter.filter(user_id=viewer.user_id, template="bill", is_mass=False, queued_at__gt=now - WITHIN).count() >= MOST:
        raise Refused(ProblemCode.ASKED_TOO_OFTEN, limit=MOST)


async def _queue(user: User, account: AccountRow, period: Period, now: dt.datetime) -> None:
    organization = account.organization
    await letters.queue(
        "bill", user.email, user.language or texts.language(), now, base=f"/o/{organization.slug}", path="/", user_id=user.id,
        organization_id=organization.pk, takes=Wanted("account", account.pk, str(period)),
    )  # fmt: skip
