"""What a document costs before it runs: a point for each row that it may read, counted from its `first` arguments.

Value types cost nothing; a list without pages is priced by its usual size. Fragments and aliases count as often as they are executed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

MOST_DEPTH = 12
MOST_FIELDS = 1000
MOST_ALIASES = 60
MOST_DIRECTIVES = 40
LARGEST_PAGE = 100
FREE = {
    "ConfirmationRequired", "Edge", "Money", "MonthlyConsumption", "PageInfo", "Problem", "Quantity", "ReadingWindow", "Rejected", "Service", "SignInDone",
    "SignOutDone", "StatementHead", "SubmitReadingsDone", "Supplier", "UnitPrice", "Viewer",
}  # fmt: skip
USUAL_SIZE = {
    "Account.meters": 4,
    "ContractStatement.totals": 4,
    "Statement.charges": 8,
    "Statement.recalculations": 2,
    "Statement.volumes": 4,
    "Statement.differences": 1,
    "SubmitReadingsDone.receipts": 4,
    "ConfirmationRequired.understood": 4,
}


@dataclass(slots=True, eq=False)
class Cost:
    """`own` points, and those of the children as many times as `first` (a number, or a variable's name) or `size` says."""

    own: int = 0
    size: int = 1
    first: int | str | None = None
    children: list[Cost] = field(default_factory=list)
    fields: int = 0
    aliases: int = 0
    is_settled: bool | None = None

    def points(self, variables: Mapping[str, Any], memory: dict[int, int]) -> int:
        known = memory.get(id(self))
        if known is None:
            times = self._times(variables.get(self.first) if isinstance(self.first, str) else self.first or self.size)
            known = memory[id(self)] = self.own + times * sum(child.points(variables, memory) for child in self.children)
        return known

    def settled(self) -> bool:
        """Whether no variable decides; then the points are counted once, here, and the children forgotten."""
        if self.is_settled is None:  # fragments are shared: each is looked at once
            open_children = sum(not child.settled() for child in self.children)
            self.is_settled = not open_children and not isinstance(self.first, str)
            if self.is_settled:
                self.own, self.children = self.points({}, {}), []
        return self.is_settled

    @staticmethod
    def _times(wanted: object) -> int:
        return min(max(wanted, 1), LARGEST_PAGE) if isinstance(wanted, int) else LARGEST_PAGE


@dataclass(frozen=True, slots=True)
class Plan:
    """The price of each operation of a document; `defaults` are of its variables."""

    operations: dict[str | None, Cost]
    defaults: dict[str, int]

    def cost(self, operation: str | None, variables: Mapping[str, Any] | None) -> int:
        chosen = self.operations.get(operation) or next(iter(self.operations.values()))
        return max(1, chosen.points({**self.defaults, **(variables or {})}, {}))


def measured(schema: GraphQLSchema, document: DocumentNode) -> tuple[Plan, list[GraphQLError]]:
    """The plan, and what is beyond the limits of depth, fields, aliases and directives."""
    walk = _Walk(schema, document)
    operations: dict[str | None, Cost] = {}
    defaults: dict[str, int] = {}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            root = schema.get_root_type(definition.operation)
            name = definition.name.value if definition.name else None
            operations[name] = walk.selections(definition.selection_set, root, 0, ())
            for variable in definition.variable_definitions or ():
                if isinstance(variable.default_value, IntValueNode):
                    defaults[variable.variable.name.value] = int(variable.default_value.value)
    for cost in operations.values():
        cost.settled()
    return Plan(operations, defaults), walk.problems(operations)


class _Walk:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
        self._known: dict[tuple[str, int], Cost] = {}
        self._too_deep = False
        self._directives = 0

    def problems(self, operations: dict[str | None, Cost]) -> list[GraphQLError]:
        found = []
        if self._too_deep:
            found.append(GraphQLError(f"The document is nested more than {MOST_DEPTH} levels deep."))
        if max((cost.fields for cost in operations.values()), default=0) > MOST_FIELDS:
            found.append(GraphQLError(f"The document executes more than {MOST_FIELDS} fields."))
        if max((cost.aliases for cost in operations.values()), default=0) > MOST_ALIASES:
            found.append(GraphQLError(f"The document has more than {MOST_ALIASES} aliases."))
        if self._directives > MOST_DIRECTIVES:
            found.append(GraphQLError(f"The document has more than {MOST_DIRECTIVES} directives."))
        return found

    def selections(self, node: SelectionSetNode, parent: Any, depth: int, inside: tuple[str, ...]) -> Cost:
        """The cost of what is selected of `parent`; `inside` names the fragments that this selection stands in."""
        cost = Cost()
        for selection in node.selections:
            self._directives += len(selection.directives or ())
            if isinstance(selection, FieldNode):
                child = self._field(selection, parent, depth, inside)
            elif isinstance(selection, InlineFragmentNode):
                condition = self._schema.get_type(selection.type_condition.name.value) if selection.type_condition else parent
                child = self.selections(selection.selection_set, condition, depth, inside)
            else:
                assert isinstance(selection, FragmentSpreadNode)
                child = self._fragment(selection.name.value, depth, inside)
            cost.children.append(child)
            cost.fields += child.fields
            cost.aliases += child.aliases
        return cost

    def _fragment(self, name: str, depth: int, inside: tuple[str, ...]) -> Cost:
        fragment = self._fragments.get(name)
        if fragment is None or name in inside:
            return Cost()  # validation tells about unknown and circular fragments
        key = (name, depth)
        if key not in self._known:
            condition = self._schema.get_type(fragment.type_condition.name.value)
            self._known[key] = self.selections(fragment.selection_set, condition, depth, (*inside, name))
        return self._known[key]

    def _field(self, node: FieldNode, parent: Any, depth: int, inside: tuple[str, ...]) -> Cost:
        name = node.name.value
        known = parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None
        kind = get_named_type(known.type) if known else None
        cost = Cost(fields=1, aliases=1 if node.alias else 0)
        if node.selection_set is None or name.startswith("__"):
            return cost
        if depth >= MOST_DEPTH:
            self._too_deep = True
            return cost
        inner = self.selections(node.selection_set, kind, depth + 1, inside)
        cost.children, cost.fields, cost.aliases = [inner], cost.fields + inner.fields, cost.aliases + inner.aliases
        cost.size = USUAL_SIZE.get(f"{parent.name}.{name}", 1) if parent else 1
        cost.own = 0 if kind is None or kind.name in FREE or name == "edges" else cost.size
        if kind is not None and kind.name.endswith("Connection"):
            cost.first = _first(node)
        return cost


def _first(node: FieldNode) -> int | str:
    for argument in node.arguments or ():
        if argument.name.value == "first":
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                return argument.value.name.value
    return LARGEST_PAGE
