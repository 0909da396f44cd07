"""One loader per read and its arguments: however many rows a document asks it for, it runs once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any, TypeAlias

from strawberry.dataloader import DataLoader

from resolvers.viewer import Viewer, signed_in

# A resolver's read: `await read(viewer, rows, *arguments)` gives what each row has, by the row's `pk`; a row without answer is left out.
Read: TypeAlias = Callable[..., Awaitable[Mapping[Any, Any]]]


class Loaders:
    def __init__(self, viewer: Viewer | None) -> None:
        self._viewer = viewer
        self._loaders: dict[tuple[object, ...], DataLoader[Any, Any]] = {}

    def of(self, read: Read, row: Any, *arguments: Any) -> Awaitable[Any]:
        """What `read(viewer, rows, *arguments)` gives for the row, with other rows' questions in the same call."""
        return _shared(self._loader(read, arguments, _by_row).load(row))

    def by_id(self, read: Read, pk: int) -> Awaitable[Any]:
        """The row of that id, as `read(viewer, ids)` finds it for the viewer."""
        return _shared(self._loader(read, (), None).load(pk))

    def _loader(self, read: Any, arguments: tuple[Any, ...], key: Any) -> DataLoader[Any, Any]:
        place = (read, arguments)
        if place not in self._loaders:

            async def load(rows: list[Any]) -> list[Any]:
                found = await read(signed_in(self._viewer), rows, *arguments)
                return [found.get(row.pk if key else row) for row in rows]

            self._loaders[place] = DataLoader(load_fn=load, max_batch_size=1000, cache_key_fn=key)
        return self._loaders[place]


def _shared(answer: Awaitable[Any]) -> Awaitable[Any]:
    """Several fields wait for one answer. Where an error ends the wait of one, it must not end that of the others, nor their whole request."""
    return asyncio.shield(answer)


def _by_row(row: Any) -> Hashable:
    key: Hashable = row.pk
    return key
