"""Plans in the product: the setting, the pages' documents, and which of their parts are compiled."""

import re
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, OperationDefinitionNode, print_ast

from graphql_plan import explain, stats
from graphql_plan.cache import cache_of
from graphql_plan.fields import only_of
from schema import operations
from schema.build import SCHEMA, SHADOW_EVERY, compile_operations
from settings import Compiled


@pytest.fixture(autouse=True)
def as_before():
    yield
    compile_operations(Compiled.ON)


@pytest.fixture
def loaded():
    compile_operations(Compiled.ON)
    operations.load()
    return operations._operations


@pytest.mark.parametrize(("how", "enabled", "every"), [(Compiled.ON, True, 0), (Compiled.OFF, False, 0), (Compiled.SHADOW, True, SHADOW_EVERY)])
def test_the_setting_decides(how: Compiled, enabled: bool, every: int):
    compile_operations(how)
    chosen = cache_of(SCHEMA._schema).settings
    assert (chosen.enabled, chosen.shadow_every) == (enabled, every)


def test_the_pages_documents_are_compiled_at_their_first_use(loaded):
    cache = cache_of(SCHEMA._schema)
    for name, operation in loaded.items():
        known = [cache.own[id(one)] for one in operation.document.node.definitions if isinstance(one, OperationDefinitionNode)]
        assert [one.uses >= cache.settings.compile_after for one in known] == [True], name
    assert stats(SCHEMA)["plans"] == 0, "none at the start, which would wait for them"


def test_all_of_the_pages_documents_compile(loaded):
    """A change of ours, or of Strawberry's, that leaves the pages to the reference would be slow and otherwise unseen."""
    ways = {"attribute": 0, "its function": 0, "resolver": 0, "constant": 0}
    for name, operation in loaded.items():
        lines = explain(SCHEMA, anybodys(print_ast(operation.document.node)))
        assert not [line for line in lines if "reference:" in line or line.startswith("not executable")], name
        for line in lines:
            ways[next(way for way in ways if f": {way}" in line)] += 1
    assert ways["attribute"] > sum(ways.values()) / 2
    assert ways["its function"] > 10


def test_types_that_go_by_the_class_are_known_to(loaded):
    """By the steps of their functions, which each version of Python writes in its own way: 3.14 did, and every object took the long way."""
    kinds = [kind for kind in SCHEMA._schema.type_map.values() if isinstance(kind, GraphQLObjectType) and kind.is_type_of is not None]
    assert {"Account", "Charge", "Meter", "Reading"} <= {kind.name for kind in kinds}
    assert [kind.name for kind in kinds if only_of(kind.is_type_of) is None] == []


def test_rows_of_lists_are_read_ahead(loaded):
    """Without it a task would wait for each statement's charges and each dial's readings."""
    lines = explain(SCHEMA, (Path(__file__).parents[2] / "benchmarks/peers/history.graphql").read_text(encoding="utf-8").replace("ID!", "ID"))
    assert "Account.statements: its function with its info, guarded; begins nodes.charges" in lines
    assert "Account.meters: its function with its info; begins registers.history" in lines


def anybodys(text: str) -> str:
    """The document with no variable needed."""
    return re.sub(r"(\$\w+: [\w\[\]!]+)!", r"\1", text)
