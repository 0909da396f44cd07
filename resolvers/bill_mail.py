"""The bill by e-mail: a letter to whoever subscribed, when a supplier has closed a month of an account that he may see the money of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from adapters import formats
from adapters.texts import DEFAULT, speaking
from models import Subscription, User
from models.enums import Right, Topic
from models.money import Money
from resolvers import letters
from resolvers.accounts import accounts_by_ids
from resolvers.sql import fetch
from resolvers.statements import StatementRow, statements_of
from resolvers.viewer import Viewer, viewer_of_user

USERS_AT_ONCE = 200
NEWS_FOR = dt.timedelta(days=10)  # a month that was closed before is no news any more


async def mail_bills(now: dt.datetime) -> dict[str, int]:
    """One letter for each user, account and month; run again, it queues nothing more."""
    queued, after = 0, 0
    while ids := await _subscribers(after):
        for user in await User.filter(id__in=ids, is_active=True).order_by("id"):
            queued += await _mail(user, now)
        after = ids[-1]
    return {"letters": queued}


async def _subscribers(after: int) -> list[int]:
    text = f"SELECT DISTINCT s.user_id FROM subscription s WHERE s.topic = $1 AND s.user_id > $2 ORDER BY s.user_id LIMIT {USERS_AT_ONCE}"
    return [row["user_id"] for row in await fetch(text, Topic.BILL.value, after)]


async def _mail(user: User, now: dt.datetime) -> int:
    """Of accounts linked to the user alone: whoever works for a supplier, or pays for a contract, does not get a letter for each of theirs."""
    viewer = replace(await viewer_of_user(user.id, now.date()), organization_ids=frozenset())
    wanted = await Subscription.filter(user_id=user.id, topic=Topic.BILL)
    since = {one.account_id: one.created_at for one in wanted}
    count = 0
    for statement in await _news(viewer, list(since), now):
        asked = [since[key] for key in (None, statement.account.pk) if key in since]
        if asked and statement.as_of >= min(asked):
            count += await _queue(user, statement, now)
    return count


async def _news(viewer: Viewer, subscribed: Sequence[int | None], now: dt.datetime) -> list[StatementRow]:
    """The last closed month of each account of the viewer's, where it was closed lately."""
    mine = {grant.account_id for grant in viewer.grants if grant.account_id is not None}
    accounts = await accounts_by_ids(viewer, sorted(mine if None in subscribed else mine & set(subscribed)))
    seen = [row for row in accounts.values() if row.access.may(Right.SEE_MONEY)]
    return [row for row in (await statements_of(viewer, seen, None)).values() if row.as_of > now - NEWS_FOR]


async def _queue(user: User, statement: StatementRow, now: dt.datetime) -> bool:
    account, organization, language = statement.account, statement.account.organization, user.language or DEFAULT
    with speaking(language):
        due = formats.long_date(statement.due_on) if statement.due_on is not None else ""
        total, month = formats.amount_alone(statement.closing), formats.period(statement.period)
    made = await letters.queue(
        "bill", user.email, language, now, base=f"/o/{organization.slug}", path="/", user_id=user.id, organization_id=organization.pk,
        occasion=f"bill {user.id} {account.pk} {statement.period}", number=account.number, month=month, sum=total, due=due,
        standing=_standing(statement.closing), mailing=True,
    )  # fmt: skip
    return made is not None


def _standing(closing: Money | None) -> str:
    return "unknown" if closing is None else "owed" if closing.minor > 0 else "overpaid" if closing.minor < 0 else "nothing"
