"""What is said of rows while a run goes on: kept beside the database, so that it survives a run that is undone, and takes no memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.enums import Severity
from resolvers.imports.outcome import Line

LONGEST_ROW = 2_000  # characters
_TABLE = """
    CREATE TABLE finding (n INTEGER PRIMARY KEY, file_id INTEGER, line INTEGER, refused INTEGER, severity TEXT, code TEXT, params TEXT, col TEXT,
        row TEXT)"""
# One line per row: a refusal, else what was said first. Notices speak of what has no row.
_RANKED = """
    SELECT n, file_id, line, severity, code, params, col, row FROM (
        SELECT *, ROW_NUMBER() OVER (PARTITION BY file_id, line, CASE severity WHEN 'notice' THEN n END ORDER BY refused DESC, n) AS place FROM finding
    ) WHERE place = 1"""


Finding = tuple[int, int, Severity, str, dict[str, Any], str | None]  # file id, line, severity, code, params, the row as it came


class Findings:
    """A file of findings in the run's private folder."""

    def __init__(self, folder: Path) -> None:
        self._file = sqlite3.connect(folder / "findings.db", isolation_level=None)
        self._file.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLE};")

    def close(self) -> None:
        self._file.close()

    def add(self, found: list[Finding]) -> None:
        records = [
            (
                file_id,
                line,
                severity is Severity.REFUSED,
                severity.value,
                code,
                json.dumps(params, ensure_ascii=False),
                str(params.get("column", ""))[:120],
                _kept(row),
            )
            for file_id, line, severity, code, params, row in found
        ]
        self._file.execute("BEGIN")
        self._file.executemany("INSERT INTO finding (file_id, line, refused, severity, code, params, col, row) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", records)
        self._file.execute("COMMIT")

    def forget(self, file_id: int) -> None:
        self._file.execute("DELETE FROM finding WHERE file_id = ?", (file_id,))

    def settle(self) -> None:
        """Say each row's problem once, in the order of lines."""
        self._file.executescript(f"CREATE TABLE said AS {_RANKED}; CREATE INDEX said_place ON said (file_id, line, n)")

    def counts(self, file_id: int) -> dict[Severity, int]:
        """How many rows were refused, doubted, missed."""
        rows = self._file.execute("SELECT severity, COUNT(*) FROM said WHERE file_id = ? GROUP BY severity", (file_id,))
        return {Severity(name): count for name, count in rows}

    def codes(self) -> list[tuple[str, str, int]]:
        """(code, severity, rows), the most frequent first."""
        return list(self._file.execute("SELECT code, severity, COUNT(*) FROM said GROUP BY code, severity ORDER BY COUNT(*) DESC, code"))

    def said(self, file_id: int) -> Iterator[tuple[int, str, str, str, str, str | None]]:
        """(line, severity, code, params as JSON, column, row as it came) of a file's rows, in their order."""
        yield from self._file.execute("SELECT line, severity, code, params, col, row FROM said WHERE file_id = ? ORDER BY line, n", (file_id,))

    def lines(self, file_id: int, name: str, most: int) -> list[Line]:
        """The first lines of a file; where there are more than `most`, the refused ones are among them before the others."""
        query = "SELECT line, severity, code, params, col, row, n FROM said WHERE file_id = ? ORDER BY severity <> 'refused', line, n LIMIT ?"
        rows = self._file.execute(f"SELECT line, severity, code, params, col, row FROM ({query}) ORDER BY line, n", (file_id, most))
        return [Line(name, line, Severity(severity), code, json.loads(params), column, row) for line, severity, code, params, column, row in rows]

    def bare(self, file_id: int) -> Iterator[int]:
        """Lines of refused rows whose text is not known yet."""
        query = "SELECT line FROM said WHERE file_id = ? AND severity = 'refused' AND row IS NULL AND line > 0 ORDER BY line"
        yield from (line for (line,) in self._file.execute(query, (file_id,)))

    def dress(self, file_id: int, texts: list[tuple[int, str]]) -> None:
        """Keep the text of refused rows: (line, row as it came)."""
        self._file.execute("BEGIN")
        self._file.executemany("UPDATE said SET row = ? WHERE file_id = ? AND line = ?", [(_kept(text), file_id, line) for line, text in texts])
        self._file.execute("COMMIT")


def _kept(text: str | None) -> str | None:
    """A row as it came, as far as it is kept. No database holds NUL."""
    return None if text is None else text.rstrip("\r\n").replace("\0", "")[:LONGEST_ROW]
