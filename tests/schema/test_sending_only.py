"""A token that may send readings and not read them: it is asked what sending needs, and told nothing of what stood before."""

import pytest

from models import Reading
from models.enums import TokenScope
from schema import ids
from schema.context import Context
from schema.execution import execute
from tests import factories as make
from tests.resolvers.sendings import Sent

FORMER = ("110", "112", "114", "190", "191", "192", "2.000", "1.000")  # what stood before, and what is used in a month
SEND = """mutation ($i: SubmitReadingsInput!) { submitReadings(input: $i) { __typename
    ... on SubmitReadingsDone { receipts { number reading { value { value } previous { value } consumption { value } register { previousReading { display } } } }
        understood { ...U } }
    ... on ConfirmationRequired { problems { path code message } understood { ...U } }
    ... on Rejected { problems { path code message } } } }
    fragment U on UnderstoodReading { path display previous { value } previousOn consumption { value } }"""
PARSE = """mutation ($i: ParseReadingsInput!) { parseReadings(input: $i) { ... on ParseReadingsDone {
    understood { value } questions { code message choices { readings { value } } } problems { code message } } } }"""


@pytest.fixture
async def sent(database):
    await ids.load()
    found = await Sent().prepare()
    await Reading.exclude(receipt=None).delete()
    return found


async def asked(sent, document: str, *scopes: TokenScope, **given):
    viewer = await make.viewer_of_token(await make.token(sent.user, TokenScope.READ_ACCOUNTS, TokenScope.SUBMIT_READINGS, *scopes), make.TODAY)
    variables = {"i": {"account": ids.encode("acc", sent.account.id), **given}}
    answer = await execute(document, variables, Context(viewer, make.NOW, make.TODAY))
    assert not answer.errors
    [found] = answer.data.values()
    return found


def values(sent, cold: str, hot: str) -> list[dict[str, str]]:
    return [{"register": ids.encode("reg", dial.id), "value": value} for dial, value in ((sent.cold, cold), (sent.hot, hot))]


CASES = [("116", "193", []), ("50", "193", ["LOWER_THAN_BEFORE"]), ("500", "193", ["MUCH_MORE_THAN_USUAL"]), ("193", "116", ["HOT_COLD_SWAPPED"] * 2)]


@pytest.mark.parametrize(("cold", "hot", "codes"), CASES)
async def test_questions_are_asked_without_what_stood_before(sent, cold, hot, codes):
    given = {"readings": values(sent, cold, hot), "idempotencyKey": "k", "validateOnly": True}
    found = await asked(sent, SEND, **given)
    assert [problem["code"] for problem in found.get("problems", [])] == codes
    assert [(row["previous"], row["previousOn"], row["consumption"]) for row in found["understood"]] == [(None, None, None)] * 2
    assert not [former for former in FORMER for problem in found.get("problems", []) if former in problem["message"]]
    told = await asked(sent, SEND, TokenScope.READ_READINGS, **given)
    assert [row["previous"]["value"] for row in told["understood"]] == ["114.000", "192.000"]
    assert [problem["code"] for problem in told.get("problems", [])] == codes


async def test_what_was_taken_says_nothing_of_it_either(sent):
    found = await asked(sent, SEND, readings=values(sent, "116", "193"), idempotencyKey="k")
    shown = [receipt["reading"] for receipt in found["receipts"]]
    assert [(one["value"]["value"], one["previous"], one["consumption"], one["register"]["previousReading"]) for one in shown] == [
        ("116.000", None, None, None), ("193.000", None, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["без изменений", "хвс как было", "вода 115 193", "115 193"])
async def test_a_message_is_read_without_them(sent, text):
    found = await asked(sent, PARSE, text=text)
    assert not [former for former in FORMER if former in str(found)]
    told = await asked(sent, PARSE, TokenScope.READ_READINGS, text=text)
    assert told["questions"] or told["understood"]
    assert text != "115 193" or (found["understood"], [len(one["choices"]) for one in found["questions"]]) == ([], [2]), (
        "both ways are open where nothing is known"
    )
