"""Runs of imports as those see them who may import: staff of the organization, and its system with the scope."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters import shelf
from models.enums import ImportSource, ImportState, Severity, TokenScope
from models.money import Currency, Money
from resolvers.organizations import OrganizationRow, organizations_by_ids
from resolvers.sql import Row, among, fetch, instant
from resolvers.viewer import Viewer, ViewerKind


@dataclass(slots=True, eq=False)
class RunRow:
    pk: int
    organization: OrganizationRow
    state: ImportState
    source: ImportSource
    actor: str
    started_at: dt.datetime
    finished_at: dt.datetime | None
    preview: bool
    approved_by: str | None
    folder: str | None
    error: str
    undone_at: dt.datetime | None
    undone_by: str | None
    language: str
    summary: dict[str, Any] | None

    @property
    def is_undoing(self) -> bool:
        return self.undone_by is not None and self.undone_at is None

    @property
    def is_working(self) -> bool:
        """Whether looking again soon is worth it."""
        return self.state in (ImportState.WAITING, ImportState.RUNNING) or self.is_undoing

    @property
    def spoken(self) -> str:
        """The language of its result where none is asked for."""
        return self.language or self.organization.languages[0]

    def money(self, minor: int | None) -> Money | None:
        return None if minor is None else Money(int(minor), Currency(self.organization.currency))


@dataclass(slots=True, eq=False)
class FileRow:
    pk: int
    name: str
    kind: str
    sha256: str
    encoding: str
    delimiter: str
    size: int
    rows: int
    taken: int
    changed: int
    warned: int
    refused: int


@dataclass(slots=True, eq=False)
class ProblemRow:
    """One row that was refused or doubted, or what is missing; `row` is its text as it came."""

    pk: int
    file_pk: int
    file: str
    line: int
    severity: Severity
    code: str
    params: dict[str, Any]
    column: str
    row: str | None


_COLUMNS = """r.id, r.organization_id, r.state, r.source, r.who, r.started_at, r.finished_at, r.preview, r.approved_by, r.folder, r.error,
    r.undone_at, r.undone_by, r.language, r.summary"""
_PROBLEM = "p.id, p.file_id, f.name, p.line, p.severity, p.code, p.params, p.column, p.row"


def may_import(viewer: Viewer | None, organization_pk: int) -> bool:
    return viewer is not None and organization_pk in viewer.organization_ids and viewer.has(TokenScope.IMPORT_REGISTERS)


async def runs_page(viewer: Viewer, organization: OrganizationRow, first: int, after: int | None) -> list[RunRow]:
    """The newest first, one more than `first` if there are more; none for whoever may not import. One statement."""
    if not may_import(viewer, organization.pk):
        return []
    where = "r.organization_id = $1" + (" AND r.id < $2" if after is not None else "")
    given = [organization.pk, *([after] if after is not None else [])]
    rows = await fetch(f"SELECT {_COLUMNS} FROM import_run r WHERE {where} ORDER BY r.id DESC LIMIT {int(first) + 1}", *given)
    return [run_row(row, organization) for row in rows]


async def runs_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, RunRow]:
    """Those of `ids` that the viewer may see."""
    if not viewer.has(TokenScope.IMPORT_REGISTERS) or not viewer.organization_ids:
        return {}
    where = f"{among('r.id', 1)} AND {among('r.organization_id', 2)}"
    rows = await fetch(f"SELECT {_COLUMNS} FROM import_run r WHERE {where}", list(ids), sorted(viewer.organization_ids))
    organizations = await organizations_by_ids(sorted({row["organization_id"] for row in rows}))
    return {row["id"]: run_row(row, organizations[row["organization_id"]]) for row in rows}


async def files_of(viewer: Viewer, runs: Sequence[RunRow]) -> dict[int, list[FileRow]]:
    """One statement."""
    text = f"""SELECT f.id, f.run_id, f.name, f.kind, f.sha256, f.encoding, f.delimiter, f.size, f.rows, f.taken, f.changed, f.warned, f.refused
        FROM import_file f WHERE {among("f.run_id", 1)} ORDER BY f.id"""
    found: dict[int, list[FileRow]] = {}
    for row in await fetch(text, [run.pk for run in runs]):
        file = FileRow(row["id"], *(row[name] for name in FileRow.__slots__[1:]))
        found.setdefault(row["run_id"], []).append(file)
    return found


async def actors_of(viewer: Viewer, runs: Sequence[RunRow]) -> dict[int, str]:
    """Who started each run, by name: for staff only, since a partner's system has no business with people. Two statements."""
    if viewer.kind is not ViewerKind.STAFF:
        return {}
    names = await actor_names({run.actor for run in runs})
    return {run.pk: names.get(run.actor, run.actor) for run in runs}


async def problems_page(run_pk: int, first: int, after: tuple[int, int, int] | None, severities: Sequence[Severity] = tuple(Severity)) -> list[ProblemRow]:
    """In the order of files and lines, one more than `first` if there are more. The caller has found the run for a viewer. One statement."""
    said = ", ".join(f"'{Severity(severity).value}'" for severity in severities)
    where = f"f.run_id = $1 AND p.severity IN ({said})" + (" AND f.id >= $2 AND (f.id, p.line, p.id) > ($2, $3, $4)" if after else "")
    text = f"""SELECT {_PROBLEM} FROM import_file f JOIN import_problem p ON p.file_id = f.id WHERE {where}
        ORDER BY f.id, p.line, p.id LIMIT {int(first) + 1}"""
    return [_problem(row) for row in await fetch(text, run_pk, *(after or ()))]


async def files_with_problems(run_pk: int) -> list[int]:
    """Ids of the run's files, in their order. One statement."""
    return [row["id"] for row in await fetch("SELECT f.id FROM import_file f WHERE f.run_id = $1 ORDER BY f.id", run_pk)]


async def problems_of_file(file_pk: int, most: int, after: tuple[int, int]) -> list[ProblemRow]:
    """The next ones of a file behind a line and id, straight off the index however many there are. One statement."""
    text = f"""SELECT {_PROBLEM} FROM import_problem p JOIN import_file f ON f.id = p.file_id
        WHERE p.file_id = $1 AND p.line >= $2 AND (p.line > $2 OR p.id > $3) ORDER BY p.line, p.id LIMIT {int(most)}"""
    return [_problem(row) for row in await fetch(text, file_pk, *after)]


async def counts_of(run_pk: int) -> list[Row]:
    """How many problems of each code there are, the gravest and most frequent first. One statement."""
    text = """SELECT p.code, p.severity, COUNT(*) AS count FROM import_problem p JOIN import_file f ON f.id = p.file_id WHERE f.run_id = $1
        GROUP BY p.code, p.severity ORDER BY CASE p.severity WHEN 'refused' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, COUNT(*) DESC, p.code"""
    return list(await fetch(text, run_pk))


def progress_of(run: RunRow) -> dict[str, Any] | None:
    """What the process that takes the run has written last: stage, done, total."""
    found = shelf.read_json(shelf.desk(run.pk) / "progress.json")
    return found if isinstance(found, dict) and {"stage", "done", "total"} <= found.keys() else None


def run_row(row: Row, organization: OrganizationRow) -> RunRow:
    started = instant(row["started_at"])
    assert started is not None
    return RunRow(
        pk=row["id"],
        organization=organization,
        state=ImportState(row["state"]),
        source=ImportSource(row["source"]),
        actor=row["who"],
        started_at=started,
        finished_at=instant(row["finished_at"]),
        preview=bool(row["preview"]),
        approved_by=row["approved_by"],
        folder=row["folder"],
        error=row["error"],
        undone_at=instant(row["undone_at"]),
        undone_by=row["undone_by"],
        language=row["language"],
        summary=_json(row["summary"]),
    )


async def actor_names(actors: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    users = [int(actor.removeprefix("user:")) for actor in actors if actor.startswith("user:")]
    tokens = [int(actor.removeprefix("token:")) for actor in actors if actor.startswith("token:")]
    if users:
        rows = await fetch(f"SELECT u.id, COALESCE(u.login, u.email) AS login, u.name FROM user_account u WHERE {among('u.id', 1)}", users)
        found |= {f"user:{row['id']}": row["name"] or row["login"] for row in rows}
    if tokens:
        rows = await fetch(f"SELECT t.id, t.label, t.hint FROM api_token t WHERE {among('t.id', 1)}", tokens)
        found |= {f"token:{row['id']}": row["label"] or f"{row['hint']}…" for row in rows}
    return found


def _problem(row: Row) -> ProblemRow:
    params = _json(row["params"]) or {}
    return ProblemRow(row["id"], row["file_id"], row["name"], row["line"], Severity(row["severity"]), row["code"], params, row["column"], row["row"])


def _json(value: Any) -> Any:
    """A JSON column, which SQLite and asyncpg give as text."""
    return json.loads(value) if isinstance(value, str | bytes) else value
