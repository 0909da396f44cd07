"""Bills by e-mail: of an organization's month to whoever asked for them, once for each user and account. A worker's turn puts a part into the outbox.

A letter names the month and no sum: words and document are made when it is sent, as its recipient may see them then (jobs/papers.py).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from typing import Any

from tortoise.exceptions import IntegrityError

from adapters.logs import log
from adapters.texts import DEFAULT
from models import ImportRun, Letter, Mailing, Organization, PeriodClosing, Subscription
from models.database import transaction
from models.enums import ImportState, LetterState, Right, StatementState, Topic
from models.mail_enums import BillMailing, LetterTrouble, MailingState
from models.period import Period
from models.sql import day
from resolvers import letters
from resolvers.letters import Wanted
from resolvers.sql import Row, among, fetch, instant, known_day

USERS_AT_ONCE = 200  # of one transaction
SECONDS_OF_A_TURN = 40.0  # other work waits meanwhile; the next turn goes on
NEWS_FOR = dt.timedelta(days=10)  # what came or was closed before is no news any more: staff can still start the month's mailing
QUIET_FOR = dt.timedelta(minutes=30)  # after an import: registers of one month often come in several, and nobody gets its bill twice
MOST_MONTHS_AGO = 2  # payments that come do not start the mailing of a month that nobody waits for any more
AT_ONCE = 500  # occasions of one statement
TIMETABLE = "timetable"  # who starts, where nobody does


async def mail_bills(now: dt.datetime) -> dict[str, int]:
    """Begin what is due, and go on with what runs; run again, it queues nothing more."""
    begun, queued, until = await begin_due(now), 0, time.monotonic() + SECONDS_OF_A_TURN
    for mailing in await Mailing.filter(state=MailingState.RUNNING).order_by("started_at", "id"):
        try:
            while time.monotonic() < until and (more := await go_on(mailing.id, now)) is not None:
                queued += more
        except Exception as error:  # noqa: BLE001 - one organization's trouble stops no other's mailing
            log("abonent.jobs").error("mailing.failed", organization_id=mailing.organization_id, exc_info=error)
    return {"begun": begun, "letters": queued}


async def begin_due(now: dt.datetime) -> int:
    """Mailings that nobody has to start: of the last month that came, or that staff closed."""
    count = 0
    for organization in await Organization.exclude(bill_mailing=BillMailing.BY_HAND).only("id", "bill_mailing").order_by("id"):
        news = await (_imported if organization.bill_mailing is BillMailing.WHEN_IMPORTED else _closed)(organization.id, now)
        if news is not None and await _begin_by_itself(organization.id, *news, now):
            count += 1
    return count


async def _imported(organization_id: int, now: dt.datetime) -> tuple[Period, dt.datetime] | None:
    """The last closed month with statements, and when something was imported last, once nothing more seems to come."""
    if await ImportRun.filter(organization_id=organization_id, state__in=(ImportState.WAITING, ImportState.RUNNING)).exists():
        return None
    last = await ImportRun.filter(organization_id=organization_id, state=ImportState.DONE, finished_at__gt=now - NEWS_FOR).order_by("-finished_at").first()
    if last is None or last.finished_at is None or last.finished_at > now - QUIET_FOR:
        return None
    if await Mailing.filter(organization_id=organization_id, started_by=TIMETABLE, started_at__gt=last.finished_at).exists():
        return None  # nothing came since: the month need not be looked for
    text = "SELECT MAX(st.period) AS period FROM statement st WHERE st.organization_id = $1 AND st.is_current AND st.state = $2"
    [row] = await fetch(text, organization_id, StatementState.CLOSED.value)
    found = day(row["period"])
    if found is None or Period.of(found).plus(MOST_MONTHS_AGO) < Period.of(now.date()):
        return None
    return Period.of(found), last.finished_at


async def _closed(organization_id: int, now: dt.datetime) -> tuple[Period, dt.datetime] | None:
    """The month that staff closed last, and when; nothing where it only stayed closed when a later one was opened again (`periods.reopen_period`)."""
    news = await PeriodClosing.filter(organization_id=organization_id, closed_at__gt=now - NEWS_FOR).order_by("-period", "-id")
    closing = next((one for one in news if one.reopened_at is None), None)
    if closing is None or any(one.reopened_at is not None and one.closed_at == closing.closed_at for one in news):
        return None
    return Period.of(closing.period), closing.closed_at


async def _begin_by_itself(organization_id: int, period: Period, since: dt.datetime, now: dt.datetime) -> bool:
    """Unless it has been begun since then, or is paused by staff."""
    known = await Mailing.get_or_none(organization_id=organization_id, period=period.first_day)
    if known is not None and (known.state is not MailingState.FINISHED or known.started_at > since):
        return False
    return await begin(organization_id, period, TIMETABLE, now)


async def begin(organization_id: int, period: Period, actor: str, now: dt.datetime) -> bool:
    """Start a month's mailing, or start it anew from the first subscriber; False where another was quicker."""
    text = f"SELECT COUNT(*) AS n FROM ({_SUBSCRIBERS}) found"
    [found] = await fetch(text, Topic.BILL.value, organization_id)
    own: dict[str, Any] = {"organization_id": organization_id, "period": period.first_day}
    anew: dict[str, Any] = {
        "state": MailingState.RUNNING,
        "cursor": 0,
        "seen": 0,
        "subscribers": found["n"],
        "started_by": actor,
        "started_at": now,
        "finished_at": None,
    }
    try:
        async with transaction():
            if not await Mailing.filter(**own, state=MailingState.FINISHED).update(**anew):
                await Mailing.create(**own, **anew, first_started_at=now)
    except IntegrityError:
        return False
    return True


_SUBSCRIBERS = """SELECT DISTINCT s.user_id FROM subscription s JOIN membership m ON m.user_id = s.user_id WHERE s.topic = $1 AND m.organization_id = $2"""


async def go_on(mailing_id: int, now: dt.datetime) -> int | None:
    """Queue the letters of the next users; how many were new, None where there is nothing left to do. One transaction: killed, it is as if never begun."""
    async with transaction():
        mailing = await Mailing.select_for_update().get(id=mailing_id)
        if mailing.state is not MailingState.RUNNING:
            return None
        text = f"{_SUBSCRIBERS} AND s.user_id > $3 ORDER BY s.user_id LIMIT {USERS_AT_ONCE}"
        users = [row["user_id"] for row in await fetch(text, Topic.BILL.value, mailing.organization_id, mailing.cursor)]
        if not users:
            await Mailing.filter(id=mailing_id).update(state=MailingState.FINISHED, finished_at=now)
            return None
        await Mailing.filter(id=mailing_id).update(cursor=users[-1], seen=mailing.seen + len(users))
        return await _queue(mailing, users, now)


async def _queue(mailing: Mailing, users: Sequence[int], now: dt.datetime) -> int:
    rows = [*await _bills(mailing, users), *await _breakdowns(mailing, users)]
    drafts = [draft for row in rows if (draft := _letter(mailing, row, now)) is not None]
    return sum([await _queue_some(drafts[first : first + AT_ONCE]) for first in range(0, len(drafts), AT_ONCE)])


async def _queue_some(drafts: Sequence[Letter]) -> int:
    """Those of whom nobody has a letter; one that was pointless when its turn came, since an import was undone say, is queued anew."""
    fresh = {draft.occasion: draft for draft in drafts}
    count = 0
    for known in await Letter.filter(occasion__in=list(fresh)):
        draft = fresh.pop(known.occasion)
        if known.state is LetterState.FAILED and known.error == LetterTrouble.POINTLESS:
            anew = {name: getattr(draft, name) for name in ("recipient", "language", "context", "mailing_id", "queued_at", "due_at", "is_mass", "template")}
            pointless = Letter.filter(id=known.id, state=LetterState.FAILED)
            count += await pointless.update(**anew, state=LetterState.QUEUED, error="", lost=0, leased_until=None)
    return count + await letters.queue_all(list(fresh.values()))


async def _bills(mailing: Mailing, users: Sequence[int]) -> Sequence[Row]:
    """Closed statements of these users' accounts, where they asked for the bill and hold the right to see money. One statement."""
    text = f"""
        SELECT 'account' AS kind, {_PERSON}, a.id AS pk, a.number, st.as_of
        FROM subscription s JOIN user_account u ON u.id = s.user_id JOIN membership m ON m.user_id = u.id JOIN personal_account a ON a.id = m.account_id
        JOIN organization o ON o.id = a.organization_id JOIN statement st ON st.account_id = a.id
        WHERE s.topic = $1 AND {among("u.id", 2)} AND u.is_active AND a.organization_id = $3 AND a.withdrawn_at IS NULL
            AND (s.account_id IS NULL OR s.account_id = a.id) AND m.rights & {Right.SEE_MONEY.value} > 0
            AND st.period = $4 AND st.is_current AND st.state = $5
        ORDER BY u.id, a.number"""
    return await fetch(text, Topic.BILL.value, list(users), mailing.organization_id, known_day(mailing.period), StatementState.CLOSED.value)


async def _breakdowns(mailing: Mailing, users: Sequence[int]) -> Sequence[Row]:
    """The same of contracts: of those that had a recipient with a closed statement of the month. One statement.

    Who asked for the bill of a single account asked for none of a contract.
    """
    text = f"""
        SELECT 'contract' AS kind, {_PERSON}, c.id AS pk, c.number, MAX(st.as_of) AS as_of
        FROM subscription s JOIN user_account u ON u.id = s.user_id JOIN membership m ON m.user_id = u.id JOIN contract c ON c.id = m.contract_id
        JOIN organization o ON o.id = c.organization_id JOIN personal_account a ON a.contract_id = c.id JOIN statement st ON st.account_id = a.id
        WHERE s.topic = $1 AND {among("u.id", 2)} AND u.is_active AND c.organization_id = $3 AND a.withdrawn_at IS NULL
            AND s.account_id IS NULL AND m.rights & {Right.SEE_MONEY.value} > 0
            AND st.period = $4 AND st.is_current AND st.state = $5
        GROUP BY u.id, u.email, u.language, o.slug, m.id, m.from_on, m.until_on, s.created_at, c.id, c.number ORDER BY u.id, c.number"""
    return await fetch(text, Topic.BILL.value, list(users), mailing.organization_id, known_day(mailing.period), StatementState.CLOSED.value)


_PERSON = "u.id AS user_id, u.email, u.language, o.slug, m.from_on, m.until_on, s.created_at AS asked_at"


def _letter(mailing: Mailing, row: Row, now: dt.datetime) -> Letter | None:
    """None where the membership does not hold today or does not touch the month, and where bills were asked for after the mailing had begun."""
    period, today = Period.of(known_day(mailing.period)), now.date()
    since, until, asked, as_of = day(row["from_on"]), day(row["until_on"]), instant(row["asked_at"]), instant(row["as_of"])
    assert asked is not None
    assert as_of is not None
    holds = (since is None or since <= min(today, period.last_day)) and (until is None or until >= today)
    if not holds or asked > max(as_of, mailing.first_started_at):
        return None
    of_contract = row["kind"] == "contract"
    whose = f"{row['user_id']} contract {row['pk']}" if of_contract else f"{row['user_id']} {row['pk']}"
    return letters.unsaved(
        "contract_bill" if of_contract else "bill", row["email"], row["language"] or DEFAULT, now, base=f"/o/{row['slug']}", path="/", user_id=row["user_id"],
        organization_id=mailing.organization_id, occasion=f"bill {whose} {period}", mailing_id=mailing.id,
        takes=Wanted(row["kind"], row["pk"], str(period)), mailing=True,
    )  # fmt: skip


async def is_wanted(row: Letter, wanted: Wanted) -> bool:
    """Whether whoever gets a mailing's letter still wants it: a way out holds at once, for letters that wait too."""
    if row.mailing_id is None:
        return True
    named = (None, wanted.pk) if wanted.kind == "account" else (None,)
    return any(one.account_id in named for one in await Subscription.filter(user_id=row.user_id, topic=Topic.BILL))
