"""Signing in and out, and forms that did not come from our own pages."""

import dataclasses
import datetime as dt

import pytest

from models import Session
from resolvers import gate
from tests.web.conftest import BASE, Browser, signed_in
from tests.web.reader import Page
from web.sessions import local

COOKIE = "abonent"


async def test_signing_in_opens_home_and_out_closes_it(site, stranger):
    await Session.all().delete()
    answer = await stranger.sign_in("aigul")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}/")
    assert (await stranger.get("/")).status_code == 200
    token = stranger.client.cookies[COOKIE]
    answer = await stranger.post("/sign-out", (await stranger.page("/")).fields("/sign-out"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}/sign-in?gone=1")
    assert await Session.all().count() == 0
    stranger.client.cookies.set(COOKIE, token)
    assert (await stranger.get("/")).status_code == 303


@pytest.mark.parametrize("login", ["aigul", "AIGUL", " aigul ", "aigul@example.com", "02015213"])
async def test_each_kind_of_login_signs_in(stranger, login: str):
    assert (await stranger.sign_in(login)).status_code == 303


async def test_an_alias_of_a_contract_signs_in(stranger):
    assert (await stranger.sign_in("vk2666")).status_code == 303


@pytest.mark.parametrize(("login", "password"), [("aigul", "wrong-password"), ("no-such", "chistaya-voda"), ("", ""), ("a" * 5000, "b" * 5000), ("'\0", "\0")])
async def test_a_wrong_password_is_said_plainly_and_keeps_the_login(stranger, login: str, password: str):
    answer = await stranger.sign_in(login, password)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.problems() == []
    assert "Неверный логин или пароль." in page.text()
    assert page.value("login") == login.strip().replace("\0", "\ufffd")[:254]
    assert page.value("password") == ""
    assert COOKIE not in stranger.client.cookies


async def test_a_source_that_floods_is_told_to_wait(stranger, monkeypatch):
    monkeypatch.setitem(gate.LIMITS, "sign_in", dataclasses.replace(gate.LIMITS["sign_in"], pair_wall=gate.Limit(5, 600)))
    assert {(await stranger.sign_in("aigul", f"wrong-password-{count}")).status_code for count in range(5)} == {422}
    answer = await stranger.sign_in("aigul")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Слишком много попыток" in answer.text


async def test_the_cookie_is_out_of_reach_and_remembering_makes_it_last(site):
    short, long = Browser(site.app), Browser(site.app)
    once = (await short.sign_in("aigul")).headers["set-cookie"]
    kept = (await long.sign_in("aigul", remember="true")).headers["set-cookie"]
    assert "HttpOnly" in once
    assert "samesite=lax" in once.lower()
    assert "max-age" not in once.partition(",")[0].lower()
    assert "Max-Age=77" in kept


async def test_an_expired_session_says_so_and_returns(site):
    browser = await signed_in(site.app, "aigul")
    await Session.all().update(expires_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    address = f"/accounts/{site.account}/statement?period=2020-05"
    answer = await browser.get(address)
    assert answer.status_code == 303
    page = await browser.page(answer.headers["location"].removeprefix(BASE))
    assert "Войдите ещё раз" in page.text()
    fields = page.fields("/sign-in") | {"login": "aigul", "password": "chistaya-voda"}
    assert (await browser.post("/sign-in", fields)).headers["location"] == BASE + address


async def test_a_fragment_never_holds_the_sign_in_form(site, stranger):
    answer = await stranger.fragment(f"/accounts/{site.account}/statement", "statement")
    assert answer.headers["hx-redirect"].startswith(f"{BASE}/sign-in?next=")
    assert answer.text == ""


@pytest.mark.parametrize("address", [
    "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "/o/other/", "/", "", "o/vodokanal/x",
    "/o/vodokanal//../..//evil", "http:/o/vodokanal/", "/o/vodokanal/sign-out", "/o/vodokanal/\r\nset-cookie: a=b", "/o/vodokanal/" + "a" * 2000,
])  # fmt: skip
async def test_after_signing_in_nobody_is_sent_elsewhere(stranger, address: str):
    answer = await stranger.send("/sign-in", login="aigul", password="chistaya-voda", next=address)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{BASE}/")
    assert "evil.example" not in answer.headers["location"]
    assert local(f"{BASE}/accounts/x?period=2020-05", BASE) == f"{BASE}/accounts/x?period=2020-05"


async def test_a_form_without_our_token_does_nothing(site, aigul):
    fields = (await aigul.page("/")).fields("/sign-out")
    for forged in ({}, {"csrf": ""}, {"csrf": "x"}, {"csrf": "ä"}, {"csrf": fields["csrf"][:-3] + "AAA"}):
        assert (await aigul.post("/sign-out", forged)).status_code == 403
    other = await signed_in(site.app, "firma")
    assert (await other.post("/sign-out", fields)).status_code == 403
    assert (await aigul.get("/")).status_code == 200


async def test_a_form_from_another_site_does_nothing(aigul):
    fields = (await aigul.page("/")).fields("/sign-out")
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}, {"origin": "null"}):
        assert (await aigul.post("/sign-out", fields, headers=headers)).status_code == 403
    assert (await aigul.get("/")).status_code == 200
    assert (await aigul.post("/sign-out", fields, headers={"sec-fetch-site": "same-origin"})).status_code == 303


async def test_a_token_differs_each_time_and_serves_each_time(aigul):
    first, second = [(await aigul.page("/")).value("csrf") for _ in range(2)]
    assert first != second
    assert (await aigul.post("/sign-out", {"csrf": first})).status_code == 303


async def test_a_language_chosen_before_signing_in_stays(stranger):
    """The way to the sign-in page is answered outside the language layer, and must remember the choice all the same."""
    first = await stranger.get("/?lang=kk")
    assert first.status_code == 303
    assert 'lang="kk"' in (await stranger.client.get(first.headers["location"])).text


@pytest.mark.parametrize("address", ["///evil.example", "//evil.example", "//[", "//℀.com", "/\\evil.example", "https:///evil.example"])
async def test_nobody_is_sent_elsewhere_where_the_host_names_the_organization(aigul, address: str):
    """There the base is empty, so that every path begins like one of ours."""
    assert local(address, "") == "/"
    answer = await aigul.client.get("/sign-in", params={"next": address})
    assert answer.headers.get("location", "/") == "/"


async def test_an_odd_origin_is_a_forged_form_and_no_error(aigul):
    answer = await aigul.post("/sign-out", {}, headers={"origin": "http://["})
    assert answer.status_code == 403


async def test_pages_without_an_organization_are_not_there(site, aigul):
    for path in ("/theme.css", f"/accounts/{site.account}", f"/accounts/{site.account}/statement", f"/accounts/{site.account}/readings"):
        assert (await aigul.client.get(path)).status_code == 404, path


@pytest.mark.parametrize("page", ["", "/statement", "/statement.pdf", "/readings", "/payments"])
async def test_an_account_is_not_shown_under_another_suppliers_name(site, aigul, page: str):
    assert (await aigul.client.get(f"/o/teplo/accounts/{site.account}{page}")).status_code == 404
