"""Letters go to one mailbox, read as they were written, and what goes wrong is told apart: by a real server on loopback."""

import email
import email.policy
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from adapters.mail import KeptMail, Letter, Rejected, Uncertain, Unreachable, composed
from adapters.smtp import ServerMail
from models.errors import Refused
from settings import settings

HOSTILE = [
    "a@b.kz,evil@x.kz", "evil@x.kz<a@b.kz>", "A <a@b.kz>", "a@b.kz\r\nBcc: evil@x.kz", '"a\r\nBcc: evil@x.kz"@b.kz', "a@b.kz\n", "a\0@b.kz", "a@b.kz\0",
    "a@b.kz;evil@x.kz", "a@b.kz evil@x.kz", "a@@b.kz", "", "a", "@b.kz", "a@[127.0.0.1]", "a@b.kz>", "(x)a@b.kz",
]  # fmt: skip


class Post:
    """What the server was told, and what it should answer instead of taking a letter."""

    def __init__(self) -> None:
        self.envelopes: list[SimpleNamespace] = []
        self.answers: dict[str, str] = {}
        self.dies = False

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - the server's own name
        if "rcpt" in self.answers:
            return self.answers["rcpt"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.envelopes.append(SimpleNamespace(sender=envelope.mail_from, to=envelope.rcpt_tos, content=envelope.content))
        if self.dies:
            server.transport.abort()
        return self.answers.get("data", "250 OK")

    @property
    def letters(self) -> list[EmailMessage]:
        return [email.message_from_bytes(one.content, policy=email.policy.default) for one in self.envelopes]


class Office(Controller):
    def factory(self) -> SMTP:
        def known(server, session, envelope, mechanism, data):
            return AuthResult(success=data.password == b"p@ss/word", handled=False)

        return SMTP(self.handler, hostname="localhost", authenticator=known, auth_require_tls=False)


@pytest.fixture
def post() -> Iterator[Post]:
    kept = Post()
    office = Office(kept, hostname="127.0.0.1", port=unused_port())
    office.start()
    kept.address = f"127.0.0.1:{office.port}"
    yield kept
    office.stop()


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def parts(letter: EmailMessage) -> tuple[str, str]:
    return tuple(letter.get_body((kind,)).get_content() for kind in ("plain", "html"))


@pytest.mark.parametrize(("language", "subject", "line"), [
    ("ru", "Пробное письмо от Abonent", "Письма отправляются."),
    ("kk", "Abonent жүйесінен сынақ хат", "командалық жолдан"),
    ("en", "Trial letter from Abonent", "Letters work."),
])  # fmt: skip
async def test_a_letter_arrives_as_it_was_written(post: Post, monkeypatch: pytest.MonkeyPatch, language: str, subject: str, line: str):
    monkeypatch.setenv("ABONENT_BASE_URL", "https://cabinet.example.kz/water")
    settings.cache_clear()
    await ServerMail(f"smtp://{post.address}").send(Letter("aigul@example.kz", "trial", language, identity="trial-7"))
    (envelope,), (letter,) = post.envelopes, post.letters
    assert (envelope.sender, envelope.to) == ("no-reply@cabinet.example.kz", ["aigul@example.kz"])
    assert (letter["To"], letter["From"], letter["Subject"]) == ("aigul@example.kz", "no-reply@cabinet.example.kz", subject)
    assert (letter["Message-ID"], letter["Content-Language"]) == ("<trial-7@cabinet.example.kz>", language)
    assert letter["Date"].datetime.tzinfo is not None
    for text in parts(letter):
        assert line in text
        assert "https://cabinet.example.kz/water" in text
    assert envelope.content.isascii()  # whatever servers stand between, nothing of it is lost


async def test_a_user_that_is_an_address_is_the_sender(post: Post):
    await ServerMail(f"smtp://post%40vodokanal.kz:p%40ss%2Fword@{post.address}").send(Letter("aigul@example.kz", "trial"))
    assert post.envelopes[0].sender == post.letters[0]["From"] == "post@vodokanal.kz"


async def test_a_wrong_password_is_a_refusal_that_does_not_repeat_it(post: Post):
    with pytest.raises(Rejected) as told:
        await ServerMail(f"smtp://post:hunter22@{post.address}").send(Letter("aigul@example.kz", "trial"))
    assert str(told.value).startswith("535 ")
    assert "hunter22" not in str(told.value)


async def test_a_password_leaves_this_machine_only_under_tls():
    assert ServerMail("smtp://post:secret@mail.example.kz")._client()._start_tls_on_connect is True
    assert ServerMail("smtp://post:secret@127.0.0.1")._client()._start_tls_on_connect is None
    assert ServerMail("smtp://mail:1025")._client()._start_tls_on_connect is None
    assert ServerMail("smtps://post:secret@mail.example.kz")._client().use_tls is True


@pytest.mark.parametrize("address", HOSTILE)
async def test_only_one_plain_mailbox_gets_a_letter(post: Post, address: str):
    for mail in (ServerMail(f"smtp://{post.address}"), KeptMail()):
        with pytest.raises(Refused):
            await mail.send(Letter(address, "trial"))
    assert post.envelopes == []


async def test_a_cyrillic_domain_is_told_in_ascii(post: Post):
    await ServerMail(f"smtp://{post.address}").send(Letter("aigul@почта.қаз", "trial"))
    assert post.envelopes[0].to[0].startswith("aigul@xn--")


async def test_what_people_typed_adds_no_header_and_no_markup(tmp_path, monkeypatch: pytest.MonkeyPatch):
    from jinja2 import FileSystemLoader

    from adapters import rendering

    (tmp_path / "mail" / "x").mkdir(parents=True)
    for name in ("subject.txt", "body.txt", "body.html"):
        (tmp_path / "mail" / "x" / name).write_text("{{ name }}", encoding="utf-8")
    monkeypatch.setattr(rendering.environment(), "loader", FileSystemLoader(tmp_path))
    mail = KeptMail()
    await mail.send(Letter("a@b.kz", "x", context={"name": "Ә & <b>\r\nBcc: evil@x.kz\0"}))
    (letter,) = mail.letters
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Ә & <b> Bcc: evil@x.kz"
    text, html = parts(email.message_from_bytes(letter.as_bytes(), policy=email.policy.default))
    assert "Ә & <b>" in text
    assert "Ә &amp; &lt;b&gt;" in html


@pytest.mark.parametrize("identity", ["", "a b", "a>\r\nBcc: x@y.kz", "-", "ә"])
def test_an_identity_fits_into_a_message_id(identity: str):
    with pytest.raises(ValueError, match="identity"):
        composed(Letter("a@b.kz", "trial", identity=identity))


def test_the_same_letter_is_known_again():
    letter = Letter("a@b.kz", "trial")
    assert composed(letter)["Message-ID"] == composed(letter)["Message-ID"] != composed(Letter("a@b.kz", "trial"))["Message-ID"]
    assert composed(letter)["Message-ID"].endswith("@localhost>")


@pytest.mark.parametrize("step", ["rcpt", "data"])
async def test_a_refusal_of_the_server_is_told_in_one_line(post: Post, step: str):
    post.answers[step] = "550-No such\r\n550 mailbox \x1b[31m"
    with pytest.raises(Rejected, match=r"^550 No such mailbox \[31m$"):
        await ServerMail(f"smtp://{post.address}").send(Letter("aigul@example.kz", "trial"))


async def test_a_talk_that_breaks_off_is_uncertain(post: Post):
    post.dies = True
    with pytest.raises(Uncertain):
        await ServerMail(f"smtp://{post.address}").send(Letter("aigul@example.kz", "trial"))


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:1", "smtps://127.0.0.1:1"])
async def test_nobody_there_is_unreachable(url: str):
    with pytest.raises(Unreachable):
        await ServerMail(url).send(Letter("aigul@example.kz", "trial"))


async def test_a_server_without_tls_is_unreachable_by_smtps(post: Post):
    with pytest.raises(Unreachable):
        await ServerMail(f"smtps://{post.address}").send(Letter("aigul@example.kz", "trial"))
