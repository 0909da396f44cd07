"""What a document may be, and what it costs."""

import time

import pytest

from schema import costs, limits, operations
from schema.build import SCHEMA
from schema.context import Context
from schema.execution import execute
from schema.limits import prepared
from tests import factories as make

GRAPH = SCHEMA._schema


def errors_of(text: str) -> list[str]:
    return [error.message for error in prepared(GRAPH, text, introspection=False).errors]


def cost_of(text: str, **variables) -> int:
    document = prepared(GRAPH, text, introspection=False)
    assert not document.errors, document.errors
    return document.plan.cost(None, variables)


def test_a_document_is_prepared_once():
    text = "{ viewer { kind } }  # once"
    first = prepared(GRAPH, text, introspection=False)
    assert prepared(GRAPH, text, introspection=False) is first
    assert prepared(GRAPH, text, introspection=True) is first  # it asks nothing about the schema
    for number in range(limits._KEPT + 5):
        prepared(GRAPH, f"{{ viewer {{ kind }} }} # {number}", introspection=False)
    assert len(limits._documents) == limits._KEPT


async def test_nothing_is_parsed_or_validated_again(database, monkeypatch):
    text = '{ organization(slug: "x") { name } } # kept'
    await execute(text, None, Context(None, make.NOW))
    for name in ("parse", "validate"):
        monkeypatch.setattr(limits, name, None)
        monkeypatch.setattr(f"strawberry.schema.schema.{name}", None)
    assert (await execute(text, None, Context(None, make.NOW))).data == {"organization": None}


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("{ viewer { kind } }", 1),
        ("{ accounts(first: 100) { nodes { number balance { amount } } } }", 101),
        ("{ accounts(first: 10) { nodes { statement { charges { amount { amount } service { name } } } } } }", 1 + 10 * (1 + 1 + 8)),
        ("{ accounts(first: 5) { edges { node { number } } } }", 6),
        ('{ account(id: "x") { meters { registers { lastReading { display } } } } }', 1 + 4 * 3),
        ("{ a: accounts(first: 5) { nodes { id } } b: accounts(first: 5) { nodes { id } } }", 12),
        ("{ ...A ...A } fragment A on Query { accounts(first: 5) { nodes { id } } }", 12),
        ("query ($n: Int = 7) { accounts(first: $n) { nodes { id } } }", 8),
        ("{ accounts(first: 1000000) { nodes { id } } }", 101),
    ],
)
def test_prices(text, points):
    assert cost_of(text) == points


def test_prices_with_variables():
    text = "query ($n: Int!) { accounts(first: $n) { nodes { statements(first: $n) { nodes { period } } } } }"
    assert cost_of(text, n=3) == 1 + 3 * (1 + 1 + 3)
    assert cost_of(text, n=-5) == cost_of(text, n=1)
    assert cost_of(text, n="many") == cost_of(text, n=100) == cost_of(text)


async def test_too_expensive_is_not_run(database):
    text = "{ accounts(first: 100) { nodes { statement { charges { id } } } } }"
    answer = await execute(text, None, Context(None, make.NOW))
    assert answer.errors[0]["extensions"]["code"] == "TOO_EXPENSIVE"
    assert answer.body["extensions"]["cost"] == {"requested": 1001, "limit": 550}
    assert (await execute("{ viewer { kind } }", None, Context(None, make.NOW))).body["extensions"]["cost"]["requested"] == 1


def test_too_deep_too_many():
    deep = "{ accounts(first: 1) { nodes " + "{ contract { recipients(first: 1) { nodes " * 4 + "{ id } " + "} } }" * 4 + "} }"
    assert "levels deep" in errors_of(deep)[0]
    assert "aliases" in errors_of("{" + " ".join(f"a{number}: viewer {{ kind }}" for number in range(costs.MOST_ALIASES + 1)) + "}")[0]
    assert "fields" in errors_of("{" + " viewer { kind }" * 501 + "}")[0]
    assert "directives" in errors_of("{ viewer { kind " + "@include(if: true) " * (costs.MOST_DIRECTIVES + 1) + "} }")[0]
    assert "tokens" in errors_of("{" + " viewer" * 4000 + "}")[0].lower()


@pytest.mark.parametrize("first", ["first: 1", "first: $n"])
def test_fragments_that_multiply_are_counted_and_not_walked(first):
    fragments = " ".join(f"fragment F{number} on Query {{ ...F{number + 1} ...F{number + 1} }}" for number in range(60))
    last = f"fragment F60 on Query {{ accounts({first}) {{ nodes {{ id }} }} }}"
    head = "query ($n: Int!)" if "$" in first else ""
    started = time.perf_counter()
    assert errors_of(f"{head} {{ ...F0 }} {fragments} {last}")
    assert time.perf_counter() - started < 2


def test_fragments_in_a_circle_are_refused():
    assert errors_of("{ ...A } fragment A on Query { ...B } fragment B on Query { viewer { kind } ...A }")
    assert errors_of("{ viewer { ...A } } fragment A on Viewer { kind ...A }")


async def test_first_is_between_1_and_100(database):
    for wrong in (0, -1, 101, 2**31 - 1):
        answer = await execute(f"{{ organizations(first: {wrong}) {{ nodes {{ id }} }} }}", None, Context(None, make.NOW))
        assert answer.errors[0]["extensions"]["code"] == "BAD_REQUEST", wrong


HEAVY = {
    "one field again and again": "{" + " viewer { kind }" * 490 + "}",
    "with arguments": "{" + ' organization(slug: "x") { name }' * 300 + "}",
    "nested": "{" + " accounts(first: 1) { nodes { statement { charges { id } } } }" * 150 + "}",
    "through fragments": "{" + " ...F" * 90 + " } fragment F on Query { viewer { kind scopes } }",
    "through many fragments": "{"
    + "".join(f" ...F{number}" for number in range(90))
    + " }"
    + "".join(f" fragment F{number} on Query {{ viewer {{ kind }} }}" for number in range(90)),
    "inline": "{ viewer {" + " ... on Viewer { kind }" * 450 + " } }",
}


@pytest.mark.parametrize("name", HEAVY)
def test_repetition_is_refused_before_it_is_compared(name):
    started = time.perf_counter()
    assert any("more than" in message for message in errors_of(HEAVY[name]))
    assert time.perf_counter() - started < 1


def test_each_operation_is_priced_by_its_own_defaults():
    """A second operation must not lend its small default to the first."""
    text = "query B($n: Int! = 100) { accounts(first: $n) { nodes { id } } } query A($n: Int! = 1) { accounts(first: $n) { nodes { id } } }"
    plan = prepared(GRAPH, text, introspection=False).plan
    assert plan.cost("B", {}) > 50 * plan.cost("A", {})


@pytest.mark.parametrize("text", ["{ accounts(first: %s) { nodes { id } } }", "query ($n: Int = %s) { viewer { kind } }"])
def test_a_number_without_end_is_an_error_of_the_document(text: str):
    assert errors_of(text % ("1" * 5000))


def test_introspection_is_limited_like_everything():
    flood = "{ __schema { types { " + " ".join(f"a{n}: fields {{ name }}" for n in range(480)) + " } } }"
    assert "aliases" in prepared(GRAPH, flood, introspection=True).errors[0].message


def test_the_usual_introspection_can_be_paid():
    from graphql import get_introspection_query

    document = prepared(GRAPH, get_introspection_query(), introspection=True)
    assert document.errors == ()
    assert document.plan.cost(None, {}) <= 550


def test_the_pages_documents_are_checked_once_and_kept_apart():
    limits._documents.clear()
    operations.load()
    first = operations._operations["statements/index"].document
    operations.load()
    assert operations._operations["statements/index"].document is first
    assert not limits._documents, "strangers' documents push none of them out"


def test_who_asks_nothing_about_the_schema_shares_a_document():
    """Whoever may ask that and whoever may not; one that does ask is not the same."""
    for text in ("{ agreement { version } __typename }", "{ __schema { types { name } } }", '{ a: __type(name: "Account") { name } }'):
        open_, closed = (prepared(GRAPH, text, introspection=may) for may in (True, False))
        assert open_.errors == ()
        assert (closed is open_) == ("agreement" in text)
        assert bool(closed.errors) == ("agreement" not in text)
