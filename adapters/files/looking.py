"""One look at all bytes of a file: enough to tell what it is, and to notice later that it has become another one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from adapters.files.encodings import ASCII
from adapters.files.problems import FileRefused

BLOCK = 1 << 18
SAMPLE = 1 << 16


@dataclass(frozen=True, slots=True)
class Seen:
    """`sample` is what of the whole file is beyond ASCII, as far as a sample goes; `identity` is of the file, not of its name."""

    sha256: str
    size: int
    identity: tuple[int, int, int]
    head: bytes = field(repr=False, default=b"")
    tail: bytes = field(repr=False, default=b"")
    sample: bytes = field(repr=False, default=b"")

    def without_bytes(self) -> Seen:
        return Seen(self.sha256, self.size, self.identity)


def look(path: Path) -> Seen:
    """Read the file once. Raises FileRefused where it cannot be read or grows meanwhile."""
    head, tail, sample = b"", b"", b""
    digest = hashlib.sha256()
    with opened(path) as file:
        before = os.fstat(file.fileno())
        size = 0
        while block := file.read(BLOCK):
            head = head or block
            digest.update(block)
            tail = (tail + block)[-8:]
            size += len(block)
            if len(sample) < SAMPLE:
                sample += block.translate(None, ASCII)[:SAMPLE]
        if size != before.st_size or _identity(os.fstat(file.fileno())) != _identity(before):
            raise FileRefused("changed_while_read")
    return Seen(digest.hexdigest(), size, _identity(before), head, tail, sample)


def blocks(path: Path, seen: Seen) -> Iterator[tuple[bytes, int]]:
    """(block, bytes so far); at the end FileRefused where these are not the bytes that were seen."""
    digest, done = hashlib.sha256(), 0
    with opened(path) as file:
        if _identity(os.fstat(file.fileno())) != seen.identity:
            raise FileRefused("changed_while_read")
        while block := file.read(BLOCK):
            digest.update(block)
            done += len(block)
            if done > seen.size:
                break
            yield block, done
    if done != seen.size or digest.hexdigest() != seen.sha256:
        raise FileRefused("changed_while_read")


def is_same(path: Path, seen: Seen) -> bool:
    try:
        return _identity(path.stat()) == seen.identity
    except OSError:
        return False


def opened(path: Path) -> BinaryIO:
    try:
        return _Guarded(path.open("rb"))  # type: ignore[return-value]
    except OSError as error:
        raise FileRefused("unreadable", reason=error.strerror or "") from None


class _Guarded:
    """A file whose errors are refusals."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def __enter__(self) -> _Guarded:
        return self

    def __exit__(self, *_: Any) -> None:
        self.file.close()

    def fileno(self) -> int:
        return self.file.fileno()

    def read(self, size: int) -> bytes:
        try:
            return self.file.read(size)
        except OSError as error:
            raise FileRefused("unreadable", reason=error.strerror or "") from None


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns
