"""What every shape of file gives: batches of rows as lists of texts. And how a file is laid out where its headings do not say it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

LONGEST_TEXT = 2_000  # of a row that is shown to people


class Batch(NamedTuple):
    """Rows that stand below each other. `lines` are their numbers, `texts` the rows as they came (empty where cells are all there is).

    `code` says what is wrong with each of them as a whole; `doubtful` that some may hold unreadable letters. `done` bytes of the
    file have been read.
    """

    lines: Sequence[int]
    rows: list[list[str]]
    texts: Sequence[str]
    code: str | None
    doubtful: bool
    done: int

    def text(self, index: int, row: Sequence[str]) -> str:
        return (self.texts[index] if self.texts else ";".join(cell[:LONGEST_TEXT] for cell in row)).rstrip("\r\n")[:LONGEST_TEXT]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the rows of a table are: `headings` is the line of the headings, 0 where there is none; rows begin after `skipped` lines.

    Rows that begin with one of `footers` hold sums: in cell `footer_count` the number of rows, in those of `footer_sums` sums by column.
    """

    headings: int = 1
    skipped: int = 1
    footers: tuple[str, ...] = ()
    footer_count: int | None = None
    footer_sums: tuple[tuple[str, int], ...] = ()


class Source(Protocol):
    """`encoding`, `delimiter`: how the text was read, for people. Sources are plain data, so that another process may read them."""

    @property
    def encoding(self) -> str: ...

    @property
    def delimiter(self) -> str: ...

    @property
    def layout(self) -> Layout: ...

    def batches(self) -> Iterator[Batch]: ...

    def unreadable(self, text: str) -> bool: ...
