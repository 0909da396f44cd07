"""The reference where plans read ahead: the same executor, over values that take as long as what is begun when they are here.

A plan that reads ahead answers as if a field's own resolver ended with these waits. When that is all there is to it, this executor and a plan agree in
everything: data, errors and their order, calls and their order, batches, and what was begun. Which fields those are is read from the plan; of which objects,
with which arguments, and behind which guards, is found here anew.
"""

from collections.abc import Iterator
from typing import Any

from graphql.execution.values import get_argument_values
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graphql_plan.cache import cache_of
from graphql_plan.fields import Selected


class Waiting(StrawberryGraphQLCoreExecutionContext):
    def execute_collected_root_fields(self, root_type: Any, root_value: Any, grouped_field_set: Any, serially: bool, new_defer_usages: Any) -> Any:
        self.plan = cache_of(self.schema).find(self, root_type, grouped_field_set)  # type: ignore[arg-type]
        self.roots = {id(details) for details in grouped_field_set.values()} if serially else set()  # which plans leave to the reference
        return super().execute_collected_root_fields(root_type, root_value, grouped_field_set, serially, new_defer_usages)

    async def complete_awaitable_value(self, return_type: Any, field_details_list: Any, info: Any, path: Any, result: Any, position_context: Any) -> Any:
        ahead = [] if id(field_details_list) in self.roots else self._ahead(info.parent_type.name, path.key, field_details_list)
        if ahead:
            result = self._with(result, ahead)
        return await super().complete_awaitable_value(return_type, field_details_list, info, path, result, position_context)

    def _ahead(self, parent: str, key: str, details: Any) -> list[tuple[tuple[str, ...], Selected]]:
        for one in self.plan.fields if self.plan is not None else ():
            same = one.key == key and one.parent.name == parent and len(one.nodes) == len(details)
            if same and all(mine is detail.node for mine, detail in zip(one.nodes, details, strict=True)):
                return one.ahead
        return []

    async def _with(self, result: Any, ahead: list[tuple[tuple[str, ...], Selected]]) -> Any:
        value = await result
        for one in [waited for path, child in ahead for waited in self._begun(value, path, child)]:
            try:
                await one
            except Exception:  # noqa: BLE001, S112 - it is the field's to say
                continue
        return value

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
