"""The private parts of graphql-core and Strawberry that plans follow, known by their text: a change there must be read before it is trusted."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

KNOWN: dict[str, str] = {
    "graphql.execution.executor": "e81563e16d8d9377",
    "graphql.execution.execute": "6b3e1bf2af35202a",
    "graphql.execution.get_variable_signature": "42a9395744b09ccc",
    "graphql.utilities.coerce_input_value": "1fc6381e8311251c",
    "graphql.execution.collect_fields": "d7de7c1ee1396fed",
    "graphql.execution.incremental.incremental_executor": "994d430a27620180",
    "graphql.execution.values": "002fc00f7e0fcf72",
    "graphql.error.located_error": "e6fb87482f9a1f61",
    "graphql.pyutils.path": "89698b97e60ae062",
    "graphql.pyutils.is_awaitable": "d81e6b4f050c6d41",
    "graphql.pyutils.gather_with_cancel": "9021b4f208733d4c",
    "graphql.type.scalars": "3dda7920e51dbf9d",
    "strawberry.schema.schema": "bf6e44a4a4c31c92",
    "strawberry.schema.schema_converter": "fc0bb63f232f49d0",
    "strawberry.types.field": "844adcdcd36de946",
    "strawberry.types.fields.resolver": "4f13e89fc5b804cc",
    "strawberry.types.arguments": "1a778995afef02b6",
    "strawberry.resolvers": "8f6b088be8c8d8fa",
    "strawberry.execution.is_awaitable": "c9dd2851380077ff",
}  # graphql-core 3.3.2, strawberry-graphql 0.341.2


@lru_cache(maxsize=1)
def unknown_sources() -> list[str]:
    """The modules whose text is not the one that this package was written for."""
    return [name for name, known in KNOWN.items() if digest(name) != known]


def digest(name: str) -> str:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return ""
    try:
        return hashlib.sha256(Path(spec.origin).read_bytes()).hexdigest()[:16]
    except OSError:
        return ""
