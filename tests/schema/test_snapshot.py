"""The contract as published: schema/schema.graphql."""

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLScalarType, GraphQLUnionType

from schema.build import SCHEMA
from schema.snapshot import SNAPSHOT, text

TYPES = {name: kind for name, kind in SCHEMA._schema.type_map.items() if not name.startswith("__")}


def test_the_snapshot_is_the_schema():
    assert SNAPSHOT.read_text(encoding="utf-8") == text(), "the schema changed: `make schema` writes the snapshot anew"


def test_everything_is_described():
    missing = []
    for name, kind in TYPES.items():
        standard = isinstance(kind, GraphQLScalarType) and name in ("String", "Int", "Boolean", "ID")
        missing += [] if standard or kind.description else [name]
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            missing += [f"{name}.{field}" for field, one in kind.fields.items() if not one.description]
        if isinstance(kind, GraphQLEnumType):
            missing += [f"{name}.{value}" for value, one in kind.values.items() if not one.description]
    assert missing == []


def test_no_inexact_numbers():
    assert not {"Float", "Decimal"} & set(TYPES)


def test_outcomes_of_mutations_are_unions_or_done():
    for name, field in SCHEMA._schema.mutation_type.fields.items():
        kind = getattr(field.type, "of_type", field.type)
        assert isinstance(kind, GraphQLUnionType) or kind.name == f"{name[0].upper()}{name[1:]}Done"


def test_every_argument_is_described():
    bare = [
        f"{kind.name}.{field}({name})"
        for kind in SCHEMA._schema.type_map.values()
        if hasattr(kind, "fields") and not kind.name.startswith("__")
        for field, defined in kind.fields.items()
        for name, argument in getattr(defined, "args", {}).items()
        if not argument.description
    ]
    assert bare == []
