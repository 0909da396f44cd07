"""Changing the e-mail: the new address confirms by letter, the old one is told and can take it back.

The link at the old address works until the new one is confirmed and for a week afterwards, because a change is how a stolen password
becomes a stolen cabinet, and its owner may read letters on Sundays only. Whoever asked for the change knew the password: so taking it
back also makes that password worthless, ends all sessions and revokes the tokens made since; the owner chooses a new one by letter.
A link undoes its own change and all later ones, and nothing that happens at a newer address takes it away from an older one; only a user
who is deleted meanwhile cannot be brought back, and all these addresses are told of that.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from tortoise.exceptions import IntegrityError

from adapters import passwords
from models import ApiToken, MailedSecret, Session, User
from models.database import transaction
from models.email import checked_email
from models.enums import Purpose
from models.errors import ProblemCode, Refused, Throttled
from resolvers import audit, gate, letters, mailed_secrets, sparing
from resolvers.gate import HumanAnswer
from resolvers.profile import own_user, present_password
from resolvers.senders import masked, sent_by
from resolvers.users import key
from resolvers.viewer import Viewer

TO_CONFIRM, TO_TAKE_BACK = dt.timedelta(days=1), dt.timedelta(days=7)
A_DAY = 5  # changes that one user may ask for; each withdraws the one that waits
LETTERS = "email"  # the kind of letters to one address that are counted together


@dataclass(frozen=True, slots=True)
class MailedChange:
    """What a letter's link is about: the address that it would make the user's own."""

    email: str
    is_confirmation: bool


async def change_email(
    viewer: Viewer, email: str, password: str, source: str | None, now: dt.datetime, *, slug: str | None, language: str, human: HumanAnswer | None = None
) -> None:
    """Two letters: to the new address, and to the old. Raises Refused with INVALID_EMAIL or TAKEN (one's own) at ``email``, WRONG_PASSWORD,
    and Throttled, also for more than a few changes a day, or letters to an address that had its share.

    Where the new address is another user's the answer and the work are the same, only that its owner gets a letter that says so.
    """
    try:
        address = checked_email(email.strip())
    except Refused:
        raise Refused(ProblemCode.INVALID_EMAIL, ("email",)) from None
    if key(address) == (await own_user(viewer)).email_key:
        raise Refused(ProblemCode.TAKEN, ("email",))
    await _check_share(viewer, now)  # before the password, which takes long to compare
    user = await present_password(viewer, password, "password", source, now, human)
    await gate.knock("profile", source, now, target=f"email {key(address)}", human=human)  # by whomever it is asked for
    if not (await sparing.may(LETTERS, address, source) and await sparing.has_room(LETTERS, address, now)):
        raise Throttled(gate.HOUR)
    sender = await sent_by(slug)
    async with transaction():
        owner = await User.get_or_none(email_key=key(address))
        await mailed_secrets.withdraw(Purpose.CONFIRM_EMAIL, now, user_id=user.id)
        back = await mailed_secrets.make(Purpose.CANCEL_EMAIL, now, TO_CONFIRM + TO_TAKE_BACK, user_id=user.id, data={"email": user.email})
        data = {"email": address, "back": back.id, "session": viewer.session_id}
        link = await mailed_secrets.make(Purpose.CONFIRM_EMAIL, now, TO_CONFIRM, with_code=True, user_id=user.id, data=data)
        spoken = user.language or language
        if owner is None:
            await sparing.queue(LETTERS, address, "email_confirm", spoken, now, path="/profile/email/confirm", secret=link, user_id=user.id, **sender)
        else:
            await sparing.queue(LETTERS, owner.email, "email_taken", owner.language or language, now, path="/recover", user_id=owner.id, **sender)
        told: dict[str, Any] = {"email": masked(address), "days": TO_TAKE_BACK.days}
        await letters.queue("email_asked", user.email, spoken, now, path="/profile/email/cancel", secret=back, user_id=user.id, **sender, **told)
        await audit.record(viewer.actor, "email.ask", f"user:{user.id}")


async def mailed_change(token: str, now: dt.datetime) -> MailedChange | None:
    """What a link is about, None where it is worth nothing. Looking spends nothing."""
    for purpose in (Purpose.CONFIRM_EMAIL, Purpose.CANCEL_EMAIL):
        found = await mailed_secrets.by_token(purpose, token, now)
        if found is not None:
            return MailedChange(found.data["email"], purpose is Purpose.CONFIRM_EMAIL)
    return None


async def confirm_email(viewer: Viewer | None, token: str | None, code: str | None, now: dt.datetime, *, slug: str | None, language: str) -> str:
    """The new address is the user's from now on; what it is. By the link whoever holds it, by the code the signed-in user alone.

    Sessions end but the one that asked and the one that confirms. Raises Refused with LINK_OVER or TAKEN at ``token``, WRONG_CODE at ``code``.
    """
    secret = await _confirmation(viewer, token, code, now)
    if secret is None:
        raise Refused(ProblemCode.LINK_OVER, ("token",)) if token else Refused(ProblemCode.WRONG_CODE, ("code",))
    sender, address = await sent_by(slug), secret.data["email"]
    try:
        async with transaction():
            user = await User.select_for_update().get(id=secret.user_id)
            if not await mailed_secrets.spend(secret, now):
                raise Refused(ProblemCode.LINK_OVER, ("token",) if token else ("code",))
            await User.filter(id=user.id).update(email=address, email_key=key(address))
            kept = [secret.data.get("session") or 0, viewer.session_id or 0 if viewer is not None and viewer.user_id == user.id else 0]
            await Session.filter(user_id=user.id).exclude(id__in=kept).delete()
            await mailed_secrets.withdraw(Purpose.RECOVER, now, user_id=user.id)
            data = {"email": user.email, "done": True}
            await MailedSecret.filter(id=secret.data["back"]).update(data=data, expires_at=now + TO_TAKE_BACK)
            back = await MailedSecret.get(id=secret.data["back"])
            told: dict[str, Any] = {"email": masked(address), "days": TO_TAKE_BACK.days}
            path = "/profile/email/cancel"
            await letters.queue("email_changed", user.email, user.language or language, now, path=path, secret=back, user_id=user.id, **sender, **told)
            await audit.record(f"user:{user.id}", "email.change", f"user:{user.id}")
    except IntegrityError:
        raise Refused(ProblemCode.TAKEN, ("token",) if token else ("code",)) from None
    return str(address)


async def cancel_email_change(token: str, now: dt.datetime, *, slug: str | None, language: str) -> None:
    """Put the old address back, whatever came after it: later changes are undone with this one, links of earlier ones stay good.

    Raises Refused with LINK_OVER at ``token``, and TAKEN where somebody has registered with it meanwhile.
    """
    known = await mailed_secrets.by_token(Purpose.CANCEL_EMAIL, token, now)
    if known is None:
        raise Refused(ProblemCode.LINK_OVER, ("token",))
    worthless, sender = await passwords.hashed(secrets.token_urlsafe(32)), await sent_by(slug)
    try:
        async with transaction():
            user = await User.select_for_update().get(id=known.user_id)
            secret = await MailedSecret.get(id=known.id)
            if not await mailed_secrets.spend(secret, now):
                raise Refused(ProblemCode.LINK_OVER, ("token",))
            address = secret.data["email"]
            await User.filter(id=user.id).update(email=address, email_key=key(address), password_hash=worthless)
            await Session.filter(user_id=user.id).delete()
            await ApiToken.filter(user_id=user.id, revoked_at=None, created_at__gte=secret.created_at).update(revoked_at=now)
            await mailed_secrets.withdraw(Purpose.CANCEL_EMAIL, now, user_id=user.id, id__gt=secret.id)
            for purpose in (Purpose.CONFIRM_EMAIL, Purpose.RECOVER):
                await mailed_secrets.withdraw(purpose, now, user_id=user.id)
            await letters.queue("email_kept", address, user.language or language, now, path="/recover", user_id=user.id, **sender)
            await audit.record(f"user:{user.id}", "email.take_back", f"user:{user.id}")
    except IntegrityError:
        raise Refused(ProblemCode.TAKEN, ("token",)) from None


async def withdraw_email_change(viewer: Viewer, now: dt.datetime) -> None:
    """The signed-in user thinks better of it: the letter at the new address is worth nothing. The old address keeps its link."""
    async with transaction():
        await mailed_secrets.withdraw(Purpose.CONFIRM_EMAIL, now, user_id=viewer.user_id)
        await audit.record(viewer.actor, "email.withdraw", f"user:{viewer.user_id}")


async def _check_share(viewer: Viewer, now: dt.datetime) -> None:
    day = dt.timedelta(days=1)
    asked = MailedSecret.filter(user_id=viewer.user_id or 0, purpose=Purpose.CANCEL_EMAIL, created_at__gt=now - day)
    made = [secret.created_at for secret in await asked.order_by("-created_at").limit(A_DAY).only("id", "created_at")]
    if len(made) == A_DAY:
        raise Throttled(max(1, round((made[-1] + day - now).total_seconds())))


async def _confirmation(viewer: Viewer | None, token: str | None, code: str | None, now: dt.datetime) -> MailedSecret | None:
    if token:
        return await mailed_secrets.by_token(Purpose.CONFIRM_EMAIL, token, now)
    if viewer is None or viewer.user_id is None or not viewer.is_person or not code:
        return None
    candidates = await MailedSecret.filter(user_id=viewer.user_id, purpose=Purpose.CONFIRM_EMAIL, spent_at=None, expires_at__gt=now)
    return await mailed_secrets.by_code(candidates, code, now)
