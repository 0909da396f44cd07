"""Whose access hangs on whose: who was invited has it by somebody's word, that one perhaps by another's, up to one who proved it himself."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tortoise.expressions import Q

from models import Membership, PersonalAccount, StaffRole
from models.enums import Proof, Right


async def inviters_of(user_id: int, owner: dict[str, Any], today: dt.date) -> set[int]:
    """The users by whose word, one through the other, somebody has his access."""
    invited = [one for one in await _around(owner, today) if one.proof is Proof.INVITATION and one.invited_by_id is not None]
    found: set[int] = set()
    asked = {user_id}
    while asked:
        asked = {one.invited_by_id for one in invited if one.user_id in asked and one.invited_by_id is not None} - found
        found |= asked
    return found


async def hanging(users: set[int], owner: dict[str, Any], today: dt.date, without: set[int]) -> list[Membership]:
    """Who was invited there by these users, and would have it by nobody's word any more without the memberships `without`.

    Of a contract its accounts too. Somebody who proved it, who works for the organization, or whom one of those lets decide, still gives his word.
    """
    known = [one for one in await _around(owner, today) if one.id not in without]
    by_them = [one for one in known if one.proof is Proof.INVITATION and one.invited_by_id in users and _is_within(one, owner)]
    if not by_them:
        return []
    staff = {role.user_id for role in await StaffRole.filter(organization_id=by_them[0].organization_id)}
    standing = {one.id for one in known if one.proof is not Proof.INVITATION or one.invited_by_id is None or one.invited_by_id in staff}
    while more := {one.id for one in known if one.id not in standing and any(_lets(other, one) for other in known if other.id in standing)}:
        standing |= more
    return [one for one in by_them if one.id not in standing]


async def _around(owner: dict[str, Any], today: dt.date) -> list[Membership]:
    """All that are in force of the account and of its contract, or of the contract and of its accounts."""
    if owner.get("account_id") is not None:
        account = await PersonalAccount.get(id=owner["account_id"])
        which = Q(account_id=account.id)
        if account.contract_id is not None:
            which |= Q(contract_id=account.contract_id)
    else:
        which = Q(contract_id=owner["contract_id"]) | Q(account__contract_id=owner["contract_id"])
    return await Membership.filter(which, Q(until_on=None) | Q(until_on__gte=today)).select_related("account").order_by("id")


def _is_within(one: Membership, owner: dict[str, Any]) -> bool:
    return owner.get("account_id") is None or one.account_id == owner["account_id"]


def _lets(inviter: Membership, one: Membership) -> bool:
    """Whether this membership is enough to have invited the other."""
    if inviter.user_id != one.invited_by_id or not Right(inviter.rights) & Right.MANAGE_MEMBERS:
        return False
    contract = one.contract_id if one.account is None else one.account.contract_id
    return inviter.account_id == one.account_id if inviter.contract_id is None else inviter.contract_id == contract
