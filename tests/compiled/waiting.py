"""The reference where plans read ahead: the same executor, over values that take as long as what is begun when they are here.

A plan that reads ahead answers as if a field's own resolver ended with these waits. When that is all there is to it, this executor and a plan agree in
everything: data, errors and their order, calls and their order, batches, and what was begun. Which fields those are is read from the plan; of which objects,
with which arguments, and behind which guards, is found here anew.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from graphql.execution.values import get_argument_values
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graphql_plan.cache import cache_of
from graphql_plan.fields import Selected


class Waiting(StrawberryGraphQLCoreExecutionContext):
    def execute_collected_root_fields(self, root_type: Any, root_value: Any, grouped_field_set: Any, serially: bool, new_defer_usages: Any) -> Any:
        self.plan = cache_of(self.schema).find(self, root_type, grouped_field_set)  # type: ignore[arg-type]
        self.roots = {id(details) for details in grouped_field_set.values()} if serially else set()  # which plans leave to the reference
        self.met: set[tuple[Any, ...]] = set()  # places of fields whose value has come
        return super().execute_collected_root_fields(root_type, root_value, grouped_field_set, serially, new_defer_usages)

    async def complete_awaitable_value(self, return_type: Any, field_details_list: Any, info: Any, path: Any, result: Any, position_context: Any) -> Any:
        self.met.add(tuple(path.as_list()))
        one = self._selected(info.parent_type.name, path.key, field_details_list)
        if one is not None and one.ahead:
            result = self._with(result, one)
        return await super().complete_awaitable_value(return_type, field_details_list, info, path, result, position_context)

    def complete_value(self, return_type: Any, field_details_list: Any, info: Any, path: Any, result: Any, position_context: Any) -> Any:
        """Of a value that is here at once; of an attribute's whatever holds it has begun what there is."""
        place = tuple(path.as_list())
        one = None
        if not isinstance(path.key, int) and place not in self.met:
            self.met.add(place)
            one = self._selected(info.parent_type.name, path.key, field_details_list)
        usual = partial(super().complete_value, return_type, field_details_list, info, path, result, position_context)
        if one is None or not one.ahead or one.way.kind == "attribute" or result is None or isinstance(result, Exception):
            return usual()
        waited = self._all_begun(result, one)
        return self._later(waited, usual) if len(waited) > 1 else usual()

    def _selected(self, parent: str, key: str, details: Any) -> Selected | None:
        if id(details) in self.roots:
            return None
        for one in self.plan.fields if self.plan is not None else ():
            same = one.key == key and one.parent.name == parent and len(one.nodes) == len(details)
            if same and all(mine is detail.node for mine, detail in zip(one.nodes, details, strict=True)):
                return one
        return None

    async def _with(self, result: Any, one: Selected) -> Any:
        value = await result
        if value is not None and not isinstance(value, Exception) and not self.is_awaitable(value):
            await _ended(self._all_begun(value, one))
        return value

    async def _later(self, waited: list[Any], usual: Callable[[], Any]) -> Any:
        await _ended(waited)
        found = usual()
        return await found if self.is_awaitable(found) else found

    def _all_begun(self, value: Any, one: Selected) -> list[Any]:
        return [waited for path, child in one.ahead for waited in self._begun(value, path, child)]

    def _begun(self, value: Any, path: tuple[str, ...], child: Selected) -> list[Any]:
        waited: list[Any] = []
        try:
            things = [one for one in _ends(value, path) if not [guard for guard in child.way.guards if not guard(one, self.context_value)]]
            arguments = get_argument_values(child.definition, child.nodes[0], self.variable_values)
            waited.extend(child.way.ahead(self.context_value, things, **arguments))  # type: ignore[misc]
        except Exception:  # noqa: BLE001, S110 - the same
            pass
        return waited


def _ends(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _ends(one, path)
    elif value is not None and path:
        yield from _ends(getattr(value, path[0]), path[1:])
    elif value is not None:
        yield value


async def _ended(waited: list[Any]) -> None:
    for one in waited:
        try:
            await one
        except Exception:  # noqa: BLE001, S112 - it is the field's to say
            continue
