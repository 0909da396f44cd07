"""Letters about linking: to the one who linked, to those who have the account already, to the address in the register; and the step-up's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from models import MailedSecret, Organization, User
from models.database import transaction
from models.email import checked_email
from models.enums import Door, Purpose
from models.errors import Refused
from resolvers import audit, mailed_secrets, step_ups
from resolvers.letters import queue
from resolvers.proof_budget import Try
from resolvers.proof_targets import Target
from resolvers.users import key

_NOBODY = "nobody@invalid.invalid"


def masked(number: str) -> str:
    """`02015213` -> `••5213`."""
    return f"••{number[-4:]}" if len(number) > 4 else "••"


async def tell(organization: Organization, target: Target, user: User, others: Sequence[User], login: str | None, now: dt.datetime) -> None:
    """In the transaction of the link. Nobody is told who linked: only that somebody did, and what to do."""
    base, what = f"/o/{organization.slug}", {"contract": target.contract_id is not None}
    about: dict[str, Any] = {"base": base, "organization_id": organization.id, **what}
    await queue("linked", user.email, spoken(user, organization), now, path="/", user_id=user.id, number=target.number, login=login, **about)
    for other in others:
        await queue(
            "linked_other",
            other.email,
            spoken(other, organization),
            now,
            path="/profile/accounts",
            user_id=other.id,
            number=masked(target.number),
            member=True,
            **about,
        )
    address = address_of(target)
    if address is not None and key(address) not in {key(one.email) for one in (user, *others)}:
        await queue("linked_other", address, default_language(organization), now, path="/link", number=masked(target.number), member=False, **about)


async def send_step_up(organization: Organization, target: Target, asked: str, day: dt.date, now: dt.datetime, actor: str) -> None:
    """A letter to the address that the register holds, if it holds one, three a day; all of it is done for a target that is none, and undone."""
    counted = await Try(organization.id, Door.STEP_UP, asked, day).count(step_ups.LETTERS_A_DAY)
    address = address_of(target) if counted else None
    try:
        async with transaction():
            owner = {"account_id": target.account_id, "contract_id": target.contract_id} if target.is_known else {}
            secret = await mailed_secrets.make(Purpose.STEP_UP, now, step_ups.LIFETIME, with_code=True, organization_id=organization.id, **owner)
            await _queue_step_up(organization, target, secret, address or _NOBODY, now)
            if address is None:
                raise _Undone
    except _Undone:
        pass
    await audit.record(actor, "step_up.ask", f"organization:{organization.id}", organization_id=organization.id)


async def _queue_step_up(organization: Organization, target: Target, secret: MailedSecret, address: str, now: dt.datetime) -> None:
    about: dict[str, Any] = {
        "number": masked(target.number),
        "contract": target.contract_id is not None,
        "hours": int(step_ups.LIFETIME.total_seconds() // 3600),
    }
    language = default_language(organization)
    await queue(
        "step_up", address, language, now, base=f"/o/{organization.slug}", path="/link", secret=secret, organization_id=organization.id, **about
    )  # fmt: skip


def address_of(target: Target) -> str | None:
    """What a register holds may be no address, or several: such ones get no letter."""
    try:
        return checked_email(target.email) if target.email else None
    except Refused:
        return None


def spoken(user: User, organization: Organization) -> str:
    return user.language or default_language(organization)


def default_language(organization: Organization) -> str:
    return organization.languages.partition(",")[0].strip() or "ru"


class _Undone(Exception):
    """Rolls back what was done for nobody."""
