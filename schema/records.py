"""From GraphQL's dictionaries to the records that templates read: attributes only, scalars parsed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    visit,
)

from models.money import Currency, Money
from models.period import Period
from models.quantity import Quantity, micro_units

Shape = Callable[[Any], Any]
TYPENAME = "__typename"


class Record:
    """What an operation selected: the attributes are the document's names (and aliases)."""

    __slots__: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]


def with_typenames(schema: GraphQLSchema, document: DocumentNode) -> DocumentNode:
    """Ask for `__typename` wherever the type is not known beforehand."""
    info = TypeInfo(schema)

    class Adding(Visitor):
        def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> Any:
            if not is_abstract_type(info.get_parent_type()):
                return None
            if any(isinstance(one, FieldNode) and one.name.value == TYPENAME for one in node.selections):
                return None
            return SelectionSetNode(selections=(FieldNode(name=NameNode(value=TYPENAME)), *node.selections))

    added: DocumentNode = visit(document, TypeInfoVisitor(info, Adding()))
    return added


def shape_of(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Shape:
    """What turns an answer's `data` into a record; made once for each document."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    return _Shaper(schema, fragments).composite(schema.get_root_type(operation.operation), [operation.selection_set])


class _Shaper:
    def __init__(self, schema: GraphQLSchema, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._schema, self._fragments = schema, fragments

    def composite(self, kind: Any, sets: list[SelectionSetNode]) -> Shape:
        if isinstance(kind, GraphQLObjectType):
            return self._object(kind, sets)
        shapes = {one.name: self._object(one, sets) for one in self._schema.get_possible_types(kind)}
        return lambda data: None if data is None else shapes[data[TYPENAME]](data)

    def _object(self, kind: GraphQLObjectType, sets: list[SelectionSetNode]) -> Shape:
        nodes: dict[str, list[FieldNode]] = {}
        for one in sets:
            self._collect(kind, one, nodes)
        value = _value_type(kind, nodes)
        if value is not None:
            return value
        shapes = [(key, _attribute(key), self._field(kind, found)) for key, found in nodes.items()]
        record = type(kind.name, (Record,), {"__slots__": tuple(dict.fromkeys(name for _, name, _ in shapes))})
        return _maker(record, shapes)

    def _collect(self, kind: GraphQLObjectType, selections: SelectionSetNode, nodes: dict[str, list[FieldNode]]) -> None:
        for one in selections.selections:
            if isinstance(one, FieldNode):
                nodes.setdefault((one.alias or one.name).value, []).append(one)
                continue
            if isinstance(one, FragmentSpreadNode):
                fragment = self._fragments[one.name.value]
                condition: NamedTypeNode | None = fragment.type_condition
                inner = fragment.selection_set
            else:
                assert isinstance(one, InlineFragmentNode)
                condition, inner = one.type_condition, one.selection_set
            if condition is None or self._fits(kind, condition.name.value):
                self._collect(kind, inner, nodes)

    def _fits(self, kind: GraphQLObjectType, name: str) -> bool:
        condition = self._schema.get_type(name)
        return condition is kind or (is_abstract_type(condition) and self._schema.is_sub_type(condition, kind))

    def _field(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Shape | None:
        name = nodes[0].name.value
        if name == TYPENAME:
            return None
        of = kind.fields[name].type
        named = get_named_type(of)
        inner: Shape | None
        if is_composite_type(named):
            inner = self.composite(named, [node.selection_set for node in nodes if node.selection_set is not None])
        else:
            inner = _SCALARS.get(named.name)
        return _wrapped(of, inner)


def _attribute(key: str) -> str:
    return "typename" if key == TYPENAME else key


def _maker(record: type[Record], shapes: list[tuple[str, str, Shape | None]]) -> Shape:
    def make(data: Any) -> Any:
        if data is None:
            return None
        made = record()
        for key, name, shape in shapes:
            value = data.get(key)  # absent where @skip or @include left it out
            setattr(made, name, value if shape is None or value is None else shape(value))
        return made

    return make


def _wrapped(of: Any, inner: Shape | None) -> Shape | None:
    if isinstance(of, GraphQLNonNull):
        return _wrapped(of.of_type, inner)
    if isinstance(of, GraphQLList):
        each = _wrapped(of.of_type, inner)
        if each is None:
            return None
        return lambda values: [None if value is None else each(value) for value in values]
    return inner


def _value_type(kind: GraphQLObjectType, nodes: dict[str, list[FieldNode]]) -> Shape | None:
    """Money and Quantity, selected whole, come as what they are."""
    if kind.name == "Money" and set(nodes) == {"amount", "currency"}:
        return lambda data: None if data is None else Money.parse(data["amount"], Currency(data["currency"]))
    if kind.name == "Quantity" and set(nodes) == {"value", "unit"}:
        return lambda data: None if data is None else _quantity(data["value"], data["unit"])
    return None


def _quantity(value: str, unit: str) -> Quantity:
    return Quantity(micro_units(value), unit, len(value.partition(".")[2]))


_SCALARS: dict[str, Shape] = {
    "Period": lambda text: Period.of(dt.date.fromisoformat(f"{text}-01")),
    "Date": dt.date.fromisoformat,
    "DateTime": dt.datetime.fromisoformat,
}
