"""What fields ask for together: one question for many rows, whose answer nobody takes from the others."""

import asyncio
import gc
from traceback import walk_tb
from types import SimpleNamespace

import pytest

from models import User
from resolvers.accounts import AccountRow
from resolvers.charges import ChargeRow
from resolvers.statements import StatementRow
from resolvers.viewer import Viewer, ViewerKind, viewer_of_user
from schema import ids
from schema.context import Context
from schema.execution import execute
from schema.loaders import MOST_ROWS, Loaders
from tests import factories as make
from tests.counting import counted

VIEWER = Viewer(ViewerKind.SYSTEM, "test")


async def test_who_stops_waiting_takes_nobody_elses_answer():
    """graphql-core ends the wait of fields beside one that failed; the same row may be waited for elsewhere."""
    asked, goes_on = [], asyncio.Event()

    async def read(_viewer, rows):
        asked.append(len(rows))
        await goes_on.wait()
        return {row.pk: row.pk * 10 for row in rows}

    loaders, row = Loaders(VIEWER), SimpleNamespace(pk=7)

    async def field():
        return await loaders.of(read, row)

    first, second = asyncio.create_task(field()), asyncio.create_task(field())
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.sleep(0.01)
    goes_on.set()
    assert await second == 70
    assert first.cancelled()
    assert asked == [1]


async def test_what_was_read_answers_at_once():
    asked = []

    async def read(_viewer, rows, factor):
        asked.append([row.pk for row in rows])
        return {row.pk: row.pk * factor for row in rows if row.pk != 3}

    loaders, rows = Loaders(VIEWER), [SimpleNamespace(pk=pk) for pk in (1, 2, 3)]
    first = loaders.answer(read, rows[0], 10, then=str)
    for each in loaders.ahead(read, rows, 10):
        await each
    assert [loaders.answer(read, row, 10, then=str) for row in rows] == ["10", "20", "None"]
    assert (await first, await loaders.of(read, rows[1], 10)) == ("10", 20)
    assert loaders.ahead(read, rows, 10) == []
    assert asked == [[1, 2, 3]]


async def test_a_read_that_fails_tells_each_who_asks_and_nobody_else():
    async def read(_viewer, _rows):
        raise LookupError("gone")

    loaders, row = Loaders(VIEWER), SimpleNamespace(pk=7)
    first, second = loaders.of(read, row), loaders.answer(read, row)
    for each in loaders.ahead(read, [row]):
        await each
    for told in (first, second, loaders.of(read, row)):
        with pytest.raises(LookupError, match="gone"):
            await told
    with pytest.raises(LookupError, match="gone"):
        loaders.answer(read, row)


async def test_an_error_that_nobody_waits_for_is_no_fault(caplog: pytest.LogCaptureFixture):
    """Of a branch that a null has ended."""

    async def read(_viewer, _rows):
        raise LookupError("gone")

    loaders = Loaders(VIEWER)
    asked = loaders.of(read, SimpleNamespace(pk=7))
    await asyncio.sleep(0.01)
    assert asked.done()
    del asked
    loaders.forget()
    gc.collect()
    assert caplog.records == []


async def test_an_error_of_many_rows_is_no_longer_for_the_last_than_for_the_first():
    async def read(_viewer, _rows):
        raise LookupError("gone")

    loaders, rows = Loaders(VIEWER), [SimpleNamespace(pk=pk) for pk in range(50)]
    for each in loaders.ahead(read, rows):
        await each
    frames = []
    for row in rows:
        with pytest.raises(LookupError) as raised:
            loaders.answer(read, row)
        frames.append(len(list(walk_tb(raised.value.__traceback__))))
    assert len(set(frames)) == 1, "each field's error is written to the log with all of them"


async def test_what_is_made_of_an_answer_may_fail_for_one_alone():
    async def read(_viewer, rows):
        return {row.pk: 0 for row in rows}

    loaders, row = Loaders(VIEWER), SimpleNamespace(pk=7)
    fails, holds = loaders.answer(read, row, then=lambda value: 1 // value), loaders.of(read, row)
    with pytest.raises(ZeroDivisionError):
        await fails
    assert await holds == 0


async def test_more_rows_than_one_read_takes_are_read_in_parts():
    asked = []

    async def read(_viewer, ids):
        asked.append(len(ids))
        return {pk: pk for pk in ids}

    loaders = Loaders(VIEWER)
    assert await asyncio.gather(*[loaders.by_id(read, pk) for pk in range(MOST_ROWS + 5)]) == list(range(MOST_ROWS + 5))
    assert sorted(asked) == [5, MOST_ROWS]


@pytest.mark.usefixtures("database")
async def test_an_answer_leaves_no_rows_to_the_garbage_collector():
    """With them it took a fifth of the time of a busy server, in pauses of tens of milliseconds."""
    await ids.load()
    account = await make.account(await make.organization(), "1")
    for month in ("2026-08", "2026-09"):
        await make.statement(account, month)
        await make.charge(account, month, 1000)
    await make.member(await make.user("owner"), account)
    viewer = await viewer_of_user((await User.get(login="owner")).id, make.TODAY)
    text = "query ($id: ID!) { account(id: $id) { statements(first: 5) { nodes { charges { amount { amount } } } } } }"
    gc.collect()
    gc.disable()
    try:
        answer = await execute(text, {"id": ids.encode("acc", account.id)}, Context(viewer, make.NOW))
        assert [len(one["charges"]) for one in answer.data["account"]["statements"]["nodes"]] == [1, 1]
        assert [one for one in gc.get_objects() if isinstance(one, ChargeRow | StatementRow | AccountRow)] == []
    finally:
        gc.enable()


@pytest.mark.usefixtures("database")
async def test_a_statement_without_lines_and_differences_is_asked_for_none():
    await ids.load()
    account = await make.account(await make.organization(), "1")
    await make.statement(account, "2026-09")
    await make.member(await make.user("owner"), account)
    viewer = await viewer_of_user((await User.get(login="owner")).id, make.TODAY)
    text = 'query ($id: ID!) { account(id: $id) { statement(period: "2026-09") { lines { service { name } } differences { reason } } } }'
    with counted() as seen:
        for _ in range(3):  # compiled since the second
            answer = await execute(text, {"id": ids.encode("acc", account.id)}, Context(viewer, make.NOW))
            assert answer.data == {"account": {"statement": {"lines": [], "differences": []}}}
    assert seen
    assert not [one for one in seen if "statement_line" in one or "FROM ledger_entry e LEFT JOIN" in one]
