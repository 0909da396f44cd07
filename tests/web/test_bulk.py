"""The door takes 500 readings in one body, from whoever shows a token that is one."""

import httpx2
import orjson
import pytest

from models.enums import TokenScope
from resolvers.tokens import create_token
from schema import ids
from tests import factories as make

QUERY = """mutation ($i: SubmitReadingsBulkInput!) { submitReadingsBulk(input: $i) { ... on SubmitReadingsBulkDone {
    verdicts { row outcome receipt { number reading { value { value unit } state register { id } } } problems { path code message } } } } }"""


@pytest.fixture
async def door(ready):
    from web.app import create_app

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(create_app()), base_url="http://127.0.0.1") as client:
        yield client


def body(rows: int, padding: int = 0) -> bytes:
    row = {"account": ids.encode("acc", 10**9), "register": ids.encode("reg", 10**9), "value": "00117,500" + " " * padding, "takenOn": "2026-11-20"}
    given = {"organizationSlug": "vodokanal", "rows": [row] * rows, "idempotencyKey": "k"}
    return orjson.dumps({"query": QUERY, "variables": {"i": given}})


async def test_five_hundred_rows_fit_and_no_stranger_sends_so_much(door):
    await make.organization()
    token = await create_token(organization_slug="vodokanal", scopes=[TokenScope.READ_ACCOUNTS, TokenScope.SUBMIT_READINGS])

    async def sent(content: bytes, **headers: str) -> httpx2.Response:
        return await door.post("/graphql", content=content, headers={"content-type": "application/json", **headers})

    full = body(500, 100)
    assert 64 * 1024 < len(full) < 256 * 1024
    answer = await sent(full, authorization=f"Bearer {token}")
    assert answer.status_code == 200, answer.text[:300]
    verdicts = answer.json()["data"]["submitReadingsBulk"]["verdicts"]
    assert [(one["row"], one["outcome"], one["problems"][0]["code"]) for one in verdicts] == [(row, "REJECTED", "UNKNOWN_ACCOUNT") for row in range(500)]
    assert (await sent(full)).status_code == 413
    assert (await sent(full, authorization="Bearer abn_none")).status_code == 401
    assert (await sent(body(500, 500), authorization=f"Bearer {token}")).status_code == 413


async def test_a_batch_has_its_price_whatever_is_asked_back(door):
    """Six batches in one document would be six times 500 rows."""
    await make.organization()
    token = await create_token(organization_slug="vodokanal", scopes=list(TokenScope))
    several = " ".join(f"b{place}: submitReadingsBulk(input: $i) {{ __typename }}" for place in range(6))
    query = f"mutation ($i: SubmitReadingsBulkInput!) {{ {several} }}"
    given = {"i": {"organizationSlug": "vodokanal", "rows": [{"value": "1"}], "idempotencyKey": "k"}}
    answer = await door.post("/graphql", json={"query": query, "variables": given}, headers={"authorization": f"Bearer {token}"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "TOO_EXPENSIVE"
