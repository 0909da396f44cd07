"""What of one's own access somebody else may be given: no right, no day of the past and no day to come beyond it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from models.enums import Right
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.contracts import ContractRow, contracts_by_ids
from resolvers.proof_targets import account_by_id
from resolvers.viewer import Viewer

Day = dt.date | None  # of a first or a last one: None is none


@dataclass(frozen=True, slots=True)
class Lent:
    """The most that may be given; `from_on` and `until_on` as memberships have them."""

    rights: Right
    from_on: Day
    until_on: Day


async def lent(viewer: Viewer, owner: dict[str, Any], wanted: Right) -> Lent | None:
    """The same for a row's ids: None for whoever does not decide on its members today."""
    pk = owner.get("account_id")
    account = (await accounts_by_ids(viewer, [pk])).get(pk) if pk is not None else None
    contract = (await contracts_by_ids(viewer, [owner["contract_id"]])).get(owner["contract_id"]) if pk is None else None
    of = account or contract
    return await lent_of(viewer, of, wanted) if of is not None else None


async def lent_of(viewer: Viewer, of: AccountRow | ContractRow, wanted: Right) -> Lent | None:
    """Each right for the days in which the viewer's present memberships have it: all of them together for the days that are in every one."""
    if not of.access.may(Right.MANAGE_MEMBERS):
        return None
    rights = wanted & of.access.rights
    spans = [span for span in of.access.spans if span.covers(viewer.today, viewer.today)]
    firsts, lasts = [], []
    for right in [right for right in Right if right in rights | Right.MANAGE_MEMBERS]:
        having = [span for span in spans if right in span.rights]
        if not having:
            return None
        firsts.append(_open_or(min, (span.from_on for span in having)))
        lasts.append(_open_or(max, (span.until_on for span in having)))
    if of.organization.pk in viewer.organization_ids and isinstance(of, AccountRow):  # staff see everybody's past, and lend nobody's
        firsts.append((await account_by_id(of.organization.pk, of.pk, viewer.today)).since)
    return Lent(rights, max((day for day in firsts if day is not None), default=None), earliest(*lasts))


def is_later(one: Day, other: Day) -> bool:
    """Whether the last day `one` comes after the last day `other`."""
    return other is not None and (one is None or one > other)


def earliest(*days: Day) -> Day:
    return min((day for day in days if day is not None), default=None)


def _open_or(choose: Callable[[Iterable[dt.date]], dt.date], days: Iterable[Day]) -> Day:
    known = list(days)
    return None if None in known else choose([day for day in known if day is not None])
