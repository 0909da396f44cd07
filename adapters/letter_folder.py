"""Letters as files, one `.eml` each: what the demo does with them, which has no server."""

import email
import email.policy
import os
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from adapters.mail import Handing, Letter, composed, nothing
from settings import settings

_NAME = re.compile(r"[A-Za-z0-9.-]{1,100}")


def folder() -> Path:
    return settings().data_dir / "letters"


class FolderMail:
    """Writes each letter into a folder, named by its identity: the same letter twice is one file."""

    async def send(self, letter: Letter, handing_over: Handing = nothing) -> None:
        message = composed(letter)
        await handing_over()
        folder().mkdir(parents=True, exist_ok=True)
        draft = folder() / f".{letter.identity}-{os.getpid()}"
        draft.write_bytes(message.as_bytes())
        draft.rename(folder() / f"{letter.identity}.eml")


@dataclass(frozen=True, slots=True)
class Filed:
    """A letter that lies in the folder."""

    name: str
    to: str
    subject: str
    at: datetime
    text: str
    html: str


def newest(most: int = 50) -> list[Filed]:
    """What came last, first."""
    found = sorted(folder().glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True) if folder().is_dir() else []
    return [_filed(path) for path in found[:most]]


def filed(name: str) -> Filed | None:
    """One of them, None where there is none of that name."""
    path = path_of(name)
    return _filed(path) if path is not None else None


def path_of(name: str) -> Path | None:
    path = folder() / f"{name}.eml"
    return path if _NAME.fullmatch(name) and not name.startswith(".") and path.is_file() else None


def _filed(path: Path) -> Filed:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None and html is not None  # noqa: PT018 - every letter has both
    return Filed(path.stem, str(message["To"]), str(message["Subject"]), message["Date"].datetime, text.get_content(), html.get_content())
