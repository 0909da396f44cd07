"""Counting the SQL statements of what runs inside."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from models.database import connection

_inside: ContextVar[bool] = ContextVar("inside a counted statement", default=False)
METHODS = ("read", "execute_query", "execute_query_dict", "execute_insert", "execute_many")


@contextmanager
def counted() -> Iterator[list[str]]:
    """The texts of the statements that run while this is open, whichever connection or transaction runs them."""
    seen: list[str] = []
    kinds = {kind for kind in type(connection()).__mro__ if any(name in vars(kind) for name in METHODS)}
    originals = [(kind, name, vars(kind)[name]) for kind in kinds for name in METHODS if name in vars(kind)]

    def noting(original: Any) -> Any:
        async def noted(self: Any, query: str, *rest: Any, **named: Any) -> Any:
            if _inside.get():  # a client's own method, which calls its parent's
                return await original(self, query, *rest, **named)
            seen.append(" ".join(query.split()))
            token = _inside.set(True)
            try:
                return await original(self, query, *rest, **named)
            finally:
                _inside.reset(token)

        return noted

    for kind, name, original in originals:
        setattr(kind, name, noting(original))
    try:
        yield seen
    finally:
        for kind, name, original in originals:
            setattr(kind, name, original)
