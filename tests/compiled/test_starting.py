"""How requests start: what is kept of a document, and what is left to the reference."""

import gc

import pytest
import strawberry
from graphql import execute, parse
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graphql_plan import CompiledExecutor, Settings, configure
from graphql_plan.cache import cache_of
from tests.compiled import nasty


@pytest.fixture
def schema() -> strawberry.Schema:
    built = nasty.built()
    configure(built, Settings(compile_after=1))
    return built


def answers(schema: strawberry.Schema, node, variables=None, name=None):
    """By a plan and by the reference."""

    def by(executor):
        found = execute(
            schema._schema, node, nasty.Root(), nasty.Context(nasty.CLEAN), variables, name, executor_class=executor, is_awaitable=optimized_is_awaitable
        )
        return found.data, [(error.message, error.locations) for error in found.errors or ()]

    return by(CompiledExecutor), by(StrawberryGraphQLCoreExecutionContext)


@pytest.mark.parametrize("text", ["{a: $v}", "[$v, 2]", "$v"])
def test_a_request_s_own_value_is_no_other_s(schema, text: str):
    """A scalar may make something plain of a literal that holds a variable."""
    node = parse(f"query ($v: {'Text' if text == '$v' else 'Int'}) {{ thing {{ said(text: {text}) }} }}")
    told = [answers(schema, node, {"v": value}) for value in (1, 2, None, 3, 1)]
    assert all(compiled == reference for compiled, reference in told)
    assert len({repr(compiled) for compiled, _ in told}) == 4


def test_a_document_has_several_operations(schema):
    node = parse("query A($n: Int = 2) { thing(number: $n) { number } } query B { thing(number: 3) { number } }")
    for name in ("A", "B", "C", None, "", ["A"], "A"):
        for variables in ({}, {"n": 4}, {"n": "x"}, {"n": None}, None):
            compiled, reference = answers(schema, node, variables, name)
            assert compiled == reference, (name, variables)


def test_starts_are_bounded_and_go_with_their_documents(schema):
    configure(schema, Settings(compile_after=1, max_plans=16))
    starts = cache_of(schema._schema).starts
    kept = [parse(f"query ($n: Int) {{ thing(number: $n) {{ n{number}: number }} }}") for number in range(40)]
    for _ in range(2):
        for node in kept:
            compiled, reference = answers(schema, node, {"n": 4})
            assert compiled == reference
    assert len(starts) == 16
    kept.clear()
    del node
    gc.collect()
    assert len(starts) == 0


def test_the_kill_switch_keeps_no_start(schema):
    configure(schema, Settings(enabled=False))
    compiled, reference = answers(schema, parse("{ thing { number } }"))
    assert compiled == reference
    assert len(cache_of(schema._schema).starts) == 0


def test_what_is_known_is_not_collected_again(schema, monkeypatch: pytest.MonkeyPatch):
    node = parse("query ($n: Int!) { thing(number: $n) { number } }")
    first = answers(schema, node, {"n": 4})
    for what in ("collect_fields", "get_variable_values"):
        monkeypatch.setattr(f"graphql.execution.executor.{what}", None)
    found = execute(
        schema._schema, node, nasty.Root(), nasty.Context(nasty.CLEAN), {"n": 4}, executor_class=CompiledExecutor, is_awaitable=optimized_is_awaitable
    )
    assert (found.data, found.errors) == (first[0][0], None)
