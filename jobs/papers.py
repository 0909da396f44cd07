"""Documents that letters take along, made when the letter is sent: as its recipient may see them then, by the pages' own operation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from adapters import formats, pdf
from adapters.mail import Paper
from adapters.rendering import render, surrounded
from models import Letter, User
from models.money import Money
from resolvers import bill_mail
from resolvers.letters import Made, NotMade, Pointless, Wanted
from resolvers.viewer import Viewer, viewer_of_user


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What ``here`` is in a document that no page asked for."""

    language: str
    title: str
    contacts: str
    timezone: str


async def made(wanted: Wanted, row: Letter, now: dt.datetime) -> Made:
    """The bill; raises Pointless where its recipient may not see it or does not want it any more, or there is none, and NotMade where it takes too long."""
    if not await bill_mail.is_wanted(row, wanted.account_pk):
        raise Pointless
    account = await _account(wanted, await _recipient(row, now), row.language, now)
    organization, statement = account.organization, account.statement
    with surrounded(_Sheet(row.language, organization.name, organization.contacts, organization.timezone)):
        html = render("pdf/bill.html", accounts=[account], size="a4", redacted=False)
        words = _words(account)
    try:
        data = await pdf.made(html)
    except pdf.Overloaded:
        raise NotMade from None
    return Made((Paper(f"bill-{statement.period}.pdf", data),), words, f"/accounts/{account.id}/statement?period={statement.period}")


async def _recipient(row: Letter, now: dt.datetime) -> Viewer:
    """In a mailing with accounts that are linked to the user: whoever works for a supplier is not sent everybody's bills by that."""
    user = await User.get_or_none(id=row.user_id, is_active=True, email=row.recipient)
    if user is None:
        raise Pointless
    viewer = await viewer_of_user(user.id, now.date())
    return viewer if row.mailing_id is None else replace(viewer, organization_ids=frozenset())


async def _account(wanted: Wanted, viewer: Viewer, language: str, now: dt.datetime) -> Any:
    from schema import ids, operations  # seconds and megabytes, which a worker without bills need not pay

    if not operations.is_started():
        await operations.start()
    variables = {"id": ids.encode("acc", wanted.account_pk), "period": wanted.period}
    account = (await operations.run("bills/index", viewer, variables, language=language, now=now)).account
    if account is None or account.statement is None:
        raise Pointless
    return account


def _words(account: Any) -> dict[str, Any]:
    statement = account.statement
    return {
        "number": account.number,
        "month": formats.period(statement.period),
        "sum": formats.amount_alone(statement.closing),
        "due": formats.long_date(statement.dueOn) if statement.dueOn is not None else "",
        "standing": _standing(statement.closing),
    }


def _standing(closing: Money | None) -> str:
    return "unknown" if closing is None else "owed" if closing.minor > 0 else "overpaid" if closing.minor < 0 else "nothing"
