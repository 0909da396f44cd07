"""Letters leave once, whatever becomes of the server, of the talk or of the worker: by a real server on loopback that misbehaves."""

import asyncio
import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.mail import KeptMail
from adapters.smtp import ServerMail
from jobs import broker
from models import Letter
from models.enums import LetterState, Purpose
from resolvers import mailed_secrets, outbox
from resolvers.letters import Made, Wanted, queue
from tests import commands
from tests.factories import NOW
from tests.jobs.offices import Office, Silent

ROOT = Path(__file__).parent.parent.parent
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


async def queued(*recipients: str) -> list[Letter]:
    return [await queue("trial", recipient, "ru", NOW) for recipient in recipients]


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not reached():  # noqa: ASYNC110 - a server in another thread has no event to wait for
            await asyncio.sleep(0.002)


async def states() -> dict[str, str]:
    return {letter.recipient: letter.state.value for letter in await Letter.all()}


async def test_a_letter_is_sent_once(database: str):
    await queued("a@b.kz", "b@b.kz")
    with Office() as office:
        assert await outbox.send_all(ServerMail(office.url), NOW) == {"sent": 2}
        assert await outbox.send_all(ServerMail(office.url), NOW + HOUR) == {}
    assert office.recipients == ["a@b.kz", "b@b.kz"]
    row = await Letter.get(recipient="a@b.kz")
    assert (row.state, row.sent_at, row.leased_until, row.attempts, row.lost, row.error) == (LetterState.SENT, NOW, None, 1, 0, "")
    assert str(office.taken[0]["Message-ID"]) == f"<{row.identity}@localhost>"


@pytest.mark.parametrize(("fault", "state", "error"), [
    ("421 4.3.2 busy", "deferred", "deferred 421"),
    ("451 4.7.1 greylisted", "deferred", "deferred 451"),
    ("550 5.1.1 no such mailbox", "failed", "rejected 550"),
    ("554 5.7.1 Relay access denied", "deferred", "deferred 554"),
])  # fmt: skip
async def test_what_the_server_refuses_waits_or_fails(database: str, fault: str, state: str, error: str):
    await queued("aigul@b.kz")
    with Office(lambda _: fault) as office:
        assert await outbox.send_all(ServerMail(office.url), NOW) == {state: 1}
    row = await Letter.get()
    assert row.error.startswith(error)
    assert "aigul" not in row.error  # the server repeats addresses; staff see them masked
    assert (row.leased_until, row.lost) == (None, 0)
    assert row.due_at == (NOW + MINUTE if state == "deferred" else NOW)


async def test_pauses_grow_and_end_after_three_days(database: str):
    await queued("a@b.kz")
    now, tries = NOW, [NOW]
    with Office(lambda _: "451 later") as office:
        while await outbox.send_all(ServerMail(office.url), now) == {"deferred": 1}:
            now = (await Letter.get()).due_at
            tries.append(now)
    row = await Letter.get()
    assert row.state is LetterState.FAILED
    assert [int((tried - NOW) / MINUTE) for tried in tries[:8]] == [0, 1, 6, 21, 81, 201, 441, 921]
    assert tries[-1] == NOW + outbox.GIVE_UP_AFTER
    assert len(tries) == row.attempts == office.talks == 16


async def test_a_lost_answer_is_asked_for_once_more_under_the_same_name(database: str):
    await queued("a@b.kz")
    with Office(lambda _: "cut after") as office:
        assert await outbox.send_all(ServerMail(office.url), NOW) == {"deferred": 1}
        assert (await Letter.get()).lost == 1
        assert await outbox.send_all(ServerMail(office.url), NOW + 9 * MINUTE) == {}
        office.fault = lambda _: ""
        assert await outbox.send_all(ServerMail(office.url), NOW + 10 * MINUTE) == {"sent": 1}
    assert list(office.ids().values()) == [2]  # two copies of one name: mailboxes show one


@pytest.mark.parametrize("fault", ["cut after", "cut before"])
async def test_two_lost_answers_are_left_uncertain(database: str, fault: str):
    await queued("a@b.kz")
    with Office(lambda _: fault) as office:
        assert await outbox.send_all(ServerMail(office.url), NOW) == {"deferred": 1}
        assert await outbox.send_all(ServerMail(office.url), NOW + HOUR) == {"uncertain": 1}
        assert await outbox.send_all(ServerMail(office.url), NOW + 80 * HOUR) == {}
    assert (await Letter.get()).error.startswith("no_answer")
    assert office.talks == 2


@pytest.mark.parametrize("step", ["greeting", "ehlo", "mail", "rcpt", "data"])
async def test_what_breaks_off_before_the_letters_words_counts_as_not_sent(database: str, step: str):
    await queued("a@b.kz")
    port = Silent(step)
    for number in range(4):
        assert await outbox.send_all(ServerMail(port.url), NOW + number * HOUR) == {"deferred": 1}
    port.close()
    row = await Letter.get()
    assert (row.lost, row.error.split()[0]) == (0, "unreachable")


async def test_a_talk_that_breaks_off_amid_the_letters_words_is_uncertain(database: str):
    await queued("a@b.kz")
    port = Silent("half")
    assert await outbox.send_all(ServerMail(port.url), NOW) == {"deferred": 1}
    port.close()
    assert (await Letter.get()).lost == 1


async def test_ten_minutes_without_a_server_lose_and_double_nothing(database: str):
    office, stated = Office(), [f"user{number}@example.kz" for number in range(200)]
    now = NOW
    for number, recipient in enumerate(stated):  # one every three seconds, while nobody answers
        now = NOW + dt.timedelta(seconds=3 * number)
        await queue("trial", recipient, "kk", now)
        if number % 20 == 19:
            assert set(await outbox.send_all(ServerMail(office.url), now)) == {"deferred"}
    assert office.taken == []
    with office:
        while await outbox.waiting():
            now += MINUTE
            await outbox.send_all(ServerMail(office.url), now)
    assert sorted(office.recipients) == sorted(stated)
    assert set(office.ids().values()) == {1}
    assert now < NOW + HOUR


async def test_of_many_workers_one_has_a_letter(database: str):
    await queued(*(f"{number}@b.kz" for number in range(30)))
    with Office() as office:
        sent = await asyncio.gather(*(outbox.send_all(ServerMail(office.url), NOW) for _ in range(6)))
    assert sum(one.get("sent", 0) for one in sent) == 30
    assert set(office.ids().values()) == {1}
    assert len(office.ids()) == 30


async def test_a_dead_workers_letter_is_taken_when_its_lease_ends(database: str):
    await queued("a@b.kz")
    assert await outbox.lease(NOW) is not None
    mail = KeptMail()
    assert await outbox.send_all(mail, NOW + 4 * MINUTE) == {}
    assert await outbox.send_all(mail, NOW + 5 * MINUTE) == {"sent": 1}


async def test_whoever_lost_the_lease_neither_sends_nor_writes(database: str):
    await queued("a@b.kz")
    first = await outbox.lease(NOW)
    again = await outbox.lease(NOW + HOUR)
    assert again is not None
    assert first is not None
    assert await outbox.deliver(first.id, first.attempts, KeptMail(), NOW + HOUR) is None

    class Slow(KeptMail):
        async def send(self, letter, handing_over):
            await Letter.filter(id=again.id).update(attempts=again.attempts + 1)  # a third worker took it meanwhile
            await super().send(letter, handing_over)

    mail = Slow()
    assert await outbox.deliver(again.id, again.attempts, mail, NOW + HOUR) is None
    assert mail.letters == []


async def test_a_worker_that_died_over_the_words_twice_sends_no_third(database: str):
    await queued("a@b.kz")
    await Letter.all().update(lost=2, leased_until=NOW - HOUR)
    mail = KeptMail()
    assert await outbox.send_all(mail, NOW) == {"uncertain": 1}
    assert mail.letters == []


async def test_a_slow_letter_does_not_keep_the_others(database: str):
    await queued("slow@b.kz", *(f"{number}@b.kz" for number in range(8)))
    stop = asyncio.Event()
    with Office(lambda to: "slow" if to.startswith("slow") else "") as office:
        running = asyncio.create_task(broker.send_with(ServerMail(office.url), stop, lambda: NOW))
        began = time.monotonic()
        await until(lambda: len(office.taken) == 8)
        assert time.monotonic() - began < 2.5
        stop.set()
        await running  # and the slow one is waited for
    assert set((await states()).values()) == {"sent"}


async def test_what_takes_too_long_is_cut_off(database: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outbox, "SECONDS_FOR_ONE", 0.3)
    await queued("slow@b.kz")
    with Office(lambda _: "slow") as office:
        assert await outbox.send_all(ServerMail(office.url), NOW) == {"deferred": 1}
    assert (await Letter.get()).lost == 1


async def test_a_document_that_is_never_made_ends_before_the_lease(database: str, monkeypatch: pytest.MonkeyPatch):
    """Else the same letter would be taken again while it is still being written."""
    assert dt.timedelta(seconds=outbox.SECONDS_FOR_ONE) < outbox.LEASE
    monkeypatch.setattr(outbox, "SECONDS_FOR_ONE", 0.3)

    async def never(*_: object) -> Made:
        await asyncio.sleep(60)
        raise AssertionError

    await queue("trial", "a@b.kz", "ru", NOW, takes=Wanted("account", 1, "2026-10"))
    mail = KeptMail()
    assert await outbox.send_all(mail, NOW, never) == {"deferred": 1}
    assert ((await Letter.get()).lost, mail.letters) == (0, [])


async def test_a_letter_that_cannot_be_written_keeps_no_other(database: str):
    await queue("no such template", "a@b.kz", "ru", NOW)
    await queued("b@b.kz")
    assert await outbox.send_all(KeptMail(), NOW) == {"deferred": 1, "sent": 1}
    assert (await Letter.get(recipient="a@b.kz")).error == "broken"


async def test_a_spent_link_and_a_bad_address_fail_with_their_reason(database: str):
    secret = await mailed_secrets.make(Purpose.RECOVER, NOW, HOUR)
    await queue("trial", "a@b.kz", "ru", NOW, secret=secret)
    await queued("b@b.kz,evil@x.kz")
    await mailed_secrets.spend(secret, NOW)
    mail = KeptMail()
    assert await outbox.send_all(mail, NOW) == {"failed": 2}
    assert await Letter.all().order_by("id").values_list("error", flat=True) == ["pointless", "address"]
    assert mail.letters == []


async def test_the_worker_outlives_a_database_that_is_away(database: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(broker, "SECONDS_AFTER_FAILURE", 0.05)
    lease, failures = outbox.lease, iter([OSError("away"), OSError("away")])

    async def failing(now: dt.datetime) -> Letter | None:
        for failure in failures:
            raise failure
        return await lease(now)

    monkeypatch.setattr(outbox, "lease", failing)
    await queued("a@b.kz")
    stop, mail = asyncio.Event(), KeptMail()
    running = asyncio.create_task(broker.send_with(mail, stop, lambda: NOW))
    await until(lambda: bool(mail.letters))
    stop.set()
    await running


async def test_without_a_server_letters_wait(database: str):
    await queued("a@b.kz")
    assert await broker.send_due(NOW) == {}
    await asyncio.wait_for(broker.send_until(asyncio.Event()), 5)
    assert await states() == {"a@b.kz": "queued"}


@pytest.mark.slow
async def test_killed_at_any_moment_no_letter_is_lost_and_none_goes_thrice(database: str, database_url: str):
    """Workers are killed with -9 while they send, again and again; then leases end and the rest is sent."""
    await queued(*(f"{number}@b.kz" for number in range(60)))
    await Letter.all().update(queued_at=dt.datetime.now(dt.UTC), due_at=dt.datetime.now(dt.UTC))
    with Office() as office:
        for number in range(4):
            with commands.started("jobs.cli", "worker", ABONENT_SMTP_URL=office.url, ABONENT_DATABASE_URL=database_url) as worker:
                goal = len(office.taken) + 6 + number
                await until(lambda goal=goal: len(office.taken) >= goal)
                worker.kill()
                assert worker.wait(15) == -9
        late = dt.datetime.now(dt.UTC) + HOUR
        while await outbox.waiting():
            await outbox.send_all(ServerMail(office.url), late)
            late += HOUR
    assert set(await states()) == {f"{number}@b.kz" for number in range(60)}
    assert set((await states()).values()) == {"sent"}
    assert len(office.ids()) == 60
    assert max(office.ids().values()) <= 2


HOSTILE = [
    "{a},{e}", "{e}<{a}>", "{e} <{a}>", "<{a}>{e}", "{a}\r\nBcc: {e}", '"{a}\r\nRCPT TO:<{e}>"@b.kz', "{a};{e}", "{a} {e}", "{a}\x01{e}", "{a}>\r\nRCPT TO:<{e}",
    "@x.kz:{a}", "@b.kz,@c.kz:{e}", "{a}%x.kz@b.kz", '"{e}"@b.kz', "{e}@b.kz", "{a}(comment {e})", "({e}){a}", "=?utf-8?q?{e}?= <{a}>", "group:{a},{e};",
    "{a}\n", "\n{a}", " {a}", "{a}\u2028{e}", "{a}\uff0c{e}", "mailto:{a}", "{a}?bcc={e}", "{a}\x85Bcc: {e}", "evil@x.kz\u200b", "'{e}'@b.kz", "{a}ORCPT=rfc822;{e}",
]  # fmt: skip


async def test_hostile_addresses_reach_nobody_but_their_stated_owner(database: str):
    """Rows are written past the doors' own checks; whatever the server is told to is the row's address, or nothing is sent."""
    stated = [form.format(a=f"user{number}@b.kz", e="evil@x.kz") for form in HOSTILE for number in range(10)]
    assert len(stated) == 300
    rows = [await queue("trial", address, "ru", NOW) for address in stated]
    with Office() as office:
        counts = await outbox.send_all(ServerMail(office.url), NOW)
    assert sum(counts.values()) == 300
    assert set(counts) <= {"sent", "failed"}
    sent = [row.recipient for row in await Letter.filter(state="sent")]
    assert sorted(office.recipients) == sorted(sent)
    assert "evil@x.kz" not in office.recipients
    assert set(sent) <= {row.recipient for row in rows}
    for letter in office.taken:
        assert letter["Bcc"] is None
        assert len(letter.get_all("To")) == 1
