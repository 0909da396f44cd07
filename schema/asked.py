"""Which attributes of a read's rows a document asks for: the read then leaves out the columns of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import DocumentNode, FieldNode, GraphQLSchema, TypeInfo, TypeInfoVisitor, Visitor, is_abstract_type, visit
from strawberry.types.field import StrawberryField

from resolvers.charges import charges_pages
from resolvers.columns import Asked
from resolvers.reading_history import history_of_accounts, history_of_meters, history_of_registers
from resolvers.statements import charges_of, statements_pages

Attributes = Mapping[str, frozenset[str]]  # by the name of the type

KINDS: dict[Callable[..., Any], str] = {  # reads that take `asked`, and the type that is resolved from their rows
    charges_of: "Charge",
    charges_pages: "Charge",
    statements_pages: "Statement",
    history_of_accounts: "Reading",
    history_of_meters: "Reading",
    history_of_registers: "Reading",
}


def asked_in(schema: GraphQLSchema, document: DocumentNode) -> Attributes:
    """The attributes behind all fields of these types, wherever in the document they are selected."""
    found: dict[str, set[str]] = {kind: set() for kind in KINDS.values()}
    types = TypeInfo(schema)
    visit(document, TypeInfoVisitor(types, _Fields(schema, types, found)))
    return {kind: frozenset(attributes) for kind, attributes in found.items()}


def asked_of(read: Callable[..., Any], attributes: Attributes) -> dict[str, Asked]:
    """What the read is told beside its rows and arguments."""
    kind = KINDS.get(read)
    return {} if kind is None else {"asked": attributes.get(kind)}


class _Fields(Visitor):
    def __init__(self, schema: GraphQLSchema, types: TypeInfo, found: dict[str, set[str]]) -> None:
        super().__init__()
        self._schema, self._types, self._found = schema, types, found

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent: Any = self._types.get_parent_type()
        if parent is None or node.name.value.startswith("__"):
            return
        for kind in self._schema.get_possible_types(parent) if is_abstract_type(parent) else (parent,):
            if kind.name in self._found:
                self._found[kind.name].add(_attribute(kind.fields.get(node.name.value)))


def _attribute(definition: Any) -> str:
    for value in definition.extensions.values() if definition is not None else ():
        if isinstance(value, StrawberryField):
            return value.python_name
    return "?"  # nothing is called so: everything is read
