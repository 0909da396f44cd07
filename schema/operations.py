"""The pages' own documents: loaded and checked when the process starts, run in process as their viewer.

Results are plain records with the names of the document: `record.account.holderName`. Sums are `Money`, amounts `Quantity`, months
`Period`, days and instants their Python types, enums their names; a member of a union or interface has `typename`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, parse, print_ast

from adapters.texts import speaking
from graphql_plan import warm
from models.availability import is_unavailable
from models.errors import AbonentError, BadRequest, Forbidden, NotFound, SignInRequired, Throttled, Unavailable, WrongSpan
from models.money import Money
from models.period import Period
from models.quantity import Quantity
from resolvers import reading_links, sessions
from resolvers.viewer import Viewer
from schema import ids
from schema.build import SCHEMA, compile_operations
from schema.context import Context
from schema.execution import RETRY_AFTER, Answer, execute
from schema.limits import Document, prepare
from schema.records import Shape, shape_of, with_typenames
from settings import settings

__all__ = [
    "RETRY_AFTER",
    "AbonentError",
    "Answer",
    "BadRequest",
    "Forbidden",
    "Money",
    "NotFound",
    "Period",
    "Quantity",
    "SignInRequired",
    "Throttled",
    "Unavailable",
    "Viewer",
    "WrongSpan",
    "answer",
    "bearer_viewer",
    "data",
    "letter_viewer",
    "load",
    "run",
    "session_viewer",
    "start",
]  # fmt: skip

TEMPLATES = Path(__file__).parent.parent / "templates"


class BrokenDocument(Exception):
    """A page asks for what the schema does not have; the message names the file."""


@dataclass(frozen=True, slots=True)
class Operation:
    """Kept apart from strangers' documents, however many of those come."""

    document: Document
    shape: Shape


_operations: dict[str, Operation] = {}


async def start(folder: Path = TEMPLATES) -> None:
    """What a process does before it answers: read the key of ids, and the pages' documents."""
    compile_operations(settings().compiled_operations)
    await ids.load()
    load(folder)


def is_started() -> bool:
    return bool(_operations) and ids.is_loaded()


def load(folder: Path = TEMPLATES) -> None:
    """Read every `.graphql` under the folder; `readings/index.graphql` is `readings/index`. Raises BrokenDocument."""
    _operations.clear()
    for path in sorted(folder.rglob("*.graphql")):
        _operations[path.relative_to(folder).with_suffix("").as_posix()] = _operation(path)


async def run(
    name: str,
    viewer: Viewer | None,
    variables: Mapping[str, Any] | None = None,
    *,
    language: str = "ru",
    now: dt.datetime | None = None,
    today: dt.date | None = None,
    source_ip: str | None = None,
    device: str = "",
) -> Any:
    """The record that the document `name` gives for its viewer.

    Raises what stands behind the document's first error: NotFound, Forbidden, SignInRequired, Throttled, BadRequest (a variable that is
    none), Unavailable, or whatever fault it was. `today` overrides the day in every time zone.
    """
    operation = _operations[name]
    context = Context(viewer, now or dt.datetime.now(dt.UTC), today, source_ip, device)
    with speaking(language):
        answer = await execute(operation.document, variables, context)
    if answer.errors:
        raise _reason(answer)
    assert answer.data is not None
    return operation.shape(answer.data)


async def data(name: str, viewer: Viewer | None, variables: Mapping[str, Any] | None = None, *, language: str = "ru") -> dict[str, Any]:
    """What the document gives, as JSON has it: for doors that answer machines. Raises as `run` does."""
    context = Context(viewer, dt.datetime.now(dt.UTC))
    with speaking(language):
        answer = await execute(_operations[name].document, variables, context)
    if answer.errors:
        raise _reason(answer)
    assert answer.data is not None
    return answer.data


async def answer(
    text: str, variables: Mapping[str, Any] | None, viewer: Viewer | None, *, operation: str | None = None, source_ip: str | None = None
) -> Answer:
    """What a document from outside gives: limits first, errors formatted, nothing raised."""
    return await execute(text, variables, Context(viewer, dt.datetime.now(dt.UTC), source=source_ip), operation)


async def session_viewer(token: str | None, now: dt.datetime | None = None) -> Viewer | None:
    """Who holds this session, None when it is unknown or over. Raises Unavailable."""
    return await _viewer(sessions.session_viewer, token, now)


async def bearer_viewer(token: str | None, now: dt.datetime | None = None) -> Viewer | None:
    """Who holds this bearer token, None when it is unknown, revoked or over. Raises Unavailable."""
    return await _viewer(sessions.bearer_viewer, token, now)


async def letter_viewer(token: str, now: dt.datetime | None = None) -> Viewer | None:
    """Who holds this reminder's link, None when it is unknown or over. Raises Unavailable, Throttled."""
    return await _viewer(reading_links.viewer_of_link, token, now)


async def _viewer(find: Any, token: str | None, now: dt.datetime | None) -> Viewer | None:
    try:
        found: Viewer | None = await find(token, now or dt.datetime.now(dt.UTC))
    except Exception as error:
        if is_unavailable(error):
            raise Unavailable from error
        raise
    return found


def _reason(answer: Answer) -> BaseException:
    original = answer.raised[0]
    if original is not None and (isinstance(original, AbonentError) or "path" in answer.errors[0]):
        return original
    return BadRequest(answer.errors[0]["message"])


def _operation(path: Path) -> Operation:
    try:
        operation = _checked(path.read_text(encoding="utf-8"))
    except (GraphQLError, BrokenDocument) as error:
        raise BrokenDocument(f"{path}: {error}") from None
    assert operation.document.node is not None
    warm(SCHEMA, [operation.document.node])  # compiled at its first use: all at once would make every start wait
    return operation


@cache
def _checked(source: str) -> Operation:
    """Kept for the process: whoever starts once more has checked them already."""
    schema = SCHEMA._schema
    told = with_typenames(schema, parse(source))
    document = prepare(schema, print_ast(told), introspection=True)
    if document.errors:
        raise BrokenDocument("; ".join(error.message for error in document.errors))
    operations = [one for one in told.definitions if isinstance(one, OperationDefinitionNode)]
    if len(operations) != 1:
        raise BrokenDocument("a page's document has one operation")
    return Operation(document, shape_of(schema, told, operations[0]))
