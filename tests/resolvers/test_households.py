"""Two people of one household send other values in the same second: nothing is lost, nothing doubled, and one value stands."""

import asyncio
import datetime as dt
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from models import AuditRecord, IdempotencyKey, Reading
from models.database import close, connect
from models.enums import ReadingState
from models.errors import ProblemCode as C
from models.errors import Refused
from resolvers.reading_desk import Typed
from resolvers.submissions import Submission, submit_readings
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.resolvers.test_submissions import Flat

TIMES = 8


async def send(user_pk: int, account_pk: int, dials: tuple[int, int], value: str, key: str):
    viewer = await viewer_of_user(user_pk, make.TODAY)
    submission = Submission(account_pk, (Typed(dials[0], value), Typed(dials[1], "193")), key)
    return await submit_readings(viewer, submission, make.NOW, make.TODAY)


def in_a_process_of_its_own(url: str, user_pk: int, account_pk: int, dials: tuple[int, int], start: float, first: int) -> list[str]:
    """Sends value after value from the given second on; the receipts of the cold meter, in order."""

    async def work() -> list[str]:
        await connect(url)
        try:
            await asyncio.sleep(max(0, start - dt.datetime.now(dt.UTC).timestamp()))
            taken = [await send(user_pk, account_pk, dials, f"116,{first + place:03}", f"{user_pk} {place}") for place in range(TIMES)]
            return [rows[0].receipt_number for rows in taken]
        finally:
            await close()

    return asyncio.run(work())


@pytest.fixture
async def home(database):
    flat = await Flat().prepare()
    other = await make.user("marat")
    await make.member(other, flat.account)
    flat.people = (flat.viewer.user_id, other.id)
    flat.dials = (flat.cold.id, flat.hot.id)
    return flat


async def stands(flat, sent: int) -> None:
    """Of all that was sent one value of each dial counts, every other is kept as superseded, and each has a receipt of its own."""
    rows = await Reading.filter(register=flat.cold, by_resident=True).order_by("id")
    assert len(rows) == len({row.receipt for row in rows}) == sent
    assert [row.is_current for row in rows] == [False] * (sent - 1) + [True]
    assert {row.state for row in rows[:-1]} <= {ReadingState.SUPERSEDED}
    assert rows[-1].state is ReadingState.SENT
    assert await Reading.filter(register=flat.hot, by_resident=True).count() == 1, "the same value of the other dial is one reading"


async def test_two_people_at_once(home):
    sends = [send(user, home.account.id, home.dials, f"116,{100 * who + place:03}", f"k{place}") for place in range(3) for who, user in enumerate(home.people)]
    answers = await asyncio.gather(*sends)
    assert len({rows[0].receipt_number for rows in answers}) == 6
    assert {row.user_id for row in await Reading.filter(register=home.cold, by_resident=True)} == set(home.people)
    await stands(home, 6)


async def test_two_people_at_once_on_two_servers(home, database_url):
    start = dt.datetime.now(dt.UTC).timestamp() + 6
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        waited = [
            asyncio.get_running_loop().run_in_executor(pool, in_a_process_of_its_own, database_url, user, home.account.id, home.dials, start, 100 * who)
            for who, user in enumerate(home.people)
        ]
        receipts = [one for answer in await asyncio.gather(*waited) for one in answer]
    assert len(set(receipts)) == 2 * TIMES
    await stands(home, 2 * TIMES)
    assert await IdempotencyKey.all().count() == 2 * TIMES == await AuditRecord.filter(action="readings.submit").count()


async def test_one_key_with_other_values_at_once_is_taken_once(home):
    """The same person, two tabs of one form: the one is taken, the other is told, and the key stays bound to what was taken."""
    sends = [send(home.people[0], home.account.id, home.dials, f"11{6 + tab}", "one") for tab in range(4)]
    answers = await asyncio.gather(*sends, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [[(one.code, one.path) for one in answer.problems] for answer in refused] == [[(C.KEY_REUSED, ("idempotencyKey",))]] * 3
    [taken] = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert [row.receipt for row in await Reading.filter(register=home.cold, by_resident=True)] == [taken[0].receipt_number]


async def test_keys_of_two_people_are_their_own(home):
    answers = [await send(user, home.account.id, home.dials, f"11{6 + who}", "one") for who, user in enumerate(home.people)]
    assert answers[0][0].receipt_number != answers[1][0].receipt_number
    await stands(home, 2)
