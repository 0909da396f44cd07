"""Plans of a schema, by operation: bounded, and gone with their documents."""

from __future__ import annotations

import logging
import threading
import weakref
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import CodeType
from typing import TYPE_CHECKING, Any

import strawberry
from graphql import (
    BooleanValueNode,
    DocumentNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Undefined,
    VariableNode,
)
from strawberry.execution import optimized_is_awaitable

from graphql_plan.fields import Mine
from graphql_plan.options import Settings
from graphql_plan.plan import Plan, Uncompiled
from graphql_plan.sources import unknown_sources
from graphql_plan.starting import Starts

if TYPE_CHECKING:
    from graphql.execution.collect_fields import GroupedFieldSet

    from graphql_plan.executor import CompiledExecutor

MOST_CODES = 1024
logger = logging.getLogger("graphql_plan")


@dataclass(slots=True)
class Known:
    """One operation that was seen. `refused` says why it is the reference's."""

    node: weakref.ref[OperationDefinitionNode]
    uses: int = 0
    refused: str | None = None
    booleans: tuple[str, ...] | None = None
    plans: dict[tuple[Any, ...], Plan] = field(default_factory=dict)


class Codes(OrderedDict[str, CodeType]):
    """Compiled sources by their text: the same selection of another operation costs no compiling."""

    def __setitem__(self, text: str, code: CodeType) -> None:
        super().__setitem__(text, code)
        if len(self) > MOST_CODES:
            self.popitem(last=False)


class Cache:
    """Everything compiled for one schema."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.known: set[type] = {str, int, float, bool}  # classes whose values are no errors, no awaitables and not nothing
        self.mine: dict[str, Mine | None] = {}  # by type name
        self.codes = Codes()
        self.operations: OrderedDict[int, Known] = OrderedDict()
        self.own: dict[int, Known] = {}  # the application's: no stranger's operations push them out
        self.starts = Starts(settings.max_plans)
        self.counts: Counter[str] = Counter()
        self._lock = threading.RLock()

    def count(self, what: str) -> None:
        self.counts[what] += 1

    def trust(self, node: OperationDefinitionNode) -> None:
        with self._lock:
            key, own = id(node), self.own
            known = own.get(key)
            if known is None or known.node() is not node:
                own[key] = Known(weakref.ref(node, lambda gone: _forget(own, key, gone)), self.settings.compile_after)

    def find(self, x: CompiledExecutor, root: Any, grouped: GroupedFieldSet) -> Plan | None:
        """The plan of this request, made now if it is time."""
        known = self._known(x.operation)
        known.uses += 1
        if known.refused is not None or known.uses < self.settings.compile_after or _is_odd(x):
            self.counts["reference"] += 1
            return None
        key: tuple[Any, ...] = ()
        if known.booleans is None or known.booleans:
            if known.booleans is None:
                self._inspect(known, x)
            key = tuple(x.variable_values.coerced.get(name, Undefined) for name in known.booleans or ())
        plan = known.plans.get(key)
        if plan is None:
            plan = self._made(known, key, x, root, grouped)
        if plan is None or plan.broken:
            self.counts["reference"] += 1
            return None
        self.counts["compiled"] += 1
        return plan

    def ready(self, x: CompiledExecutor) -> Plan | None:
        """The plan of this request if it is made already."""
        known = self._known(x.operation)
        if not known.plans or known.booleans is None or _is_odd(x):
            return None
        coerced = x.variable_values.coerced
        plan = known.plans.get(tuple([coerced.get(name, Undefined) for name in known.booleans]))
        if plan is None or plan.broken:
            return None
        self.counts["compiled"] += 1
        return plan

    def _known(self, node: OperationDefinitionNode) -> Known:
        known = self.own.get(id(node))
        return known if known is not None and known.node() is node else self._strangers(node)

    def _strangers(self, node: OperationDefinitionNode) -> Known:
        key, operations = id(node), self.operations
        with self._lock:
            found = operations.get(key)
            if found is None or found.node() is not node:
                operations[key] = found = Known(weakref.ref(node, lambda gone: _forget(operations, key, gone)))
            operations.move_to_end(key)
            while len(operations) > self.settings.max_plans:
                operations.popitem(last=False)
        return found

    def _inspect(self, known: Known, x: CompiledExecutor) -> None:
        try:
            known.booleans = tuple(sorted(_booleans(x)))
        except Uncompiled as why:
            known.refused, known.booleans = str(why), ()

    def _made(self, known: Known, key: tuple[Any, ...], x: CompiledExecutor, root: Any, grouped: GroupedFieldSet) -> Plan | None:
        with self._lock:
            if known.refused is not None:
                return None
            found = known.plans.get(key)
            if found is not None:
                return found
            if len(known.plans) >= self.settings.max_variants:
                return None
            try:
                found = Plan(self, x, root, grouped)
            except Uncompiled as why:
                known.refused = str(why)
            except Exception as error:
                known.refused = f"{type(error).__name__}: {error}"
                logger.warning("an operation is left to the reference", exc_info=error)
                self.count("operations_failed")
            else:
                known.plans[key] = found
                self.count("plans")
            return found


def _forget(operations: dict[int, Known], key: int, gone: weakref.ref[OperationDefinitionNode]) -> None:
    current = operations.get(key)
    if current is not None and current.node is gone:
        operations.pop(key, None)


def _is_odd(x: CompiledExecutor) -> bool:
    """What only the reference does: middleware, an abort signal, errors that stay where they are."""
    manager = x.middleware_manager
    return (
        (manager is not None and bool(manager.middlewares))
        or x.abort_signal is not None
        or not x.error_propagation
        or x.operation.operation is OperationType.SUBSCRIPTION
        or x.is_awaitable is not optimized_is_awaitable
    )


def _booleans(x: CompiledExecutor) -> set[str]:
    """The variables that decide which fields there are. Raises Uncompiled for directives of other kinds."""
    found: set[str] = set()
    for node in _nodes(x):
        for directive in node.directives or ():
            if directive.name.value not in {"skip", "include"}:
                raise Uncompiled(f"the directive @{directive.name.value}")
            for argument in directive.arguments or ():
                if isinstance(argument.value, VariableNode):
                    found.add(argument.value.name.value)
                elif not isinstance(argument.value, BooleanValueNode):
                    raise Uncompiled("a condition that is no Boolean")
    return found


def _nodes(x: CompiledExecutor) -> Iterator[Any]:
    """Every node of the operation and its fragments that may carry directives."""
    yield x.operation
    for fragment in x.fragments.values():
        if fragment.variable_signatures:
            raise Uncompiled("a fragment with variables")
        yield fragment.definition
    waiting: list[SelectionSetNode] = [x.operation.selection_set, *(one.definition.selection_set for one in x.fragments.values())]
    while waiting:
        for node in waiting.pop().selections:
            yield node
            inner = None if isinstance(node, FragmentSpreadNode) else node.selection_set  # type: ignore[attr-defined]
            if inner is not None:
                waiting.append(inner)
            assert isinstance(node, FragmentSpreadNode | InlineFragmentNode) or hasattr(node, "name")


_caches: weakref.WeakKeyDictionary[GraphQLSchema, Cache] = weakref.WeakKeyDictionary()
_caches_lock = threading.Lock()


def cache_of(schema: GraphQLSchema) -> Cache:
    found = _caches.get(schema)
    if found is None:
        with _caches_lock:
            found = _caches.get(schema)
            if found is None:
                found = _caches[schema] = Cache(_allowed(Settings()))
    return found


def _allowed(settings: Settings) -> Settings:
    """Unknown sources of the executor beneath switch everything off: right before fast."""
    changed = unknown_sources() if settings.enabled else []
    if not changed:
        return settings
    logger.warning("compiled operations are off: unknown sources of %s", ", ".join(changed))
    return Settings(enabled=False)


def configure(schema: strawberry.Schema, settings: Settings) -> None:
    """Choose a schema's bounds and switches; what was compiled is forgotten."""
    with _caches_lock:
        _caches[schema._schema] = Cache(_allowed(settings))


def clear(schema: strawberry.Schema) -> None:
    """Forget what was compiled: after a field's resolver or a type's `is_type_of` was changed."""
    configure(schema, cache_of(schema._schema).settings)


def warm(schema: strawberry.Schema, documents: Iterable[DocumentNode]) -> None:
    """Say that these parsed documents are the application's own: their operations are compiled when they are first used."""
    cache = cache_of(schema._schema)
    for document in documents:
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                cache.trust(node)


def stats(schema: strawberry.Schema) -> dict[str, int]:
    """Counts since the cache began: `compiled` and `reference` requests, `plans`, `selections`, `*_failed`, `faults`, `shadowed`, `differences`."""
    cache = cache_of(schema._schema)
    names = ("compiled", "reference", "plans", "selections", "selections_failed", "operations_failed", "faults", "shadowed", "differences")
    return {name: cache.counts[name] for name in names} | {"operations": len(cache.operations) + len(cache.own), "enabled": int(cache.settings.enabled)}
