"""ZIP archives, whose directory is read before anything is unpacked: what would unpack without end is refused unopened."""

from __future__ import annotations

import errno
import shutil
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from adapters.files import encodings
from adapters.files.problems import FileRefused

BLOCK = 1 << 20
MOST_ENTRIES = 2_000
MOST_UNPACKED = 16 * 1024**3
LARGEST_DIRECTORY = 2 * 1024**2  # bytes of the list of entries
HIGHEST_RATIO, SURELY_HARMLESS = 250, 50 * 1024**2  # unpacked to packed; registers reach 30, bombs 1,000
_END, _END_SIZE = b"PK\x05\x06", 22
_END64, _END64_SIZE = b"PK\x06\x06", 56
_LOCATOR, _LOCATOR_SIZE = b"PK\x06\x07", 20
_STALE_SECONDS = 24 * 3600
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, ValueError, EOFError, RuntimeError, IndexError, OverflowError)


@contextmanager
def opened_archive(path: Path, most_unpacked: int = MOST_UNPACKED) -> Iterator[zipfile.ZipFile]:
    """The archive with its directory checked; whatever is broken in it becomes a refusal."""
    try:
        _check_end(path)
        with zipfile.ZipFile(path) as archive:
            _check(archive.infolist(), most_unpacked)
            yield archive
    except _BROKEN:
        raise FileRefused("damaged") from None
    except OSError as error:
        raise refusal_of(error) from None


def refusal_of(error: OSError) -> FileRefused:
    return FileRefused("disk_full") if error.errno in (errno.ENOSPC, errno.EDQUOT) else FileRefused("unreadable", reason=error.strerror or "")


def _check_end(path: Path) -> None:
    """How long the directory is stands at the file's end: a long one is not even loaded."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _END_SIZE - 65_535))
        tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or place + _END_SIZE > len(tail):
        raise FileRefused("damaged")
    said = [struct.unpack("<HI", tail[place + 10 : place + 16])]
    if tail[place - _LOCATOR_SIZE : place].startswith(_LOCATOR):
        said.append(_end64(path, tail[place - _LOCATOR_SIZE : place], size - len(tail) + place - _LOCATOR_SIZE - _END64_SIZE))
    if any(length > LARGEST_DIRECTORY or entries > MOST_ENTRIES for entries, length in said):
        raise FileRefused("too_many_entries", most=MOST_ENTRIES)


def _end64(path: Path, locator: bytes, place: int) -> tuple[int, int]:
    """(entries, bytes) of the list by the record of large archives, which counts where it is there, whatever the short one says."""
    if struct.unpack("<Q", locator[8:16])[0] != place:  # zipfile looks at one of these places or the other, by its release
        raise FileRefused("damaged")
    with path.open("rb") as file:
        file.seek(place)
        record = file.read(_END64_SIZE)
    if len(record) < _END64_SIZE or not record.startswith(_END64):
        raise FileRefused("damaged")
    entries, length = struct.unpack("<QQ", record[32:48])
    return entries, length


def _check(entries: list[zipfile.ZipInfo], most_unpacked: int) -> None:
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if len(entries) > MOST_ENTRIES:
        raise FileRefused("too_many_entries", most=MOST_ENTRIES)
    if unpacked > SURELY_HARMLESS and unpacked > HIGHEST_RATIO * packed:
        raise FileRefused("zip_bomb", megabytes=unpacked >> 20)
    if unpacked > most_unpacked:
        raise FileRefused("unpacks_too_large", megabytes=unpacked >> 20, most=most_unpacked >> 20)
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileRefused("encrypted")


def unpacked(path: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """(name inside the archive, file) of each entry, unpacked into a new folder inside `folder` under a name of ours."""
    with opened_archive(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_litter(entry.filename)]
        if sum(entry.file_size for entry in entries) > shutil.disk_usage(folder).free:
            raise FileRefused("disk_full")
        inside = Path(tempfile.mkdtemp(dir=folder))
        for number, entry in enumerate(entries):
            target = inside / f"{number:04d}{PurePosixPath(entry.filename).suffix[:8]}"
            _unpack(archive, entry, target)
            yield entry_name(entry), target


def entry_name(entry: zipfile.ZipInfo) -> str:
    """The entry's path without anything that leads out of the archive. Old programs write names in the encoding of DOS."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        with suppress(UnicodeEncodeError):
            raw = name.encode("cp437")
            beyond = raw.translate(None, encodings.ASCII)
            name = raw.decode(encodings.by_letters(beyond) if beyond else "ascii", "replace")
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..") and not part.endswith(":")]
    return "/".join(parts) or "?"


def _is_litter(name: str) -> bool:
    """What operating systems leave in archives."""
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "__MACOSX" or parts[-1].startswith(".") or parts[-1].casefold() in ("thumbs.db", "desktop.ini")


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    try:
        with archive.open(entry) as packed, target.open("wb") as file:
            while block := packed.read(BLOCK):
                file.write(block)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


@contextmanager
def private_folder(parent: Path) -> Iterator[Path]:
    """A folder of our own for what is unpacked, gone afterwards; what a killed process left a day ago goes too."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        for left in parent.glob("import-*"):
            if left.stat().st_mtime < time.time() - _STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
        made = tempfile.TemporaryDirectory(prefix="import-", dir=parent, ignore_cleanup_errors=True)
    except OSError:  # a folder that cannot be written: only archives need one
        made = tempfile.TemporaryDirectory(prefix="abonent-import-", ignore_cleanup_errors=True)
    with made as name:
        yield Path(name)
