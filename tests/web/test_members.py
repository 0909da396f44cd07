"""Who has access to an account: invited, changed, shown out, left; and two people who try what is not theirs."""

import datetime as dt

import pytest

from models import LoginAlias, MailedSecret, Membership, Registration, Subscription, User
from models.enums import Proof, Purpose, Right
from resolvers.users import create_user, grant_membership
from schema import ids
from tests.mailbox import deliver_all, deliver_one
from tests.web.conftest import BASE, PASSWORD, SLUG, Browser, signed_in
from tests.web.reader import Page

NO_MONEY = {"rights.SEND_READINGS": "true"}


async def invited(site, aigul, **rights: str):
    """The letter's link, as a path."""
    sent = await aigul.send(f"/accounts/{site.account}/members", email="nobody@example.com", **rights)
    assert sent.status_code == 303, sent.text
    letter = await deliver_one()
    assert (letter.recipient, letter.template) == ("nobody@example.com", "invitation")
    return letter.link.partition(BASE)[2]


async def joined(site, aigul, **rights: str) -> Browser:
    path = await invited(site, aigul, **rights)
    browser = await signed_in(site.app, "nobody")
    page = await browser.page(path)
    assert (await browser.post("/invitation", page.fields("/invitation"))).status_code == 303
    return browser


async def test_who_sees_no_money_is_offered_no_bill_and_gets_none_by_force(site, aigul):
    guest = await joined(site, aigul, **NO_MONEY)
    fields = (await guest.page("/profile/subscriptions")).fields("/profile/subscriptions")
    ticks = {name for name in (one.get("name", "") for one in (await guest.page("/profile/subscriptions")).named("input")) if name.startswith("accounts.0.")}
    assert ticks == {"accounts.0.account", "accounts.0.READINGS", "accounts.0.NEWS"}
    assert (await guest.post("/profile/subscriptions", fields | {"accounts.0.BILL": "true"})).status_code == 403
    assert await Subscription.all().count() == 0
    assert (await guest.post("/profile/subscriptions", fields | {"accounts.0.NEWS": "true"})).status_code == 303


@pytest.mark.parametrize("way", ["offer", "sign-in", "another kind"])
async def test_an_invited_newcomer_comes_back_to_the_invitation_in_another_browser_too(site, aigul, way: str):
    path = await invited(site, aigul, **NO_MONEY)
    first, second = Browser(site.app), Browser(site.app)
    page = await first.page(path)
    if way == "sign-in":
        [link] = [link.get("href") for link in page.named("a") if "sign-in" in link.get("href", "")]
        page = await first.page(link.removeprefix(BASE))
    [link] = [link.get("href") for link in page.named("a") if "/register" in link.get("href", "")]
    if way == "another kind":
        page = await first.page(link.removeprefix(BASE))
        [link] = [link.get("href") for link in page.named("a") if "kind=short" in link.get("href", "")]
    page = await first.page(link.removeprefix(BASE))
    assert page.problems() == []
    typed = {"email": "newcomer@example.com", "password": PASSWORD, "repeat": PASSWORD, "agreementVersion": "true"}
    wrong = await first.post("/register", page.fields("/register") | typed | {"repeat": "x"})
    assert wrong.status_code == 422
    assert (await first.post("/register", Page(wrong.text).fields("/register") | typed)).status_code == 200
    assert await Registration.filter(invitation=(await MailedSecret.get(purpose=Purpose.INVITATION)).id).count() == 1
    letter = await deliver_one()
    page = await second.page(letter.link.partition(BASE)[2])
    confirmed = Page((await second.post("/confirm", page.fields("/confirm"))).text)
    answer = await second.post("/sign-in", confirmed.fields("/sign-in") | {"password": PASSWORD})
    assert answer.headers["location"] == BASE + path.replace("lang=ru&", "")
    assert "sign-in?next=" in (await first.get(letter.link.partition(BASE)[2])).text, "opening the letter's link again leads there too"
    page = await second.page(path)
    assert (await second.post("/invitation", page.fields("/invitation"))).status_code == 303
    assert await Membership.filter(user__email="newcomer@example.com", proof=Proof.INVITATION).count() == 1


@pytest.mark.parametrize("given", ["next=//evil.example/invitation?token=x", "next=/o/vodokanal/link?token=x", "invitation=unknown"])
async def test_only_an_invitation_that_waits_is_kept_with_a_registration(site, given: str):
    stranger = Browser(site.app)
    typed = {"email": "newcomer@example.com", "password": PASSWORD, "repeat": PASSWORD, "agreementVersion": "true"}
    assert (await stranger.send(f"/register?kind=short&{given}", **typed)).status_code == 200
    assert (await Registration.get()).invitation is None
    letter = await deliver_one()
    page = Page((await stranger.send(letter.link.partition(BASE)[2])).text)
    assert page.value("next") == f"{BASE}/"


async def test_a_household_member_sends_readings_and_sees_no_money(site, aigul):
    path = await invited(site, aigul, **NO_MONEY)
    stranger = Browser(site.app)
    page = await stranger.page(path)
    assert page.problems() == []
    [sign_in] = [link.get("href") for link in page.named("a") if "sign-in" in link.get("href", "")]
    answer = await stranger.sign_in("nobody", path=sign_in.removeprefix(BASE))
    assert answer.headers["location"] == BASE + path.replace("lang=ru&", ""), "the link is held through the sign-in"
    page = await stranger.page(path)
    assert await MailedSecret.exists(purpose=Purpose.INVITATION, spent_at=None), "opening it spends nothing"
    assert (await stranger.post("/invitation", page.fields("/invitation"))).status_code == 303
    assert (await stranger.post("/invitation", page.fields("/invitation"))).status_code == 404
    assert (await stranger.page("/profile/accounts?accepted=1")).problems() == []
    [told] = await deliver_all()
    assert (told.recipient, told.template) == ("aigul@example.com", "member_joined")
    home = await stranger.page("/")
    assert "не включает" in home.text()
    assert "460" not in home.text()
    for path, status in {"statement": 200, "statement.pdf": 404, "payments": 200, "readings": 200, "": 200, "members": 404}.items():
        answer = await stranger.get(f"/accounts/{site.account}/{path}".rstrip("/"))
        assert answer.status_code == status, path
    token = stranger.client.cookies["abonent"]
    query = (
        '{ account(organizationSlug: "vodokanal", number: "02015213") { balance { amount } statement { period } charges(first: 1) { nodes { id } } '
        "payments(first: 1) { nodes { id } } statementPeriods consumption { period } members { id } invitations { id } may } }"
    )
    found = await stranger.client.post("/graphql", json={"query": query}, headers={"authorization": f"Bearer {token}"})
    account = found.json()["data"]["account"]
    assert account.pop("may") == ["SEND_READINGS"]
    assert set(account.values()) == {None}


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
async def test_pages_are_sound(site, aigul, firma, language: str):
    await joined(site, aigul, **NO_MONEY)
    await aigul.send(f"/accounts/{site.account}/members", email="zwei@example.com")
    member = await Membership.get(rights=Right.SEND_READINGS)
    identity = ids.encode("mem", member.id)
    own = ids.encode("mem", (await Membership.get(account_id=member.account_id, user=await User.get(login="aigul"))).id)
    for path in (f"/accounts/{site.account}/members", f"/members/{identity}", f"/members/{identity}/revoke", "/profile/accounts", f"/profile/accounts/{own}"):
        assert (await aigul.page(f"{path}?lang={language}")).problems() == [], path
    assert (await firma.page(f"/contracts/{site.contract}/members?lang={language}")).problems() == []


async def test_rights_are_changed_and_ended_and_the_person_is_told(site, aigul):
    nobody = await joined(site, aigul, **NO_MONEY)
    await deliver_all()
    member = await Membership.get(rights=Right.SEND_READINGS)
    identity = ids.encode("mem", member.id)
    changed = await aigul.send(f"/members/{identity}", **{"rights.SEE_MONEY": "true", "untilOn": "2099-01-31"})
    assert changed.status_code == 303
    member = await Membership.get(id=member.id)
    assert (member.rights, member.until_on) == (Right.SEE_MONEY, dt.date(2099, 1, 31))
    assert (await nobody.get(f"/accounts/{site.account}/statement")).status_code == 200
    wrong = await aigul.send(f"/members/{identity}", untilOn="2001-01-31")
    assert (wrong.status_code, 'id="untilOn-error"' in wrong.text) == (422, True)
    assert (await aigul.send(f"/members/{identity}/revoke")).status_code == 303
    assert (await nobody.get(f"/accounts/{site.account}")).status_code == 404
    letter = await deliver_one()
    assert (letter.recipient, letter.template) == ("nobody@example.com", "member_revoked")


async def test_who_was_invited_gives_no_more_than_he_has_and_shows_no_owner_out(site, aigul):
    nobody = await joined(site, aigul, **{"rights.MANAGE_MEMBERS": "true"})
    await deliver_all()
    owner = await Membership.get(user=await User.get(login="aigul"))
    identity = ids.encode("mem", owner.id)
    for path in (f"/members/{identity}", f"/members/{identity}/revoke"):
        assert (await nobody.send(path)).status_code == 422
    greedy = await nobody.send(f"/accounts/{site.account}/members", email="drei@example.com", **{"rights.SEE_MONEY": "true"})
    assert (greedy.status_code, 'id="rights-error"' in greedy.text) == (422, True)
    assert await Membership.exists(id=owner.id, rights=Right.owner(), until_on=None)
    await nobody.send(f"/accounts/{site.account}/members", email="drei@example.com")
    link = (await deliver_one()).link.partition(BASE)[2]
    await aigul.send(f"/members/{ids.encode('mem', (await Membership.get(user=await User.get(login='nobody'))).id)}/revoke")
    assert (await Browser(site.app).get(link)).status_code == 404, "whoever may no longer decide has invited nobody"


async def test_two_who_try_what_is_not_theirs(site, aigul, firma):
    await joined(site, aigul, **NO_MONEY)
    await aigul.send(f"/accounts/{site.account}/members", email="zwei@example.com")
    invitation = await MailedSecret.get(purpose=Purpose.INVITATION, spent_at=None)
    for row in await Membership.all():
        identity = ids.encode("mem", row.id)
        own = row.contract_id is not None
        for path in (f"/members/{identity}", f"/members/{identity}/revoke", *(() if own else (f"/profile/accounts/{identity}",))):
            assert (await firma.get(path)).status_code == 404, path
            fields = {"csrf": (await firma.page("/profile/data")).value("csrf")}
            assert (await firma.post(path, fields)).status_code == 404, path
    fields = {"csrf": (await firma.page("/profile/data")).value("csrf")}
    assert (await firma.get(f"/accounts/{site.account}/members")).status_code == 404
    assert (await firma.post(f"/accounts/{site.account}/members", {**fields, "email": "x@example.com", "idempotencyKey": "k"})).status_code == 404
    assert (await firma.post(f"/invitations/{ids.encode('inv', invitation.id)}/revoke", fields)).status_code == 404
    assert await MailedSecret.exists(id=invitation.id, spent_at=None)
    assert await Membership.all().count() == 3


async def test_leaving_an_account_takes_everything_of_it_along(site, aigul):
    await joined(site, aigul, **NO_MONEY)
    await aigul.send(f"/accounts/{site.account}/members", email="zwei@example.com")
    own = await Membership.get(user=await User.get(login="aigul"))
    page = await aigul.page(f"/profile/accounts/{ids.encode('mem', own.id)}")
    assert "Вы последний" in page.text()
    assert (await aigul.post(f"/profile/accounts/{ids.encode('mem', own.id)}", page.fields(ids.encode("mem", own.id)))).status_code == 303
    assert (await aigul.get(f"/accounts/{site.account}")).status_code == 404
    assert (await Browser(site.app).sign_in("02015213")).status_code == 422
    assert not await LoginAlias.exists(alias="02015213")
    assert not await MailedSecret.exists(purpose=Purpose.INVITATION, spent_at=None)


async def test_one_owner_shows_another_out_who_keeps_the_past(site, aigul):
    await create_user("second", "second@example.com", PASSWORD)
    await grant_membership("second", SLUG, "02015213")
    second = await signed_in(site.app, "second")
    own = await Membership.get(user=await User.get(login="aigul"))
    assert (await second.send(f"/members/{ids.encode('mem', own.id)}/revoke")).status_code == 303
    assert (await aigul.get(f"/accounts/{site.account}/statement?period=2020-05")).status_code == 200
    assert (await aigul.get(f"/accounts/{site.account}/members")).status_code == 404
