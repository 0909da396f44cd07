"""The result file: a line for each row that was refused or doubted, for a spreadsheet or for whoever made the register."""

from __future__ import annotations

from collections.abc import Iterator

from resolvers.imports.outcome import ImportOutcome
from resolvers.imports.wording import sentence

HEADINGS = ("file", "line", "severity", "code", "message")


def result_rows(outcome: ImportOutcome) -> Iterator[tuple[str, ...]]:
    """The rows of the file, headings first."""
    yield HEADINGS
    for line in outcome.lines:
        yield (harmless(line.file), str(line.line), line.severity.value, line.code, harmless(sentence(line)))


def harmless(cell: str) -> str:
    """A spreadsheet takes a cell that begins so for a formula; an apostrophe keeps it text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
