"""The pages' documents: checked at the start, run as their viewer, answered as records."""

import datetime as dt
from pathlib import Path

import pytest

from models.errors import BadRequest, NotFound, SignInRequired
from models.money import Currency, Money
from models.period import Period
from resolvers.viewer import viewer_of_user
from schema import ids, operations
from tests import factories as make

HOME = """
query Home($first: Int = 2, $period: Period) {
  accounts(first: $first) {
    nodes { id number balance { amount currency } statement(period: $period) { period closing { amount currency } asOf }
            window: readingWindow { closesOn isOpen } meters { state registers { id } } }
    pageInfo { hasNextPage }
  }
}"""
SIGN_IN = """
mutation SignIn($input: SignInInput!) { signIn(input: $input) { ... on SignInDone { token } ... on Rejected { problems { path code message } } } }"""


@pytest.fixture
async def pages(database, tmp_path: Path):
    for name, text in (
        ("home/index", HOME),
        ("sign_in/index", SIGN_IN),
        ("account/node", "query ($id: ID!) { node(id: $id) { id ... on Account { number } } }"),
    ):
        path = tmp_path / "pages" / f"{name}.graphql"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    await operations.start(tmp_path / "pages")
    yield
    operations.load()


async def owner_of(account):
    user = await make.user()
    await make.member(user, account)
    return await viewer_of_user(user.id, make.TODAY)


async def test_a_record_with_parsed_scalars(pages):
    account = await make.account(await make.organization(), balance=-46021)
    await make.meter(account)
    await make.statement(account, "2026-10", closing=-46021)
    record = await operations.run("home/index", await owner_of(account), {"first": 5}, today=make.TODAY)
    found = record.accounts.nodes[0]
    assert found.balance == Money(-46021, Currency.KZT)
    assert found.statement.period == Period(2026, 10)
    assert found.statement.asOf == make.NOW
    assert found.window.closesOn == dt.date(2026, 11, 30)
    assert found.meters[0].state == "INSTALLED"
    assert record.accounts.pageInfo.hasNextPage is False


async def test_a_member_of_a_union_has_its_typename(pages):
    outcome = (await operations.run("sign_in/index", None, {"input": {"login": "nobody", "password": "wrong password"}}, language="ru")).signIn
    assert outcome.typename == "Rejected"
    assert [(one.path, one.code) for one in outcome.problems] == [(["login"], "WRONG_LOGIN_OR_PASSWORD")]


async def test_errors_come_back_as_what_they_were(pages):
    account = await make.account(await make.organization())
    viewer = await owner_of(account)
    with pytest.raises(SignInRequired):
        await operations.run("home/index", None)
    with pytest.raises(NotFound):
        await operations.run("account/node", viewer, {"id": "acc_unknown"})
    with pytest.raises(BadRequest):
        await operations.run("home/index", viewer, {"period": "2026-13"})
    record = await operations.run("account/node", viewer, {"id": ids.encode("acc", account.id)})
    assert (record.node.typename, record.node.number) == ("Account", account.number)


@pytest.mark.parametrize(
    ("text", "why"), [("query { nothing }", "nothing"), ("query {", "Syntax"), ("query A { viewer { kind } } query B { viewer { kind } }", "one")]
)
def test_a_broken_document_stops_the_start_with_its_name(tmp_path: Path, text: str, why: str):
    (tmp_path / "broken.graphql").write_text(text)
    with pytest.raises(operations.BrokenDocument, match=rf"broken\.graphql.*{why}"):
        operations.load(tmp_path)
    operations.load()
