"""One operation by the reference and by a plan: everything that may be told apart."""

import asyncio
import gc
import warnings
from typing import Any

import strawberry
from graphql import DocumentNode, GraphQLError, execute, parse, validate
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graphql_plan import CompiledExecutor


def valid(schema: strawberry.Schema, text: str) -> DocumentNode | None:
    node = parse(text)
    return None if validate(schema._schema, node) else node


async def told(schema: strawberry.Schema, node: DocumentNode, variables: dict[str, Any], context: Any, root: Any, *, compiled: bool) -> Any:
    """Data with its order, errors with all they say, and what the resolvers noted."""
    result = execute(
        schema._schema,
        node,
        root,
        context,
        variables,
        executor_class=CompiledExecutor if compiled else StrawberryGraphQLCoreExecutionContext,
        is_awaitable=optimized_is_awaitable,
    )
    if optimized_is_awaitable(result):
        result = await result
    await _quiet()
    return repr(result.data), [_error(one) for one in result.errors or ()], list(getattr(context, "calls", ()))


async def _quiet() -> None:
    """Let abandoned work end, and what it abandoned in its turn, so that its calls are counted too."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others, timeout=5)


def _error(error: GraphQLError) -> Any:
    return error.message, error.path, error.locations, error.extensions, type(error.original_error).__name__


def quietly() -> Any:
    """Work abandoned after a null is never awaited, by the reference either. Python cannot say so where the collector comes while a path (a named
    tuple, which has no builtins) is made, and complains of that instead: so it comes when it is called."""
    gc.disable()
    caught = warnings.catch_warnings()
    caught.__enter__()
    warnings.simplefilter("ignore")

    def end() -> None:
        gc.collect()
        gc.enable()
        caught.__exit__(None, None, None)

    return end
