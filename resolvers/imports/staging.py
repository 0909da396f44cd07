"""Rows on their way in: each kind of register has a temporary table, where set-based SQL judges and compares them.

Python reads cells and judges a row by itself; whatever needs other rows or the database is said in SQL over the staged rows. So
memory holds one chunk of a file at a time, whatever its length, and the number of statements does not depend on it either.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from adapters.files import FileRefused, Kind, ParsedRow, Register
from models import ImportFile, sql
from models.enums import Severity
from resolvers.imports.outcome import FileOutcome, Line, Progress

CHUNK = 5_000
RefusedRegister = tuple[str, FileRefused]  # its name, and why
Finding = tuple[str, dict[str, Any]]
COMMON = {"row_number": "row number", "file_id": "bigint", "line": "int", "code": "text", "changed": "int"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row says by itself: values of the recipe's `derived` columns, why it is refused, what is doubted about it."""

    derived: tuple[Any, ...] = ()
    refused: Finding | None = None
    warning: Finding | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How rows of a kind are staged. `judge` sees a row (its columns by name) and today; `later` columns are filled by SQL."""

    kind: Kind
    judge: Callable[[Any, dt.date], Verdict]
    derived: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)
    indexes: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return f"stage_{self.kind.name}"

    @property
    def loaded(self) -> list[str]:
        """The columns that Python fills, in order."""
        return [*list(COMMON)[:4], *self.kind.names, *self.derived]

    def columns(self) -> dict[str, str]:
        own = {column.name: column.cell.sql for column in self.kind.columns}
        return {**COMMON, **own, **self.derived, **self.later}


@dataclass(slots=True)
class StagedFile:
    """A register of this run with its row in `import_file`, what has been found in it, and counts."""

    register: Register
    row: ImportFile
    outcome: FileOutcome
    lines: list[Line] = field(default_factory=list)

    def refuse(self, line: int, code: str, params: dict[str, Any]) -> None:
        self.lines.append(Line(self.register.name, line, Severity.REFUSED, code, params))

    def warn(self, line: int, code: str, params: dict[str, Any]) -> None:
        self.lines.append(Line(self.register.name, line, Severity.WARNING, code, params))

    async def finish(self, table: str) -> None:
        """Say each row's problem once (a refusal, else the first warning), count, and keep it all with the file's row."""
        said: dict[int, Line] = {}
        for line in self.lines:
            known = said.setdefault(line.line, line)
            if known.severity is Severity.WARNING and line.severity is Severity.REFUSED:
                said[line.line] = line
        self.lines = [said[number] for number in sorted(said)]
        refused = sum(line.severity is Severity.REFUSED for line in self.lines)
        self.outcome.refused, self.outcome.warned = refused, len(self.lines) - refused
        self.outcome.taken = self.outcome.rows - refused
        [changed] = await sql.fetch(f"SELECT COUNT(*) AS n FROM {table} WHERE changed = 1 AND file_id = :id", id=self.row.id)
        self.outcome.changed = changed["n"]
        self.row.update_from_dict({name: getattr(self.outcome, name) for name in ("taken", "changed", "warned", "refused")})
        await self.row.save()
        records = [(self.row.id, line.line, line.severity.value, line.code, json.dumps(line.params, ensure_ascii=False)) for line in self.lines]
        await sql.load("import_problem", ["file_id", "line", "severity", "code", "params"], records)


@dataclass(slots=True)
class Job:
    """One run: whose, on which day, and the files staged so far by id."""

    organization_id: int
    run_id: int
    today: dt.date
    now: dt.datetime
    progress: Progress
    files: dict[int, StagedFile] = field(default_factory=dict)

    @property
    def this_month(self) -> dt.date:
        return self.today.replace(day=1)

    async def open(self, register: Register) -> StagedFile:
        row = await ImportFile.create(
            run_id=self.run_id,
            name=register.name[:300],
            kind=register.kind.name,
            sha256=register.sha256,
            encoding=register.encoding,
            delimiter=register.delimiter,
            size=register.size,
        )
        staged = StagedFile(register, row, FileOutcome(register.name, register.kind.name))
        self.files[row.id] = staged
        return staged


async def prepare(recipe: Recipe) -> None:
    await sql.staging(recipe.table, recipe.columns(), *recipe.indexes)


async def stage(recipe: Recipe, job: Job, register: Register) -> RefusedRegister | None:
    """Read a register into its kind's staging table, chunk by chunk. One that turns out unusable on the way is forgotten again."""
    file = await job.open(register)
    numbers = iter(range(file.row.id * 10**9, (file.row.id + 1) * 10**9))  # grow with the file and the line
    rows = register.rows()
    try:
        while chunk := list(islice(rows, CHUNK)):
            await sql.load(recipe.table, recipe.loaded, list(_records(recipe, job, file, numbers, chunk)))
            file.outcome.rows += len(chunk)
            job.progress(register.name, register.done, register.size)
    except FileRefused as reason:
        await sql.execute(f"DELETE FROM {recipe.table} WHERE file_id = :id", id=file.row.id)
        await file.row.delete()
        del job.files[file.row.id]
        return register.name, reason
    return None


async def refuse(table: str, job: Job, code: str, condition: str, params: Callable[[dict[str, Any]], dict[str, Any]], *columns: str) -> None:
    """Refuse the staged rows for which the condition (over `s`) holds; `columns` are handed to `params`."""
    await _report(table, job, code, condition, params, columns, StagedFile.refuse)
    await sql.execute(f"UPDATE {table} AS s SET code = :code WHERE s.code IS NULL AND ({condition})", code=code)


async def warn(table: str, job: Job, code: str, condition: str) -> None:
    """Doubt the staged rows for which the condition (over `s`) holds; they are taken."""
    await _report(table, job, code, condition, lambda _: {}, (), StagedFile.warn)


async def keep_last(table: str, job: Job, key: Iterable[str]) -> None:
    """Where several rows speak of the same thing, the last one counts; the others are taken with a warning and do nothing more."""
    ranked = f"SELECT row_number, ROW_NUMBER() OVER (PARTITION BY {', '.join(key)} ORDER BY row_number DESC) AS n FROM {table} WHERE code IS NULL"
    repeated = f"s.row_number IN (SELECT row_number FROM ({ranked}) r WHERE n > 1)"
    await warn(table, job, "duplicate_row", repeated)
    await sql.execute(f"UPDATE {table} AS s SET code = 'duplicate_row' WHERE {repeated}")


async def find_accounts(table: str, job: Job) -> None:
    """Fill `account_id` by number; rows whose account is unknown here are refused."""
    await sql.analyze(table)
    await sql.execute(
        f"""UPDATE {table} AS s SET account_id = a.id FROM personal_account a
        WHERE a.organization_id = :organization AND a.number = s.account""",
        organization=job.organization_id,
    )
    await refuse(table, job, "unknown_account", "s.account_id IS NULL", lambda row: {"account": row["account"]}, "account")


async def _report(
    table: str,
    job: Job,
    code: str,
    condition: str,
    params: Callable[[dict[str, Any]], dict[str, Any]],
    columns: tuple[str, ...],
    say: Callable[[StagedFile, int, str, dict[str, Any]], None],
) -> None:
    shown = ", ".join(("s.file_id", "s.line", *(f"s.{column}" for column in columns)))
    for row in await sql.fetch(f"SELECT {shown} FROM {table} s WHERE s.code IS NULL AND ({condition}) ORDER BY s.row_number"):
        say(job.files[row["file_id"]], row["line"], code, params(row))


@lru_cache(maxsize=16)
def _named(kind: Kind) -> Callable[[Iterable[Any]], Any]:
    """Makes a row's values readable by their columns' names."""
    row: Any = namedtuple("Row", list(kind.names))  # type: ignore[misc]
    return row._make


def _records(recipe: Recipe, job: Job, file: StagedFile, numbers: Iterator[int], chunk: list[ParsedRow]) -> Iterator[tuple[Any, ...]]:
    named = _named(recipe.kind)
    nothing = (None,) * len(recipe.derived)
    file_id, judge, today = file.row.id, recipe.judge, job.today
    for line, values, code, params, _text in chunk:
        verdict = judge(named(values), today) if code is None else Verdict(refused=(code, params))
        if verdict.refused:
            file.refuse(line, *verdict.refused)
        elif verdict.warning:
            file.warn(line, *verdict.warning)
        loaded = map(_without_nul, values) if verdict.refused else values
        yield (next(numbers), file_id, line, verdict.refused and verdict.refused[0], *loaded, *(verdict.derived or nothing))


def _without_nul(value: Any) -> Any:
    """PostgreSQL holds no NUL. Only refused rows have any."""
    return value.replace("\0", "") if isinstance(value, str) else value
