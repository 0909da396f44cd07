"""A person's own pages, as a browser without JavaScript sees them."""

import datetime as dt

import pytest

from models import Membership, Session, User
from resolvers.human_checks import shown_code
from schema import ids
from tests.mailbox import deliver_all, deliver_one
from tests.web.conftest import BASE, PASSWORD, Browser, signed_in
from tests.web.reader import Page

PATHS = ["", "/data", "/email", "/password", "/sessions", "/tokens", "/subscriptions"]


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
async def test_every_page_is_sound(aigul, language: str):
    for path in PATHS:
        page = await aigul.page(f"/profile{path}?lang={language}")
        assert page.problems() == [], path


async def test_strangers_are_asked_in(stranger):
    for path in PATHS:
        answer = await stranger.get(f"/profile{path}")
        assert (answer.status_code, "/sign-in?next=" in answer.headers["location"]) == (303, True)


async def test_data_are_saved_as_understood_and_refused_beside_the_field(aigul):
    wrong = await aigul.send("/profile/data", name="Айгүл", phone="12", taxNumber="123456789012", language="kk")
    assert wrong.status_code == 422
    for text in ('value="12"', 'id="phone-error"', 'id="taxNumber-error"', 'href="#phone"'):
        assert text in wrong.text
    named = await aigul.send("/profile/data", name="Срочно: https://evil.example/pay")
    assert (named.status_code, 'id="name-error"' in named.text) == (422, True)
    right = await aigul.send("/profile/data", name=" Айгүл  Серік ", phone="8 (701) 123-45-67", taxNumber="7707083893", language="kk")
    assert (right.status_code, "abonent-language=kk" in right.headers["set-cookie"]) == (303, True)
    user = await User.get(email="aigul@example.com")
    assert (user.name, user.phone, user.tax_number, user.language) == ("Айгүл Серік", "+77011234567", "7707083893", "kk")


async def test_the_language_of_the_profile_counts_where_nothing_else_was_chosen(site):
    await User.filter(login="aigul").update(language="kk")
    browser = await signed_in(site.app, "aigul")
    assert (await browser.page("/profile")).named("html")[0].get("lang") == "kk"
    assert (await browser.page("/profile?lang=ru")).named("html")[0].get("lang") == "ru"
    assert (await browser.page("/profile")).named("html")[0].get("lang") == "ru", "what was chosen at this browser stays"


async def test_a_login_is_chosen_once(site):
    await User.filter(login="aigul").update(login=None, login_key=None)
    browser = Browser(site.app)
    await browser.sign_in("aigul@example.com")
    for login in ("firma", "vk123", "2015213"):
        answer = await browser.send("/profile/data", login=login, language="ru")
        assert (answer.status_code, 'id="login-error"' in answer.text) == (422, True), login
    assert (await browser.send("/profile/data", login="aika", language="ru")).status_code == 303
    assert "aika" in (await browser.get("/profile/data")).text
    assert (await Browser(site.app).sign_in("aika")).status_code == 303
    assert (await User.get(email="aigul@example.com")).login == "aika"


async def test_a_new_password_ends_other_sessions_and_renews_this_one(site, aigul):
    elsewhere = await signed_in(site.app, "aigul")
    before = aigul.client.cookies["abonent"]
    wrong = await aigul.send("/profile/password", currentPassword="falsch", password="novaya-voda-7", repeat="novaya-voda-8")
    assert (wrong.status_code, "novaya" in wrong.text) == (422, False)
    wrong = await aigul.send("/profile/password", currentPassword="falsch", password="novaya-voda-7", repeat="novaya-voda-7")
    assert (wrong.status_code, 'id="currentPassword-error"' in wrong.text) == (422, True)
    done = await aigul.send("/profile/password", currentPassword=PASSWORD, password="novaya-voda-7", repeat="novaya-voda-7")
    assert done.status_code == 303
    assert aigul.client.cookies["abonent"] != before
    assert (await aigul.page("/profile/password?saved=1")).problems() == []
    assert (await elsewhere.get("/profile")).status_code == 303
    fixed = Browser(site.app)
    fixed.client.cookies["abonent"] = before
    assert (await fixed.get("/profile")).status_code == 303, "the old token opens nothing"
    letter = await deliver_one()
    assert (letter.recipient, letter.template) == ("aigul@example.com", "password_changed")
    assert "example.com" not in letter.text.replace("aigul@example.com", "")
    assert (await Browser(site.app).sign_in("aigul", "novaya-voda-7")).status_code == 303


async def test_sessions_are_listed_and_ended(site, aigul, firma):
    elsewhere = Browser(site.app)
    elsewhere.client.headers["user-agent"] = "Mozilla/5.0 (Linux; Android 8.0) AppleWebKit/537.36 Chrome/80.0 Mobile Safari/537.36"
    await elsewhere.sign_in("aigul")
    page = await aigul.page("/profile/sessions")
    assert "Chrome на Android" in page.text()
    foreign = await Session.filter(user=await User.get(login="firma")).first()
    fields = page.fields("/profile/sessions")
    refused = await aigul.post("/profile/sessions", fields | {"session": ids.encode("ses", foreign.id)})
    assert (refused.status_code, await Session.exists(id=foreign.id)) == (404, True)
    assert (await aigul.post("/profile/sessions", fields)).status_code == 303
    assert (await elsewhere.get("/profile")).status_code == 303
    assert (await aigul.get("/profile")).status_code == 200


async def test_a_token_is_shown_once_and_works_until_revoked(site, aigul):
    made = await aigul.send("/profile/tokens", **{"label": "Подвал", "scopes.READ_ACCOUNTS": "true", "days": "30"})
    assert made.status_code == 200
    page = Page(made.text)
    assert page.problems() == []
    text = page.by_id("text").get("value")
    assert text.startswith("abn_")
    assert text not in (await aigul.get("/profile/tokens")).text

    async def asked():
        headers = {"authorization": f"Bearer {text}"}
        query = "{ viewer { user { sessions { id } tokens { id } phone } } accounts(first: 1) { nodes { number balance { amount } } } }"
        return await stranger.client.post("/graphql", json={"query": query}, headers=headers)

    stranger = Browser(site.app)
    found = (await asked()).json()["data"]
    assert found["accounts"]["nodes"] == [{"number": "02015213", "balance": None}]
    assert found["viewer"]["user"] == {"sessions": None, "tokens": None, "phone": None}, "a token learns nothing of its person's sessions"
    listed = await aigul.page("/profile/tokens")
    assert (await aigul.post("/profile/tokens/revoke", listed.fields("/profile/tokens/revoke"))).status_code == 303
    assert (await asked()).status_code == 401


async def test_subscriptions_are_kept(aigul):
    page = await aigul.page("/profile/subscriptions")
    fields = page.fields("/profile/subscriptions")
    done = await aigul.post("/profile/subscriptions", fields | {"everywhere.BILL": "true", "accounts.0.NEWS": "true"})
    assert done.status_code == 303
    page = await aigul.page("/profile/subscriptions?saved=1")
    assert {field.get("name") for field in page.having("checked")} == {"everywhere.BILL", "accounts.0.NEWS"}
    await aigul.post("/profile/subscriptions", fields)
    assert not (await aigul.page("/profile/subscriptions")).having("checked")


async def test_an_email_is_changed_by_both_letters(site, aigul):
    elsewhere = await signed_in(site.app, "aigul")
    wrong = await aigul.send("/profile/email", email="aigul@", password=PASSWORD)
    assert (wrong.status_code, PASSWORD in wrong.text, 'id="email-error"' in wrong.text) == (422, False, True)
    assert (await aigul.send("/profile/email", email="neu@example.com", password=PASSWORD)).status_code == 303
    new, old = await deliver_all()
    assert [(one.recipient, one.template) for one in (new, old)] == [("neu@example.com", "email_confirm"), ("aigul@example.com", "email_asked")]
    assert "neu@example.com" not in old.text
    stranger = Browser(site.app)
    path = new.link.partition(BASE)[2]
    for _ in range(2):
        page = await stranger.page(path)
        assert page.problems() == []
    assert (await User.get(login="aigul")).email == "aigul@example.com", "opening a link spends nothing"
    done = await stranger.post("/profile/email/confirm", page.fields("/profile/email/confirm"))
    assert done.status_code == 303
    assert (await stranger.post("/profile/email/confirm", page.fields("/profile/email/confirm"))).status_code == 422
    assert (await User.get(login="aigul")).email == "neu@example.com"
    assert (await aigul.get("/profile")).status_code == 200, "where it was asked for one stays signed in"
    assert (await elsewhere.get("/profile")).status_code == 303
    [told] = await deliver_all()
    assert (told.recipient, told.template) == ("aigul@example.com", "email_changed")
    back = await stranger.page(told.link.partition(BASE)[2])
    assert back.problems() == []
    assert (await stranger.post("/profile/email/cancel", back.fields("/profile/email/cancel"))).status_code == 303
    assert (await User.get(login="aigul")).email == "aigul@example.com"
    assert (await aigul.get("/profile")).status_code == 303
    assert (await Browser(site.app).sign_in("aigul")).status_code == 422, "whoever did it knew the password"
    assert (await stranger.get(told.link.partition(BASE)[2])).status_code == 404


async def test_a_code_confirms_too_and_an_address_of_another_looks_the_same(site, aigul, firma):
    mine = await aigul.send("/profile/email", email="neu@example.com", password=PASSWORD)
    taken = await firma.send("/profile/email", email="AIGUL@example.com", password=PASSWORD)
    assert (mine.status_code, mine.headers["location"]) == (taken.status_code, taken.headers["location"])
    letters = await deliver_all()
    assert [one.template for one in letters] == ["email_confirm", "email_asked", "email_taken", "email_asked"]
    assert letters[2].recipient == "aigul@example.com"
    one, other = (await aigul.get("/profile/email")).text, (await firma.get("/profile/email")).text
    assert (one.count("<form"), one.count("<input")) == (other.count("<form"), other.count("<input"))
    fields = (await aigul.page("/profile/email")).fields("/profile/email/confirm")
    assert (await aigul.post("/profile/email/confirm", fields | {"code": "AAAA AAAA"})).status_code == 422
    foreign = (await firma.page("/profile/email")).fields("/profile/email/confirm")
    assert (await firma.post("/profile/email/confirm", foreign | {"code": letters[0].code})).status_code == 422, "a code of somebody else's"
    assert (await aigul.post("/profile/email/confirm", fields | {"code": letters[0].code.lower()})).status_code == 303
    assert (await User.get(login="aigul")).email == "neu@example.com"


@pytest.mark.parametrize("path", ["/profile/password", "/profile/email", "/profile/delete"])
async def test_who_mistypes_the_own_password_often_is_asked_and_let_through(aigul, path: str):
    name = "currentPassword" if path.endswith("password") else "password"
    given = {name: "wrong-password", "email": "new@example.com"} | ({"password": "tikhaya-zavod", "repeat": "tikhaya-zavod"} if name != "password" else {})
    for _ in range(6):
        answer = await aigul.send(path, **given)
        assert answer.status_code == 422
    fields = Page(answer.text).fields(path)
    assert "humanCheck.image" in fields
    another = await aigul.post(path, fields | {"human": "new"})
    assert another.status_code == 200
    assert Page(another.text).value("humanCheck.image") != fields["humanCheck.image"]
    code = shown_code(fields["humanCheck.image"], dt.datetime.now(dt.UTC))
    answer = await aigul.post(path, fields | given | {name: PASSWORD, "humanCheck.typed": code})
    assert answer.status_code == 303, answer.text


async def test_days_of_access_are_those_of_the_organization(site, aigul):
    await Membership.filter(user__login="aigul").update(created_at=dt.datetime(2026, 11, 19, 21, 30, tzinfo=dt.UTC))
    for path in ("/profile/accounts", f"/accounts/{site.account}/members"):
        text = (await aigul.page(path)).text()
        assert "20.11.2026" in text, path
        assert "19.11.2026" not in text, path
