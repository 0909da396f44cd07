"""Signing in and out: who may, how long it lasts, and that guessing is slowed down without locking anybody out."""

import dataclasses
import datetime as dt

import pytest

from adapters import passwords
from models import LoginAlias, Organization, Session, User
from models.errors import ProblemCode, Refused, Throttled
from resolvers import gate
from resolvers.sessions import IDLE, LIFETIME, REMEMBERED, bearer_viewer, session_viewer, sign_in, sign_out
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.counting import counted
from tests.human import solved

PASSWORD = "верный пароль"
NOW = make.NOW


@pytest.fixture(scope="module")
def password_hash() -> str:
    return passwords.HASHER.hash(PASSWORD)


@pytest.fixture
async def aliya(database, password_hash):
    org = await make.organization()
    user = await make.user("Aliya", password_hash=password_hash)
    await LoginAlias.create(organization=org, user=user, alias="02015213")
    await LoginAlias.create(organization=org, user=user, alias="vk123")
    return user


async def signed(login: str, password: str = PASSWORD, slug: str | None = "vodokanal", *, remember=False, source="192.0.2.1", now=NOW, human=None):
    return await sign_in(login, password, slug=slug, remember=remember, source=source, now=now, human=human)


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


async def missed(times: int, login: str = "aliya", **where) -> list[ProblemCode]:
    """What that many wrong passwords are answered, each code once in order."""
    found = []
    for _ in range(times):
        with pytest.raises(Refused) as caught:
            await signed(login, "wrong", **where)
        found.append(caught.value.problems[0].code)
    return list(dict.fromkeys(found))


async def test_a_source_that_misses_too_often_proves_that_it_is_a_person(aliya, clock):
    assert await missed(10) == [ProblemCode.WRONG_LOGIN_OR_PASSWORD]
    with pytest.raises(Refused) as caught:
        await signed("aliya")
    assert [(one.code, one.path) for one in caught.value.problems] == [(ProblemCode.HUMAN_CHECK_NEEDED, ("humanCheck",))]
    assert (await signed("aliya", human=solved(NOW))).token, "the right password enters with a solved check"
    assert (await signed("aliya", source="198.51.100.7")).token, "another source is not held back"
    clock.move(minutes=21)
    assert (await signed("aliya")).token


async def test_a_neighbour_behind_the_same_address_still_enters(aliya):
    await missed(20, "somebody-else")
    assert (await signed("aliya")).token


async def test_a_login_under_attack_is_never_locked_for_its_owner(aliya):
    assert (await signed("aliya", source="203.0.113.9")).token, "the owner's own place, before the attack"
    answers = [(await missed(1, source=f"198.51.{number // 250}.{number % 250}"))[0] for number in range(300)]
    assert answers.count(ProblemCode.WRONG_LOGIN_OR_PASSWORD) == 30, "after thirty, strangers get no further without a check"
    assert (await signed("aliya", source="203.0.113.9")).token, "from where the owner has signed in before nothing is asked"
    with pytest.raises(Refused) as caught:
        await signed("aliya", source="203.0.113.10")
    assert caught.value.problems[0].code is ProblemCode.HUMAN_CHECK_NEEDED
    assert (await signed("aliya", source="203.0.113.10", human=solved(NOW))).token, "from a new place the owner proves to be a person"
    assert (await signed("aliya", source="203.0.113.10")).token, "which is no new place any more"


async def test_a_flood_of_many_logins_from_one_source_is_asked_then_stopped(aliya, monkeypatch):
    small = dataclasses.replace(gate.LIMITS["sign_in"], source=gate.Limit(5, 600), source_wall=gate.Limit(8, 600))
    monkeypatch.setitem(gate.LIMITS, "sign_in", small)
    for number in range(5):
        assert await missed(1, f"guess{number}") == [ProblemCode.WRONG_LOGIN_OR_PASSWORD]
    assert await missed(50, "guess6") == [ProblemCode.HUMAN_CHECK_NEEDED]
    for number in range(3):
        assert await missed(1, f"solved{number}", human=solved(NOW)) == [ProblemCode.WRONG_LOGIN_OR_PASSWORD]
    with pytest.raises(Throttled) as caught:
        await signed("aliya", human=solved(NOW))
    assert 0 < caught.value.retry_after_seconds <= 600
    assert (await signed("aliya", source="198.51.100.7")).token


async def test_right_passwords_do_not_count(aliya):
    for _ in range(70):
        await signed("aliya")


async def test_a_solved_check_is_good_for_one_try(aliya):
    await missed(10)
    human = solved(NOW)
    assert await missed(1, human=human) == [ProblemCode.WRONG_LOGIN_OR_PASSWORD]
    assert await missed(1, human=human) == [ProblemCode.WRONG_HUMAN_CHECK]


async def test_who_is_not_asked_spends_no_check(aliya):
    human = solved(NOW)
    await signed("aliya", human=human)
    await missed(10)
    assert (await signed("aliya", human=human)).token


@pytest.mark.parametrize("who", ["nobody's", "member", "staff", "both"])
async def test_who_holds_a_session_is_found_in_one_statement(aliya, who: str):
    organization = await Organization.get(slug="vodokanal")
    if who in ("member", "both"):
        for number in ("1", "2"):
            await make.member(aliya, await make.account(organization, number))
    if who in ("staff", "both"):
        await make.staff(aliya, organization)
    await User.filter(id=aliya.id).update(language="kk")
    token = (await signed("aliya")).token
    with counted() as seen:
        found = await session_viewer(token, NOW)
    assert len(seen) == 1
    wanted = await viewer_of_user(aliya.id, NOW.date(), session_id=found.session_id)
    assert found == dataclasses.replace(wanted, language="kk")
    assert len(found.grants) == (2 if who in ("member", "both") else 0)
    assert bool(found.organization_ids) == (who in ("staff", "both"))
