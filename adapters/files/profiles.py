"""Mapping profiles: how an organization's own files are to be read where their headings do not say it. TOML, explained in docs/registers.md."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from adapters.files.formats import DECIMALS, day_format
from adapters.files.headings import KINDS, Kind
from adapters.files.patterns import pattern_problem
from adapters.files.problems import CellProblem

LONGEST = 16 * 1024
DEEPEST = 6  # parts of a key: reading `a.a.a.…` takes the square of their number
MOST_REGISTERS = 100
MOST_COLUMNS = 1_000
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1251", "cp866", "koi8-r", "kz1048")
_TEXTS = re.compile(r'"""(?:\\.|[^\\])*?(?:"{3,5}|\Z)|\'\'\'.*?(?:\'{3,5}|\Z)|"(?:\\.|[^"\\\n])*"?|\'[^\'\n]*\'?|#[^\n]*', re.DOTALL)
_KEYS = re.compile(r"[\n=,\[\]{}]")
WANTED: dict[Any, str] = {str: "text", int: "number", bool: "yes_or_no", dict: "table", (int, str): "column"}  # words of a wrong_type
DELIMITERS = {"tab": "\t", "semicolon": ";", "comma": ",", "bar": "|"}


@dataclass(frozen=True, slots=True)
class ProfileProblem:
    """What is wrong at `key` (`register.2.columns.amount`)."""

    key: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)


class ProfileRefused(Exception):
    def __init__(self, problems: list[ProfileProblem]) -> None:
        super().__init__(", ".join(f"{problem.key}: {problem.code}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Entry:
    """One `[[register]]`. Columns are found by their number (from 1) or heading. Plain data: another process may have it."""

    files: tuple[str, ...]
    kind: str = ""
    ignored: bool = False
    complete: bool = False  # a register of payments holds all there is of the days that it speaks of
    encoding: str = ""
    delimiter: str = ""
    headings: int | None = None  # line; 0 where there are none, None where they are looked for
    skip: int = 0  # lines above the rows of a file without headings
    footers: tuple[str, ...] = ()
    footer_count: int | None = None
    footer_sums: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[str, int | str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    from_name: Mapping[str, str] = field(default_factory=dict)
    extract: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    negate: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    entries: tuple[Entry, ...] = ()

    def find(self, name: str) -> Entry | None:
        """The first entry for a file, by its name with or without folders; of a sheet `book.xlsx/sheet`."""
        names = {name.casefold(), PurePosixPath(name).name.casefold()}
        return next((entry for entry in self.entries if any(fnmatchcase(one, pattern.casefold()) for one in names for pattern in entry.files)), None)


NO_PROFILE = Profile()


def parse_profile(text: str) -> Profile:
    """Read and check a profile; ProfileRefused tells everything that is wrong at once."""
    content = _content(text)
    problems = [ProfileProblem(key, "unknown_key") for key in content if key != "register"]
    tables = content.get("register", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables) or len(tables) > MOST_REGISTERS:
        raise ProfileRefused([*problems, ProfileProblem("register", "not_tables")])
    entries = []
    for number, table in enumerate(tables, 1):
        reader = _Table(f"register.{number}", table, problems)
        entries.append(reader.entry())
    if problems:
        raise ProfileRefused(problems)
    return Profile(tuple(entries))


def _content(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise ProfileRefused([ProfileProblem("", "too_long", {"longest": LONGEST})])
    if any(part.count(".") >= DEEPEST for part in _KEYS.split(_TEXTS.sub("", text))):
        raise ProfileRefused([ProfileProblem("", "too_deep", {"deepest": DEEPEST})])
    try:
        text.encode()
        return tomllib.loads(text)
    except (ValueError, RecursionError, OverflowError) as error:  # numbers of 5,000 digits, halves of characters
        reason = str(error)[:200].encode("utf-8", "replace").decode()
        raise ProfileRefused([ProfileProblem("", "not_toml", {"reason": reason})]) from None


class _Table:
    """One table of a profile, read key by key; what is wrong is added to `problems`."""

    def __init__(self, key: str, table: dict[str, Any], problems: list[ProfileProblem]) -> None:
        self.key, self.table, self.problems = key, table, problems
        self.kind: Kind | None = None

    def entry(self) -> Entry:
        self.kind = next((kind for kind in KINDS if kind.name == self.table.get("kind")), None)
        if "kind" in self.table and self.kind is None:
            self._wrong("kind", "unknown_kind", kinds=", ".join(kind.name for kind in KINDS))
        for key in self.table.keys() - Entry.__dataclass_fields__.keys():
            self._wrong(key, "unknown_key")
        encoding, delimiter = self._one("encoding", str, ""), self._one("delimiter", str, "")
        entry = Entry(
            files=self._texts("files"),
            kind=self.kind.name if self.kind else "",
            ignored=self._one("ignored", bool, False),
            complete=self._one("complete", bool, False),
            encoding=_encoding(encoding),
            delimiter=DELIMITERS.get(delimiter, delimiter),
            headings=self._one("headings", int, None),
            skip=self._one("skip", int, 0),
            footers=self._texts("footers"),
            footer_count=self._one("footer_count", int, None),
            footer_sums=self._columns("footer_sums", int),
            columns=self._columns("columns", (int, str)),
            constants=self._columns("constants", str),
            from_name=self._columns("from_name", str),
            extract=self._columns("extract", str),
            formats=self._columns("formats", str),
            words=self._columns("words", dict),
            negate=self._texts("negate"),
        )
        self._check(entry)
        return entry

    def _check(self, entry: Entry) -> None:
        if self.table.get("files", []) == []:  # what is no list of texts was told by then
            self._wrong("files", "missing")
        if entry.encoding and entry.encoding not in ENCODINGS:
            self._wrong("encoding", "unknown_encoding", known=", ".join(ENCODINGS))
        if entry.delimiter and (len(entry.delimiter) != 1 or entry.delimiter == '"' or entry.delimiter.isalnum() or _is_control(entry.delimiter)):
            self._wrong("delimiter", "unknown_delimiter", known=", ".join(DELIMITERS))
        for name, number in (("headings", entry.headings), ("skip", entry.skip), ("footer_count", entry.footer_count)):
            if not 0 <= (number or 0) <= 1_000:
                self._wrong(name, "out_of_range", most=1_000)
        if self.kind is None and entry.headings == 0 and not entry.ignored:
            self._wrong("kind", "missing")
        for problem in _of_columns(self.kind, entry):
            self._wrong(*problem)

    def _one(self, key: str, wanted: Any, otherwise: Any) -> Any:
        value = self.table.get(key, otherwise)
        if value is not otherwise and (not isinstance(value, wanted) or (wanted is int and isinstance(value, bool))):
            self._wrong(key, "wrong_type", wanted=WANTED[wanted])
            return otherwise
        return value

    def _texts(self, key: str) -> tuple[str, ...]:
        value = self.table.get(key, [])
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(one, str) and 0 < len(one) <= 200 for one in values) or len(values) > 50:
            self._wrong(key, "wrong_type", wanted="texts")
            return ()
        return tuple(values)

    def _columns(self, key: str, wanted: Any) -> dict[str, Any]:
        """A table whose keys are columns of the kind."""
        table = self.table.get(key, {})
        if not isinstance(table, dict):
            self._wrong(key, "wrong_type", wanted="table")
            return {}
        known = set(self.kind.names) if self.kind else {name for kind in KINDS for name in kind.names}
        for name, value in table.items():
            if name not in known:
                self._wrong(f"{key}.{name}", "unknown_column", columns=", ".join(sorted(known)))
            elif not isinstance(value, wanted) or isinstance(value, bool) or (isinstance(value, int) and not 1 <= value <= MOST_COLUMNS):
                self._wrong(f"{key}.{name}", "wrong_type", wanted="column_number" if wanted is int else WANTED[wanted])
        return {name: value for name, value in table.items() if name in known and isinstance(value, wanted)}

    def _wrong(self, key: str, code: str, wanted: str = "", **params: Any) -> None:
        params |= {"wanted": wanted} if wanted else {}
        self.problems.append(ProfileProblem(f"{self.key}.{key}", code, params))


def _of_columns(kind: Kind | None, entry: Entry) -> Iterator[tuple[Any, ...]]:
    """What is wrong with what the entry says of single columns: patterns, formats, words, constants."""
    patterns = {**{f"from_name.{name}": text for name, text in entry.from_name.items()}, **{f"extract.{name}": text for name, text in entry.extract.items()}}
    yield from ((key, code) for key, pattern in patterns.items() if (code := pattern_problem(pattern)))
    yield from ((f"formats.{name}", "unknown_format") for name, text in entry.formats.items() if text not in DECIMALS and day_format(text) is None)
    yield from ((f"words.{name}", "wrong_type", "text") for name, words in entry.words.items() if not all(isinstance(value, str) for value in words.values()))
    if kind:
        yield from ((f"constants.{name}", "unreadable_value") for name, text in entry.constants.items() if not _is_readable(kind, name, text))
        yield from ((f"negate.{name}", "unknown_column") for name in entry.negate if name not in kind.names)


def _is_readable(kind: Kind, name: str, text: str) -> bool:
    try:
        next(column for column in kind.columns if column.name == name).cell.parse(text.strip())
    except (CellProblem, StopIteration, ValueError, OverflowError):
        return False
    return "\0" not in text


def _encoding(name: str) -> str:
    """`Windows-1251` is `cp1251`."""
    try:
        known = codecs.lookup(name).name if name else ""
    except (LookupError, ValueError):
        return name
    return known


def _is_control(sign: str) -> bool:
    return sign < " " and sign != "\t"
