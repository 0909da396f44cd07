"""Runs of imports, for staff and an organization's own system: what came, what would change, what was refused."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import strawberry
from strawberry import Parent, field

from models.enums import ImportSource, ImportState, Severity
from resolvers.imports.result import said, sums
from resolvers.imports.runs import FileRow, ProblemRow, RunRow, actors_of, files_of, problems_page, progress_of
from resolvers.imports.starting import is_approvable
from resolvers.imports.titles import title
from resolvers.imports.troubles import why_not
from schema import ids
from schema.arguments import After, First
from schema.context import Info
from schema.import_summaries import ImportHold, ImportSummary, SummaryOf, holds_of
from schema.loaders import reads
from schema.results import Rejected
from schema.values import Connection, Money, Node, PageOf, checked_first

OnlySeverities = Annotated[list[Severity] | None, strawberry.argument(description="Only these; null for all.")]


@strawberry.type(description="A file of a run.")
class ImportFile:
    name: str = field(description="Its path without extension; a sheet of a workbook has its own name behind it.")
    kind: str | None = field(description="Which register it is: accounts, meters, readings, charges, …; null for one that could not be taken.")
    encoding: str | None = field(description="The encoding that was found.")
    delimiter: str | None = field(description="What parts its cells.")
    rows: int = field(description="Its rows.")
    taken: int = field(description="How many were taken, those with a warning included.")
    changed: int = field(description="How many said something new.")
    warned: int = field(description="How many were taken with a warning.")
    refused: int = field(description="How many were refused.")
    sha256: str | None = field(description="The hash of its content, in hexadecimal.")


class FileOf:
    """A file as the schema shows it: what is not known is null."""

    __slots__ = ("_row",)

    def __init__(self, row: FileRow) -> None:
        self._row = row

    def __getattr__(self, name: str) -> object:
        value = getattr(self._row, name)
        return value if value != "" or name == "name" else None


@strawberry.type(description="A row that was refused or taken with a warning, or an account that is missing.")
class ImportProblem:
    file: str = field(description="The file.")
    line: int = field(description="The line, the headings being line 1; 0 is the file as a whole.")
    severity: Severity = field(description="Whether the row was refused.")
    code: str = field(description="Which thing is wrong, for machines. Default on codes that you do not know.")

    @field(description="What is wrong, for people, in the viewer's language.")
    def message(root: Parent[ProblemRow]) -> str:  # noqa: N805
        return said(root)

    @field(description="The heading of the column that is to blame, where one is.")
    def column(root: Parent[ProblemRow]) -> str | None:  # noqa: N805
        return root.column or None

    @field(description="The row as it came, of a refused one.")
    def row(root: Parent[ProblemRow]) -> str | None:  # noqa: N805
        return root.row


@strawberry.type(description="How many problems of one kind a run has.")
class ImportCode:
    code: str = field(description="The kind.")
    severity: Severity = field(description="Whether such rows were refused.")
    count: int = field(description="How many.")
    amount: Money | None = field(description="How much money these rows were about, where that is known.")

    @field(description="What it means, for people.")
    def message(root: Parent[Any]) -> str:  # noqa: N805
        return title(root.code)


@strawberry.type(description="How far a run that is being taken has come.")
class ImportProgress:
    stage: str = field(description="The file that is being read, or `ledger`.")
    done: int = field(description="How much of it is done.")
    total: int = field(description="How much there is; 0 where nobody knows yet.")


@strawberry.type(description="One import, from the arrival of its files on.")
class ImportRun(Node):
    state: ImportState = field(description="How far it has come.")
    source: ImportSource = field(description="By which way its files came.")
    started_at: dt.datetime = field(description="When its files had come.")
    finished_at: dt.datetime | None = field(description="When it ended; null while it has not.")
    undone_at: dt.datetime | None = field(description="When it was undone.")
    preview: bool = field(description="Whether it was asked only to look.")

    @field(description="Opaque and stable.")
    def id(root: Parent[RunRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("imp", root.pk))

    @field(description="The organization's name in addresses.")
    def organization_slug(root: Parent[RunRow]) -> str:  # noqa: N805
        return root.organization.slug

    @field(description="Its number, as the command line names it.")
    def number(root: Parent[RunRow]) -> int:  # noqa: N805
        return root.pk

    @field(description="Who sent the files, by name; null for those who are not staff.")
    @reads(actors_of)
    def who(root: Parent[RunRow], info: Info) -> str | None:  # noqa: N805
        return info.context.loaders.answer(actors_of, root)

    @field(description="Why it failed, in a sentence.")
    def error(root: Parent[RunRow]) -> str | None:  # noqa: N805
        return error_of(root)

    @field(description="Whether a worker is about to undo it.")
    def undoing(root: Parent[RunRow]) -> bool:  # noqa: N805
        return root.is_undoing

    @field(description="Whether it still goes on: look again in a second.")
    def working(root: Parent[RunRow]) -> bool:  # noqa: N805
        return root.is_working

    @field(description="Whether it may be taken now: it was looked at or is held, and its files are kept.")
    def approvable(root: Parent[RunRow]) -> bool:  # noqa: N805
        return is_approvable(root)

    @field(description="Its files, in the order in which they were taken.")
    async def files(root: Parent[RunRow], info: Info) -> list[ImportFile]:  # noqa: N805
        return [FileOf(row) for row in await info.context.loaders.of(files_of, root) or []]  # type: ignore[misc]

    @field(description="Rows refused or doubted, file by file.")
    async def problems(root: Parent[RunRow], first: First, after: After = None, severities: OnlySeverities = None) -> Connection[ImportProblem]:  # noqa: N805
        place = ids.after("import problems", after)
        rows = await problems_page(root.pk, checked_first(first), (place[0], place[1], place[2]) if place else None, severities or tuple(Severity))
        return PageOf("import problems", rows, first, lambda row: (row.file_pk, row.line, row.pk))  # type: ignore[return-value]

    @field(description="How many problems there are of each kind, refusals first.")
    async def codes(root: Parent[RunRow]) -> list[ImportCode]:  # noqa: N805
        found = await sums(root.pk, root.summary)
        return [ImportCode(code=one["code"], severity=Severity(one["severity"]), count=one["count"], amount=root.money(one["amount"])) for one in found]  # type: ignore[arg-type]

    @field(description="What a clerk compares before and after, of a preview and a held run too; null while it is not known.")
    def summary(root: Parent[RunRow]) -> ImportSummary | None:  # noqa: N805
        return SummaryOf(root) if root.summary else None  # type: ignore[return-value]

    @field(description="Why it waits for a person's word.")
    def held(root: Parent[RunRow]) -> list[ImportHold]:  # noqa: N805
        return holds_of(root)

    @field(description="How far it has come; null where it is not being taken.")
    def progress(root: Parent[RunRow]) -> ImportProgress | None:  # noqa: N805
        found = progress_of(root) if root.is_working else None
        return ImportProgress(stage=str(found["stage"]), done=int(found["done"]), total=int(found["total"])) if found else None

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, RunRow)


def error_of(run: RunRow) -> str | None:
    """Why the run failed or could not be undone, in the present language; what is no word of ours is shown as it is."""
    return why_not(run.error) or None


@strawberry.input(description="Files that have come, to be imported together.")
class StartImportInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    uploads: list[str] = field(description="SHA-256 of each file that was sent before, in hexadecimal: 1 to 200.")
    preview: bool = field(default=False, description="Only look: everything is read and compared, nothing is written until it is approved.")
    language: str | None = field(default=None, description="Of the sentences in the result: `ru`, `kk`, `en`; the organization's own when omitted.")
    idempotency_key: str | None = field(default=None, description="1 to 100 characters. Without one the hashes decide: the same files give the same run.")
    validate_only: bool = field(default=False, description="Run all checks of the input and start nothing; Done then holds no run.")


@strawberry.input(description="A run, and what is to become of it.")
class ImportRunInput:
    run: strawberry.ID = field(description="The run.")


@strawberry.type(description="The run waits for a worker.")
class StartImportDone:
    run: ImportRun | None = field(description="The run; null where only the input was checked.")


@strawberry.type(description="The run will be taken.")
class ApproveImportDone:
    run: ImportRun = field(description="The run.")


@strawberry.type(description="The run was dropped; nothing had been written.")
class DiscardImportDone:
    run: ImportRun = field(description="The run.")


@strawberry.type(description="The run will be undone.")
class UndoImportDone:
    run: ImportRun = field(description="The run, `undoing` until it is `UNDONE`. Where later imports stand on it, it stays and `error` says so.")


StartImportResult = Annotated[StartImportDone | Rejected, strawberry.union("StartImportResult", description="How starting an import ends.")]
ApproveImportResult = Annotated[ApproveImportDone | Rejected, strawberry.union("ApproveImportResult", description="How approving ends.")]
DiscardImportResult = Annotated[DiscardImportDone | Rejected, strawberry.union("DiscardImportResult", description="How discarding ends.")]
UndoImportResult = Annotated[UndoImportDone | Rejected, strawberry.union("UndoImportResult", description="How asking for an undo ends.")]
