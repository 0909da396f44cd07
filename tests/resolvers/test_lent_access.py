"""Access by somebody's word: never more, longer or of an older past than that one's own, and over when that one goes."""

import datetime as dt

import pytest

from models import AccountFacts, MailedSecret, Membership, Payment, PersonalAccount, User
from models.enums import Proof, Purpose, Right
from models.errors import ProblemCode, Refused
from resolvers import gate, mailed_secrets
from resolvers.accounts import accounts_by_ids
from resolvers.contracts import contracts_by_ids
from resolvers.deletion import delete_user
from resolvers.invitations import Invited, accept, invite, offer
from resolvers.memberships import change_member, revoke_member, unlink
from resolvers.payments import payments_pages
from resolvers.users import create_user
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.mailbox import deliver_all

C = ProblemCode
TODAY, TOMORROW, NEXT_WEEK = make.TODAY, make.TODAY + dt.timedelta(days=1), make.TODAY + dt.timedelta(days=7)
AUGUST = dt.date(2026, 8, 1)
MANAGING = Right.MANAGE_MEMBERS | Right.SEE_MONEY


@pytest.fixture
async def account(database):
    gate.clear()
    yield await make.account(await make.organization())
    gate.clear()


async def viewer(user):
    return await viewer_of_user(user.id, TODAY)


async def invitation(by, of, rights=MANAGING, until=None, email="x@example.kz") -> str:
    """The link's token."""
    asking = await viewer(by)
    rows = await (accounts_by_ids if isinstance(of, PersonalAccount) else contracts_by_ids)(asking, [of.id])
    await invite(asking, rows[of.id], Invited(email, rights, until, f"k{next(make.serial)}"), None, make.NOW, language="ru")
    return mailed_secrets.token_of(await MailedSecret.filter(purpose=Purpose.INVITATION).order_by("-id").first())


async def let_in(by, of, who, rights=MANAGING, until=None) -> Membership:
    token = await invitation(by, of, rights, until, email=who.email)
    return await Membership.get(id=await accept(await viewer(who), token, make.NOW))


async def problem(work) -> tuple[ProblemCode, tuple[str, ...]]:
    with pytest.raises(Refused) as caught:
        await work
    return caught.value.problems[0].code, caught.value.problems[0].path


async def members() -> set[str]:
    return {one.user.login for one in await Membership.all().select_related("user")}


async def test_who_is_invited_sees_no_more_of_the_past_than_the_inviter(account):
    owner, guest, further = [await make.user(name) for name in ("owner", "guest", "further")]
    await make.member(owner, account, from_on=AUGUST)
    for paid_on in ("2026-07-15", "2026-09-15"):
        await make.payment(account, 1000, paid_on)
    assert (await let_in(owner, account, guest)).from_on == AUGUST
    assert (await let_in(guest, account, further)).from_on == AUGUST
    for user in (owner, guest, further):
        seeing = await viewer(user)
        rows = list((await accounts_by_ids(seeing, [account.id])).values())
        found = (await payments_pages(seeing, rows, 10, None))[account.id]
        assert [one.paid_on for one in found] == [dt.date(2026, 9, 15)], user.login
    assert await Payment.all().count() == 2


async def test_a_payer_lets_see_an_account_since_it_is_the_contracts(account):
    of = await make.contract(await account.organization)
    await PersonalAccount.filter(id=account.id).update(contract=of)
    await AccountFacts.create(organization_id=account.organization_id, account=account, valid_from=AUGUST, contract_id=of.id, surname="Тен")
    payer, guest, partner = [await make.user(name) for name in ("payer", "guest", "partner")]
    await make.member(payer, of, from_on=dt.date(2026, 9, 1), until_on=NEXT_WEEK)
    assert await problem(let_in(payer, account, guest)) == (C.LONGER_THAN_YOURS, ("untilOn",))
    assert (await let_in(payer, account, guest, until=NEXT_WEEK)).from_on == dt.date(2026, 9, 1)
    assert (await let_in(payer, of, partner, until=TOMORROW)).from_on == dt.date(2026, 9, 1)
    await Membership.filter(user=payer).update(from_on=None)
    again = await make.user("again")
    assert (await let_in(payer, account, again, until=TODAY)).from_on == AUGUST


async def test_staff_let_see_what_is_the_present_holders(account):
    await AccountFacts.create(organization_id=account.organization_id, account=account, valid_from=AUGUST, surname="Тен", name="Олег")
    clerk, guest = await make.user("clerk"), await make.user("guest")
    await make.staff(clerk, await account.organization)
    assert (await let_in(clerk, account, guest)).from_on == AUGUST


async def test_who_changes_a_member_lends_of_his_own_past(account):
    before, now, guest = [await make.user(name) for name in ("before", "now", "guest")]
    await make.member(before, account)
    await make.member(now, account, from_on=AUGUST)
    made = await let_in(before, account, guest, Right.SEND_READINGS)
    await change_member(await viewer(now), made.id, Right(0), None)
    assert (await Membership.get(id=made.id)).from_on is None
    await change_member(await viewer(now), made.id, Right.SEE_MONEY, None)
    assert (await Membership.get(id=made.id)).from_on == AUGUST


async def test_what_is_over_is_given_anew_and_not_its_past(account):
    before, now, guest = [await make.user(name) for name in ("before", "now", "guest")]
    await make.member(before, account)
    made = await let_in(before, account, guest, until=TODAY)
    await Membership.filter(id=made.id).update(until_on=dt.date(2026, 10, 1))
    await make.member(now, account, from_on=AUGUST)
    await change_member(await viewer(now), made.id, MANAGING, TOMORROW)
    assert (await Membership.get(id=made.id)).from_on == AUGUST


async def test_nobody_lends_for_longer_than_he_has(account):
    owner, guest, second, brother = [await make.user(name) for name in ("owner", "guest", "second", "brother")]
    await make.member(owner, account)
    first = await let_in(owner, account, guest, until=TOMORROW)
    unlimited = await let_in(owner, account, brother)
    for until in (None, NEXT_WEEK):
        assert await problem(let_in(guest, account, second, until=until)) == (C.LONGER_THAN_YOURS, ("untilOn",))
    other = await let_in(guest, account, second, until=TOMORROW)
    for until in (None, NEXT_WEEK):
        assert await problem(change_member(await viewer(guest), other.id, MANAGING, until)) == (C.LONGER_THAN_YOURS, ("untilOn",))
        assert await problem(change_member(await viewer(second), first.id, MANAGING, until)) == (C.YOUR_INVITER, ())
    assert await problem(revoke_member(await viewer(second), first.id, make.NOW, language="ru")) == (C.YOUR_INVITER, ())
    assert await problem(change_member(await viewer(guest), unlimited.id, MANAGING | Right.PAY, None)) == (C.MORE_THAN_YOURS, ("rights",))
    await Membership.filter(id=unlimited.id).update(rights=0)
    assert await problem(change_member(await viewer(guest), unlimited.id, Right.SEE_MONEY, None)) == (C.LONGER_THAN_YOURS, ("untilOn",))


async def test_what_was_offered_shrinks_with_the_inviters_own(account):
    owner, guest, second = [await make.user(name) for name in ("owner", "guest", "second")]
    await make.member(owner, account)
    made = await let_in(owner, account, guest)
    token = await invitation(guest, account)
    await change_member(await viewer(owner), made.id, Right.MANAGE_MEMBERS, TOMORROW)
    offered = await offer(token, make.NOW)
    assert (offered.rights, offered.until_on) == (Right.MANAGE_MEMBERS, TOMORROW)
    joined = await Membership.get(id=await accept(await viewer(second), token, make.NOW))
    assert (joined.rights, joined.until_on) == (Right.MANAGE_MEMBERS, TOMORROW)
    await change_member(await viewer(owner), made.id, Right.MANAGE_MEMBERS, TODAY)
    assert (await Membership.get(id=joined.id)).until_on == TODAY, "and so does what was given"


@pytest.mark.parametrize("goes", ["shown out", "leaves", "deleted"])
async def test_who_is_there_by_ones_word_goes_with_him(account, goes: str):
    owner, other = await make.user("owner"), await make.user("other")
    guest = await create_user("guest", "guest@example.com", "chistaya-voda")
    second, third, proved = [await make.user(name) for name in ("second", "third", "proved")]
    await make.member(owner, account)
    first = await let_in(owner, account, guest)
    await let_in(owner, account, other)
    await let_in(guest, account, second)
    await let_in(second, account, third)
    mine = await let_in(guest, account, proved)
    await Membership.filter(id=mine.id).update(proof=Proof.FACTORS, invited_by_id=None)
    waiting = await invitation(second, account)
    await deliver_all()
    if goes == "shown out":
        await revoke_member(await viewer(owner), first.id, make.NOW, language="ru")
    elif goes == "leaves":
        await unlink(await viewer(guest), first.id, make.NOW, language="ru")
    else:
        await delete_user(await viewer(guest), "chistaya-voda", None, make.NOW, slug=None, language="ru")
    assert await members() == {"owner", "other", "proved"}
    told = {letter.recipient for letter in await deliver_all() if letter.template == "member_revoked"}
    assert told == {"second@example.com", "third@example.com"} | ({"guest@example.com"} if goes == "shown out" else set())
    assert await offer(waiting, make.NOW) is None
    assert not await MailedSecret.exists(purpose=Purpose.INVITATION, spent_at=None)


async def test_two_who_invited_each_other_hold_nobody(account):
    of = await make.contract(await account.organization)
    await PersonalAccount.filter(id=account.id).update(contract=of)
    await AccountFacts.filter(account=account).update(contract_id=of.id)
    payer, guest, second = [await make.user(name) for name in ("payer", "guest", "second")]
    await make.member(payer, of)
    first = await let_in(payer, of, guest)
    await let_in(guest, account, second)
    await let_in(second, account, guest)
    await revoke_member(await viewer(payer), first.id, make.NOW, language="ru")
    assert await members() == {"payer"}


async def test_somebody_else_whom_the_inviter_is_let_in_by_still_holds(account):
    of = await make.contract(await account.organization)
    await PersonalAccount.filter(id=account.id).update(contract=of)
    payer, holder, guest, second = [await make.user(name) for name in ("payer", "holder", "guest", "second")]
    await make.member(payer, of)
    await make.member(holder, account)
    first = await let_in(payer, of, guest)
    await let_in(holder, account, guest)
    await let_in(guest, account, second)
    await revoke_member(await viewer(payer), first.id, make.NOW, language="ru")
    assert await members() == {"payer", "holder", "guest", "second"}


async def test_letters_look_names_up_when_they_are_written(account):
    owner, guest = await make.user("owner", name="Айгүл"), await make.user("guest", name="Оплатите на https://evil.example")
    await make.member(owner, account)
    token = await invitation(owner, account)
    [letter] = await deliver_all()
    assert "Айгүл" in letter.text
    await accept(await viewer(guest), token, make.NOW)
    [letter] = await deliver_all()
    assert letter.template == "member_joined"
    assert "evil" not in letter.text + letter.html
    await User.filter(id=owner.id).update(name="")
    await invitation(owner, account)
    [letter] = await deliver_all()
    assert "Айгүл" not in letter.text
