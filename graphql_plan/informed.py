"""What a field is told (its path, its info), and what can be begun before it is asked for.

Paths are plain tuples (parent, key, type name) until somebody looks at one.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

import strawberry
from graphql import GraphQLResolveInfo
from graphql.pyutils import Path

from graphql_plan.arguments import constants

if TYPE_CHECKING:
    from graphql_plan.executor import CompiledExecutor
    from graphql_plan.fields import Selected


def path_of(place: tuple[Any, ...] | None) -> Path | None:
    """The reference's path of a tuple."""
    steps = []
    while place is not None and type(place) is not Path:
        steps.append(place)
        place = place[0]
    path: Any = place
    for _, key, typename in reversed(steps):
        path = Path(path, key, typename)
    return path


def info_of(x: CompiledExecutor, one: Selected, place: Any) -> GraphQLResolveInfo:
    """The info of a field; `place` is the field's own path."""
    return x.build_resolve_info(one.definition, list(one.nodes), one.parent, path_of(place))  # type: ignore[arg-type]


class Informed(strawberry.Info[Any, Any]):
    """Strawberry's info of a field, whose parts are made when a resolver looks at them: most want the context alone."""

    def __init__(self, x: CompiledExecutor, one: Selected, place: Any) -> None:
        self._place = (x, one, place)

    @property
    def context(self) -> Any:
        return self._place[0].context_value

    @property
    def _raw_info(self) -> GraphQLResolveInfo:  # type: ignore[override]
        found: GraphQLResolveInfo | None = self.__dict__.get("_made")
        if found is None:
            found = self.__dict__["_made"] = info_of(*self._place)
        return found

    @property
    def _field(self) -> Any:  # type: ignore[override]
        return self._place[1].way.field


def ahead(x: CompiledExecutor, one: Selected, value: Any) -> list[Awaitable[Any]]:
    """Begin what the fields of a value will wait for, all at once, to be waited for before they are asked: then they answer at once, and no task
    is made for each. Nothing where the value is not here yet."""
    begun: list[Awaitable[Any]] = []
    if value is None or isinstance(value, Exception) or x.is_awaitable(value):
        return begun
    for path, child in one.ahead:
        try:
            sources = [each for each in _reached(value, path) if all(guard(each, x.context_value) for guard in child.way.guards)]
            arguments = child.constants if child.constants is not None else constants(x, child)
            assert child.way.ahead is not None
            assert arguments is not None
            begun.extend(child.way.ahead(x.context_value, sources, **arguments))
        except Exception:  # noqa: BLE001, S112 - the field itself says it
            continue
    return begun


async def all_of(begun: list[Awaitable[Any]]) -> None:
    for each in begun:
        try:  # noqa: SIM105 - suppress costs a microsecond
            await each
        except Exception:  # noqa: BLE001, S110 - the field itself says it
            pass


def _reached(value: Any, path: tuple[str, ...]) -> list[Any]:
    """The objects that stand at the end of the attributes, lists opened."""
    found = _opened([value])
    for name in path:
        found = _opened([getattr(each, name) for each in found])
    return found


def _opened(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for each in values:
        if type(each) is list or type(each) is tuple:
            found.extend(_opened(list(each)))
        elif each is not None:
            found.append(each)
    return found
