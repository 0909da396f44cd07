"""Every letter in every language: whole in plain text, strict HTML without anything from elsewhere, and named in the staff's list."""

import re

import html5lib
import pytest
from jinja2 import meta

import schema.build  # noqa: F401 - describes the enums before a type names them
from adapters import rendering
from adapters.mail import Letter, Sender, composed
from adapters.rendering import TEMPLATES
from adapters.texts import LANGUAGES, speaking
from models.mail_enums import LetterTrouble
from schema.letters import _sentence, title_of

LINK = "http://127.0.0.1:8000/o/vodokanal/confirm?token=9TCjLV62MTKozQm3b0AO0Mhu2aiEhOPKAlsESRk2M6c"
HOME = "http://127.0.0.1:8000/o/vodokanal"
SENDER = Sender("Водоканал", "#a3361f", "тел. 8 (7232) 20-00-00")
SAMPLES = {  # what letters show, by the name that their templates give it
    "month": "октябрь 2026", "sum": "1 234,50 ₸", "due": "25.11.2026", "standing": "owed",
    "since": "20 ноября", "meters": ["№ 31880001"], "more": 3, "refused": True,
    "answer": "Исправлено.", "after_linking": "02015213", "contract": False, "day": "20.11.2026", "days": 7, "former": True, "email": "a•••@example.kz", "hours": 24, "login": "aigul", "member": True, "name": "Айгүл", "number": "02015213", "time": "18:40",
    "refusals": [{"resource": "COLD_WATER", "zone": "DAY", "serial": "31883369", "value": "00117.500", "reason": "7 =/= 1"}],
    "logins": [{"login": "aigul", "organization": ""}, {"login": "02015213", "organization": "Водоканал"}],
}  # fmt: skip
FOLDERS = sorted(path.name for path in (TEMPLATES / "mail").iterdir() if path.is_dir())
OWN = {"sender", "base_url", "base", "home", "link", "code", "language", "unsubscribe", "enclosed"}
GLOBALS = {"mail", "plain", "_", "gettext", "ngettext", "here", "ui"}
CYRILLIC = re.compile("[\u0400-\u04ff]")


def names(folder: str) -> set[str]:
    """What its three templates ask for."""
    environment = rendering.environment()
    asked = [meta.find_undeclared_variables(environment.parse(path.read_text(encoding="utf-8"))) for path in (TEMPLATES / "mail" / folder).iterdir()]
    return set().union(*asked) - GLOBALS


def written(folder: str, language: str, **changed: object):
    context = {name: SAMPLES[name] for name in names(folder) - OWN} | changed
    message = composed(Letter("aigul@example.kz", folder, language, context, sender=SENDER, base="/o/vodokanal", link=LINK, code="ABCD2345"))
    return str(message["Subject"]), *(message.get_body((kind,)).get_content() for kind in ("plain", "html"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_letter_can_be_read(folder: str, language: str):
    subject, text, html = written(folder, language)
    assert 5 < len(subject) < 100
    for part in (subject, text, html):
        assert not re.search(r"None|\{\{|%\(|&amp;lt;", part), part
    html5lib.HTMLParser(strict=True).parse(html)
    assert not re.search(r"<(img|link|script|style|iframe|form)\b|src=|@import|url\(", html)
    assert all(address == LINK or re.fullmatch(HOME + r"(/[a-z-]+)?", address) for address in re.findall(r'href="([^"]+)"', html))
    assert ("link" in names(folder)) == (LINK in text) == (LINK in html)
    assert ("code" in names(folder)) == ("ABCD 2345" in text) == ("ABCD&nbsp;2345" in html)
    assert text.endswith(f"Водоканал: {HOME}\n{SENDER.contacts}\n")
    assert len(html.encode()) < 12_000
    lines = text.splitlines()
    assert lines.count("--") == 1
    assert not any(re.search(r"\S.*\shttp|[^\s(]http", line) for line in lines if not line.startswith(SENDER.name))  # an address has a line of its own
    assert len(lines[lines.index("--") + 1]) > 20  # why one gets it


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_letter_mixes_languages(folder: str):
    values = {name: "x" for name in names(folder) - OWN if isinstance(SAMPLES[name], str)}
    english = "\n".join(written(folder, "en", **values)[:2]).replace(SENDER.name, "").replace(SENDER.contacts, "")
    assert not CYRILLIC.search(english.replace("•", "")), english
    assert len({written(folder, language)[0] for language in LANGUAGES}) == 3


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_letter_has_a_name_for_staff(folder: str):
    for language in LANGUAGES:
        with speaking(language):
            assert title_of(folder) != folder


@pytest.mark.parametrize("trouble", LetterTrouble)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_trouble_has_a_sentence(trouble: LetterTrouble, language: str):
    with speaking(language):
        assert _sentence(trouble).endswith(".")
