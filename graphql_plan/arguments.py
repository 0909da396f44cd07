"""A field's arguments: as the reference makes them, and the short ways to the same for arguments that are always alike or come from variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import ListValueNode, ObjectValueNode, VariableNode
from graphql.execution.values import get_argument_values
from strawberry.relay.types import GlobalID
from strawberry.types.arguments import _is_leaf_type, convert_arguments
from strawberry.types.base import StrawberryOptional

if TYPE_CHECKING:
    from strawberry.types.arguments import StrawberryArgument

    from graphql_plan.executor import CompiledExecutor
    from graphql_plan.fields import Selected

_PLAIN = frozenset((str, int, float, bool, type(None)))


@dataclass(eq=False, slots=True)
class Passing:
    """Arguments of which some are variables' values, handed on as they are, and the others the same for every request."""

    fixed: dict[str, Any]
    variables: list[tuple[str, str]]  # the function's name for it, the variable's

    def of(self, x: CompiledExecutor) -> dict[str, Any] | None:
        """None where a variable has no value: what stands in its place is the reference's to say."""
        found, coerced = self.fixed.copy(), x.variable_values.coerced
        for name, variable in self.variables:
            value = coerced.get(variable)
            if value is None:
                return None
            found[name] = value
        return found


def arguments_of(x: CompiledExecutor, one: Selected) -> dict[str, Any]:
    first = one.details[0]
    return get_argument_values(one.definition, first.node, x.variable_values, first.fragment_variable_values, x.hide_suggestions)


def constants(x: CompiledExecutor, one: Selected) -> dict[str, Any] | None:
    """A field's arguments as its function takes them, kept where that is safe: for good, or for the request; None where the reference must
    say what is wrong with them."""
    if one in x.given:
        return x.given[one]
    if one.passing is not None:
        handed_on = one.passing.of(x)
        if handed_on is not None:
            x.given[one] = handed_on
            return handed_on
    return _converted(x, one)


def _converted(x: CompiledExecutor, one: Selected) -> dict[str, Any] | None:
    assert one.way.field is not None
    schema = x.schema._strawberry_schema  # type: ignore[attr-defined]
    try:
        registry = schema.schema_converter.scalar_registry
        found: dict[str, Any] = convert_arguments(arguments_of(x, one), one.way.field.arguments, registry, schema.config)
    except Exception:  # noqa: BLE001 - it comes again
        return None
    is_plain = all(type(value) in _PLAIN for value in found.values())
    if one.way.varies:
        if is_plain:
            x.given[one] = found
        one.passing = one.passing or _passing(one, found, schema)
        return found
    if not is_plain:
        return None
    one.constants = found
    return found


def _passing(one: Selected, found: dict[str, Any], schema: Any) -> Passing | None:
    """None where an argument is neither a variable nor plain and written out."""
    assert one.way.field is not None
    nodes = {node.name.value: node.value for node in one.details[0].node.arguments or ()}
    made = Passing({}, [])
    for argument in one.way.field.arguments:
        node, name = nodes.get(schema.config.name_converter.from_argument(argument)), str(argument.python_name)
        if isinstance(node, VariableNode):
            if not _is_handed_on(argument, schema):
                return None
            made.variables.append((name, node.name.value))
        elif isinstance(node, ListValueNode | ObjectValueNode):
            return None  # it may hold a variable, and a scalar may make something plain of it
        elif name in found:
            if type(found[name]) not in _PLAIN:
                return None
            made.fixed[name] = found[name]
    return made


def _is_handed_on(argument: StrawberryArgument, schema: Any) -> bool:
    """Whether Strawberry gives the value of this argument to the function as it is."""
    kind: Any = argument.type
    while type(kind) is StrawberryOptional:
        kind = kind.of_type
    return kind is not GlobalID and _is_leaf_type(kind, schema.schema_converter.scalar_registry)
