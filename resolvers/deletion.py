"""Deleting a user: the person goes, the ledger and what was sent stay.

With the row go sessions, logins, memberships, tokens, consents, subscriptions, secrets and the staff's roles; readings stay without their
sender, and the audit says "user:12" of somebody whom nothing names any more. The holder's data are the supplier's register's, and stay.
What is somebody else's stays too, though it holds the address for days: the letter by which another user can take back a change of e-mail
away from this very address, as far as he had it before. What is forgotten is found by ids and exact addresses, never by words alike.
"""

from __future__ import annotations

import datetime as dt
import json

from models import ApiToken, DataReport, IdempotencyKey, Letter, MailedSecret, Membership, Registration, User
from models.database import transaction
from models.enums import LetterState, Proof, Purpose, ReportState
from resolvers import audit, letters, membership_ends
from resolvers.account_locks import lock_accounts_of_sender
from resolvers.gate import HumanAnswer
from resolvers.profile import present_password
from resolvers.senders import sent_by
from resolvers.sql import escaped, fetch
from resolvers.users import key
from resolvers.viewer import Viewer

WAITING = (LetterState.QUEUED, LetterState.DEFERRED)
LAST_LETTER = "user_deleted"


async def delete_user(
    viewer: Viewer, password: str, source: str | None, now: dt.datetime, *, slug: str | None, language: str, human: HumanAnswer | None = None
) -> None:
    """One last letter tells the address. Raises Refused with WRONG_PASSWORD at ``password``, and what the gate raises."""
    user = await present_password(viewer, password, "password", source, now, human)
    sender = await sent_by(slug)
    async with transaction():
        await lock_accounts_of_sender(user.id)  # their readings forget who sent them
        await User.select_for_update().get(id=user.id)
        former = await _former_addresses(user, now)
        while one := await Membership.filter(user_id=user.id, proof=Proof.INVITATION).first():
            await membership_ends.leave(viewer, one, now, language)
        await _forget_letters(user)
        await Registration.filter(email_key=user.email_key).delete()
        await DataReport.filter(user_id=user.id, state=ReportState.OPEN).delete()
        await DataReport.filter(user_id=user.id).update(user_id=None, message="", answer="")
        tokens = await ApiToken.filter(user_id=user.id).values_list("id", flat=True)
        await IdempotencyKey.filter(viewer__in=[f"user:{user.id}", *(f"token:{token}" for token in tokens)]).delete()
        await User.filter(id=user.id).delete()
        for address in (user.email, *former):
            await letters.queue(LAST_LETTER, address, user.language or language, now, path="/", former=address in former, **sender)
        await audit.record(viewer.actor, "user.delete", f"user:{user.id}")


async def forget_deleted(_: dt.datetime) -> dict[str, int]:
    """Where the last letter went, once it is gone."""
    over = [LetterState.SENT, LetterState.FAILED, LetterState.UNCERTAIN]
    gone = Letter.filter(template=LAST_LETTER, state__in=over).exclude(recipient="")
    return {"recipients": await gone.update(recipient="", context={})}


async def _former_addresses(user: User, now: dt.datetime) -> list[str]:
    """Those that could still have taken the user back: a stranger may have moved it away from them, and delete it now."""
    links = await MailedSecret.filter(user_id=user.id, purpose=Purpose.CANCEL_EMAIL, spent_at=None, expires_at__gt=now).order_by("id")
    found = {key(link.data["email"]): str(link.data["email"]) for link in links}
    return [address for name, address in found.items() if name != user.email_key]


async def _forget_letters(user: User) -> None:
    """Letters to the person that wait go, those that went forget where; invitations of exactly this address, and changes to it, go.

    Letters to others hold no name of the person: they look it up when they are written.
    """
    to_the_address = [one for one in await Letter.filter(recipient__iexact=user.email) if key(one.recipient) == user.email_key]
    for one in await Letter.filter(user_id=user.id) + to_the_address:
        if one.state in WAITING:
            await Letter.filter(id=one.id).delete()
        else:
            await Letter.filter(id=one.id).update(recipient="", context={}, user_id=None)
    naming = MailedSecret.filter(id__in=await _naming(user.email), purpose__in=[Purpose.INVITATION, Purpose.CONFIRM_EMAIL])
    await MailedSecret.filter(id__in=[one.id for one in await naming if key(one.data.get("email", "")) == user.email_key]).delete()


async def _naming(address: str) -> list[int]:
    """Secrets whose data may name the address, however it is written there: candidates, to be compared exactly."""
    found: set[int] = set()
    for way in {json.dumps(address)[1:-1], json.dumps(address, ensure_ascii=False)[1:-1]}:
        pattern = "%" + escaped(way) + "%"
        rows = await fetch("SELECT s.id FROM mailed_secret s WHERE LOWER(CAST(s.data AS TEXT)) LIKE LOWER($1) ESCAPE '!'", pattern)
        found |= {row["id"] for row in rows}
    return sorted(found)
