"""The door for partners: whatever comes gets an answer in JSON, and never a fault of ours."""

import datetime as dt
import sqlite3
from urllib.parse import urlsplit

import asyncpg
import httpx2
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from starlette.applications import Starlette
from structlog.testing import capture_logs
from tortoise.exceptions import OperationalError, TransactionManagementError

from models import User
from models.availability import is_unavailable
from models.enums import TokenScope
from resolvers.sessions import sign_in
from resolvers.tokens import create_token
from resolvers.users import create_user
from tests import factories as make
from web.graphql import routes

JSON = {"content-type": "application/json"}
VIEWER = b'{"query": "{ viewer { kind } }"}'
HOSTILE = [
    b"", b"null", b"1", b'"x"', b"[]", b"[[[[", b"[" * 60000, b"{", b"{}", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf{}", b"NaN", b'{"query": null}',
    b'{"query": 1}', b'{"query": ""}', b'{"query": " "}', b'{"query": []}', b'{"query": "{"}', b'{"query": "\\u0000"}', b'{"query": "\\ud800"}',
    b'{"query": "{ viewer { kind } }", "variables": []}', b'{"query": "{ viewer { kind } }", "variables": "x"}',
    b'{"query": "{ viewer { kind } }", "operationName": 5}', b'{"query": "{ viewer { kind } }", "operationName": "Other"}',
    b'[{"query": "{ viewer { kind } }"}]', b'{"query": "query ($f: Int!) { organizations(first: $f) { nodes { id } } }", "variables": {"f": 1e400}}',
    b'{"query": "query ($f: Int!) { organizations(first: $f) { nodes { id } } }", "variables": {"f": 99999999999999999999999}}',
    b'{"query": "query ($s: String!) { organization(slug: $s) { id } }", "variables": {"s": "\\u0000"}}',
    b'{"query": "query ($s: String!) { organization(slug: $s) { id } }", "variables": {"s": "\\ud800"}}',
    b'{"query": "{ organization(slug: \\"a\\\\u0000b\\") { id } }"}', b'{"query": "{ organization(slug: \\"\\\\ud800\\") { id } }"}',
    b'{"query": "subscription { viewer { kind } }"}', b'{"query": "{ organizations(first: 0) { nodes { id } } }"}',
    b'{"query": "{ organizations(first: 5, after: \\"zzz\\") { nodes { id } } }"}',
    b'{"query": "{ __schema { types { name } } }"}', b'{"query": "' + b"{a" * 900 + b'"}', b'{"query": "{ ' + b"viewer " * 2900 + b'}"}',
    b'{"query": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"}',
    b'{"query": "mutation { signIn(input: {login: \\"\\", password: \\"\\"}) { __typename } }"}',
]  # fmt: skip


@pytest.fixture
async def client(ready):
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(Starlette(routes=routes)), base_url="http://test") as opened:
        yield opened


async def posted(client, query: str, token: str | None = None, **variables):
    headers = {**JSON, **({"authorization": f"Bearer {token}"} if token else {})}
    return await client.post("/graphql", content=orjson.dumps({"query": query, "variables": variables}), headers=headers)


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_bodies_are_refused_in_json(client, body: bytes):
    answer = await client.post("/graphql", content=body, headers=JSON)
    assert answer.status_code in (200, 400)
    found = answer.json()
    assert found.get("data") is not None or found["errors"][0]["extensions"]["code"] in ("BAD_REQUEST", "FORBIDDEN")
    assert "INTERNAL" not in answer.text


async def test_too_much_is_413_and_another_content_type_400(client):
    assert (await client.post("/graphql", content=b" " * 70_000, headers=JSON)).status_code == 413
    assert (await client.post("/graphql", content=VIEWER, headers={"content-type": "text/plain"})).status_code == 400
    assert (await client.post("/graphql", files={"map": b"{}"})).status_code == 400


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_only_post(client, method: str):
    answer = await client.request(method, "/graphql?query={viewer{kind}}")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert "POST" in answer.json()["errors"][0]["message"]


async def test_a_token_is_a_viewer_and_a_wrong_one_is_401(client):
    await make.organization()
    token = await create_token(organization_slug="vodokanal", scopes=[TokenScope.READ_ACCOUNTS])
    assert (await posted(client, "{ viewer { kind scopes } }", token)).json()["data"]["viewer"] == {"kind": "PARTNER", "scopes": ["READ_ACCOUNTS"]}
    assert (await posted(client, "{ viewer { kind } }")).json()["data"] == {"viewer": None}
    for wrong in (token[:-1] + ("0" if token[-1] != "0" else "1"), "abn_nothing", "x", token.replace("a", "b")):
        answer = await posted(client, "{ viewer { kind } }", wrong)
        assert answer.status_code == 401
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_persons_own_language_is_answered_in_where_none_is_asked_for(client):
    user = await create_user("aliya", "aliya@example.com", "chistaya-voda")
    await User.filter(id=user.id).update(language="kk")
    session = await sign_in("aliya", "chistaya-voda", slug=None, remember=False, source=None, now=dt.datetime.now(dt.UTC))
    mine = {**JSON, "authorization": f"Bearer {session.token}"}
    ask = b'{"query": "{ account(id: \\"acc_x\\") { id } }"}'
    answers = [(await client.post("/graphql", content=ask, headers=mine | more)).json() for more in ({}, {"accept-language": "en"})]
    assert [one["errors"][0]["message"] for one in answers] == [
        "Мұнда ештеңе жоқ немесе ол сіздікі емес.",
        "There is nothing here, or it is not yours to see.",
    ]


async def test_cookies_are_not_looked_at(client):
    user = await make.user("aliya")
    signed = await create_token(user_login=user.login)
    answer = await client.post("/graphql", content=VIEWER, headers={**JSON, "cookie": f"abonent={signed}; __Host-abonent={signed}"})
    assert answer.json()["data"] == {"viewer": None}


async def test_a_database_that_is_away_is_503(client, database_kind):
    from models.database import close

    await close()
    answer = await posted(client, '{ organization(slug: "x") { id } }')
    if answer.status_code == 200:  # SQLite opens itself again
        return
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE", "retryable": True, "retryAfterSeconds": 5}


async def test_introspection_is_for_those_who_signed_in(client):
    await make.organization()
    token = await create_token(organization_slug="vodokanal")
    text = "{ __schema { queryType { name } } }"
    assert (await posted(client, text)).status_code == 400
    assert (await posted(client, text, token)).json()["data"]["__schema"]["queryType"]["name"] == "Query"


async def test_a_mistyped_field_gets_no_suggestion(client):
    message = (await posted(client, "{ viewr { kind } }")).json()["errors"][0]["message"]
    assert "Did you mean" not in message


WORDS = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "!",
    "$",
    "@",
    "...",
    "on",
    "query",
    "mutation",
    "fragment",
    "viewer",
    "accounts",
    "node",
    "first",
    "id",
    "organization",
    "slug",
    '"x"',
    "1",
    "-1",
    "1e9",
    "null",
    "true",
    "#",
    ",",
    "__typename",
    "include",
    "if",
    "input",
    "signIn",
    "A",
]
scalars = some.none() | some.booleans() | some.integers(-(2**60), 2**60) | some.floats() | some.text('аb{}\\"\x00', max_size=20)
values = some.recursive(scalars, lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.sampled_from(WORDS), inner, max_size=4))
questions = some.lists(some.sampled_from(WORDS), max_size=40).map(" ".join)
bodies = some.one_of(
    some.binary(max_size=200),
    values.map(orjson.dumps),
    questions.map(lambda text: orjson.dumps({"query": text})),
    some.tuples(questions, values).map(lambda both: orjson.dumps({"query": both[0], "variables": both[1]})),
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=bodies)
async def test_generated_bodies_never_break_it(client, body: bytes):
    answer = await client.post("/graphql", content=body, headers=JSON)
    assert answer.status_code in (200, 400, 413)
    assert "INTERNAL" not in answer.text


async def test_a_database_that_cannot_be_written_is_503_and_still_read(client, database, database_kind):
    await make.organization()
    await create_user("aliya", "aliya@example.com", "a long enough one")
    await read_only(database, database_kind)
    signing = 'mutation { signIn(input: {login: "aliya", password: "a long enough one"}) { __typename } }'
    answer = await posted(client, signing)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert (await posted(client, '{ organization(slug: "vodokanal") { name } }')).json()["data"]["organization"]["name"] == "Водоканал"


async def read_only(url: str, kind: str) -> None:
    from models.database import connect, connection

    if kind == "sqlite":
        await connection().execute_query("PRAGMA query_only = ON")
    else:
        name = urlsplit(url).path[1:]
        await connection().execute_query(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        await connect(url)


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (sqlite3.OperationalError("database or disk is full"), True),
        (sqlite3.OperationalError("database is locked"), True),
        (sqlite3.OperationalError("no such column: x"), False),
        (OperationalError(sqlite3.OperationalError("attempt to write a readonly database")), True),
        (OperationalError("syntax error"), False),
        (TransactionManagementError(asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT in a read-only transaction")), True),
        (asyncpg.DiskFullError("could not extend file"), True),
        (ConnectionRefusedError(111, "Connect call failed"), True),
        (ValueError("x"), False),
        (None, False),
    ],
    ids=repr,
)
def test_what_counts_as_away(error, away):
    assert is_unavailable(error) is away


async def test_what_goes_wrong_before_the_door_is_told_in_json_too(ready, monkeypatch):
    from web.app import create_app

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(create_app()), base_url="http://127.0.0.1") as client:
        answer = await client.post("/graphql", content=b" " * 70_000, headers=JSON)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (413, "BAD_REQUEST")
        assert (await client.post("/graphql", content=VIEWER, headers=JSON)).json()["data"] == {"viewer": None}

        async def away(*_: object, **__: object) -> None:
            raise ConnectionRefusedError

        monkeypatch.setattr("resolvers.sql.connection", away)
        monkeypatch.setattr("schema.operations.sessions.bearer_viewer", away)
        answer = await client.post("/graphql", content=VIEWER, headers={**JSON, "authorization": "Bearer abn_x"})
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")


async def test_a_fault_of_ours_is_masked_and_numbered(client, monkeypatch):
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret of Aliya Kim, 020152130")

    monkeypatch.setattr("schema.queries.find_organization", broken)
    answer = await posted(client, '{ organization(slug: "x") { name } }')
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["extensions"]["code"], error["path"]) == (200, "INTERNAL", ["organization"])
    assert "secret" not in answer.text


@pytest.mark.parametrize("came", [[], [{"type": "http.request", "body": b'{"query": ', "more_body": True}]])
async def test_who_leaves_before_the_question_came_is_no_fault(came):
    from web.app import create_app

    coming = iter([*came, {"type": "http.disconnect"}])
    sent: list[object] = []

    async def receive():
        return next(coming)

    async def send(message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "scheme": "http", "path": "/graphql", "raw_path": b"/graphql", "query_string": b"", "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8000"), *((name.encode(), value.encode()) for name, value in JSON.items())],
        "http_version": "1.1", "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 8000), "state": {},
    }  # fmt: skip
    with capture_logs() as lines:
        await create_app()(scope, receive, send)
    assert not sent
    assert [(line["event"], line["status"]) for line in lines] == [("request", None)]
