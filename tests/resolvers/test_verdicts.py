"""Verdicts: which are possible, what each leaves behind, who may give them, and who is told."""

import asyncio
import itertools

import pytest

from models import AuditRecord, IdempotencyKey, Letter, Reading, Subscription
from models.enums import ReadingState, TokenScope, Topic
from models.errors import Forbidden, NotFound, ProblemCode, Refused
from models.meter_enums import Verdict
from resolvers import receipts, verdicts
from resolvers.accounts import accounts_by_ids
from resolvers.judging import Judging, judge_readings, may_judge
from resolvers.readings import readings_pages
from resolvers.verdicts import BECOMES, POSSIBLE, Judgement
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.counting import counted
from tests.resolvers.sendings import Sent, states

C, S, V = ProblemCode, ReadingState, Verdict


@pytest.fixture
async def sent(database):
    return await Sent().prepare()


@pytest.fixture
async def clerk(sent):
    user = await make.user("clerk")
    await make.staff(user, sent.org)
    return await viewer_of_user(user.id, make.TODAY)


async def judged(viewer, *rows, key="k", slug="vodokanal", validate_only=False):
    return await judge_readings(viewer, Judging(slug, tuple(Judgement(*row) for row in rows), key, validate_only), make.NOW)


def codes(rows) -> list[tuple[bool, list[tuple[ProblemCode, tuple[str, ...]]]]]:
    return [(row.changed, [(problem.code, problem.path) for problem in row.problems]) for row in rows]


async def written() -> tuple[int, int, int, list[tuple[str, str]]]:
    return await AuditRecord.all().count(), await Letter.all().count(), await IdempotencyKey.all().count(), await states()


@pytest.mark.parametrize(("before", "verdict"), list(itertools.product(S, V)))
async def test_every_transition(sent, clerk, before, verdict):
    row = sent.readings[0]
    await Reading.filter(id=row.id).update(state=before, is_current=before is not S.SUPERSEDED)
    [answer] = await judged(clerk, (row.id, verdict, "why"))
    after = BECOMES[verdict]
    possible = after in POSSIBLE[before]
    assert answer.changed is possible
    assert (await Reading.get(id=row.id)).state is (after if possible else before)
    expected = [] if possible or before is after else [{S.BILLED: C.READING_BILLED, S.SUPERSEDED: C.READING_REPLACED, S.REFUSED: C.READING_REFUSED}[before]]
    assert [problem.code for problem in answer.problems] == expected
    assert await AuditRecord.filter(action="reading.judge").count() == possible


async def test_what_a_verdict_leaves_behind(sent, clerk):
    cold, hot = sent.readings
    await judged(clerk, (cold.id, V.REFUSE, " Нечётко "), (hot.id, V.ACCEPT, "dropped"))
    first, second = await Reading.get(id=cold.id), await Reading.get(id=hot.id)
    assert (first.state, first.reason, first.decided_at, first.decided_by) == (S.REFUSED, "Нечётко", make.NOW, clerk.actor)
    assert (second.state, second.reason, second.decided_by) == (S.ACCEPTED, "", clerk.actor)
    trail = await AuditRecord.filter(action="reading.judge").order_by("id").values_list("actor", "subject", "details")
    assert trail == [
        (clerk.actor, f"reading:{cold.id}", {"before": "sent", "after": "refused"}), (clerk.actor, f"reading:{hot.id}", {"before": "sent", "after": "accepted"}),
    ]  # fmt: skip


async def test_one_row_that_cannot_be_judged_stops_no_other(sent, clerk):
    cold, hot = sent.readings
    other = await Sent().prepare(slug="teploset")
    imported = await Reading.filter(receipt=None).first()
    await Reading.filter(id=cold.id).update(state=S.BILLED)
    before = await written()
    rows = await judged(
        clerk, (cold.id, V.REFUSE, "x"), (0, V.ACCEPT), (other.readings[0].id, V.ACCEPT), (imported.id, V.REVIEW), (hot.id, V.ACCEPT), (hot.id, V.REVIEW),
        (10**12, V.ACCEPT),
    )  # fmt: skip
    unknown = (False, [(C.UNKNOWN_READING, ("reading",))])
    assert codes(rows) == [
        (False, [(C.READING_BILLED, ("reading",))]),
        unknown,
        unknown,
        unknown,
        (True, []),
        (False, [(C.READING_TWICE, ("reading",))]),
        unknown,
    ]
    assert [row.reading is None for row in rows] == [False, True, True, True, False, False, True]
    assert (await Reading.get(id=hot.id)).state is S.ACCEPTED
    assert (await written())[0] == before[0] + 1


async def test_reasons(sent, clerk):
    cold, hot = sent.readings
    before = await states()
    rows = await judged(clerk, (cold.id, V.REFUSE, "  "), (hot.id, V.REFUSE, "x" * 301))
    assert codes(rows) == [(False, [(C.REQUIRED, ("reason",))]), (False, [(C.TOO_LONG, ("reason",))])]
    assert await states() == before


@pytest.mark.parametrize(("rows", "key", "code", "path"), [
    ([], "k", C.REQUIRED, ("verdicts",)), ([(1, V.ACCEPT)] * 501, "k", C.TOO_MANY_ROWS, ("verdicts",)),
    ([(1, V.ACCEPT)], " ", C.REQUIRED, ("idempotencyKey",)), ([(1, V.ACCEPT)], "k" * 101, C.TOO_LONG, ("idempotencyKey",)),
])  # fmt: skip
async def test_what_is_refused_as_a_whole(sent, clerk, rows, key, code, path):
    before = await written()
    with pytest.raises(Refused) as caught:
        await judged(clerk, *rows, key=key)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [(code, path)]
    assert await written() == before


async def test_the_same_key_gives_the_first_answer(sent, clerk):
    cold, hot = sent.readings
    first = codes(await judged(clerk, (cold.id, V.ACCEPT), (0, V.ACCEPT)))
    await judged(clerk, (cold.id, V.REVIEW), key="k2")
    before = await written()
    assert codes(await judged(clerk, (cold.id, V.ACCEPT), (0, V.ACCEPT))) == first == [(True, []), (False, [(C.UNKNOWN_READING, ("reading",))])]
    with pytest.raises(Refused) as caught:
        await judged(clerk, (hot.id, V.ACCEPT))
    assert caught.value.problems[0].code is C.KEY_REUSED
    assert await written() == before


async def test_only_looking_writes_nothing_and_binds_nothing(sent, clerk):
    cold, hot = sent.readings
    before = await written()
    assert codes(await judged(clerk, (cold.id, V.ACCEPT), (hot.id, V.REFUSE), validate_only=True)) == [(True, []), (False, [(C.REQUIRED, ("reason",))])]
    assert await written() == before
    assert codes(await judged(clerk, (hot.id, V.ACCEPT))) == [(True, [])]


async def test_who_may_judge(sent, clerk):
    row = (sent.readings[0].id, V.ACCEPT)
    system = await make.viewer_of_token(await make.token(sent.org, TokenScope.JUDGE_READINGS), make.TODAY)
    reader = await make.viewer_of_token(await make.token(sent.org, TokenScope.READ_ACCOUNTS, TokenScope.READ_READINGS), make.TODAY)
    clerks_own = await viewer_of_user(clerk.user_id, make.TODAY, actor="token:7")
    residents_own = await make.viewer_of_token(await make.token(sent.user), make.TODAY)
    foreign = await make.viewer_of_token(await make.token(await make.organization("teploset"), TokenScope.JUDGE_READINGS), make.TODAY)
    before = await written()
    for viewer, error in ((reader, Forbidden), (clerks_own, Forbidden), (residents_own, NotFound), (sent.viewer, NotFound), (foreign, NotFound)):
        assert not may_judge(viewer, sent.org.id)
        with pytest.raises(error):
            await judged(viewer, row)
    with pytest.raises(NotFound):
        await judged(clerk, row, slug="nowhere")
    assert await written() == before
    assert codes(await judged(system, row)) == [(True, [])]
    assert (await Reading.get(id=row[0])).decided_by == system.actor


async def test_a_refused_reading_no_longer_counts_and_is_sent_anew(sent, clerk):
    cold = sent.readings[0]
    await judged(clerk, (cold.id, V.REFUSE, "Нечётко"))
    accounts = list((await accounts_by_ids(sent.viewer, [sent.account.id])).values())
    standing = (await readings_pages(sent.viewer, accounts, 20, None, None))[sent.account.id]
    assert cold.id not in {row.pk for row in standing}
    again = await sent.send("116", "193", key="again")
    assert again[0].id != cold.id
    assert again[0].receipt != cold.receipt
    assert again[1].id == sent.readings[1].id, "the other one stands"
    old = await Reading.get(id=cold.id)
    assert (old.state, old.reason, old.is_current) == (S.REFUSED, "Нечётко", False), "what was refused stays so"
    assert codes(await judged(clerk, (cold.id, V.ACCEPT), key="k2")) == [(False, [(C.READING_REPLACED, ("reading",))])]
    assert (await sent.send("117", "193", key="more"))[0].id != again[0].id


async def test_a_billed_reading_cannot_be_changed(sent, clerk):
    cold = sent.readings[0]
    await judged(clerk, (cold.id, V.BILL))
    before = await written()
    with pytest.raises(Refused) as caught:
        await sent.send("117", "193", key="again")
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [(C.CHANGED_MEANWHILE, ("readings", "0", "value"))]
    assert await written() == before


async def test_two_judges_at_once_decide_once(sent, clerk):
    cold = sent.readings[0]
    answers = await asyncio.gather(*(judged(clerk, (cold.id, V.BILL if turn % 2 else V.REFUSE, "x"), key=str(turn)) for turn in range(6)))
    assert sum(row.changed for [row] in answers) == 1
    assert await AuditRecord.filter(action="reading.judge").count() == 1


async def subscribed(sent, **given) -> None:
    await Subscription.create(user=sent.user, topic=Topic.READINGS, created_at=make.NOW, **given)


async def test_whoever_sent_it_and_subscribed_is_told_once(sent, clerk):
    await subscribed(sent)
    await subscribed(sent, account=sent.account)
    await judged(clerk, *((row.id, V.REFUSE, "Нечётко") for row in sent.readings))
    letter = await Letter.get()
    assert (letter.template, letter.recipient, letter.user_id, letter.organization_id) == ("refused_reading", sent.user.email, sent.user.id, sent.org.id)
    assert letter.context["number"] == "02015213"
    assert [(one["resource"], one["value"], one["reason"]) for one in letter.context["refusals"]] == [
        ("COLD_WATER", "00116.000", "Нечётко"), ("HOT_WATER", "00193.000", "Нечётко"),
    ]  # fmt: skip
    await judged(clerk, *((row.id, V.REFUSE, "Нечётко") for row in sent.readings), key="k2")
    assert await Letter.all().count() == 1


@pytest.mark.parametrize("case", ["none", "another topic", "another account", "gone", "moved out"])
async def test_nobody_else_is_told(sent, clerk, case):
    if case == "another topic":
        await Subscription.create(user=sent.user, topic=Topic.BILL, created_at=make.NOW)
    if case == "another account":
        await subscribed(sent, account=await make.account(sent.org))
    if case in ("gone", "moved out"):
        await subscribed(sent)
    if case == "gone":
        await sent.user.refresh_from_db()
        sent.user.is_active = False
        await sent.user.save()
    if case == "moved out":
        from models import Membership

        await Membership.filter(user=sent.user).update(until_on=make.day("2026-11-19"))
    await judged(clerk, (sent.readings[0].id, V.REFUSE, "Нечётко"))
    assert await Letter.all().count() == 0
    assert (await states())[0] == ("refused", "Нечётко")


async def test_other_verdicts_write_no_letters(sent, clerk):
    await subscribed(sent)
    await judged(clerk, (sent.readings[0].id, V.ACCEPT), (sent.readings[1].id, V.REVIEW, "x"))
    assert await Letter.all().count() == 0


async def test_statements_do_not_grow_with_rows(sent, clerk):
    await subscribed(sent)
    for _ in range(30):
        dial = await make.meter(sent.account)
        given = {"submitted_at": make.NOW, "state": S.SENT, "by_resident": True, "user_id": sent.user.id}
        await make.reading(dial, "5", "2026-11-20", receipt=f"26-11-{dial.id:08d}", **given)
    every = await Reading.exclude(submitted_at=None).values_list("id", flat=True)
    with counted() as few:
        await judged(clerk, (every[0], V.REFUSE, "a"), key="few")
    with counted() as many:
        await judged(clerk, *((pk, V.REFUSE, f"reason {pk}") for pk in every[1:]), key="many")
    assert len(many) == len(few)
    assert {row.reason for row in await Reading.filter(id__in=every[1:])} == {f"reason {pk}" for pk in every[1:]}


def test_who_decided_is_told_without_names():
    assert [str(verdicts.judge_of(actor)) for actor in (None, "user:7", "token:3", "hook", "import", "command line")] == [
        "None", "staff", "partner", "hook", "import", "staff",
    ]  # fmt: skip


@pytest.mark.parametrize(("serial", "shown"), [("31883369", "••••3369"), ("1234567", "•••4567"), ("12345", "•••45"), ("123", "•••"), (" ", None), (None, None)])
def test_serials_are_masked(serial, shown):
    assert receipts.masked(serial) == shown


def test_codes_are_random_and_can_be_read_aloud():
    made = {receipts.new_check_code() for _ in range(200)}
    assert len(made) == 200
    assert all(receipts.meant_code(code.lower()) == code for code in made)
    assert [receipts.meant_number(text) for text in ("26-11-7k3q9m2x", "26 11 7K3Q 9M2X", "2611-7K3Q9M2", "", "x" * 500)] == ["26-11-7K3Q9M2X"] * 2 + [""] * 3
    assert receipts.meant_code("") == receipts.meant_code("--------") == ""
