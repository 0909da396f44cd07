"""What fields ask for together: one question for many rows, whose answer nobody takes from the others."""

import asyncio
from types import SimpleNamespace

from resolvers.viewer import Viewer, ViewerKind
from schema.loaders import Loaders

VIEWER = Viewer(ViewerKind.SYSTEM, "test")


async def test_who_stops_waiting_takes_nobody_elses_answer():
    """graphql-core ends the wait of fields beside one that failed; the same row may be waited for elsewhere."""
    asked, goes_on = [], asyncio.Event()

    async def read(_viewer, rows):
        asked.append(len(rows))
        await goes_on.wait()
        return {row.pk: row.pk * 10 for row in rows}

    loaders, row = Loaders(VIEWER), SimpleNamespace(pk=7)

    async def field():
        return await loaders.of(read, row)

    first, second = asyncio.create_task(field()), asyncio.create_task(field())
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.sleep(0.01)
    goes_on.set()
    assert await second == 70
    assert first.cancelled()
    assert asked == [1]
