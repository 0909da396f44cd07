"""Files to keep for systems: every one of them takes a bearer token, shows what its viewer may see and nothing else, and no page does."""

import pytest
from starlette.routing import Route

from models.enums import TokenScope
from resolvers.tokens import create_token
from tests.web.conftest import BASE, Browser, signed_in
from web.routes import routes

READING = (TokenScope.READ_ACCOUNTS, TokenScope.READ_MONEY, TokenScope.READ_READINGS)
OTHERS = ("/look-up", "/imports", "/mailbox", "/differences")  # a stranger's, one with a door of its own, and those for staff in person
GETS = [route.path for route in routes() if isinstance(route, Route) and route.methods == {"GET", "HEAD"} and not route.path.startswith(OTHERS)]
FILES = [path for path in GETS if path.endswith((".pdf", ".{kind}"))]
PAGES = [path for path in GETS if path.startswith(("/accounts/{id}", "/contracts/{id}")) and path not in FILES]
WITHOUT_MONEY = {"/accounts/{id}/readings/history.{kind}", "/tariffs.{kind}"}
NOTHING_HERE = {
    "/accounts/{id}/statement/why.{kind}", "/contracts/{id}/why.{kind}", "/accounts/{id}/certificates/{number}.pdf",
}  # fmt: skip


def address(site, path: str) -> str:
    identity = site.contract if path.startswith("/contracts") else site.account
    month = "2019-11" if path.startswith("/contracts") else "2020-05"
    query = f"?account={site.account}" if path == "/bills.pdf" else f"?period={month}" if path.endswith(("statement.{kind}", ".pdf")) else ""
    return BASE + path.replace("{id}", identity).replace("{kind}", "csv").replace("{number}", "1") + query


async def headers(*scopes: TokenScope, **owner: str) -> dict[str, str]:
    return {"authorization": f"Bearer {await create_token(**owner, scopes=list(scopes))}"}


def test_there_are_files_and_pages():
    assert len(FILES) > 20
    assert len(PAGES) > 15


async def test_a_token_opens_the_files_that_a_cookie_opens(site):
    opened = set()
    for path in FILES:
        owner = "firma" if path.startswith("/contracts") else "aigul"
        seen = await (await signed_in(site.app, owner)).client.get(address(site, path))
        taken = await Browser(site.app).client.get(address(site, path), headers=await headers(*READING, user_login=owner))
        assert taken.status_code == seen.status_code, path
        if seen.status_code == 200:
            opened.add(path)
            assert taken.content == seen.content, path
        else:
            assert taken.headers["content-type"] == "application/json", path
    assert set(FILES) - opened == NOTHING_HERE


async def test_a_file_is_closed_to_other_tokens(site):
    wrong = {"authorization": "Bearer abn_x"}
    foreign = await headers(*READING, organization_slug="teplo")
    poor = await headers(TokenScope.READ_ACCOUNTS, organization_slug="vodokanal")
    for path in FILES:
        client = Browser(site.app).client
        answer = await client.get(address(site, path), headers=wrong)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHENTICATED"), path
        assert "www-authenticate" in answer.headers
        if path != "/tariffs.{kind}":
            assert (await client.get(address(site, path), headers=foreign)).status_code in (400, 403, 404), path
            assert (await client.get(address(site, path))).status_code == 303, path
        if path not in WITHOUT_MONEY:
            assert (await client.get(address(site, path), headers=poor)).status_code in (400, 403, 404), path


async def test_no_page_takes_a_token(site):
    token = await headers(*READING, user_login="aigul")
    for path in PAGES:
        where = address(site, path).replace("{meter}", "x").replace("{event}", "x").partition("?")[0]
        assert (await Browser(site.app).client.get(where, headers=token)).status_code in (303, 400, 404), path


@pytest.mark.parametrize("path", ["bill.pdf?period=2020-13", "bill.pdf?period=2020-05&size=a3", "reconciliation.csv?from=x", "movements.csv?to=2199-01"])
async def test_a_wrong_address_is_told_in_json(site, path: str):
    answer = await Browser(site.app).client.get(f"{BASE}/accounts/{site.account}/{path}", headers=await headers(*READING, user_login="aigul"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BAD_REQUEST")
