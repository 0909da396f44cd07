"""The demo shows the letters that it wrote instead of sending them; nowhere else is there such a page."""

import pytest

from adapters.letter_folder import FolderMail
from adapters.mail import Letter, Sender
from settings import settings
from tests.web.conftest import Browser
from tests.web.reader import Page
from web.app import create_app

LETTER = Letter(
    "aigul@example.kz", "trial", "kk", identity="b71e", sender=Sender("Водоканал", "#a3361f"), link="http://127.0.0.1:8000/o/vodokanal/confirm?token=x"
)


@pytest.fixture
async def demo(site, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setenv("ABONENT_MODE", "demo")
    settings.cache_clear()
    return Browser(create_app())


async def test_only_the_demo_has_a_mailbox(site, aigul: Browser, operator: Browser):
    for browser in (Browser(site.app), aigul, operator):
        for path in ("/mailbox", "/mailbox/b71e", "/mailbox/b71e.eml"):
            assert (await browser.get(path)).status_code == 404


async def test_letters_lie_there_as_they_would_have_come(demo: Browser):
    assert "пока нет" in (await demo.get("/mailbox")).text
    for _ in range(2):
        await FolderMail().send(LETTER)
    await demo.page("/mailbox")
    assert (await demo.get("/mailbox")).text.count("Abonent жүйесінен сынақ хат") == 1
    letter = await demo.get("/mailbox/b71e")
    Page(letter.text)
    assert f'href="{LETTER.link}"' in letter.text
    assert "aigul@example.kz" in letter.text
    html = await demo.get("/mailbox/b71e.html")
    assert "sandbox" in html.headers["content-security-policy"]
    assert "Водоканал" in html.text
    file = await demo.get("/mailbox/b71e.eml")
    assert file.headers["content-type"].startswith("message/rfc822")
    assert b"Message-ID: <b71e@localhost>" in file.content


@pytest.mark.parametrize("name", ["nosuch", "..%2Fsecret", ".b71e-1", "%00", "a" * 200])
async def test_nothing_but_letters_is_handed_out(demo: Browser, name: str):
    await FolderMail().send(LETTER)
    for kind in ("", ".html", ".eml"):
        assert (await demo.get(f"/mailbox/{name}{kind}")).status_code == 404
