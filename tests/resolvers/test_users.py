"""Who may sign in, under which login, with which password, and what is granted."""

import datetime as dt

import pytest

from models import ApiToken, AuditRecord, Contract, LoginAlias, Membership, Organization, PersonalAccount, StaffRole, User
from models.enums import Right, TokenScope
from models.errors import NotFound, ProblemCode, Refused
from resolvers.organizations import create_organization
from resolvers.tokens import create_token, looks_right, token_viewer
from resolvers.users import create_user, grant_membership, user_by_login
from tests import factories as make

PASSWORD = "chistaya-voda"
NOW = dt.datetime(2026, 11, 15, 12, tzinfo=dt.UTC)


@pytest.fixture
async def organization(database: str) -> Organization:
    return await create_organization("vodokanal", "Водоканал", "KZT", "Asia/Almaty")


async def made(login: str = "aigul", email: str = "aigul@example.kz", password: str = PASSWORD, staff: str | None = None) -> User:
    return await create_user(login, email, password, staff)


def refused(caught: pytest.ExceptionInfo[Refused]) -> tuple[ProblemCode, tuple[str, ...]]:
    return caught.value.problems[0].code, caught.value.problems[0].path


@pytest.mark.parametrize(
    ("values", "path"),
    [
        (("Vodokanal", "В", "KZT", "Asia/Almaty"), "slug"),
        (("-a", "В", "KZT", "Asia/Almaty"), "slug"),
        (("a", "В", "USD", "Asia/Almaty"), "currency"),
        (("a", "В", "KZT", "Almaty"), "timezone"),
        (("a", " ", "KZT", "Asia/Almaty"), "name"),
    ],
)
async def test_an_organization_is_checked(database: str, values: tuple[str, str, str, str], path: str):
    with pytest.raises(Refused) as caught:
        await create_organization(*values)
    assert caught.value.problems[0].path == (path,)
    assert not await Organization.exists()


async def test_a_slug_is_taken_once(organization: Organization):
    with pytest.raises(Refused) as caught:
        await create_organization("vodokanal", "Другой", "KZT", "Asia/Almaty")
    assert refused(caught) == (ProblemCode.TAKEN, ("slug",))
    assert await AuditRecord.all().values_list("action", flat=True) == ["organization.create"]


@pytest.mark.parametrize("login", ["02015213", "vk123", "VK-123", "1aigul", "a b", "a@b.kz", "", "a" * 31, "айгүл!", "ｖｋ１"])
async def test_a_free_login_looks_like_no_number(organization: Organization, login: str):
    with pytest.raises(Refused) as caught:
        await made(login)
    assert refused(caught) == (ProblemCode.INVALID, ("login",))
    assert not await User.exists()


@pytest.mark.parametrize("email", ["a", "a@b", "a@b.kz,evil@x.kz", "evil@x.kz<a@b.kz>", '"a\r\n"@b.kz', "a@b..kz", ""])
async def test_an_email_is_one_plain_mailbox(organization: Organization, email: str):
    with pytest.raises(Refused) as caught:
        await made(email=email)
    assert refused(caught) == (ProblemCode.INVALID, ("email",))


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short77", ProblemCode.PASSWORD_TOO_SHORT),
        ("x" * 129, ProblemCode.TOO_LONG),
        *[(word, ProblemCode.PASSWORD_TOO_COMMON) for word in ("password", "Password123!", "йцукенгш", "12345678", "87654321", "abababab", "пароль2026")],
        ("aigul@example.kz", ProblemCode.PASSWORD_TOO_COMMON),
    ],
)
async def test_a_password_is_long_and_not_common(organization: Organization, password: str, code: ProblemCode):
    with pytest.raises(Refused) as caught:
        await made(password=password)
    assert refused(caught) == (code, ("password",))


async def test_login_and_email_are_taken_whatever_their_case(organization: Organization):
    await made()
    for login, email, path in (("AIGUL", "other@example.kz", "login"), ("other", "Aigul@Example.kz", "email")):
        with pytest.raises(Refused) as caught:
            await made(login, email)
        assert refused(caught) == (ProblemCode.TAKEN, (path,))
    assert await User.all().count() == 1


@pytest.mark.parametrize(("first", "second"), [("aigul", "аigul"), ("Вера", "Bepa"), ("serik", "sеrіk"), ("Алёна", "Алена"), ("кот", "KOT")])
async def test_a_login_that_looks_like_anothers_is_taken(organization: Organization, first: str, second: str):
    await made(first)
    with pytest.raises(Refused) as caught:
        await made(second, "other@example.kz")
    assert refused(caught) == (ProblemCode.TAKEN, ("login",))
    assert (await user_by_login(second)).login == first, "and whoever types it in the other alphabet means the one there is"


@pytest.mark.parametrize("login", ["ԝater", "αιγουλ", "vк123", "ＶＫ7", "名前", "أ", "ﬀ"])
async def test_no_other_alphabets_and_no_contract_in_disguise(organization: Organization, login: str):
    with pytest.raises(Refused) as caught:
        await made(login)
    assert refused(caught) == (ProblemCode.INVALID, ("login",))


async def test_a_user_is_found_by_login_and_by_email(organization: Organization):
    user = await made(staff="vodokanal")
    assert PASSWORD not in user.password_hash
    assert (await user_by_login("Aigul")).id == (await user_by_login("AIGUL@example.kz")).id == user.id
    assert await StaffRole.exists(user=user, organization=organization)


async def test_nothing_is_made_for_an_unknown_employer(organization: Organization):
    with pytest.raises(NotFound):
        await made(staff="nobody")
    assert not await User.exists()


async def test_an_account_is_granted_once_with_its_number_as_login(organization: Organization):
    user, other = await made(), await made("marat", "marat@example.kz")
    await PersonalAccount.create(organization=organization, number="02015213")
    first = await grant_membership("aigul", "vodokanal", "02015213")
    again = await grant_membership("aigul", "vodokanal", "02015213")
    second = await grant_membership("marat@example.kz", "vodokanal", "02015213")
    assert first.id == again.id
    assert Right(second.rights) == Right.owner()
    assert await Membership.filter(user=other).count() == 1
    assert [(a.alias, a.user_id) for a in await LoginAlias.all()] == [("02015213", user.id)]


async def test_a_contract_gives_a_login_with_its_prefix(organization: Organization):
    await made()
    await Contract.create(organization=organization, number="123")
    await grant_membership("aigul", "vodokanal", contract="123")
    assert await LoginAlias.all().values_list("alias", flat=True) == ["vk123"]


@pytest.mark.parametrize(
    ("login", "slug", "number", "contract"),
    [("x", "vodokanal", "1", None), ("aigul", "x", "1", None), ("aigul", "vodokanal", "1", None), ("aigul", "vodokanal", None, "1")],
)
async def test_the_unknown_is_not_found(organization: Organization, login: str, slug: str, number: str | None, contract: str | None):
    await made()
    with pytest.raises(NotFound):
        await grant_membership(login, slug, number, contract)
    assert not await Membership.exists()


async def test_a_token_is_shown_once_and_found_again(organization: Organization):
    await made()
    text = await create_token(user_login="aigul", scopes=["read_accounts", "READ_MONEY"])
    found = await token_viewer(text, NOW)
    assert found is not None
    assert found.scopes == {TokenScope.READ_ACCOUNTS, TokenScope.READ_MONEY}
    kept = await ApiToken.get()
    assert text not in str(kept.__dict__)
    assert kept.last_used_at == NOW


async def test_without_scopes_a_token_may_all_that_its_owner_may(organization: Organization):
    found = await token_viewer(await create_token(organization_slug="vodokanal"), NOW)
    assert found is not None
    assert found.scopes == set(TokenScope)


async def test_a_token_sees_what_its_user_sees_while_the_user_is_one(organization: Organization):
    await made()
    user = await User.get(login="aigul")
    await make.member(user, await make.account(organization, "1"))
    text = await create_token(user_login="aigul")
    resident = await token_viewer(text, NOW)
    await StaffRole.create(user=user, organization=organization)
    staff = await token_viewer(text, NOW)
    assert resident is not None
    assert staff is not None
    assert (len(resident.grants), resident.organization_ids) == (1, frozenset())
    assert (len(staff.grants), staff.organization_ids) == (1, {organization.id})
    await User.filter(id=user.id).update(is_active=False)
    assert await token_viewer(text, NOW) is None


async def test_a_wrong_expired_or_revoked_token_is_none(organization: Organization):
    text = await create_token(organization_slug="vodokanal", expires_at=NOW)
    assert await token_viewer(text, NOW - dt.timedelta(seconds=1))
    assert await token_viewer(text, NOW) is None
    assert await token_viewer(text[:-1] + ("0" if text[-1] != "0" else "1"), NOW - dt.timedelta(seconds=1)) is None
    assert not looks_right("abn_" + "ы" * 51)


@pytest.mark.parametrize("owner", [{}, {"user_login": "aigul", "organization_slug": "vodokanal"}])
async def test_a_token_has_one_owner(organization: Organization, owner: dict[str, str]):
    with pytest.raises(Refused) as caught:
        await create_token(**owner)
    assert caught.value.problems[0].code == ProblemCode.REQUIRED


async def test_an_unknown_scope_is_refused(organization: Organization):
    with pytest.raises(Refused) as caught:
        await create_token(organization_slug="vodokanal", scopes=["everything"])
    assert refused(caught) == (ProblemCode.INVALID, ("scope",))
