"""What of an operation is compiled, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry
from graphql import parse
from graphql.execution.collect_fields import collect_fields
from strawberry.execution import optimized_is_awaitable

from graphql_plan.cache import Cache, _booleans, cache_of
from graphql_plan.executor import CompiledExecutor
from graphql_plan.plan import Plan, Uncompiled, is_abstract


def explain(schema: strawberry.Schema, text: str, variables: Mapping[str, Any] | None = None, operation: str | None = None) -> list[str]:
    """One line for each selected field: how its value is got, and by whom it is completed. Nothing is executed or kept."""
    x = CompiledExecutor.build(
        schema._schema,
        parse(text),
        raw_variable_values=dict(variables or {}),
        operation_name=operation,
        is_awaitable=optimized_is_awaitable,
    )
    if isinstance(x, list):
        return [f"not executable: {error.message}" for error in x]
    assert isinstance(x, CompiledExecutor)
    root = schema._schema.get_root_type(x.operation.operation)
    if root is None:
        return ["not executable: no such root"]
    grouped = collect_fields(x.schema, x.fragments, x.variable_values, root, x.operation, x.hide_suggestions).grouped_field_set
    try:
        _booleans(x)
        plan = Plan(Cache(cache_of(schema._schema).settings), x, root, grouped)
    except (Uncompiled, LookupError) as why:
        return [f"the whole operation by the reference: {why}"]
    return [_line(one) for one in plan.fields] + [f"by the reference: {why}" for why in plan.failures]


_HOW = {"direct": "its function", "informed": "its function with its info", "resolver": "resolver", "typename": "constant"}


def _line(one: Any) -> str:
    how = f"attribute {one.way.attribute}" if one.way.kind == "attribute" else _HOW[one.way.kind]
    guarded = ", guarded" if one.way.guards else ""
    begun = "".join(f"; begins {'.'.join([*path, child.key])}" for path, child in one.ahead)
    return f"{one.parent.name}.{one.key}: {how}{guarded}{'; its type is found by the reference' if is_abstract(one) else ''}{begun}"
