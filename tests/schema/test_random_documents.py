"""Random valid documents for every kind of viewer: any answer is right but a fault of ours."""

import random

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
)

from schema import ids
from schema.build import SCHEMA
from schema.context import Context
from schema.execution import execute
from schema.limits import prepare
from tests import factories as make
from tests.schema.world import EVERYBODY, World, built

GRAPH = SCHEMA._schema
TEXTS = ["", " ", "vodokanal", "teploset", "02015213", "%", "'", '\\"', "1;DROP TABLE reading", "ё" * 50, "\\u202e", "x" * 300, "😀", "2026-13", "-0"]
FIRST, COUNT = 0, 200
CODES = {"NOT_FOUND", "FORBIDDEN", "SIGN_IN_REQUIRED", "BAD_REQUEST", "TOO_EXPENSIVE", "THROTTLED"}


class Writer:
    """Writes one document from a seed."""

    def __init__(self, world: World, seed: int) -> None:
        self.random, self.world = random.Random(seed), world  # noqa: S311 - not a secret
        self.names = 0

    def document(self) -> str:
        mutation = self.random.random() < 0.2
        root = GRAPH.mutation_type if mutation else GRAPH.query_type
        return f"{'mutation' if mutation else 'query'} {self.selections(root, 0)}"

    def selections(self, kind, depth: int) -> str:
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            members = self.random.sample(GRAPH.get_possible_types(kind), k=min(3, len(GRAPH.get_possible_types(kind))))
            return "{ __typename " + " ".join(f"... on {one.name} {self.selections(one, depth)}" for one in members) + " }"
        fields = [name for name, field in kind.fields.items() if depth < 7 or not is_composite_type(get_named_type(field.type))]
        chosen = self.random.sample(fields, k=min(len(fields), self.random.randint(1, 4 if depth else 3))) or ["__typename"]
        return "{ " + " ".join(self.field(kind, name, depth) for name in chosen) + " }"

    def field(self, kind, name: str, depth: int) -> str:
        if name == "__typename":
            return name
        self.names += 1
        field = kind.fields[name]
        given = [
            f"{argument}: {self.value(one.type)}" for argument, one in field.args.items() if isinstance(one.type, GraphQLNonNull) or self.random.random() < 0.4
        ]
        inner = self.selections(get_named_type(field.type), depth + 1) if is_composite_type(get_named_type(field.type)) else ""
        return f"f{self.names}: {name}{'(' + ', '.join(given) + ')' if given else ''} {inner}"

    def value(self, kind) -> str:
        if isinstance(kind, GraphQLNonNull):
            return self.value(kind.of_type)
        if isinstance(kind, GraphQLList):
            return "[" + ", ".join(self.value(kind.of_type) for _ in range(self.random.randint(0, 3))) + "]"
        if isinstance(kind, GraphQLEnumType):
            return self.random.choice(list(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            return "{" + ", ".join(f"{name}: {self.value(one.type)}" for name, one in kind.fields.items()) + "}"
        return self.scalar(kind.name)

    def scalar(self, name: str) -> str:
        choose = self.random.choice
        if name == "ID":
            return f'"{choose([*self.world.ids.values(), ids.encode("acc", 10**18), "acc_x", ""])}"'
        known = {
            "Int": lambda: str(choose([1, 2, 5, 0, -1, 100, 101, 2**31 - 1])), "Boolean": lambda: choose(["true", "false"]),
            "Period": lambda: f'"{choose(["2026-08", "2026-10", "1990-01", "2199-12"])}"', "Date": lambda: f'"{choose(["2026-11-20", "1990-01-01", "2199-12-31"])}"',
        }  # fmt: skip
        return known.get(name, lambda: f'"{choose(TEXTS) or "1"}"')()


@pytest.fixture
async def world(database) -> World:
    return await built()


async def test_random_documents_have_no_fault(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("resolvers.sessions.passwords._verified", lambda *_: False)  # two thirds of the time would be Argon2's
    executed = 0
    for seed in range(FIRST, FIRST + COUNT):
        text = Writer(world, seed).document()
        answer = await execute(
            prepare(SCHEMA._schema, text, introspection=True), None, Context(world.viewers[EVERYBODY[seed % len(EVERYBODY)]], make.NOW, make.TODAY)
        )
        codes = {error["extensions"]["code"] for error in answer.errors}
        assert codes <= CODES, (seed, text, answer.errors)
        executed += answer.data is not None
    assert executed > COUNT / 3, "most documents should be executed"
