"""Periodic work is done once per due time, by whoever comes first, and one failure does not stop the rest."""

import asyncio
import datetime as dt

from adapters import pdf
from jobs.timetable import DAY, HOUR, TIMETABLE, Row
from jobs.worker import do_what_is_due, work_until
from models import IdempotencyKey, JobRun, Session, User
from resolvers import turns
from resolvers.housekeeping import forget_keys, forget_sessions

NOW = dt.datetime(2026, 11, 15, 12, 34, tzinfo=dt.UTC)


async def counted(_: dt.datetime) -> dict[str, int]:
    return {"rows": 3}


async def failing(_: dt.datetime) -> dict[str, int]:
    raise ValueError("aigul@example.kz")


def test_due_times_are_the_same_for_everybody():
    assert Row("x", HOUR, counted).due_at(NOW) == NOW.replace(minute=0)
    assert Row("x", HOUR, counted, at=dt.timedelta(minutes=40)).due_at(NOW) == NOW.replace(hour=11, minute=40)
    assert Row("x", DAY, counted, at=dt.timedelta(hours=21)).due_at(NOW) == NOW.replace(day=14, hour=21, minute=0)
    assert len({row.name for row in TIMETABLE}) == len(TIMETABLE)


async def test_a_turn_is_done_once(database: str):
    rows = [Row("x", HOUR, counted)]
    assert await do_what_is_due(NOW, rows) == ["x"]
    assert await do_what_is_due(NOW + dt.timedelta(minutes=5), rows) == []
    assert await do_what_is_due(NOW + HOUR, rows) == ["x"]
    assert await JobRun.all().values_list("outcome", flat=True) == ["rows=3", "rows=3"]


async def test_of_many_workers_one_takes_the_turn(database: str):
    taken = await asyncio.gather(*(turns.take("x", NOW, NOW) for _ in range(20)))
    assert len([turn for turn in taken if turn is not None]) == 1


async def test_a_dead_workers_turn_is_taken_over(database: str):
    assert await turns.take("x", NOW, NOW)
    assert await turns.take("x", NOW, NOW + dt.timedelta(minutes=59)) is None
    assert await turns.take("x", NOW, NOW + dt.timedelta(minutes=61))
    assert await turns.take("x", NOW, NOW + dt.timedelta(minutes=62)) is None


async def test_a_failure_stops_nobody_and_says_no_names(database: str):
    assert await do_what_is_due(NOW, [Row("bad", HOUR, failing), Row("good", HOUR, counted)]) == ["good"]
    assert (await JobRun.get(name="bad")).outcome == "ValueError"


async def test_the_loop_ends_when_told_and_the_processes_for_paper_with_it(database: str):
    stop = asyncio.Event()
    pdf.pool()
    running = asyncio.create_task(work_until(stop, [Row("x", HOUR, counted)], lambda: NOW))
    await asyncio.sleep(0.2)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert await JobRun.exists(outcome="rows=3")
    assert pdf._pool is None


async def test_what_has_expired_is_forgotten(database: str):
    user = await User.create(login="a", login_key="a", email="a@b.kz", email_key="a@b.kz", password_hash="x")
    for n, expires in enumerate((NOW - HOUR, NOW + HOUR)):
        await Session.create(user=user, token_hash=str(n), created_at=NOW, last_used_at=NOW, expires_at=expires)
    for n, made in enumerate((NOW - 3 * DAY, NOW - DAY)):
        await IdempotencyKey.create(viewer="user:1", mutation="x", key=str(n), input_hash="", answer={}, created_at=made)
    assert await forget_sessions(NOW) == {"sessions": 1}
    assert await forget_keys(NOW) == {"keys": 1, "turns": 0}
