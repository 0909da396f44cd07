"""The start of a request: what its document alone decides is kept, and its variables become values by the same steps as the reference's.

Whatever is unusual, a default, a list, an object, a wrong value, makes the reference start the request, which says what is wrong.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import DocumentNode, FragmentDefinitionNode, GraphQLNonNull, OperationDefinitionNode, Undefined, is_leaf_type
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource

if TYPE_CHECKING:
    from graphql.execution.collect_fields import FragmentDetails

    from graphql_plan.executor import CompiledExecutor

_NAMES = (str, type(None))
Key = tuple[int, str | None]  # a document by its identity, the name of an operation


@dataclass(eq=False, slots=True)
class Variable:
    """`leaf` is the type that reads its values; None: the reference does."""

    signature: GraphQLVariableSignature
    leaf: Any
    is_needed: bool


@dataclass(eq=False, slots=True)
class Start:
    document: weakref.ref[DocumentNode]
    operation: OperationDefinitionNode
    fragment_definitions: dict[str, FragmentDefinitionNode]
    fragments: dict[str, FragmentDetails]
    variables: list[Variable]

    def values(self, given: Mapping[str, Any]) -> VariableValues | None:
        """None where the reference must look."""
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for variable in self.variables:
            name = variable.signature.name
            value = given.get(name, Undefined)
            if value is Undefined:
                if variable.is_needed or variable.signature.default is not None:
                    return None
                sources[name] = VariableValueSource(variable.signature)
                continue
            if variable.leaf is None or (value is None and variable.is_needed):
                return None
            sources[name] = VariableValueSource(variable.signature, value)
            if value is not None:
                try:
                    value = variable.leaf.coerce_input_value(value)
                except Exception:  # noqa: BLE001 - the reference says it
                    return None
                if value is Undefined:
                    return None
            coerced[name] = value
        return VariableValues(sources, coerced)


class Starts(OrderedDict[Key, Start]):
    """Bounded, and gone with their documents."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def of(self, document: DocumentNode, operation_name: str | None) -> Start | None:
        if type(operation_name) not in _NAMES:
            return None
        found = self.get((id(document), operation_name))
        return found if found is not None and found.document() is document else None

    def keep(self, document: DocumentNode, operation_name: str | None, x: CompiledExecutor) -> None:
        """What a request of this document was started with."""
        if type(operation_name) not in _NAMES:
            return
        signatures = [get_variable_signature(x.schema, node) for node in x.operation.variable_definitions or ()]
        known = [_variable(one) for one in signatures if isinstance(one, GraphQLVariableSignature)]
        if len(known) < len(signatures):
            return
        key = (id(document), operation_name)
        gone = weakref.ref(document, lambda gone: self._forget(key, gone))
        self[key] = Start(gone, x.operation, x.fragment_definitions, x.fragments, known)
        while len(self) > self._most:
            self.popitem(last=False)

    def _forget(self, key: Key, gone: weakref.ref[DocumentNode]) -> None:
        current = self.get(key)
        if current is not None and current.document is gone:
            self.pop(key, None)


def _variable(signature: GraphQLVariableSignature) -> Variable:
    is_needed = isinstance(signature.type, GraphQLNonNull)
    bare: Any = signature.type.of_type if isinstance(signature.type, GraphQLNonNull) else signature.type
    return Variable(signature, bare if is_leaf_type(bare) else None, is_needed)
