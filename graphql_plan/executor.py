"""Strawberry's executor, which asks for a plan first."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from graphql import ExecutionResult, GraphQLError, GraphQLObjectType, OperationType, default_field_resolver, default_type_resolver
from graphql.type.definition import GraphQLResolveInfoHelpers
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graphql_plan.cache import cache_of
from graphql_plan.runtime import is_fault

if TYPE_CHECKING:
    from graphql import DocumentNode, GraphQLSchema
    from graphql.execution.collect_fields import DeferUsage, FieldDetailsList, GroupedFieldSet
    from graphql.pyutils import Path

    from graphql_plan.fields import Selected
    from graphql_plan.plan import Plan

logger = logging.getLogger("graphql_plan")
_RESOLVERS = (default_field_resolver, default_type_resolver, default_field_resolver)


class CompiledExecutor(StrawberryGraphQLCoreExecutionContext):
    """Give it to `strawberry.Schema(execution_context_class=CompiledExecutor)`."""

    _plan: Plan | None = None

    @classmethod
    def build(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        root_value: Any = None,
        context_value: Any = None,
        raw_variable_values: dict[str, Any] | None = None,
        operation_name: str | None = None,
        field_resolver: Any = None,
        type_resolver: Any = None,
        subscribe_field_resolver: Any = None,
        max_coercion_errors: int = 50,
        enable_early_execution: bool = False,
        middleware: Any = None,
        *checks: Any,
        **others: Any,
    ) -> Any:
        """As the reference does; from what it found for the document before, where nothing is unusual."""
        cache = cache_of(schema)
        starts, is_on = cache.starts, cache.settings.enabled
        start = starts.of(document, operation_name) if is_on else None
        values = start.values(raw_variable_values or {}) if start is not None and middleware is None else None
        resolvers = field_resolver, type_resolver, subscribe_field_resolver
        if start is None or values is None:
            given = root_value, context_value, raw_variable_values, operation_name
            made = super().build(schema, document, *given, *resolvers, max_coercion_errors, enable_early_execution, middleware, *checks, **others)
            if is_on and start is None and isinstance(made, cls):
                starts.keep(document, operation_name, made)
            return made
        usual = (one or default for one, default in zip(resolvers, _RESOLVERS, strict=True))
        known = start.fragment_definitions, start.fragments, root_value, context_value, start.operation, values
        return cls(schema, *known, *usual, enable_early_execution, None, *checks, **others)

    @cached_property
    def given(self) -> dict[Selected, dict[str, Any]]:
        """Arguments of this request's own."""
        return {}

    @property
    def async_helpers(self) -> GraphQLResolveInfoHelpers:
        """Made when somebody asks. Kept, they make the executor and all that it holds a cycle, which waits for the garbage collector."""
        return GraphQLResolveInfoHelpers(gather=self.gather_async_work, track=self.track_async_work)

    @async_helpers.setter
    def async_helpers(self, _: GraphQLResolveInfoHelpers) -> None:
        pass

    def execute_operation(self, serially: bool | None = None) -> Any:
        cache = cache_of(self.schema)
        every = cache.settings.shadow_every
        if not cache.settings.enabled or self.operation.operation is not OperationType.QUERY or serially:
            return super().execute_operation(serially)
        if every:
            cache.count("queries")
            return super().execute_operation(serially) if cache.counts["queries"] % every else self._shadowed(serially)
        plan = cache.ready(self)
        return super().execute_operation(serially) if plan is None else self._planned(plan)

    def _planned(self, plan: Plan) -> Any:
        """The reference's `execute_operation` where the plan is made: the operation's fields need not be collected again."""
        self._plan = plan
        try:
            result = plan.root(self, self.root_value, None)
        except GraphQLError as error:
            self.collected_errors.add(error, None)
            return self.build_response(None)
        except Exception as error:
            if not is_fault(error):
                raise
            self.contain(error)
            return super().execute_operation(None)
        return self._planned_later(result) if self.is_awaitable(result) else self.build_response(result)

    async def _planned_later(self, result: Any) -> Any:
        try:
            data = await result
        except GraphQLError as error:
            self.collected_errors.add(error, None)
            return self.build_response(None)
        except Exception:
            await self.cancel_incremental_work()
            self.run_async_work_finished_hook()
            raise
        return self.build_response(data)

    def execute_collected_root_fields(
        self, root_type: GraphQLObjectType, root_value: Any, grouped_field_set: GroupedFieldSet, serially: bool, new_defer_usages: Sequence[DeferUsage]
    ) -> Any:
        cache = cache_of(self.schema)
        if cache.settings.enabled and not new_defer_usages:
            plan = cache.find(self, root_type, grouped_field_set)
            if plan is not None:
                self._plan = plan
                if serially:  # root fields one after another are the reference's; what they select is compiled
                    return self.execute_fields_serially(root_type, root_value, None, plan.grouped, None)
                try:
                    return plan.root(self, root_value, None)
                except Exception as error:
                    if not is_fault(error):
                        raise
                    self.contain(error)
        return super().execute_collected_root_fields(root_type, root_value, grouped_field_set, serially, new_defer_usages)

    def collect_and_execute_subfields(
        self, return_type: GraphQLObjectType, field_details_list: FieldDetailsList, path: Path, result: Any, position_context: Any
    ) -> Any:
        plan = self._plan
        if plan is not None and position_context is None:
            key = (return_type.name, id(field_details_list))
            select = plan.positions[key] if key in plan.positions else plan.later(self, return_type, field_details_list)
            if select is not None:
                try:
                    return select(self, result, path)
                except Exception as error:
                    if not is_fault(error):
                        raise
                    self.contain(error)
        return super().collect_and_execute_subfields(return_type, field_details_list, path, result, position_context)

    def contain(self, error: Exception) -> None:
        """Generated code broke: no request uses this plan again, nor does this one."""
        if self._plan is not None:
            self._plan.broken = True
            self._plan = None
        cache_of(self.schema).count("faults")
        logger.error("generated code failed; the reference answers", exc_info=error)

    def _shadowed(self, serially: bool | None) -> Any:
        """Both answers of a query, compared; the reference's is given."""
        compiled = super().execute_operation(serially)
        if self.is_awaitable(compiled):
            return self._shadowed_later(compiled, serially)
        return self._compared(compiled, self._reference().execute_operation(serially))

    async def _shadowed_later(self, compiled: Any, serially: bool | None) -> Any:
        first = await compiled
        second = self._reference().execute_operation(serially)
        return self._compared(first, await second if self.is_awaitable(second) else second)

    def _reference(self) -> StrawberryGraphQLCoreExecutionContext:
        names = (
            "schema fragment_definitions fragments root_value context_value operation variable_values field_resolver type_resolver "
            "subscribe_field_resolver enable_early_execution middleware_manager is_awaitable is_async_iterable hide_suggestions abort_signal "
            "hooks operation_extensions"
        )
        return StrawberryGraphQLCoreExecutionContext(**{name: getattr(self, name) for name in names.split()})

    def _compared(self, compiled: Any, reference: Any) -> Any:
        cache = cache_of(self.schema)
        cache.count("shadowed")
        if _told(compiled) != _told(reference):
            cache.count("differences")
            name = self.operation.name.value if self.operation.name else "without a name"
            logger.error("the compiled operation %s differs from the reference", name)  # no data: it may be somebody's
        return reference


def _told(result: Any) -> Any:
    """What may not differ: which of the branches side by side fails first, and how far those came that a null then put an end to, is for time to say."""
    if not isinstance(result, ExecutionResult):
        return result
    own, left = [], set()
    for error in result.errors or ():
        place = _null_of(result.data, error.path or [])
        if len(place) == len(error.path or []):
            own.append(repr((error.message, error.path, error.locations)))
        else:
            left.add(repr(place))
    return result.data, sorted(own), left


def _null_of(data: Any, path: list[Any]) -> list[Any]:
    """The place of the answer that an error left null: its own, or one above."""
    for depth, step in enumerate(path):
        if data is None:
            return path[:depth]
        try:
            data = data[step]
        except (LookupError, TypeError):  # such a place there is not, which differs
            break
    return path
