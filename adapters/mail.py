"""Letters, and what may become of them: adapters/smtp.py hands them to a server, adapters/letter_folder.py keeps them as files.

A letter is two bodies and a subject from ``templates/mail/<template>/``, and has one recipient: the envelope names the checked address and
nothing else, whatever stands in the headers. Its Message-ID comes from its ``identity``, so sending it again is known for the same letter.
"""

import ipaddress
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from adapters import colours, rendering, texts
from models.email import mailbox
from settings import settings

_IDENTITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}")
_BLANK_LINES = re.compile(r"\n\s*\n")


class _Whole(UnstructuredHeader):
    """A header that stays on one line: folded, a long address becomes encoded words, which no mail program takes for one."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Whole)  # type: ignore[arg-type]
WIRE = SMTP.clone(header_factory=_HEADERS)


class NotSent(Exception):
    """The letter did not leave; the text says why, in English and in one line."""


class Unreachable(NotSent):
    """No talk with the server came about: the same letter may go later."""


class Rejected(NotSent):
    """The server answered no, to this letter or its address."""


class Deferred(Rejected):
    """No for now, or to whatever we send: the same letter may go later."""


class Uncertain(NotSent):
    """No answer came after the letter had been handed over: the server may have it or not. Send it again with the same identity, once."""


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name a letter is written: an organization, or the installation itself."""

    name: str = "Abonent"
    accent: str = colours.OWN
    contacts: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF that goes along; its name is ASCII."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What to send: a folder of ``templates/mail``, what its templates need, and to whom, in which language.

    The templates see ``context``, ``sender``, ``base_url``, ``base`` (``/o/<slug>`` or nothing), ``home`` (both together), ``link`` (the
    address that it is about, ``home`` where it is about none), ``code``, ``unsubscribe``: the address that ends letters of its kind, by one POST; and whether
    something is ``enclosed``.
    """

    to: str
    template: str
    language: str = texts.DEFAULT
    context: Mapping[str, Any] = field(default_factory=dict)
    sender: Sender = field(default_factory=Sender)
    base: str = ""
    link: str | None = None
    code: str | None = None
    unsubscribe: str | None = None
    papers: Sequence[Paper] = ()
    identity: str = field(default_factory=lambda: uuid.uuid4().hex)


Handing = Callable[[], Awaitable[None]]


async def nothing() -> None:
    pass


class Mail(Protocol):
    """Something that takes letters."""

    async def send(self, letter: Letter, handing_over: Handing = nothing) -> None:
        """Hand one letter over; raises Refused for an address that is not one plain mailbox, and NotSent.

        ``handing_over`` is awaited when everything but the letter's words has been said: from there on nobody knows, until the answer.
        """


class KeptMail:
    """Keeps letters instead of sending them, composed as they would have left; for tests."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def send(self, letter: Letter, handing_over: Handing = nothing) -> None:
        message = composed(letter)
        await handing_over()
        self.letters.append(message)


def composed(letter: Letter, *, sender: str | None = None) -> EmailMessage:
    """The letter as it leaves; Refused for its address, ValueError for an identity that could not stand in a Message-ID."""
    if not _IDENTITY.fullmatch(letter.identity):
        raise ValueError("a letter's identity is letters, digits, dots and hyphens")
    message = EmailMessage(policy=WIRE)
    message["From"] = _from(letter.sender.name, sender or no_reply())
    message["To"] = mailbox(letter.to)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{letter.identity}@{own_host()}>"
    message["Auto-Submitted"] = "auto-generated"  # so that nobody's "I am on leave" answers it
    if letter.unsubscribe is not None:  # what one subscribed to: mail programs show a way out of it, and take it by themselves (RFC 8058)
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    subject, text, html, language = _written(letter)
    message["Subject"] = one_line(subject)
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    for paper in letter.papers:
        message.add_attachment(paper.data, maintype="application", subtype="pdf", filename=paper.name)
    message["Content-Language"] = language  # at the end: what is set before goes down to the text part
    return message


@dataclass(frozen=True, slots=True)
class _Paper:
    """What ``here`` is inside a letter's templates."""

    language: str
    accent: str


def _written(letter: Letter) -> tuple[str, str, str, str]:
    """Subject, text, HTML, and the language that they are in."""
    with rendering.surrounded(_Paper(letter.language, colours.under_white(letter.sender.accent))):
        home = settings().base_url + letter.base  # without a slash: templates write {{ home }}/confirm
        own = {"sender": letter.sender, "base_url": settings().base_url, "base": letter.base, "home": home, "link": letter.link or home, "code": letter.code}
        own |= {"unsubscribe": letter.unsubscribe, "enclosed": bool(letter.papers)}
        context = {**letter.context, **own, "language": texts.language()}
        subject, text, html = (rendering.render(f"mail/{letter.template}/{part}", **context) for part in ("subject.txt", "body.txt", "body.html"))
        return subject, _BLANK_LINES.sub("\n\n", text).strip() + "\n", html, context["language"]


def _from(name: str, address: str) -> Address | str:
    """The organization's name before the address; our own name says nothing that the address does not."""
    shown = one_line(name)
    return Address(shown, addr_spec=address) if shown and shown != Sender().name else address


def no_reply() -> str:
    return f"no-reply@{own_host()}"


def own_host() -> str:
    """The host of the base address in ASCII; an address in numbers, which cannot stand after an @, is localhost."""
    host = urlsplit(settings().base_url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.encode("idna").decode()
    return "localhost"


def one_line(text: str) -> str:
    """What a header or a terminal may show of a text: no line ends, no control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
