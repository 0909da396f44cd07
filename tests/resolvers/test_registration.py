"""Registering and confirming: what is refused, what nobody learns, what happens when two do it at once."""

import asyncio
import dataclasses
import datetime as dt

import pytest

from adapters import passwords
from models import Consent, IdempotencyKey, Letter, LoginAlias, MailedSecret, Membership, Registration, Subscription, User
from models.enums import AccountKind, Right, Topic
from models.errors import ProblemCode, Refused
from models.money import Currency
from resolvers import gate, mailed_secrets, sparing
from resolvers.agreements import SHIPPED, present, publish
from resolvers.confirmation import Confirmed, confirm, pending
from resolvers.registration import WAITS, register, wanted_link
from resolvers.registration_form import Asked
from resolvers.registration_letters import LETTER_LIVES, resend
from resolvers.sessions import sign_in
from resolvers.users import create_user
from tests import factories as make
from tests.counting import counted
from tests.mailbox import deliver_all, deliver_one

NOW, PASSWORD = make.NOW, "svetlaya-reka"
ASKED = Asked(AccountKind.INDIVIDUAL, "new@example.kz", PASSWORD, PASSWORD, "ru", SHIPPED, "key", slug="vodokanal", account_number="02015213")
COMPANY = dataclasses.replace(ASKED, kind=AccountKind.LEGAL, account_number="", name="ТОО «Берег»", tax_number="940140000385", contract_number="123")
HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)


@pytest.fixture
async def org(database):
    gate.clear()
    yield await make.organization()
    gate.clear()


def asking(**changed) -> Asked:
    return dataclasses.replace(ASKED, **{"key": changed.get("email", "") + changed.get("login", "") or "key", **changed})


async def registered(now=NOW, **changed) -> None:
    await register(asking(**changed), None, now)


async def confirmed(token: str, now=NOW) -> Confirmed:
    return await confirm(token=token, email="", code="", source=None, now=now)


async def typed(email: str, code: str, now=NOW) -> Confirmed:
    return await confirm(token="", email=email, code=code, source=None, now=now)


async def entered(login: str, password: str = PASSWORD):
    return await sign_in(login, password, slug="vodokanal", remember=False, source=None, now=NOW)


def problem_of(caught: pytest.ExceptionInfo[Refused]) -> tuple[ProblemCode, tuple[str, ...]]:
    return caught.value.problems[0].code, caught.value.problems[0].path


C = ProblemCode


@pytest.mark.parametrize(
    ("changed", "code", "path"),
    [
        ({"email": ""}, C.REQUIRED, "email"),
        *[({"email": one}, C.INVALID_EMAIL, "email") for one in ("a@b", "a@b.kz,evil@x.kz", "evil@x.kz<a@b.kz>", '"a\r\nBcc: x@y.kz"@b.kz', "a@b..kz")],
        *[({"login": one}, C.INVALID_LOGIN, "login") for one in ("vk5", "VК5", "1a", "a b", "a" * 31, "имя!", "名")],
        *[({"account_number": one}, C.INVALID, "accountNumber") for one in ("http://evil.kz/1", "Winner 1000000", "a@b.kz1", "слово")],
        ({"account_number": "1" * 41}, C.TOO_LONG, "accountNumber"),
        ({"phone": "12345"}, C.INVALID_PHONE, "phone"),
        *[({"tax_number": one}, C.INVALID_TAX_NUMBER, "taxNumber") for one in ("791028302729", "7707083893", "12345", "0" * 12)],
        ({"password": "short77", "repeat": "short77"}, C.PASSWORD_TOO_SHORT, "password"),
        ({"password": "", "repeat": ""}, C.REQUIRED, "password"),
        ({"password": "x" * 129, "repeat": "x" * 129}, C.TOO_LONG, "password"),
        ({"password": "new@example.kz", "repeat": "new@example.kz"}, C.PASSWORD_TOO_COMMON, "password"),
        ({"repeat": PASSWORD + " "}, C.PASSWORDS_DIFFER, "repeat"),
        ({"language": "de"}, C.INVALID, "language"),
        ({"agreement_version": ""}, C.CONSENT_REQUIRED, "agreementVersion"),
        ({"agreement_version": "2020-01"}, C.CONSENT_REQUIRED, "agreementVersion"),
        ({"key": " "}, C.REQUIRED, "idempotencyKey"),
        *[({**dataclasses.asdict(COMPANY), one: ""}, C.REQUIRED, path) for one, path in
          (("name", "name"), ("tax_number", "taxNumber"), ("contract_number", "contractNumber"))],
    ],
)  # fmt: skip
async def test_what_is_wrong_by_its_form_is_told_and_nothing_is_written(org, changed, code, path):
    with pytest.raises(Refused) as caught:
        await registered(**changed)
    assert (code, (path,)) in [(one.code, one.path) for one in caught.value.problems]
    assert await Registration.all().count() == await Letter.all().count() == await MailedSecret.all().count() == await IdempotencyKey.all().count() == 0


async def test_a_russian_organization_asks_for_an_inn(org):
    await make.organization("dom", currency=Currency.RUB, timezone="Asia/Yekaterinburg")
    await registered(slug="dom", tax_number="500100732259")
    for wrong in ("7707083893", "791028302728"):  # a company's, and none of Russia
        with pytest.raises(Refused):
            await registered(slug="dom", tax_number=wrong, email=f"{wrong}@example.kz")
    await register(dataclasses.replace(COMPANY, slug="dom", tax_number="7707083893", key="firm"), None, NOW)
    assert set(await Registration.all().values_list("tax_number", flat=True)) == {"500100732259", "7707083893"}


async def test_only_checking_writes_nothing(org):
    done = await register(asking(validate_only=True), None, NOW)
    assert (done.resulting.login, done.resulting.after_linking) == ("02015213", True)
    assert await Registration.all().count() == await Letter.all().count() == 0


@pytest.mark.parametrize(
    ("changed", "login", "after"),
    [({}, "02015213", True), ({"login": "Aigerim"}, "Aigerim", False), ({"login": "02015213"}, "02015213", True),
     ({"account_number": ""}, "new@example.kz", False), ({"slug": None, "account_number": ""}, "new@example.kz", False)],
)  # fmt: skip
async def test_the_login_that_results(org, changed, login, after):
    done = await register(asking(**changed), None, NOW)
    assert (done.resulting.login, done.resulting.after_linking) == (login, after)


async def test_a_contract_gives_a_login_with_its_organizations_prefix(org):
    org.contract_login_prefix = "юр"
    await org.save()
    assert (await register(COMPANY, None, NOW)).resulting.login == "юр123"


async def test_a_user_begins_at_the_confirmation_with_all_that_was_said(org):
    await registered(login="Aigerim", phone="8 701 123 45 67", tax_number="791028302728", bill_by_email=True)
    assert not await User.exists()
    text = await present("vodokanal", "ru")
    letter = await deliver_one()
    assert await confirmed(letter.token, NOW + HOUR) == Confirmed("Aigerim")
    user = await User.get()
    assert (user.email, user.login, user.phone, user.tax_number, user.language, user.kind) == (
        "new@example.kz", "Aigerim", "+77011234567", "791028302728", "ru", AccountKind.INDIVIDUAL)  # fmt: skip
    consent = await Consent.get(user=user)
    assert (consent.version, consent.text_hash, consent.language, consent.given_at) == (SHIPPED, text.text_hash, "ru", NOW)
    assert await Subscription.filter(user=user).values_list("topic", "account_id") == [(Topic.BILL, None)]
    assert (await entered("Aigerim")).user.pk == (await entered("new@example.kz")).user.pk == user.id
    with pytest.raises(Refused):
        await entered("02015213")
    assert not await LoginAlias.exists()
    assert not await Membership.exists()


async def test_the_bill_is_not_mailed_unasked(org):
    await registered()
    await confirmed((await deliver_one()).token)
    assert not await Subscription.exists()


async def test_the_account_named_is_offered_until_it_is_linked(org):
    await registered()
    await confirmed((await deliver_one()).token)
    user = await User.get()
    wanted = await wanted_link(user.id)
    assert wanted is not None
    assert (wanted.slug, wanted.account_number, wanted.contract_number) == ("vodokanal", "02015213", "")
    await make.member(user, await make.account(org, "02015213"), Right.owner())
    assert await wanted_link(user.id) is None
    assert await wanted_link(user.id + 1) is None


async def test_looking_spends_nothing_and_the_second_browser_is_told(org):
    await registered()
    token = (await deliver_one()).token
    for _ in range(3):
        found = await pending(token, NOW)
        assert (found.email, found.confirmed) == ("new@example.kz", False)
    assert await confirmed(token) == Confirmed("new@example.kz")
    assert await confirmed(token) == Confirmed("new@example.kz", already=True)
    assert (await pending(token, NOW + WAITS)).confirmed
    assert await User.all().count() == await Consent.all().count() == 1


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "\ud800", "ы" * 43])
async def test_a_link_that_is_none_is_over(org, token):
    with pytest.raises(Refused) as caught:
        await confirmed(token or "-")
    assert problem_of(caught) == (C.LINK_OVER, ("token",))
    assert await pending(token, NOW) is None


async def test_link_and_code_end_after_a_day(org):
    await registered()
    letter = await deliver_one()
    late = NOW + LETTER_LIVES
    assert await pending(letter.token, late) is None
    with pytest.raises(Refused) as caught:
        await confirmed(letter.token, late)
    assert problem_of(caught) == (C.LINK_OVER, ("token",))
    with pytest.raises(Refused) as caught:
        await typed("new@example.kz", letter.code, late)
    assert problem_of(caught) == (C.WRONG_CODE, ("code",))
    await resend("new@example.kz", "vodokanal", "ru", None, late)
    assert (await confirmed((await deliver_one()).token, late)).login == "new@example.kz"


async def test_a_secret_of_another_purpose_confirms_nothing(org):
    user = await make.user()
    secret = await mailed_secrets.make(mailed_secrets.Purpose.RECOVER, NOW, HOUR, user_id=user.id)
    with pytest.raises(Refused):
        await confirmed(mailed_secrets.token_of(secret))


async def test_a_code_is_of_its_own_address_and_good_once(org):
    await registered()
    await registered(email="other@example.kz")
    first, second = await deliver_all()
    with pytest.raises(Refused):
        await typed("new@example.kz", second.code)
    assert (await typed(" NEW@example.kz ", f"{first.code[:4].lower()}-{first.code[4:]}")).login == "new@example.kz"
    with pytest.raises(Refused) as caught:
        await typed("new@example.kz", first.code)
    assert problem_of(caught) == (C.WRONG_CODE, ("code",))


async def test_after_ten_guesses_the_code_is_worth_nothing_and_the_link_still_is(org):
    await registered()
    letter = await deliver_one()
    guesses = [typed("new@example.kz", f"AAAAAAA{letter_}") for letter_ in "ABCDEFGHIJ"]
    assert all(isinstance(one, Refused) for one in await asyncio.gather(*guesses, return_exceptions=True))
    with pytest.raises(Refused) as caught:
        await typed("new@example.kz", letter.code)
    assert problem_of(caught) == (C.WRONG_CODE, ("code",))
    assert (await confirmed(letter.token)).login == "new@example.kz"


async def test_a_free_login_that_is_taken_is_told_behind_the_link_alone(org):
    await create_user("Aigerim", "aigerim@example.kz", PASSWORD)
    await registered(login="АIGЕRIM")  # Russian letters that look the same
    assert await confirmed((await deliver_one()).token) == Confirmed("new@example.kz", login_taken=True)
    assert (await User.get(email_key="new@example.kz")).login is None


async def test_of_two_registrations_of_one_address_one_wins(org):
    for number in range(2):
        await registered(key=f"{number}")
    first, second = await deliver_all()
    await confirmed(first.token)
    with pytest.raises(Refused) as caught:
        await confirmed(second.token)
    assert problem_of(caught) == (C.TAKEN, ("email",))
    assert await User.all().count() == 1


async def test_races(org):
    """One login by two people, one address twice, one link in many windows, one form twice: at once."""
    both = await asyncio.gather(*(registered(email=f"{number}@example.kz", login="aigerim") for number in range(2)))
    assert both == [None, None]
    done = await asyncio.gather(*(confirmed(letter.token) for letter in await deliver_all()))
    assert sorted(one.login_taken for one in done) == [False, True]
    await asyncio.gather(*(registered(email="same@example.kz", key=f"{number}") for number in range(3)))
    letters = await deliver_all()
    assert len(letters) == 3
    done = await asyncio.gather(*(confirmed(letter.token) for letter in letters), return_exceptions=True)
    assert sum(isinstance(one, Confirmed) for one in done) == 1
    await registered(email="once@example.kz")
    token = (await deliver_one()).token
    done = await asyncio.gather(*(confirmed(token) for _ in range(5)))
    assert sum(not one.already for one in done) == 1
    await asyncio.gather(*(registered(email="twice@example.kz") for _ in range(3)))
    assert await Registration.filter(email_key="twice@example.kz").count() == len(await deliver_all()) == 1


async def test_an_address_of_a_user_gets_another_letter_and_no_secret(org):
    user = await create_user("aigul", "aigul@example.kz", PASSWORD)
    await registered(email="Aigul@Example.KZ")
    letter = await deliver_one()
    assert (letter.template, letter.recipient, letter.token, letter.code) == ("registered_already", user.email, None, None)
    assert await User.all().count() == 1


async def test_whoever_folds_to_anothers_address_gets_nothing_of_his(org):
    """`ﬁ` folds to `fi`: the letter goes to the address that is known, never to the one that was typed."""
    await create_user("fidel", "fidel@example.kz", PASSWORD)
    for address in ("\ufb01del@example.kz", "FIDEL@EXAMPLE.KZ"):
        try:
            await registered(email=address)
        except Refused:
            continue
        assert {letter.recipient for letter in await deliver_all()} == {"fidel@example.kz"}


async def test_registering_looks_the_same_for_everybody(org):
    await create_user("aigul", "aigul@example.kz", PASSWORD)
    await registered(email="waits@example.kz")
    await deliver_all()
    seen, letters = [], []
    for email in ("aigul@example.kz", "waits@example.kz", "nobody@example.kz"):
        for work in (lambda to: registered(email=to, login="aigul", key=f"again {to}"), lambda to: resend(to, "vodokanal", "ru", None, NOW)):
            with counted() as statements:
                await work(email)
            seen.append(len(statements))
            letters.append(len(await deliver_all()))
    assert letters == [1, 1, 1, 2, 1, 1], "of two that wait each has its letter"
    assert len(set(seen[::2])) == len(set(seen[1::2])) == 1, seen


async def test_signing_in_tells_the_password_of_a_registration_and_of_no_user(org, monkeypatch):
    """Else whoever registers with your address learns by signing in whether you are a user."""
    await create_user("aigul", "aigul@example.kz", PASSWORD)
    worked = []
    original = passwords._verified
    for email in ("aigul@example.kz", "nobody@example.kz"):
        await registered(email=email, password="moi-sobstvennyi", repeat="moi-sobstvennyi")
        monkeypatch.setattr(passwords, "_verified", lambda stored, password: worked.append(1) or original(stored, password))
        for password, code in (("moi-sobstvennyi", C.NOT_CONFIRMED), ("wrong-password", C.WRONG_LOGIN_OR_PASSWORD)):
            with counted() as statements, pytest.raises(Refused) as caught:
                await entered(email, password)
            assert problem_of(caught) == (code, ("login",))
            assert (len(statements), len(worked)) == (2, 2)
            worked.clear()
    assert (await entered("aigul@example.kz")).token


async def test_a_code_costs_the_same_for_an_address_that_nobody_registered(org):
    await registered()
    seen = []
    for email in ("new@example.kz", "nobody@example.kz"):
        with counted() as statements, pytest.raises(Refused):
            await typed(email, "AAAAAAAA")
        seen.append(len(statements))
    assert seen[0] == seen[1]


async def test_a_new_letter_voids_the_former_one(org):
    await registered()
    first = await deliver_one()
    await resend("NEW@example.kz", None, "kk", None, NOW)
    second = await deliver_one()
    assert (second.recipient, second.template) == ("new@example.kz", "registration")
    with pytest.raises(Refused):
        await confirmed(first.token)
    with pytest.raises(Refused):
        await typed("new@example.kz", first.code)
    assert (await confirmed(second.token)).login == "new@example.kz"
    assert (await confirmed(first.token)).already


async def test_letters_are_no_weapon_and_the_last_one_still_holds(org, monkeypatch):
    monkeypatch.setattr(sparing, "AT_ALL", 6)
    await registered()
    for _ in range(10):
        await resend("new@example.kz", "vodokanal", "ru", None, NOW)
    letters = await deliver_all()
    assert len(letters) == 1, "those whose secrets a newer one replaced are not sent"
    assert await Letter.all().count() == sparing.AT_ALL
    assert (await confirmed(letters[-1].token)).login == "new@example.kz"


async def test_a_registration_is_no_longer_than_a_week(org):
    await registered()
    await resend("new@example.kz", None, "ru", None, NOW + WAITS + SECOND)
    assert (await Letter.all().order_by("-id").first()).template == "registration_unknown"


async def test_a_version_is_agreed_to_in_its_own_words(org):
    await publish("# Правила\n\nПервые.", "ru", "1", "vodokanal", NOW)
    await publish("# Ережелер\n\nБірінші.", "kk", "1", "vodokanal", NOW)
    with pytest.raises(Refused) as caught:
        await registered()
    assert problem_of(caught) == (C.CONSENT_REQUIRED, ("agreementVersion",))
    await registered(agreement_version="1", language="kk")
    made = await Registration.get()
    assert made.agreement_hash == (await present("vodokanal", "kk")).text_hash != (await present("vodokanal", "ru")).text_hash
    with pytest.raises(Refused) as caught:
        await publish("Другие.", "ru", "1", "vodokanal", NOW)
    assert problem_of(caught) == (C.TAKEN, ("version",))
    await publish("Новые.", "ru", "2", "vodokanal", NOW)
    assert ((await present("vodokanal", "kk")).version, (await present("vodokanal", "kk")).language) == ("2", "ru")
    assert (await present("vodokanal", "ru")).versions == ("2", "1")
    assert (await present(None, "en")).version == SHIPPED
