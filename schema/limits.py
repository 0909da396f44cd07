"""What a document may cost, and documents prepared once: parsed, checked and priced by their text.

Everything that depends on the text alone is kept for the last few hundred texts, strangers' and known ones apart, so that a repeated
document costs a dictionary look-up. Rules that make a class per request would make every look-up miss.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    StringValueNode,
    ValidationRule,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from models.errors import BadRequest
from schema.asked import Attributes, asked_in
from schema.costs import Plan, measured

MOST_TOKENS = 3000
MOST_COST = 550
_KEPT = 256
_LONGEST_KEPT = 10_000  # characters; a parsed document takes some fifty times its text


@dataclass(frozen=True, slots=True)
class Document:
    """A text as it will be executed; with errors it is not. `plan` prices it with its variables, `attributes` are what it asks of rows."""

    node: DocumentNode | None
    errors: tuple[GraphQLError, ...]
    plan: Plan | None
    attributes: Attributes = field(default_factory=dict)


_documents: OrderedDict[tuple[int, bool, str], Document] = OrderedDict()


def prepared(schema: GraphQLSchema, text: str, *, introspection: bool) -> Document:
    """The document of a text, from memory if it came before."""
    introspection = introspection or not _INTROSPECTS.search(text)  # who does not ask about the schema is checked once for both
    key = (id(schema), introspection, text)
    found = _documents.get(key)
    if found is not None:
        _documents.move_to_end(key)
        return found
    made = prepare(schema, text, introspection=introspection)
    if made.node is not None and len(text) <= _LONGEST_KEPT:
        _documents[key] = made
        if len(_documents) > _KEPT:
            _documents.popitem(last=False)
    return made


def refuse_odd_text(value: object, depth: int = 0) -> None:
    """Raise BadRequest for NUL and lone surrogates anywhere in variables: no database takes them."""
    if depth > 20:
        raise BadRequest("the variables are nested too deeply")
    if isinstance(value, str):
        if _ODD.search(value):
            raise BadRequest("a text holds NUL or half a character")
    elif isinstance(value, dict):
        for name, inner in value.items():
            refuse_odd_text(name, depth + 1)
            refuse_odd_text(inner, depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            refuse_odd_text(inner, depth + 1)


def prepare(schema: GraphQLSchema, text: str, *, introspection: bool) -> Document:
    """The document of a text, for whoever keeps it."""
    try:
        return _checked(schema, parse(text, max_tokens=MOST_TOKENS), introspection)
    except GraphQLError as error:
        return Document(None, (error,), None)
    except RecursionError:
        return Document(None, (GraphQLError("The document is nested too deeply."),), None)
    except ValueError:  # Python reads no integer of more than some thousand digits
        return Document(None, (GraphQLError("A number of the document is too long."),), None)


def _checked(schema: GraphQLSchema, node: DocumentNode, introspection: bool) -> Document:
    plan, errors = measured(schema, node)  # before validation, whose rules are slower than the limits
    if not errors:
        rules = _RULES if introspection else (*_RULES, NoSchemaIntrospectionCustomRule)
        errors = validate(schema, node, rules, max_errors=20, hide_suggestions=True)
    return Document(None, tuple(errors), None) if errors else Document(node, (), plan, asked_in(schema, node))


class _NoOddText(ValidationRule):
    """The same for texts inside the document."""

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        if _ODD.search(node.value):
            self.report_error(GraphQLError("A text holds NUL or half a character.", node))


_INTROSPECTS = re.compile(r"__(?:schema|type)\b")  # the two fields by which everything of the schema is reached; a name has no other spelling
_ODD = re.compile("[\x00\ud800-\udfff]")
_RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule, _NoOddText)
