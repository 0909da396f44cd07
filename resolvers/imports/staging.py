"""Rows on their way in: each kind of register has a temporary table, where set-based SQL judges and compares them.

Python reads cells and judges a row by itself; whatever needs other rows or the database is said in SQL over the staged rows. So
memory holds one chunk of a file at a time, whatever its length, and the number of statements does not depend on it either.
"""

from __future__ import annotations

import datetime as dt
from collections import namedtuple
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from adapters.files import FileRefused, Kind, ParsedRow, Register
from models import ImportFile, sql
from models.enums import Severity
from resolvers.imports.findings import Finding, Findings
from resolvers.imports.outcome import FileOutcome, Progress

CHUNK = 5_000
Said = tuple[str, dict[str, Any]]  # a code and its params
COMMON = {"row_number": "row number", "file_id": "bigint", "line": "int", "code": "text", "changed": "int"}


class Read(NamedTuple):
    """Some thousands of rows as the staging table takes them, what was found in them, and how many bytes of the file they reach to."""

    records: list[tuple[Any, ...]]
    found: list[Finding]
    done: int


class Reader(Protocol):
    """Gives the chunks of registers in the order in which they are staged (resolvers/imports/ahead.py)."""

    def chunks(self, file_id: int) -> AsyncIterator[Read]: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row says by itself: values of the recipe's `derived` columns, why it is refused, what is doubted about it."""

    derived: tuple[Any, ...] = ()
    refused: Said | None = None
    warning: Said | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How rows of a kind are staged. `judge` sees a row (its columns by name) and today; `later` columns are filled by SQL."""

    kind: Kind
    judge: Callable[[Any, dt.date], Verdict]
    derived: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)
    indexes: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """Where it is defined: another process finds it there."""
        return self.judge.__module__

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
    """A register of this run with its row in `import_file`, and counts. What is found in it goes to the run's findings."""

    register: Register
    row: ImportFile
    outcome: FileOutcome
    findings: Findings

    def refuse(self, line: int, code: str, params: dict[str, Any], row: str | None = None) -> None:
        self.findings.add([(self.row.id, line, Severity.REFUSED, code, params, row)])

    def warn(self, line: int, code: str, params: dict[str, Any]) -> None:
        self.findings.add([(self.row.id, line, Severity.WARNING, code, params, None)])

    async def count_changed(self, table: str) -> None:
        [changed] = await sql.fetch(f"SELECT COUNT(*) AS n FROM {table} WHERE changed = 1 AND file_id = :id", id=self.row.id)
        self.outcome.changed = changed["n"]


@dataclass(slots=True)
class Job:
    """One run: whose, on which day, and its files by id."""

    organization_id: int
    run_id: int
    today: dt.date
    now: dt.datetime
    progress: Progress
    findings: Findings
    files: dict[int, StagedFile] = field(default_factory=dict)
    repeated: list[ImportFile] = field(default_factory=list)  # files passed over: they came again as they were

    @property
    def this_month(self) -> dt.date:
        return self.today.replace(day=1)

    def silent(self, kind: Kind, column: str) -> str | None:
        """The condition (over `s`) for rows of files that lack the column, None where all have it."""
        lacking = [str(file.row.id) for file in self.of(kind) if not file.register.has(column)]
        return f"s.file_id IN ({', '.join(lacking)})" if lacking else None

    def of(self, kind: Kind) -> list[StagedFile]:
        """The files of a kind, in the order in which their rows count."""
        return [file for file in self.files.values() if file.register.kind is kind]


async def prepare(recipe: Recipe) -> None:
    await sql.staging(recipe.table, recipe.columns(), *recipe.indexes)


def judged(recipe: Recipe, file_id: int, today: dt.date, numbers: Iterator[int], chunk: list[ParsedRow]) -> tuple[list[tuple[Any, ...]], list[Finding]]:
    """Rows as their staging table takes them, and what they say is wrong with themselves."""
    named, nothing, judge = _named(recipe.kind), (None,) * len(recipe.derived), recipe.judge
    records: list[tuple[Any, ...]] = []
    found: list[Finding] = []
    for line, values, code, params, text in chunk:
        verdict, loaded = judge(named(values), today) if code is None else Verdict(refused=(code, params)), values
        if verdict.refused:
            found.append((file_id, line, Severity.REFUSED, *verdict.refused, text or None))
            loaded = tuple(map(_without_nul, values))
        elif verdict.warning:
            found.append((file_id, line, Severity.WARNING, *verdict.warning, None))
        records.append((next(numbers), file_id, line, verdict.refused and verdict.refused[0], *loaded, *(verdict.derived or nothing)))
    return records, found


async def stage(recipe: Recipe, job: Job, file: StagedFile, reader: Reader) -> FileRefused | None:
    """Bring a register into its kind's staging table, chunk by chunk. One that turns out unusable on the way is forgotten again."""
    try:
        async for read in reader.chunks(file.row.id):
            await sql.load(recipe.table, recipe.loaded, read.records)
            if read.found:
                job.findings.add(read.found)
            file.outcome.rows += len(read.records)
            job.progress(file.register.name, read.done, file.register.size)
    except FileRefused as reason:
        await sql.execute(f"DELETE FROM {recipe.table} WHERE file_id = :id", id=file.row.id)
        job.findings.forget(file.row.id)
        return reason
    return None


async def refuse(table: str, job: Job, code: str, condition: str, params: Callable[[dict[str, Any]], dict[str, Any]], *columns: str) -> None:
    """Refuse the staged rows for which the condition (over `s`) holds; `columns` are handed to `params`."""
    await _report(table, job, Severity.REFUSED, code, condition, params, columns)
    await sql.execute(f"UPDATE {table} AS s SET code = :code WHERE s.code IS NULL AND ({condition})", code=code)


async def warn(table: str, job: Job, code: str, condition: str) -> None:
    """Doubt the staged rows for which the condition (over `s`) holds; they are taken."""
    await _report(table, job, Severity.WARNING, code, condition, lambda _: {}, ())


async def keep_last(table: str, job: Job, key: Iterable[str]) -> None:
    """Where several rows speak of the same thing, the last one counts; the others are taken with a warning and do nothing more."""
    ranked = f"SELECT row_number, ROW_NUMBER() OVER (PARTITION BY {', '.join(key)} ORDER BY row_number DESC) AS n FROM {table} WHERE code IS NULL"
    repeated = f"s.row_number IN (SELECT row_number FROM ({ranked}) r WHERE n > 1)"
    await warn(table, job, "duplicate_row", repeated)
    await sql.execute(f"UPDATE {table} AS s SET code = 'duplicate_row' WHERE {repeated}")


async def find_accounts(table: str, job: Job, naming: str = "1 = 1") -> None:
    """Fill `account_id` by number; rows (`naming` an account, over `s`) whose account is unknown here are refused."""
    await sql.analyze(table)
    await sql.execute(
        f"""UPDATE {table} AS s SET account_id = a.id FROM personal_account a
        WHERE a.organization_id = :organization AND a.number = s.account AND a.withdrawn_at IS NULL""",
        organization=job.organization_id,
    )
    await refuse(table, job, "unknown_account", f"s.account_id IS NULL AND {naming}", lambda row: {"account": row["account"]}, "account")


async def find_contracts(table: str, job: Job) -> None:
    """Fill `contract_id` by number; rows whose contract is unknown here are refused."""
    await sql.execute(
        f"UPDATE {table} AS s SET contract_id = c.id FROM contract c WHERE c.organization_id = :organization AND c.number = s.contract",
        organization=job.organization_id,
    )
    unknown = "s.contract <> '' AND s.contract_id IS NULL"
    await refuse(table, job, "unknown_contract", unknown, lambda row: {"contract": row["contract"]}, "contract")


async def _report(
    table: str, job: Job, severity: Severity, code: str, condition: str, params: Callable[[dict[str, Any]], dict[str, Any]], columns: tuple[str, ...]
) -> None:
    shown = ", ".join(("s.row_number", "s.file_id", "s.line", *(f"s.{column}" for column in columns)))
    async for page in sql.pages(f"SELECT {shown} FROM {table} s WHERE s.code IS NULL AND ({condition})", "row_number"):
        job.findings.add([(row["file_id"], row["line"], severity, code, params(row), None) for row in page])


@lru_cache(maxsize=16)
def _named(kind: Kind) -> Callable[[Iterable[Any]], Any]:
    """Makes a row's values readable by their columns' names."""
    row: Any = namedtuple("Row", list(kind.names))  # type: ignore[misc]
    return row._make


def _without_nul(value: Any) -> Any:
    """PostgreSQL holds no NUL. Only refused rows have any."""
    return value.replace("\0", "") if isinstance(value, str) else value
