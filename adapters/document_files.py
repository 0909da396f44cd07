"""Where files that people sent are kept: under random names, apart by organization, readable by nobody but the server.

`<data>/documents/incoming/<name>` is a file that came and is not yet part of anything, `<name>.json` beside it says whose it is;
`<data>/documents/<organization>/<name>` is one that a row of `document` names.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from adapters import shelf

_NAME = re.compile(r"[0-9a-f]{48}")


def new_name() -> str:
    return secrets.token_hex(24)


def incoming() -> Path:
    return _made(shelf.data() / "documents" / "incoming")


def path_of(organization_id: int, name: str) -> Path:
    return shelf.data() / "documents" / str(int(organization_id)) / name


def wait(name: str, data: bytes, known: dict[str, Any]) -> None:
    """Keep a file that has just come. Its note is written last: without one there is no file."""
    draft = incoming() / f".{name}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    draft.replace(incoming() / name)
    shelf.write_json(incoming() / f"{name}.json", known)


def note_of(name: str) -> dict[str, Any] | None:
    """What is known of a file that came; None for a name that none has."""
    found = shelf.read_json(incoming() / f"{name}.json") if _NAME.fullmatch(name) else None
    return found if isinstance(found, dict) else None


def waiting_of(whose: str) -> int:
    """How many files of this sender came and are part of nothing yet."""
    notes = ((path, shelf.read_json(path)) for path in incoming().glob("*.json"))
    return sum(isinstance(note, dict) and note.get("whose") == whose and path.with_suffix("").exists() for path, note in notes)


def keep(name: str, organization_id: int, kept: str) -> None:
    """Give a file that came its place for good, beside its first name, which goes once the row is written. Raises FileNotFoundError."""
    _made(path_of(organization_id, kept).parent)
    os.link(incoming() / name, path_of(organization_id, kept))


def drop(name: str) -> None:
    """The first name of a file that is kept now; its note stays a day, for whoever asks again."""
    (incoming() / name).unlink(missing_ok=True)


def discard(organization_id: int, kept: str) -> None:
    """A file whose row was not written after all."""
    path_of(organization_id, kept).unlink(missing_ok=True)


def forget_incoming(before: float) -> int:
    """Delete what came before this instant and became part of nothing, with its note."""
    old = [path for path in incoming().iterdir() if path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def kept_before(before: float) -> Iterator[tuple[int, str]]:
    """(organization, name) of files that have been kept since before this instant."""
    for folder in _made(shelf.data() / "documents").iterdir():
        if folder.name.isdigit():
            yield from ((int(folder.name), path.name) for path in folder.iterdir() if path.stat().st_mtime < before)


def missing(names: Collection[tuple[int, str]]) -> list[str]:
    """Of files that rows name, those that are not there."""
    return [name for organization, name in names if not path_of(organization, name).is_file()]


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
