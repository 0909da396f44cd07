"""The product's schema by plans from the first use, or by the reference."""

from collections.abc import Iterator
from contextlib import contextmanager

from graphql_plan import Settings, stats
from graphql_plan.cache import cache_of
from schema.build import SCHEMA
from schema.context import Context
from schema.execution import Answer, execute


@contextmanager
def compiling(enabled: bool) -> Iterator[None]:
    cache = cache_of(SCHEMA._schema)
    before, cache.settings = cache.settings, Settings(enabled=enabled, compile_after=0)
    try:
        yield
    finally:
        cache.settings = before


async def answered_by_both(text: str, context: Context, other: Context) -> Answer:
    """The answer, which is the same by both; `other` is an equal context for the second."""
    with compiling(False):
        reference = await execute(text, None, context)
    compiled_before = stats(SCHEMA)["compiled"]
    with compiling(True):
        answer = await execute(text, None, other)
    assert answer.body == reference.body or "humanCheck" in text, text  # whose task is drawn anew
    assert "BAD_REQUEST" in str(answer.errors) or stats(SCHEMA)["compiled"] == compiled_before + 1, text
    return answer
