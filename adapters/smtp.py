"""Letters through the server of ABONENT_SMTP_URL. What goes wrong is told apart by what may be done about it (adapters/mail.py)."""

import ipaddress
import re
from contextlib import suppress
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib

from adapters.mail import WIRE, Deferred, Handing, Letter, Rejected, Uncertain, Unreachable, composed, no_reply, nothing, one_line, own_host
from models.email import mailbox
from models.errors import Refused
from settings import settings

SECONDS = 20  # for each step of talking to the server: connecting, TLS, one command
SECONDS_TO_TAKE = 60  # for its answer to a whole letter: some look for viruses first
_DOTS = re.compile(rb"^\.", re.MULTILINE)
_OURS = re.compile(r"relay|authenticat|not (?:allowed|authori[sz]ed) to send|sender", re.IGNORECASE)  # in a refusal that blames us, not the address


class ServerMail:
    """Sends through an SMTP server: ``smtps://`` is TLS from the first byte, ``smtp://`` takes STARTTLS where the server offers it.

    A password goes to another machine only under TLS, offered or not; certificates are always verified.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._user, self._password = parts.hostname or "", unquote(parts.username or ""), unquote(parts.password or "")
        self._tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls else 587 if self._user else 25)

    async def send(self, letter: Letter, handing_over: Handing = nothing) -> None:
        message, to = composed(letter, sender=self._sender()), mailbox(letter.to)
        client = self._client()
        try:
            await self._begin(client)
            await self._address(client, to)
            await _hand_over(client, _content(message, to), handing_over)
            with suppress(aiosmtplib.SMTPException, OSError):  # the letter is theirs by now; a lost good-bye changes nothing
                await client.quit(timeout=2)
        finally:
            client.close()

    async def _begin(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.connect()
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPNotSupported) as error:
            raise Deferred(_told(error)) from None
        except (aiosmtplib.SMTPException, OSError, UnicodeError) as error:  # UnicodeError: the host's name cannot be one
            raise Unreachable(_told(error)) from None

    async def _address(self, client: aiosmtplib.SMTP, to: str) -> None:
        options, encoding = ([], "ascii") if to.isascii() else (["SMTPUTF8"], "utf-8")
        try:
            if options and not client.supports_extension("smtputf8"):
                raise Rejected("the server takes no addresses beyond ASCII")
            await client.mail(self._sender(), options=options)
            await client.rcpt(to, encoding=encoding)
        except aiosmtplib.SMTPSenderRefused as error:
            raise Deferred(_told(error)) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unreachable(_told(error)) from None

    def _client(self) -> aiosmtplib.SMTP:
        must = bool(self._user) and not _is_here(self._host)
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user or None,
            password=self._password or None,
            local_hostname=own_host(),  # else the machine's own name is looked up and told
            use_tls=self._tls,
            start_tls=False if self._tls else (True if must else None),
            timeout=SECONDS,
        )

    def _sender(self) -> str:
        """The user of the setting where it is an address, as most providers demand; else no-reply at the cabinet's host."""
        try:
            return mailbox(self._user)
        except Refused:
            return no_reply()


def server_mail() -> ServerMail | None:
    """The mail of the settings; None where ABONENT_SMTP_URL is not set."""
    url = settings().smtp_url.get_secret_value()
    return ServerMail(url) if url else None


async def _hand_over(client: aiosmtplib.SMTP, content: bytes, handing_over: Handing) -> None:
    """DATA in its two halves: until the server says go on it has nothing, whatever breaks; after that nobody knows before its answer."""
    try:
        start = await client.execute_command(b"DATA")
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unreachable(_told(error)) from None
    if start.code != aiosmtplib.SMTPStatus.start_input:
        raise _refusal(aiosmtplib.SMTPDataError(start.code, start.message))
    await handing_over()
    try:
        assert client.protocol is not None
        client.protocol.write(content + b".\r\n")
        answer = await client.protocol.read_response(timeout=SECONDS_TO_TAKE)
    except (aiosmtplib.SMTPException, OSError, AssertionError) as error:
        raise Uncertain(_told(error)) from None
    if answer.code != aiosmtplib.SMTPStatus.completed:
        raise _refusal(aiosmtplib.SMTPDataError(answer.code, answer.message))


def _content(message: EmailMessage, to: str) -> bytes:
    """As it goes over the wire: CRLF, ASCII unless the address is not, a dot at a line's start doubled."""
    content = message.as_bytes(policy=WIRE if to.isascii() else WIRE.clone(utf8=True))
    return _DOTS.sub(b"..", content if content.endswith(b"\r\n") else content + b"\r\n")


def _refusal(error: aiosmtplib.SMTPResponseException) -> Rejected:
    """4xx is for now, and so is a 5xx that blames us: what an operator can put right should not cost anybody a letter."""
    told = _told(error)
    later = error.code < 500 or (not isinstance(error, aiosmtplib.SMTPDataError) and _OURS.search(told) is not None)
    return Deferred(told) if later else Rejected(told)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _told(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return one_line(f"{error.code} {error.message}")
    return one_line(str(error)) or type(error).__name__
