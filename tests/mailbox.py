"""What has been queued, read as whoever gets it reads it: ``await deliver_all()`` sends it nowhere and gives it back."""

import datetime as dt
import re
from dataclasses import dataclass
from email.message import EmailMessage

from adapters.mail import KeptMail
from jobs import papers
from models import Letter
from models.enums import LetterState
from resolvers.outbox import WAITING, deliver


@dataclass(frozen=True, slots=True)
class Delivered:
    """A letter that came; `link` and `code` are found in its words, as a person finds them."""

    message: EmailMessage
    template: str

    @property
    def recipient(self) -> str:
        return str(self.message["To"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return str(self.message.get_body(("plain",)).get_content())

    @property
    def html(self) -> str:
        return str(self.message.get_body(("html",)).get_content())

    @property
    def papers(self) -> dict[str, bytes]:
        return {str(part.get_filename()): part.get_payload(decode=True) for part in self.message.iter_attachments()}

    @property
    def links(self) -> list[str]:
        return re.findall(r"https?://\S+", self.text)

    @property
    def link(self) -> str | None:
        """The one that carries a secret."""
        return next((link for link in self.links if "token=" in link and "/unsubscribe?" not in link), None)

    @property
    def token(self) -> str | None:
        return self.link.rpartition("token=")[2] if self.link else None

    @property
    def code(self) -> str | None:
        found = re.search(r"^ {4}([A-Z2-7]{4}) ([A-Z2-7]{4})$", self.text, re.MULTILINE)
        return found[1] + found[2] if found else None


async def deliver_all(now: dt.datetime | None = None) -> list[Delivered]:
    """Everything queued and not yet delivered, in order; as of ``now``, else as of when each was queued. Pointless letters fail."""
    mail, rows = KeptMail(), await Letter.filter(state__in=WAITING).order_by("id")
    states = [await deliver(row.id, row.attempts, mail, now or row.queued_at, papers.made) for row in rows]
    templates = [row.template for row, state in zip(rows, states, strict=True) if state is LetterState.SENT]
    return [Delivered(message, template) for message, template in zip(mail.letters, templates, strict=True)]


async def deliver_one(now: dt.datetime | None = None) -> Delivered:
    """The only letter queued."""
    [letter] = await deliver_all(now)
    return letter
