"""One operation by the reference and by a plan: everything that may be told apart."""

import asyncio
import gc
import logging
import warnings
from typing import Any

import strawberry
from graphql import DocumentNode, Executor, GraphQLError, execute, parse, validate
from strawberry.execution import optimized_is_awaitable

TURNS = 4  # of the loop: more than anything waits before it begins


def valid(schema: strawberry.Schema, text: str) -> DocumentNode | None:
    node = parse(text)
    return None if validate(schema._schema, node) else node


async def told(schema: strawberry.Schema, node: DocumentNode, variables: dict[str, Any], context: Any, root: Any, by: type[Executor[Any]]) -> Any:
    """Data with its order, errors with all they say, and what the resolvers noted."""
    result = execute(schema._schema, node, root, context, variables, executor_class=by, is_awaitable=optimized_is_awaitable)
    if optimized_is_awaitable(result):
        result = await result
    await ended()
    return repr(result.data), [error_of(one, result.data) for one in result.errors or ()], list(getattr(context, "calls", ()))


def as_answered(one: Any, other: Any) -> bool:
    """The same but for what GraphQL leaves to the time that each resolver takes: the order of what branches side by side say and call; and beneath a null
    that an error left behind, how far the abandoned branches had come, and which of several errors was the first to leave it."""
    return bool(_in_the_end(one) == _in_the_end(other))


def _in_the_end(told: Any) -> Any:
    data, errors, calls = told
    abandoned = abandoned_by(told)
    own = sorted(repr(error) for error in errors if error[-1] not in abandoned)
    kept = sorted(repr(call) for call in calls if call[0] != "batch" and not any(call[2][: len(at)] == at != call[2] for at in abandoned))
    asked = sorted(repr(key) for call in calls if call[0] == "batch" for key in call[1]) if not abandoned else None
    return data, own, sorted(map(repr, abandoned)), kept, asked


def abandoned_by(told: Any) -> set[tuple[Any, ...]]:
    """The places that are null because of an error beneath."""
    return {at for _, path, *_, at in told[1] if at != tuple(path or ())}


async def ended() -> None:
    """Let abandoned work end, and what it abandoned in its turn, so that its calls are counted too. A loader that was asked is no task yet for two turns."""
    while True:
        for _ in range(TURNS):
            await asyncio.sleep(0)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if not others:
            return
        await asyncio.wait(others, timeout=5)


def error_of(error: GraphQLError, data: Any) -> Any:
    """All that an error says, and which place of the answer it left null."""
    return error.message, error.path, error.locations, error.extensions, type(error.original_error).__name__, _null(data, error.path or [])


def _null(data: Any, path: list[Any]) -> tuple[Any, ...]:
    for depth, step in enumerate(path):
        if data is None:
            return tuple(path[:depth])
        try:
            data = data[step]
        except (LookupError, TypeError):
            return ("nowhere", *path)
    return tuple(path) if data is None else ("not null", *path)


def quietly() -> Any:
    """Work abandoned after a null is never awaited, by the reference either. Python cannot say so where the collector comes while a path (a named
    tuple, which has no builtins) is made, and complains of that instead: so it comes when it is called."""
    gc.disable()
    gc.freeze()  # what is loaded need not be walked through again and again
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # nor is what it would have been told
    caught = warnings.catch_warnings()
    caught.__enter__()
    warnings.simplefilter("ignore")

    def end() -> None:
        gc.unfreeze()
        gc.collect()
        gc.enable()
        logging.getLogger("asyncio").setLevel(logging.NOTSET)
        caught.__exit__(None, None, None)

    return end
