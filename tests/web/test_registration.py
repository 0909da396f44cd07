"""Registering, confirming and recovering, as browsers do it: with htmx, without JavaScript, and forged."""

import datetime as dt
import re

import pytest

from models import Letter, MailedSecret, Registration, User
from tests.human import as_fields
from tests.mailbox import deliver_all, deliver_one
from tests.web.conftest import BASE, Browser, signed_in
from tests.web.reader import Page
from tests.web.test_weights import FIRST_VISIT, FRAGMENT, PAGE_MOVE, everything

PASSWORD = "svetlaya-reka"
INDIVIDUAL = {
    "accountNumber": "02015213",
    "email": "new@example.kz",
    "password": PASSWORD,
    "repeat": PASSWORD,
    "agreementVersion": "true",
    "taxNumber": "791028302728",
}
LEGAL = {
    "name": "ТОО «Берег»",
    "taxNumber": "940140000385",
    "contractNumber": "123",
    "email": "firm@example.kz",
    "password": PASSWORD,
    "repeat": PASSWORD,
    "agreementVersion": "true",
}


def path_of(link: str) -> str:
    return link.partition(BASE)[2]


@pytest.mark.parametrize("kind", ["individual", "legal", "short"])
@pytest.mark.parametrize("language", ["ru", "kk", "en"])
async def test_the_form_stands_on_its_own(stranger, kind: str, language: str):
    page = await stranger.page(f"/register?kind={kind}&lang={language}")
    assert page.problems() == []
    tick = page.by_id("agreementVersion")
    assert "checked" not in tick.attrib
    assert ("accountNumber" in {field.get("name") for field in page.named("input")}) is (kind == "individual")


@pytest.mark.parametrize("htmx", [None, "registration"])
async def test_from_the_form_to_a_signed_in_user(stranger, htmx: str | None):
    answer = await stranger.send("/register?kind=individual", htmx, **INDIVIDUAL)
    assert answer.status_code == 200, answer.text
    page = Page(answer.text, fragment=htmx is not None)
    assert "new@example.kz" in page.text()
    assert "02015213" in page.text()
    assert not await User.exists(email_key="new@example.kz")
    letter = await deliver_one()
    assert (letter.recipient, letter.template) == ("new@example.kz", "registration")
    for _ in range(2):  # mail scanners open links too
        shown = await stranger.page(path_of(letter.link))
        assert shown.problems() == []
        assert "new@example.kz" in shown.text()
    answer = await stranger.post("/confirm", shown.fields("/confirm"))
    page = Page(answer.text)
    assert page.problems() == []
    assert "Регистрация подтверждена" in page.text()
    assert page.value("login") == "new@example.kz"
    fields = page.fields("/sign-in") | {"password": PASSWORD}
    assert (await stranger.post("/sign-in", fields)).status_code == 303
    user = await User.get(email_key="new@example.kz")
    assert (user.login, user.tax_number, user.kind) == (None, "791028302728", "individual")


async def test_a_company_registers_and_types_the_code(stranger):
    answer = await stranger.send("/register?kind=legal", **LEGAL)
    page = Page(answer.text)
    assert page.problems() == []
    assert "vk123" in page.text()
    letter = await deliver_one()
    fields = page.fields("/confirm")
    answer = await stranger.post("/confirm", fields | {"code": letter.code.lower()[:4] + " " + letter.code[4:]})
    assert Page(answer.text).value("login") == "firm@example.kz"
    user = await User.get(email_key="firm@example.kz")
    assert (user.name, user.kind) == ("ТОО «Берег»", "legal")


async def test_the_short_way_takes_email_and_password_alone(stranger):
    await stranger.send("/register?kind=short", email="s@example.kz", password=PASSWORD, repeat=PASSWORD, agreementVersion="true")
    assert await Registration.filter(email_key="s@example.kz", account_number="").count() == 1


@pytest.mark.parametrize("htmx", [None, "registration"])
async def test_what_is_wrong_stands_beside_its_field_and_passwords_are_forgotten(stranger, htmx: str | None):
    typed = {"accountNumber": "nonsense", "login": "vk123", "email": "a@b", "phone": "12", "taxNumber": "791028302729", "password": PASSWORD, "repeat": "x"}
    answer = await stranger.send("/register?kind=individual", htmx, **typed, billByEmail="true")
    assert answer.status_code == 422
    assert PASSWORD not in answer.text
    page = Page(answer.text, fragment=htmx is not None)
    for name in (*typed, "agreementVersion"):
        if name != "password":
            field = page.by_id(name)
            assert field.get("aria-invalid") == "true", name
            assert page.by_id(f"{name}-error") is not None, name
    for name in ("accountNumber", "login", "email", "phone", "taxNumber"):
        assert page.value(name) == typed[name]
    assert "checked" in page.by_id("billByEmail").attrib
    assert "checked" not in page.by_id("agreementVersion").attrib
    assert page.by_id("problems").get("data-focus") is not None
    assert await Registration.all().count() == await Letter.all().count() == 0


async def test_changing_who_registers_keeps_what_was_typed(stranger):
    fields = (await stranger.page("/register")).fields("/register")
    typed = fields | {"kind": "legal", "email": "typed@example.kz", "phone": "+7 701", "password": PASSWORD, "agreementVersion": "true"}
    answer = await stranger.post("/register/check", typed, "registration")
    page = Page(answer.text, fragment=True)
    assert (page.value("email"), page.value("phone"), page.value("kind")) == ("typed@example.kz", "+7 701", "legal")
    assert PASSWORD not in answer.text
    assert page.by_id("contractNumber") is not None
    assert "checked" in page.by_id("agreementVersion").attrib


async def test_the_login_that_results_is_shown_at_once(stranger):
    fields = (await stranger.page("/register")).fields("/register")
    for typed, shown in (
        ({"accountNumber": "02015213"}, "02015213"),
        ({"login": "Aigerim"}, "Aigerim"),
        ({"kind": "legal", "contractNumber": "123"}, "vk123"),
        ({}, "почте"),
    ):
        answer = await stranger.post("/register/check", fields | typed, "login_result")
        page = Page(answer.text, fragment=True)
        assert page.by_id("login_result") is not None
        assert page.by_id("registration") is None
        assert shown in page.text()


async def test_the_same_form_sent_twice_registers_once(stranger):
    page = await stranger.page("/register?kind=short")
    fields = page.fields("/register") | {"email": "s@example.kz", "password": PASSWORD, "repeat": PASSWORD, "agreementVersion": "true"}
    first, again = [await stranger.post("/register", fields) for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200)
    assert await Registration.all().count() == await Letter.all().count() == 1
    other = await stranger.post("/register", fields | {"password": "drugaya-reka", "repeat": "drugaya-reka"})
    assert other.status_code == 422
    assert Page(other.text).value("idempotencyKey") != fields["idempotencyKey"]


async def test_a_link_that_is_over_says_so_and_a_confirmed_one_too(site, stranger):
    await stranger.send("/register?kind=short", email="s@example.kz", password=PASSWORD, repeat=PASSWORD, agreementVersion="true")
    letter = await deliver_one()
    one, two = await stranger.page(path_of(letter.link)), await Browser(site.app).page(path_of(letter.link))
    assert one.fields("/confirm")["token"] == two.fields("/confirm")["token"]
    await stranger.post("/confirm", one.fields("/confirm"))
    late = await stranger.post("/confirm", one.fields("/confirm"))
    assert "уже подтверждена" in Page(late.text).text()
    again = await stranger.page(path_of(letter.link))
    assert "уже подтверждена" in again.text()
    over = await stranger.page("/confirm?token=" + "A" * 43)
    assert "устарела" in over.text()
    assert over.problems() == []


async def test_no_registration_by_a_form_from_elsewhere(stranger):
    for path in ("/register", "/register/check", "/confirm", "/confirm/resend", "/recover", "/recover/new"):
        page = await stranger.page("/register")
        fields = page.fields("/register") | INDIVIDUAL
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
            assert (await stranger.post(path, fields, headers=headers)).status_code == 403, path
        assert (await stranger.post(path, fields | {"csrf": "x"})).status_code == 403, path
    assert await Registration.all().count() == await MailedSecret.all().count() == 0


async def test_an_unconfirmed_password_leads_to_the_letter(stranger):
    await stranger.send("/register?kind=short", email="s@example.kz", password=PASSWORD, repeat=PASSWORD, agreementVersion="true")
    answer = await stranger.sign_in("s@example.kz", PASSWORD)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.problems() == []
    assert "ещё не подтверждена" in page.text()
    fields = page.fields("/confirm/resend")
    assert fields["registration"], "of the one whose password this is"
    first = await deliver_one()
    answer = await stranger.post("/confirm/resend", fields | {"email": ""})
    assert Page(answer.text).problems() == []
    second = await deliver_one()
    assert first.token != second.token
    assert "устарела" in (await stranger.page(path_of(first.link))).text()


async def test_recovery_from_the_forgotten_name_to_the_new_password(site, stranger, aigul):
    answer = await stranger.send("/recover", loginOrEmail="02015213")
    assert Page(answer.text).problems() == []
    letter = await deliver_one()
    assert letter.recipient == "aigul@example.com"
    assert {"aigul", "02015213", "aigul@example.com"} <= set(re.findall(r"[\w@.]+", letter.text))
    page = await stranger.page(path_of(letter.link))
    assert page.problems() == []
    wrong = await stranger.post("/recover/new", page.fields("/recover/new") | {"password": "short", "repeat": "other"})
    assert wrong.status_code == 422
    assert "short" not in wrong.text
    done = await stranger.post("/recover/new", page.fields("/recover/new") | {"password": PASSWORD, "repeat": PASSWORD})
    assert Page(done.text).problems() == []
    assert Page(done.text).value("login") == "aigul"
    assert (await aigul.get("/")).status_code == 303, "whoever was in is out"
    assert (await stranger.sign_in("aigul", PASSWORD)).status_code == 303
    told = await deliver_one()
    assert (told.template, told.recipient) == ("password_recovered", "aigul@example.com")
    assert f"{BASE}/recover" in told.text, "it leads back to where one was"
    over = await stranger.page(path_of(letter.link))
    assert "устарела" in over.text()


async def test_the_agreement_is_there_for_everybody(site, stranger):
    for browser in (stranger, await signed_in(site.app, "aigul")):
        for language, word in (("ru", "Соглашение"), ("kk", "келісім"), ("en", "Agreement")):
            page = await browser.page(f"/agreement?lang={language}")
            assert page.problems() == []
            assert word in page.heading
    assert (await stranger.get("/agreement?version=2")).status_code == 404
    assert (await stranger.client.get("/agreement")).status_code == 200, "of the installation itself"


async def test_doors_without_an_organization(stranger):
    for path in ("/register", "/register?kind=legal", "/confirm", "/confirm/resend", "/recover", "/recover/new"):
        answer = await stranger.client.get(path)
        assert answer.status_code == 200, path
        assert Page(answer.text).problems() == []
    assert await deliver_all() == []


DOORS = {
    "register": ("/register?kind=short", {"email": "s@example.kz", "password": PASSWORD, "repeat": PASSWORD, "agreementVersion": "true"}),
    "resend": ("/confirm/resend", {"email": "s@example.kz"}),
    "confirm": ("/confirm", {"email": "s@example.kz", "code": "AAAAAAAA"}),
    "recover": ("/recover", {"loginOrEmail": "s@example.kz"}),
}


@pytest.mark.parametrize("door", DOORS)
async def test_who_tries_often_shows_to_be_a_person_and_goes_on(stranger, door: str):
    path, typed = DOORS[door]
    for _ in range(10):
        answer = await stranger.send(path, **typed)
        if "humanCheck.image" in answer.text:
            break
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.problems() == []
    name = "loginOrEmail" if door == "recover" else "email"
    assert page.value(name) == "s@example.kz"
    again = await stranger.post(path.partition("?")[0], page.fields(path.partition("?")[0]) | typed | {"human": "new"})
    assert again.status_code == 200, "another picture, and nothing said"
    assert Page(again.text).value("humanCheck.image") != page.value("humanCheck.image")
    fields = Page(again.text).fields(path.partition("?")[0]) | typed | as_fields(dt.datetime.now(dt.UTC), door)
    done = await stranger.post(path.partition("?")[0], fields)
    assert done.status_code == (422 if door == "confirm" else 200), done.text
    assert ("humanCheck.image" in done.text) is (door == "confirm"), "a wrong code is a wrong code, and needs a fresh check"
    assert PASSWORD not in done.text


async def test_pages_weigh_little(stranger):
    for path in ("/register", "/register?kind=legal", "/confirm", "/confirm/resend", "/recover", "/agreement"):
        for language in ("ru", "kk"):
            alone, first = await everything(stranger, f"{BASE}{path}{'&' if '?' in path else '?'}lang={language}")
            assert first <= FIRST_VISIT, (path, first)
            assert alone <= PAGE_MOVE, (path, alone)
    fields = (await stranger.page("/register")).fields("/register")
    for block in ("registration", "login_result"):
        answer = await stranger.post("/register/check", fields | {"accountNumber": "02015213"}, block, {"accept-encoding": "br"})
        assert int(answer.headers["content-length"]) <= FRAGMENT, block
