"""Letting somebody else see an account: by a letter to any address, with chosen rights, until a day if wished.

Whoever has the letter accepts it, signed in as whoever he is. What is given is never more than the inviter has, nor for longer, nor of a past
that the inviter does not see; and worth nothing once the inviter himself may no longer decide.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tortoise.exceptions import IntegrityError

from models import Contract, MailedSecret, Membership, PersonalAccount, User
from models.database import transaction
from models.email import checked_email
from models.enums import Proof, Purpose, Right
from models.errors import NotFound, ProblemCode, Refused
from models.person_names import told_name
from resolvers import audit, gate, idempotency, letters, mailed_secrets
from resolvers.accounts import AccountRow
from resolvers.contracts import ContractRow
from resolvers.lending import Lent, earliest, is_later, lent, lent_of
from resolvers.memberships import manages
from resolvers.senders import sent_by
from resolvers.users import key
from resolvers.viewer import Viewer, viewer_of_user

KEPT = dt.timedelta(days=7)
MOST = 20  # that wait, of one account or contract


@dataclass(frozen=True, slots=True)
class InvitationRow:
    pk: int
    email: str
    rights: Right
    until_on: dt.date | None
    created_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """What a letter's link offers, to whoever holds it."""

    organization_pk: int
    number: str
    is_contract: bool
    inviter: str | None
    rights: Right
    until_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Invited:
    email: str
    rights: Right
    until_on: dt.date | None
    key: str


async def invite(
    viewer: Viewer, of: AccountRow | ContractRow, who: Invited, source: str | None, now: dt.datetime, *, language: str,
    human: gate.HumanAnswer | None = None,
) -> None:  # fmt: skip
    """One letter, the same whether its address is a user's or not; a newer invitation of the same address replaces the older.

    Raises NotFound for who may not, what the gate raises, and Refused with INVALID_EMAIL, MORE_THAN_YOURS, INVALID, LONGER_THAN_YOURS,
    TOO_MANY_ROWS and KEY_REUSED.
    """
    if not manages(viewer, of.access):
        raise NotFound("account")
    address = await _checked(viewer, of, who)
    owner: dict[str, Any] = {"contract_id": of.pk} if isinstance(of, ContractRow) else {"account_id": of.pk}
    wanted = idempotency.fingerprint(address, int(who.rights), str(who.until_on), owner)
    if await idempotency.first_answer(viewer.actor, "inviteMember", who.key, wanted) is not None:
        return
    await gate.knock("profile", source, now, target=f"invite:{viewer.user_id}", human=human)
    sender = await sent_by(of.organization.slug)
    data = {"email": address, "rights": int(who.rights), "until": who.until_on.isoformat() if who.until_on else None}
    async with transaction():
        waiting = await MailedSecret.filter(purpose=Purpose.INVITATION, spent_at=None, expires_at__gt=now, **owner)
        same = [one.id for one in waiting if key(one.data.get("email", "")) == key(address)]
        if len(waiting) - len(same) >= MOST:
            raise Refused(ProblemCode.TOO_MANY_ROWS, (), limit=MOST)
        await MailedSecret.filter(id__in=same).update(spent_at=now)
        made = await mailed_secrets.make(Purpose.INVITATION, now, KEPT, user_id=viewer.user_id, organization_id=of.organization.pk, data=data, **owner)
        told: dict[str, Any] = {"person": viewer.user_id, "number": of.number, "contract": isinstance(of, ContractRow), "days": KEPT.days}
        await letters.queue("invitation", address, language, now, path="/invitation", secret=made, **sender, **told)
        await idempotency.bind(viewer.actor, "inviteMember", who.key, wanted, {"invitation": made.id}, now)
        details = {**owner, "invitation": made.id, "rights": int(who.rights)}
        await audit.record(viewer.actor, "invitation.send", f"invitation:{made.id}", organization_id=of.organization.pk, **details)


async def account_invitations(viewer: Viewer, rows: Sequence[AccountRow], now: dt.datetime) -> dict[int, list[InvitationRow]]:
    """Those that wait, for whoever manages the members in person. One statement."""
    return await _waiting(viewer, rows, "account_id", now)


async def contract_invitations(viewer: Viewer, rows: Sequence[ContractRow], now: dt.datetime) -> dict[int, list[InvitationRow]]:
    return await _waiting(viewer, rows, "contract_id", now)


async def revoke_invitation(viewer: Viewer, pk: int, now: dt.datetime) -> None:
    """Raises NotFound for one of an account whose members the viewer does not manage, as for none."""
    secret = await MailedSecret.get_or_none(id=pk, purpose=Purpose.INVITATION, spent_at=None)
    if secret is None or not await _may(viewer, secret):
        raise NotFound("invitation")
    async with transaction():
        await mailed_secrets.spend(secret, now)
        await audit.record(viewer.actor, "invitation.revoke", f"invitation:{pk}", organization_id=secret.organization_id)


async def offer(token: str, now: dt.datetime) -> Offer | None:
    """What the link offers; None where it is unknown, used, too old, or the inviter may no longer decide. Looking spends nothing."""
    secret = await mailed_secrets.by_token(Purpose.INVITATION, token, now)
    given = await _standing(secret, now) if secret is not None else None
    if secret is None or given is None or secret.organization_id is None:
        return None
    target = await _target(secret)
    inviter = await User.get(id=secret.user_id)
    return Offer(secret.organization_id, target.number, isinstance(target, Contract), told_name(inviter.name) or None, given.rights, given.until_on)


async def accept(viewer: Viewer, token: str, now: dt.datetime) -> int:
    """The membership's key. Raises Refused with LINK_OVER or ALREADY_LINKED at ``token``; the latter spends nothing."""
    secret = await mailed_secrets.by_token(Purpose.INVITATION, token, now)
    given = await _standing(secret, now) if secret is not None else None
    if secret is None or given is None or secret.organization_id is None:
        raise Refused(ProblemCode.LINK_OVER, ("token",))
    owner = _owner(secret)
    if any(one.until_on is None or one.until_on >= viewer.today for one in await Membership.filter(user_id=viewer.user_id, **owner)):
        raise Refused(ProblemCode.ALREADY_LINKED, ("token",))
    try:
        async with transaction():
            if not await mailed_secrets.spend(secret, now):
                raise Refused(ProblemCode.LINK_OVER, ("token",))
            made = await Membership.create(
                organization_id=secret.organization_id, user_id=viewer.user_id, rights=given.rights, from_on=given.from_on, until_on=given.until_on,
                proof=Proof.INVITATION, invited_by_id=secret.user_id, **owner,
            )  # fmt: skip
            await MailedSecret.filter(id=secret.id).update(data={})  # the address was for the letter alone
            await _tell_the_inviter(viewer, secret, now)
            details = {**owner, "membership": made.id, "rights": int(given.rights)}
            await audit.record(viewer.actor, "invitation.accept", f"user:{viewer.user_id}", organization_id=secret.organization_id, **details)
            return made.id
    except IntegrityError:
        raise Refused(ProblemCode.ALREADY_LINKED, ("token",)) from None


async def _checked(viewer: Viewer, of: AccountRow | ContractRow, who: Invited) -> str:
    try:
        address = checked_email(who.email.strip())
    except Refused:
        raise Refused(ProblemCode.INVALID_EMAIL, ("email",)) from None
    if who.rights & ~of.access.rights:
        raise Refused(ProblemCode.MORE_THAN_YOURS, ("rights",))
    if who.until_on is not None and who.until_on < viewer.today:
        raise Refused(ProblemCode.INVALID, ("untilOn",))
    most = await lent_of(viewer, of, who.rights)
    if most is None:
        raise Refused(ProblemCode.MORE_THAN_YOURS, ("rights",))
    if is_later(who.until_on, most.until_on):
        raise Refused(ProblemCode.LONGER_THAN_YOURS, ("untilOn",))
    return address


async def _tell_the_inviter(viewer: Viewer, secret: MailedSecret, now: dt.datetime) -> None:
    inviter, target = await User.get(id=secret.user_id), await _target(secret)
    of = await target.organization
    told: dict[str, Any] = {"person": viewer.user_id, "number": target.number, "contract": isinstance(target, Contract)}
    sender = await sent_by(of.slug)
    await letters.queue("member_joined", inviter.email, inviter.language or "ru", now, path="/profile/accounts", user_id=inviter.id, **sender, **told)


async def _waiting(viewer: Viewer, rows: Sequence[Any], column: str, now: dt.datetime) -> dict[int, list[InvitationRow]]:
    managed = {row.pk: row for row in rows if manages(viewer, row.access)}
    found: dict[int, list[InvitationRow]] = {pk: [] for pk in managed}
    wanted: dict[str, Any] = {f"{column}__in": list(managed)}
    for one in await MailedSecret.filter(purpose=Purpose.INVITATION, spent_at=None, expires_at__gt=now, **wanted).order_by("id"):
        row = InvitationRow(one.id, one.data.get("email", ""), Right(one.data["rights"]), _until(one), one.created_at, one.expires_at)
        found[getattr(one, column)].append(row)
    return found


async def _standing(secret: MailedSecret, now: dt.datetime) -> Lent | None:
    """What of the offer the inviter may still give, out of his present access; None where he may give none any more, or the day is over."""
    inviter = await User.get_or_none(id=secret.user_id, is_active=True) if secret.user_id is not None else None
    until = _until(secret)
    if inviter is None or (until is not None and until < now.date()):
        return None
    most = await lent(await viewer_of_user(inviter.id, now.date()), _owner(secret), Right(secret.data["rights"]))
    return replace(most, until_on=earliest(until, most.until_on)) if most is not None else None


async def _may(viewer: Viewer, secret: MailedSecret) -> bool:
    target = await _target(secret)
    contract = target.id if isinstance(target, Contract) else target.contract_id
    return manages(viewer, viewer.access(-1 if isinstance(target, Contract) else target.id, contract, target.organization_id))


async def _target(secret: MailedSecret) -> PersonalAccount | Contract:
    if secret.account_id is not None:
        return await PersonalAccount.get(id=secret.account_id)
    return await Contract.get(id=secret.contract_id)


def _owner(secret: MailedSecret) -> dict[str, Any]:
    return {"account_id": secret.account_id} if secret.account_id is not None else {"contract_id": secret.contract_id}


def _until(secret: MailedSecret) -> dt.date | None:
    text = secret.data.get("until")
    return dt.date.fromisoformat(text) if text else None
