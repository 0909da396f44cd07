"""What the schema answers, end to end on a real database."""

import pytest

from adapters.texts import speaking
from models.enums import Resource
from resolvers.viewer import viewer_of_user
from schema import ids
from schema.context import Context
from schema.execution import execute
from tests import factories as make


async def asked(text: str, viewer=None, **variables):
    return (await execute(text, variables, Context(viewer, make.NOW))).body


@pytest.fixture
async def flat(database):
    """The flat of the printed screen: two meters, a statement of October, and its owner."""
    await ids.load()
    org = await make.organization()
    account = await make.account(org, "02015213", flat="1")
    cold = await make.meter(account, serial="31883369")
    hot = await make.meter(account, Resource.HOT_WATER, serial="31883423")
    for dial, before, now in ((cold, "114.365", "115.408"), (hot, "195.360", "196.009")):
        await make.reading(dial, before, "2026-09-13")
        await make.reading(dial, now, "2026-10-25")
    await make.charge(account, "2026-10", 6932)
    await make.charge(account, "2026-10", 11152, service=await make.service(org, "Канализация", Resource.SEWERAGE), quantity=1_692_000)
    await make.statement(account, "2026-10", opening=-64106, closing=-46021, compensation_note=150000)
    await make.payment(account, 150000, "2026-10-12")
    owner = await make.user("aliya")
    await make.member(owner, account)
    return account, await viewer_of_user(owner.id, make.TODAY)


STATEMENT = """
query ($id: ID!, $period: Period) { account(id: $id) {
  number address holderName may
  balance { amount currency }
  statement(period: $period) {
    period state version head { holderName residents area { value unit } }
    opening { amount } closing { amount } toPay { amount } compensationNote { amount }
    volumes { resource serial fromOn fromValue { value } toOn toValue { value } volume { value unit } }
    charges { service { name } quantity { value unit } tariff { amount per taxIncluded } tariffWithTax { amount } taxPercent amount { amount } }
    differences { reason amount { amount } }
  }
  statementPeriods
  meters { serial state refusal { code message } registers { unit lastReading { display previous { value } consumption { value unit } } } }
  payments(first: 5) { nodes { amount { amount } paidOn channel state } pageInfo { hasNextPage endCursor } }
} }"""


async def test_a_statement_as_printed(flat):
    account, viewer = flat
    found = (await asked(STATEMENT, viewer, id=ids.encode("acc", account.id)))["data"]["account"]
    statement = found["statement"]
    assert found["address"] == "Усть-Каменогорск, Красина, 3-1"
    assert (statement["period"], statement["toPay"]["amount"], statement["opening"]["amount"]) == ("2026-10", "-460.21", "-641.06")
    assert [(one["serial"], one["volume"]) for one in statement["volumes"]] == [
        ("31883369", {"value": "1.043", "unit": "куб.м"}), ("31883423", {"value": "0.649", "unit": "куб.м"}),
    ]  # fmt: skip
    assert [(line["service"]["name"], line["amount"]["amount"]) for line in statement["charges"]] == [("Холодная вода", "69.32"), ("Канализация", "111.52")]
    assert statement["charges"][0]["tariff"] == {"amount": "59.34", "per": "куб.м", "taxIncluded": False}
    assert statement["charges"][0]["taxPercent"] == "12"
    assert found["meters"][0]["registers"][0]["lastReading"] == {
        "display": "00115.408", "previous": {"value": "114.365"}, "consumption": {"value": "1.043", "unit": "куб.м"},
    }  # fmt: skip
    assert found["statementPeriods"] == ["2026-10"]


async def test_a_month_without_data_is_null_and_month_13_an_error(flat):
    account, viewer = flat
    pk = ids.encode("acc", account.id)
    answer = await asked(STATEMENT, viewer, id=pk, period="2020-01")
    assert answer["data"]["account"]["statement"] is None
    assert "errors" not in answer
    wrong = await asked(STATEMENT, viewer, id=pk, period="2026-13")
    assert wrong["data"] is None
    assert wrong["errors"][0]["extensions"] == {"code": "BAD_REQUEST", "retryable": False}


async def test_foreign_and_unknown_answer_alike(flat):
    account, _ = flat
    stranger = await viewer_of_user((await make.user()).id, make.TODAY)
    text = "query ($id: ID!) { account(id: $id) { number } }"
    with speaking("ru"):
        foreign = await asked(text, stranger, id=ids.encode("acc", account.id))
        unknown = await asked(text, stranger, id=ids.encode("acc", 10**9))
        nonsense = await asked(text, stranger, id="acc_nonsense")
    assert foreign == unknown == nonsense
    assert foreign["data"] == {"account": None}
    assert foreign["errors"][0]["extensions"]["code"] == "NOT_FOUND"
