"""Verdicts and sendings at the same time: nobody waits in a circle, nothing of either is lost, and one key has one answer."""

import asyncio

import pytest
from tortoise.exceptions import IntegrityError

from models import IdempotencyKey, Reading
from models.enums import ReadingSource, ReadingState, Resource, TokenScope
from models.errors import ProblemCode, Refused
from models.meter_enums import Verdict
from resolvers.imports import run_import
from resolvers.judging import Judging, judge_readings
from resolvers.reading_desk import Typed
from resolvers.reading_entries import Entry, written
from resolvers.submissions import Submission, submit_readings
from resolvers.verdicts import Judgement
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.resolvers.sendings import Sent

C, S, V = ProblemCode, ReadingState, Verdict
ROUNDS = 40


@pytest.fixture
async def sent(database):
    return await Sent().prepare()


@pytest.fixture
async def clerk(sent):
    user = await make.user("clerk")
    await make.staff(user, sent.org)
    return await viewer_of_user(user.id, make.TODAY)


async def judged(viewer, key, *rows):
    return await judge_readings(viewer, Judging("vodokanal", tuple(Judgement(*row) for row in rows), key), make.NOW)


async def tried(work) -> str:
    """How it ended; anything but a refusal is a failure of the test."""
    try:
        await work
    except Refused as refused:
        return refused.problems[0].code.value
    return "done"


async def test_a_verdict_and_a_sending_of_the_same_reading_never_wait_in_a_circle(sent, clerk):
    for turn in range(ROUNDS):
        standing = await Reading.filter(is_current=True, by_resident=True).order_by("-id").values_list("id", flat=True)  # not in the order of sending
        verdict = (V.ACCEPT, V.REFUSE, V.REVIEW)[turn % 3]
        ends = await asyncio.gather(
            tried(judged(clerk, f"judge {turn}", *((pk, verdict, "x") for pk in standing))),
            tried(sent.send(f"116,{turn:03d}", f"193,{turn:03d}", key=f"send {turn}")),
        )
        assert ends == ["done", "done"]
    assert await Reading.filter(is_current=True, by_resident=True).count() == 2


async def test_a_register_and_a_sending_never_wait_in_a_circle(sent, clerk, tmp_path):
    rows = await Reading.filter(is_current=True, by_resident=True).order_by("-id").values_list("register__meter__serial", "register__meter__resource", "value")
    for turn in range(6):
        file = tmp_path / f"readings_{turn}.csv"
        named = [(serial, "гор." if resource is Resource.HOT_WATER else "хол.", value // 10**6) for serial, resource, value in rows]
        lines = [f"02015213;1;{resource};{serial};20.11.2026;{value};Контролёр {turn}" for serial, resource, value in named]
        file.write_text("\n".join(["Лицевой счёт;Ввод;Вода;Номер счётчика;Дата;Показание;Источник", *lines, ""]), encoding="utf-8")
        outcome, *_ = await asyncio.gather(
            run_import("vodokanal", [file], today=make.TODAY),
            *(tried(sent.send(f"116,{turn}{number}", f"193,{turn}{number}", key=f"send {turn} {number}")) for number in range(4)),
        )
        assert not outcome.refused_files


async def test_the_same_verdicts_sent_at_once_have_one_answer(sent, clerk):
    cold, hot = sent.readings
    rows = [(cold.id, V.REFUSE, "x"), (0, V.ACCEPT), (hot.id, V.ACCEPT)]
    answers = await asyncio.gather(*(judged(clerk, "k", *rows) for _ in range(6)))
    said = {tuple((row.changed, tuple(problem.code for problem in row.problems)) for row in answer) for answer in answers}
    assert said == {((True, ()), (False, (C.UNKNOWN_READING,)), (True, ()))}
    assert await IdempotencyKey.filter(mutation="judgeReadings").count() == 1


@pytest.mark.parametrize(("before", "after"), [(S.SENT, S.REFUSED), (S.REFUSED, S.ACCEPTED), (S.SENT, S.BILLED)])
async def test_what_was_judged_after_it_was_looked_at_is_not_replaced(sent, before, after):
    """A refusal would be lost, or an accepted reading would vanish without a trace; whoever sends looks again."""
    cold = sent.readings[0]
    await Reading.filter(id=cold.id).update(state=before)
    seen = await Reading.get(id=cold.id)
    await Reading.filter(id=cold.id).update(state=after)
    row = type("Row", (), {"micro": 117_000_000})()
    with pytest.raises(IntegrityError):
        await written([Entry(type("Desk", (), {"by_resident": True})(), row, seen)])
    assert (await Reading.get(id=cold.id)).state is after


async def newer(sent, source: ReadingSource, clerk) -> None:
    """A reading of the month that somebody else brings after the refusal."""
    if source is ReadingSource.OTHER:
        await make.reading(sent.cold, "117", "2026-11-20")
        return
    viewer = (
        clerk
        if source is ReadingSource.STAFF
        else await make.viewer_of_token(await make.token(sent.org, TokenScope.READ_ACCOUNTS, TokenScope.SUBMIT_READINGS), make.TODAY)
    )
    confirmed = frozenset({(("readings",), C.SOME_METERS_MISSING)})
    await submit_readings(viewer, Submission(sent.account.id, (Typed(sent.cold.id, "117"),), "newer", confirmed), make.NOW, make.TODAY)


@pytest.mark.parametrize("source", [ReadingSource.OTHER, ReadingSource.STAFF, ReadingSource.PARTNER])
@pytest.mark.parametrize("verdict", [V.ACCEPT, V.REVIEW])
async def test_a_refused_reading_comes_back_only_while_no_newer_one_of_anybody_stands(sent, clerk, source, verdict):
    cold = sent.readings[0]
    await judged(clerk, "refusal", (cold.id, V.REFUSE, "x"))
    await newer(sent, source, clerk)
    [row] = await judged(clerk, "back", (cold.id, verdict, ""))
    assert (row.changed, [(problem.code, problem.path) for problem in row.problems]) == (False, [(C.READING_REPLACED, ("reading",))])
    assert (await Reading.get(id=cold.id)).state is S.REFUSED
    await Reading.filter(register=sent.cold, period=cold.period).exclude(id=cold.id).update(state=S.REFUSED)
    [row] = await judged(clerk, "again", (cold.id, verdict, ""))
    assert row.changed


async def test_what_stood_before_it_and_what_closes_the_dial_replace_nothing(sent, clerk):
    await make.reading(sent.cold, "115", "2026-11-18")
    cold, _ = await sent.send("117", "194", key="again")
    await judged(clerk, "refusal", (cold.id, V.REFUSE, "x"))
    await make.reading(sent.cold, "118", "2026-11-20", source=ReadingSource.REMOVAL)
    [row] = await judged(clerk, "back", (cold.id, V.ACCEPT))
    assert row.changed
