"""A forgotten name or password: who gets the letter, what is asked besides, what ends."""

import asyncio
import dataclasses
import random
import unicodedata

import pytest

from models import AccountFacts, ApiToken, Letter, LoginAlias, MailedSecret, Session, User
from models.enums import AccountKind, Purpose, Right
from models.errors import NotFound, ProblemCode, Refused
from resolvers import gate, mailed_secrets, sparing
from resolvers.agreements import SHIPPED
from resolvers.recovery import LINK_LIVES, Hint, NewPassword, recover_password, recovery_form, request_recovery
from resolvers.registration import register
from resolvers.registration_form import Asked
from resolvers.registration_letters import resend
from resolvers.sessions import session_viewer, sign_in
from resolvers.tokens import create_token
from resolvers.users import create_user
from tests import factories as make
from tests.counting import counted
from tests.mailbox import deliver_all, deliver_one

NOW, OLD, NEW = make.NOW, "chistaya-voda", "svetlaya-reka"
C = ProblemCode
HOSTILE = tuple('a evil@x.kz , ; < > " Bcc: @ b.kz x.kz ( ) \\ % ! : ﬁ é ж . .. =?utf-8?q?x?='.split())  # noqa: SIM905 - it reads better so


@pytest.fixture
async def org(database):
    gate.clear()
    yield await make.organization(recovery_asks="")
    gate.clear()


@pytest.fixture
async def aigul(org) -> User:
    user = await create_user("aigul", "aigul@example.kz", OLD)
    account = await make.account(org, "02015213")
    await AccountFacts.filter(account=account).update(tax_number="791028302728")
    await make.member(user, account, Right.owner())
    await LoginAlias.create(organization=org, user=user, alias="02015213")
    return user


async def asked(typed: str, slug: str | None = "vodokanal", now=NOW) -> None:
    await request_recovery(typed, slug, "ru", None, now)


async def recovered(token: str, now=NOW, **given: str) -> str:
    return await recover_password(dataclasses.replace(NewPassword(token, NEW, NEW), **given), None, now)


async def entered(password: str, login: str = "aigul"):
    return await sign_in(login, password, slug=None, remember=False, source=None, now=NOW)


def problems_of(caught: pytest.ExceptionInfo[Refused]) -> list[tuple[ProblemCode, tuple[str, ...]]]:
    return [(one.code, one.path) for one in caught.value.problems]


@pytest.mark.parametrize("typed", ["aigul", "AIGUL", "аigul", "aigul@example.kz", " Aigul@Example.KZ ", "02015213"])
async def test_every_name_brings_the_letter_to_the_address_that_is_known(aigul, typed):
    await asked(typed)
    letter = await deliver_one()
    assert (letter.recipient, letter.template) == ("aigul@example.kz", "recovery")
    for login in ("aigul", "aigul@example.kz", "02015213 (Водоканал)"):
        assert f"- {login}\n" in letter.text
    assert await recovered(letter.token) == "aigul"
    assert (await entered(NEW)).token
    with pytest.raises(Refused):
        await entered(OLD)


async def test_a_number_means_its_own_organization_alone(aigul):
    await make.organization("teplo")
    for slug in ("teplo", None):
        await asked("02015213", slug)
    assert await deliver_all() == []


async def test_everybody_else_is_out(aigul):
    session = await entered(OLD)
    await create_token(user_login="aigul")
    change = await mailed_secrets.make(Purpose.CONFIRM_EMAIL, NOW, LINK_LIVES, user_id=aigul.id)
    for _ in range(2):
        await asked("aigul")
    one, other = await deliver_all()
    await recovered(one.token)
    assert await session_viewer(session.token, NOW) is None
    assert not await Session.exists()
    assert not await ApiToken.filter(revoked_at=None).exists()
    assert (await MailedSecret.get(id=change.id)).spent_at is not None, "a change of e-mail under way ends too"
    for token in (one.token, other.token):
        with pytest.raises(Refused) as caught:
            await recovered(token)
        assert problems_of(caught) == [(C.LINK_OVER, ("token",))]
    told = await deliver_one()
    assert (told.recipient, told.template) == ("aigul@example.kz", "password_recovered")


async def test_looking_spends_nothing_and_an_hour_is_all(aigul):
    await asked("aigul")
    token = (await deliver_one()).token
    for _ in range(3):
        assert (await recovery_form(token, NOW)).login == "aigul"
    assert await recovery_form(token, NOW + LINK_LIVES) is None
    with pytest.raises(Refused):
        await recovered(token, NOW + LINK_LIVES)
    for odd in ("", "x", "\ud800", "A" * 43):
        assert await recovery_form(odd, NOW) is None


async def test_another_purposes_link_changes_no_password(aigul):
    secret = await mailed_secrets.make(Purpose.CONFIRM_EMAIL, NOW, LINK_LIVES, user_id=aigul.id)
    with pytest.raises(Refused):
        await recovered(mailed_secrets.token_of(secret))
    assert (await entered(OLD)).token


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [({"password": "short", "repeat": "short"}, C.PASSWORD_TOO_SHORT, "password"), ({"repeat": "x"}, C.PASSWORDS_DIFFER, "repeat"),
     ({"password": "aigul@example.kz", "repeat": "aigul@example.kz"}, C.PASSWORD_TOO_COMMON, "password")],
)  # fmt: skip
async def test_what_is_wrong_changes_nothing_and_the_link_still_holds(aigul, given, code, path):
    await asked("aigul")
    token = (await deliver_one()).token
    before = (await User.get(id=aigul.id)).password_hash
    with pytest.raises(Refused) as caught:
        await recovered(token, **given)
    assert problems_of(caught) == [(code, (path,))]
    assert (await User.get(id=aigul.id)).password_hash == before
    assert await recovered(token) == "aigul"


async def test_the_strictest_organization_asks_for_hints(org, aigul):
    strict = await make.organization("dom", recovery_asks="tax_number number")
    await make.member(aigul, await make.account(strict, "60000021"), Right.reader())
    await asked("aigul")
    token = (await deliver_one()).token
    assert (await recovery_form(token, NOW)).asks == (Hint.TAX_NUMBER, Hint.NUMBER)
    with pytest.raises(Refused) as caught:
        await recovered(token)
    assert problems_of(caught) == [(C.REQUIRED, ("taxNumber",)), (C.REQUIRED, ("number",))]
    with pytest.raises(Refused) as caught:
        await recovered(token, tax_number="940140000385", number="60000022")
    assert problems_of(caught) == [(C.WRONG_HINT, ("taxNumber",)), (C.WRONG_HINT, ("number",))]
    with pytest.raises(Refused) as caught:
        await recovered(token, tax_number="791028302728", number="60000022")
    assert problems_of(caught) == [(C.WRONG_HINT, ("number",))]
    assert await recovered(token, tax_number=" 791028302728", number="02015213 ") == "aigul"


async def test_a_contracts_login_is_a_hint_too(org):
    org.recovery_asks = "number"
    await org.save()
    user = await create_user("firma", "firma@example.kz", OLD)
    await make.member(user, await make.contract(org, "2279"), Right.owner())
    for typed in ("2279", "VK2279"):
        await asked("firma")
        assert await recovered((await deliver_all())[-1].token, number=typed) == "firma"


async def test_what_nobody_knows_of_the_user_is_not_asked(org):
    """Else an organization's policy would lock its own owners out."""
    org.recovery_asks = "tax_number"
    await org.save()
    user = await create_user("marat", "marat@example.kz", OLD)
    await make.member(user, await make.account(org), Right.owner())
    await asked("marat")
    assert (await recovery_form((await deliver_one()).token, NOW)).asks == ()


async def test_hints_cannot_be_guessed_and_the_owner_asks_for_another_letter(org, aigul):
    org.recovery_asks = "number"
    await org.save()
    await asked("aigul")
    token = (await deliver_one()).token
    done = await asyncio.gather(*(recovered(token, number=f"{number}") for number in range(30)), return_exceptions=True)
    codes = [one.problems[0].code for one in done if isinstance(one, Refused)]
    assert codes.count(C.WRONG_HINT) == mailed_secrets.MOST_TRIES
    assert codes.count(C.LINK_OVER) == 20
    with pytest.raises(Refused):
        await recovered(token, number="02015213")
    await asked("aigul")
    assert await recovered((await deliver_one()).token, number="02015213") == "aigul"


async def test_one_link_at_once_in_many_windows_is_used_once(aigul):
    await asked("aigul")
    token = (await deliver_one()).token
    done = await asyncio.gather(*(recovered(token, password=f"{NEW}-{n}", repeat=f"{NEW}-{n}") for n in range(5)), return_exceptions=True)
    assert sum(one == "aigul" for one in done) == 1
    assert len(await deliver_all()) == 1


async def test_who_has_not_confirmed_gets_that_letter_again(org):
    form = Asked(AccountKind.INDIVIDUAL, "new@example.kz", NEW, NEW, "kk", SHIPPED, "key", slug="vodokanal", login="Aigerim")
    await register(form, None, NOW)
    await deliver_all()
    for typed in ("new@example.kz", "aigerim"):
        await asked(typed)
        letter = await deliver_one()
        assert (letter.template, letter.recipient) == ("registration", "new@example.kz")
        assert letter.code


async def test_the_inactive_are_nobody(aigul):
    await User.filter(id=aigul.id).update(is_active=False)
    await asked("aigul@example.kz")
    assert (await deliver_one()).template == "recovery_unknown"
    await asked("aigul")
    assert await deliver_all() == []


async def test_asking_looks_the_same_for_everybody(org, aigul, monkeypatch):
    seen = {}
    for typed in ("aigul@example.kz", "nobody@example.kz", "aigul", "nobody", "02015213", "99999999"):
        with counted() as statements:
            await asked(typed)
        seen[typed] = len(statements)
    assert len({count for name, count in seen.items() if "@" in name}) == 1, seen
    assert len({count for name, count in seen.items() if "@" not in name}) == 1, seen
    assert [letter.template for letter in await deliver_all()].count("recovery_unknown") == 1
    monkeypatch.setattr(sparing, "AT_ALL", 4)
    for _ in range(4):
        await asked("aigul")
    with counted() as statements:
        await asked("aigul")
    assert len(statements) == seen["nobody"], "nor where no more letters are sent"
    assert await Letter.filter(recipient="aigul@example.kz").count() == sparing.AT_ALL


@pytest.mark.parametrize("typed", ["", "  ", "a@b", "a@b.kz,evil@x.kz", "evil@x.kz<a@b.kz>", "ai\0gul", "\ud800"])
async def test_what_is_no_address_is_told(org, typed):
    with pytest.raises(Refused) as caught:
        await asked(typed)
    assert caught.value.problems[0].path == ("loginOrEmail",)
    assert not await Letter.exists()


@pytest.mark.parametrize("ask", [request_recovery, resend])
async def test_nothing_of_the_askers_own_gets_into_a_letter(aigul, ask):
    with pytest.raises(NotFound):
        await ask("aigul@example.kz", "evil.kz/you-have-won", "ru", None, NOW)
    for language in ("de", "", "russian"):
        with pytest.raises(Refused) as caught:
            await ask("aigul@example.kz", "vodokanal", language, None, NOW)
        assert problems_of(caught) == [(C.INVALID, ("language",))]
    assert not await Letter.exists()


async def test_whoever_folds_to_anothers_address_gets_no_link(org):
    await create_user("fidel", "fidel@example.kz", OLD)
    for typed in ("\ufb01del@example.kz", "ﬁdel@example.kz", "FIDEL@example.kz", "fidel@example.ＫＺ"):
        try:
            await asked(typed)
        except Refused:
            continue
        for letter in await deliver_all():
            assert letter.recipient == "fidel@example.kz", typed


@pytest.mark.parametrize("seed", range(3))
async def test_hostile_addresses_reach_nobody_but_whom_they_name(org, seed: int):
    """A hundred at a time, made of what mail servers stumble over."""
    pick = random.Random(seed)  # noqa: S311 - the same every time
    parts = [*HOSTILE, "\r\n", " ", "\n", "\0", "\u202e"]
    named = set()
    for number in range(100):
        typed = "".join(pick.choice(parts) for _ in range(pick.randint(1, 6))) + pick.choice(["", "@b.kz", "a@b.kz"])
        form = Asked(AccountKind.INDIVIDUAL, typed, NEW, NEW, "ru", SHIPPED, f"{number}")
        for door in (request_recovery(typed, None, "ru", None, NOW), register(form, None, NOW)):
            try:
                await door
            except Refused:
                continue
            named.add(unicodedata.normalize("NFC", typed.strip().rpartition("@")[0]))
    letters = await deliver_all()
    assert {letter.recipient.rpartition("@")[0] for letter in letters} <= named
    for letter in letters:
        assert letter.recipient.count("@") == 1
        assert not set(letter.recipient) & set(' ,;<>"\r\n()\\:')
        assert [name.lower() for name in letter.message].count("to") == 1
        assert "bcc" not in {name.lower() for name in letter.message}
