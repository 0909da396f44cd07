"""Letters out of the process, through the server of ABONENT_SMTP_URL.

A letter is two bodies and a subject from ``templates/mail/<template>/``, and has one recipient: the envelope names the checked address and
nothing else, whatever stands in the headers. Its Message-ID comes from its ``identity``, so sending it again is known for the same letter.
"""

import ipaddress
import re
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from adapters import colours, rendering, texts
from models.email import mailbox
from models.errors import Refused
from settings import settings

SECONDS = 20  # for each step of talking to the server: connecting, TLS, one command
_IDENTITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}")
_BLANK_LINES = re.compile(r"\n\s*\n")


class NotSent(Exception):
    """The letter did not leave; the text says why, in English and in one line."""


class Unreachable(NotSent):
    """No talk with the server came about: the same letter may go later."""


class Rejected(NotSent):
    """The server answered no, or cannot do what the letter needs."""


class Uncertain(NotSent):
    """The talk broke off under way: the server may have the letter or not. Send it again with the same identity, once."""


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name a letter is written: an organization, or the installation itself."""

    name: str = "Abonent"
    accent: str = colours.OWN
    contacts: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What to send: a folder of ``templates/mail``, what its templates need, and to whom, in which language.

    The templates see ``context``, ``sender``, ``base_url``, ``base`` (``/o/<slug>`` or nothing), ``home`` (both together), ``link`` (the
    address that it is about, ``home`` where it is about none) and ``code``.
    """

    to: str
    template: str
    language: str = texts.DEFAULT
    context: Mapping[str, Any] = field(default_factory=dict)
    sender: Sender = field(default_factory=Sender)
    base: str = ""
    link: str | None = None
    code: str | None = None
    identity: str = field(default_factory=lambda: uuid.uuid4().hex)


class Mail(Protocol):
    """Something that takes letters."""

    async def send(self, letter: Letter) -> None:
        """Hand one letter over; raises Refused for an address that is not one plain mailbox, and NotSent."""


class KeptMail:
    """Keeps letters instead of sending them, composed as they would have left; for tests."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def send(self, letter: Letter) -> None:
        self.letters.append(composed(letter))


class ServerMail:
    """Sends through an SMTP server: ``smtps://`` is TLS from the first byte, ``smtp://`` takes STARTTLS where the server offers it.

    A password goes to another machine only under TLS, offered or not; certificates are always verified.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._user, self._password = parts.hostname or "", unquote(parts.username or ""), unquote(parts.password or "")
        self._tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls else 587 if self._user else 25)

    async def send(self, letter: Letter) -> None:
        message, to = composed(letter, sender=self._sender()), mailbox(letter.to)
        client = self._client()
        try:
            await self._begin(client)
            await self._hand_over(client, message, to)
            with suppress(aiosmtplib.SMTPException, OSError):  # the letter is theirs by now; a lost good-bye changes nothing
                await client.quit(timeout=2)
        finally:
            client.close()

    async def _begin(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.connect()
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPNotSupported) as error:
            raise Rejected(_told(error)) from None
        except (aiosmtplib.SMTPException, OSError, UnicodeError) as error:  # UnicodeError: the host's name cannot be one
            raise Unreachable(_told(error)) from None

    async def _hand_over(self, client: aiosmtplib.SMTP, message: EmailMessage, to: str) -> None:
        try:
            await client.send_message(message, sender=self._sender(), recipients=[to])
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise Rejected(_told(error.recipients[0])) from None
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError) as error:
            raise Uncertain(_told(error)) from None
        except aiosmtplib.SMTPException as error:
            raise Rejected(_told(error)) from None

    def _client(self) -> aiosmtplib.SMTP:
        must = bool(self._user) and not _is_here(self._host)
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user or None,
            password=self._password or None,
            local_hostname=_own_host(),  # else the machine's own name is looked up and told
            use_tls=self._tls,
            start_tls=False if self._tls else (True if must else None),
            timeout=SECONDS,
        )

    def _sender(self) -> str:
        """The user of the setting where it is an address, as most providers demand; else no-reply at the cabinet's host."""
        try:
            return mailbox(self._user)
        except Refused:
            return _no_reply()


def server_mail() -> ServerMail | None:
    """The mail of the settings; None where ABONENT_SMTP_URL is not set."""
    url = settings().smtp_url.get_secret_value()
    return ServerMail(url) if url else None


def composed(letter: Letter, *, sender: str | None = None) -> EmailMessage:
    """The letter as it leaves; Refused for its address, ValueError for an identity that could not stand in a Message-ID."""
    if not _IDENTITY.fullmatch(letter.identity):
        raise ValueError("a letter's identity is letters, digits, dots and hyphens")
    message = EmailMessage(policy=WIRE)
    message["From"] = _from(letter.sender.name, sender or _no_reply())
    message["To"] = mailbox(letter.to)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{letter.identity}@{_own_host()}>"
    message["Auto-Submitted"] = "auto-generated"  # so that nobody's "I am on leave" answers it
    subject, text, html, language = _written(letter)
    message["Subject"] = _one_line(subject)
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
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
        home = settings().base_url + letter.base
        own = {"sender": letter.sender, "base_url": settings().base_url, "base": letter.base, "home": home, "link": letter.link or home, "code": letter.code}
        context = {**letter.context, **own, "language": texts.language()}
        subject, text, html = (rendering.render(f"mail/{letter.template}/{part}", **context) for part in ("subject.txt", "body.txt", "body.html"))
        return subject, _BLANK_LINES.sub("\n\n", text).strip() + "\n", html, context["language"]


def _from(name: str, address: str) -> Address | str:
    """The organization's name before the address; our own name says nothing that the address does not."""
    shown = _one_line(name)
    return Address(shown, addr_spec=address) if shown and shown != Sender().name else address


def _no_reply() -> str:
    return f"no-reply@{_own_host()}"


def _own_host() -> str:
    """The host of the base address in ASCII; an address in numbers, which cannot stand after an @, is localhost."""
    host = urlsplit(settings().base_url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.encode("idna").decode()
    return "localhost"


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _told(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _one_line(f"{error.code} {error.message}")
    return _one_line(str(error)) or type(error).__name__


def _one_line(text: str) -> str:
    """What a header or a terminal may show of a text: no line ends, no control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
