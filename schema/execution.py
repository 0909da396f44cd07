"""Running a document: limits first, then graphql-core over Strawberry's types, then errors as machines and people can read them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLError
from graphql import execute as execute_document
from strawberry.execution import optimized_is_awaitable

from adapters.logs import log
from adapters.texts import gettext
from graphql_plan import CompiledExecutor
from models.availability import is_unavailable
from models.errors import AbonentError, BadRequest, Forbidden, NotFound, SignInRequired, Throttled, Unavailable, WrongSpan
from models.stages import EXECUTE, PREPARE, stage
from resolvers import gate
from schema import ids
from schema.build import SCHEMA
from schema.context import Context
from schema.limits import MOST_COST, Document, prepared, refuse_odd_text
from schema.problems import N_, sentence

RETRY_AFTER = 5  # seconds, where nothing better is known
CODES: dict[type[AbonentError], tuple[str, str]] = {  # code, and the sentence for people
    NotFound: ("NOT_FOUND", N_("There is nothing here, or it is not yours to see.")),
    Forbidden: ("FORBIDDEN", N_("You may not do this.")),
    SignInRequired: ("SIGN_IN_REQUIRED", N_("Please sign in.")),
    Throttled: ("THROTTLED", N_("Too many attempts. Please wait a little.")),
    Unavailable: ("UNAVAILABLE", N_("The service cannot answer right now. Please try again in a moment.")),
}
INTERNAL = N_("Something went wrong on our side. The number of the error is %(number)s.")


@dataclass(slots=True)
class Answer:
    """`data` as GraphQL serialises it; `raised` are the exceptions behind `errors`, in the same order."""

    data: dict[str, Any] | None
    errors: list[dict[str, Any]] = field(default_factory=list)
    raised: list[BaseException | None] = field(default_factory=list)
    cost: int | None = None

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = {"data": self.data}
        if self.errors:
            found["errors"] = self.errors
        if self.cost is not None:
            found["extensions"] = {"cost": {"requested": self.cost, "limit": MOST_COST}}
        return found


async def execute(asked: str | Document, variables: Mapping[str, Any] | None, context: Context, operation: str | None = None) -> Answer:
    """Run a document. One that is prepared already, a page's own, is not held to the cost limit."""
    with stage(PREPARE):
        document = asked if isinstance(asked, Document) else _strangers(asked, context)
        refusal = _refusal(document, variables, operation)
    if refusal is not None:
        return refusal
    cost = None if document is asked or document.plan is None else document.plan.cost(operation, variables)
    if cost is not None and cost > MOST_COST:
        return _too_expensive(cost)
    if not ids.is_loaded():
        try:
            await ids.load()
        except Exception as error:  # noqa: BLE001 - the same answer as for any other read
            return _answer(None, [GraphQLError(str(error), original_error=error)])
    context.loaders.attributes = document.attributes
    async with gate.evenly():
        with stage(EXECUTE):
            result = await _executed(document.node, context, variables, operation)
    context.loaders.forget()
    answer = _answer(result.data, result.errors or [])
    answer.cost = cost
    return answer


def _strangers(text: str, context: Context) -> Document:
    return prepared(SCHEMA._schema, text, introspection=context.viewer is not None and not context.viewer.is_guest)


async def _executed(node: DocumentNode | None, context: Context, variables: Mapping[str, Any] | None, operation: str | None) -> ExecutionResult:
    """What Strawberry's own `execute` comes to without extensions, and a prepared document needs none: graphql-core with Strawberry's types."""
    assert node is not None
    try:
        found = execute_document(
            SCHEMA._schema,
            node,
            context_value=context,
            variable_values=dict(variables or {}),
            operation_name=operation,
            executor_class=CompiledExecutor,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
            operation_extensions=None,
        )
        return await found if optimized_is_awaitable(found) else found  # type: ignore[return-value, misc]
    except Exception as error:  # noqa: BLE001 - as Strawberry does
        return ExecutionResult(None, [GraphQLError(str(error), original_error=error)])


def _refusal(document: Document, variables: Mapping[str, Any] | None, operation: str | None) -> Answer | None:
    if document.errors:
        return _answer(None, document.errors)
    assert document.plan is not None
    if not document.plan.operations or (operation is not None and operation not in document.plan.operations):
        return _answer(None, [GraphQLError("The document has no such operation.")])
    if operation is None and len(document.plan.operations) > 1:
        return _answer(None, [GraphQLError("The document has several operations: `operationName` must choose one.")])
    try:
        refuse_odd_text(dict(variables or {}))
    except BadRequest as error:
        return _answer(None, [GraphQLError(str(error))])
    return None


def _too_expensive(cost: int) -> Answer:
    refusal = _answer(None, [GraphQLError(f"This request costs {cost} points; at most {MOST_COST} are allowed.")], code="TOO_EXPENSIVE")
    refusal.cost = cost
    return refusal


def _answer(data: dict[str, Any] | None, errors: Sequence[GraphQLError], code: str = "BAD_REQUEST") -> Answer:
    answer = Answer(data)
    for error in errors:
        answer.errors.append(_formatted(error, code))
        answer.raised.append(reason(error))
    return answer


def _formatted(error: GraphQLError, code: str) -> dict[str, Any]:
    original = reason(error)
    code, message = _said(error, original, code)
    retry = _retry_after(original) if isinstance(original, AbonentError) else None
    found: dict[str, Any] = {"message": message, "extensions": {"code": code, "retryable": retry is not None}}
    if isinstance(original, WrongSpan):
        found["extensions"]["problems"] = [{"code": one.code.name, "path": list(one.path), "message": sentence(one)} for one in original.problems]
    if retry is not None:
        found["extensions"]["retryAfterSeconds"] = retry
    if error.locations and original is None:
        found["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        found["path"] = error.path
    return found


def _said(error: GraphQLError, original: BaseException | None, code: str) -> tuple[str, str]:
    """The error's code and words."""
    if isinstance(original, WrongSpan):
        return code, sentence(original.problems[0])
    if isinstance(original, BadRequest):
        return code, str(original)
    if isinstance(original, AbonentError) and type(original) in CODES:
        code, words = CODES[type(original)]
        return code, gettext(words)
    if original is not None and error.path is not None:
        return "INTERNAL", gettext(INTERNAL, number=_logged(original))
    return code, error.message


def reason(error: GraphQLError) -> BaseException | None:
    """What stands behind a GraphQL error; whatever a database says that cannot answer is Unavailable."""
    original: BaseException | None = error
    while isinstance(original, GraphQLError):
        original = original.original_error
    return Unavailable() if is_unavailable(original) else original


def _retry_after(error: AbonentError) -> int | None:
    if isinstance(error, Throttled):
        return error.retry_after_seconds
    return RETRY_AFTER if isinstance(error, Unavailable) else None


def _logged(error: BaseException) -> str:
    """Write the fault to the log and give its number, which the reader can tell us."""
    number = secrets.token_hex(4)
    log("abonent.schema").error("graphql.fault", error_id=number, exc_info=error)
    return number
