"""What a person has mailed, and what he agreed to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models import Consent, Subscription, User
from models.database import transaction
from models.enums import Right, Topic
from models.errors import Forbidden, NotFound, ProblemCode, Refused
from resolvers import audit
from resolvers.accounts import accounts_by_ids
from resolvers.sessions import UserRow
from resolvers.viewer import Viewer

MOST_ACCOUNTS = 100  # in one request


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    pk: int
    topic: Topic
    account_pk: int | None
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ConsentRow:
    pk: int
    version: str
    language: str
    given_at: dt.datetime
    withdrawn_at: dt.datetime | None


async def subscriptions_of(viewer: Viewer, rows: Iterable[UserRow]) -> dict[int, list[SubscriptionRow]]:
    """The viewer's own. One statement."""
    if viewer.user_id not in {row.pk for row in rows}:
        return {}
    found = await Subscription.filter(user_id=viewer.user_id).order_by("topic", "account_id")
    return {viewer.user_id or 0: [SubscriptionRow(one.id, one.topic, one.account_id, one.created_at) for one in found]}


async def consents_of(viewer: Viewer, rows: Iterable[UserRow]) -> dict[int, list[ConsentRow]]:
    """The viewer's own, the newest first. One statement."""
    if viewer.user_id not in {row.pk for row in rows}:
        return {}
    found = await Consent.filter(user_id=viewer.user_id).order_by("-id")
    return {viewer.user_id or 0: [ConsentRow(one.id, one.version, one.language, one.given_at, one.withdrawn_at) for one in found]}


async def set_subscriptions(viewer: Viewer, everywhere: Sequence[Topic], single: Sequence[tuple[int, Sequence[Topic]]], now: dt.datetime) -> None:
    """`everywhere` is all that is wanted of all accounts; of the accounts named in `single` what is wanted of each alone, others stay.

    Raises NotFound for an account that does not exist for the viewer, Forbidden for the bill of one whose money is not the viewer's to see, and
    Refused with TOO_MANY_ROWS at ``accounts``.
    """
    if len(single) > MOST_ACCOUNTS:
        raise Refused(ProblemCode.TOO_MANY_ROWS, ("accounts",), limit=MOST_ACCOUNTS)
    named = [account for account, _ in single]
    seen = await accounts_by_ids(viewer, named)
    if len(seen) < len(set(named)):
        raise NotFound("account")
    if any(Topic.BILL in topics and not seen[account].access.may(Right.SEE_MONEY) for account, topics in single):
        raise Forbidden("see money")
    wanted = {(topic, None) for topic in everywhere} | {(topic, account) for account, topics in single for topic in topics}
    async with transaction():
        await User.select_for_update().get(id=viewer.user_id)
        known = await Subscription.filter(user_id=viewer.user_id)
        concerned = [one for one in known if one.account_id is None or one.account_id in named]
        stale = [one.id for one in concerned if (one.topic, one.account_id) not in wanted]
        fresh = wanted - {(one.topic, one.account_id) for one in concerned}
        await Subscription.filter(id__in=stale).delete()
        for topic, account in sorted(fresh, key=str):
            await Subscription.create(user_id=viewer.user_id, topic=topic, account_id=account, created_at=now)
        if stale or fresh:
            await audit.record(viewer.actor, "subscriptions.set", f"user:{viewer.user_id}", added=len(fresh), ended=len(stale))


async def end_links(user_id: int | None) -> None:
    """In the caller's transaction: what was subscribed to stays, and the links in letters that came by it open nothing any more."""
    kept = await Subscription.filter(user_id=user_id, topic=Topic.READINGS)
    await Subscription.filter(id__in=[one.id for one in kept]).delete()
    for one in kept:
        await Subscription.create(user_id=user_id, topic=one.topic, account_id=one.account_id, created_at=one.created_at)


async def withdraw_consent(viewer: Viewer, pk: int, now: dt.datetime) -> None:
    """Nothing is mailed any more but what concerns the safety of the cabinet; the record stays and says when. Raises NotFound."""
    async with transaction():
        if not await Consent.filter(id=pk, user_id=viewer.user_id, withdrawn_at=None).update(withdrawn_at=now):
            raise NotFound("consent")
        await Subscription.filter(user_id=viewer.user_id).delete()
        await audit.record(viewer.actor, "consent.withdraw", f"user:{viewer.user_id}", consent=pk)
