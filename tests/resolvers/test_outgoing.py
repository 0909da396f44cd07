"""Staff see how far their letters came, without words and whole addresses, and send anew what failed."""

import datetime as dt

import pytest

from adapters.smtp import ServerMail
from models import AuditRecord, Letter
from models.enums import LetterState
from models.errors import NotFound, Refused
from models.mail_enums import LetterTrouble
from resolvers.letters import queue
from resolvers.organizations import find_organization
from resolvers.outbox import send_all
from resolvers.outgoing import letters_page, masked, retry_letter
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.jobs.offices import Office

NOW = make.NOW
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
async def clerk(database):
    of, other = await make.organization(), await make.organization("teplo")
    user, _ = await make.user("clerk"), await make.staff(await make.user("other"), other)
    await make.staff(user, of)
    for number in range(3):
        await queue("trial", f"user{number}@example.kz", "ru", NOW + number * MINUTE, organization_id=of.id)
    await queue("trial", "foreign@example.kz", "ru", NOW, organization_id=other.id)
    await queue("trial", "nobodys@example.kz", "ru", NOW)
    return await viewer_of_user(user.id, make.TODAY)


async def test_letters_are_paged_newest_first(clerk):
    of = await find_organization(slug="vodokanal")
    first = await letters_page(clerk, of, 2, None, None)
    assert [row.recipient for row in first] == ["u•••@example.kz"] * 3
    assert [row.queued_at for row in first] == [NOW + 2 * MINUTE, NOW + MINUTE, NOW]
    rest = await letters_page(clerk, of, 2, (first[1].queued_at.isoformat(), first[1].pk), None)
    assert [row.pk for row in rest] == [first[2].pk]
    assert await letters_page(clerk, of, 2, None, LetterState.SENT) == []
    assert await letters_page(clerk, await find_organization(slug="teplo"), 2, None, None) == []


async def test_a_failed_letter_is_sent_anew(clerk):
    [letter] = await Letter.filter(recipient="user0@example.kz")
    with Office(lambda to: "550 5.1.1 nobody" if to.startswith("user0") else "") as office:
        await send_all(ServerMail(office.url), NOW + 3 * MINUTE)
        row = (await letters_page(clerk, await find_organization(slug="vodokanal"), 9, None, LetterState.FAILED))[0]
        assert (row.trouble, row.server_said, row.is_retriable) == (LetterTrouble.REJECTED, "550 5.1.1 nobody said <•••@example.kz>", True)
        office.fault = lambda _: ""
        late = NOW + dt.timedelta(days=9)
        anew = await retry_letter(clerk, letter.id, late)
        assert (anew.state, anew.queued_at) == (LetterState.QUEUED, late)
        assert await send_all(ServerMail(office.url), late) == {"sent": 1}
    record = await AuditRecord.get(action="letter.retry")
    assert (record.actor, record.subject, record.organization_id) == (clerk.actor, f"letter:{letter.id}", letter.organization_id)


@pytest.mark.parametrize("values", [
    {"state": LetterState.SENT}, {"state": LetterState.QUEUED}, {"state": LetterState.DEFERRED},
    {"state": LetterState.FAILED, "context": {}, "recipient": "a•••@b.kz"},  # forgotten
    {"state": LetterState.FAILED, "error": "pointless"},
])  # fmt: skip
async def test_what_waits_or_is_gone_is_not_sent_anew(clerk, values):
    [letter] = await Letter.filter(recipient="user0@example.kz")
    await Letter.filter(id=letter.id).update(**values)
    with pytest.raises(Refused):
        await retry_letter(clerk, letter.id, NOW)
    assert not await AuditRecord.exists(action="letter.retry")


async def test_letters_of_others_are_not_there(clerk):
    await Letter.all().update(state=LetterState.FAILED)
    for recipient in ("foreign@example.kz", "nobodys@example.kz"):
        letter = await Letter.get(recipient=recipient)
        with pytest.raises(NotFound):
            await retry_letter(clerk, letter.id, NOW)


@pytest.mark.parametrize(
    ("address", "shown"), [("aigul@example.kz", "a•••@example.kz"), ("ә@b.kz", "ә•••@b.kz"), ("nonsense", "•••@nonsense"), ("a•••@b.kz", "a•••@b.kz")]
)
def test_an_address_is_hidden(address: str, shown: str):
    assert masked(address) == shown
