"""A letter is worded when it is sent: with its organization's name and colour, with the link and code of its secret, or not at all."""

import datetime as dt

import pytest
from jinja2 import ChoiceLoader, DictLoader

from adapters import rendering
from models import Letter, MailedSecret
from models.enums import LetterState, Purpose
from resolvers import mailed_secrets
from resolvers.letters import queue
from tests.factories import NOW, organization
from tests.mailbox import deliver_all, deliver_one

HOUR = dt.timedelta(hours=1)
TEMPLATE = {
    "mail/probe/subject.txt": "Confirm, {{ who }}",
    "mail/probe/body.txt": '{% extends "mail/base.txt" %}{% block content %}Good day, {{ who }}!\n{{ plain.button("Confirm", link) }}\n\n{{ plain.code(code) }}{% endblock %}{% block why %}Because.{% endblock %}',
    "mail/probe/body.html": '{% extends "mail/base.html" %}{% block title %}T{% endblock %}{% block content %}<p>{{ who }}</p>{{ mail.button("Confirm", link) }}{{ mail.code(code) }}{% endblock %}{% block why %}Because.{% endblock %}',
}


@pytest.fixture(autouse=True)
def probe(monkeypatch: pytest.MonkeyPatch):
    environment = rendering.environment()
    monkeypatch.setattr(environment, "loader", ChoiceLoader([DictLoader(TEMPLATE), environment.loader]))


async def secret(**given) -> MailedSecret:
    return await mailed_secrets.make(Purpose.RECOVER, NOW, HOUR, with_code=True, **given)


async def test_a_letter_carries_its_organizations_name_and_its_secret(database: str):
    of = await organization(name="Водоканал & Ко", accent="#ffff00", contacts="тел. 8 (7232) 20-00-00")
    made = await secret()
    await queue("probe", "aigul@example.kz", "en", NOW, base="/o/vodokanal", path="/confirm", secret=made, organization_id=of.id, who="<b>Алия")
    letter = await deliver_one()
    token, code = mailed_secrets.token_of(made), mailed_secrets.code_of(made)
    assert (letter.recipient, letter.subject) == ("aigul@example.kz", "Confirm, <b>Алия")
    assert str(letter.message["From"]) == "Водоканал & Ко <no-reply@localhost>"
    assert letter.link == f"http://127.0.0.1:8000/o/vodokanal/confirm?lang=en&token={token}"
    assert (letter.token, letter.code) == (token, code)
    assert letter.text.endswith("\n--\nBecause.\n\nВодоканал & Ко: http://127.0.0.1:8000/o/vodokanal\nтел. 8 (7232) 20-00-00\n")
    assert "<p>&lt;b&gt;Алия</p>" in letter.html
    assert letter.html.count(f'href="{letter.link.replace("&", "&amp;")}"') == 2
    assert "#ffff00" not in letter.html  # no white letters on yellow


async def test_a_link_into_a_page_with_a_question_keeps_it(database: str):
    await queue("probe", "a@b.kz", "en", NOW, path="/recover?from=letter", secret=await secret(), who="x")
    assert "/recover?from=letter&lang=en&token=" in (await deliver_one()).link


async def test_a_letter_whose_secret_is_worth_nothing_is_not_sent(database: str):
    spent, withdrawn, over, gone = [await secret() for _ in range(4)]
    for made in (spent, withdrawn, over, gone):
        await queue("probe", "a@b.kz", "en", NOW, secret=made, who="x")
    await mailed_secrets.spend(spent, NOW)
    await MailedSecret.filter(id=withdrawn.id).update(spent_at=NOW)
    await MailedSecret.filter(id=over.id).update(expires_at=NOW)
    await gone.delete()
    assert await deliver_all() == []
    assert await Letter.filter(state=LetterState.FAILED).count() == 4


async def test_one_occasion_is_one_letter(database: str):
    assert await queue("trial", "a@b.kz", "ru", NOW, occasion="bill 2026-10 account 7") is not None
    assert await queue("trial", "a@b.kz", "ru", NOW, occasion="bill 2026-10 account 7") is None
    assert len(await deliver_all()) == 1


async def test_a_context_cannot_take_the_links_place(database: str):
    with pytest.raises(ValueError, match="link"):
        await queue("probe", "a@b.kz", "en", NOW, who="x", link="https://evil.example")
