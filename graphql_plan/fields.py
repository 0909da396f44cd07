"""How one selected field gets its value: what can be written out, and what must be called."""

from __future__ import annotations

import dis
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from inspect import CO_VARARGS, CO_VARKEYWORDS
from keyword import iskeyword
from types import FunctionType
from typing import TYPE_CHECKING, Any

from graphql import GraphQLField, GraphQLObjectType, ListValueNode, ObjectValueNode, VariableNode
from strawberry.types.field import StrawberryField

if TYPE_CHECKING:
    from graphql import FieldNode, GraphQLOutputType
    from graphql.execution.collect_fields import FieldDetailsList

    from graphql_plan.plan import Plan

GUARD = "plan_guard"  # an attribute of a wrapping resolver: (allows(root, context), the resolver that it calls when allowed)
_BASIC = "GraphQLCoreConverter.from_resolver.<locals>._get_basic_result"
_SYNC = "GraphQLCoreConverter.from_resolver.<locals>._resolver"
_ASYNC = "GraphQLCoreConverter.from_resolver.<locals>._async_resolver"
AHEAD = "plan_ahead"  # an attribute of a field's function: begins what the field will wait for, of many sources at once
Ahead = Callable[..., Iterable[Awaitable[Any]]]  # (context, sources, **arguments)
_LOOKS_AROUND = frozenset(("locals", "vars", "eval", "exec", "dir"))


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
    constants: dict[str, Any] | None = None  # arguments that are the same for every request, once they are known
    ahead: list[tuple[tuple[str, ...], Selected]] = field(default_factory=list)  # what can be begun when its value is here: attributes to go, a field

    @property
    def type(self) -> GraphQLOutputType:
        return self.definition.type


@dataclass(eq=False, slots=True)
class Way:
    """`attribute` is read, or `direct` is called with the source, or `informed` with its info and constant arguments too, or `resolve` is
    called as the reference does."""

    kind: str
    resolve: Callable[..., Any] | None
    attribute: str = ""
    direct: Callable[..., Any] | None = None
    guards: list[Callable[[Any, Any], Any]] = field(default_factory=list)
    field: StrawberryField | None = None
    ahead: Ahead | None = None

    @property
    def waits(self) -> bool:
        """Whether it is not known to answer at once."""
        return self.kind == "resolver" or self.ahead is not None or (self.field is not None and self.field.is_async)


def way_of(definition: GraphQLField, node: FieldNode) -> Way:
    """What the field's resolver comes to; anything unknown is simply called."""
    name = node.name.value
    if name == "__typename":
        return Way("typename", None)
    resolve, guards = definition.resolve, []
    if resolve is None:
        return Way("resolver", resolve)
    inner = resolve
    while (guard := getattr(inner, GUARD, None)) is not None:
        guards.append(guard[0])
        inner = guard[1]
    strawberry_field = _field_of(inner, definition)
    if strawberry_field is None:
        return Way("resolver", resolve)
    if definition.args or node.arguments:
        return _informed(resolve, strawberry_field, guards, node) or Way("resolver", resolve)
    if inner.__qualname__ == _BASIC and strawberry_field.default_resolver is getattr and _is_plain_name(strawberry_field.python_name):
        return Way("attribute", resolve, attribute=strawberry_field.python_name, guards=guards)
    direct = _direct(inner, strawberry_field)
    if direct is not None:
        return Way("direct", resolve, direct=direct, guards=guards)
    return _informed(resolve, strawberry_field, guards, node) or Way("resolver", resolve)


def _field_of(resolve: Callable[..., Any], definition: GraphQLField) -> StrawberryField | None:
    """Strawberry's field when its own closure resolves, and nothing of it is overridden."""
    if getattr(resolve, "__module__", None) != "strawberry.schema.schema_converter" or getattr(resolve, "__qualname__", None) not in (_BASIC, _SYNC, _ASYNC):
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


def _informed(resolve: Callable[..., Any], strawberry_field: StrawberryField, guards: list[Any], node: FieldNode) -> Way | None:
    """The function behind a resolver that wants its object and its info, and whose arguments hold no variable."""
    resolver = strawberry_field.base_resolver
    if resolver is None or resolver.info_parameter is None or strawberry_field.extensions or strawberry_field.is_subscription:
        return None
    function = resolver.wrapped_func
    first = resolver.self_parameter or resolver.root_parameter or resolver.parent_parameter
    if first is None or not isinstance(function, FunctionType) or any(_varies(one.value) for one in node.arguments or ()):
        return None
    code = function.__code__
    if code.co_posonlyargcount or code.co_varnames[:2] != (first.name, resolver.info_parameter.name) or code.co_argcount < 2:
        return None
    return Way("informed", resolve, direct=function, guards=guards, field=strawberry_field, ahead=getattr(function, AHEAD, None))


def _varies(node: Any) -> bool:
    return isinstance(node, VariableNode | ListValueNode | ObjectValueNode)


def ignores_info(is_type_of: Callable[..., Any]) -> bool:
    """Whether the function's text never looks at the info that it is given."""
    function = getattr(is_type_of, "__func__", is_type_of)
    place = 1 if function is is_type_of else 2
    if not isinstance(function, FunctionType) or function.__code__.co_argcount <= place:
        return False
    code = function.__code__
    name = code.co_varnames[place]
    if name in code.co_cellvars or _LOOKS_AROUND & set(code.co_names):
        return False
    return not any(one.argval == name or (isinstance(one.argval, tuple) and name in one.argval) for one in dis.get_instructions(code))


def _is_plain_name(name: str) -> bool:
    return name.isidentifier() and name.isascii() and not iskeyword(name)
