"""Documents that letters take along, made when the letter is sent: as its recipient may see them then, by the pages' own operation."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from adapters import formats, pdf
from adapters.mail import Paper
from adapters.rendering import render, surrounded
from models import Letter, User
from models.errors import NotFound
from models.money import Money
from resolvers import bill_mail
from resolvers.letters import Made, NotMade, Pointless, Wanted
from resolvers.viewer import Viewer, viewer_of_user

MOST_ROWS = 3_000  # of a breakdown that goes along as PDF
_starting = asyncio.Lock()  # letters come several at once


@dataclass(frozen=True, slots=True)
class Sheet:
    """What ``here`` is in a document that no page asked for."""

    language: str
    title: str
    contacts: str
    timezone: str


async def made(wanted: Wanted, row: Letter, now: dt.datetime) -> Made:
    """The bill, or a contract's breakdown. Raises Pointless where its recipient may not see it or does not want it any more, or there is none,
    and NotMade where it takes too long."""
    if not await bill_mail.is_wanted(row, wanted):
        raise Pointless
    viewer = await _recipient(row, now)
    try:
        return await (_bill if wanted.kind == "account" else _breakdown)(wanted, viewer, row.language, now)
    except pdf.Overloaded:
        raise NotMade from None


async def _bill(wanted: Wanted, viewer: Viewer, language: str, now: dt.datetime) -> Made:
    try:
        [account] = (await _asked("bills/index", viewer, language, now, ids=[await _id("acc", wanted.pk)], period=wanted.period)).accountsByIds
    except NotFound:
        raise Pointless from None
    if account.statement is None:
        raise Pointless
    statement = account.statement
    words = {"sum": statement.closing, "due": statement.dueOn, "standing": _standing(statement.closing)}
    html, words = _printed("pdf/bill.html", account, language, words, accounts=[account], size="a4", redacted=False)
    page = f"/accounts/{account.id}/statement?period={statement.period}"
    return Made((Paper(f"bill-{statement.period}.pdf", await pdf.made(html)),), words, page)


async def _breakdown(wanted: Wanted, viewer: Viewer, language: str, now: dt.datetime) -> Made:
    from schema import breakdowns

    async def ask(variables: dict[str, Any]) -> Any:
        return await _asked(breakdowns.DOCUMENT, viewer, language, now, **variables)

    contract, rows = None, []
    try:
        async for page in breakdowns.pages(ask, await _id("con", wanted.pk), wanted.period):
            contract = contract or page
            rows += page.statement.rows.nodes
            if len(rows) > MOST_ROWS:
                break
    except NotFound:
        raise Pointless from None
    assert contract is not None
    html, words = _printed("pdf/contract.html", contract, language, {"sum": contract.statement.total}, contract=contract, rows=rows[:MOST_ROWS])
    page = f"/contracts/{contract.id}?period={contract.statement.period}"
    if len(rows) > MOST_ROWS:  # the letter leads to the tables
        return Made((), words, page)
    return Made((Paper(f"recipients-{contract.statement.period}.pdf", await pdf.made(html)),), words, page)


async def _asked(document: str, viewer: Viewer, language: str, now: dt.datetime, **variables: Any) -> Any:
    from schema import operations

    return await operations.run(document, viewer, variables, language=language, now=now)


async def _id(prefix: str, pk: int) -> str:
    """Starts the schema where nothing did, before anything is named for it: seconds and megabytes, which a worker without bills need not pay."""
    from schema import ids, operations

    async with _starting:
        if not operations.is_started():
            await operations.start()
    return ids.encode(prefix, pk)


def _printed(template: str, of: Any, language: str, words: dict[str, Any], **context: Any) -> tuple[str, dict[str, Any]]:
    """The document as HTML, and what its letter says."""
    organization = of.organization
    with surrounded(Sheet(language, organization.name, organization.contacts, organization.timezone)):
        told = {"number": of.number, "month": formats.period(of.statement.period), **words, "sum": formats.amount_alone(words["sum"])}
        if "due" in words:
            told["due"] = formats.long_date(words["due"]) if words["due"] is not None else ""
        return render(template, **context), told


async def _recipient(row: Letter, now: dt.datetime) -> Viewer:
    """In a mailing with accounts that are linked to the user: whoever works for a supplier is not sent everybody's bills by that."""
    user = await User.get_or_none(id=row.user_id, is_active=True, email=row.recipient)
    if user is None:
        raise Pointless
    viewer = await viewer_of_user(user.id, now.date())
    return viewer if row.mailing_id is None else replace(viewer, organization_ids=frozenset())


def _standing(closing: Money | None) -> str:
    return "unknown" if closing is None else "owed" if closing.minor > 0 else "overpaid" if closing.minor < 0 else "nothing"
