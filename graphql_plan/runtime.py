"""What generated functions call: the rare half of each step, and the reference's own steps with a value in hand.

Paths are plain tuples (parent, key, type name) until somebody looks at one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from types import CoroutineType, FunctionType, GeneratorType
from typing import TYPE_CHECKING, Any

from graphql import GraphQLObjectType, Undefined
from graphql.execution.executor import collect_iterator_awaitables, invalid_return_type_error
from graphql.pyutils import gather_with_cancel, inspect

from graphql_plan.arguments import arguments_of, constants
from graphql_plan.informed import Informed, ahead, all_of, info_of, path_of

if TYPE_CHECKING:
    from graphql_plan.executor import CompiledExecutor
    from graphql_plan.fields import Selected

MOST_CLASSES = 1024
MOST_MEMBERS = 256
FILE = "<graphql_plan>"
UNREAD = object()  # in place of a value that was not read
_NEVER_PLAIN = (Exception, Awaitable, CoroutineType, GeneratorType, type(None), type(Undefined))


def is_plain(kind: type) -> bool:
    """Whether no value of the class can be an error, an awaitable or nothing."""
    if issubclass(kind, _NEVER_PLAIN):
        return False
    for base in kind.__mro__:  # not hasattr: an enum's metaclass has a __getattr__ that its members do not
        if "__await__" in base.__dict__ or "__getattr__" in base.__dict__ or isinstance(base.__dict__.get("__getattribute__"), FunctionType):
            return False
    return True


def learn(one: Selected, value: object) -> None:
    known = one.plan.known
    kind = type(value)
    if kind not in known and len(known) < MOST_CLASSES and is_plain(kind):
        known.add(kind)


def slow(x: CompiledExecutor, one: Selected, place: Any, info: Any, value: Any) -> Any:
    """The reference from the resolver's answer on."""
    place = (place, one.key, one.parent.name)
    path: Any = path_of(place)
    try:
        if info is None:
            info = info_of(x, one, place)
        if x.is_awaitable(value):
            return x.complete_awaitable_value(one.type, one.details, info, path, value, None)
        learn(one, value)
        completed = x.complete_value(one.type, one.details, info, path, value, None)
        return awaited(x, one, place, completed) if x.is_awaitable(completed) else completed
    except Exception as error:  # noqa: BLE001 - as the reference does
        x.handle_field_error(error, one.type, one.details, path)
        return None


async def awaited(x: CompiledExecutor, one: Selected, place: Any, completed: Awaitable[Any]) -> Any:
    """A completed value that is still awaited, with the field's errors."""
    try:
        return await completed
    except Exception as error:  # noqa: BLE001 - as the reference does
        x.handle_field_error(error, one.type, one.details, path_of(place))  # type: ignore[arg-type]
        return None


def unknown(x: CompiledExecutor, one: Selected, place: Any, info: Any, value: Any, settled: bool) -> Any:
    """A composite value of an unknown class; `settled` when it was awaited already."""
    if not settled and x.is_awaitable(value):
        return finish(x, one, place, info, value)
    if info is None:
        info = info_of(x, one, place)
    learn(one, value)
    return x.complete_value(one.type, one.details, info, path_of(place), value, None)  # type: ignore[arg-type]


async def finish(x: CompiledExecutor, one: Selected, place: Any, info: Any, value: Awaitable[Any], begun: list[Awaitable[Any]] | None = None) -> Any:
    """A composite value that is awaited; `begun` is what its fields will wait for, where that is begun already."""
    found: Any = Undefined
    try:
        found = await value
        if one.ahead:
            await all_of(ahead(x, one, found) if begun is None else begun)
        assert one.complete is not None
        completed = one.complete(x, place, info, found, True)
        if x.is_awaitable(completed):
            completed = await completed
    except Exception as error:  # noqa: BLE001 - as the reference does
        if not is_fault(error):
            return fail(x, one, place[0], error)
        x.contain(error)
        info = info or info_of(x, one, place)
        return await x.complete_awaitable_value(one.type, one.details, info, path_of(place), _ready(found), None)  # type: ignore[arg-type]
    return completed


def later(x: CompiledExecutor, one: Selected, place: Any, value: Any, begun: list[Awaitable[Any]]) -> Awaitable[Any]:
    """The same of a value that is here: one task waits for all of its fields."""
    return finish(x, one, place, None, _ready(value), begun)


async def _ready(value: Any) -> Any:
    return value


def typed(x: CompiledExecutor, one: Selected, kind: GraphQLObjectType, place: Any, value: Any, answer: Any) -> Any:
    """What `is_type_of` answered, where it is not simply True."""
    if x.is_awaitable(answer):
        return _typed_later(x, one, kind, place, value, answer)
    if not answer:
        raise invalid_return_type_error(kind, value, one.details)
    return x.collect_and_execute_subfields(kind, one.details, path_of(place), value, None)  # type: ignore[arg-type]


async def _typed_later(x: CompiledExecutor, one: Selected, kind: GraphQLObjectType, place: Any, value: Any, answer: Any) -> Any:
    if not await answer:
        raise invalid_return_type_error(kind, value, one.details)
    found = x.collect_and_execute_subfields(kind, one.details, path_of(place), value, None)  # type: ignore[arg-type]
    return await found if x.is_awaitable(found) else found


def fail(x: CompiledExecutor, one: Selected, place: Any, error: Exception) -> None:
    """A field's error; a fault of generated code is let through to whoever can ask the reference."""
    if is_fault(error):
        raise error
    x.handle_field_error(error, one.type, one.details, path_of((place, one.key, one.parent.name)))  # type: ignore[arg-type]


def fail_or_redo(x: CompiledExecutor, one: Selected, place: Any, source: Any, error: Exception) -> Any:
    """The same in a selection: there a fault of generated code ends, and the reference executes the field anew."""
    if is_fault(error):
        x.contain(error)
        return x.execute_field(one.parent, source, one.details, path_of((place, one.key, one.parent.name)), None)  # type: ignore[arg-type]
    return fail(x, one, place, error)


def slow_item(x: CompiledExecutor, one: Selected, kind: Any, place: Any, info: Any, value: Any) -> Any:
    """The reference's step for one item of a list; what it gives may be awaitable."""
    if info is None:
        info = info_of(x, one, _field_place(place))
    path: Any = path_of(place)
    if x.is_awaitable(value):
        return x.complete_awaitable_list_item_value(value, kind, one.details, info, path, None)
    learn(one, value)
    completed: list[Any] = []
    x.complete_list_item_value(value, completed, kind, one.details, info, path, None)
    return completed[0]


def fail_item(x: CompiledExecutor, one: Selected, kind: Any, place: Any, error: Exception) -> None:
    if is_fault(error):
        raise error
    x.handle_field_error(error, kind, one.details, path_of(place))  # type: ignore[arg-type]


async def awaited_item(x: CompiledExecutor, one: Selected, kind: Any, place: Any, completed: Awaitable[Any]) -> Any:
    try:
        return await completed
    except Exception as error:  # noqa: BLE001 - as the reference does
        return fail_item(x, one, kind, place, error)


def _field_place(place: Any) -> Any:
    while isinstance(place[1], int):
        place = place[0]
    return place


def odd_leaf(kind: Any, value: Any, coerced: Any) -> Any:
    """A serialized leaf of an unusual class; nothing at all is an error, in the reference's words."""
    if coerced is Undefined or coerced is None:
        raise TypeError(f"Expected `{inspect(kind)}.coerce_output_value({inspect(value)})` to return non-nullable value, returned: {inspect(coerced)}")
    return coerced


def member(kind: Any, names: dict[int, str], kept: list[Any], value: Any) -> Any:
    """An enum's name, remembered by the member's identity."""
    found = odd_leaf(kind, value, kind.coerce_output_value(value))
    if isinstance(value, Enum) and type(found) is str and len(names) < MOST_MEMBERS:
        kept.append(value)
        names[id(value)] = found
    return found


def put(waiting: dict[Any, Any] | None, key: Any, value: Any) -> dict[Any, Any]:
    if waiting is None:
        return {key: value}
    waiting[key] = value
    return waiting


async def gather(results: Any, waiting: dict[Any, Any]) -> Any:
    """The selection or list once what it waits for has come, side by side."""
    if len(waiting) == 1:
        for key, value in waiting.items():
            results[key] = await value
    else:
        for key, value in zip(waiting, await gather_with_cancel(*waiting.values()), strict=True):
            results[key] = value
    return results


def drop(x: CompiledExecutor, waiting: dict[Any, Any] | None, rest: Any = None) -> None:
    """An error left a selection or list: settle what it still waits for."""
    left = list(waiting.values()) if waiting else []
    if rest is not None:
        left.extend(collect_iterator_awaitables(rest, x.is_awaitable))
    if left:
        x.settle_in_background(left)


def is_fault(error: BaseException) -> bool:
    """Whether generated code itself broke: raised in a line of it that calls nobody else's code."""
    frame = error.__traceback__
    if frame is None or isinstance(error, RecursionError | MemoryError):
        return False
    while frame.tb_next is not None:
        frame = frame.tb_next
    code = frame.tb_frame.f_code
    return code.co_filename == FILE and frame.tb_lineno not in frame.tb_frame.f_globals["foreign_lines"]


HELPERS: dict[str, Callable[..., Any]] = {
    one.__name__: one
    for one in (
        Informed,
        constants,
        info_of,
        arguments_of,
        slow,
        awaited,
        unknown,
        typed,
        fail_or_redo,
        slow_item,
        fail_item,
        awaited_item,
        odd_leaf,
        member,
        put,
        gather,
        drop,
        ahead,
        later,
    )
}
