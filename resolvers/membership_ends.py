"""What the end of a membership brings along: logins, letters and invitations by this person, and who has access by this person's word alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tortoise.expressions import Q

from models import Contract, LoginAlias, MailedSecret, Membership, Organization, PersonalAccount, Subscription, User
from models.enums import Proof, Purpose, Right
from resolvers import audit, letters
from resolvers.inviters import hanging
from resolvers.lending import Day, earliest, is_later
from resolvers.senders import sent_by
from resolvers.users import key
from resolvers.viewer import Viewer


async def leave(viewer: Viewer, one: Membership, now: dt.datetime, language: str) -> None:
    """In a transaction: the person goes of himself, and so do those who were there by his word alone."""
    await one.delete()
    await _forget(one, now)
    await audit.record(viewer.actor, "membership.leave", f"user:{one.user_id}", organization_id=one.organization_id, **told(one))
    await _show_out_after(viewer, one, now, language)


async def show_out(viewer: Viewer, one: Membership, now: dt.datetime, language: str) -> None:
    """In a transaction: the person, who is told, and those who were there by his word alone, who are told too. Who proved it keeps the past."""
    await _show_out(viewer, one, now, language)
    await _show_out_after(viewer, one, now, language)


async def shorten_after(one: Membership, until_on: Day, today: dt.date) -> None:
    """In a transaction: who is there by this person's word alone has it no longer than the person."""
    users, seen = {one.user_id}, {one.id}
    while one.proof is Proof.INVITATION and (others := await hanging(users, _owner(one), today, seen)):
        later = [other.id for other in others if is_later(other.until_on, until_on)]
        await Membership.filter(id__in=later).update(until_on=until_on)
        seen |= {other.id for other in others}
        users |= {other.user_id for other in others}


def told(one: Membership) -> dict[str, Any]:
    """What the audit says of it."""
    return {"membership": one.id, **_owner(one), "rights": int(one.rights), "proof": one.proof.value}


async def _show_out_after(viewer: Viewer, one: Membership, now: dt.datetime, language: str) -> None:
    """Their invitations are void by now, so that nobody can join while they go: one round after the other, until nobody is left."""
    users = {one.user_id}
    while one.proof is Proof.INVITATION and (others := await hanging(users, _owner(one), viewer.today, {one.id})):
        for other in others:
            await _show_out(viewer, other, now, language)
        users |= {other.user_id for other in others}


async def _show_out(viewer: Viewer, one: Membership, now: dt.datetime, language: str) -> None:
    if one.proof is Proof.INVITATION:
        await one.delete()
    else:
        rights = Right(one.rights) & ~Right.MANAGE_MEMBERS
        await Membership.filter(id=one.id).update(until_on=earliest(one.until_on, viewer.today - dt.timedelta(days=1)), rights=rights)
    await _forget(one, now)
    user, of = await User.get(id=one.user_id), await Organization.get(id=one.organization_id)
    spoken = user.language or language
    await letters.queue("member_revoked", user.email, spoken, now, user_id=user.id, path="/", number=await _number(one), **await sent_by(of.slug))
    await audit.record(viewer.actor, "membership.revoke", f"user:{one.user_id}", organization_id=one.organization_id, **told(one))


async def _forget(one: Membership, now: dt.datetime) -> None:
    """What hung on the link: login, letters of that account alone, invitations by this person."""
    organization, number = await Organization.get(id=one.organization_id), await _number(one)
    alias = key(number if one.account_id is not None else organization.contract_login_prefix + number)
    await LoginAlias.filter(organization_id=one.organization_id, user_id=one.user_id, alias=alias).delete()
    accounts = [one.account_id] if one.account_id is not None else await PersonalAccount.filter(contract_id=one.contract_id).values_list("id", flat=True)
    await Subscription.filter(user_id=one.user_id, account_id__in=[pk for pk in list(accounts)[:1000] if isinstance(pk, int)]).delete()
    which = Q(**_owner(one)) if one.account_id is not None else Q(contract_id=one.contract_id) | Q(account__contract_id=one.contract_id)
    theirs = await MailedSecret.filter(which, purpose=Purpose.INVITATION, user_id=one.user_id, spent_at=None).values_list("id", flat=True)
    await MailedSecret.filter(id__in=list(theirs)).update(spent_at=now)


async def _number(one: Membership) -> str:
    if one.account_id is not None:
        return (await PersonalAccount.get(id=one.account_id)).number
    return (await Contract.get(id=one.contract_id)).number


def _owner(one: Membership) -> dict[str, Any]:
    return {"account_id": one.account_id} if one.account_id is not None else {"contract_id": one.contract_id}
