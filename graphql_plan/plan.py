"""The plan of one operation with the values of its @skip and @include: field lists collected by the reference, functions over them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphql import GraphQLObjectType, get_named_type, is_composite_type
from graphql.execution.collect_fields import collect_subfields

from graphql_plan import codegen
from graphql_plan.fields import Mine, Selected, only_of, way_of

if TYPE_CHECKING:
    from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet

    from graphql_plan.cache import Cache
    from graphql_plan.executor import CompiledExecutor

logger = logging.getLogger("graphql_plan")


class Uncompiled(Exception):
    """The operation, or a part of it, is for the reference; the message says why."""


class Plan:
    """Functions by position: an object type under a field list of this plan. A part that cannot be compiled has None."""

    def __init__(self, cache: Cache, x: CompiledExecutor, root: GraphQLObjectType, grouped: GroupedFieldSet) -> None:
        self.grouped = grouped
        self.known, self.codes = cache.known, cache.codes
        self.broken = False
        self.fields: list[Selected] = []
        self.failures: list[str] = []
        self.positions: dict[tuple[str, int], Callable[..., Any] | None] = {}
        self._cache, self._mine = cache, cache.mine
        self._x: CompiledExecutor | None = x
        self._lock = threading.RLock()
        self._owned = {id(details) for details in grouped.values()}
        self.children: dict[tuple[str, int], list[Selected]] = {}
        self._kept: list[GroupedFieldSet] = []  # lists are known by identity, so that none may go while the plan lives
        self.root = self._selection(root, grouped)
        self._look_ahead(0)
        self._x = None

    def position(self, kind: GraphQLObjectType, details: FieldDetailsList) -> Callable[..., Any] | None:
        """The function of a type at a field, made now if it must be; only while this plan is being made."""
        key = (kind.name, id(details))
        if key not in self.positions:
            self.positions[key] = None  # what cannot be made is not tried again
            self.positions[key] = self._made(kind, details)
        return self.positions[key]

    def later(self, x: CompiledExecutor, kind: GraphQLObjectType, details: FieldDetailsList) -> Callable[..., Any] | None:
        """The function of a type that the reference found at an abstract field."""
        if id(details) not in self._owned:
            return None
        with self._lock:
            self._x, before = x, len(self.fields)
            try:
                found = self.position(kind, details)
                self._look_ahead(before)
                return found
            except Uncompiled:
                return None
            finally:
                self._x = None

    def mine(self, kind: GraphQLObjectType) -> Mine | None:
        """The classes of the type's objects, where its `is_type_of` goes by the class."""
        if kind.name not in self._mine:
            only = only_of(kind.is_type_of)
            self._mine[kind.name] = Mine(kind.is_type_of, only) if only is not None and kind.is_type_of is not None else None
        return self._mine[kind.name]

    def resumed(self, kind: GraphQLObjectType, details: FieldDetailsList) -> Callable[..., Any]:
        """The function of a type at a field that goes on where generated code stopped reading."""
        return codegen.selection(self, self.children[kind.name, id(details)], resumed=True)

    def _made(self, kind: GraphQLObjectType, details: FieldDetailsList) -> Callable[..., Any] | None:
        x = self._x
        assert x is not None
        if kind.name.startswith("__"):
            return None
        try:
            collected = collect_subfields(x.schema, x.fragments, x.variable_values, x.operation, kind, details, x.hide_suggestions)
            self._kept.append(collected.grouped_field_set)
            self._owned |= {id(one) for one in collected.grouped_field_set.values()}
            return self._selection(kind, collected.grouped_field_set, id(details))
        except Uncompiled:
            raise
        except Exception as error:
            self.failures.append(f"{kind.name}: {type(error).__name__}: {error}")
            logger.warning("a selection on %s is left to the reference", kind.name, exc_info=error)
            self._cache.count("selections_failed")
            return None

    def _selection(self, kind: GraphQLObjectType, grouped: GroupedFieldSet, place: int = 0) -> Callable[..., Any]:
        fields = self.children[kind.name, place] = [self._selected(kind, key, details) for key, details in grouped.items()]
        for one in fields:
            if one.way.kind != "typename":
                one.complete = codegen.completion(self, one, one.type)
        self._cache.count("selections")
        return codegen.selection(self, fields)

    def _selected(self, kind: GraphQLObjectType, key: str, details: FieldDetailsList) -> Selected:
        assert self._x is not None
        node = details[0].node
        definition = self._x.schema.get_field(kind, node.name.value)
        if definition is None:
            raise LookupError(f"no field {node.name.value}")
        way = way_of(definition, node)
        one = Selected(self, key, kind, details, [detail.node for detail in details], definition, way)
        self.fields.append(one)
        if len(self.fields) > self._cache.settings.max_fields:
            raise Uncompiled(f"more than {self._cache.settings.max_fields} fields")
        return one

    def _look_ahead(self, first: int) -> None:
        for one in self.fields[first:]:
            one.ahead = self._ahead(one)

    def _ahead(self, one: Selected) -> list[tuple[tuple[str, ...], Selected]]:
        """What can be begun, and waited for at once, when the field's value is here: nothing where something else of the value has to be
        waited for anyway, which would then begin later."""
        found: list[tuple[tuple[str, ...], Selected]] = []
        for child in self.children.get((get_named_type(one.type).name, id(one.details)), ()):
            if child.way.ahead is not None:
                found.append(((), child))
            elif child.way.waits:
                return []
            elif child.way.kind == "attribute" and not child.way.guards:
                found += [((child.way.attribute, *path), further) for path, further in self._ahead(child)]
        return found


def is_abstract(one: Selected) -> bool:
    named = get_named_type(one.type)
    return is_composite_type(named) and not isinstance(named, GraphQLObjectType)
