"""What goes with a user is the user's own: nothing of somebody whose address, name or number looks alike."""

import pytest

from models import IdempotencyKey, Letter, MailedSecret, Registration, User
from models.enums import LetterState, Purpose
from resolvers import gate, letters, mailed_secrets
from resolvers.deletion import delete_user
from resolvers.email_changes import TO_TAKE_BACK
from resolvers.users import create_user
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.mailbox import deliver_all

PASSWORD = "chistaya-voda"


@pytest.fixture
async def person(database) -> User:
    gate.clear()
    yield await create_user("v", "v@mail.example", PASSWORD, name="02000147")
    gate.clear()


async def gone(user: User) -> None:
    await delete_user(await viewer_of_user(user.id, make.TODAY), PASSWORD, None, make.NOW, slug=None, language="ru")
    assert not await User.exists(id=user.id)


async def test_letters_and_invitations_of_addresses_alike_stay(person):
    for address in ("ivanov@mail.example", "v@mail.example.kz", "v_@mail.example"):
        secret = await mailed_secrets.make(Purpose.INVITATION, make.NOW, TO_TAKE_BACK, data={"email": address, "rights": 0})
        await letters.queue("invitation", address, "ru", make.NOW, path="/invitation", secret=secret, person=person.id, number="1", days=7)
    mine = await mailed_secrets.make(Purpose.INVITATION, make.NOW, TO_TAKE_BACK, data={"email": "V@mail.example", "rights": 0})
    await letters.queue("invitation", "V@mail.example", "ru", make.NOW, path="/invitation", secret=mine, person=person.id, number="1", days=7)
    await gone(person)
    assert await MailedSecret.all().count() == 3
    assert {one.recipient for one in await deliver_all()} == {"ivanov@mail.example", "v@mail.example.kz", "v_@mail.example", "v@mail.example"}


@pytest.mark.parametrize("name", ["02000147", "o", "%", "_", '"', "7"])
async def test_a_name_empties_nobodys_letters(person, name: str):
    await User.filter(id=person.id).update(name=name)
    other = await make.user("other")
    waiting = await letters.queue("linked", other.email, "ru", make.NOW, path="/", user_id=other.id, number="02000147", login="o", contract=False)
    failed = await letters.queue("member_revoked", other.email, "ru", make.NOW, path="/", user_id=other.id, number="7")
    await Letter.filter(id=failed.id).update(state=LetterState.FAILED)
    before = [one.context for one in await Letter.all().order_by("id")]
    await gone(person)
    assert [one.context for one in await Letter.filter(id__in=[waiting.id, failed.id]).order_by("id")] == before


async def test_another_users_way_back_to_the_address_stays(person):
    """He had the address before: whoever deletes the user of today takes nothing from him."""
    other = await make.user("other")
    await mailed_secrets.make(Purpose.CANCEL_EMAIL, make.NOW, TO_TAKE_BACK, user_id=other.id, data={"email": person.email})
    await mailed_secrets.make(Purpose.CONFIRM_EMAIL, make.NOW, TO_TAKE_BACK, user_id=other.id, data={"email": person.email})
    await gone(person)
    assert [one.purpose for one in await MailedSecret.all()] == [Purpose.CANCEL_EMAIL]


async def test_keys_and_registrations_of_others_stay(person):
    for viewer in (f"user:{person.id}", f"user:{person.id}0", f"token:{person.id}"):
        await IdempotencyKey.create(viewer=viewer, mutation="x", key="k", input_hash="f", answer={}, created_at=make.NOW)
    await gone(person)
    assert {one.viewer for one in await IdempotencyKey.all()} == {f"user:{person.id}0", f"token:{person.id}"}
    assert not await Registration.exists(email_key=person.email_key)
