"""Files that arrive and are kept for a while: on the data folder's disk, never in memory, under a final name only when whole.

`<data>/uploads/<organization>/<sha256>` is an upload that is whole: nobody writes to it any more, and runs link to it. What is on its
way is `<sha256>.<number>.part` beside it. `<data>/imports/<token>/files/` are the registers of one run and `seal.json` their hashes;
`<data>/imports/run-<number>/` holds the lock of the process that takes it and how far it has come.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from settings import settings

ROOM_TO_LEAVE = 200 * 1024 * 1024  # bytes of the disk that no upload may take: the database and the logs need them
LONGEST_NAME = 150  # bytes; file systems hold 255, and a result has the name too
BLOCK = 1024 * 1024
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff/\\]")


def data() -> Path:
    return settings().data_dir.resolve()


def safe_name(given: str) -> str | None:
    """The last part of a path that somebody sent, None where it can be no file's name here."""
    name = re.split(r"[/\\]", given.strip())[-1].strip()
    if not name or name.startswith(".") or _UNSAFE.search(name) or len(name.encode()) > LONGEST_NAME:
        return None
    return name


def has_room(size: int) -> bool:
    """Whether so many bytes may still come."""
    data().mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(data()).free - size > ROOM_TO_LEAVE


def is_full(error: BaseException) -> bool:
    """Whether this was raised because the disk, or the share of it that we may use, is full: by the system or by a database on it."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return any(words in str(error) for words in ("database or disk is full", "No space left on device"))


def upload_path(organization_id: int, name: str) -> Path:
    folder = data() / "uploads" / str(organization_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / name


def size_of(path: Path) -> int:
    """0 where there is no file yet."""
    return path.stat().st_size if path.exists() else 0


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def append(path: Path, part: bytes) -> None:
    with path.open("ab") as file:
        file.write(part)


def cut(path: Path, size: int) -> None:
    """Back to this length: what came after it was not what was announced."""
    with path.open("ab") as file:
        file.truncate(size)


def new_folder(kind: str) -> str:
    """A folder for one run, named relative to the data folder."""
    name = f"imports/{kind}-{secrets.token_hex(6)}"
    (data() / name / "files").mkdir(parents=True, mode=0o700)
    return name


def files_of(folder: str) -> Path:
    return data() / folder / "files"


def desk(run_pk: int) -> Path:
    """Where the process that takes a run keeps its lock and says how far it has come."""
    return data() / "imports" / f"run-{run_pk}"


def finish(draft: Path, whole: Path) -> None:
    """A draft that has all its bytes gets its final name, and is written to no more."""
    draft.chmod(0o400)
    draft.replace(whole)


def put(file: Path, folder: str, name: str) -> None:
    """Into a run's folder under this name. The same bytes on the same disk are not copied: nobody writes to a whole upload."""
    target = files_of(folder) / name
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)


def seal(folder: str, hashes: dict[str, str]) -> None:
    """Write down what the files of a run are: from now on they are these or none."""
    write_json(data() / folder / "seal.json", hashes)


def broken(files: Path) -> list[str]:
    """Names of a run's files that are no longer what was sealed. The first look at files that nobody has sealed does it."""
    hashes = {path.name: _sha256_or_none(path) for path in sorted(files.iterdir()) if is_plain(path)}
    sealed = read_json(files.with_name("seal.json"))
    if sealed is None:
        write_json(files.with_name("seal.json"), hashes)
        return []
    return sorted(name for name in {*sealed, *hashes} if sealed.get(name) != hashes.get(name))


def _sha256_or_none(path: Path) -> str | None:
    try:
        return sha256_of(path)
    except OSError:  # whoever reads it says why
        return None


def is_plain(path: Path) -> bool:
    """Whether this is a file itself: no link to one, no folder, no pipe."""
    return stat.S_ISREG(path.lstat().st_mode)


def readable_name(name: str) -> str:
    """A name that a database and a browser can show: older systems write names in windows-1251."""
    raw = os.fsencode(name)
    for encoding in ("utf-8", "cp1251"):
        with contextlib.suppress(UnicodeDecodeError):
            return safe_name(raw.decode(encoding)) or f"file{_suffix(name)}"
    return f"file{_suffix(name)}"


def _suffix(name: str) -> str:
    found = re.search(r"\.[A-Za-z0-9]{1,8}$", name)
    return found[0] if found else ""


def free(folder: Path, name: str) -> Path:
    """Where nothing is yet, not even a link to nowhere: under this name or one like it."""
    path, number = folder / name, 1
    while os.path.lexists(path):
        number += 1
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path


def move(file: Path, target: Path) -> None:
    """To where nothing is yet; from another disk too. A link is never followed."""
    try:
        file.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as source, target.open("xb") as copy:
            shutil.copyfileobj(source, copy, BLOCK)
        file.unlink()


def hand_back(files: Path, folder: Path, kept: str, name: str) -> None:
    """A run's files, as a folder of its own, to `<folder>/<kept>/<name>`: in one step, through no link, over nothing that is there."""
    with contextlib.suppress(FileExistsError):
        (folder / kept).mkdir(parents=True)
    into = os.open(folder / kept, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _like(files, os.fstat(into))
        while os.path.lexists(folder / kept / name):
            name = f"{name.partition('-')[0]}-{secrets.token_hex(3)}"
        try:
            os.rename(files, name, dst_dir_fd=into)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            os.mkdir(name, dir_fd=into)
            made = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=into)
            try:
                _copy_into(files, made)
            finally:
                os.close(made)
    finally:
        os.close(into)


def _copy_into(files: Path, made: int) -> None:
    """To another disk; `made` is the folder there, ours and empty."""
    for file in sorted(files.iterdir()):
        copy = os.open(file.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644, dir_fd=made)
        with file.open("rb") as source, os.fdopen(copy, "wb") as target:
            shutil.copyfileobj(source, target, BLOCK)


def _like(folder: Path, other: os.stat_result) -> None:
    """As open, and of the same group, as the folder that it goes to: whoever dropped the files reads what became of them."""
    with contextlib.suppress(OSError):
        os.chown(folder, -1, other.st_gid)
    folder.chmod(stat.S_IMODE(other.st_mode))


def remove(folder: str | None) -> None:
    """A run's folder, and nothing outside `imports/`."""
    if folder and re.fullmatch(r"imports/[\w.-]+", folder):
        shutil.rmtree(data() / folder, ignore_errors=True)


def write_json(path: Path, value: Any) -> None:
    """In one step: a reader sees the old or the new."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def read_json(path: Path) -> Any:
    """None where there is nothing to read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


@contextlib.contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold the lock of this name, or learn that another process does. Whoever dies lets go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        try:
            yield True
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


def is_held(path: Path) -> bool:
    if not path.exists():
        return False
    with locked(path) as free:
        return not free
