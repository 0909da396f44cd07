"""How one selected field gets its value: what can be written out, and what must be called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import CO_VARARGS, CO_VARKEYWORDS
from keyword import iskeyword
from types import FunctionType
from typing import TYPE_CHECKING, Any

from graphql import GraphQLField, GraphQLObjectType
from strawberry.types.field import StrawberryField

if TYPE_CHECKING:
    from graphql import FieldNode, GraphQLOutputType
    from graphql.execution.collect_fields import FieldDetailsList

    from graphql_plan.plan import Plan

GUARD = "plan_guard"  # an attribute of a wrapping resolver: (allows(root, context), the resolver that it calls when allowed)
_BASIC = "GraphQLCoreConverter.from_resolver.<locals>._get_basic_result"
_SYNC = "GraphQLCoreConverter.from_resolver.<locals>._resolver"


@dataclass(eq=False, slots=True)
class Selected:
    """One response key of a selection, as the reference collected it."""

    plan: Plan
    key: str
    parent: GraphQLObjectType
    details: FieldDetailsList
    nodes: list[FieldNode]
    definition: GraphQLField
    way: Way
    complete: Callable[..., Any] | None = None  # compiled completion of a composite value: (x, path, info, value, awaited)

    @property
    def type(self) -> GraphQLOutputType:
        return self.definition.type


@dataclass(eq=False, slots=True)
class Way:
    """`attribute` is read, or `direct` is called with the source, or `resolve` is called as the reference does."""

    kind: str
    resolve: Callable[..., Any] | None
    attribute: str = ""
    direct: Callable[..., Any] | None = None
    guards: list[Callable[[Any, Any], Any]] = field(default_factory=list)


def way_of(definition: GraphQLField, name: str, has_arguments: bool) -> Way:
    """What the field's resolver comes to; anything unknown is simply called."""
    if name == "__typename":
        return Way("typename", None)
    resolve, guards = definition.resolve, []
    if has_arguments or definition.args or resolve is None:
        return Way("resolver", resolve)
    inner = resolve
    while (guard := getattr(inner, GUARD, None)) is not None:
        guards.append(guard[0])
        inner = guard[1]
    strawberry_field = _field_of(inner, definition)
    if strawberry_field is None:
        return Way("resolver", resolve)
    if inner.__qualname__ == _BASIC and strawberry_field.default_resolver is getattr and _is_plain_name(strawberry_field.python_name):
        return Way("attribute", resolve, attribute=strawberry_field.python_name, guards=guards)
    direct = _direct(inner, strawberry_field)
    return Way("direct", resolve, direct=direct, guards=guards) if direct is not None else Way("resolver", resolve)


def _field_of(resolve: Callable[..., Any], definition: GraphQLField) -> StrawberryField | None:
    """Strawberry's field when its own closure resolves, and nothing of it is overridden."""
    if getattr(resolve, "__module__", None) != "strawberry.schema.schema_converter" or getattr(resolve, "__qualname__", None) not in (_BASIC, _SYNC):
        return None
    bound = dict(zip(resolve.__code__.co_freevars, (cell.cell_contents for cell in resolve.__closure__ or ()), strict=True))
    found = bound.get("field") or next((value for value in definition.extensions.values() if isinstance(value, StrawberryField)), None)
    if not isinstance(found, StrawberryField) or type(found).get_result is not StrawberryField.get_result or bound.get("field_exception_handlers"):
        return None
    return found


def _direct(resolve: Callable[..., Any], strawberry_field: StrawberryField) -> Callable[..., Any] | None:
    """The function behind a resolver that wants its object and nothing else."""
    resolver = strawberry_field.base_resolver
    if resolve.__qualname__ != _SYNC or resolver is None or strawberry_field.extensions or strawberry_field.is_async or resolver.arguments:
        return None
    function = resolver.wrapped_func
    wanted = {one.name for one in (resolver.self_parameter, resolver.root_parameter, resolver.parent_parameter) if one is not None}
    if resolver.info_parameter or len(wanted) != 1 or not isinstance(function, FunctionType):
        return None
    code = function.__code__
    takes_one = code.co_argcount == 1 and not code.co_posonlyargcount and not code.co_kwonlyargcount and not code.co_flags & (CO_VARARGS | CO_VARKEYWORDS)
    return function if takes_one and code.co_varnames[0] in wanted else None


def _is_plain_name(name: str) -> bool:
    return name.isidentifier() and name.isascii() and not iskeyword(name)
