"""What strangers try at the doors: overlong words, other spellings, the same request again and again."""

import dataclasses
import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest

from adapters import passwords
from models import Letter, User
from models.enums import AccountKind
from models.errors import NotFound, ProblemCode, Refused, Throttled
from resolvers import gate, human_checks, sparing
from resolvers.access_rules import staffed
from resolvers.agreements import SHIPPED
from resolvers.confirmation import confirm
from resolvers.deletion import delete_user
from resolvers.email_changes import cancel_email_change, change_email, confirm_email, mailed_change
from resolvers.recovery import request_recovery
from resolvers.registration import register
from resolvers.registration_form import Asked
from resolvers.registration_letters import resend
from resolvers.senders import sent_by
from resolvers.sessions import sign_in
from resolvers.users import create_user
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.counting import counted
from tests.mailbox import Delivered, deliver_all

NOW, PASSWORD, HERE, THERE = make.NOW, "svetlaya-reka", "203.0.113.7", "198.51.100.9"
ASKED = Asked(AccountKind.INDIVIDUAL, "new@example.kz", PASSWORD, PASSWORD, "ru", SHIPPED, "key", slug="vodokanal")
C = ProblemCode
LONG = "a" * 400
DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)


@pytest.fixture
async def org(database):
    gate.clear()
    yield await make.organization()
    gate.clear()


async def refused(asking) -> ProblemCode:
    with pytest.raises(Refused) as caught:
        await asking
    return caught.value.problems[0].code


async def test_overlong_words_are_nobodys(org):
    viewer = await viewer_of_user((await create_user("aigul", "aigul@example.kz", PASSWORD)).id, NOW.date())
    for slug in (LONG, "ё" * 30, "a\0b"):
        with pytest.raises(NotFound):
            await staffed(viewer, slug)
        assert await sent_by(slug) == {}
    assert await mailed_change(LONG, NOW) is None
    assert await refused(confirm(token="", email=f"{LONG}@example.kz", code="AAAAAAAA", source=None, now=NOW)) is C.WRONG_CODE
    for login in (LONG, f"{LONG}@example.kz", "\ufdfa" * 20):
        assert await refused(sign_in(login, PASSWORD, slug=LONG, remember=False, source=None, now=NOW)) is C.WRONG_LOGIN_OR_PASSWORD


@pytest.mark.parametrize("email", ["\ufdfa" * 20 + "@example.kz", f"{LONG}@example.kz"])
async def test_addresses_longer_than_what_they_are_compared_by_are_none(org, email):
    assert await refused(register(dataclasses.replace(ASKED, email=email), None, NOW)) is C.INVALID_EMAIL
    assert await refused(resend(email, None, "ru", None, NOW)) is C.INVALID_EMAIL
    assert await refused(request_recovery(email, None, "ru", None, NOW)) is C.INVALID_EMAIL


async def test_tries_at_a_login_are_counted_however_it_is_spelt(org):
    """Cyrillic letters that look like Latin ones find the same user."""
    await create_user("olga", "olga@example.kz", PASSWORD)
    seen = [await refused(sign_in(login, "wrong-guess", slug=None, remember=False, source=HERE, now=NOW)) for login in ("olga", "оlga", "olgа", "оlgа") * 3]
    assert seen == [C.WRONG_LOGIN_OR_PASSWORD] * 10 + [C.HUMAN_CHECK_NEEDED] * 2
    for login in ("olga", "оlga", "olgа", "оlgа", "OLGA"):
        await request_recovery(login, None, "ru", HERE, NOW)
    assert await refused(request_recovery("оlga", None, "ru", HERE, NOW)) is C.HUMAN_CHECK_NEEDED


async def test_the_same_registration_again_and_again_compares_no_passwords(org, monkeypatch):
    """Comparing one takes long, whoever asks for it."""
    worked = []
    original = passwords._verified
    monkeypatch.setattr(passwords, "_verified", lambda stored, password: worked.append(1) or original(stored, password))
    await register(ASKED, HERE, NOW)
    for _ in range(4):
        await register(ASKED, HERE, NOW)
    for _ in range(5):
        assert await refused(register(ASKED, HERE, NOW)) is C.HUMAN_CHECK_NEEDED
    assert len(worked) == 4


async def moved(user: User, email: str, now=NOW) -> dict[str, Delivered]:
    """Whoever knows the password moves the user to an address of their own; the letters by their templates."""
    viewer = await viewer_of_user(user.id, now.date())
    await change_email(viewer, email, PASSWORD, None, now, slug=None, language="ru")
    asked = {letter.template: letter for letter in await deliver_all()}
    await confirm_email(None, asked["email_confirm"].token, None, now, slug=None, language="ru")
    return asked | {letter.template: letter for letter in await deliver_all()}


async def taken_back(letter: Delivered, now=NOW) -> None:
    await cancel_email_change(letter.token, now, slug=None, language="ru")


@pytest.mark.parametrize("letter", ["email_asked", "email_changed"])
async def test_an_owners_link_outlives_whatever_happens_at_newer_addresses(org, letter):
    user = await create_user("victim", "victim@example.kz", PASSWORD)
    owners = await moved(user, "x1@evil.example.kz")
    later = await moved(user, "x2@evil.example.kz", NOW + DAY)
    last = await moved(user, "x3@evil.example.kz", NOW + DAY)
    await taken_back(later["email_changed"], NOW + 2 * DAY)
    assert (await User.get()).email == "x1@evil.example.kz"
    assert await refused(cancel_email_change(last["email_changed"].token, NOW + 2 * DAY, slug=None, language="ru")) is C.LINK_OVER, "a later one is undone too"
    again = await moved_by_recovery(user, "x4@evil.example.kz", NOW + 2 * DAY)
    await taken_back(owners[letter], NOW + 7 * DAY - SECOND)
    assert (await User.get()).email == "victim@example.kz"
    for gone in (again["email_asked"], owners["email_changed"]):
        assert await refused(cancel_email_change(gone.token, NOW + 7 * DAY - SECOND, slug=None, language="ru")) is C.LINK_OVER


async def moved_by_recovery(user: User, email: str, now) -> dict[str, Delivered]:
    """The password that was taken back is chosen anew by letter, which comes to the newest address."""
    await User.filter(id=user.id).update(password_hash=await passwords.hashed(PASSWORD))
    return await moved(user, email, now)


async def test_a_deletion_is_told_to_addresses_that_could_still_take_the_user_back(org):
    user = await create_user("victim", "victim@example.kz", PASSWORD)
    owners = await moved(user, "x1@evil.example.kz")
    await moved(user, "x2@evil.example.kz")
    await delete_user(await viewer_of_user(user.id, NOW.date()), PASSWORD, None, NOW + DAY, slug=None, language="ru")
    told = {letter.recipient: letter.text for letter in await deliver_all()}
    assert list(told) == ["x2@evil.example.kz", "victim@example.kz", "x1@evil.example.kz"]
    assert [("снова привяжите" in text, "как вы просили" in text) for text in told.values()] == [(False, True), (True, False), (True, False)]
    assert await refused(cancel_email_change(owners["email_changed"].token, NOW + DAY, slug=None, language="ru")) is C.LINK_OVER


@pytest.fixture
def solved(monkeypatch):
    """Every human check is solved, as a patient stranger would."""

    async def demand(*_) -> None:
        pass

    monkeypatch.setattr(human_checks, "demand", demand)


async def test_a_strangers_askings_silence_nobodys_letter(org, solved):
    await create_user("aigul", "aigul@example.kz", PASSWORD)
    for _ in range(12):
        await resend("new@example.kz", None, "ru", HERE, NOW)
        await request_recovery("aigul@example.kz", None, "ru", HERE, NOW)
    first = await deliver_all()
    assert len(first) == 2 * sparing.AN_HOUR
    await register(ASKED, THERE, NOW)
    await request_recovery("aigul", None, "ru", THERE, NOW)
    assert {letter.recipient: letter.template for letter in await deliver_all()} == {"new@example.kz": "registration", "aigul@example.kz": "recovery"}


async def test_past_the_limit_of_an_address_everybody_is_asked_alike(org):
    """From however many networks it is asked, and whether the address is known or not."""
    await create_user("aigul", "aigul@example.kz", PASSWORD)
    for ask in (resend, request_recovery):
        for email in ("aigul@example.kz", "nobody@example.kz"):
            for number in range(10):
                await ask(email, None, "ru", f"198.51.100.{number}", NOW)
            assert await refused(ask(email, None, "ru", "198.51.100.99", NOW)) is C.HUMAN_CHECK_NEEDED
    assert await Letter.filter(recipient="aigul@example.kz").count() == await Letter.filter(recipient="nobody@example.kz").count() == 20


@pytest.mark.parametrize("email", ["bombed@example.kz", "aigul@example.kz"])
async def test_changes_of_email_bomb_nobodys_mailbox(org, solved, email):
    await create_user("aigul", "aigul@example.kz", PASSWORD)
    one, other, third = [await viewer_of_user((await create_user(name, f"{name}@evil.example.kz", PASSWORD)).id, NOW.date()) for name in ("att", "atu", "atv")]

    async def ask(viewer, source, now=NOW) -> None:
        await change_email(viewer, email, PASSWORD, source, now, slug=None, language="ru")

    for _ in range(5):
        await ask(one, HERE)
    with pytest.raises(Throttled):
        await ask(one, THERE)
    with pytest.raises(Throttled):
        await ask(other, HERE)
    assert await Letter.filter(recipient=email).count() == 5
    assert len([letter for letter in await deliver_all() if letter.template == "email_confirm"]) <= 1, "one change waits"
    await ask(third, THERE)
    await ask(one, THERE, NOW + DAY + SECOND)
    assert await Letter.filter(recipient=email).count() == 7


async def test_whoever_registered_has_their_own_letter_again(org, solved):
    """A stranger registered later with the same address: what is sent again is not theirs."""
    owners = await register(dataclasses.replace(ASKED, key="owner"), HERE, NOW)
    strangers = await register(
        dataclasses.replace(ASKED, key="stranger", password="chuzhoy-parol", repeat="chuzhoy-parol"), THERE, NOW + dt.timedelta(minutes=2)
    )
    assert len({owners.registration, strangers.registration}) == 2
    assert (await register(dataclasses.replace(ASKED, key="owner"), HERE, NOW)).registration == owners.registration
    await deliver_all()
    await resend("", None, "ru", HERE, NOW, registration=owners.registration)
    [letter] = await deliver_all()
    await resend("new@example.kz", None, "ru", HERE, NOW)
    texts = [one.text for one in await deliver_all()]
    days = [re.search(r"сделана (\S+ в \S+)\.", text)[1] for text in texts]
    assert days == [f"{(NOW + later).astimezone(ZoneInfo('Asia/Almaty')):%d.%m.%Y в %H:%M}" for later in (dt.timedelta(minutes=2), dt.timedelta())]
    assert letter.recipient == "new@example.kz"
    await resend("", None, "ru", HERE, NOW, registration=owners.registration)
    [letter] = await deliver_all()
    await confirm(token=letter.token, email="", code="", source=None, now=NOW)
    assert (await sign_in("new@example.kz", PASSWORD, slug=None, remember=False, source=HERE, now=NOW)).token


async def test_a_reference_tells_nothing_of_the_address(org):
    await create_user("aigul", "aigul@example.kz", PASSWORD)
    seen = []
    for email in ("aigul@example.kz", "new@example.kz"):
        made = await register(dataclasses.replace(ASKED, email=email, key=email), None, NOW)
        await deliver_all()
        with counted() as statements:
            await resend("", None, "ru", None, NOW, registration=made.registration)
        [letter] = await deliver_all()
        seen.append((len(made.registration), len(statements), letter.recipient == email))
    assert seen[0] == seen[1]
    for forged in ("", "x", "Ж", LONG, made.registration[:-4] + "AAAA", "AAAAAAAAAAA="):
        assert await refused(resend("", None, "ru", None, NOW, registration=forged)) is C.INVALID_EMAIL


async def test_signing_in_before_confirming_gives_the_reference(org, solved):
    made = await register(ASKED, None, NOW)
    with pytest.raises(Refused) as caught:
        await sign_in("new@example.kz", PASSWORD, slug=None, remember=False, source=HERE, now=NOW)
    [problem] = caught.value.problems
    assert (problem.code, problem.params) == (C.NOT_CONFIRMED, {"registration": made.registration})
