"""The schema, put together once."""

from __future__ import annotations

from functools import cache
from typing import Any

import strawberry
from graphql import GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, Undefined
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter
from strawberry.utils.str_converters import to_camel_case

import schema.enums
import schema.personal_enums  # noqa: F401 - the same
from graphql_plan import CompiledExecutor, configure
from graphql_plan import Settings as Compiling
from models.errors import NeedsConfirmation, Refused
from schema import letter_links, policies
from schema.mutations import Mutation
from schema.queries import Query
from schema.results import Rejected
from schema.scalars import SCALARS
from schema.submissions import ConfirmationRequired
from settings import Compiled

SHADOW_EVERY = 50


class Refusals(strawberry.ExceptionHandler[Refused, Rejected]):
    """Raising rolled everything back; here it becomes the `Rejected` of the mutation's union."""

    def handle(self, exception: Refused, *, field: Any, info: Any) -> Rejected:
        return Rejected(problems=exception.problems)  # type: ignore[arg-type]


class Questions(strawberry.ExceptionHandler[NeedsConfirmation, ConfirmationRequired]):
    def handle(self, exception: NeedsConfirmation, *, field: Any, info: Any) -> ConfirmationRequired:
        return ConfirmationRequired(problems=exception.problems, understood=exception.understood)  # type: ignore[arg-type]


class Names(NameConverter):
    """As Strawberry writes them. It asks for the name of an argument at each call of its field."""

    def apply_naming_config(self, name: str) -> str:
        return _camel_case(name)


_camel_case = cache(to_camel_case)


class Schema(strawberry.Schema):
    def process_errors(self, *_: object, **__: object) -> None:
        """Nothing: schema/execution.py logs faults, without words that may be somebody's data, and errors of ours are no faults."""


def _built() -> strawberry.Schema:
    built = Schema(
        query=Query,
        mutation=Mutation,
        execution_context_class=CompiledExecutor,
        exception_handlers=[Refusals(), Questions()],
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True, name_converter=Names()),
    )
    policies.enforce(built._schema)
    letter_links.close_others(built._schema)
    _forget_nulls(built._schema)
    return built


def _forget_nulls(built: GraphQLSchema) -> None:
    """An argument that may be left out is written `after: String`, not `after: String = null`: Python has its default."""
    for kind in built.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for argument in (one for field in kind.fields.values() for one in field.args.values()):
                if argument.default_value is None:
                    argument.default_value = Undefined
        elif isinstance(kind, GraphQLInputObjectType):
            for inner in kind.fields.values():
                if inner.default_value is None:
                    inner.default_value = Undefined


def compile_operations(how: Compiled) -> None:
    """Begin anew with compiled operations, or without."""
    configure(SCHEMA, Compiling(enabled=how is not Compiled.OFF, shadow_every=SHADOW_EVERY if how is Compiled.SHADOW else 0))


SCHEMA = _built()
