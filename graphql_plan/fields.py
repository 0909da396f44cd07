"""How one selected field gets its value: what can be written out, and what must be called."""

from __future__ import annotations

import dis
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from inspect import CO_VARARGS, CO_VARKEYWORDS
from keyword import iskeyword
from types import FunctionType
from typing import TYPE_CHECKING, Any

from graphql import GraphQLField, GraphQLObjectType, ListValueNode, ObjectValueNode, VariableNode, get_named_type, is_leaf_type
from strawberry.types.field import StrawberryField

if TYPE_CHECKING:
    from graphql import FieldNode, GraphQLOutputType
    from graphql.execution.collect_fields import FieldDetailsList

    from graphql_plan.arguments import Passing
    from graphql_plan.plan import Plan

GUARD = "plan_guard"  # an attribute of a wrapping resolver: (allows(root, context), the resolver that it calls when allowed)
_BASIC = "GraphQLCoreConverter.from_resolver.<locals>._get_basic_result"
_SYNC = "GraphQLCoreConverter.from_resolver.<locals>._resolver"
_ASYNC = "GraphQLCoreConverter.from_resolver.<locals>._async_resolver"
AHEAD = "plan_ahead"  # an attribute of a field's function: begins what the field will wait for, of many sources at once
Ahead = Callable[..., Iterable[Awaitable[Any]]]  # (context, sources, **arguments)
_SILENT = frozenset(("RESUME", "PRECALL", "PUSH_NULL", "CACHE", "COPY_FREE_VARS", "NOP"))
_ASKS = ["LOAD_GLOBAL", "LOAD_FAST", "LOAD_GLOBAL", "CALL", "RETURN_VALUE"]  # Python 3.14 borrows what it loads, and says so
MOST_MINE = 64
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
    names: dict[int, str] = field(default_factory=dict)  # of an enum: members' names by identity
    constants: dict[str, Any] | None = None  # arguments that are the same for every request, once they are known
    passing: Passing | None = None  # how arguments that are variables come to it, once that is known
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
    varies: bool = False  # its arguments are each request's own

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
        return _informed(definition, resolve, strawberry_field, guards, node) or Way("resolver", resolve)
    if inner.__qualname__ == _BASIC and strawberry_field.default_resolver is getattr and _is_plain_name(strawberry_field.python_name):
        return Way("attribute", resolve, attribute=strawberry_field.python_name, guards=guards)
    direct = _direct(inner, strawberry_field)
    if direct is not None:
        return Way("direct", resolve, direct=direct, guards=guards)
    return _informed(definition, resolve, strawberry_field, guards, node) or Way("resolver", resolve)


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


def _informed(definition: GraphQLField, resolve: Callable[..., Any], strawberry_field: StrawberryField, guards: list[Any], node: FieldNode) -> Way | None:
    """The function behind a resolver that wants its object and its info, and whose arguments hold no variable, or are leaves and lists of them."""
    resolver = strawberry_field.base_resolver
    if resolver is None or resolver.info_parameter is None or strawberry_field.extensions or strawberry_field.is_subscription:
        return None
    function = resolver.wrapped_func
    first = resolver.self_parameter or resolver.root_parameter or resolver.parent_parameter
    varies = any(_varies(one.value) for one in node.arguments or ())
    if varies and not all(is_leaf_type(get_named_type(one.type)) for one in definition.args.values()):
        return None
    if first is None or not isinstance(function, FunctionType):
        return None
    code = function.__code__
    if code.co_posonlyargcount or code.co_varnames[:2] != (first.name, resolver.info_parameter.name) or code.co_argcount < 2:
        return None
    return Way("informed", resolve, direct=function, guards=guards, field=strawberry_field, ahead=getattr(function, AHEAD, None), varies=varies)


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


class Mine(set[type]):
    """The classes that an `is_type_of` has said yes to, where it looks at the class alone: `return isinstance(value, One)`."""

    def __init__(self, is_type_of: Callable[..., Any], only: type) -> None:
        super().__init__()
        self._is_type_of, self._only = is_type_of, only

    def asked(self, value: Any, info: Any) -> Any:
        answer = self._is_type_of(value, info)
        if answer is True and issubclass(type(value), self._only) and len(self) < MOST_MINE:
            self.add(type(value))
        return answer


def only_of(is_type_of: Callable[..., Any] | None) -> type | None:
    """The one class that such a function asks for; None for any other function."""
    function = getattr(is_type_of, "__func__", is_type_of)
    if not isinstance(function, FunctionType):
        return None
    steps = [(one.opname.removesuffix("_BORROW"), one.argval) for one in dis.get_instructions(function) if one.opname not in _SILENT]
    value = function.__code__.co_varnames[: function.__code__.co_argcount][0 if function is is_type_of else 1 :][:1]
    if len(steps) != 5 or [name for name, _ in steps] != _ASKS or steps[0][1] != "isinstance" or (steps[1][1],) != value:
        return None
    known = function.__globals__
    only = known.get(steps[2][1])
    is_usual = "isinstance" not in known and isinstance(only, type) and type(only).__instancecheck__ is type.__instancecheck__
    return only if is_usual else None


def _is_plain_name(name: str) -> bool:
    return name.isidentifier() and name.isascii() and not iskeyword(name)
