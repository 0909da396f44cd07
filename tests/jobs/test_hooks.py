"""Having readings judged by an organization's own address: a real server answers, well or badly, and what becomes of the reading."""

import asyncio
import base64
import datetime as dt
import hashlib
import hmac
from unittest.mock import patch

import orjson
import pytest

from adapters import web_calls
from jobs import hooks
from models import AuditRecord, HookCall, Letter, Organization, Reading
from models.enums import ReadingState, TokenScope
from models.meter_enums import HookState, Verdict
from resolvers import hook_settings, reading_hooks, verdicts
from resolvers.verdicts import Judgement
from resolvers.viewer import viewer_of_user
from schema import ids
from settings import settings
from tests import factories as make
from tests.adapters.servers import Call, dripping, dropping, endless, garbage, saying, serving, silent
from tests.resolvers.sendings import Sent, states

S = ReadingState
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """This machine may be called."""
    monkeypatch.setenv("ABONENT_ALLOW_LOOPBACK_CALLS", "true")
    settings.cache_clear()


@pytest.fixture
async def sent(database):
    """Sent while the address was named already; tests put their own server's address in its place."""
    await ids.load()
    return await Sent().prepare(reading_hook_url="http://127.0.0.1:9/", reading_hook_secret=SECRET)


async def asked(server, now=make.NOW) -> dict[str, int]:
    await Organization.all().update(reading_hook_url=server.url())
    return await hooks.ask_hooks(now)


def hasty():
    """Nobody waits for long: only where an address never answers, since on a busy machine an honest answer may take half a second."""
    return patch.object(web_calls, "SECONDS", 0.5)


def verdict(word: str, reason: str | None = None):
    return saying(orjson.dumps({"verdict": word, "reason": reason}))


async def calls() -> list[tuple[HookState, int, str]]:
    return await HookCall.all().order_by("id").values_list("state", "attempts", "error")


async def test_a_sending_asks_in_its_own_transaction(sent):
    assert await HookCall.all().order_by("id").values_list("reading_id", "state", "attempts") == [(row.id, HookState.WAITING, 0) for row in sent.readings]
    assert len(set(await HookCall.all().values_list("identity", flat=True))) == 2
    await sent.send("116", "193", key="the same values again")
    assert await HookCall.all().count() == 2
    await sent.send("117", "193", key="one corrected")
    assert await HookCall.all().count() == 3


async def test_partners_are_judged_and_staff_and_organizations_without_address_are_not(sent):
    partner = await make.viewer_of_token(await make.token(sent.org, TokenScope.READ_ACCOUNTS, TokenScope.SUBMIT_READINGS), make.TODAY)
    await sent.send("116,5", "193,5", key="partner", viewer=partner)
    assert await HookCall.all().count() == 4
    clerk = await make.user("clerk")
    await make.staff(clerk, sent.org)
    await sent.send("116,6", "193,6", key="staff", viewer=await viewer_of_user(clerk.id, make.TODAY))
    assert await HookCall.all().count() == 4
    await Sent().prepare(slug="teploset")
    assert await HookCall.all().count() == 4


@pytest.mark.parametrize(
    ("word", "reason", "expected"),
    [
        ("accept", None, ("accepted", "")),
        ("ACCEPT", "dropped", ("accepted", "")),
        ("review", "Фото?", ("in_review", "Фото?")),
        ("refuse", "Нет", ("refused", "Нет")),
    ],
)
async def test_the_answer_moves_the_reading(sent, word, reason, expected):
    async with serving(verdict(word, reason)) as server:
        assert await asked(server) == {"done": 2}
        assert await asked(server, make.NOW + HOUR) == {}, "nobody is asked twice"
    assert await states() == [expected] * 2
    assert {row.decided_by for row in await Reading.exclude(receipt=None)} == {"hook"}
    assert await AuditRecord.filter(actor="hook", action="reading.judge").count() == 2
    assert len(server.calls) == 2


async def test_what_is_told_is_signed_and_names_nobody(sent):
    async with serving(verdict("accept")) as server:
        await asked(server)
    call, row = server.calls[0], sent.readings[0]
    content = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    assert call.headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert call.headers["webhook-timestamp"] == str(int(make.NOW.timestamp()))
    assert orjson.loads(call.body) == {
        "type": "reading.sent", "timestamp": make.NOW.isoformat(),
        "data": {
            "id": ids.encode("rdg", row.id), "account": ids.encode("acc", sent.account.id), "register": ids.encode("reg", sent.cold.id),
            "resource": "COLD_WATER", "zone": None, "unit": "куб.м", "value": "116.000", "previous": "114.000", "consumption": "2.000",
            "takenOn": "2026-11-20", "period": "2026-11", "source": "CABINET", "state": "SENT", "isLate": False,
        },
    }  # fmt: skip
    for secret in ("Ким", "Алия", "Красина", "02015213", "aliya"):
        assert secret not in call.body.decode()


@pytest.mark.parametrize("bad", [
    saying(b"", "500 Internal Server Error"), saying(b"", "204 No Content"), saying(b"", "302 Found", "location: https://example.com/"), saying(b"not json"), saying(b"[]"),
    saying(b'{"verdict": "bill"}'), saying(b'{"verdict": 1}'), saying(b'{"verdict": "refuse"}'), saying(b'{"verdict": "refuse", "reason": " "}'),
    saying(b'{"verdict": "refuse", "reason": {"a": 1}}'), saying(b'{"verdict": "accept"' + b" " * 70_000 + b"}"), saying(b"\xff\xfe"), saying(b"[" * 50_000),
    dropping, endless, silent, dripping, garbage,
])  # fmt: skip
async def test_no_usable_answer_is_asked_again_under_the_same_identity(sent, bad):
    async with serving(bad) as server:
        with hasty():
            assert await asked(server) == {"waiting": 1}, "a silent address is not asked about everything at once"
    assert await states() == [("sent", "")] * 2
    first = await HookCall.all().order_by("id").first()
    assert (first.state, first.attempts, first.leased_until, first.due_at) == (HookState.WAITING, 1, None, make.NOW + dt.timedelta(minutes=1))
    assert first.error
    async with serving(verdict("accept")) as server:
        assert await asked(server, make.NOW + HOUR) == {"done": 2}
    assert {call.headers["webhook-id"] for call in server.calls} == set(await HookCall.all().values_list("identity", flat=True))
    assert await states() == [("accepted", "")] * 2
    assert [error for _, _, error in await calls()] == ["", ""]


async def test_a_lost_answer_is_harmless(sent):
    """The other side has judged, and its answer never came: it says the same again, and once is once."""
    judged: list[str] = []

    async def losing(call: Call, writer: asyncio.StreamWriter) -> None:
        judged.append(call.headers["webhook-id"])
        if judged.count(call.headers["webhook-id"]) == 1:
            return await dropping(call, writer)
        return await verdict("refuse", "Нет")(call, writer)

    async with serving(losing) as server:
        for hours in range(4):
            await asked(server, make.NOW + hours * HOUR)
    assert await states() == [("refused", "Нет")] * 2
    assert await AuditRecord.filter(action="reading.judge").count() == 2
    assert len(set(judged)) == 2


async def test_after_three_days_people_judge(sent):
    async with serving(saying(b"", "503 Service Unavailable")) as server:
        pauses = []
        for _ in range(60):
            due = await HookCall.filter(state=HookState.WAITING).order_by("due_at").first()
            if due is None:
                break
            pauses.append(due.due_at)
            await asked(server, due.due_at)
    assert max(pauses) <= make.NOW + 72 * HOUR
    assert {state for state, _, _ in await calls()} == {HookState.FAILED}
    assert await states() == [("in_review", "silent")] * 2
    assert len(server.calls) < 40


async def test_what_waited_too_long_goes_to_people_at_once(sent):
    for turn in range(3):
        await sent.send(f"{117 + turn}", f"{194 + turn}", key=f"more {turn}")
    await HookCall.all().update(due_at=make.NOW)
    async with serving(silent) as server:
        with hasty():
            await asked(server, make.NOW + 73 * HOUR)
    assert {state for state, _, _ in await calls()} == {HookState.DONE, HookState.FAILED}
    assert len(server.calls) == 1
    assert set(await states()) == {("superseded", ""), ("in_review", "silent")}


async def test_a_replaced_reading_is_not_judged(sent):
    await sent.send("117", "193", key="corrected")
    async with serving(verdict("refuse", "Нет")) as server:
        assert await asked(server) == {"done": 3}
    assert len(server.calls) == 2
    assert await states() == [("superseded", ""), ("refused", "Нет"), ("refused", "Нет")]


async def test_one_replaced_while_the_address_thinks_is_not_judged(sent):
    async def slow(call: Call, writer: asyncio.StreamWriter) -> None:
        if len(server.calls) == 1:
            await sent.send("117", "193", key="meanwhile")
        await verdict("refuse", "Нет")(call, writer)

    async with serving(slow) as server:
        await asked(server)
    assert (await states())[0] == ("superseded", "")


async def test_people_who_were_quicker_are_not_overruled(sent):
    cold = sent.readings[0]

    async def slow(call: Call, writer: asyncio.StreamWriter) -> None:
        if len(server.calls) == 1:
            await verdicts.judge(sent.org.id, [Judgement(cold.id, Verdict.ACCEPT)], "user:1", make.NOW)
        await verdict("refuse", "Нет")(call, writer)

    async with serving(slow) as server:
        await asked(server)
    assert await states() == [("accepted", ""), ("refused", "Нет")]
    assert (await Reading.get(id=cold.id)).decided_by == "user:1"


async def test_an_address_that_is_not_named_any_more_is_not_called(sent):
    async with serving(verdict("accept")) as server:
        await Organization.all().update(reading_hook_url=None, reading_hook_secret=None)
        assert await hooks.ask_hooks(make.NOW) == {"done": 2}
    assert server.calls == []
    assert await states() == [("sent", "")] * 2


async def test_an_inner_address_is_never_called(sent, monkeypatch):
    monkeypatch.setenv("ABONENT_ALLOW_LOOPBACK_CALLS", "false")
    settings.cache_clear()
    async with serving(verdict("accept")) as server:
        assert await asked(server) == {"waiting": 1}
    assert server.calls == []
    assert (await calls())[0][2] == "not an address that may be called"


async def test_two_workers_ask_once(sent):
    async with serving(verdict("accept")) as server:
        await Organization.all().update(reading_hook_url=server.url())
        await asyncio.gather(*(hooks.ask_hooks(make.NOW) for _ in range(4)))
    assert len(server.calls) == 2


async def test_a_worker_that_died_is_taken_over_and_writes_nothing_late(sent):
    caller = reading_hooks.Caller(post=lambda *_: _answering(), public_id=ids.encode)
    dead = await reading_hooks.lease(make.NOW)
    assert await reading_hooks.lease(make.NOW, {sent.org.id}) is None
    other = await reading_hooks.lease(make.NOW)
    assert other.id != dead.id
    assert await reading_hooks.lease(make.NOW) is None
    again = await reading_hooks.lease(make.NOW + reading_hooks.LEASE)
    assert (again.id, again.attempts, again.identity) == (dead.id, 2, dead.identity)
    assert await reading_hooks.make(dead, caller, make.NOW) is None
    assert await states() == [("sent", "")] * 2
    assert await reading_hooks.make(again, caller, make.NOW) is HookState.DONE


async def _answering() -> tuple[int, bytes]:
    return 200, b'{"verdict": "accept"}'


async def test_one_silent_address_does_not_keep_the_others_waiting(sent):
    other = await Sent().prepare(slug="teploset", reading_hook_url="http://127.0.0.1:9/", reading_hook_secret=SECRET)
    async with serving(silent) as bad, serving(verdict("accept")) as good:
        await Organization.filter(id=sent.org.id).update(reading_hook_url=bad.url())
        await Organization.filter(id=other.org.id).update(reading_hook_url=good.url())
        with patch.object(web_calls, "SECONDS", 3.0):  # the good one is called with the same patience
            assert await hooks.ask_hooks(make.NOW) == {"waiting": 1, "done": 2}
    assert len(bad.calls) == 1


async def test_a_refusal_by_the_address_is_told_by_letter(sent):
    from models import Subscription
    from models.enums import Topic

    await Subscription.create(user=sent.user, topic=Topic.READINGS, created_at=make.NOW)
    async with serving(verdict("refuse", "Нет\x00 " + "я" * 400)) as server:
        await asked(server)
    assert {row.template for row in await Letter.all()} == {"refused_reading"}
    assert all(len(reason) == 300 and "\x00" not in reason for _, reason in await states())


async def test_how_it_stands_is_told(sent):
    async with serving(saying(b"", "500 Internal Server Error")) as server:
        await asked(server)
    row = await hook_settings.hook_of(sent.org.id)
    assert (row.url, row.waiting, row.failed, row.last_error, row.secret) == (server.url(), 2, 0, "HTTP 500", None)
