"""What an import says of itself: a line per row that it refused or doubted, and counts per file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from models.enums import ImportState, Severity

Progress = Callable[[str, int, int], object]

ALL_TAKEN, SOME_REFUSED, NOTHING_TAKEN, HELD = 0, 1, 2, 3
MOST_LINES = 5_000  # of each file that an outcome holds; all of them are in import_problem


@dataclass(frozen=True, slots=True)
class Line:
    """One row of `file` (its path in the given folder, without extension) that was refused or taken with a warning.

    `line` counts from 1, which is the headings; 0 is the file itself. `code` and `params` make the sentence (wording.py). `row` is a
    refused row as it came, `column` the heading of the cell that is to blame.
    """

    file: str
    line: int
    severity: Severity
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    column: str = ""
    row: str | None = None


@dataclass(slots=True)
class FileOutcome:
    """Counts of one file. `taken` rows include those `warned` of; `changed` ones said something new."""

    name: str
    kind: str
    rows: int = 0
    taken: int = 0
    changed: int = 0
    warned: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """Why a run waits for a person's word: `value` percent where `limit` was allowed, of a file's rows or of a month's total."""

    code: str  # refused_share, total_moved
    subject: str
    value: float
    limit: int


@dataclass(slots=True)
class ImportOutcome:
    """`refused_files` names the files of which nothing was taken; each has a line that says why. `lines` are the first of each file.

    `summary` is what resolvers/imports/summary.py describes. `held` is not empty where the run stopped at a threshold and wrote nothing.
    """

    preview: bool
    run_id: int = 0
    state: ImportState = ImportState.RUNNING
    summary: dict[str, Any] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    files: list[FileOutcome] = field(default_factory=list)
    refused_files: list[str] = field(default_factory=list)
    repeated: dict[int, int] = field(default_factory=dict)  # import_file ids of files passed over: of the time they were taken
    unread: dict[int, str] = field(default_factory=dict)  # ids of import_file for these

    @property
    def status(self) -> int:
        """0 all rows taken, 1 some rows or files refused, 2 nothing could be taken, 3 held."""
        if self.state is ImportState.HELD:
            return HELD
        refused = bool(self.refused_files) or any(file.refused for file in self.files)
        if not self.files or (refused and not any(file.taken for file in self.files)):
            return NOTHING_TAKEN
        return SOME_REFUSED if refused else ALL_TAKEN
