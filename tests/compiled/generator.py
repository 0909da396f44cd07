"""Random valid operations over any schema: aliases, fragments, type conditions, @skip and @include, arguments and variables."""

import json
import random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
)

LEAVES = {"String": ('"a"', '""'), "Int": ("1", "2", "3", "4"), "Float": ("1.5",), "Boolean": ("true", "false"), "ID": ('"1"',), "Whole": ("3",)}


class Generator:
    """One operation after another from a seed. `values` gives literals by field and argument (`thing.number`), argument, or scalar, before LEAVES;
    `favoured` fields come more often."""

    def __init__(
        self, schema: GraphQLSchema, seed: int, values: dict[str, tuple[str, ...]] | None = None, depth: int = 4, favoured: tuple[str, ...] = ()
    ) -> None:
        self.schema, self.random = schema, random.Random(seed)  # noqa: S311 - no secret
        self.values, self.depth, self.favoured = LEAVES | (values or {}), depth, favoured

    def operation(self, *, mutation: bool = False) -> tuple[str, dict[str, Any]]:
        self.fragments: list[str] = []
        self.variables: dict[str, Any] = {}
        self.declared: dict[str, str] = {}
        root = self.schema.mutation_type if mutation else self.schema.query_type
        assert root is not None
        body = self._selection(root, self.depth, root=True)
        declared = ", ".join(f"${name}: {kind}" for name, kind in self.declared.items())
        return f"{'mutation' if mutation else 'query'} Op{f'({declared})' if declared else ''} {body}\n" + "\n".join(self.fragments), self.variables

    def _selection(self, kind: Any, depth: int, *, root: bool = False) -> str:
        parts = []
        for _ in range(self.random.randint(1, 3 if root else 5)):
            draw = self.random.random()
            if is_abstract_type(kind) and draw < 0.7:
                parts.append(self._fragment(self.random.choice(self.schema.get_possible_types(kind)), depth))
            elif draw < 0.1 and depth and not root:
                parts.append(self._fragment(kind, depth))
            elif draw < 0.15:
                parts.append(f"{self._alias()}__typename")
            else:
                parts.append(self._field(kind, depth))
        return "{ " + " ".join(part for part in parts if part) + " __typename }"

    def _fragment(self, kind: Any, depth: int) -> str:
        body = self._selection(kind, depth - 1)
        if self.random.random() < 0.5:
            return f"... on {kind.name}{self._condition()} {body}"
        name = f"f{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {kind.name} {body}")
        return f"...{name}{self._condition()}"

    def _field(self, kind: Any, depth: int) -> str:
        if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            return "__typename"
        names = [name for name, one in kind.fields.items() if depth > 0 or is_leaf_type(get_named_type(one.type))]
        if not names:
            return "__typename"
        favoured = [name for name in names if name in self.favoured]
        name = self.random.choice(favoured if favoured and self.random.random() < 0.3 else names)
        field = kind.fields[name]
        valued = ((key, f"{name}.{key}" if f"{name}.{key}" in self.values else key) for key, one in field.args.items() if self._wanted(one))
        arguments = [f"{key}: {self._argument(field.args[key].type, known)}" for key, known in valued]
        text = f"{self._alias(bool(arguments))}{name}{'(' + ', '.join(arguments) + ')' if arguments else ''}{self._condition()}"
        inner = get_named_type(field.type)
        return text if is_leaf_type(inner) else f"{text} {self._selection(inner, depth - 1)}"

    def _wanted(self, argument: Any) -> bool:
        return isinstance(argument.type, GraphQLNonNull) or self.random.random() < 0.4

    def _alias(self, needed: bool = False) -> str:
        return f"a{self.random.randint(0, 10**6)}: " if needed or self.random.random() < 0.2 else ""

    def _condition(self) -> str:
        if self.random.random() > 0.08:
            return ""
        name = f"v{self.random.randint(0, 3)}"
        chosen = self.random.choice(("true", "false"))
        if self.random.random() < 0.7:
            self.variables.setdefault(name, self.random.random() < 0.5)
            self.declared[name], chosen = "Boolean!", f"${name}"
        return f" @{self.random.choice(('skip', 'include'))}(if: {chosen})"

    def _argument(self, kind: Any, name: str) -> str:
        """A literal, or a variable: of the same value, of another one or none by default, null, left out, now and then of a wrong value."""
        if get_named_type(kind).name == "Text" and self.random.random() < 0.5:
            return self._composed()
        if not isinstance(get_nullable_type(kind), GraphQLScalarType | GraphQLEnumType) or self.random.random() > 0.25:
            return self._value(kind, name)
        variable = f"w{len(self.declared)}"
        default = self._value(kind, name) if self.random.random() < 0.2 else None
        self.declared[variable] = str(kind) if default is None else f"{kind} = {default}"
        if (isinstance(kind, GraphQLNonNull) and default is None) or self.random.random() < 0.8:
            self.variables[variable] = self._given(kind, name)
        return f"${variable}"

    def _composed(self) -> str:
        """A literal that holds a variable, for a scalar that takes anything."""
        variable = f"w{len(self.declared)}"
        self.declared[variable], self.variables[variable] = "Int", self.random.randint(1, 3)
        return self.random.choice(("{a: $%s}", "[$%s, 2]")) % variable

    def _given(self, kind: Any, name: str) -> Any:
        draw = self.random.random()
        if draw < 0.1 and not isinstance(kind, GraphQLNonNull):
            return None
        value = self._value(kind, name)
        return {"wrong": 1} if draw > 0.98 else value if isinstance(get_nullable_type(kind), GraphQLEnumType) else json.loads(value)

    def _value(self, kind: Any, name: str) -> str:
        if isinstance(kind, GraphQLNonNull):
            return self._value(kind.of_type, name)
        if name in self.values and is_leaf_type(kind):
            return self.random.choice(self.values[name])
        if isinstance(kind, GraphQLList):
            return "[" + ", ".join(self._value(kind.of_type, name) for _ in range(self.random.randint(0, 2))) + "]"
        if isinstance(kind, GraphQLEnumType):
            return self.random.choice(list(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            wanted = [key for key, one in kind.fields.items() if self._wanted(one)]
            return "{" + ", ".join(f"{key}: {self._value(kind.fields[key].type, key)}" for key in wanted) + "}"
        return self.random.choice(self.values.get(kind.name, ('"1"',)))
