"""What strangers try at the doors: overlong words, other spellings, the same request again and again."""

import dataclasses

import pytest

from adapters import passwords
from models.enums import AccountKind
from models.errors import NotFound, ProblemCode, Refused
from resolvers import gate
from resolvers.access_rules import staffed
from resolvers.agreements import SHIPPED
from resolvers.confirmation import confirm
from resolvers.email_changes import mailed_change
from resolvers.recovery import request_recovery
from resolvers.registration import register, resend
from resolvers.registration_form import Asked
from resolvers.senders import sent_by
from resolvers.sessions import sign_in
from resolvers.users import create_user
from resolvers.viewer import viewer_of_user
from tests import factories as make

NOW, PASSWORD, HERE, THERE = make.NOW, "svetlaya-reka", "203.0.113.7", "198.51.100.9"
ASKED = Asked(AccountKind.INDIVIDUAL, "new@example.kz", PASSWORD, PASSWORD, "ru", SHIPPED, "key", slug="vodokanal")
C = ProblemCode
LONG = "a" * 400


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
