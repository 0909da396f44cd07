"""What has served its time goes, what has not stays, and doing it twice does nothing more."""

import datetime as dt

import pytest

from jobs.timetable import TIMETABLE
from models import AccountCode, ApiToken, Letter, MailedSecret, ProofBudget, Registration, SpentChallenge
from models.enums import AccountKind, CodeSource, LetterState, Purpose
from resolvers import housekeeping, mailed_secrets
from resolvers.letters import queue
from tests import factories as make

NOW = make.NOW
DAY = dt.timedelta(days=1)


async def registration(email: str, created_at: dt.datetime, confirmed_at: dt.datetime | None = None) -> Registration:
    return await Registration.create(
        kind=AccountKind.INDIVIDUAL, email=email, email_key=email, password_hash="x", language="ru", agreement_version="1", agreement_hash="x",
        created_at=created_at, expires_at=created_at + 7 * DAY, confirmed_at=confirmed_at,
    )  # fmt: skip


async def test_registrations_that_nobody_confirmed_go_with_their_links(database: str):
    late = await registration("late@b.kz", NOW - 8 * DAY)
    await mailed_secrets.make(Purpose.CONFIRM_REGISTRATION, NOW - 8 * DAY, 7 * DAY, registration_id=late.id)
    await registration("waits@b.kz", NOW - 6 * DAY)
    await registration("old@b.kz", NOW - 40 * DAY, NOW - 31 * DAY)
    await registration("new@b.kz", NOW - 40 * DAY, NOW - 29 * DAY)
    assert await housekeeping.forget_registrations(NOW) == {"unconfirmed": 1, "confirmed": 1}
    assert await housekeeping.forget_registrations(NOW) == {"unconfirmed": 0, "confirmed": 0}
    assert {one.email for one in await Registration.all()} == {"waits@b.kz", "new@b.kz"}
    assert not await MailedSecret.exists()


async def test_links_and_codes_go_when_they_are_over(database: str):
    of = await make.organization()
    account = await make.account(of)
    for days in (2, 0):
        secret = await mailed_secrets.make(Purpose.RECOVER, NOW - (days + 1) * DAY, DAY)
        await queue("trial", f"user{days}@b.kz", "ru", NOW, secret=secret)
        await AccountCode.create(
            organization=of, account=account, source=CodeSource.STAFF, code_hash="x", issued_by="user:1", created_at=NOW, expires_at=NOW - days * DAY
        )
        await SpentChallenge.create(digest=f"{days}", expires_at=NOW - days * DAY)
        await ProofBudget.create(organization=of, door="link", target="x", day=(NOW - days * 5 * DAY).date(), reserve=False)
    assert await housekeeping.forget_secrets(NOW) == {"links": 1, "codes": 1, "challenges": 1, "budgets": 1}
    assert await housekeeping.forget_secrets(NOW) == {"links": 0, "codes": 0, "challenges": 0, "budgets": 0}
    assert [letter.secret_id is None for letter in await Letter.all().order_by("id")] == [True, False]  # its letter stays


async def test_tokens_go_a_month_after_their_end(database: str):
    user = await make.user()
    for days in (31, 29):
        for field in ("revoked_at", "expires_at"):
            token = await make.token(user)
            await ApiToken.filter(id=token.id).update(**{field: NOW - days * DAY})
    await make.token(user)
    assert await housekeeping.forget_tokens(NOW) == {"tokens": 2}
    assert await housekeeping.forget_tokens(NOW) == {"tokens": 0}
    assert await ApiToken.all().count() == 3


async def test_letters_lose_their_words_and_then_their_rows(database: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    for days, state in ((366, "sent"), (31, "sent"), (31, "failed"), (31, "queued"), (31, "uncertain"), (29, "sent"), (29, "queued")):
        letter = await queue("trial", f"aigul{days}{state}@b.kz", "ru", NOW - days * DAY, who="Айгүл")
        await Letter.filter(id=letter.id).update(state=state)
    assert await housekeeping.forget_letters(NOW) == {"deleted": 1, "given_up": 1, "emptied": 4}
    assert await housekeeping.forget_letters(NOW) == {"deleted": 0, "given_up": 0, "emptied": 0}
    for letter in await Letter.all():
        old = letter.queued_at < NOW - 30 * DAY
        assert letter.recipient.startswith("a•••@" if old else "aigul29")
        assert (letter.context == {}) is old
    assert await Letter.filter(state=LetterState.FAILED, error="no_server").count() == 1


async def test_the_longest_address_is_forgotten_too(database: str):
    letter = await queue("trial", f"a@{'b.' * 124}kz", "ru", NOW - 31 * DAY)
    assert len(letter.recipient) == 252
    assert (await housekeeping.forget_letters(NOW))["emptied"] == 1
    assert (await Letter.get(id=letter.id)).recipient.startswith("a•••@b.")


def test_everything_is_on_the_timetable():
    assert {"forget_sessions", "forget_keys", "forget_registrations", "forget_secrets", "forget_tokens", "forget_letters"} <= {row.name for row in TIMETABLE}
