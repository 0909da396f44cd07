"""The schema as a text: what is published, compared in CI and linted."""

from pathlib import Path

from graphql import lexicographic_sort_schema, print_schema

from schema.build import SCHEMA

SNAPSHOT = Path(__file__).with_name("schema.graphql")


def text() -> str:
    """The schema, sorted, as SNAPSHOT holds it."""
    return print_schema(lexicographic_sort_schema(SCHEMA._schema)).rstrip() + "\n"
