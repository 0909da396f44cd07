"""Signing in and out: who may, how long it lasts, and that guessing is slowed down without locking anybody out."""

import datetime as dt

import pytest

from adapters import passwords
from models import LoginAlias, Session, User
from models.errors import ProblemCode, Refused, Throttled
from resolvers import gate
from resolvers.sessions import IDLE, LIFETIME, REMEMBERED, bearer_viewer, session_viewer, sign_in, sign_out
from resolvers.throttle import Misses
from tests import factories as make

PASSWORD = "верный пароль"
NOW = make.NOW


@pytest.fixture(scope="module")
def password_hash() -> str:
    return passwords.HASHER.hash(PASSWORD)


@pytest.fixture
async def aliya(database, password_hash):
    gate.clear()
    org = await make.organization()
    user = await make.user("Aliya", password_hash=password_hash)
    await LoginAlias.create(organization=org, user=user, alias="02015213")
    await LoginAlias.create(organization=org, user=user, alias="vk123")
    yield user
    gate.clear()


async def signed(login: str, password: str = PASSWORD, slug: str | None = "vodokanal", *, remember=False, source="192.0.2.1", now=NOW):
    return await sign_in(login, password, slug=slug, remember=remember, source=source, now=now)


@pytest.mark.parametrize("login", ["Aliya", "aliya", " ALIYA ", "aliya@example.com", "Aliya@Example.COM", "02015213", "vk123", "VK123"])
async def test_every_name_that_signs_in(aliya, login):
    done = await signed(login)
    viewer = await session_viewer(done.token, NOW)
    assert (done.user.login, viewer.user_id) == ("Aliya", aliya.id)
    assert await bearer_viewer(done.token, NOW) == viewer, "an app keeps the same token as its bearer"


@pytest.mark.parametrize(
    ("login", "password", "slug"),
    [("aliya", "wrong", "vodokanal"), ("nobody", PASSWORD, "vodokanal"), ("", "", None), ("02015213", PASSWORD, None), ("02015213", PASSWORD, "teploset"),
     ("aliya", PASSWORD + " ", None), ("aliya@example.org", PASSWORD, None), ("aliya", "\ud800", None)],
)  # fmt: skip
async def test_misses_answer_alike_and_write_nothing(aliya, login, password, slug):
    await make.organization("teploset")
    with pytest.raises(Refused) as caught:
        await signed(login, password, slug)
    assert [(one.code, one.path, one.params) for one in caught.value.problems] == [(ProblemCode.WRONG_LOGIN_OR_PASSWORD, ("login",), {})]
    assert await Session.all().count() == 0


async def test_an_unknown_user_costs_the_same_work(aliya, monkeypatch):
    worked = []
    original = passwords._verified
    monkeypatch.setattr(passwords, "_verified", lambda stored, password: worked.append(stored.split("$")[:4]) or original(stored, password))
    for login in ("aliya", "nobody"):
        with pytest.raises(Refused):
            await signed(login, "wrong")
    assert worked[:2] == worked[2:], "the same algorithm at the same cost, once for the user and once for a registration"
    worked.clear()
    await signed("aliya")
    assert len(worked) == 1


async def test_an_inactive_user_stays_out_and_is_put_out(aliya):
    done = await signed("aliya")
    await User.filter(id=aliya.id).update(is_active=False)
    assert await session_viewer(done.token, NOW) is None
    with pytest.raises(Refused):
        await signed("aliya")


async def test_only_a_hash_is_kept(aliya):
    done = await signed("aliya")
    session = await Session.get()
    assert done.token.startswith("abn_")
    assert done.token not in str(dict(session))
    assert len({(await signed("aliya")).token for _ in range(3)}) == 3


@pytest.mark.parametrize(("remember", "lifetime"), [(False, LIFETIME), (True, REMEMBERED)])
async def test_a_session_ends(aliya, remember, lifetime):
    done = await signed("aliya", remember=remember)
    assert done.expires_at == NOW + lifetime
    step = min(IDLE, lifetime) - dt.timedelta(hours=1)
    now = NOW
    while now + step < NOW + lifetime:
        now += step
        assert await session_viewer(done.token, now) is not None, "it lives as long as it is used"
    assert await session_viewer(done.token, NOW + lifetime) is None


async def test_a_session_that_nobody_uses_ends_sooner(aliya):
    done = await signed("aliya", remember=True)
    assert await session_viewer(done.token, NOW + IDLE + dt.timedelta(seconds=1)) is None


async def test_signing_out_ends_this_session_alone(aliya):
    one, other = await signed("aliya"), await signed("aliya")
    assert await sign_out(await session_viewer(one.token, NOW)) is True
    assert await session_viewer(one.token, NOW) is None
    assert await session_viewer(other.token, NOW) is not None


@pytest.mark.parametrize("token", [None, "", "abn_", "abn_x", "x" * 60, "abn_" + "a" * 51, "\ud800" * 55])
async def test_tokens_that_are_none(database, token):
    assert await session_viewer(token, NOW) is None
    assert await bearer_viewer(token, NOW) is None


async def test_a_source_that_misses_too_often_waits_and_the_owner_does_not(aliya):
    for _ in range(20):
        with pytest.raises(Refused):
            await signed("aliya", "wrong")
    with pytest.raises(Throttled) as caught:
        await signed("aliya")
    assert caught.value.retry_after_seconds == 600
    assert (await signed("aliya", source="198.51.100.7")).token, "another source is not held back"
    assert (await signed("aliya", now=NOW + dt.timedelta(minutes=10))).token


async def test_a_neighbour_behind_the_same_address_still_enters(aliya):
    for _ in range(20):
        with pytest.raises(Refused):
            await signed("somebody-else", "wrong")
    assert (await signed("aliya")).token


async def test_a_flood_of_many_logins_from_one_source_is_stopped(aliya, monkeypatch):
    monkeypatch.setattr(gate._sources, "_limit", 5)
    for number in range(5):
        with pytest.raises(Refused):
            await signed(f"guess{number}", "wrong")
    with pytest.raises(Throttled):
        await signed("guess6", "wrong")


async def test_right_passwords_do_not_count(aliya):
    for _ in range(25):
        await signed("aliya")


def test_a_hundred_attempts_at_once_are_a_hundred():
    attempts = Misses(limit=20, within=dt.timedelta(minutes=10))
    for _ in range(20):
        attempts.attempt("source", NOW)
    with pytest.raises(Throttled):
        attempts.attempt("source", NOW)


def test_sources_do_not_pile_up():
    attempts = Misses(limit=1, within=dt.timedelta(minutes=10))
    for number in range(10_050):
        attempts.attempt(str(number), NOW)
    attempts.attempt("0", NOW)
    assert len(attempts._by_source) <= 10_001
