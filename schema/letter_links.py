"""What a reminder's link opens, in one list: the rest is closed to it, also what is added later. The policies hold besides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLNonNull, GraphQLSchema

from models.errors import Forbidden, NotFound
from schema.context import Context
from schema.policies import POLICIES, Policy

OPEN: dict[str, frozenset[str]] = {
    name: frozenset(fields.split())
    for name, fields in {
        "Query": "account accounts",
        "Mutation": "submitReadings parseReadings",
        "Account": "id number kind organization address may readingWindow readingForm meters",
        "Meter": "id inlet place resource serial state verificationDueOn verificationDueSoon verificationOverdue refusal registers",
        "MeterRegister": "id meter zone unit integerDigits fractionDigits previousReading currentReading refusedReading",
        "Reading": "id value display takenOn submittedAt source sourceLabel state reason isLate period receiptNumber checkCode previous consumption register",
    }.items()
}


def close_others(schema: GraphQLSchema) -> None:
    """Fields of these types that are not in the list are null for a link, or forbidden where they cannot be; roots are as if there were nothing."""
    for name, open_fields in OPEN.items():
        for field_name, field in schema.type_map[name].fields.items():  # type: ignore[attr-defined]
            if field_name not in open_fields and POLICIES[name][field_name] is not Policy.PUBLIC:
                field.resolve = _closed(field.resolve, _answer(name, isinstance(field.type, GraphQLNonNull)))


def _answer(name: str, needed: bool) -> Exception | None:
    if name == "Query":
        return NotFound("nothing with this id")
    return Forbidden("a letter's link") if needed else None


def _closed(resolve: Callable[..., Any] | None, answer: Exception | None) -> Callable[..., Any]:
    assert resolve is not None

    def closed(root: Any, info: Any, **arguments: Any) -> Any:
        viewer = info.context.viewer
        if viewer is None or not viewer.is_letter:
            return resolve(root, info, **arguments)
        if answer is not None:
            raise type(answer)(*answer.args)
        return None

    closed.plan_guard = (_is_no_letter, resolve)  # type: ignore[attr-defined]  # for compiled operations: the same without the call
    return closed


def _is_no_letter(_root: Any, context: Context) -> bool:
    return context.viewer is None or not context.viewer.is_letter
