"""What an import says of itself: a line per row that it refused or doubted, and counts per file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from models.enums import Severity

Progress = Callable[[str, int, int], object]
WHOLE_FILE = 0  # the line number of what is said of a file, not of a row

ALL_TAKEN, SOME_REFUSED, NOTHING_TAKEN = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Line:
    """One row of `file` (its path in the given folder, without extension) that was refused or taken with a warning.

    `line` counts from 1, which is the headings; 0 is the file itself. `code` and `params` make the sentence (wording.py).
    """

    file: str
    line: int
    severity: Severity
    code: str
    params: dict[str, Any] = field(default_factory=dict)


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


@dataclass(slots=True)
class ImportOutcome:
    """`refused_files` names the files of which nothing was taken; each has a line that says why."""

    preview: bool
    lines: list[Line] = field(default_factory=list)
    files: list[FileOutcome] = field(default_factory=list)
    refused_files: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        """0 all rows taken, 1 some rows or files refused, 2 nothing could be taken."""
        refused = bool(self.refused_files) or any(file.refused for file in self.files)
        if not self.files or (refused and not any(file.taken for file in self.files)):
            return NOTHING_TAKEN
        return SOME_REFUSED if refused else ALL_TAKEN
