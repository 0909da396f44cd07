"""Every address that takes a POST refuses one from another site, without our token, or for a host that is not ours. The list comes from the
routes themselves: a new one without protection fails here."""

import pytest
from starlette.routing import Route

from models import Letter, Registration, Session
from tests.web.conftest import BASE, Browser, signed_in
from web.routes import routes

# These know no cookie: a bearer token is asked for, which no other site has.
BY_TOKEN = {"/uploads", "/uploads/{sha256}", "/documents", "/graphql"}
BY_LETTER = {"/unsubscribe"}  # nor does this: whoever holds a letter may end letters of its kind, from anywhere
WITH_FILES = {"/imports", "/accounts/{id}/documents"}
POSTED = sorted({route.path for route in routes() if isinstance(route, Route) and "POST" in (route.methods or ())} - BY_TOKEN - BY_LETTER)
FILLED = {
    "login": "aigul", "email": "new@example.kz", "loginOrEmail": "aigul", "password": "chistaya-voda", "repeat": "chistaya-voda", "currentPassword": "chistaya-voda",
    "agreementVersion": "true", "token": "x", "code": "ABCD2345", "number": "02015213", "surname": "Ким",
}  # fmt: skip
ABROAD = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site", "hx-request": "true", "hx-target": "content"},
]


def address(site, path: str) -> str:
    return path.replace("{id}", site.account).replace("{kind}", "csv").replace("{name}", "x").replace("{slug}", "x").replace("{period}", "2020-05")


def refused(path: str, answer, who: str) -> bool:
    """A stranger may be asked in before anything is looked at; pages that take files take no other form."""
    asked_in = who == "stranger" and "/sign-in" in answer.headers.get("hx-redirect", answer.headers.get("location", ""))
    return answer.status_code in (403, 404) or asked_in or (path in WITH_FILES and answer.status_code == 400)


async def state() -> list[int]:
    return [await model.all().count() for model in (Letter, Registration, Session)]


def test_there_are_doors():
    assert len(POSTED) > 15
    assert {"/sign-in", "/sign-out", "/register", "/recover", "/confirm"} <= set(POSTED)


@pytest.mark.parametrize("who", ["stranger", "aigul", "operator"])
async def test_forms_from_elsewhere_do_nothing(site, who: str):
    """With a right token even: what a browser says about where a form comes from is believed first."""
    browser = Browser(site.app) if who == "stranger" else await signed_in(site.app, who)
    page = await browser.page("/sign-in" if who == "stranger" else "/")
    csrf = page.fields("/sign-in" if who == "stranger" else "/sign-out")["csrf"]
    before = await state()
    for path in POSTED:
        for headers in ABROAD:
            answer = await browser.post(address(site, path), FILLED | {"csrf": csrf}, headers=headers)
            assert refused(path, answer, who), (path, headers, answer.status_code)
    assert await state() == before


@pytest.mark.parametrize("who", ["stranger", "aigul", "operator"])
async def test_forms_without_our_token_do_nothing(site, who: str):
    browser = Browser(site.app) if who == "stranger" else await signed_in(site.app, who)
    other = await (Browser(site.app)).page("/sign-in")
    before = await state()
    for path in POSTED:
        for csrf in ({}, {"csrf": ""}, {"csrf": "x" * 36}, {"csrf": other.fields("/sign-in")["csrf"]}):
            answer = await browser.post(address(site, path), FILLED | csrf)
            assert refused(path, answer, who), (path, csrf, answer.status_code)
    assert await state() == before


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "a" * 300])
async def test_a_forged_host_reaches_nothing(site, host: str):
    browser = Browser(site.app)
    csrf = (await browser.page("/sign-in")).fields("/sign-in")["csrf"]
    before = await state()
    for path in (*POSTED, *BY_LETTER):
        answer = await browser.client.post(address(site, path), data=FILLED | {"csrf": csrf}, headers={"host": host})
        assert answer.status_code == 404, (path, host, answer.status_code)
        assert "evil.example" not in answer.text
    assert await state() == before


async def test_a_forwarded_address_of_a_stranger_is_not_believed(site):
    """Whoever could choose his source could not be counted."""
    browser = Browser(site.app)
    for number in range(10):
        headers = {"x-forwarded-for": f"198.51.100.{number}", "forwarded": f"for=198.51.100.{number}", "x-real-ip": f"198.51.100.{number}"}
        answer = await browser.send("/sign-in", headers=headers, login="aigul", password="wrong")
        assert answer.status_code == 422
    answer = await browser.send("/sign-in", headers={"x-forwarded-for": "198.51.100.99"}, login="aigul", password="chistaya-voda")
    assert answer.status_code == 422
    assert 'name="humanCheck.typed"' in answer.text


async def test_letters_do_not_lead_where_a_header_says(site):
    browser = Browser(site.app)
    headers = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "ftp", "referer": f"https://evil.example{BASE}/recover"}
    answer = await browser.send("/recover", headers=headers, loginOrEmail="aigul@example.com")
    assert answer.status_code == 200
    letter = await Letter.all().order_by("-id").first()
    assert letter is not None
    assert "evil" not in str(dict(letter))
