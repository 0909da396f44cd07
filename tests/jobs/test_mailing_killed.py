"""A mailing whose workers are killed with -9 at any moment: every subscriber gets his bill, under one name, and none is left half queued."""

import asyncio
import datetime as dt
import os
import random

import pytest

from adapters import pdf
from adapters.smtp import ServerMail
from jobs import papers
from models import ImportRun, Letter, Mailing, Subscription
from models.enums import ImportState, LetterState, Topic
from models.mail_enums import MailingState
from resolvers import bill_mail, outbox
from tests import commands
from tests import factories as make
from tests.jobs.mailing_life import blank
from tests.jobs.offices import Office
from tests.jobs.test_outbox import until

KILLS = int(os.environ.get("KILLS", "4"))
PEOPLE = 20 + 6 * KILLS
NOW = dt.datetime.now(dt.UTC)
BEFORE = NOW - dt.timedelta(days=1)


@pytest.fixture
async def town(database):
    org = await make.organization()
    for number in range(PEOPLE):
        account, user = await make.account(org, f"{number:06}"), await make.user(f"user{number}")
        await make.member(user, account)
        await make.statement(account, "2026-10", as_of=NOW)
        await Subscription.create(user=user, topic=Topic.BILL, created_at=BEFORE)
    await ImportRun.create(organization=org, started_at=BEFORE, finished_at=BEFORE, state=ImportState.DONE, who="command line")


@pytest.mark.slow
async def test_killed_at_any_moment_everybody_gets_his_bill_once(town, database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pdf, "made", blank)
    chance = random.Random(20261129)  # noqa: S311 - no secret
    with Office() as office:
        for life in range(KILLS):
            with commands.started("tests.jobs.mailing_life", ABONENT_SMTP_URL=office.url, ABONENT_DATABASE_URL=database_url) as worker:
                queued, taken = await Letter.all().count(), len(office.taken)
                if life % 2:  # while it sends
                    await until(lambda taken=taken: len(office.taken) > taken + chance.randrange(4))
                else:  # while it queues
                    while queued < PEOPLE and await Letter.all().count() < queued + chance.randrange(1, 7):  # noqa: ASYNC110 - it is another process
                        await asyncio.sleep(0.005)
                worker.kill()
                assert worker.wait(15) == -9
            mailing = await Mailing.get()
            assert await Letter.all().count() == mailing.seen, "letters and the place reached are of one transaction"
        late = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
        while (await bill_mail.mail_bills(late))["letters"] or await outbox.waiting():
            await outbox.send_all(ServerMail(office.url), late, papers.made)
            late += dt.timedelta(hours=1)
    assert (await Mailing.get()).state is MailingState.FINISHED
    rows = await Letter.all()
    assert {row.state for row in rows} == {LetterState.SENT}
    assert sorted(set(office.recipients)) == sorted(row.recipient for row in rows)
    assert len(rows) == len(office.ids()) == PEOPLE
    lost = {f"<{row.identity}@localhost>" for row in rows if row.lost}
    twice = {name for name, count in office.ids().items() if count > 1}
    assert twice <= lost, "only a letter whose answer died with its worker goes again, under the same name"
    assert max(office.ids().values()) <= 2
    for letter in office.taken:
        assert [part.get_filename() for part in letter.iter_attachments()] == ["bill-2026-10.pdf"]
